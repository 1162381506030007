package conference

import (
	"errors"
	"fmt"
)

// What is in a Snapshot of the status and of layouts.
type (
	writtenValue struct {
		Empty  bool           `json:"empty,omitempty"`
		Int    int64          `json:"int,omitempty"`
		Text   string         `json:"text,omitempty"`
		Layout *writtenLayout `json:"layout,omitempty"`
	}
	writtenLayout struct {
		PicNum   *writtenValue     `json:"picNum,omitempty"`
		Period   *writtenValue     `json:"period,omitempty"`
		Screens  []writtenScreen   `json:"picInfos,omitzero"`
		Unlisted map[string]string `json:"unlisted,omitempty"`
	}
	writtenScreen struct {
		Index       *writtenValue     `json:"index,omitempty"`
		IDs         []string          `json:"id,omitempty"`
		Share       *writtenValue     `json:"share,omitempty"`
		AutoPolling *writtenValue     `json:"isAutoPollingPic,omitempty"`
		Unlisted    map[string]string `json:"unlisted,omitempty"`
	}
	writtenCustom struct {
		Layout          writtenLayout     `json:"layout,omitzero"`
		Mode            *writtenValue     `json:"mode,omitempty"`
		PicMode         *writtenValue     `json:"picMode,omitempty"`
		ActiveIndex     *writtenValue     `json:"activeIndex,omitempty"`
		SkipEmptyPic    *writtenValue     `json:"skipEmptyPic,omitempty"`
		VoiceActivation *writtenValue     `json:"vas,omitempty"`
		ChairView       *writtenValue     `json:"isChairViewMultiPic,omitempty"`
		Grid            *writtenGrid      `json:"picLayout,omitempty"`
		GridFault       GridFault         `json:"gridFault,omitempty"`
		Unlisted        map[string]string `json:"unlisted,omitempty"`
	}
	writtenGrid struct {
		X      int            `json:"x"`
		Y      int            `json:"y"`
		Places []writtenPlace `json:"subPicLayoutInfoList"`
	}
	writtenPlace struct {
		Screen int `json:"id"`
		Left   int `json:"left"`
		Top    int `json:"top"`
		XSize  int `json:"xSize"`
		YSize  int `json:"ySize"`
	}
)

// writeValue is nil for what was not reported.
func writeValue(v Value) *writtenValue {
	if v.Presence == NotReported {
		return nil
	}
	return &writtenValue{Empty: v.Presence == Empty, Int: v.Int, Text: v.Text, Layout: writeLayout(v.Layout)}
}

// read returns a value that has no layout.
func (w *writtenValue) read() Value {
	switch {
	case w == nil:
		return Value{}
	case w.Empty:
		return Value{Presence: Empty}
	}
	return Value{Presence: Known, Int: w.Int, Text: w.Text}
}

func writeStatus(s *Status) map[string]*writtenValue {
	all := make(map[string]*writtenValue, FieldCount)
	for f := range FieldCount {
		if v := writeValue(s.values[f]); v != nil {
			all[f.WireName()] = v
		}
	}
	return all
}

// readStatus passes over fields that are not known. A number that nothing can be done with is not read: screens are counted by it, and
// times are shown.
func readStatus(all map[string]*writtenValue, unlisted map[string]string) (s Status, err error) {
	for f := range FieldCount {
		w := all[f.WireName()]
		v := w.read()
		switch f.Kind() {
		case KindScreens:
			err = checkRange(v, MaxScreens)
		case KindTime:
			err = checkRange(v, MaxInstant)
		case KindLayout:
			if w != nil {
				v.Layout, err = w.Layout.read()
			}
		}
		if err != nil {
			return s, fmt.Errorf("%s: %w", f.WireName(), err)
		}
		s.values[f] = v
	}
	s.Unlisted = unlisted
	return s, nil
}

func checkRange(v Value, most int64) error {
	if v.Int < 0 || v.Int > most {
		return errors.New("a number is out of its range")
	}
	return nil
}

func writeLayout(l *Layout) *writtenLayout {
	if l == nil {
		return nil
	}
	return &writtenLayout{PicNum: writeValue(l.PicNum), Period: writeValue(l.Period), Unlisted: l.Unlisted, Screens: writeAll(l.Screens, func(s Screen) writtenScreen {
		return writtenScreen{Index: writeValue(s.Index), IDs: s.IDs, Share: writeValue(s.Share), AutoPolling: writeValue(s.AutoPolling), Unlisted: s.Unlisted}
	})}
}

func (w *writtenLayout) read() (*Layout, error) {
	if w == nil {
		return nil, nil
	}
	if len(w.Screens) > MaxScreens || !roomForUnlisted(nil, w.Unlisted) {
		return nil, errors.New("too much of a layout")
	}
	l := &Layout{PicNum: w.PicNum.read(), Period: w.Period.read(), Unlisted: w.Unlisted, Screens: readAll(w.Screens, func(s writtenScreen) Screen {
		return Screen{Index: s.Index.read(), IDs: s.IDs, Share: s.Share.read(), AutoPolling: s.AutoPolling.read(), Unlisted: s.Unlisted}
	})}
	return l, checkRange(l.PicNum, MaxScreens)
}

func writeCustom(c *CustomLayout) *writtenCustom {
	if c == nil {
		return nil
	}
	w := &writtenCustom{Layout: *writeLayout(&c.Layout), Mode: writeValue(c.Mode), PicMode: writeValue(c.PicMode), ActiveIndex: writeValue(c.ActiveIndex),
		SkipEmptyPic: writeValue(c.SkipEmptyPic), VoiceActivation: writeValue(c.VoiceActivation), ChairView: writeValue(c.ChairView),
		GridFault: c.GridFault, Unlisted: c.Unlisted}
	if g := c.Grid; g != nil {
		w.Grid = &writtenGrid{X: g.X, Y: g.Y, Places: writeAll(g.Places, func(p GridPlace) writtenPlace { return writtenPlace(p) })}
	}
	return w
}

func (w *writtenCustom) read() (*CustomLayout, error) {
	if w == nil {
		return nil, nil
	}
	if !roomForUnlisted(nil, w.Unlisted) {
		return nil, errors.New("too much of a custom layout")
	}
	l, err := w.Layout.read()
	if err != nil {
		return nil, fmt.Errorf("custom layout: %w", err)
	}
	c := &CustomLayout{Layout: *l, Mode: w.Mode.read(), PicMode: w.PicMode.read(), ActiveIndex: w.ActiveIndex.read(), SkipEmptyPic: w.SkipEmptyPic.read(),
		VoiceActivation: w.VoiceActivation.read(), ChairView: w.ChairView.read(), GridFault: w.GridFault, Unlisted: w.Unlisted}
	if g := w.Grid; g != nil {
		grid, fault := NewGrid(g.X, g.Y, readAll(g.Places, func(p writtenPlace) GridPlace { return GridPlace(p) }))
		if fault != "" {
			return nil, fmt.Errorf("geometry: %s", fault)
		}
		c.Grid = grid
	}
	return c, nil
}
