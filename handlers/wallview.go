package handlers

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/templates"
	"confboard/templates/text"
	"confboard/web/live"
)

// wallView draws a wall: as a page, and as the view of its topic. Which of the tiles are on the screen, and for how long,
// is the browser's business. Like the overview it keeps an index, so that a change costs what it changes.
type wallView struct {
	words
	board Board
	query wallQuery
	scope overviewQuery
	find  search
	moved moved

	// The topic's goroutine's own. shown are the tiles that the viewers have, once started. It may differ from viewer to viewer while
	// a change of the list is on the agenda, and then the list goes to all.
	index   *wallIndex
	shown   wallShape
	started bool
	uneven  bool
	edges   wallEdges
}

// wallEdges are where the layout of a wall changes, as the viewers have it: beyond the pages that simply follow each other, beyond what
// a cycle has places for, and the first once more for the groups that are then counted.
type wallEdges struct{ plain, counted, groups edge }

func (h *Handlers) wallView(q wallQuery, lang text.Lang) *wallView {
	return newWallView(h.words(lang), h.Board, q)
}

func newWallView(w words, board Board, q wallQuery) *wallView {
	return &wallView{words: w, board: board, query: q, scope: q.scope(), find: newSearch(q.search)}
}

// Key implements live.View.
func (v *wallView) Key() string {
	values := v.query.values()
	values.Set(langParam, string(v.text.Lang))
	return "wall?" + values.Encode()
}

// JoinBursts implements live.Joiner: a picture that changes more often cannot be read from afar.
func (v *wallView) JoinBursts() time.Duration { return 500 * time.Millisecond }

// The components of a wall, beside partCounters: the list, and a meeting's tile with its confID behind the slash.
const (
	partTiles = "tiles"
	partTile  = "tile/"
)

// counts reports whether the wall is about a meeting, whatever its class.
func (v *wallView) counts(s *conference.State) bool {
	return s != nil && v.scope.shows(s) && v.find.matches(s)
}

// Touched implements live.View.
func (v *wallView) Touched(c conference.Change) []live.Touch {
	if !mayMove(c) {
		return nil
	}
	was, is := v.standing(c.Before), v.standing(c.After)
	if was != is {
		v.moved.note(c.ConfID)
		var touches []live.Touch
		if was.numbers() != is.numbers() {
			touches = append(touches, live.Touch{Component: partCounters})
		}
		if is.shown || was.shown {
			touches = append(touches, live.Touch{Component: partTile + string(c.ConfID)}, live.Touch{Component: partTiles, Every: reorderEvery})
		}
		return touches
	}
	if is.shown && touchesTile(c) {
		return []live.Touch{{Component: partTile + string(c.ConfID)}}
	}
	return nil
}

func touchesTile(c conference.Change) bool {
	return slices.ContainsFunc(c.Fields, func(f conference.FieldChange) bool {
		switch f.Part {
		case conference.PartStatus:
			return f.Field == conference.EndTime || slices.Contains(wallFields, f.Field) || len(c.After.Concerns) > 0
		case conference.PartLink, conference.PartClock, conference.PartConcerns, conference.PartSilences, conference.PartName, conference.PartBasic:
			return true
		}
		return false
	}) || c.Has(conference.PartParticipants) && numberDiffers(c.Before, c.After)
}

// numberDiffers: most of what participants do does not change how many they are.
func numberDiffers(a, b *conference.State) bool {
	before, knew := inMeeting(a)
	after, know := inMeeting(b)
	return before != after || knew != know
}

// Render implements live.View.
func (v *wallView) Render(ctx context.Context, components []string) ([]byte, error) {
	m := message{ctx: ctx}
	counters, tiles := slices.Contains(components, partCounters), slices.Contains(components, partTiles)
	if counters || tiles {
		v.catchUp()
	}
	if counters {
		tab, counts := v.line()
		m.add(templates.SwapTab(tab))
		m.swap(templates.WallCountsID, templates.WallCountsView(counts))
	}
	sent := false
	if tiles {
		list := v.list()
		if shape := list.shape(); v.uneven || !v.shown.equal(shape) {
			m.swap(templates.WallTilesID, templates.WallTilesView(v.tiles(list)))
			v.shown, sent = shape, true
		}
	}
	if !sent { // the list has the tiles
		for _, component := range components {
			id, ok := strings.CutPrefix(component, partTile)
			if !ok || !slices.Contains(v.shown.ids, conference.ConfID(id)) {
				continue
			}
			if s := v.board.Get(conference.ConfID(id)); s != nil {
				m.swap(tileID(s.ConfID), templates.WallTileView(v.tile(s)))
			}
		}
	}
	if m.err != nil {
		v.uneven = true // what was noted as shown has not been sent
	} else if sent {
		v.uneven = false
	}
	return m.bytes()
}

// Forget implements live.Rememberer.
func (v *wallView) Forget() {
	v.started, v.uneven, v.shown, v.edges = false, false, wallShape{}, wallEdges{}
}

// Region implements live.View. It shows the newest list; where the other viewers have an older one, a change of the list
// is on the agenda and brings everybody the same.
func (v *wallView) Region(ctx context.Context) ([]byte, error) {
	if v.started {
		v.catchUp()
	} else {
		v.start(v.board.States())
	}
	w, shape := v.draw()
	v.uneven = v.uneven || v.started && !v.shown.equal(shape)
	v.started, v.shown = true, shape
	return draw(ctx, templates.SwapRegion(w.Tab), templates.WallRegion(w))
}

// draw makes the props of the whole wall from the index.
func (v *wallView) draw() (templates.Wall, wallShape) {
	tab, counts := v.line()
	list := v.list()
	return templates.Wall{Text: v.text, Tab: tab, Counts: counts, Tiles: v.tiles(list)}, list.shape()
}

// line makes the props of the line that says whether anything is wrong. It counts the meetings that the wall is about in every
// class, also where it shows one class only.
func (v *wallView) line() (templates.Tab, templates.WallCounts) {
	x := v.index
	c := templates.WallCounts{Total: v.text.MeetingCount(x.total()), Only: v.wallOnly(v.query.overviewQuery),
		Matching: strconv.Itoa(len(x.order)), Problems: strconv.Itoa(x.pressing), UnderWay: strconv.Itoa(x.underWay)}
	for _, severity := range rules.Severities() {
		// Of a meeting that is still being connected to nobody knows that all is well.
		if n := x.counts[severity]; n > 0 && (severity.Problem() || severity == rules.Pending) {
			c.Classes = append(c.Classes, templates.WallCount{Severity: severity.String(), Count: strconv.Itoa(n), Label: v.text.SeverityCount[severity]})
		}
	}
	if len(c.Classes) == 0 && x.total() > 0 {
		c.AllWell = v.text.NoProblems
	}
	if x.noted > 0 {
		c.Classes = append(c.Classes, templates.WallCount{Severity: silenceIcon(true), Count: strconv.Itoa(x.noted), Label: v.text.Silence.WallCounted})
	}
	return v.tab(v.text.OverviewTitle(x.problems), x.problems > 0), c
}

// wallOnly says that a wall does not show everything.
func (w words) wallOnly(q overviewQuery) string {
	var said []string
	for _, l := range w.limits(q) {
		said = append(said, l.label)
	}
	if len(said) == 0 {
		return ""
	}
	return w.text.WallOnly(strings.Join(said, w.text.ListComma))
}
