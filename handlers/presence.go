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

const (
	// maxColumns is the widest grid in order of number that the style sheet draws.
	maxColumns = 10
	// maxCells is the finest exact geometry that the style sheet draws, across and down.
	maxCells = 24
)

// layout draws the continuous presence. Nothing is invented: multiPic describes what a person set, so without it only
// the number of screens is known, and without the exact geometry the screens stand in order of their number.
func (w words) layout(s *conference.State) templates.Layout {
	set := s.Status.Layout()
	if !isSet(set) {
		return w.automaticLayout(s)
	}
	l := templates.Layout{Text: w.text, ID: layoutID, Summary: w.layoutBadge(set)}
	if set.Period.Presence == conference.Known && set.Period.Int > 0 {
		l.Summary += " · " + w.text.LayoutPeriod(set.Period.Int)
	}
	if mode := s.Status.Text(conference.StatusMode); mode == conference.ModeBroadcast || mode == conference.ModeRollCall {
		said := w.text.Fields[conference.StatusMode].Values[mode]
		if who := s.Named(); who != nil {
			said = w.text.Pair(said, personName(who))
		}
		l.Notes = append(l.Notes, w.text.LayoutOverridden(said))
	}
	if s.LayoutDated {
		l.Notes = append(l.Notes, w.text.LayoutDated)
	}
	if n := set.Irregular(); n > 0 {
		l.Notes = append(l.Notes, w.text.LayoutIrregular(n))
	}
	cells := w.geometry(s, set, &l)
	if cells == nil {
		l.Notes = append(l.Notes, w.text.LayoutGridOrder)
	}
	for _, p := range set.Places() {
		screen := w.screen(s, p, set)
		screen.Cell = cells[p.Index]
		l.Screens = append(l.Screens, screen)
	}
	l.Columns = columns(len(l.Screens))
	return l
}

// isSet reports whether a layout has any screen; one without says that there is none.
func isSet(l *conference.Layout) bool { return l != nil && (len(l.Screens) > 0 || l.PicNum.Int > 0) }

// automaticLayout is what is known when nobody set a layout: how many screens there are, at most.
func (w words) automaticLayout(s *conference.State) templates.Layout {
	l := templates.Layout{Text: w.text, ID: layoutID, Automatic: true}
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

// geometry returns the place of each screen as the style sheet's classes, nil if the exact geometry is not known, does not
// place every screen, or is finer than what is drawn.
func (w words) geometry(s *conference.State, set *conference.Layout, l *templates.Layout) map[int]string {
	grid, ok := s.Grid()
	if !ok || grid.X > maxCells || grid.Y > maxCells {
		return nil
	}
	cells := make(map[int]string, len(grid.Places))
	for _, p := range grid.Places {
		cells[p.Screen] = fmt.Sprintf("gl-%d gt-%d gw-%d gh-%d", p.Left+1, p.Top+1, p.XSize, p.YSize)
	}
	for _, p := range set.Places() {
		if cells[p.Index] == "" {
			return nil
		}
	}
	l.Exact = fmt.Sprintf("gx-%d gy-%d", grid.X, grid.Y)
	l.Notes = append(l.Notes, w.text.LayoutExact)
	return cells
}

// Classes of a screen that is not just one with participants.
const (
	toneNobody = "screen-nobody"
	toneShows  = "screen-shows"
	toneOdd    = "screen-odd"
)

func (w words) screen(s *conference.State, p conference.Place, set *conference.Layout) templates.Screen {
	out := templates.Screen{ID: screenID(p.Index), Number: strconv.Itoa(p.Index), Name: w.text.Screen(p.Index)}
	if p.Index == 0 {
		out.Number, out.Name, out.Tone = "?", w.text.ScreenUnnumbered, toneOdd
	}
	if len(p.Screens) == 0 {
		out.Empty, out.Tone = w.text.ScreenAbsent, toneNobody
		return out
	}
	turns, here := false, false
	for _, screen := range p.Screens {
		for _, id := range screen.IDs {
			person, present := w.onScreen(s, id)
			out.People = append(out.People, person)
			here = here || present
		}
		turns = turns || len(screen.IDs) > 1
		if on(screen.Share) {
			out.Presentation, out.Tone = w.text.ScreenPresentation, toneShows
		}
	}
	if turns {
		out.Turns = w.text.ScreenTurns
		if set.Period.Presence == conference.Known && set.Period.Int > 0 {
			out.Turns = w.text.ScreenPeriod(set.Period.Int)
		}
	}
	switch {
	case len(p.Screens) > 1 && p.Index != 0:
		out.Notes, out.Tone = append(out.Notes, w.text.ScreenTwice), toneOdd
	case p.Index != 0 && set.PicNum.Presence == conference.Known && int64(p.Index) > set.PicNum.Int:
		out.Notes, out.Tone = append(out.Notes, w.text.ScreenBeyond), toneOdd
	case len(out.People) == 0 && out.Presentation == "":
		out.Empty, out.Tone = w.text.ScreenEmpty, toneNobody
	case !here && len(out.People) > 0 && out.Presentation == "":
		out.Tone = toneNobody
	}
	return out
}

// onScreen is who a layout names by an ID, and whether that participant is in the meeting. Before the list of participants
// is known, and where it is not here, nobody is called absent.
func (w words) onScreen(s *conference.State, id string) (templates.ScreenPerson, bool) {
	p := s.Find(id)
	if p == nil {
		person := templates.ScreenPerson{Name: id}
		if s.ParticipantsIntake.HasFull && !s.Brief {
			person.Marks = []templates.PersonMark{w.personMark(personAbsent)}
			return person, false
		}
		return person, true
	}
	person := templates.ScreenPerson{Name: personName(p), Speaking: isLive(s) && s.Speaking(p.PID)}
	add := func(when bool, k personKind) {
		if when {
			person.Marks = append(person.Marks, w.personMark(k))
		}
	}
	muted, _ := p.Muted()
	add(person.Speaking, personSpeaking)
	add(p.Role() == conference.Host, personHost)
	add(p.HandRaised(), personHand)
	add(muted, personMuted)
	add(p.Calling(), personCalling)
	return person, !p.Calling()
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
	return a.ID == b.ID && a.Summary == b.Summary && a.Columns == b.Columns && a.Exact == b.Exact && a.Automatic == b.Automatic &&
		slices.Equal(a.Notes, b.Notes) &&
		slices.EqualFunc(a.Screens, b.Screens, func(s, t templates.Screen) bool { return s.ID == t.ID })
}

func sameLayout(a, b templates.Layout) bool {
	return sameGrid(a, b) && slices.EqualFunc(a.Screens, b.Screens, sameScreen)
}

func sameScreen(a, b templates.Screen) bool {
	return a.Cell == b.Cell && a.Turns == b.Turns && a.Empty == b.Empty && a.Presentation == b.Presentation && a.Tone == b.Tone && a.Name == b.Name &&
		slices.EqualFunc(a.People, b.People, samePerson) && slices.Equal(a.Notes, b.Notes)
}

func samePerson(a, b templates.ScreenPerson) bool {
	return a.Name == b.Name && a.Speaking == b.Speaking && slices.Equal(a.Marks, b.Marks)
}
