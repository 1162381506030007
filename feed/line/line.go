// Package line is the written form of what the domain works with: messages as JSON in one line, and whole states. Recordings keep
// it, and the boards of a cluster tell it each other.
//
// A message that was pushed is written as a frame, so that what reads it is the decoder that reads the cloud's.
package line

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"confboard/feed/conference"
	"confboard/feed/wire"
)

// Line is a message in writing. Exactly one of Frame, Refused, Watch, Unwatch, Link, Silence and Unsilence is set.
type Line struct {
	// At is when it happened, by the clock of whom it was told, in UTC.
	At     time.Time         `json:"at"`
	ConfID conference.ConfID `json:"confID,omitempty"`

	// Frame is a pushed frame as wire.Clean left it, or as FrameOf wrote it.
	Frame json.RawMessage `json:"frame,omitempty"`
	// Withheld is as in conference.StatusMessage: what a frame that FrameOf wrote does not have any more. It stands beside Frame only.
	Withheld  map[string]int `json:"withheld,omitempty"`
	Refused   *Refused       `json:"refused,omitempty"`
	Watch     *Watch         `json:"watch,omitempty"`
	Unwatch   bool           `json:"unwatch,omitempty"`
	Link      *Link          `json:"link,omitempty"`
	Silence   *Silence       `json:"silence,omitempty"`
	Unsilence *Unsilence     `json:"unsilence,omitempty"`
}

// Refused is a frame that was refused: conference.Refusal.
type Refused struct {
	Kind    conference.RefusalKind `json:"kind"`
	Field   string                 `json:"field,omitempty"`
	Type    conference.MessageType `json:"type,omitempty"`
	Mode    conference.Mode        `json:"mode,omitempty"`
	Excerpt string                 `json:"excerpt,omitempty"`
}

// Watch is a meeting that came onto the board: conference.WatchMessage.
type Watch struct {
	Name   string            `json:"name,omitempty"`
	Group  string            `json:"group,omitempty"`
	Origin conference.Origin `json:"origin,omitempty"`
	Title  string            `json:"title,omitempty"`
	Owner  string            `json:"owner,omitempty"`
	Start  time.Time         `json:"start,omitzero"`
	End    time.Time         `json:"end,omitzero"`
}

// Link is news of a link: conference.LinkMessage.
type Link struct {
	Event     LinkEvent             `json:"event"`
	Reason    conference.LinkReason `json:"reason,omitempty"`
	Detail    string                `json:"detail,omitempty"`
	RoundTrip Duration              `json:"roundTrip,omitzero"`
	Next      time.Time             `json:"next,omitzero"`
	Expires   time.Time             `json:"expires,omitzero"`
	Continues bool                  `json:"continues,omitempty"`
}

// Of returns the line of a message, and false for one that has none: news of the finding of meetings, which is about no meeting, a whole
// state (see WriteState), and what cannot be written. names replaces what tells who somebody is; nil replaces nothing.
func Of(m conference.Message, names *wire.Names) (Line, bool) {
	l := Line{At: m.Received().UTC(), ConfID: m.Meeting()}
	switch m := m.(type) {
	case conference.WatchMessage:
		b := m.Booking
		l.Watch = &Watch{Name: names.Title(m.Name), Group: names.Group(m.Group), Origin: m.Origin,
			Title: names.Title(b.Title), Owner: names.Person(b.Owner), Start: b.Start.UTC(), End: b.End.UTC()}
	case conference.UnwatchMessage:
		l.Unwatch = true
	case conference.LinkMessage:
		l.Link = &Link{Event: LinkEvent(m.Event), Reason: m.Reason, Detail: m.Detail, RoundTrip: Duration(m.RoundTrip), Next: m.Next.UTC(), Expires: m.Expires.UTC(), Continues: m.Continues}
		if names != nil { // the cloud's own words can name anybody
			l.Link.Detail = ""
		}
	case conference.RefusedMessage:
		r := m.Refusal
		l.Refused = &Refused{Kind: r.Kind, Field: r.Field, Type: r.Type, Mode: r.Mode, Excerpt: r.Excerpt}
		if names != nil { // it is cut, so a name in it cannot be told from the rest
			l.Refused.Excerpt = wire.Outline([]byte(r.Excerpt))
		}
	case conference.SilenceMessage:
		l.Silence = silenceOf(m.Silence, names)
	case conference.UnsilenceMessage:
		l.Unsilence = &Unsilence{Cause: causeOf(m.Cause), By: names.Person(m.By)}
	case conference.PassedMessage:
		l.Frame = passedFrame(m.Type)
	case conference.Push:
		frame, err := FrameOf(m)
		if err == nil && names != nil {
			frame, err = wire.Clean(frame, names)
		}
		if err != nil {
			return Line{}, false
		}
		l.Frame, l.Withheld = frame, withheld(m)
	default:
		return Line{}, false
	}
	return l, true
}

// Message returns what the line tells, nil if it tells nothing. A line from elsewhere is to be checked before. The message keeps
// nothing of the frame's memory.
func (l *Line) Message() conference.Message {
	about := conference.About{ConfID: l.ConfID, At: l.At}
	switch {
	case l.Frame != nil:
		return withWithheld(wire.Decode(l.Frame, l.ConfID, l.At), l.Withheld)
	case l.Refused != nil:
		r := l.Refused
		return conference.RefusedMessage{About: about,
			Refusal: conference.Refusal{Kind: r.Kind, Field: r.Field, Type: r.Type, Mode: r.Mode, Excerpt: r.Excerpt, At: l.At}}
	case l.Watch != nil:
		w := l.Watch
		return conference.WatchMessage{About: about, Name: w.Name, Group: w.Group, Origin: w.Origin,
			Booking: conference.Booking{Title: w.Title, Owner: w.Owner, Start: w.Start, End: w.End}}
	case l.Unwatch:
		return conference.UnwatchMessage{About: about}
	case l.Link != nil:
		k := l.Link
		return conference.LinkMessage{About: about, Event: conference.LinkEvent(k.Event), Reason: k.Reason, Detail: k.Detail, RoundTrip: time.Duration(k.RoundTrip),
			Next: k.Next, Expires: k.Expires, Continues: k.Continues}
	case l.Silence != nil:
		return conference.SilenceMessage{About: about, Silence: l.Silence.domain()}
	case l.Unsilence != nil:
		return conference.UnsilenceMessage{About: about, Cause: l.Unsilence.domain(), By: l.Unsilence.By}
	}
	return nil
}

// mostWithheld is how many names of what was withheld a line may have: more than the decoder tells apart in one frame.
const mostWithheld = 64

// Check returns why the line tells nothing that can be relied on. Whether a frame can be decoded is found when it is.
func (l *Line) Check() error {
	kinds := 0
	for _, set := range [...]bool{l.Frame != nil, l.Refused != nil, l.Watch != nil, l.Unwatch, l.Link != nil, l.Silence != nil, l.Unsilence != nil} {
		if set {
			kinds++
		}
	}
	switch {
	case kinds != 1:
		return errors.New("it is not one thing that is known")
	case l.At.IsZero():
		return errors.New("it has no time")
	case !l.ConfID.Valid():
		return errors.New("it is about no meeting")
	case l.Link != nil && l.Link.Event == 0:
		return errors.New("it has no link event")
	case l.Silence != nil && !l.Silence.known(), l.Unsilence != nil && !l.Unsilence.known():
		return errors.New("it is about a field that is not known")
	case len(l.Withheld) > mostWithheld || len(l.Withheld) > 0 && l.Frame == nil:
		return errors.New("it withholds too much")
	}
	for _, n := range l.Withheld {
		if n < 1 {
			return errors.New("it withholds less than nothing")
		}
	}
	return nil
}

// LinkEvent is conference.LinkEvent by its word.
type LinkEvent conference.LinkEvent

var linkWords = map[LinkEvent]string{
	LinkEvent(conference.LinkUp): "up", LinkEvent(conference.LinkEcho): "echo", LinkEvent(conference.LinkDown): "down",
	LinkEvent(conference.LinkWaiting): "waiting", LinkEvent(conference.LinkRefused): "refused", LinkEvent(conference.LinkEnded): "ended",
	LinkEvent(conference.LinkToken): "token", LinkEvent(conference.LinkDelayed): "delayed",
}

// MarshalText implements encoding.TextMarshaler.
func (e LinkEvent) MarshalText() ([]byte, error) {
	if word, known := linkWords[e]; known {
		return []byte(word), nil
	}
	return nil, fmt.Errorf("link event %d has no word", e)
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (e *LinkEvent) UnmarshalText(text []byte) error {
	for event, word := range linkWords {
		if word == string(text) {
			*e = event
			return nil
		}
	}
	return errors.New("link event is not known")
}

// Duration is a time.Duration as Go writes it, such as "1m0s".
type Duration time.Duration

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = Duration(parsed)
	return err
}
