package rules

import (
	"slices"
	"time"

	"confboard/feed/conference"
)

// Set is what is watched in every meeting, beside its link. The zero Set watches nothing. It must not be modified once it is used.
type Set struct {
	Overrun, NoHost, BlankScreen, UnseenSpeaker, UnlockedRecording Limit
	// Profiles say what fields are expected to be; for each field the first profile that fits the meeting counts.
	Profiles []Profile
}

// Limit is how much a condition matters, conference.Unimportant being not at all, and how long it has to last.
type Limit struct {
	Weight conference.Weight
	After  time.Duration
}

// Builtin lists the rules that have a limit, in the order in which they are documented. Their names are those in the settings.
func Builtin() []conference.Rule {
	return []conference.Rule{conference.Overrunning, conference.NoHost, conference.BlankScreen, conference.UnseenSpeaker, conference.UnlockedRecording}
}

// Limit returns where the set has the limit of a built-in rule, nil for any other.
func (set *Set) Limit(r conference.Rule) *Limit {
	switch r {
	case conference.Overrunning:
		return &set.Overrun
	case conference.NoHost:
		return &set.NoHost
	case conference.BlankScreen:
		return &set.BlankScreen
	case conference.UnseenSpeaker:
		return &set.UnseenSpeaker
	case conference.UnlockedRecording:
		return &set.UnlockedRecording
	}
	return nil
}

// Default returns the rules as they are when nothing is set. The times are those in which people put such things right
// by themselves.
func Default() *Set {
	look := func(after time.Duration) Limit { return Limit{conference.Noteworthy, after} }
	return &Set{
		Overrun: look(0), NoHost: look(5 * time.Minute), BlankScreen: look(30 * time.Second), UnseenSpeaker: look(30 * time.Second),
		UnlockedRecording: look(2 * time.Minute),
	}
}

// Policy returns the default policy with the default rules.
func Policy() conference.Policy {
	p := conference.DefaultPolicy
	p.Rules = Default()
	return p
}

// Conditions implements conference.Rules.
func (set *Set) Conditions(s *conference.State) (found []conference.Condition) {
	add := func(holds bool, rule conference.Rule, l Limit) {
		if holds {
			found = append(found, conference.Condition{Cause: conference.Cause{Rule: rule}, Weight: l.Weight, After: l.After})
		}
	}
	on := func(l Limit) bool { return l.Weight != conference.Unimportant }
	add(on(set.Overrun) && s.Overrun, conference.Overrunning, set.Overrun)
	if s.Status.Text(conference.MeetingState) == conference.StateSchedule {
		return found // nothing is expected of a meeting that has not begun
	}
	add(on(set.NoHost) && s.ParticipantsIntake.HasFull && s.Hostless(), conference.NoHost, set.NoHost)
	add(on(set.BlankScreen) && len(BlankScreens(s)) > 0, conference.BlankScreen, set.BlankScreen)
	add(on(set.UnseenSpeaker) && Unseen(s) != nil, conference.UnseenSpeaker, set.UnseenSpeaker)
	add(on(set.UnlockedRecording) && is(s, conference.Lock, 0) && is(s, conference.RecState, 1), conference.UnlockedRecording, set.UnlockedRecording)
	return append(found, drifts(set.Profiles, s)...)
}

// Watches implements conference.Rules.
func (set *Set) Watches(c conference.Cause) bool {
	if c.Rule != conference.Drift {
		l := set.Limit(c.Rule)
		return l != nil && l.Weight != conference.Unimportant
	}
	return slices.ContainsFunc(set.Profiles, func(p Profile) bool {
		return p.Name == c.Profile && p.Weight != conference.Unimportant && slices.ContainsFunc(p.Expect, func(e Expectation) bool { return e.Field == c.Field })
	})
}

func is(s *conference.State, f conference.Field, n int64) bool {
	known, ok := s.Status.Int(f)
	return ok && known == n
}

// seen returns the layout that people see: the one that was set, unless the mode shows something else, or it may not
// apply any more.
func seen(s *conference.State) *conference.Layout {
	switch s.Status.Text(conference.StatusMode) {
	case conference.ModeBroadcast, conference.ModeRollCall:
		return nil
	}
	if s.LayoutDated {
		return nil
	}
	return s.Status.Layout()
}

// BlankScreens returns the numbers of the screens all of whose participants are absent, in the order of the layout. It is empty
// when the participants are not known.
func BlankScreens(s *conference.State) (screens []int64) {
	l := seen(s)
	if l == nil {
		return nil
	}
	seats, ok := s.Seats(l)
	if !ok {
		return nil
	}
	for _, screen := range l.Screens {
		if seats.Blank(screen) {
			screens = append(screens, screen.Index.Int)
		}
	}
	return screens
}

// Unseen returns the loudest speaker if nobody sees them: the layout is fixed and has no screen of theirs, or
// somebody else is broadcast. It is nil when that is not so or not known.
func Unseen(s *conference.State) *conference.Participant {
	if len(s.Speakers) == 0 || is(s, conference.VoiceActivation, 1) {
		return nil
	}
	speaker := s.Find(s.Speakers[0].PID)
	if speaker == nil {
		return nil
	}
	switch s.Status.Text(conference.StatusMode) {
	case conference.ModeFixed:
		if l := seen(s); l != nil && len(l.Screens) > 0 && !findsBySelf(l) && !l.Shows(speaker) {
			return speaker
		}
	case conference.ModeBroadcast:
		if named := s.Named(); named != nil && named.PID != speaker.PID {
			return speaker
		}
	}
	return nil
}

// findsBySelf reports whether some screen finds its participants by itself.
func findsBySelf(l *conference.Layout) bool {
	for _, screen := range l.Screens {
		if screen.AutoPolling.Int != 0 || len(screen.IDs) == 0 && screen.Share.Int == 0 {
			return true
		}
	}
	return false
}
