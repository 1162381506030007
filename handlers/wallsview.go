package handlers

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"confboard/feed/conference"
	"confboard/templates"
	"confboard/templates/text"
	"confboard/web/live"
)

// WallsChanged is what live.Hub is told when something on the list of walls has changed.
const WallsChanged = "walls"

// wallsEvery bounds how often the list of walls is sent.
const wallsEvery = time.Second

// wallsView draws the list of walls: as a page, and as the view of its topic. It is for admins only.
type wallsView struct {
	words
	walls Walls
	build string
}

func (h *Handlers) wallsView(lang text.Lang) *wallsView {
	return &wallsView{words: h.words(lang), walls: h.Walls, build: h.Build}
}

// Key implements live.View.
func (v *wallsView) Key() string { return "walls?lang=" + string(v.text.Lang) }

// Touched implements live.View: no meeting is on the list.
func (v *wallsView) Touched(conference.Change) []live.Touch { return nil }

// Heard implements live.Listener.
func (v *wallsView) Heard(what string) []live.Touch {
	if what != WallsChanged {
		return nil
	}
	return []live.Touch{{Component: WallsChanged, Every: wallsEvery}}
}

// Render implements live.View.
func (v *wallsView) Render(ctx context.Context, _ []string) ([]byte, error) {
	m := message{ctx: ctx}
	m.swap(templates.WallListID, templates.WallListView(v.draw()))
	return m.bytes()
}

// Region implements live.View.
func (v *wallsView) Region(ctx context.Context) ([]byte, error) {
	return draw(ctx, templates.SwapRegion(v.tab(v.text.Named.Title+" · "+v.text.Product, false)), templates.WallsRegion(v.draw()))
}

func (v *wallsView) draw() templates.WallList {
	l := templates.WallList{Text: v.text, SetUp: v.paths.WallSetup()}
	for _, w := range v.walls.List() {
		l.Rows = append(l.Rows, v.row(w))
	}
	return l
}

func (v *wallsView) row(w conference.Wall) templates.WallRow {
	t := v.text.Named
	shows, _ := url.ParseQuery(w.Query) // made by wallValues; what cannot be read shows everything
	r := templates.WallRow{ID: "wall-" + w.ID, Name: w.Name, Online: w.Screens > 0, Shows: v.wallShows(shows),
		Made: v.instant(w.Created, "clock"), By: w.By, MaxName: strconv.Itoa(maxWallName),
		Look: v.paths.NamedWall(w.ID), Change: v.paths.WallSetup() + "?" + v.changing(w.ID, shows).Encode(),
		Reload: v.paths.wallAct(w.ID, "reload"), Rename: v.paths.wallAct(w.ID, "rename"),
		Readdress: v.paths.wallAct(w.ID, "readdress"), Remove: v.paths.wallAct(w.ID, "remove")}
	switch {
	case r.Online:
		r.State, r.When, r.Time = t.Online, t.Since, v.instant(w.Since, "clock")
	case w.Seen.IsZero():
		r.State = t.NeverOpened
	default:
		r.State, r.When, r.Time = t.Offline, t.Seen, v.instant(w.Seen, "ago")
	}
	if w.Screens > 1 {
		r.Twice = t.Twice(w.Screens)
	}
	if w.Seen.IsZero() {
		return r
	}
	r.Screen = t.ScreenUnknown
	if w.Screen != "" {
		r.Screen = strings.Replace(w.Screen, "x", " × ", 1)
	}
	r.Build = t.Current
	if w.Build != v.build {
		r.Build = t.Older(w.Build)
	}
	return r
}

// changing are the parameters of the set-up page on which what a wall shows is changed.
func (v *wallsView) changing(id string, shows url.Values) url.Values {
	values := ofWall(shows)
	values.Set(wallParam, id)
	return values
}

// wallShows says what a wall shows, and where it hangs.
func (w words) wallShows(given url.Values) []string {
	t := w.text.Named
	lang := langOf(given, w.text.Lang)
	q, look := wallOf(given, lang)
	said := []string{t.Everything}
	if limits := w.limits(q.overviewQuery); len(limits) > 0 {
		said = nil
		for _, l := range limits {
			said = append(said, l.label)
		}
	}
	said = append(said, t.Hangs(plain(look.at.screen), plain(look.at.distance)), t.Tiles(q.tiles), t.Dwell(int(look.dwell/time.Second)))
	if !look.night.never() {
		said = append(said, t.NightFromTo(look.night.from, look.night.to))
	}
	said = append(said, text.For(lang).OwnName)
	if look.light {
		said = append(said, w.text.Themes["light"])
	}
	return said
}
