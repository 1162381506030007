package rules

import (
	"slices"
	"time"

	"confboard/feed/conference"
)

// Profile says what a meeting, those whose title fits a pattern, or all are expected to be.
type Profile struct {
	// Name identifies the profile for people; each profile has its own.
	Name string
	// ConfID, Title and Group select meetings; all that are given have to fit, and a profile without any fits every meeting.
	ConfID, Title, Group conference.Pattern
	Expect               []Expectation
	// Grace is how long a field may differ.
	Grace time.Duration
	// Weight is how much a drift matters.
	Weight conference.Weight
}

// Expectation is what a field should say.
type Expectation struct {
	Field conference.Field
	Want  conference.Value
}

// Fits reports whether the profile is meant for the meeting.
func (p *Profile) Fits(s *conference.State) bool {
	return p.ConfID.Matches(string(s.ConfID)) && p.Title.Matches(s.Title()) && p.Group.Matches(s.Group)
}

// Met reports whether a field is as expected. What was not reported is not known to differ.
func (e Expectation) Met(s *conference.State) bool {
	v := s.Status.Value(e.Field)
	switch {
	case v.Presence != conference.Known:
		return true
	case e.Field.Kind() == conference.KindSwitch:
		return (v.Int != 0) == (e.Want.Int != 0)
	}
	return v.Equal(e.Want)
}

// drifts returns the fields that are not as the first profile with an opinion on them expects.
func drifts(profiles []Profile, s *conference.State) (found []conference.Condition) {
	var settled [conference.FieldCount]bool
	for i := range profiles {
		p := &profiles[i]
		if p.Weight == conference.Unimportant || !slices.ContainsFunc(p.Expect, func(e Expectation) bool { return !settled[e.Field] }) || !p.Fits(s) {
			continue
		}
		for _, e := range p.Expect {
			if !settled[e.Field] && !e.Met(s) {
				found = append(found, conference.Condition{
					Cause:  conference.Cause{Rule: conference.Drift, Field: e.Field, Profile: p.Name},
					Weight: p.Weight, After: p.Grace, Want: e.Want,
				})
			}
			settled[e.Field] = true
		}
	}
	return found
}
