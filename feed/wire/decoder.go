package wire

import (
	"confboard/feed/conference"

	"github.com/go-faster/jx"
)

// decoder reads the fields of one frame.
type decoder struct {
	d    *jx.Decoder
	head *head
	// room is where the attributes of one participant after the other are read.
	room conference.Attributes
	cleaner
}

// body reads the frame's fields beside the envelope, calling read for each with the decoder before the field's value.
func (s *decoder) body(read func(key []byte) error) error {
	return object(s.d, "", func(key []byte) error {
		if s.head.field(key) != nil {
			return s.d.Skip()
		}
		return read(key)
	})
}

// number reads the value of a listed field whose kind has a number. path names it in a refusal.
func (s *decoder) number(kind conference.Kind, path string) (conference.Value, error) {
	v, err := readScalar(s.d)
	if err != nil {
		return conference.Value{}, err
	}
	return v.number(kind, path)
}

// textValue reads the value of a listed field that is text. One that is withheld leaves the field as if it had not
// been sent.
func (s *decoder) textValue(name, path string, depth int) (conference.Value, error) {
	v, err := readScalar(s.d)
	if err != nil {
		return conference.Value{}, err
	}
	if v.kind == jx.Null {
		return conference.Value{Presence: conference.Empty}, nil
	}
	text, kept, err := s.listedText(v, name, path, depth)
	if err != nil || !kept {
		return conference.Value{}, err
	}
	return conference.Value{Presence: conference.Known, Text: text}, nil
}

// listedText converts a value to text and cleans it. name is counted when the text is withheld, path named when the frame
// is refused.
func (s *decoder) listedText(v scalar, name, path string, depth int) (text string, kept bool, err error) {
	if !v.isText() {
		return "", false, refuse(conference.RefusedValue, path)
	}
	text, kept, err = s.text(v.text, []byte(name), depth)
	return text, kept, refusedAt(err, path)
}

// unkept reads the value of a field that has no place in the domain: within the limits, and counting what is withheld.
// prefix and depth are as for unlisted.
func (s *decoder) unkept(key []byte, prefix string, depth int) error {
	var nowhere map[string]string
	kept := s.kept
	err := s.unlisted(s.d, &nowhere, key, prefix, depth)
	s.kept = kept
	return err
}

// empty reads a value that is as good as none where an object or an array is expected: null, a blank text or an empty
// array. It reads nothing of a value of the expected type, and refuses any other.
func (s *decoder) empty(path string, expected jx.Type) (bool, error) {
	switch found := s.d.Next(); {
	case found == expected:
		return false, nil
	case found == jx.Array:
		return true, array(s.d, path, 1, func() error { return refuse(conference.RefusedValue, path) })
	}
	v, err := readScalar(s.d)
	if err == nil && !v.empty() {
		err = refuse(conference.RefusedValue, path)
	}
	return true, err
}

// objects reads an array of at most limit objects, calling read with the decoder before each. An element that is null says
// nothing, not even that there is one. A value that is as good as none has no elements.
func (s *decoder) objects(path string, limit int, read func() error) error {
	empty, err := s.empty(path, jx.Array)
	if err != nil || empty {
		return err
	}
	return array(s.d, path, limit, func() error {
		switch s.d.Next() {
		case jx.Null:
			return s.d.Null()
		case jx.Object:
			return read()
		}
		return refuse(conference.RefusedValue, path)
	})
}
