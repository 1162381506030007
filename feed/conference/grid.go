package conference

import (
	"cmp"
	"maps"
	"slices"
)

// CustomLayout is CustomMultiPicNotify, which was observed and is not in the reference: the custom continuous presence once
// more, and its exact geometry. A CustomLayout is shared and never modified. The fields with the prefix portal, which say
// the same again, are among the unlisted ones.
type CustomLayout struct {
	// Layout holds picNum, period and picInfos; its Unlisted is not used. Screens is nil when the message has no picInfos.
	Layout Layout
	// Mode is as in the status: ModeFixed and so on.
	Mode Value
	// PicMode is the number of the template.
	PicMode Value
	// ActiveIndex, SkipEmptyPic, VoiceActivation (vas) and ChairView (isChairViewMultiPic) are as the wire names them.
	ActiveIndex, SkipEmptyPic, VoiceActivation, ChairView Value
	// Grid is the geometry, picLayout; nil when none was sent and when it cannot be drawn, for which GridFault has the reason.
	Grid      *Grid
	GridFault GridFault
	// Unlisted holds other fields as Status.Unlisted does.
	Unlisted map[string]string
}

// Grid is the exact geometry of a layout: an X by Y grid of cells on which each screen has its place. It is shared and
// never modified.
type Grid struct {
	X, Y int
	// Places has screen 1 first and has every screen once; no two share a cell.
	Places []GridPlace
}

// GridPlace is the place of one screen, in cells. Left and Top count from 0.
type GridPlace struct{ Screen, Left, Top, XSize, YSize int }

// MaxGridCells is the largest number of cells of a grid each way.
const MaxGridCells = 60

// GridFault is why a geometry cannot be drawn. Such a geometry is set aside and counted, and the rest of its message is
// applied: the layout can still be drawn in order of screen number.
type GridFault string

// The faults of a geometry; empty when there is none.
const (
	GridSize    GridFault = "size"    // not 1 to MaxGridCells cells each way
	GridScreens GridFault = "screens" // the screens are not numbered from 1, each once
	GridOutside GridFault = "outside" // a screen has no cell, or one outside the grid
	GridOverlap GridFault = "overlap" // two screens share a cell: which one is in front is not told
)

// NewGrid returns the geometry, or why it cannot be drawn. No cells and no places are no geometry and no fault. It keeps
// the places, in another order.
func NewGrid(x, y int, places []GridPlace) (*Grid, GridFault) {
	if x == 0 && y == 0 && len(places) == 0 {
		return nil, ""
	}
	if x < 1 || x > MaxGridCells || y < 1 || y > MaxGridCells {
		return nil, GridSize
	}
	if len(places) == 0 {
		return nil, GridScreens
	}
	slices.SortFunc(places, func(a, b GridPlace) int { return cmp.Compare(a.Screen, b.Screen) })
	var taken [MaxGridCells][MaxGridCells]bool
	for i, p := range places {
		switch {
		case p.Screen != i+1:
			return nil, GridScreens
		case p.Left < 0 || p.Top < 0 || p.XSize < 1 || p.YSize < 1 || p.XSize > x-p.Left || p.YSize > y-p.Top:
			return nil, GridOutside
		}
		for row := p.Top; row < p.Top+p.YSize; row++ {
			for column := p.Left; column < p.Left+p.XSize; column++ {
				if taken[row][column] {
					return nil, GridOverlap
				}
				taken[row][column] = true
			}
		}
	}
	return &Grid{X: x, Y: y, Places: places}, ""
}

func (g *Grid) equal(h *Grid) bool {
	return g == h || g != nil && h != nil && g.X == h.X && g.Y == h.Y && slices.Equal(g.Places, h.Places)
}

// Grid returns the exact geometry of the layout that Status has. There is none unless CustomMultiPicNotify brought one that
// has as many screens as the layout and is not older than it.
func (s *State) Grid() (*Grid, bool) {
	layout := s.Status.Layout()
	if layout == nil || s.Custom == nil || s.Custom.Grid == nil || !s.gridCurrent {
		return nil, false
	}
	screens := layout.count()
	if len(s.Custom.Grid.Places) != screens ||
		s.Custom.Layout.PicNum.Presence == Known && s.Custom.Layout.PicNum.Int != int64(screens) {
		return nil, false
	}
	return s.Custom.Grid, true
}

// count is the number of screens: picNum, or if that was not told, how many there are.
func (l *Layout) count() int {
	if l.PicNum.Presence == Known {
		return int(l.PicNum.Int)
	}
	return len(l.Screens)
}

// merged returns c changed by the fields to which the incremental message in gives a value.
func (c CustomLayout) merged(in *CustomLayout) CustomLayout {
	for _, to := range []struct{ value, from *Value }{
		{&c.Mode, &in.Mode}, {&c.PicMode, &in.PicMode}, {&c.ActiveIndex, &in.ActiveIndex}, {&c.SkipEmptyPic, &in.SkipEmptyPic},
		{&c.VoiceActivation, &in.VoiceActivation}, {&c.ChairView, &in.ChairView},
		{&c.Layout.PicNum, &in.Layout.PicNum}, {&c.Layout.Period, &in.Layout.Period},
	} {
		to.value.take(*to.from)
	}
	if in.Layout.Screens != nil {
		c.Layout.Screens = in.Layout.Screens
	}
	if in.Grid != nil || in.GridFault != "" {
		c.Grid, c.GridFault = in.Grid, in.GridFault
	}
	c.Unlisted = mergedUnlisted(c.Unlisted, in.Unlisted)
	return c
}

// same reports whether two say the same. Both may be nil.
func (c *CustomLayout) same(d *CustomLayout) bool {
	return c == d || c != nil && d != nil && c.equal(d)
}

func (c *CustomLayout) equal(d *CustomLayout) bool {
	return c.Layout.Equal(&d.Layout) && c.Mode.Equal(d.Mode) && c.PicMode.Equal(d.PicMode) && c.ActiveIndex.Equal(d.ActiveIndex) &&
		c.SkipEmptyPic.Equal(d.SkipEmptyPic) && c.VoiceActivation.Equal(d.VoiceActivation) && c.ChairView.Equal(d.ChairView) &&
		c.Grid.equal(d.Grid) && c.GridFault == d.GridFault && maps.Equal(c.Unlisted, d.Unlisted)
}
