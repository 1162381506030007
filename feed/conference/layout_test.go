package conference_test

import (
	"fmt"
	"strings"
	"testing"

	"confboard/feed/conference"
)

// screen is a screen with the name of its only participant.
func screen(index conference.Value, participant string) conference.Screen {
	return conference.Screen{Index: index, IDs: []string{participant}}
}

func TestALayoutIsPlacedByIndexAndItsOddScreensAreCounted(t *testing.T) {
	none, empty := conference.Value{}, conference.Value{Presence: conference.Empty}
	tests := []struct {
		name      string
		layout    *conference.Layout
		places    string // index:participants of its screens
		irregular int
	}{
		{"no layout", nil, "", 0},
		{"no screens", &conference.Layout{}, "", 0},
		{"a number of screens that nobody has been put on", &conference.Layout{PicNum: known(3)}, "1: 2: 3:", 0},
		{"in order of index, not of arrival", &conference.Layout{PicNum: known(2), Screens: []conference.Screen{screen(known(2), "b"), screen(known(1), "a")}}, "1:a 2:b", 0},
		{"gaps are places", &conference.Layout{PicNum: known(3), Screens: []conference.Screen{screen(known(3), "c")}}, "1: 2: 3:c", 0},
		{"a duplicate index keeps both and counts one", &conference.Layout{PicNum: known(1), Screens: []conference.Screen{screen(known(1), "a"), screen(known(1), "b")}}, "1:a+b", 1},
		{"three of the same index count two", &conference.Layout{PicNum: known(1), Screens: []conference.Screen{screen(known(1), "a"), screen(known(1), "b"), screen(known(1), "c")}}, "1:a+b+c", 2},
		{"zero, missing, empty and negative indexes come last", &conference.Layout{PicNum: known(1), Screens: []conference.Screen{
			screen(known(0), "z"), screen(none, "m"), screen(known(1), "a"), screen(empty, "e"), screen(known(-2), "n")}}, "1:a 0:z+m+e+n", 4},
		{"an index beyond the number of screens is a place and counted", &conference.Layout{PicNum: known(1), Screens: []conference.Screen{screen(known(9), "x"), screen(known(4), "y")}}, "1: 4:y 9:x", 2},
		{"without a number of screens no index is beyond it", &conference.Layout{Screens: []conference.Screen{screen(known(2), "b"), screen(known(5), "e")}}, "2:b 5:e", 0},
		{"an enormous index costs nothing", &conference.Layout{PicNum: known(1), Screens: []conference.Screen{screen(known(1<<62), "x")}}, "1: 4611686018427387904:x", 1},
		{"a negative number of screens counts as none", &conference.Layout{PicNum: known(-4), Screens: []conference.Screen{screen(known(1), "a")}}, "1:a", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var places []string
			for _, p := range tt.layout.Places() {
				var names []string
				for _, s := range p.Screens {
					names = append(names, s.IDs...)
				}
				places = append(places, fmt.Sprintf("%d:%s", p.Index, strings.Join(names, "+")))
			}
			if got := strings.Join(places, " "); got != tt.places {
				t.Errorf("placed %q, want %q", got, tt.places)
			}
			if got := tt.layout.Irregular(); got != tt.irregular {
				t.Errorf("%d irregular, want %d", got, tt.irregular)
			}
		})
	}
}

func TestTwoLayoutsAreEqualWhenTheySayTheSame(t *testing.T) {
	one := func(change func(*conference.Layout)) *conference.Layout {
		l := &conference.Layout{PicNum: known(2), Period: known(10), Unlisted: map[string]string{"a": "1"}, Screens: []conference.Screen{
			{Index: known(1), IDs: []string{"p1", "p2"}, Share: known(0), Unlisted: map[string]string{"b": "1"}}, {Index: known(2)}}}
		change(l)
		return l
	}
	tests := []struct {
		name   string
		change func(*conference.Layout)
		equal  bool
	}{
		{"nothing differs", func(*conference.Layout) {}, true},
		{"the number of screens", func(l *conference.Layout) { l.PicNum = known(3) }, false},
		{"the period", func(l *conference.Layout) { l.Period = conference.Value{} }, false},
		{"an index", func(l *conference.Layout) { l.Screens[0].Index = known(2) }, false},
		{"the order of participants", func(l *conference.Layout) { l.Screens[0].IDs = []string{"p2", "p1"} }, false},
		{"the share", func(l *conference.Layout) { l.Screens[0].Share = known(1) }, false},
		{"one screen less", func(l *conference.Layout) { l.Screens = l.Screens[:1] }, false},
		{"an unlisted field", func(l *conference.Layout) { l.Unlisted["a"] = "2" }, false},
		{"an unlisted field of a screen", func(l *conference.Layout) { l.Screens[0].Unlisted["b"] = "2" }, false},
		{"no participants, nil or empty", func(l *conference.Layout) { l.Screens[1].IDs = []string{} }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, b := one(func(*conference.Layout) {}), one(tt.change)
			if a.Equal(b) != tt.equal || b.Equal(a) != tt.equal {
				t.Errorf("equal is %t", a.Equal(b))
			}
		})
	}
	var none *conference.Layout
	if !none.Equal(nil) || none.Equal(&conference.Layout{}) || (&conference.Layout{}).Equal(none) {
		t.Error("no layout equals only no layout")
	}
}

func TestAConfIDIsSafeInAURLADOMIDAndALogLine(t *testing.T) {
	for id, valid := range map[conference.ConfID]bool{
		"900487914": true, "a-Z_9": true, "": false, "9 0": false, "900487914\n": false, "../x": false, "会议": false, "<b>": false,
		conference.ConfID(strings.Repeat("9", conference.MaxConfIDLength)):   true,
		conference.ConfID(strings.Repeat("9", conference.MaxConfIDLength+1)): false,
	} {
		if id.Valid() != valid {
			t.Errorf("%q is valid: %t", id, id.Valid())
		}
	}
}
