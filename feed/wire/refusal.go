package wire

import (
	"errors"
	"time"

	"confboard/feed/conference"
)

// refusal is the error that refuses a frame whole. Any other error of this package means that the frame is not JSON.
type refusal struct {
	kind  conference.RefusalKind
	field string
}

func (r refusal) Error() string {
	if r.field == "" {
		return "frame refused: " + string(r.kind)
	}
	return "frame refused: " + string(r.kind) + ": " + r.field
}

func refuse(kind conference.RefusalKind, field string) error { return refusal{kind, field} }

// refusedAt names the field of a refusal whose place was not known where it arose.
func refusedAt(err error, path string) error {
	if fault, ok := err.(refusal); ok && fault.field == "" {
		return refuse(fault.kind, path)
	}
	return err
}

// nestsTooDeep reports whether a frame opens more objects and arrays than maxDepth, texts not counted. The frame need not
// be valid.
func nestsTooDeep(frame []byte) bool {
	depth, inText := 0, false
	for i := 0; i < len(frame); i++ {
		switch c := frame[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '{', c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}', c == ']':
			depth--
		}
	}
	return false
}

// explain tells why a frame was refused, and what it said of itself.
func explain(err error, frame []byte, h *head, at time.Time) conference.Refusal {
	fault := refusal{kind: conference.RefusedNotJSON}
	known := errors.As(err, &fault)
	if !known && nestsTooDeep(frame) {
		fault.kind = conference.RefusedTooDeep // the JSON library has a depth limit of its own, without an error to tell it by
	}
	r := conference.Refusal{Kind: fault.kind, Field: fault.field, At: at}
	if known && fault.kind != conference.RefusedNotJSON && len(frame) <= MaxFrame {
		r.Excerpt = excerpt(frame)
	} else {
		r.Excerpt = Outline(frame)
	}
	if t, err := h.messageType(); err == nil && decoderOf(t) != nil {
		r.Type = t
		if mode, ok := h.msgMode.integer(); ok && mode == int64(conference.Incremental) {
			r.Mode = conference.Incremental
		}
	}
	return r
}
