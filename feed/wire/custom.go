package wire

import (
	"confboard/feed/conference"

	"github.com/go-faster/jx"
)

// decodeCustomLayout decodes a CustomMultiPicNotify. The reference does not have it; the fields are those that were
// observed. The same again with the prefix portal is kept as unlisted.
func decodeCustomLayout(s *decoder, about conference.About, e conference.Envelope) (conference.Message, error) {
	m := conference.CustomLayoutMessage{About: about, Envelope: e}
	c := &m.Custom
	err := s.body(func(key []byte) (err error) {
		switch name := string(key); name {
		case "mode": // string
			c.Mode, err = s.textValue(name, name, 1)
		case "picNum": // int
			c.Layout.PicNum, err = s.number(conference.KindScreens, name)
		case "period": // int, seconds
			c.Layout.Period, err = s.number(conference.KindCount, name)
		case "picInfos": // array
			c.Layout.Screens, err = s.screens(name, 2, true)
			if c.Layout.Screens == nil {
				c.Layout.Screens = []conference.Screen{} // sent, and none
			}
		case "picLayout": // object: the geometry
			c.Grid, c.GridFault, err = s.grid(name)
		case "picMode": // int
			c.PicMode, err = s.number(conference.KindCount, name)
		case "activeIndex": // int
			c.ActiveIndex, err = s.number(conference.KindCount, name)
		case "skipEmptyPic": // boolean
			c.SkipEmptyPic, err = s.number(conference.KindFlag, name)
		case "vas": // int
			c.VoiceActivation, err = s.number(conference.KindFlag, name)
		case "isChairViewMultiPic": // int
			c.ChairView, err = s.number(conference.KindFlag, name)
		default:
			err = s.unlisted(s.d, &c.Unlisted, key, "", 1)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	m.Withheld = s.withheld
	return m, nil
}

// grid reads a picLayout: {x, y, subPicLayoutInfoList}. A number that cannot be converted refuses the frame as
// everywhere; one that makes no sense is the domain's to judge.
func (s *decoder) grid(path string) (*conference.Grid, conference.GridFault, error) {
	empty, err := s.empty(path, jx.Object)
	if err != nil || empty {
		return nil, "", err
	}
	var x, y int
	var places []conference.GridPlace
	err = object(s.d, path, func(key []byte) (err error) {
		switch string(key) {
		case "x": // int, cells across
			x, err = s.cells("picLayout.x")
		case "y": // int, cells down
			y, err = s.cells("picLayout.y")
		case "subPicLayoutInfoList": // array of {id, left, top, xSize, ySize}
			places = nil
			err = s.objects("picLayout.subPicLayoutInfoList", conference.MaxScreens, func() error {
				place, err := s.place("picLayout.subPicLayoutInfoList")
				places = append(places, place)
				return err
			})
		default:
			err = s.unkept(key, "picLayout.", 2)
		}
		return err
	})
	if err != nil {
		return nil, "", err
	}
	grid, fault := conference.NewGrid(x, y, places)
	return grid, fault, nil
}

// nowhere stands for a number of cells that was not sent or makes no sense.
const nowhere = -1

func (s *decoder) place(path string) (conference.GridPlace, error) {
	p := conference.GridPlace{Screen: nowhere, Left: nowhere, Top: nowhere, XSize: nowhere, YSize: nowhere}
	err := object(s.d, path, func(key []byte) (err error) {
		switch string(key) {
		case "id": // int, screen number
			p.Screen, err = s.cells("")
		case "left": // int, cells
			p.Left, err = s.cells("")
		case "top": // int, cells
			p.Top, err = s.cells("")
		case "xSize": // int, cells
			p.XSize, err = s.cells("")
		case "ySize": // int, cells
			p.YSize, err = s.cells("")
		default:
			return s.unkept(key, path+".", 4)
		}
		if err != nil {
			err = refusedAt(err, path+"."+string(key))
		}
		return err
	})
	return p, err
}

// cells reads a number that is small in every geometry: nowhere if it is not.
func (s *decoder) cells(path string) (int, error) {
	v, err := s.number(conference.KindCount, path)
	if err != nil || v.Presence != conference.Known || v.Int < 0 || v.Int > conference.MaxScreens {
		return nowhere, err
	}
	return int(v.Int), nil
}
