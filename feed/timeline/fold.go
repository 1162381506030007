package timeline

import (
	"time"

	"confboard/feed/conference"
)

// together is how close to each other what participants do has to be to be told as one.
const together = time.Minute

// Row is one row of a timeline: one entry, or several that are told as one. Newest first.
type Row []*Entry

// ID is the Seq of the oldest entry in the row, by which a row is known while newer entries join it.
func (r Row) ID() uint64 { return r[len(r)-1].Seq }

// Newest is the newest entry in the row.
func (r Row) Newest() *Entry { return r[0] }

// Fold returns the newest n rows of entries (which are in order, oldest first) about a topic that are older than the entry
// before (0: all), newest first, and whether there are older ones. Told as one are participants who join, leave and do something with
// nothing else between them, each within a minute of the next, and fields that one message told first, or found to differ.
func Fold(entries []Entry, topic Topic, before uint64, n int) (rows []Row, older bool) {
	var all []*Entry // of all rows, one after the other
	begin := 0       // of the last row
	for i := len(entries) - 1; i >= 0; i-- {
		e := &entries[i]
		if before > 0 && e.Seq >= before || !e.About(topic) {
			continue
		}
		if len(rows) > 0 && joins(e, all[len(all)-1]) {
			all = append(all, e)
			rows[len(rows)-1] = all[begin:len(all):len(all)]
			continue
		}
		if len(rows) == n {
			return rows, true
		}
		begin = len(all)
		all = append(all, e)
		rows = append(rows, all[begin:len(all):len(all)])
	}
	return rows, false
}

// joins reports whether an entry is told as one with the next.
func joins(e, next *Entry) bool {
	if people := func(k Kind) bool { return k == People || k == Doings }; people(e.Kind) && people(next.Kind) {
		return !e.Found && !next.Found && next.Received.Sub(e.Received) <= together
	}
	fields := func(k Kind) bool { return k == Status || k == Unlisted || k == Basic }
	return e.Group == next.Group && e.First == next.First && (e.First || e.Found) && fields(e.Kind) && fields(next.Kind)
}

// Moved lists how the planned end of the current occurrence was moved, oldest first: what replaced one instant by another.
func Moved(entries []Entry) (moved []Move) {
	for i := range entries {
		e := &entries[i]
		if e.Kind == Began {
			moved = nil
		}
		if m, ok := e.move(); ok {
			moved = append(moved, m)
		}
	}
	return moved
}

func (e *Entry) move() (m Move, ok bool) {
	if e.Kind != Status || e.Field != conference.EndTime {
		return m, false
	}
	from, had := e.Old.Time()
	to, has := e.New.Time()
	return Move{At: e.At, From: from, To: to}, had && has
}
