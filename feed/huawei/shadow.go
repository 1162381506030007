package huawei

import (
	"slices"
	"time"

	"confboard/feed/conference"
)

// shadow is the sink of a watch while another instance still watches the meeting and tells of it. It keeps what the watch would have told,
// as the state that it leads to: told one by one later on, the messages would lead the board through a past that it has seen. Its desk
// guards it.
type shadow struct {
	policy conference.Policy
	state  *conference.State
}

func newShadow(heartbeat time.Duration) *shadow {
	return &shadow{policy: conference.Policy{Heartbeat: heartbeat}}
}

// Apply implements conference.Sink.
func (s *shadow) Apply(m conference.Message) conference.Outcome {
	next, _, outcome := conference.Apply(s.state, m, s.policy)
	s.state = next
	return outcome
}

// tidings are the last that a watch had to tell: of its token, and of the link itself. Their Event is 0 before the first.
type tidings struct{ token, link conference.LinkMessage }

// note takes note of a message.
func (t *tidings) note(m conference.Message) {
	l, ok := m.(conference.LinkMessage)
	switch {
	case !ok, l.Event == conference.LinkEcho, l.Event == conference.LinkDelayed:
	case l.Event == conference.LinkToken:
		t.token = l
	default:
		t.link = l
	}
}

// told is what leads a board, where the meeting is already, from what is known there to the state of the shadow.
func (s *shadow) told(last tidings, now conference.About, known *conference.State) []conference.Message {
	var all []conference.Message
	if last.token.Event != 0 {
		all = append(all, last.token)
	}
	switch {
	case last.link.Event == conference.LinkUp && s.state != nil:
		up := last.link
		up.At = s.state.Link.Heard() // the board may have heard later, of the connection before
		up.Continues = s.state.StatusIntake.FullHere
		all = append(append(all, up), fulls(now, s.state, known)...)
	case last.link.Event != 0:
		all = append(all, last.link)
	case live(known): // this instance has no connection yet, and the other one's is gone
		all = append(all, conference.LinkMessage{About: now, Event: conference.LinkDown})
	}
	return all
}

// fulls has a full message of each type of which one has come on the present connection, as if the cloud sent it now. Where the board knows
// something newer, that is in it: what the former instance heard last may still be on its way to this one.
func fulls(now conference.About, s, known *conference.State) []conference.Message {
	var all []conference.Message
	if known == nil {
		known = s
	}
	theirs := known.Intakes()
	for i, ours := range s.Intakes() {
		if !ours.FullHere {
			continue
		}
		from, in := s, ours.Intake
		here := !known.Brief || ours.Type == conference.StatusType || ours.Type == conference.BasicType
		if b := theirs[i]; here && b.HasFull && !b.Partial && b.Last.CreateTime.After(in.Last.CreateTime) {
			from, in = known, b.Intake
		}
		m := fullOf(from, conference.Envelope{Type: ours.Type, ConfID: s.ConfID, MsgID: in.Last.MsgID, Mode: conference.Full,
			Version: in.FullVersion, CreateTime: in.Last.CreateTime}, now)
		if ours.Type == conference.CustomLayoutType { // before the layout: the first full status does not tell when its layout was set
			all = slices.Insert(all, 0, m)
		} else {
			all = append(all, m)
		}
	}
	return all
}

// fullOf is the full message of a type that leads to what a state knows of it.
func fullOf(s *conference.State, e conference.Envelope, now conference.About) conference.Message {
	switch e.Type {
	case conference.CustomLayoutType:
		custom := *s.Custom
		if _, drawn := s.Grid(); !drawn {
			custom.Grid = nil // it is of another layout
		}
		return conference.CustomLayoutMessage{About: now, Envelope: e, Custom: custom}
	case conference.BasicType:
		return conference.BasicMessage{About: now, Envelope: e, Basic: s.Basic}
	case conference.ParticipantsType:
		return conference.ParticipantsMessage{About: now, Envelope: e, Entries: entriesOf(s.Participants)}
	case conference.WaitingType:
		return conference.WaitingMessage{About: now, Envelope: e, Entries: entriesOf(s.WaitingRoom)}
	case conference.SpeakersType:
		return conference.SpeakersMessage{About: now, Envelope: e, Speakers: s.Speakers}
	}
	return conference.StatusMessage{About: now, Envelope: e, Status: s.Status}
}

func entriesOf(people []*conference.Participant) []conference.ParticipantEntry {
	entries := make([]conference.ParticipantEntry, len(people))
	for i, p := range people {
		entries[i] = conference.ParticipantEntry{PID: p.PID, Attributes: p.Attributes}
	}
	return entries
}
