package recording

import (
	"fmt"
	"time"

	"confboard/feed/conference"
	"confboard/feed/line"
	"confboard/feed/wire"
)

// carried returns the lines that lead to the state of a meeting, as far as the cloud told it: how often it was connected, what became
// of its frames and which occurrence it is begin anew. They have the times at which it happened.
func carried(s *conference.State, names *wire.Names) ([]recorded, error) {
	c := carrier{state: s, names: names}
	l := &s.Link
	known := l.Heard()
	if l.Since.Before(known) {
		known = l.Since
	}
	c.message(conference.WatchMessage{About: c.about(known), Name: s.Name, Group: s.Group, Origin: s.Origin, Booking: s.Booking})
	connected := !l.ConnectedAt.IsZero()
	echoedHere := connected && !l.LastEcho.Before(l.ConnectedAt)
	if !l.LastEcho.IsZero() && !echoedHere {
		c.link(conference.LinkEcho, l.LastEcho)
	}
	if connected {
		c.link(conference.LinkUp, l.ConnectedAt)
	}
	if echoedHere {
		c.link(conference.LinkEcho, l.LastEcho)
	}
	if !l.TokenAt.IsZero() {
		c.link(conference.LinkToken, l.TokenAt)
	}
	if s.Ended() && !connected { // while it is connected its status tells
		c.link(conference.LinkEnded, s.EndedAt)
	}
	c.frames()
	switch {
	case connected, s.Ended() && l.Reason == conference.ReasonNone:
	case s.Ended(): // it was tried again since, in vain
		c.link(conference.LinkDown, l.Since)
	case l.State == conference.Refusing:
		c.link(conference.LinkRefused, l.Since)
	case l.State == conference.Waiting: // it began, and was told again
		c.link(conference.LinkWaiting, l.Since)
		c.link(conference.LinkWaiting, l.Heard())
	case l.Reason != conference.ReasonNone:
		c.link(conference.LinkDown, l.Since)
	}
	return c.lines, c.err
}

// carrier makes the lines of one meeting. Its first error is kept.
type carrier struct {
	state *conference.State
	names *wire.Names
	lines []recorded
	err   error
}

func (c *carrier) about(at time.Time) conference.About {
	return conference.About{ConfID: c.state.ConfID, At: at}
}

func (c *carrier) message(m conference.Message) {
	l, ok := line.Of(m, c.names)
	switch {
	case c.err != nil:
	case !ok:
		c.err = fmt.Errorf("a %T cannot be written", m)
	default:
		c.lines = append(c.lines, recorded{Line: l, Carried: true})
	}
}

func (c *carrier) link(e conference.LinkEvent, at time.Time) {
	k := &c.state.Link
	m := conference.LinkMessage{About: c.about(at), Event: e}
	switch e {
	case conference.LinkEcho:
		m.RoundTrip = k.RoundTrip
	case conference.LinkToken:
		m.Expires = k.TokenExpires
	case conference.LinkDown, conference.LinkRefused, conference.LinkWaiting, conference.LinkEnded:
		m.Reason, m.Detail, m.Next = k.Reason, k.Detail, k.Next
	}
	c.message(m)
}

// frames adds a frame for each message type of which something is known.
func (c *carrier) frames() {
	s, about := c.state, c.about(c.state.Link.Since)
	// The geometry comes before the layout: the first full status of a connection does not tell when its layout was set.
	if e, told := envelope(&s.CustomIntake); told && s.Custom != nil {
		custom := *s.Custom
		if _, drawn := s.Grid(); !drawn { // it is not that of the layout
			custom.Grid = nil
		}
		custom.GridFault = ""
		c.message(conference.CustomLayoutMessage{About: about, Envelope: e, Custom: custom})
	}
	if e, told := envelope(&s.StatusIntake); told {
		status := s.Status
		if !s.LayoutDated {
			c.message(conference.StatusMessage{About: about, Envelope: e, Status: status})
		} else {
			// That the mode or the number of screens changed after the layout was set is told by telling it afterwards.
			var later conference.Status
			for _, f := range [...]conference.Field{conference.StatusMode, conference.PicNum} {
				later.Set(f, status.Value(f))
				status.Set(f, conference.Value{})
			}
			c.message(conference.StatusMessage{About: about, Envelope: e, Status: status})
			afterwards := s.StatusIntake
			afterwards.Partial, afterwards.Last.MsgID = true, ""
			e, _ = envelope(&afterwards)
			c.message(conference.StatusMessage{About: about, Envelope: e, Status: later})
		}
	}
	if e, told := envelope(&s.BasicIntake); told {
		c.message(conference.BasicMessage{About: about, Envelope: e, Basic: s.Basic})
	}
	if e, told := envelope(&s.ParticipantsIntake); told {
		c.message(conference.ParticipantsMessage{About: about, Envelope: e, Entries: entries(s.Participants)})
	}
	if e, told := envelope(&s.WaitingIntake); told {
		c.message(conference.WaitingMessage{About: about, Envelope: e, Entries: entries(s.WaitingRoom)})
	}
	if e, told := envelope(&s.SpeakersIntake); told {
		c.message(conference.SpeakersMessage{About: about, Envelope: e, Speakers: s.Speakers})
	}
}

// envelope is that of a message that tells all that is known of a type: a full one as new as the last, so that what is older than that is
// dropped; or an incremental one when no full one has come, so that the meeting stays partial. told is false while nothing was told.
func envelope(in *conference.Intake) (e conference.Envelope, told bool) {
	e = conference.Envelope{Type: in.Last.Type, ConfID: in.Last.ConfID, MsgID: in.Last.MsgID, CreateTime: in.Last.CreateTime}
	if in.Partial {
		e.Mode, e.Sequence = conference.Incremental, in.Sequence
	} else {
		e.Version = in.FullVersion
	}
	return e, e.Type != ""
}

func entries(all []*conference.Participant) []conference.ParticipantEntry {
	list := make([]conference.ParticipantEntry, len(all))
	for i, p := range all {
		list[i] = conference.ParticipantEntry{PID: p.PID, Attributes: p.Attributes}
	}
	return list
}
