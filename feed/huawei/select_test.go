package huawei

import (
	"strings"
	"testing"

	"confboard/feed/conference"
)

func TestFirstRuleWithASayDecides(t *testing.T) {
	id := conference.ConfID("900487914")
	booking := conference.Booking{Title: "Board meeting", Owner: "Wang Wei"}
	for _, c := range []struct {
		name    string
		rules   []Rule
		watched bool
		group   string
	}{
		{"no rules", nil, true, ""},
		{"one that matches not", []Rule{{Subject: "Stand-up", Watch: No, Group: "HQ"}}, true, ""},
		{"excluded by subject", []Rule{{Subject: "board*", Watch: No}}, false, ""},
		{"excluded by owner", []Rule{{Owner: "wang*", Watch: No}}, false, ""},
		{"excluded by ID", []Rule{{ConfID: "9004*", Watch: No}}, false, ""},
		{"every pattern of a rule has to match", []Rule{{Subject: "board*", Owner: "li", Watch: No}}, true, ""},
		{"a rule without patterns matches all", []Rule{{Watch: No}}, false, ""},
		{"only what is included", []Rule{{Subject: "board*", Watch: Yes}, {Watch: No}}, true, ""},
		{"an exception before the rule", []Rule{{ConfID: "900487914", Watch: No}, {Subject: "board*", Watch: Yes}}, false, ""},
		{"a group says nothing about watching", []Rule{{Subject: "board*", Group: "HQ"}, {Owner: "wang*", Watch: No}}, false, "HQ"},
		{"the first group", []Rule{{Owner: "wang*", Group: "Wang's"}, {Subject: "board*", Group: "HQ"}}, true, "Wang's"},
		{"group and say from two rules", []Rule{{Subject: "board*", Watch: Yes}, {Owner: "wang*", Watch: No, Group: "Wang's"}}, true, "Wang's"},
	} {
		if watched, group := pick(c.rules, id, booking); watched != c.watched || group != c.group {
			t.Errorf("%s: watched %v, group %q", c.name, watched, group)
		}
	}
}

func TestRulesAreChecked(t *testing.T) {
	for name, c := range map[string]struct {
		rule Rule
		ok   bool
	}{
		"a say":              {Rule{Watch: No}, true},
		"a group":            {Rule{Group: "HQ"}, true},
		"neither":            {Rule{Subject: "*"}, false},
		"an endless pattern": {Rule{Subject: conference.Pattern(strings.Repeat("x", patternLimit+1)), Watch: No}, false},
	} {
		_, err := New(Config{Endpoint: "https://example.com", Select: []Rule{c.rule}})
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
