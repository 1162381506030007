package handlers

import (
	"cmp"
	"slices"

	"confboard/feed/conference"
	"confboard/feed/rules"
)

// windowSize is how many cards a page of the overview has. It fills rows of one to six; the browser swaps such a list in a
// few milliseconds, and reading further is what pages, filters and the search are for.
const windowSize = 60

// standing is what decides where a meeting is counted and shown; its zero value is that of a meeting that is not on the board.
type standing struct {
	there, shown, stale, noted bool
	severity                   rules.Severity
	key                        orderKey // of one that is shown

	// On a wall, which counts these and not what is stale.
	underWay bool
	group    string
}

// numbers is the standing as far as it is counted.
func (s standing) numbers() standing {
	s.key, s.group = orderKey{}, ""
	return s
}

// index is the order of the meetings that a query shows, and the numbers of all on the board. A change costs a search and
// the moving of a few entries, however many meetings there are. It is not safe for concurrent use.
type index struct {
	all   []entry                      // before held is made of them, which a page that is drawn once does not need
	held  map[conference.ConfID]*entry // which do not change
	order []*entry                     // those that are shown
	count int                          // of all

	counts                 []int // by severity
	problems, stale, noted int
}

// entry is a meeting in the index.
type entry struct {
	id conference.ConfID
	standing
	title string // its sort key in the language; empty where the order does not need it
}

func newIndex() *index {
	return &index{counts: make([]int, len(rules.Severities()))}
}

func (e *entry) compare(o *entry) int {
	if c := cmp.Compare(e.key.first, o.key.first); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(e.title, o.title), cmp.Compare(e.key.second, o.key.second), cmp.Compare(e.id, o.id))
}

// fill puts the first meetings in; they are the index's own from then on.
func (x *index) fill(entries []entry) {
	x.all = entries
	for i := range entries {
		e := &entries[i]
		x.add(e, 1)
		if e.shown {
			x.order = append(x.order, e)
		}
	}
	slices.SortFunc(x.order, (*entry).compare)
}

// hold makes what a meeting is found by.
func (x *index) hold() map[conference.ConfID]*entry {
	if x.held == nil {
		x.held = make(map[conference.ConfID]*entry, len(x.all))
		for i := range x.all {
			x.held[x.all[i].id] = &x.all[i]
		}
		x.all = nil
	}
	return x.held
}

// put brings one meeting up to date and reports whether it is shown from now on and was not before.
func (x *index) put(e *entry) (enters bool) {
	held := x.hold()
	was := held[e.id]
	if was == nil {
		was = &entry{}
	}
	x.add(was, -1)
	x.add(e, 1)
	if e.there {
		held[e.id] = e
	} else {
		delete(held, e.id)
	}
	from, to := 0, 0
	if was.shown {
		from, _ = x.place(was)
	}
	if e.shown {
		to, _ = x.place(e)
	}
	switch {
	case was.shown && e.shown: // only what is between the two moves up or down
		if to > from {
			to--
			copy(x.order[from:to], x.order[from+1:to+1])
		} else {
			copy(x.order[to+1:from+1], x.order[to:from])
		}
		x.order[to] = e
	case was.shown:
		x.order = slices.Delete(x.order, from, from+1)
	case e.shown:
		x.order = slices.Insert(x.order, to, e)
	}
	return e.shown && !was.shown
}

// place is where an entry stands in the order, or would.
func (x *index) place(e *entry) (i int, there bool) {
	return slices.BinarySearchFunc(x.order, e, (*entry).compare)
}

func (x *index) add(e *entry, n int) {
	if !e.there {
		return
	}
	x.count += n
	x.counts[e.severity] += n
	if e.severity.Problem() {
		x.problems += n
	}
	if e.stale {
		x.stale += n
	}
	if e.noted {
		x.noted += n
	}
}

// has reports whether a meeting is shown, on whichever page.
func (x *index) has(id conference.ConfID) bool {
	e := x.hold()[id]
	return e != nil && e.shown
}

// before reports whether one meeting that is shown stands before another that is.
func (x *index) before(a, b conference.ConfID) bool { return x.hold()[a].compare(x.hold()[b]) < 0 }

// numbers is what the index counts, without the meetings.
func (x *index) numbers() *index {
	return &index{count: x.count, counts: slices.Clone(x.counts), problems: x.problems, stale: x.stale, noted: x.noted}
}

// total is the number of meetings on the board, shown or not.
func (x *index) total() int { return x.count }

// outline is a page of the order: which, counted from 0, of how many, the places of its first card and of the one after its
// last, and how many cards there are on all pages.
type outline struct{ page, pages, from, to, total int }

// window is a page with the meetings on it.
type window struct {
	outline
	ids []conference.ConfID
}

// window returns a page of the size, or the last one where there are fewer.
func (x *index) window(page, size int) window {
	w := window{outline: outline{total: len(x.order), pages: max(1, (len(x.order)+size-1)/size)}}
	w.page = min(page, w.pages-1)
	w.from = w.page * size
	w.to = min(w.from+size, w.total)
	w.ids = idsOf(x.order[w.from:w.to])
	return w
}

func idsOf(entries []*entry) []conference.ConfID {
	ids := make([]conference.ConfID, len(entries))
	for i, e := range entries {
		ids[i] = e.id
	}
	return ids
}
