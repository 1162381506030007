package text_test

import (
	"reflect"
	"testing"

	"confboard/feed/timeline"
	"confboard/templates/text"
)

func TestEveryTextOfTheHistoryIsThereInEveryLanguage(t *testing.T) {
	for _, lang := range text.Langs() {
		h := text.For(lang).History
		v := reflect.ValueOf(h)
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("%s: %s is missing", lang, v.Type().Field(i).Name)
			}
		}
		for _, s := range timeline.HealthStates() {
			if h.State[s] == "" || h.Help[s] == "" && s != timeline.Writing {
				t.Errorf("%s: no words for %s", lang, s)
			}
		}
	}
}
