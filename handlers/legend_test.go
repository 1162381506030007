package handlers

import (
	"slices"
	"testing"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/templates"
	"confboard/templates/text"
)

// What the legend shows is what the pages show: every class, every value of every field, every mark of a participant.
func TestTheLegendHasEveryMark(t *testing.T) {
	for _, lang := range text.Langs() {
		w := words{text: text.For(lang)}
		var marks []templates.Mark
		badges := map[string][]string{}
		var people []templates.PersonMark
		ids := map[string]bool{}
		for _, p := range w.legend().Parts {
			for _, r := range p.Rows {
				marks, people = append(marks, r.Marks...), append(people, r.People...)
				for _, b := range r.Badges {
					badges[b.Field] = append(badges[b.Field], b.Text)
					if ids[b.ID] {
						t.Errorf("%s: the id %s is there twice", lang, b.ID)
					}
					ids[b.ID] = true
				}
				if r.Help == "" && r.People == nil {
					t.Errorf("%s: nothing explains %+v", lang, r)
				}
			}
		}
		if len(marks) != len(rules.Severities()) || len(people) != int(personKinds) {
			t.Errorf("%s: %d statuses and %d marks of participants", lang, len(marks), len(people))
		}
		for f := range conference.FieldCount {
			values := w.text.Fields[f].Values
			for _, word := range values {
				if !slices.Contains(badges[f.WireName()], word) {
					t.Errorf("%s: the badge %q of %s is not explained", lang, word, f.WireName())
				}
			}
			if len(badges[f.WireName()]) < max(1, len(values)) {
				t.Errorf("%s: %s has the badges %q", lang, f.WireName(), badges[f.WireName()])
			}
		}
	}
}
