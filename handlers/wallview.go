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

// maxOnWall is how many meetings a wall has tiles of: all that can be seen within a minute, at the shortest dwell and
// with the most tiles. The worst come first; of those beyond, the wall shows how many there are.
const maxOnWall = maxTiles * int(time.Minute/minDwell)

// wallView draws a wall: as a page, and as the view of its topic. Which of the tiles are on the screen, and for how long,
// is the browser's business.
type wallView struct {
	words
	board Board
	query wallQuery
	// shown are the meetings whose tiles the viewers have, once started; only the topic's own goroutine uses it. It may
	// differ from viewer to viewer while a change of the list is on the agenda, and then the list goes to all.
	shown   []conference.ConfID
	started bool
	uneven  bool
}

func (h *Handlers) wallView(q wallQuery, lang text.Lang) *wallView {
	return &wallView{words: h.words(lang), board: h.Board, query: q}
}

// Key implements live.View.
func (v *wallView) Key() string {
	return "wall?lang=" + string(v.text.Lang) + "&only=" + v.query.only + "&tiles=" + strconv.Itoa(v.query.tiles)
}

// JoinBursts implements live.Joiner: a picture that changes more often cannot be read from afar.
func (v *wallView) JoinBursts() time.Duration { return 500 * time.Millisecond }

// The components of a wall, beside partCounters: the list, and a meeting's tile with its confID behind the slash.
const (
	partTiles = "tiles"
	partTile  = "tile/"
)

// Touched implements live.View.
func (v *wallView) Touched(c conference.Change) []live.Touch {
	was, is := v.query.standing(c.Before), v.query.standing(c.After)
	tile := live.Touch{Component: partTile + string(c.ConfID)}
	switch {
	case was != is:
		touches := []live.Touch{{Component: partCounters}}
		if is.shown || was.shown {
			touches = append(touches, tile, live.Touch{Component: partTiles, Every: reorderEvery})
		}
		return touches
	case is.shown && touchesTile(c):
		if slices.ContainsFunc(c.Fields, func(f conference.FieldChange) bool { return f.Part == conference.PartBasic && f.Name == "startTime" }) {
			return []live.Touch{tile, {Component: partTiles, Every: reorderEvery}}
		}
		return []live.Touch{tile}
	}
	return nil
}

func touchesTile(c conference.Change) bool {
	return slices.ContainsFunc(c.Fields, func(f conference.FieldChange) bool {
		switch f.Part {
		case conference.PartStatus:
			return f.Field == conference.EndTime || slices.Contains(wallFields, f.Field) || len(c.After.Concerns) > 0
		case conference.PartLink, conference.PartClock, conference.PartConcerns, conference.PartName, conference.PartBasic:
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
	all := v.board.All()
	if slices.Contains(components, partCounters) {
		tab, counts := v.counts(all)
		m.add(templates.SwapTab(tab))
		m.swap(templates.WallCountsID, templates.WallCountsView(counts))
	}
	sent := false
	if slices.Contains(components, partTiles) {
		states := v.sorted(all)
		if v.uneven || !slices.Equal(v.shown, confIDs(states)) {
			m.swap(templates.WallTilesID, templates.WallTilesView(v.tiles(states)))
			v.shown, sent = confIDs(states), true
		}
	}
	if !sent { // the list has the tiles
		for _, component := range components {
			id, ok := strings.CutPrefix(component, partTile)
			if !ok || !slices.Contains(v.shown, conference.ConfID(id)) {
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
func (v *wallView) Forget() { v.started, v.uneven, v.shown = false, false, nil }

// Region implements live.View. It shows the newest list; where the other viewers have an older one, a change of the list
// is on the agenda and brings everybody the same.
func (v *wallView) Region(ctx context.Context) ([]byte, error) {
	all := v.board.All()
	ids := confIDs(v.sorted(all))
	v.uneven = v.uneven || v.started && !slices.Equal(v.shown, ids)
	v.started, v.shown = true, ids
	w := v.draw(all)
	return draw(ctx, templates.SwapRegion(w.Tab), templates.WallRegion(w))
}

// sorted returns the states that have a tile, in order.
func (v *wallView) sorted(all []*conference.State) []*conference.State {
	states := make([]*conference.State, 0, len(all))
	for _, s := range all {
		if v.query.shows(s) {
			states = append(states, s)
		}
	}
	slices.SortStableFunc(states, inOrder)
	return states[:min(len(states), maxOnWall)]
}

func confIDs(states []*conference.State) []conference.ConfID {
	ids := make([]conference.ConfID, len(states))
	for i, s := range states {
		ids[i] = s.ConfID
	}
	return ids
}

// draw makes the props of the whole wall.
func (v *wallView) draw(all []*conference.State) templates.Wall {
	tab, counts := v.counts(all)
	return templates.Wall{Text: v.text, Tab: tab, Counts: counts, Tiles: v.tiles(v.sorted(all))}
}

// counts makes the props of the line that says whether anything is wrong. It counts all meetings on the board, whatever
// the wall is limited to.
func (v *wallView) counts(all []*conference.State) (templates.Tab, templates.WallCounts) {
	counts := make([]int, len(rules.Severities()))
	problems, matching, matchingProblems := 0, 0, 0
	for _, s := range all {
		severity := rules.Judge(s)
		shown := v.query.shows(s)
		counts[severity]++
		if shown {
			matching++
		}
		if severity.Problem() {
			problems++
			if shown {
				matchingProblems++
			}
		}
	}
	c := templates.WallCounts{Total: v.text.MeetingCount(len(all)), Only: v.only(), Matching: strconv.Itoa(matching), Problems: strconv.Itoa(matchingProblems)}
	for _, severity := range rules.Severities() {
		// Of a meeting that is still being connected to nobody knows that all is well.
		if n := counts[severity]; n > 0 && (severity.Problem() || severity == rules.Pending) {
			c.Classes = append(c.Classes, templates.WallCount{Severity: severity.String(), Count: strconv.Itoa(n), Label: v.text.SeverityCount[severity]})
		}
	}
	if len(c.Classes) == 0 && len(all) > 0 {
		c.AllWell = v.text.NoProblems
	}
	return v.tab(v.text.OverviewTitle(problems), problems > 0), c
}

// only says that the wall does not show everything.
func (v *wallView) only() string {
	switch v.query.only {
	case "":
		return ""
	case onlyProblems:
		return v.text.WallOnly(v.text.WallProblems)
	case onlyStale:
		return v.text.WallOnly(v.text.StaleCount)
	}
	for _, severity := range rules.Severities() {
		if severity.String() == v.query.only {
			return v.text.WallOnly(v.text.SeverityCount[severity])
		}
	}
	return ""
}

// tiles makes the props of the list.
func (v *wallView) tiles(states []*conference.State) templates.WallTiles {
	columns, rows := grid(min(len(states), v.query.tiles))
	t := templates.WallTiles{Columns: strconv.Itoa(columns), Rows: strconv.Itoa(rows)}
	if len(states) == 0 {
		t.EmptyTitle, t.EmptyHelp = v.nothing(v.query.overviewQuery)
	}
	for _, s := range states {
		t.Tiles = append(t.Tiles, v.tile(s))
	}
	return t
}
