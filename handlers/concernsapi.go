package handlers

import (
	"time"

	"confboard/feed/conference"
	"confboard/feed/rules"
)

// apiConcern is something that needs a person, or is silenced lest it does.
type apiConcern struct {
	// Rule names what was found. Field, by its wire name, and Profile are those of a drift.
	Rule    conference.Rule `json:"rule"`
	Field   string          `json:"field,omitempty"`
	Profile string          `json:"profile,omitempty"`
	// Severity is critical or attention, whether or not somebody has taken note of it; absent for what is not the case at present.
	Severity string `json:"severity,omitempty"`
	// Since is when it began, null for what is not the case at present.
	Since   *time.Time  `json:"since"`
	Silence *apiSilence `json:"silence"` // null: it counts
}

// apiSilence is who has taken note of a concern.
type apiSilence struct {
	// Kind is acknowledged, which lasts until the concern has gone, or silenced.
	Kind string `json:"kind"`
	By   string `json:"by"`
	Note string `json:"note,omitempty"`
	// At is when, Until its end; null: as long as the meeting, or the concern, lasts.
	At    time.Time  `json:"at"`
	Until *time.Time `json:"until"`
}

// apiConcerns lists what counts, the gravest first, what somebody has taken note of, and what is silenced without being the case.
func apiConcerns(s *conference.State) []apiConcern {
	all := []apiConcern{}
	of := func(c conference.Cause) apiConcern {
		named := causeProps(c)
		a := apiConcern{Rule: c.Rule, Field: named.Field, Profile: c.Profile}
		if q := s.Silenced(c); q != nil {
			a.Silence = &apiSilence{Kind: silenceIcon(q.Seen), By: q.By, Note: q.Note, At: q.At.UTC(), Until: known(q.Until)}
		}
		return a
	}
	for _, c := range active(s) {
		a := of(c.Cause)
		a.Severity, a.Since = rules.Attention.String(), known(c.Since)
		if c.Weight == conference.Urgent {
			a.Severity = rules.Critical.String()
		}
		all = append(all, a)
	}
	for _, q := range idle(s) {
		all = append(all, of(q.Cause))
	}
	return all
}
