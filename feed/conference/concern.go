package conference

import (
	"slices"
	"time"
)

// Condition is something about a meeting that needs a person if it lasts. Rules find it in a state (see Policy.Rules).
type Condition struct {
	Cause Cause
	// Weight is how much it matters.
	Weight Weight
	// After is how long it has to last until it counts: a grace period, and at the same time what keeps a state that
	// flickers from raising an alarm.
	After time.Duration
	// Want is what a listed field should say, for a drift.
	Want Value
}

// Cause identifies a condition within its meeting.
type Cause struct {
	Rule Rule
	// Field is the listed field that drifted and Profile the name of the profile that says so, for Drift.
	Field   Field
	Profile string
}

// Rule is the name of a rule. The wording is the catalogue's.
type Rule string

// The rules.
const (
	Overrunning       Rule = "overrun"           // in progress after its planned end
	NoHost            Rule = "noHost"            // there are participants, and none of them is the host
	BlankScreen       Rule = "blankScreen"       // all participants of a screen are absent
	UnseenSpeaker     Rule = "unseenSpeaker"     // somebody speaks whom no screen of a layout that cannot change by itself shows
	UnlockedRecording Rule = "unlockedRecording" // recorded while anybody can come in
	Drift             Rule = "drift"             // a field differs from what a profile expects
)

// Weight is how much a condition matters.
type Weight uint8

// The weights.
const (
	Unimportant Weight = iota
	Noteworthy         // somebody should look
	Urgent             // something has to be done now
)

// Concern is a condition with its time.
type Concern struct {
	Condition
	// Since is when the condition began, or when we first knew of it.
	Since time.Time
	// Active is whether it has lasted long enough to count.
	Active bool
}

// Weight returns the greatest weight of the concerns that are active and not silenced.
func (s *State) Weight() (w Weight) {
	for i := range s.Concerns {
		if c := &s.Concerns[i]; c.Active && s.Silenced(c.Cause) == nil {
			w = max(w, c.Weight)
		}
	}
	return w
}

// judgeConcerns brings the concerns and silences up to an instant and returns when they can next differ. Concerns are found
// only while the link is live: of anything else nobody knows whether it still holds, so they stay as they were last
// known; of a brief state the rules know too little, so they go on as they were found by whoever knows more. Both end with the
// occurrence.
func (s *State) judgeConcerns(now time.Time, p Policy) (due time.Time) {
	switch {
	case s.Link.State == Over || s.Link.State == Waiting:
		s.Concerns, s.Silences = nil, nil
	case s.Link.State == Live && s.Brief:
		s.Concerns = concerns(s.Concerns, watched(s.Concerns, p.Rules), now)
	case s.Link.State == Live && p.Rules != nil:
		s.Concerns = concerns(s.Concerns, p.Rules.Conditions(s), now)
	case p.Rules != nil && slices.ContainsFunc(s.Concerns, func(c Concern) bool { return !p.Rules.Watches(c.Cause) }):
		s.Concerns = slices.DeleteFunc(slices.Clone(s.Concerns), func(c Concern) bool { return !p.Rules.Watches(c.Cause) }) // nobody asks any more
	}
	if s.Link.State == Live {
		for i := range s.Concerns {
			if c := &s.Concerns[i]; !c.Active {
				due = earlier(due, by(now, c.Since.Add(c.After)))
			}
		}
	}
	if len(s.Silences) > 0 {
		due = earlier(due, s.judgeSilences(now, p))
	}
	return due
}

// watched returns the conditions behind concerns, of those that the rules watch; nil rules leave them all.
func watched(all []Concern, rules Rules) []Condition {
	var conditions []Condition
	for _, c := range all {
		if rules == nil || rules.Watches(c.Cause) {
			conditions = append(conditions, c.Condition)
		}
	}
	return conditions
}

// concerns returns the concerns that the conditions make; held itself if they are the same.
func concerns(held []Concern, conditions []Condition, now time.Time) []Concern {
	same := len(held) == len(conditions)
	var next []Concern
	for i, condition := range conditions {
		c := Concern{Condition: condition, Since: now}
		if at := slices.IndexFunc(held, func(h Concern) bool { return h.Cause == condition.Cause }); at >= 0 {
			c.Since = held[at].Since
		}
		c.Active = !now.Before(c.Since.Add(c.After))
		if same && held[i] == c {
			continue
		}
		if next == nil {
			next = append(make([]Concern, 0, len(conditions)), held[:min(i, len(held))]...)
		}
		next = append(next, c)
		same = false
	}
	if same {
		return held
	}
	return next
}

// has reports whether there is a concern with the cause, whether or not it counts yet.
func (s *State) has(c Cause) bool {
	return s.concern(c) != nil
}

// appendConcernChanges lists the concerns that became active or ceased to be, and the silences that differ.
func appendConcernChanges(to []FieldChange, before, after *State) []FieldChange {
	if len(before.Concerns) == 0 && len(after.Concerns) == 0 && len(before.Silences) == 0 && len(after.Silences) == 0 {
		return to
	}
	known := Value{Presence: Known}
	for i := range after.Concerns {
		c := &after.Concerns[i]
		switch was := before.concern(c.Cause); {
		case !c.Active:
		case was == nil || !was.Active:
			to = append(to, FieldChange{Part: PartConcerns, Cause: &c.Cause, New: known})
		case !was.Since.Equal(c.Since):
			to = append(to, FieldChange{Part: PartConcerns, Cause: &c.Cause, Old: known, New: known})
		}
	}
	for i, c := range before.Concerns {
		if c.Active && !after.concerned(c.Cause) {
			to = append(to, FieldChange{Part: PartConcerns, Cause: &before.Concerns[i].Cause, Old: known})
		}
	}
	return appendSilenceChanges(to, before, after)
}

func (s *State) concerned(c Cause) bool {
	held := s.concern(c)
	return held != nil && held.Active
}

// concern is the one with a cause, nil if there is none.
func (s *State) concern(c Cause) *Concern {
	if i := slices.IndexFunc(s.Concerns, func(held Concern) bool { return held.Cause == c }); i >= 0 {
		return &s.Concerns[i]
	}
	return nil
}
