package handlers

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/templates"
)

// maxOnWall is how many meetings a wall has tiles of: all that can be seen within a cycle, at the shortest dwell and
// with the most tiles. The worst come first; of problems beyond, the wall shows how many there are.
const maxOnWall = maxTiles * int(cycle/minDwell)

// wallList is what a wall has tiles of: the problems, then the meetings without any, or the groups of these where they are more
// than a cycle has places for.
type wallList struct {
	meetings []*conference.State
	groups   []wallGroup
	// fixed is how many of the first tiles stay while the others take turns.
	fixed int
}

// wallGroup is the meetings of a group that have no problem.
type wallGroup struct {
	// name is as it is written, empty for meetings without a group; others: these are all groups for which there is no place.
	name   string
	others bool
	count  int
	// worst is the class of the worst of them.
	worst rules.Severity
}

// wallShape is what decides which tiles there are and where; the tiles of meetings change by themselves.
type wallShape struct {
	ids    []conference.ConfID
	groups []wallGroup
	fixed  int
}

func (l wallList) shape() wallShape {
	return wallShape{ids: confIDs(l.meetings), groups: l.groups, fixed: l.fixed}
}

func confIDs(states []*conference.State) []conference.ConfID {
	ids := make([]conference.ConfID, len(states))
	for i, s := range states {
		ids[i] = s.ConfID
	}
	return ids
}

func (s wallShape) equal(o wallShape) bool {
	return s.fixed == o.fixed && slices.Equal(s.ids, o.ids) && slices.Equal(s.groups, o.groups)
}

// list chooses what has a tile.
func (v *wallView) list(all []*conference.State) wallList {
	var states []*conference.State
	for _, s := range all {
		if v.shows(s) {
			states = append(states, s)
		}
	}
	slices.SortStableFunc(states, inOrder)
	problems := len(states)
	if i := slices.IndexFunc(states, func(s *conference.State) bool { return !rules.Judge(s).Problem() }); i >= 0 {
		problems = i
	}

	own := problems // and these stand behind them
	for own < len(states) && isNoted(states[own]) {
		own++
	}

	fixed, places := v.query.plan(len(states), problems, &v.edges.plain)
	l := wallList{meetings: states, fixed: fixed}
	if !v.edges.plain {
		v.edges.counted = false
	} else if v.edges.counted.above(len(states), places) {
		l.meetings = states[:problems]
		if places > problems {
			own = min(own, places-1) // what was acknowledged or silenced is not only counted
			l.meetings = states[:own]
			l.groups = v.groups(states[own:], max(places, v.query.plain())-own)
			l.fixed, _ = v.query.plan(own+len(l.groups), problems, &v.edges.groups)
		}
	}
	l.meetings = l.meetings[:min(len(l.meetings), maxOnWall)]
	return l
}

// groups counts meetings by group, in order of name, those without one last. With more groups than the most, the last of
// these are counted as one.
func (v *wallView) groups(states []*conference.State, most int) []wallGroup {
	byName := map[string]wallGroup{}
	for _, s := range states {
		name, severity := groupText(s.Group), rules.Judge(s)
		g, known := byName[strings.ToLower(name)]
		if !known {
			g = wallGroup{name: name, worst: severity}
		}
		g.name, g.worst = min(g.name, name), min(g.worst, severity)
		g.count++
		byName[strings.ToLower(name)] = g
	}
	titles := newTitleKeys(v.text.Lang)
	keys := map[string]string{}
	for _, g := range byName {
		keys[g.name] = titles.key(g.name)
	}
	groups := slices.SortedFunc(maps.Values(byName), func(a, b wallGroup) int {
		if (a.name == "") != (b.name == "") {
			return cmp.Compare(len(b.name), len(a.name))
		}
		return cmp.Or(cmp.Compare(keys[a.name], keys[b.name]), cmp.Compare(a.name, b.name))
	})
	if len(groups) <= most {
		return groups
	}
	rest := groups[most-1]
	rest.name, rest.others = "", true
	for _, g := range groups[most:] {
		rest.count += g.count
		rest.worst = min(rest.worst, g.worst)
	}
	return append(groups[:most-1], rest)
}

// tiles makes the props of the list.
func (v *wallView) tiles(l wallList) templates.WallTiles {
	n := len(l.meetings) + len(l.groups)
	columns, rows := grid(min(n, v.query.tiles))
	t := templates.WallTiles{Columns: strconv.Itoa(columns), Rows: strconv.Itoa(rows), Fixed: strconv.Itoa(l.fixed)}
	if n == 0 {
		t.EmptyTitle, t.EmptyHelp = v.nothing(v.query.overviewQuery)
	}
	for _, s := range l.meetings {
		t.Tiles = append(t.Tiles, v.tile(s))
	}
	for _, g := range l.groups {
		t.Tiles = append(t.Tiles, v.groupTile(g))
	}
	return t
}

// groupTile is the tile of a group: how many meetings it stands for, and the worst of their classes.
func (w words) groupTile(g wallGroup) templates.WallTile {
	id, title := hashed("wg", strings.ToLower(g.name)), g.name
	switch {
	case g.others:
		id, title = "wg-others", w.text.Walls.OtherGroups
	case g.name == "":
		id, title = "wg-none", w.text.Walls.NoGroup
	}
	return templates.WallTile{
		ID: id, Severity: g.worst.String(), Title: title, Counted: strconv.Itoa(g.count),
		Mark:   templates.Mark{ID: id + "-mark", Severity: g.worst.String(), Word: w.text.Severity[g.worst]},
		Number: templates.WallNumber{ID: id + "-number", Count: strconv.Itoa(g.count), Label: w.text.Walls.Meetings(g.count)},
	}
}
