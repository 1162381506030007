package recording

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"confboard/feed/conference"
	"confboard/feed/wire"
)

// line is one line of a recording other than a header. Exactly one of Frame, Refused, Watch, Unwatch, Link and Gap is set.
type line struct {
	// At is when it happened, by our clock, in UTC.
	At     time.Time         `json:"at"`
	ConfID conference.ConfID `json:"confID,omitempty"`
	// Carried: the line repeats what is known from before, for those who play from here.
	Carried bool `json:"carried,omitempty"`

	// Frame is a pushed frame as wire.Clean left it.
	Frame   json.RawMessage `json:"frame,omitempty"`
	Refused *refused        `json:"refused,omitempty"`
	Watch   *watch          `json:"watch,omitempty"`
	Unwatch bool            `json:"unwatch,omitempty"`
	Link    *link           `json:"link,omitempty"`
	Gap     *gap            `json:"gap,omitempty"`
}

// refused is a frame that was refused: conference.Refusal.
type refused struct {
	Kind    conference.RefusalKind `json:"kind"`
	Field   string                 `json:"field,omitempty"`
	Type    conference.MessageType `json:"type,omitempty"`
	Mode    conference.Mode        `json:"mode,omitempty"`
	Excerpt string                 `json:"excerpt,omitempty"`
}

// watch is a meeting that came onto the board: conference.WatchMessage.
type watch struct {
	Name   string            `json:"name,omitempty"`
	Group  string            `json:"group,omitempty"`
	Origin conference.Origin `json:"origin,omitempty"`
	Title  string            `json:"title,omitempty"`
	Owner  string            `json:"owner,omitempty"`
	Start  time.Time         `json:"start,omitzero"`
	End    time.Time         `json:"end,omitzero"`
}

// link is news of a link: conference.LinkMessage.
type link struct {
	Event     linkEvent             `json:"event"`
	Reason    conference.LinkReason `json:"reason,omitempty"`
	Detail    string                `json:"detail,omitempty"`
	RoundTrip duration              `json:"roundTrip,omitzero"`
	Next      time.Time             `json:"next,omitzero"`
	Expires   time.Time             `json:"expires,omitzero"`
}

// gap says that lines are missing here.
type gap struct {
	// Lost is about how many.
	Lost uint64 `json:"lost"`
}

// linkEvent is conference.LinkEvent by its word.
type linkEvent conference.LinkEvent

var linkWords = map[linkEvent]string{
	linkEvent(conference.LinkUp): "up", linkEvent(conference.LinkEcho): "echo", linkEvent(conference.LinkDown): "down",
	linkEvent(conference.LinkWaiting): "waiting", linkEvent(conference.LinkRefused): "refused", linkEvent(conference.LinkEnded): "ended",
	linkEvent(conference.LinkToken): "token", linkEvent(conference.LinkDelayed): "delayed",
}

func (e linkEvent) MarshalText() ([]byte, error) {
	if word, known := linkWords[e]; known {
		return []byte(word), nil
	}
	return nil, fmt.Errorf("link event %d has no word", e)
}

func (e *linkEvent) UnmarshalText(text []byte) error {
	for event, word := range linkWords {
		if word == string(text) {
			*e = event
			return nil
		}
	}
	return errors.New("link event is not known")
}

// lineOf returns the line for a message, and false for one that is not recorded: news of the finding of meetings, which is about no
// meeting, pushes, which are recorded as the frames they were, who takes note of what, which the cloud does not tell, and the end of a playback.
func lineOf(m conference.Message, names *wire.Names) (line, bool) {
	l := line{At: m.Received().UTC(), ConfID: m.Meeting()}
	switch m := m.(type) {
	case conference.WatchMessage:
		b := m.Booking
		l.Watch = &watch{Name: names.Title(m.Name), Group: names.Group(m.Group), Origin: m.Origin,
			Title: names.Title(b.Title), Owner: names.Person(b.Owner), Start: b.Start.UTC(), End: b.End.UTC()}
	case conference.UnwatchMessage:
		l.Unwatch = true
	case conference.LinkMessage:
		if m.Reason == conference.ReasonPlayback {
			return line{}, false
		}
		l.Link = &link{Event: linkEvent(m.Event), Reason: m.Reason, Detail: m.Detail, RoundTrip: duration(m.RoundTrip), Next: m.Next.UTC(), Expires: m.Expires.UTC()}
		if names != nil { // the cloud's own words can name anybody
			l.Link.Detail = ""
		}
	case conference.RefusedMessage:
		r := m.Refusal
		l.Refused = &refused{Kind: r.Kind, Field: r.Field, Type: r.Type, Mode: r.Mode, Excerpt: r.Excerpt}
		if names != nil { // it is cut, so a name in it cannot be told from the rest
			l.Refused.Excerpt = wire.Outline([]byte(r.Excerpt))
		}
	default:
		return line{}, false
	}
	return l, true
}

// message returns what the line tells, nil for a gap.
func (l *line) message() conference.Message {
	about := conference.About{ConfID: l.ConfID, At: l.At}
	switch {
	case l.Frame != nil:
		return wire.Decode(l.Frame, l.ConfID, l.At)
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
			Next: k.Next, Expires: k.Expires}
	}
	return nil
}

// check returns why the line cannot be played.
func (l *line) check() error {
	kinds := 0
	for _, set := range [...]bool{l.Frame != nil, l.Refused != nil, l.Watch != nil, l.Unwatch, l.Link != nil, l.Gap != nil} {
		if set {
			kinds++
		}
	}
	switch {
	case kinds != 1:
		return errors.New("it is not one thing that is known")
	case l.At.IsZero():
		return errors.New("it has no time")
	case l.Gap == nil && !l.ConfID.Valid():
		return errors.New("it is about no meeting")
	case l.Link != nil && l.Link.Event == 0:
		return errors.New("it has no link event")
	}
	return nil
}

// encode returns a header or a line with the end of line.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

// decode reads a line: a header, or another line. It keeps nothing of the text's memory.
func decode(text []byte) (*header, *line, error) {
	var either struct {
		header
		line
	}
	if err := json.Unmarshal(text, &either); err != nil {
		return nil, nil, plain(err)
	}
	if either.Format != "" {
		return &either.header, nil, nil
	}
	return nil, &either.line, either.line.check()
}

// plain is an error of encoding/json without what it quotes of the line.
func plain(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("it is no JSON from byte %d on", syntax.Offset)
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		_, field, _ := strings.Cut(kind.Field, ".") // behind the struct's name
		return fmt.Errorf("the value of %s is of another kind", field)
	}
	return errors.New("a value in it is none")
}
