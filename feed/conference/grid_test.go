package conference_test

import (
	"slices"
	"testing"
	"time"

	"confboard/feed/conference"
)

func TestAGeometryThatCannotBeDrawnIsAtFault(t *testing.T) {
	place := func(screen, left, top, xSize, ySize int) conference.GridPlace {
		return conference.GridPlace{Screen: screen, Left: left, Top: top, XSize: xSize, YSize: ySize}
	}
	var most []conference.GridPlace
	for i := range 60 {
		most = append(most, place(i+1, i, 0, 1, 60))
	}
	tests := []struct {
		name   string
		x, y   int
		places []conference.GridPlace
		want   conference.GridFault
	}{
		{"one screen", 1, 1, []conference.GridPlace{place(1, 0, 0, 1, 1)}, ""},
		{"cells that no screen has", 4, 4, []conference.GridPlace{place(1, 0, 0, 2, 2), place(2, 2, 2, 2, 2)}, ""},
		{"screens in another order", 2, 1, []conference.GridPlace{place(2, 1, 0, 1, 1), place(1, 0, 0, 1, 1)}, ""},
		{"60 by 60 cells", 60, 60, most, ""},
		{"no cells across", 0, 1, []conference.GridPlace{place(1, 0, 0, 1, 1)}, conference.GridSize},
		{"no cells down", 1, 0, []conference.GridPlace{place(1, 0, 0, 1, 1)}, conference.GridSize},
		{"61 cells across", 61, 1, most, conference.GridSize},
		{"61 cells down", 60, 61, most, conference.GridSize},
		{"cells that were not sent", -1, -1, []conference.GridPlace{place(1, 0, 0, 1, 1)}, conference.GridSize},
		{"no screens", 2, 2, nil, conference.GridScreens},
		{"screens from 0", 2, 1, []conference.GridPlace{place(0, 0, 0, 1, 1), place(1, 1, 0, 1, 1)}, conference.GridScreens},
		{"a screen left out", 2, 1, []conference.GridPlace{place(1, 0, 0, 1, 1), place(3, 1, 0, 1, 1)}, conference.GridScreens},
		{"a screen twice", 2, 1, []conference.GridPlace{place(1, 0, 0, 1, 1), place(1, 1, 0, 1, 1)}, conference.GridScreens},
		{"beyond the right edge", 2, 1, []conference.GridPlace{place(1, 1, 0, 2, 1)}, conference.GridOutside},
		{"beyond the lower edge", 1, 2, []conference.GridPlace{place(1, 0, 1, 1, 2)}, conference.GridOutside},
		{"left of the grid", 2, 2, []conference.GridPlace{place(1, -1, 0, 1, 1)}, conference.GridOutside},
		{"above the grid", 2, 2, []conference.GridPlace{place(1, 0, -1, 1, 1)}, conference.GridOutside},
		{"no width", 2, 2, []conference.GridPlace{place(1, 0, 0, 0, 1)}, conference.GridOutside},
		{"no height", 2, 2, []conference.GridPlace{place(1, 0, 0, 1, 0)}, conference.GridOutside},
		{"so far right that a sum would overflow", 2, 2, []conference.GridPlace{place(1, 1, 0, int(^uint(0)>>1), 1)}, conference.GridOutside},
		{"two screens in one cell", 3, 3, []conference.GridPlace{place(1, 0, 0, 3, 3), place(2, 2, 2, 1, 1)}, conference.GridOverlap},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			grid, fault := conference.NewGrid(tt.x, tt.y, slices.Clone(tt.places))
			if fault != tt.want || (grid == nil) != (fault != "") {
				t.Fatalf("got %+v, %q, want %q", grid, fault, tt.want)
			}
			for i := range tt.places {
				if grid != nil && grid.Places[i].Screen != i+1 {
					t.Errorf("places are %+v", grid.Places)
				}
			}
		})
	}
	if grid, fault := conference.NewGrid(0, 0, nil); grid != nil || fault != "" {
		t.Errorf("no cells and no screens are %+v, %q", grid, fault)
	}
}

func TestTheGeometryIsThatOfTheLayoutOnlyWhenItFitsAndIsNotOlder(t *testing.T) {
	up := func(after time.Duration) conference.Message { return link(after, conference.LinkUp) }
	noCount := func(c conference.CustomLayout) conference.CustomLayout {
		c.Layout.PicNum = conference.Value{}
		return c
	}
	otherCount := geometry(4)
	otherCount.Layout.PicNum = known(9)
	withoutPlan := geometry(4)
	withoutPlan.Grid = nil
	atFault := withoutPlan
	atFault.GridFault = conference.GridOverlap
	tests := []struct {
		name     string
		messages []conference.Message
		want     bool
	}{
		{"with the layout", []conference.Message{full(1*second, layout(4)), custom(1*second, geometry(4))}, true},
		{"after the layout", []conference.Message{full(1*second, layout(4)), custom(5*second, geometry(4))}, true},
		{"before the layout that the first full message of the connection tells, on the same connection", []conference.Message{
			custom(1*second, geometry(4)), full(2*second, layout(4))}, true},
		{"made before that message and received after it", []conference.Message{full(2*second, layout(4)), custom(1*second, geometry(4))}, true},
		{"older than a layout that was set since", []conference.Message{
			full(1*second, layout(4)), custom(2*second, geometry(4)), incremental(1, 3*second, layout(9)), incremental(2, 4*second, layout(4))}, false},
		{"newer than it again", []conference.Message{
			full(1*second, layout(9)), incremental(1, 4*second, layout(4)), custom(4*second, geometry(4))}, true},
		{"older, and received after it", []conference.Message{
			full(1*second, layout(9)), incremental(1, 4*second, layout(4)), custom(3*second, geometry(4))}, false},
		{"the same layout again does not make it older", []conference.Message{
			full(1*second, layout(4)), custom(2*second, geometry(4)), incremental(1, 3*second, layout(4)), full(4*second, layout(4))}, true},
		{"another mode does not make it older", []conference.Message{
			full(1*second, layout(4)), custom(2*second, geometry(4)), incremental(1, 3*second, word(conference.StatusMode, "FREE"))}, true},
		{"of another number of screens", []conference.Message{full(1*second, layout(4)), custom(2*second, geometry(6))}, false},
		{"whose message counts other screens than its geometry has", []conference.Message{full(1*second, layout(4)), custom(2*second, otherCount)}, false},
		{"whose message does not count the screens", []conference.Message{full(1*second, layout(4)), custom(2*second, noCount(geometry(4)))}, true},
		{"without a layout in the status", []conference.Message{full(1 * second), custom(2*second, geometry(4))}, false},
		{"of a layout that was taken back", []conference.Message{
			full(1*second, layout(4)), custom(2*second, geometry(4)), incremental(1, 3*second, null(conference.MultiPic))}, false},
		{"without a geometry", []conference.Message{full(1*second, layout(4)), custom(2*second, withoutPlan)}, false},
		{"with a geometry that cannot be drawn", []conference.Message{full(1*second, layout(4)), custom(2*second, atFault)}, false},
		{"taken away by the next message", []conference.Message{full(1*second, layout(4)), custom(2*second, geometry(4)), custom(3*second, withoutPlan)}, false},
		{"kept by an incremental message without one", []conference.Message{
			full(1*second, layout(4)), custom(2*second, geometry(4)), customChange(1, 3*second, conference.CustomLayout{PicMode: known(3)})}, true},
		{"kept by a new connection on which nothing has come", []conference.Message{full(1*second, layout(4)), custom(2*second, geometry(4)), up(3 * second)}, true},
		{"kept by a new connection that tells the same layout", []conference.Message{
			full(1*second, layout(4)), custom(2*second, geometry(4)), up(3 * second), full(4*second, layout(4))}, true},
		{"from before a connection that tells another layout", []conference.Message{
			full(1*second, layout(9)), custom(2*second, geometry(4)), up(3 * second), full(4*second, layout(4))}, false},
		{"made at an unknown time, received with the layout", []conference.Message{
			full(1*second, layout(9)), incremental(1, 4*second, layout(4)), func() conference.Message {
				m := custom(4*second, geometry(4))
				m.Envelope.CreateTime = time.Time{}
				return m
			}()}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := connected(t)
			for _, m := range tt.messages {
				_, was := b.state.Grid()
				change, outcome := b.apply(m)
				if outcome.Fate != conference.Applied {
					t.Fatalf("%T was %s", m, outcome.Fate)
				}
				if _, is := b.state.Grid(); was != is && !change.Has(conference.PartCustomLayout, conference.PartStatus) {
					t.Errorf("%T: a geometry came or went, but only %q changed", m, parts(change))
				}
			}
			grid, ok := b.state.Grid()
			if ok != tt.want || ok && len(grid.Places) != 4 {
				t.Errorf("geometry %+v, %t, want %t", grid, ok, tt.want)
			}
		})
	}
}

func TestALayoutWithoutACountHasAsManyScreensAsItLists(t *testing.T) {
	b := connected(t)
	b.apply(full(1*second, func(m *conference.StatusMessage) {
		m.Status.Set(conference.MultiPic, conference.Value{Presence: conference.Known, Layout: &conference.Layout{Screens: make([]conference.Screen, 4)}})
	}))
	b.apply(custom(2*second, geometry(4)))
	if _, ok := b.state.Grid(); !ok {
		t.Error("no geometry")
	}
}

func TestACustomLayoutIsReplacedOrMerged(t *testing.T) {
	b := connected(t)
	c := geometry(2)
	c.Mode = conference.Value{Presence: conference.Known, Text: "FIXED"}
	c.Layout.Screens = []conference.Screen{{Index: known(1)}}
	c.Unlisted = map[string]string{"a": "1"}
	change, _ := b.apply(custom(1*second, c))
	wantParts(t, change, "customLayout", "intake CustomMultiPicNotify", "counts")
	change, _ = b.apply(custom(2*second, c))
	wantParts(t, change, "intake CustomMultiPicNotify", "counts")
	b.apply(customChange(1, 3*second, conference.CustomLayout{PicMode: known(4), Unlisted: map[string]string{"b": "2"}}))
	got := b.state.Custom
	if got.PicMode != known(4) || got.Mode.Text != "FIXED" || len(got.Layout.Screens) != 1 || got.Grid == nil || len(got.Unlisted) != 2 {
		t.Errorf("after an incremental message %+v", got)
	}
	b.apply(customChange(2, 4*second, conference.CustomLayout{Layout: conference.Layout{Screens: []conference.Screen{}}, GridFault: conference.GridSize}))
	if got = b.state.Custom; len(got.Layout.Screens) != 0 || got.Grid != nil || got.GridFault != conference.GridSize || b.state.Counts.GridsSetAside != 1 {
		t.Errorf("after no screens and a geometry at fault %+v, %d set aside", got, b.state.Counts.GridsSetAside)
	}
	b.apply(custom(5*second, conference.CustomLayout{}))
	if got = b.state.Custom; got.Mode.Presence != conference.NotReported || got.GridFault != "" || got.Unlisted != nil {
		t.Errorf("after a full message %+v", got)
	}
}
