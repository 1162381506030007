package conference_test

import (
	"strings"
	"testing"

	"confboard/feed/conference"
)

func TestPattern(t *testing.T) {
	for _, k := range []struct {
		pattern conference.Pattern
		text    string
		matches bool
	}{
		{"", "anything", true},
		{"", "", true},
		{"*", "", true},
		{"board", "board", true},
		{"board", "the board", false},
		{"*board", "The Board", true},
		{"board*", "Board meeting", true},
		{"*board*", "the board meets", true},
		{"b?ard", "bOard", true},
		{"b?ard", "bard", false},
		{"?", "", false},
		{"*周会*", "产品周会（华东）", true},
		{"周?", "周会", true},
		{"a*b*c", "aXXbYYbZZc", true},
		{"a*b*c", "aXXbYYbZZ", false},
		{"**", "x", true},
		{"a.c", "abc", false},
		{"[ab]", "a", false},
		{conference.Pattern(strings.Repeat("*a", 100) + "b"), strings.Repeat("a", 10_000), false},
	} {
		if got := k.pattern.Matches(k.text); got != k.matches {
			t.Errorf("%q against %.40q: %t", k.pattern, k.text, got)
		}
	}
}
