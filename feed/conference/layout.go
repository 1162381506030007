package conference

import (
	"maps"
	"slices"
)

// MaxScreens is the largest number of screens that is believed. The largest layout the vendor names has 25.
const MaxScreens = 256

// Layout is a custom continuous presence: MultiPicInfoNotify (meeting_21_1513). It describes the layout that a
// person set; a meeting without one is laid out automatically. A Layout is not modified after it was decoded.
type Layout struct {
	// PicNum is the number of screens.
	PicNum Value
	// Period is the interval in seconds at which the participants of one screen are shown in turn.
	Period Value
	// Screens are the picInfos in the order in which they came.
	Screens []Screen
	// Unlisted holds other fields as Status.Unlisted does.
	Unlisted map[string]string
}

// Screen is one numbered place of the picture: PicInfoNotify (meeting_21_1513).
type Screen struct {
	// Index is the screen's number, starting at 1. Zero, missing and duplicate ones occur and are shown as such.
	Index Value
	// IDs are the participants of the screen: participant IDs or SIP numbers. More than one are shown in turn.
	IDs []string
	// Share is 1 when the screen shows the presentation.
	Share Value
	// AutoPolling is isAutoPollingPic, which only CustomMultiPicNotify carries.
	AutoPolling Value
	// Unlisted holds other fields as Status.Unlisted does.
	Unlisted map[string]string
}

// Equal reports whether two layouts say the same. Both may be nil.
func (l *Layout) Equal(m *Layout) bool {
	if l == m {
		return true
	}
	if l == nil || m == nil {
		return false
	}
	return l.PicNum.Equal(m.PicNum) && l.Period.Equal(m.Period) &&
		slices.EqualFunc(l.Screens, m.Screens, Screen.Equal) && maps.Equal(l.Unlisted, m.Unlisted)
}

// Equal reports whether two screens say the same.
func (s Screen) Equal(t Screen) bool {
	return s.Index.Equal(t.Index) && s.Share.Equal(t.Share) && s.AutoPolling.Equal(t.AutoPolling) &&
		slices.Equal(s.IDs, t.IDs) && maps.Equal(s.Unlisted, t.Unlisted)
}

// Place is what a layout says about one screen number: nothing, one screen, or several that claim the number.
type Place struct {
	// Index is the screen number from 1; 0 gathers the screens whose index is missing or below 1.
	Index   int
	Screens []Screen
}

// Places returns the layout in order of screen number: every number from 1 to PicNum, numbers beyond it that a
// screen claims, and last the place 0 if a screen has no usable number.
func (l *Layout) Places() []Place {
	if l == nil {
		return nil
	}
	byIndex := make(map[int][]Screen, len(l.Screens))
	for _, s := range l.Screens {
		i := 0
		if s.Index.Presence == Known && s.Index.Int >= 1 {
			i = int(s.Index.Int)
		}
		byIndex[i] = append(byIndex[i], s)
	}
	var places []Place
	for i := 1; i <= int(l.PicNum.Int); i++ {
		places = append(places, Place{Index: i, Screens: byIndex[i]})
		delete(byIndex, i)
	}
	unnumbered, some := byIndex[0]
	delete(byIndex, 0)
	for _, i := range slices.Sorted(maps.Keys(byIndex)) {
		places = append(places, Place{Index: i, Screens: byIndex[i]})
	}
	if some {
		places = append(places, Place{Screens: unnumbered})
	}
	return places
}

// Irregular counts the screens whose number is missing, below 1, beyond PicNum or claimed more than once.
func (l *Layout) Irregular() int {
	n := 0
	for _, p := range l.Places() {
		switch {
		case p.Index == 0 || (l.PicNum.Presence == Known && int64(p.Index) > l.PicNum.Int):
			n += len(p.Screens)
		case len(p.Screens) > 1:
			n += len(p.Screens) - 1
		}
	}
	return n
}
