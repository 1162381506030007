package conference

import (
	"maps"
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
	// NearEnd is how long before the planned end a meeting is near it: longer than EndingSoon, for those who plan ahead.
	NearEnd time.Duration
	// Rules find what needs a person; nil finds nothing.
	Rules Rules
}

// Rules find what about a meeting needs a person.
type Rules interface {
	// Conditions is pure. Each Cause occurs once in what it returns.
	Conditions(*State) []Condition
	// Watches reports whether a condition with the cause can be found in any meeting.
	Watches(Cause) bool
}

// DefaultPolicy has the documented heartbeat and the design's defaults.
var DefaultPolicy = Policy{Heartbeat: 60 * time.Second, KeepEnded: 30 * time.Minute, EndingSoon: 5 * time.Minute, NearEnd: 10 * time.Minute}

// Apply returns the state after a message, what changed, and what the sender should know. state is nil for a
// meeting that is not on the board; a nil result means that it no longer is. Apply is pure: it keeps nothing, reads
// no clock, and modifies neither argument.
func Apply(state *State, m Message, p Policy) (*State, Change, Outcome) {
	next, change, outcome, _ := apply(state, m, p)
	return next, change, outcome
}

// apply also returns when the new state is due (see Due).
func apply(state *State, m Message, p Policy) (*State, Change, Outcome, time.Time) {
	id, now := m.Meeting(), m.Received()
	if s, told := m.(SnapshotMessage); told {
		next, due := s.applied(p)
		return next, changed(m, now, state, next), Outcome{Fate: Applied}, due
	}
	if state == nil {
		w, watched := m.(WatchMessage)
		if !watched {
			return nil, Change{ConfID: id, At: now, Received: now}, Outcome{Fate: NotWatched}, time.Time{}
		}
		next := &State{ConfID: id, Occurrence: 1, Link: Link{State: Connecting, Since: now, heard: now}}
		next.watch(w)
		return next, changed(m, now, nil, next), Outcome{Fate: Applied}, next.judgeAll(now, p)
	}
	if state.Brief && ofFrame(m) {
		return state, Change{ConfID: id, At: now, Received: now}, Outcome{Fate: NotWatched}, time.Time{}
	}

	next := *state
	outcome := Outcome{Fate: Applied}
	at := now
	switch m := m.(type) {
	case UnwatchMessage:
		return nil, changed(m, now, state, nil), outcome, time.Time{}
	case WatchMessage:
		next.watch(m)
	case SilenceMessage:
		outcome = next.silence(m.Silence)
	case UnsilenceMessage:
		outcome = next.unsilence(m.Cause)
	case LinkMessage:
		next.applyLink(m)
	case RefusedMessage:
		outcome = next.refuse(m.Refusal)
	case PassedMessage:
		next.Counts.Passed = counted(next.Counts.Passed, string(m.Type), 1)
		outcome.Fate = Passed
	case StatusMessage:
		at = m.Envelope.made(now)
		outcome = next.applyStatus(m, at)
	case BasicMessage:
		at = m.Envelope.made(now)
		outcome = next.applyBasic(m)
	case ParticipantsMessage:
		at = m.Envelope.made(now)
		outcome = next.applyParticipants(m)
	case WaitingMessage:
		at = m.Envelope.made(now)
		outcome = next.applyWaiting(m)
	case SpeakersMessage:
		at = m.Envelope.made(now)
		outcome = next.applySpeakers(m)
	case CustomLayoutMessage:
		at = m.Envelope.made(now)
		outcome = next.applyCustomLayout(m, at)
	}
	due := next.judgeAll(now, p)
	change := changed(m, at, state, &next)
	if m, ended := m.(UnsilenceMessage); ended {
		change.endedBy(m)
	}
	return &next, change, outcome, due
}

// changed is what a message changed, at its own time.
func changed(m Message, at time.Time, before, after *State) Change {
	c := compare(m.Meeting(), at, m.Received(), before, after)
	c.Cause = m
	return c
}

// ofFrame reports whether a message is what became of a frame.
func ofFrame(m Message) bool {
	switch m.(type) {
	case Push, RefusedMessage, PassedMessage:
		return true
	}
	return false
}

// watch notes by what name the meeting is watched here. What a brief state leaves out is not known to whoever begins to watch it.
func (s *State) watch(m WatchMessage) {
	if s.Brief {
		s.Brief = false
		s.attendance, s.waiting = attendance{}, attendance{}
		for _, in := range [...]*Intake{&s.ParticipantsIntake, &s.WaitingIntake, &s.CustomIntake} {
			in.forget()
		}
	}
	s.Name, s.Group, s.Origin, s.Booking = m.Name, m.Group, m.Origin, m.Booking
}

func (s *State) applyLink(m LinkMessage) {
	l := &s.Link
	switch m.Event {
	case LinkEcho:
		l.heard, l.LastEcho, l.RoundTrip = m.At, m.At, m.RoundTrip
		return
	case LinkToken:
		l.TokenAt, l.TokenExpires = m.At, m.Expires
		if m.Expires.IsZero() {
			l.TokenAt = time.Time{}
		}
		return
	case LinkDelayed:
		l.Next = m.Next
		return
	}
	l.ConnectedAt, l.Next = time.Time{}, m.Next
	switch m.Event {
	case LinkUp:
		l.Connects++
		l.ConnectedAt, l.Next = m.At, time.Time{}
		l.statusIn = m.Continues && l.up && l.statusIn
		l.up, l.waiting, l.refused = true, false, false
		if !l.statusIn || l.heard.Before(m.At) { // otherwise there was an echo on the connection before
			l.heard = m.At
		}
		l.Reason, l.Detail = ReasonNone, ""
		for _, in := range s.intakes() {
			in.connected()
		}
		s.outlive()
		// An ended meeting whose connection opens again is not known to be ended any more; its next
		// Created begins a new occurrence (see applyStatus).
		s.EndedAt = time.Time{}
	case LinkDown:
		l.up, l.waiting, l.refused, l.statusIn = false, false, false, false
		l.Reason, l.Detail = m.Reason, m.Detail
	case LinkWaiting:
		l.up, l.waiting, l.refused, l.statusIn = false, true, false, false
		l.heard, l.Reason, l.Detail = m.At, m.Reason, m.Detail
	case LinkRefused:
		l.up, l.waiting, l.refused, l.statusIn = false, false, true, false
		l.Reason, l.Detail = m.Reason, m.Detail
	case LinkEnded:
		l.up, l.waiting, l.refused, l.statusIn = false, false, false, false
		l.Reason, l.Detail = ReasonNone, ""
		s.end(m.At)
	}
}

func (s *State) end(at time.Time) {
	if !s.Ended() {
		s.EndedAt = at
	}
	if !s.wasEnded {
		s.wasEnded = true
		s.outlive()
	}
	s.Speakers = nil
}

// outlive notes, if an occurrence has ended and no other begun, that what is known of people is of the ended one. What a full
// message tells from now on may already be of the next.
func (s *State) outlive() {
	if s.wasEnded {
		s.ParticipantsIntake.past, s.WaitingIntake.past, s.SpeakersIntake.past, s.BasicIntake.past = true, true, true, true
	}
}

// begin begins a new occurrence: nobody of the last one is in it. It reports whether the connection owes us a full
// message of those who are.
func (s *State) begin() (owed bool) {
	s.Occurrence++
	s.wasEnded = false
	s.EndedAt = time.Time{}
	if in := &s.ParticipantsIntake; in.past {
		owed = in.forget() || owed
		s.Participants, s.attendance = nil, attendance{}
	}
	if in := &s.WaitingIntake; in.past {
		owed = in.forget() || owed
		s.WaitingRoom, s.waiting = nil, attendance{}
	}
	if in := &s.BasicIntake; in.past {
		owed = in.forget() || owed
		s.Basic.StartTime, s.Basic.ScheduledStart = time.Time{}, time.Time{}
	}
	if in := &s.SpeakersIntake; in.past {
		owed = in.forget() || owed
		s.Speakers = nil
	}
	return owed
}

// refuse counts a refused frame. Of an incremental one the other fields are lost with it, so a full message is needed; a full
// one that is refused would only come again, and one about another meeting has taken nothing from this one.
func (s *State) refuse(r Refusal) Outcome {
	s.Counts.Refused++
	s.Counts.LastRefusal = r
	in := s.intakeOf(r.Type)
	if in != nil {
		in.Tally.Refused++
	}
	return Outcome{Fate: Refused, AskFull: in != nil && r.Mode == Incremental && r.Kind != RefusedOtherMeeting}
}

// refuseTooMany refuses a message that leads beyond a limit, and leaves its sequence alone. A full message would have all of
// it at once, or show that the limit is not exceeded.
func (s *State) refuseTooMany(e Envelope, withheld map[string]int, at time.Time, field string) Outcome {
	s.countWithheld(withheld)
	return s.refuse(Refusal{Kind: RefusedTooMany, Field: field, Type: e.Type, Mode: e.Mode, At: at})
}

// take judges a message by its envelope and counts what becomes of it. The message is to be applied if its fate is Applied.
func (s *State) take(in *Intake, e Envelope, withheld map[string]int, at time.Time) Outcome {
	s.countWithheld(withheld)
	outcome := in.take(e)
	if outcome.Fate.Dropped() {
		s.Counts.Dropped[outcome.Fate]++
		s.Counts.LastDrop = Drop{Fate: outcome.Fate, Envelope: e, At: at}
		in.Tally.Dropped[outcome.Fate]++
		return outcome
	}
	s.Counts.Applied++
	in.Tally.Applied++
	s.last, s.lastAt = e, at
	return outcome
}

func (s *State) countWithheld(withheld map[string]int) {
	for name, n := range withheld {
		s.Counts.Withheld = counted(s.Counts.Withheld, name, n)
	}
}

func (s *State) applyStatus(m StatusMessage, at time.Time) Outcome {
	if m.Envelope.Mode == Incremental && !roomForUnlisted(s.Status.Unlisted, m.Status.Unlisted) {
		return s.refuseTooMany(m.Envelope, m.Withheld, m.At, "")
	}
	firstHere := !s.StatusIntake.FullHere
	outcome := s.take(&s.StatusIntake, m.Envelope, m.Withheld, m.At)
	if outcome.Fate != Applied {
		return outcome
	}

	before := s.Status
	if m.Envelope.Mode == Full {
		s.Status, s.LayoutDated = m.Status, false
		s.Link.statusIn = true
	} else {
		s.Status = before.merged(&m.Status)
		s.LayoutDated = s.layoutDated(&before, &m.Status)
	}
	if !before.equal(&s.Status) {
		s.LastChange = earlier(at, m.At)
	}
	if !before.Layout().Equal(s.Status.Layout()) {
		s.layoutChanged(at, m.Envelope.Mode == Full && firstHere)
	}

	switch state := s.Status.Text(MeetingState); {
	case state == StateDestroyed:
		s.end(m.At)
	case state == StateCreated && s.wasEnded:
		outcome.AskFull = s.begin() || outcome.AskFull
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
