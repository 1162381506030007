package handlers

import (
	"cmp"
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
	meetings []*entry
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
	return wallShape{ids: idsOf(l.meetings), groups: l.groups, fixed: l.fixed}
}

func (s wallShape) equal(o wallShape) bool {
	return s.fixed == o.fixed && slices.Equal(s.ids, o.ids) && slices.Equal(s.groups, o.groups)
}

// list chooses what has a tile.
func (v *wallView) list() wallList {
	x := v.index
	total, problems := len(x.order), x.pressing // the problems come first
	fixed, places := v.query.plan(total, problems, &v.edges.plain)
	l := wallList{fixed: fixed}
	own := total
	if !v.edges.plain {
		v.edges.counted = false
	} else if v.edges.counted.above(total, places) {
		own = problems
		if places > problems {
			for own < min(total, places-1) && x.order[own].noted { // which is not only counted
				own++
			}
			l.groups = v.groups(own, max(places, v.query.plain())-own)
			l.fixed, _ = v.query.plan(own+len(l.groups), problems, &v.edges.groups)
		}
	}
	l.meetings = x.order[:min(own, maxOnWall)]
	return l
}

// groups counts the meetings behind the first in the order, among which all problems are, by group: in order of name, those without
// one last. With more groups than the most, the last of these are counted as one.
func (v *wallView) groups(first, most int) []wallGroup {
	apart := map[string]*wallTally{} // of the groups that some of the first are in, without these
	for _, e := range v.index.order[v.index.pressing:first] {
		key := groupKey(e.group)
		if apart[key] == nil {
			apart[key] = v.index.groups[key].clone()
		}
		apart[key].add(e, -1)
	}
	var all []wallGroup
	for key, t := range v.index.groups {
		if less := apart[key]; less != nil {
			t = less
		}
		if len(t.names) > 0 {
			all = append(all, t.group())
		}
	}
	titles := newTitleKeys(v.text.Lang)
	keys := map[string]string{}
	for _, g := range all {
		keys[g.name] = titles.key(g.name)
	}
	slices.SortFunc(all, func(a, b wallGroup) int {
		if (a.name == "") != (b.name == "") {
			return cmp.Compare(len(b.name), len(a.name))
		}
		return cmp.Or(cmp.Compare(keys[a.name], keys[b.name]), cmp.Compare(a.name, b.name))
	})
	if len(all) <= most {
		return all
	}
	rest := all[most-1]
	rest.name, rest.others = "", true
	for _, g := range all[most:] {
		rest.count += g.count
		rest.worst = min(rest.worst, g.worst)
	}
	return append(all[:most-1], rest)
}

// tiles makes the props of the list.
func (v *wallView) tiles(l wallList) templates.WallTiles {
	n := len(l.meetings) + len(l.groups)
	columns, rows := grid(min(n, v.query.tiles))
	t := templates.WallTiles{Columns: strconv.Itoa(columns), Rows: strconv.Itoa(rows), Fixed: strconv.Itoa(l.fixed)}
	if n == 0 {
		t.EmptyTitle, t.EmptyHelp = v.nothing(v.query.overviewQuery)
	}
	for _, e := range l.meetings {
		if s := v.board.Get(e.id); s != nil { // that it left is on the agenda
			t.Tiles = append(t.Tiles, v.tile(s))
		}
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
