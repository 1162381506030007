package handlers

import (
	"slices"
	"time"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/templates"
)

// profileTrial says which meetings a profile would be told about if the book counted. A profile that is off is judged as if it were not, so that one
// sees what it would do.
func (w words) profileTrial(book *rules.Book, p rules.Profile, all []*conference.State) *templates.RuleTrial {
	set, off := book.Set(), p.Weight == conference.Unimportant
	fits, live := 0, 0
	for i := range set.Profiles {
		if set.Profiles[i].Name == p.Name {
			set.Profiles[i].Weight = max(p.Weight, conference.Noteworthy)
		}
	}
	for _, s := range all {
		if s.Link.State != conference.Over && p.Fits(s) {
			fits++
			if s.Link.State == conference.Live {
				live++
			}
		}
	}
	tried := w.trial(set, func(c conference.Cause) bool { return c.Rule == conference.Drift && c.Profile == p.Name }, all, trialWords{
		off: off, after: p.Grace, some: w.text.Rules.TriedSome, whenOff: w.text.Rules.TriedOff})
	tried.Fits = w.text.Rules.TriedFits(fits, live)
	return tried
}

// limitTrial does the same for a built-in rule.
func (w words) limitTrial(book *rules.Book, name conference.Rule, l rules.Limit, all []*conference.State) *templates.RuleTrial {
	set, off := book.Set(), l.Weight == conference.Unimportant
	set.Limit(name).Weight = max(l.Weight, conference.Noteworthy)
	live := 0
	for _, s := range all {
		if s.Link.State == conference.Live {
			live++
		}
	}
	tried := w.trial(set, func(c conference.Cause) bool { return c.Rule == name }, all, trialWords{
		off: off, after: l.After, some: w.text.Rules.HoldsSome, whenOff: w.text.Rules.HoldsOff})
	tried.Fits = w.text.Rules.TriedLive(live)
	return tried
}

// trialWords is how it is said which meetings would be told about.
type trialWords struct {
	off     bool
	after   time.Duration
	some    func(n int, after time.Duration) string
	whenOff func(n int) string
}

// trial finds the live meetings in which a condition with a cause holds. Of those that are not live nobody knows.
func (w words) trial(set *rules.Set, about func(conference.Cause) bool, all []*conference.State, said trialWords) *templates.RuleTrial {
	var which []told
	for _, s := range all {
		if s.Link.State == conference.Live && slices.ContainsFunc(set.Conditions(s), func(c conference.Condition) bool { return about(c.Cause) }) {
			which = append(which, told{state: s})
		}
	}
	t := &templates.RuleTrial{Title: w.text.Rules.Tried}
	t.Which, t.More = w.meetings(which)
	switch {
	case said.off:
		t.Said = said.whenOff(len(which))
	case len(which) == 0:
		t.Said = w.text.Rules.TriedNone
	default:
		t.Said = said.some(len(which), said.after)
	}
	return t
}
