package recording

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"confboard/feed/conference"
	"confboard/feed/line"
	"confboard/feed/wire"
)

// recorded is one line of a recording other than a header: what happened, or a gap.
type recorded struct {
	line.Line
	// Carried: the line repeats what is known from before, for those who play from here.
	Carried bool `json:"carried,omitempty"`
	Gap     *gap `json:"gap,omitempty"`
}

// gap says that lines are missing here.
type gap struct {
	// Lost is about how many.
	Lost uint64 `json:"lost"`
}

// lineOf returns the line for a message, and false for one that is not recorded: news of the finding of meetings, which is about no
// meeting, pushes, which are recorded as the frames they were, who takes note of what, which the cloud does not tell, and the end of a playback.
func lineOf(m conference.Message, names *wire.Names) (recorded, bool) {
	switch m := m.(type) {
	case conference.WatchMessage, conference.UnwatchMessage, conference.RefusedMessage:
	case conference.LinkMessage:
		if m.Reason == conference.ReasonPlayback {
			return recorded{}, false
		}
	default:
		return recorded{}, false
	}
	l, ok := line.Of(m, names)
	return recorded{Line: l}, ok
}

// check returns why the line cannot be played.
func (r *recorded) check() error {
	switch {
	case r.Gap == nil:
		return r.Check()
	case r.Message() != nil:
		return errors.New("it is not one thing that is known")
	case r.At.IsZero():
		return errors.New("it has no time")
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
func decode(text []byte) (*header, *recorded, error) {
	var either struct {
		header
		recorded
	}
	if err := json.Unmarshal(text, &either); err != nil {
		return nil, nil, plain(err)
	}
	if either.Format != "" {
		return &either.header, nil, nil
	}
	return nil, &either.recorded, either.recorded.check()
}

// plain is an error of encoding/json without what it quotes of the line.
func plain(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("it is no JSON from byte %d on", syntax.Offset)
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		field := kind.Field
		for _, embedded := range [...]string{"header.", "recorded.", "Line."} { // it begins with the names of the structs
			field = strings.TrimPrefix(field, embedded)
		}
		return fmt.Errorf("the value of %s is of another kind", field)
	}
	return errors.New("a value in it is none")
}
