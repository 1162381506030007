package conference

import (
	"slices"
	"time"
)

// dataField is the wire name of what the messages about people carry.
const dataField = "data"

func (s *State) applyBasic(m BasicMessage) Outcome {
	if m.Envelope.Mode == Incremental && !roomForUnlisted(s.Basic.Unlisted, m.Basic.Unlisted) {
		return s.refuseTooMany(m.Envelope, m.Withheld, m.At, "")
	}
	outcome := s.take(&s.BasicIntake, m.Envelope, m.Withheld, m.At)
	switch {
	case outcome.Fate != Applied:
	case m.Envelope.Mode == Full:
		s.Basic = m.Basic
	default:
		s.Basic = s.Basic.merged(&m.Basic)
	}
	return outcome
}

func (s *State) applyParticipants(m ParticipantsMessage) Outcome {
	next, ok := roster{s.Participants, s.attendance}.applied(m.Envelope.Mode, m.Entries)
	if !ok {
		return s.refuseTooMany(m.Envelope, m.Withheld, m.At, dataField)
	}
	outcome := s.take(&s.ParticipantsIntake, m.Envelope, m.Withheld, m.At)
	if outcome.Fate == Applied {
		s.Participants, s.attendance = next.list, next.attendance
	}
	return outcome
}

func (s *State) applyWaiting(m WaitingMessage) Outcome {
	next, ok := roster{s.WaitingRoom, s.waiting}.applied(m.Envelope.Mode, m.Entries)
	if !ok {
		return s.refuseTooMany(m.Envelope, m.Withheld, m.At, dataField)
	}
	outcome := s.take(&s.WaitingIntake, m.Envelope, m.Withheld, m.At)
	if outcome.Fate == Applied {
		s.WaitingRoom, s.waiting = next.list, next.attendance
	}
	return outcome
}

func (s *State) applySpeakers(m SpeakersMessage) Outcome {
	outcome := s.take(&s.SpeakersIntake, m.Envelope, m.Withheld, m.At)
	if outcome.Fate != Applied {
		// Each message names everybody: one that comes too late is missed by nobody.
		outcome.AskFull = outcome.AskFull && s.SpeakersIntake.newerDrops >= newerDropsBeforeAsking
		return outcome
	}
	// The message is whole in either mode: after an incremental one nothing is missing.
	in := &s.SpeakersIntake
	in.HasFull, in.Partial, in.past, outcome.AskFull = true, false, false, false
	speakers := loudest(m.Speakers)
	if s.Ended() {
		speakers = nil
	}
	if !slices.Equal(speakers, s.Speakers) {
		s.Speakers = speakers
	}
	return outcome
}

func (s *State) applyCustomLayout(m CustomLayoutMessage, at time.Time) Outcome {
	var before CustomLayout
	if s.Custom != nil {
		before = *s.Custom
	}
	if m.Envelope.Mode == Incremental && !roomForUnlisted(before.Unlisted, m.Custom.Unlisted) {
		return s.refuseTooMany(m.Envelope, m.Withheld, m.At, "")
	}
	outcome := s.take(&s.CustomIntake, m.Envelope, m.Withheld, m.At)
	if outcome.Fate != Applied {
		return outcome
	}
	after := m.Custom
	if m.Envelope.Mode == Incremental {
		after = before.merged(&m.Custom)
	}
	if s.Custom == nil || !before.equal(&after) {
		s.Custom = &after
	}
	if m.Custom.GridFault != "" {
		s.Counts.GridsSetAside++
	}
	if m.Custom.Grid != nil {
		s.gridMade = at
		s.gridCurrent = !at.Before(s.layoutMade)
	}
	return outcome
}

// layoutChanged judges the geometry that we have when Status has another layout. atFirst: the first full message of the
// connection told of it; that says nothing of when it was set, so only a geometry from before the connection is taken for older.
func (s *State) layoutChanged(at time.Time, atFirst bool) {
	if atFirst {
		s.layoutMade = time.Time{}
		s.gridCurrent = s.CustomIntake.FullHere
		return
	}
	s.layoutMade = at
	s.gridCurrent = !s.gridMade.Before(at)
}
