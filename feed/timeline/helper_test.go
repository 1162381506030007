package timeline_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/timeline"
)

const meetingID = conference.ConfID("900487914")

// start is when the meeting of a test is put on the board; everything else happens so and so long after it.
var start = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// meeting is one whose changes become entries.
type meeting struct {
	t       *testing.T
	policy  conference.Policy
	state   *conference.State
	history *timeline.History
	// noted is told of every change; nil: the history is.
	noted   func(conference.Change)
	version int64
	// delay is how much later a message is received than it was made.
	delay time.Duration
}

func watched(t *testing.T) *meeting {
	m := &meeting{t: t, policy: conference.DefaultPolicy, history: timeline.NewHistory(timeline.DefaultLimits)}
	m.apply(conference.WatchMessage{About: m.about(0)})
	return m
}

// live returns a meeting that is connected at the start and has told its whole status.
func live(t *testing.T, fields ...field) *meeting {
	m := watched(t)
	m.link(0, conference.LinkUp)
	m.full(0, fields...)
	return m
}

func (m *meeting) about(after time.Duration) conference.About {
	return conference.About{ConfID: meetingID, At: start.Add(after + m.delay)}
}

func (m *meeting) apply(message conference.Message) conference.Change {
	next, change, _ := conference.Apply(m.state, message, m.policy)
	m.state = next
	m.note(change)
	return change
}

func (m *meeting) note(c conference.Change) {
	if m.noted != nil {
		m.noted(c)
		return
	}
	m.history.Note(c)
}

func (m *meeting) pass(after time.Duration) {
	next, change, _ := conference.Due(m.state, start.Add(after), m.policy)
	m.state = next
	m.note(change)
}

func (m *meeting) link(after time.Duration, event conference.LinkEvent) {
	m.apply(conference.LinkMessage{About: m.about(after), Event: event, Reason: conference.ReasonClosed})
}

// echo keeps the link alive without a break, from one instant to another.
func (m *meeting) echo(from, to time.Duration) {
	for at := from; at <= to; at += time.Minute {
		m.link(at, conference.LinkEcho)
	}
}

func (m *meeting) envelope(kind conference.MessageType, mode conference.Mode, after time.Duration) conference.Envelope {
	m.version++
	at := start.Add(after)
	e := conference.Envelope{Type: kind, ConfID: meetingID, Mode: mode, CreateTime: at}
	if mode == conference.Full {
		e.Version = conference.FullVersion(at.UnixMilli() + m.version)
	} else {
		e.Sequence = conference.Sequence(m.version)
	}
	return e
}

type field func(*conference.Status)

func (m *meeting) full(after time.Duration, fields ...field) conference.Change {
	return m.status(conference.Full, after, fields)
}

func (m *meeting) set(after time.Duration, fields ...field) conference.Change {
	return m.status(conference.Incremental, after, fields)
}

func (m *meeting) status(mode conference.Mode, after time.Duration, fields []field) conference.Change {
	message := conference.StatusMessage{About: m.about(after), Envelope: m.envelope(conference.StatusType, mode, after)}
	for _, set := range fields {
		set(&message.Status)
	}
	return m.apply(message)
}

func num(f conference.Field, n int64) field {
	return func(s *conference.Status) { s.Set(f, conference.Value{Presence: conference.Known, Int: n}) }
}

func word(f conference.Field, text string) field {
	return func(s *conference.Status) { s.Set(f, conference.Value{Presence: conference.Known, Text: text}) }
}

func end(after time.Duration) field { return num(conference.EndTime, start.Add(after).UnixMilli()) }

func unlisted(name, json string) field {
	return func(s *conference.Status) {
		if s.Unlisted == nil {
			s.Unlisted = map[string]string{}
		}
		s.Unlisted[name] = json
	}
}

func (m *meeting) people(mode conference.Mode, after time.Duration, entries ...conference.ParticipantEntry) conference.Change {
	return m.apply(conference.ParticipantsMessage{About: m.about(after), Envelope: m.envelope(conference.ParticipantsType, mode, after), Entries: entries})
}

func in(pid string) conference.ParticipantEntry {
	return conference.ParticipantEntry{PID: pid, Attributes: conference.AttributesOf(map[string]string{conference.AttrName: strings.ToUpper(pid)})}
}

func out(pid string) conference.ParticipantEntry {
	return conference.ParticipantEntry{PID: pid, Removed: true}
}

// told writes entries, one a text.
func told(entries []timeline.Entry) []string {
	var all []string
	for i := range entries {
		all = append(all, tell(&entries[i]))
	}
	return all
}

func tell(e *timeline.Entry) string {
	said := ""
	switch e.Kind {
	case timeline.Watched:
		said = "watched"
	case timeline.Began:
		said = fmt.Sprint("began ", e.New.Int)
	case timeline.Ended:
		said = fmt.Sprint("ended ", e.New.Int)
	case timeline.Link:
		said = fmt.Sprintf("link %s>%s", e.Old.Text, e.New.Text)
	case timeline.Status:
		said = fmt.Sprintf("%s %s>%s", e.Field.WireName(), value(e.Old), value(e.New))
	case timeline.Unlisted, timeline.Basic:
		said = fmt.Sprintf("%s %s>%s", e.Name, value(e.Old), value(e.New))
	case timeline.Geometry:
		said = fmt.Sprint("geometry ", e.New.Int)
	case timeline.People:
		said = "people"
		for _, p := range e.Joined {
			said += " +" + p.Name
		}
		for _, p := range e.Left {
			said += " -" + p.Name
		}
	case timeline.Doings:
		said = "doings"
		for _, a := range e.Acts {
			said += " " + a.Name + ":" + string(a.Did)
		}
	case timeline.Resumed:
		said = "resumed " + e.Since.Sub(start).String()
	case timeline.Unstored:
		said = fmt.Sprint("unstored ", e.New.Int)
	case timeline.Raised:
		said = "raised " + string(e.Rule)
	case timeline.Cleared:
		said = "cleared " + string(e.Rule)
	case timeline.Acknowledged:
		said = "acknowledged " + string(e.Rule) + " by " + e.By
	case timeline.Silenced:
		said = "silenced " + string(e.Rule) + " by " + e.By
	case timeline.Unsilenced:
		said = "unsilenced " + string(e.Rule) + " by " + e.By
	}
	if e.First {
		said += " first"
	} else if e.Found {
		said += " found"
	}
	return said
}

func value(v conference.Value) string {
	switch {
	case v.Presence == conference.NotReported:
		return "-"
	case v.Presence == conference.Empty:
		return "empty"
	case v.Layout != nil:
		return fmt.Sprintf("layout(%d)", v.Layout.PicNum.Int)
	case v.Text != "":
		return v.Text
	}
	return fmt.Sprint(v.Int)
}
