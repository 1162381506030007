package conference

import (
	"slices"
	"time"
)

// Silence keeps a concern from counting. It stays in sight as what somebody has taken note of, and ends with the occurrence of the
// meeting at the latest.
type Silence struct {
	// Cause is what is silenced.
	Cause Cause
	// Seen: somebody sees to it. It ends as soon as the concern has gone, and so counts again when it comes back: acknowledged, not
	// silenced.
	Seen bool
	// By is who did it and At when; Note is what they said about it and can be empty.
	By, Note string
	At       time.Time
	// Until is when it ends; zero: at no set time.
	Until time.Time
	// Began is when the occurrence began in which it was made, as far as that was known: by it the occurrence can be told from the next
	// one after a restart.
	Began time.Time
}

// equal reports whether two say the same.
func (q *Silence) equal(r *Silence) bool {
	return q.Cause == r.Cause && q.Seen == r.Seen && q.By == r.By && q.Note == r.Note && q.At.Equal(r.At) && q.Until.Equal(r.Until) && q.Began.Equal(r.Began)
}

// Over reports whether the time of the silence is up.
func (q Silence) Over(now time.Time) bool { return !q.Until.IsZero() && !now.Before(q.Until) }

// SilenceMessage silences a concern that there is, in place of an earlier silence with the same cause. Began is filled in. Its fate is
// Moot when there is no such concern.
type SilenceMessage struct {
	About
	Silence Silence
}

// UnsilenceMessage ends a silence by hand. Its fate is Moot when there is none.
type UnsilenceMessage struct {
	About
	Cause Cause
	// By is who ends it.
	By string
}

// MaxSilences bounds the silences of one meeting; each has a cause of its own, and causes are few. A further one takes the place of the
// oldest, which thereby counts again.
const MaxSilences = 64

// Silenced returns the silence that holds for a cause, nil if there is none.
func (s *State) Silenced(c Cause) *Silence {
	if i := slices.IndexFunc(s.Silences, func(held Silence) bool { return held.Cause == c }); i >= 0 {
		return &s.Silences[i]
	}
	return nil
}

func (s *State) silence(in Silence) Outcome {
	if !s.has(in.Cause) {
		return Outcome{Fate: Moot}
	}
	in.Began = s.Basic.StartTime
	kept := slices.DeleteFunc(slices.Clone(s.Silences), func(held Silence) bool { return held.Cause == in.Cause })
	if len(kept) >= MaxSilences {
		kept = slices.Delete(kept, 0, 1)
	}
	s.Silences = append(kept, in)
	return Outcome{Fate: Applied}
}

func (s *State) unsilence(c Cause) Outcome {
	if s.Silenced(c) == nil {
		return Outcome{Fate: Moot}
	}
	s.Silences = slices.DeleteFunc(slices.Clone(s.Silences), func(held Silence) bool { return held.Cause == c })
	return Outcome{Fate: Applied}
}

// toldWithin is how long after the link became live everything has been told that there is to tell. Before, what is missing need not have
// gone: participants can come after the status.
const toldWithin = 10 * time.Second

// judgeSilences ends the silences whose time has come, those of an occurrence that is over, of somebody who saw to what has gone, and of
// what no rule can find any more.
func (s *State) judgeSilences(now time.Time, p Policy) (due time.Time) {
	live, told := s.Link.State == Live, s.Link.Since.Add(toldWithin)
	gone := func(q Silence) bool { return live && q.Seen && !s.has(q.Cause) }
	over := func(q Silence) bool {
		return q.Over(now) || gone(q) && !now.Before(told) || live && s.begunSince(q.Began) || p.Rules != nil && !p.Rules.Watches(q.Cause)
	}
	if slices.ContainsFunc(s.Silences, over) {
		s.Silences = slices.DeleteFunc(slices.Clone(s.Silences), over)
	}
	for _, q := range s.Silences {
		if due = earlier(due, by(now, q.Until)); gone(q) {
			due = earlier(due, by(now, told))
		}
	}
	return due
}

// begunSince reports whether the meeting is known to have begun later than an occurrence that began then; false when one of the times
// is not known.
func (s *State) begunSince(began time.Time) bool {
	return !began.IsZero() && s.Basic.StartTime.Sub(began) > sameStart
}

// recall gives a state that nobody else has yet the silences that were in force when the meeting was last on the board.
func (s *State) recall(silences []Silence, now time.Time, p Policy) (due time.Time) {
	s.Silences = silences[max(0, len(silences)-MaxSilences):]
	return s.judgeAll(now, p)
}

// appendSilenceChanges lists the silences that were made or replaced, and those that have ended.
func appendSilenceChanges(to []FieldChange, before, after *State) []FieldChange {
	if slices.Equal(before.Silences, after.Silences) {
		return to
	}
	presence := func(q *Silence) (v Value) {
		if q != nil {
			v.Presence = Known
		}
		return v
	}
	for i := range after.Silences {
		q := &after.Silences[i]
		if was := before.Silenced(q.Cause); was == nil || !was.equal(q) {
			to = append(to, FieldChange{Part: PartSilences, Cause: &q.Cause, Old: presence(was), New: presence(q)})
		}
	}
	for i := range before.Silences {
		if q := &before.Silences[i]; after.Silenced(q.Cause) == nil {
			to = append(to, FieldChange{Part: PartSilences, Cause: &q.Cause, Old: presence(q)})
		}
	}
	return to
}

// endedBy notes who ended a silence by hand.
func (c *Change) endedBy(m UnsilenceMessage) {
	for i := range c.Fields {
		if f := &c.Fields[i]; f.Part == PartSilences && *f.Cause == m.Cause {
			f.New.Text = m.By
		}
	}
}
