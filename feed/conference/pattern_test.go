package conference_test

import (
	"strings"
	"testing"

	"confboard/feed/conference"
)

func TestPatternsMatchTheWholeText(t *testing.T) {
	for _, k := range []struct {
		pattern conference.Pattern
		text    string
		want    bool
	}{
		{"", "", true},
		{"", "anything", true},
		{"*", "", true},
		{"*", "anything", true},
		{"board", "Board", true},
		{"BOARD", "board", true},
		{"board", "boards", false},
		{"board", "the board", false},
		{"board*", "Board meeting", true},
		{"*meeting", "Board meeting", true},
		{"*rd me*", "Board meeting", true},
		{"b*d*g", "Board meeting", true},
		{"b*x*g", "Board meeting", false},
		{"*a*b", "aab ab", true},
		{"*ab", "aabaab", true},
		{"a?c", "abc", true},
		{"a?c", "ac", false},
		{"a?c", "a会c", true},
		{"??", "会议", true},
		{"周*", "周会", true},
		{"9004*", "900487914", true},
		{"[a-z]", "b", false},
		{"[a-z]", "[A-Z]", true},
		{"?", "", false},
		{"*?*", "", false},
		{"**", "x", true},
		{"a\\*", "a\\b", true},
		{conference.Pattern(strings.Repeat("*a", 50) + "b"), strings.Repeat("a", 500), false},
		{"*周会*", "产品周会（华东）", true},
		{"a*b*c", "aXXbYYbZZ", false},
		{"a.c", "abc", false},
	} {
		if got := k.pattern.Matches(k.text); got != k.want {
			t.Errorf("%q, %q: %t", k.pattern, k.text, got)
		}
	}
}

func FuzzPattern(f *testing.F) {
	f.Add("*a?*会", "xa会\xff")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		_ = conference.Pattern(pattern).Matches(text)
		if !conference.Pattern("***").Matches(text) {
			t.Error("* does not match all")
		}
	})
}
