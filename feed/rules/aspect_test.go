package rules_test

import (
	"testing"

	"confboard/feed/conference"
	"confboard/feed/rules"
)

func TestAspectsReadWhatTheyWrite(t *testing.T) {
	for _, a := range rules.Aspects() {
		texts := a.Values()
		if a.Field == conference.PicNum {
			texts = []string{"1", "256"}
		}
		for _, text := range texts {
			v, err := a.Read(text)
			if err != nil || a.Write(v) != text {
				t.Errorf("%s: %q is read as %+v (%v) and written as %q", a.Name, text, v, err, a.Write(v))
			}
		}
		for _, text := range []string{"", "maybe", "0", "257", "-1"} {
			if v, err := a.Read(text); err == nil {
				t.Errorf("%s: %q is read as %+v", a.Name, text, v)
			}
		}
		if of, ok := rules.AspectOf(a.Field); !ok || of.Name != a.Name {
			t.Errorf("%s: its field is of %s", a.Name, of.Name)
		}
	}
	if _, ok := rules.AspectOf(conference.EndTime); ok {
		t.Error("the planned end is no aspect")
	}
}

func TestChatIsTheOppositeOfForbiddenChat(t *testing.T) {
	chat, _ := rules.AspectOf(conference.ForbiddenChat)
	for text, want := range map[string]int64{"on": 0, "off": 1, "Yes": 0, "NO": 1, "true": 0} {
		if v, err := chat.Read(text); err != nil || v.Int != want {
			t.Errorf("%s: %+v, %v", text, v, err)
		}
	}
}

func TestWeights(t *testing.T) {
	for i, name := range rules.WeightNames() {
		if w, err := rules.ReadWeight(" " + name + " "); err != nil || int(w) != i || rules.WeightName(w) != name {
			t.Errorf("%s: %d, %v", name, w, err)
		}
	}
	if _, err := rules.ReadWeight("loud"); err == nil {
		t.Error("an unknown weight is read")
	}
}
