package conference

import (
	"maps"
	"slices"
	"time"
)

// Policy holds the durations by which states are judged.
type Policy struct {
	// Heartbeat is the interval between heartbeats on a connection; every threshold of silence scales with it.
	Heartbeat time.Duration
	// KeepEnded is how long an ended meeting stays on the board.
	KeepEnded time.Duration
	// EndingSoon is how long before the planned end a meeting counts as ending soon.
	EndingSoon time.Duration
}

// DefaultPolicy has the documented heartbeat and the design's defaults.
var DefaultPolicy = Policy{Heartbeat: 60 * time.Second, KeepEnded: 30 * time.Minute, EndingSoon: 5 * time.Minute}

const (
	// recentMsgIDs is how many msgIDs of a type are remembered. Repeats come within seconds, from a cloud that
	// sends again what it thinks was lost.
	recentMsgIDs = 32
	// newerDropsBeforeAsking is after how many drops in a row, of messages made after the last applied one, our sequence
	// is taken for wrong and a full message asked for.
	newerDropsBeforeAsking = 3
)

// Apply returns the state after a message, what changed, and what the sender should know. state is nil for a
// meeting that is not on the board; a nil result means that it no longer is. Apply is pure: it keeps nothing, reads
// no clock, and modifies neither argument.
func Apply(state *State, m Message, p Policy) (*State, Change, Outcome) {
	id, now := m.Meeting(), m.Received()
	if state == nil {
		w, watched := m.(WatchMessage)
		if !watched {
			return nil, Change{ConfID: id, At: now}, Outcome{Fate: NotWatched}
		}
		next := &State{ConfID: id, Occurrence: 1, Link: Link{State: Connecting, Since: now, heard: now}, Name: w.Name, Group: w.Group}
		return next, compare(id, now, nil, next), Outcome{Fate: Applied}
	}

	next := *state
	outcome := Outcome{Fate: Applied}
	at := now
	switch m := m.(type) {
	case UnwatchMessage:
		return nil, compare(id, now, state, nil), outcome
	case WatchMessage:
		next.Name, next.Group = m.Name, m.Group
	case LinkMessage:
		next.applyLink(m)
	case RefusedMessage:
		outcome = next.refuse(m.Refusal)
	case PassedMessage:
		next.Counts.Passed = counted(next.Counts.Passed, string(m.Type), 1)
		outcome.Fate = Passed
	case StatusMessage:
		if !m.Envelope.CreateTime.IsZero() {
			at = m.Envelope.CreateTime
		}
		outcome = next.applyStatus(m, at)
	}
	next.judgeAll(now, p)
	return &next, compare(id, at, state, &next), outcome
}

func (s *State) applyLink(m LinkMessage) {
	l := &s.Link
	switch m.Event {
	case LinkUp:
		l.up, l.waiting, l.refused, l.statusIn = true, false, false, false
		l.heard, l.Reason = m.At, ReasonNone
		s.StatusIntake.connected()
		// An ended meeting whose connection opens again is not known to be ended any more; its next
		// Created begins a new occurrence (see applyStatus).
		s.EndedAt = time.Time{}
	case LinkEcho:
		l.heard, l.LastEcho = m.At, m.At
	case LinkDown:
		l.up, l.waiting, l.refused, l.statusIn = false, false, false, false
		l.Reason = m.Reason
	case LinkWaiting:
		l.up, l.waiting, l.refused, l.statusIn = false, true, false, false
		l.heard, l.Reason = m.At, m.Reason
	case LinkRefused:
		l.up, l.waiting, l.refused, l.statusIn = false, false, true, false
		l.Reason = m.Reason
	case LinkEnded:
		l.up, l.waiting, l.refused, l.statusIn = false, false, false, false
		l.Reason = ReasonNone
		s.end(m.At)
	}
}

func (s *State) end(at time.Time) {
	if !s.Ended() {
		s.EndedAt = at
	}
	s.wasEnded = true
}

func (s *State) refuse(r Refusal) Outcome {
	s.Counts.Refused++
	s.Counts.LastRefusal = r
	return Outcome{Fate: Refused}
}

func (s *State) applyStatus(m StatusMessage, at time.Time) Outcome {
	for name, n := range m.Withheld {
		s.Counts.Withheld = counted(s.Counts.Withheld, name, n)
	}
	if m.Envelope.Mode == Incremental && !s.Status.hasRoomFor(&m.Status) {
		return s.refuse(Refusal{Kind: RefusedTooMany, At: m.At})
	}
	outcome := s.StatusIntake.take(m.Envelope)
	if outcome.Fate.Dropped() {
		s.Counts.Dropped[outcome.Fate]++
		return outcome
	}
	s.Counts.Applied++

	before := s.Status
	if m.Envelope.Mode == Full {
		s.Status, s.LayoutDated = m.Status, false
		s.Link.statusIn = true
	} else {
		s.Status = before.merged(&m.Status)
		s.LayoutDated = s.layoutDated(&before, &m.Status)
	}
	if !before.equal(&s.Status) {
		s.LastChange = at
	}

	switch state := s.Status.Text(MeetingState); {
	case state == StateDestroyed:
		s.end(m.At)
	case state == StateCreated && s.wasEnded:
		s.Occurrence++
		s.wasEnded = false
		s.EndedAt = time.Time{}
	}
	return outcome
}

// layoutDated reports whether, after an incremental message, the layout was set earlier than the mode or the number of
// screens and may not apply: the cloud does not take it back by itself.
func (s *State) layoutDated(before, in *Status) bool {
	if in.Value(MultiPic).Presence != NotReported || s.Status.Layout() == nil {
		return false
	}
	return s.LayoutDated || !before.Value(StatusMode).Equal(s.Status.Value(StatusMode)) ||
		!before.Value(PicNum).Equal(s.Status.Value(PicNum))
}

// connected starts a new connection: its first full message is accepted whatever its version, and its sequence
// starts anew.
func (in *Intake) connected() {
	in.FullHere, in.HasSequence, in.Sequence, in.newerDrops = false, false, 0, 0
}

// take judges a message of this type by its envelope and, unless it is dropped, notes it as the last one.
func (in *Intake) take(e Envelope) Outcome {
	firstFullHere := e.Mode == Full && !in.FullHere
	if fate := in.judge(e, firstFullHere); fate != Applied {
		if e.Mode == Incremental && fate != DroppedRepeated {
			if e.CreateTime.After(in.Last.CreateTime) {
				in.newerDrops++
			} else {
				in.newerDrops = 0
			}
		}
		return Outcome{Fate: fate, AskFull: in.newerDrops >= newerDropsBeforeAsking}
	}
	in.newerDrops = 0
	in.Last = e
	if firstFullHere {
		in.recent = nil // a cloud that starts over may send the same messages again, and they count again
	}
	in.remember(e.MsgID)
	if e.Mode == Full {
		in.FullVersion, in.FullTime = e.Version, e.CreateTime
		in.HasFull, in.FullHere, in.Partial = true, true, false
		in.Sequence, in.HasSequence = 0, false
		return Outcome{Fate: Applied}
	}
	in.Sequence, in.HasSequence = e.Sequence, true
	if !in.FullHere {
		in.Partial = true
	}
	return Outcome{Fate: Applied, AskFull: in.Partial}
}

func (in *Intake) judge(e Envelope, firstFullHere bool) Fate {
	switch {
	case firstFullHere:
		return Applied
	case e.MsgID != "" && slices.Contains(in.recent, e.MsgID):
		return DroppedRepeated
	case e.Mode == Full && e.Version <= in.FullVersion:
		return DroppedOlderFull
	case e.Mode == Incremental && in.HasSequence && e.Sequence <= in.Sequence:
		return DroppedOlderSequence
	case e.Mode == Incremental && in.HasFull && !e.CreateTime.IsZero() && e.CreateTime.Before(in.FullTime):
		return DroppedBeforeFull
	}
	return Applied
}

func (in *Intake) remember(msgID string) {
	if msgID == "" {
		return
	}
	kept := in.recent
	if len(kept) >= recentMsgIDs {
		kept = kept[len(kept)-recentMsgIDs+1:]
	}
	in.recent = append(slices.Clip(kept), msgID) // Clip: append copies, the old state keeps its own
}

// counted returns a copy of the counters with one of them raised.
func counted(m map[string]uint64, name string, by int) map[string]uint64 {
	next := maps.Clone(m)
	if next == nil {
		next = make(map[string]uint64, 1)
	}
	if _, known := next[name]; !known && len(next) >= maxCountedNames {
		name = OtherNames
	}
	next[name] += uint64(by)
	return next
}
