package wire

import (
	"errors"
	"io"

	"confboard/feed/conference"

	"github.com/go-faster/jx"
)

// Clean returns a frame as it can be kept and passed on, as JSON in one line. What can be a secret or a link is left out by the
// same rules as in decoding: at any depth, and also in texts that are JSON themselves. Everything else stays: unknown types and
// fields, their order, numbers as they are written. Of a repeated field the last one stays.
//
// A frame that Decode takes, and does not pass over, can be cleaned, and decodes to the same message again but for the counters of
// what was withheld; with names it differs in those as well. The error of a frame that cannot be cleaned does not quote it. Clean is
// safe for concurrent use.
func Clean(frame []byte, names *Names) ([]byte, error) {
	if len(frame) > MaxFrame {
		return nil, refuse(conference.RefusedTooLarge, "")
	}
	c := cleaner{frame: true, names: names}
	if err := c.whole(frame); err != nil {
		return nil, err
	}
	return c.out.Buf, nil
}

// errEnough ends the cleaning of a frame of which only the beginning is wanted.
var errEnough = errors.New("enough of the frame")

// whole writes a frame, which must be one JSON object and nothing else.
func (c *cleaner) whole(frame []byte) error {
	d := jx.DecodeBytes(frame)
	if d.Next() != jx.Object {
		return refuse(conference.RefusedNotJSON, "")
	}
	if err := c.object(d, nil, 1); err != nil {
		return err
	}
	if err := d.Skip(); err != io.EOF {
		return refuse(conference.RefusedNotJSON, "")
	}
	return nil
}

// action writes the action of a frame by the name under which it is counted.
func (c *cleaner) action(d *jx.Decoder) (kept bool, err error) {
	action, err := d.StrBytes()
	if err == nil {
		c.out.Str(plainName(action))
	}
	return err == nil, err
}
