package handlers

import (
	"maps"
	"slices"
	"strings"

	"confboard/feed/conference"
	"confboard/feed/rules"
)

// wallIndex is the index of a wall: what it is about is counted, and what has a tile, of its own or with its group, is in the order. A
// change costs what it does to one meeting, however many there are. It is not safe for concurrent use.
type wallIndex struct {
	index
	// pressing and underWay are how many of those in the order have a problem and are under way.
	pressing, underWay int
	// groups are those in the order that have no problem, by the name of their group without regard to case.
	groups map[string]*wallTally
}

// wallTally is what is known of the meetings of a group.
type wallTally struct {
	names  map[string]int // how often it is written so
	counts []int          // by severity
}

func newWallIndex() *wallIndex {
	return &wallIndex{index: *newIndex(), groups: map[string]*wallTally{}}
}

// fill puts the first meetings in.
func (x *wallIndex) fill(entries []entry) {
	x.index.fill(entries)
	for _, e := range x.order {
		x.tally(e, 1)
	}
}

// put brings one meeting up to date.
func (x *wallIndex) put(e *entry) {
	if was := x.hold()[e.id]; was != nil {
		x.tally(was, -1)
	}
	x.index.put(e)
	x.tally(e, 1)
}

func (x *wallIndex) tally(e *entry, n int) {
	if !e.shown {
		return
	}
	if e.underWay {
		x.underWay += n
	}
	if e.severity.Problem() {
		x.pressing += n
		return
	}
	key := groupKey(e.group)
	t := x.groups[key]
	if t == nil {
		t = newWallTally()
		x.groups[key] = t
	}
	if t.add(e, n); len(t.names) == 0 {
		delete(x.groups, key)
	}
}

func newWallTally() *wallTally {
	return &wallTally{names: map[string]int{}, counts: make([]int, len(rules.Severities()))}
}

func (t *wallTally) clone() *wallTally {
	return &wallTally{names: maps.Clone(t.names), counts: slices.Clone(t.counts)}
}

// group is the tally of one or more meetings, under the first of the names.
func (t *wallTally) group() wallGroup {
	g := wallGroup{name: slices.Min(slices.Collect(maps.Keys(t.names)))}
	for severity, n := range t.counts {
		if g.count == 0 && n > 0 {
			g.worst = rules.Severity(severity)
		}
		g.count += n
	}
	return g
}

// groupKey is the same for names that differ only in case.
func groupKey(name string) string { return strings.ToLower(name) }

func (t *wallTally) add(e *entry, n int) {
	if t.names[e.group] += n; t.names[e.group] == 0 {
		delete(t.names, e.group)
	}
	t.counts[e.severity] += n
}

// standing is where a meeting is counted on the wall, and in the tile of what.
func (v *wallView) standing(s *conference.State) standing {
	if !v.counts(s) {
		return standing{}
	}
	is := standing{there: true, shown: v.query.showsClass(s), underWay: underWay(s), noted: isNoted(s), severity: rules.Judge(s)}
	if is.shown {
		is.group, is.key = groupText(s.Group), overviewQuery{}.orderKeyOf(s)
	}
	return is
}

func (v *wallView) entry(id conference.ConfID, s *conference.State) entry {
	return entry{id: id, standing: v.standing(s)}
}

// start fills the index with these meetings.
func (v *wallView) start(all []*conference.State) {
	entries := make([]entry, 0, len(all))
	for _, s := range all {
		if e := v.entry(s.ConfID, s); e.there {
			entries = append(entries, e)
		}
	}
	v.index = newWallIndex()
	v.index.fill(entries)
}

// catchUp brings the index up to date with what moved.
func (v *wallView) catchUp() {
	for id := range v.moved.take() {
		e := v.entry(id, v.board.Get(id))
		v.index.put(&e)
	}
}
