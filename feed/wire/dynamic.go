package wire

import (
	"confboard/feed/conference"

	"github.com/go-faster/jx"
)

// decodeStatus decodes a ConfDynamicInfoNotify (meeting_21_1513). Which fields it lists, and of which kind each is,
// stands in the domain's table; every other field is kept as cleaned JSON text.
func decodeStatus(frame []byte, h *head, about conference.About) (conference.Message, error) {
	s := statusDecoder{d: jx.DecodeBytes(frame)}
	m := conference.StatusMessage{About: about}
	var err error
	if m.Envelope, err = h.envelope(about.ConfID, &s.cleaner); err != nil {
		return nil, err
	}
	err = object(s.d, "", func(key []byte) error {
		if h.field(key) != nil {
			return s.d.Skip()
		}
		f, listed := conference.FieldByWireName(string(key))
		if !listed {
			return s.unlisted(s.d, &m.Status.Unlisted, key, "", 1)
		}
		value, err := s.listed(f)
		m.Status.Set(f, value)
		return err
	})
	if err != nil {
		return nil, err
	}
	m.Withheld = s.withheld
	return m, nil
}

type statusDecoder struct {
	d *jx.Decoder
	cleaner
}

// listed reads the value of a field that meeting_21_1513 explains. A text that is withheld leaves the field as if
// it had not been sent.
func (s *statusDecoder) listed(f conference.Field) (conference.Value, error) {
	if f.Kind() == conference.KindLayout {
		return s.layout(f.WireName())
	}
	v, err := readScalar(s.d)
	if err != nil {
		return conference.Value{}, err
	}
	switch f.Kind() {
	case conference.KindText, conference.KindEnum:
		if v.kind == jx.Null {
			return conference.Value{Presence: conference.Empty}, nil
		}
		text, kept, err := s.listedText(v, f.WireName(), f.WireName(), 1)
		if err != nil || !kept {
			return conference.Value{}, err
		}
		return conference.Value{Presence: conference.Known, Text: text}, nil
	default:
		return v.number(f.Kind(), f.WireName())
	}
}

// listedText converts a value to text and cleans it. name is counted when the text is withheld, path named when the frame
// is refused.
func (s *statusDecoder) listedText(v scalar, name, path string, depth int) (text string, kept bool, err error) {
	if !v.isText() {
		return "", false, refuse(conference.RefusedValue, path)
	}
	text, kept, err = s.text(v.text, []byte(name), depth)
	return text, kept, refusedAt(err, path)
}

// layout reads a MultiPicInfoNotify (meeting_21_1513). null, a blank text and an empty array say that there
// is no custom layout.
func (s *statusDecoder) layout(path string) (conference.Value, error) {
	empty, err := s.empty(path, jx.Object)
	if err != nil || empty {
		return conference.Value{Presence: conference.Empty}, err
	}
	var l conference.Layout
	err = object(s.d, path, func(key []byte) (err error) {
		switch string(key) {
		case "picNum": // int, number of screens
			l.PicNum, err = s.number(conference.KindScreens, "multiPic.picNum")
		case "period": // int, seconds at which the participants of a screen take turns
			l.Period, err = s.number(conference.KindCount, "multiPic.period")
		case "picInfos": // array of PicInfoNotify
			l.Screens, err = s.screens("multiPic.picInfos")
		default:
			err = s.unlisted(s.d, &l.Unlisted, key, "multiPic.", 2)
		}
		return err
	})
	return conference.Value{Presence: conference.Known, Layout: &l}, err
}

func (s *statusDecoder) screens(path string) ([]conference.Screen, error) {
	empty, err := s.empty(path, jx.Array)
	if err != nil || empty {
		return nil, err
	}
	var screens []conference.Screen
	err = array(s.d, path, conference.MaxScreens, func() error {
		switch s.d.Next() {
		case jx.Null: // says nothing, not even that there is a screen
			return s.d.Null()
		case jx.Object:
		default:
			return refuse(conference.RefusedValue, path)
		}
		screen, err := s.screen(path)
		screens = append(screens, screen)
		return err
	})
	return screens, err
}

// screen reads a PicInfoNotify (meeting_21_1513).
func (s *statusDecoder) screen(path string) (screen conference.Screen, err error) {
	err = object(s.d, path, func(key []byte) (err error) {
		switch string(key) {
		case "index": // int, screen number, starts at 1
			screen.Index, err = s.number(conference.KindCount, "multiPic.picInfos.index")
		case "id": // array of strings, the participants of the screen
			screen.IDs, err = s.ids("multiPic.picInfos.id")
		case "share": // int, 1: the screen shows the presentation
			screen.Share, err = s.number(conference.KindFlag, "multiPic.picInfos.share")
		default:
			err = s.unlisted(s.d, &screen.Unlisted, key, "multiPic.picInfos.", 4)
		}
		return err
	})
	return screen, err
}

// ids reads the participants of a screen: an array, or just one. Empty ones and null stand for nobody.
func (s *statusDecoder) ids(path string) (ids []string, err error) {
	read := func() error {
		v, err := readScalar(s.d)
		if err != nil || v.kind == jx.Null {
			return err
		}
		text, kept, err := s.listedText(v, "id", path, 5)
		if kept && text != "" {
			ids = append(ids, text)
		}
		return err
	}
	if s.d.Next() == jx.Array {
		err = array(s.d, path, maxIDs, read)
	} else {
		err = read()
	}
	return ids, err
}

func (s *statusDecoder) number(kind conference.Kind, path string) (conference.Value, error) {
	v, err := readScalar(s.d)
	if err != nil {
		return conference.Value{}, err
	}
	return v.number(kind, path)
}

// empty reads a value that is as good as none where an object or an array is expected: null, a blank text or an empty
// array. It reads nothing of a value of the expected type, and refuses any other.
func (s *statusDecoder) empty(path string, expected jx.Type) (bool, error) {
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
