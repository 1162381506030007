package wire

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"confboard/feed/conference"

	"github.com/go-faster/jx"
)

// scalar is a value that is not an object or array, as it came.
type scalar struct {
	// kind is jx.Invalid when there was no value, jx.Object or jx.Array when it is none of ours.
	kind jx.Type
	// text is a text without its quotes and escapes, a number's or a boolean's literal. It can lie in the frame's memory.
	text []byte
}

// readScalar reads any value. Of an object or array only the kind is kept.
func readScalar(d *jx.Decoder) (s scalar, err error) {
	s.kind = d.Next()
	switch s.kind {
	case jx.String:
		s.text, err = d.StrBytes()
	case jx.Number, jx.Bool:
		s.text, err = d.Raw()
	default:
		err = d.Skip()
	}
	return s, err
}

// empty reports whether nothing was sent: no value, null, or a blank text.
func (s scalar) empty() bool {
	switch s.kind {
	case jx.Invalid, jx.Null:
		return true
	case jx.String:
		return len(bytes.TrimSpace(s.text)) == 0
	}
	return false
}

// isText reports whether the value can be taken as text: numbers and booleans came where texts belong, and the other way round.
func (s scalar) isText() bool {
	return s.kind == jx.String || s.kind == jx.Number || s.kind == jx.Bool
}

// integer converts a number or a text of one. ok is false when there is none, or when it does not fit exactly.
func (s scalar) integer() (n int64, ok bool) {
	switch s.kind {
	case jx.Number:
		return parseInteger(string(s.text))
	case jx.String:
		return parseInteger(string(bytes.TrimSpace(s.text)))
	}
	return 0, false
}

// boolean converts a boolean or the text of one.
func (s scalar) boolean() (b, ok bool) {
	if s.kind == jx.Bool || s.kind == jx.String {
		switch string(bytes.TrimSpace(s.text)) {
		case "true":
			return true, true
		case "false":
			return false, true
		}
	}
	return false, false
}

// number converts the value of a listed field whose kind has a number. path names the field in a refusal.
func (s scalar) number(kind conference.Kind, path string) (conference.Value, error) {
	if s.empty() {
		return conference.Value{Presence: conference.Empty}, nil
	}
	n, ok := s.integer()
	switch kind {
	case conference.KindFlag, conference.KindSwitch, conference.KindCount:
		if b, isBool := s.boolean(); isBool {
			ok = true
			if b {
				n = 1
			}
		}
	case conference.KindScreens:
		if ok && n > conference.MaxScreens {
			return conference.Value{}, refuse(conference.RefusedTooMany, path)
		}
		ok = ok && n >= 0
	case conference.KindTime:
		ok = ok && n >= 0 && n <= conference.MaxInstant
	}
	if !ok {
		return conference.Value{}, refuse(conference.RefusedValue, path)
	}
	v := conference.Value{Presence: conference.Known, Int: n}
	if kind == conference.KindTime {
		v.Text = strconv.FormatInt(n, 10)
	}
	return v, nil
}

// parseInteger converts a decimal number that is an integer, also when it is written as 1.0 or 1e3. It goes
// by the digits: a detour over float64 would take 1.0000000000000001 for 1.
func parseInteger(s string) (int64, bool) {
	if len(s) > 64 { // no form that anybody writes
		return 0, false
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, true
	}
	mantissa, shift := s, 0
	if at := strings.IndexAny(s, "eE"); at >= 0 {
		exponent, err := strconv.Atoi(s[at+1:])
		if err != nil {
			return 0, false
		}
		mantissa, shift = s[:at], exponent
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	shift -= len(fraction)
	for shift < 0 && strings.HasSuffix(digits, "0") {
		digits, shift = digits[:len(digits)-1], shift+1
	}
	switch {
	case strings.Trim(digits, "+-0") == "":
		shift = 0 // zero, whatever the exponent
	case shift < 0 || shift > 18:
		return 0, false
	}
	n, err := strconv.ParseInt(digits+strings.Repeat("0", shift), 10, 64)
	return n, err == nil
}

// overflows reports whether a literal is a number that no float64 can hold, not even roughly.
func overflows(literal []byte) bool {
	const longestSafe = 300 // digits of a number without an exponent
	if len(literal) <= longestSafe && !bytes.ContainsAny(literal, "eE") {
		return false
	}
	_, err := strconv.ParseFloat(string(literal), 64)
	return errors.Is(err, strconv.ErrRange)
}
