package timeline

import (
	"sort"
	"time"

	"confboard/feed/conference"
)

// Moment is a state as it was after a change that made entries.
type Moment struct {
	// Seq is that of the last of these entries.
	Seq uint64
	// At and Received are as in conference.Change.
	At, Received time.Time
	State        *conference.State
}

// At returns the place of the moment that counts at an instant: the last one received until then, by the millisecond, -1 if nothing was
// known yet. moments are in order, oldest first.
func At(moments []Moment, at time.Time) int {
	ms := at.UnixMilli()
	return sort.Search(len(moments), func(i int) bool { return moments[i].Received.UnixMilli() > ms }) - 1
}

// Missing is the number of entries between a moment that counts at an instant and that instant, of which no state is kept.
func Missing(entries []Entry, m Moment, at time.Time) (n int) {
	ms := at.UnixMilli()
	for i := len(entries) - 1; i >= 0 && entries[i].Seq > m.Seq; i-- {
		if entries[i].Received.UnixMilli() <= ms {
			n++
		}
	}
	return n
}
