package wire

import (
	"confboard/feed/conference"

	"github.com/go-faster/jx"
)

// layout reads a MultiPicInfoNotify (meeting_21_1513). null, a blank text and an empty array say that there
// is no custom layout.
func (s *decoder) layout(path string) (conference.Value, error) {
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
			l.Screens, err = s.screens("multiPic.picInfos", 3, false)
		default:
			err = s.unlisted(s.d, &l.Unlisted, key, "multiPic.", 2)
		}
		return err
	})
	return conference.Value{Presence: conference.Known, Layout: &l}, err
}

// screens reads the picInfos of a layout. depth is that of the array; custom says that they are those of
// CustomMultiPicNotify, which has fields of its own.
func (s *decoder) screens(path string, depth int, custom bool) (screens []conference.Screen, err error) {
	err = s.objects(path, conference.MaxScreens, func() error {
		screen, err := s.screen(path, depth+1, custom)
		screens = append(screens, screen)
		return err
	})
	return screens, err
}

// screen reads a PicInfoNotify (meeting_21_1513).
func (s *decoder) screen(path string, depth int, custom bool) (screen conference.Screen, err error) {
	var users []string
	err = object(s.d, path, func(key []byte) (err error) {
		switch name := string(key); {
		case name == "index": // int, screen number, starts at 1
			screen.Index, err = s.number(conference.KindCount, "")
		case name == "id": // array of strings, the participants of the screen
			screen.IDs, err = s.ids(depth + 1)
		case name == "share": // int, 1: the screen shows the presentation
			screen.Share, err = s.number(conference.KindFlag, "")
		case custom && name == "picUserList": // array of {userId}: the participants once more, or only here
			users, err = s.users(path+".picUserList", depth+1)
		case custom && name == "isAutoPollingPic": // int
			screen.AutoPolling, err = s.number(conference.KindFlag, "")
		default:
			return s.unlisted(s.d, &screen.Unlisted, key, path+".", depth)
		}
		if err != nil {
			err = refusedAt(err, path+"."+string(key))
		}
		return err
	})
	if len(screen.IDs) == 0 {
		screen.IDs = users
	}
	return screen, err
}

// ids reads the participants of a screen: an array, or just one. Empty ones and null stand for nobody.
func (s *decoder) ids(depth int) (ids []string, err error) {
	read := func() error {
		v, err := readScalar(s.d)
		if err != nil || v.kind == jx.Null {
			return err
		}
		text, kept, err := s.listedText(v, "id", "", depth)
		if kept && text != "" {
			ids = append(ids, text)
		}
		return err
	}
	if s.d.Next() == jx.Array {
		err = array(s.d, "", maxIDs, read)
	} else {
		err = read()
	}
	return ids, err
}

// users reads the participants of a screen as CustomMultiPicNotify has them.
func (s *decoder) users(path string, depth int) (ids []string, err error) {
	err = s.objects(path, maxIDs, func() error {
		return object(s.d, path, func(key []byte) error {
			if string(key) != "userId" {
				return s.unkept(key, path+".", depth+1)
			}
			v, err := s.textValue("userId", path+".userId", depth+1)
			if v.Text != "" {
				ids = append(ids, v.Text)
			}
			return err
		})
	})
	return ids, err
}
