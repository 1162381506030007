package handlers

import (
	"fmt"
	"slices"
	"strconv"

	"confboard/feed/conference"
	"confboard/templates"
)

// DOM ids of the continuous presence on a meeting's page.
const layoutID = "layout"

func screenID(place int) string {
	if place == 0 {
		return "screen-unnumbered"
	}
	return fmt.Sprintf("screen-%d", place)
}

// maxColumns is the widest grid that the style sheet draws.
const maxColumns = 10

// layout draws the continuous presence by screen number. Nothing is invented: multiPic describes what a person
// set, so without it only the number of screens is known.
func (w words) layout(s *conference.State) templates.Layout {
	l := templates.Layout{Text: w.text, ID: layoutID}
	set := s.Status.Layout()
	if set == nil {
		l.Automatic = true
		n, known := s.Status.Int(conference.PicNum)
		switch {
		case s.StatusIntake.Last.Type == "":
			l.Summary = w.text.LayoutNotReported
		case !known:
			l.Summary = w.text.LayoutAutomaticUnknown
		default:
			l.Summary = w.text.LayoutAutomatic(n)
			for i := 1; i <= int(n); i++ {
				l.Screens = append(l.Screens, templates.Screen{ID: screenID(i), Number: strconv.Itoa(i), Name: w.text.Screen(i)})
			}
		}
		l.Columns = columns(len(l.Screens))
		return l
	}

	l.Summary = w.layoutBadge(set)
	if set.Period.Presence == conference.Known && set.Period.Int > 0 {
		l.Summary += " · " + w.text.LayoutPeriod(set.Period.Int)
	}
	if mode := s.Status.Text(conference.StatusMode); mode == conference.ModeBroadcast || mode == conference.ModeRollCall {
		l.Notes = append(l.Notes, w.text.LayoutOverridden(w.text.Fields[conference.StatusMode].Values[mode]))
	}
	if s.LayoutDated {
		l.Notes = append(l.Notes, w.text.LayoutDated)
	}
	if n := set.Irregular(); n > 0 {
		l.Notes = append(l.Notes, w.text.LayoutIrregular(n))
	}
	l.Notes = append(l.Notes, w.text.LayoutGridOrder)
	for _, p := range set.Places() {
		l.Screens = append(l.Screens, w.screen(p, set))
	}
	l.Columns = columns(len(l.Screens))
	return l
}

// Classes of a screen that is not just one with participants.
const (
	toneNobody = "screen-nobody"
	toneShows  = "screen-shows"
	toneOdd    = "screen-odd"
)

func (w words) screen(p conference.Place, set *conference.Layout) templates.Screen {
	out := templates.Screen{ID: screenID(p.Index), Number: strconv.Itoa(p.Index), Name: w.text.Screen(p.Index)}
	if p.Index == 0 {
		out.Number, out.Name, out.Tone = "?", w.text.ScreenUnnumbered, toneOdd
	}
	if len(p.Screens) == 0 {
		out.Empty, out.Tone = w.text.ScreenAbsent, toneNobody
		return out
	}
	turns := false
	for _, s := range p.Screens {
		out.People = append(out.People, s.IDs...)
		turns = turns || len(s.IDs) > 1
		if on(s.Share) {
			out.Presentation, out.Tone = w.text.ScreenPresentation, toneShows
		}
	}
	if turns {
		out.Turns = w.text.ScreenTurns
		if set.Period.Presence == conference.Known && set.Period.Int > 0 {
			out.Turns = w.text.LayoutPeriod(set.Period.Int)
		}
	}
	switch {
	case len(p.Screens) > 1 && p.Index != 0:
		out.Notes, out.Tone = append(out.Notes, w.text.ScreenTwice), toneOdd
	case p.Index != 0 && set.PicNum.Presence == conference.Known && int64(p.Index) > set.PicNum.Int:
		out.Notes, out.Tone = append(out.Notes, w.text.ScreenBeyond), toneOdd
	case len(out.People) == 0 && out.Presentation == "":
		out.Empty, out.Tone = w.text.ScreenEmpty, toneNobody
	}
	return out
}

// columns is the number of columns of a grid that is about as wide as high.
func columns(screens int) string {
	n := 1
	for n*n < screens && n < maxColumns {
		n++
	}
	return strconv.Itoa(n)
}

// sameGrid reports whether two layouts have the same frame, so that only the screens that differ need be sent.
func sameGrid(a, b templates.Layout) bool {
	return a.ID == b.ID && a.Summary == b.Summary && a.Columns == b.Columns && a.Automatic == b.Automatic && slices.Equal(a.Notes, b.Notes) &&
		slices.EqualFunc(a.Screens, b.Screens, func(s, t templates.Screen) bool { return s.ID == t.ID })
}

func sameLayout(a, b templates.Layout) bool {
	return sameGrid(a, b) && slices.EqualFunc(a.Screens, b.Screens, sameScreen)
}

func sameScreen(a, b templates.Screen) bool {
	return a.Turns == b.Turns && a.Empty == b.Empty && a.Presentation == b.Presentation && a.Tone == b.Tone && a.Name == b.Name &&
		slices.Equal(a.People, b.People) && slices.Equal(a.Notes, b.Notes)
}
