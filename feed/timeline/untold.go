package timeline

import (
	"time"

	"confboard/feed/conference"
)

// untold is what was noted of meetings and is not to be stored yet, because no other board has it: if this one died now, whoever goes on would
// tell the same once more.
type untold struct {
	meetings map[conference.ConfID]*toTell
	entries  int // that wait
}

// toTell is what waits of a meeting, in order, and until which entry the others have all.
type toTell struct {
	items []item
	told  uint64
}

func (t *toTell) waits(it *item) bool {
	n := len(it.entries)
	return n > 0 && it.entries[n-1].Seq > t.told
}

// keeps keeps an item back, if it or one before it has to wait.
func (u *untold) keeps(it item) bool {
	if it.gone || it.released {
		return false
	}
	t := u.meetings[it.confID]
	if t == nil {
		t = new(toTell)
		u.meetings[it.confID] = t
	}
	if len(t.items) == 0 && !t.waits(&it) {
		return false
	}
	t.items = append(t.items, it)
	u.entries += len(it.entries)
	return true
}

// inherit begins with a meeting of which the others have the entries until seq.
func (u *untold) inherit(id conference.ConfID, seq uint64) { u.meetings[id] = &toTell{told: seq} }

// tell takes note that the others have the entries until seq, and returns what waits no longer.
func (u *untold) tell(id conference.ConfID, seq uint64) (items []item) {
	t := u.meetings[id]
	if t == nil { // it is another board's by now
		return nil
	}
	t.told = max(t.told, seq)
	n := 0
	for ; n < len(t.items) && !t.waits(&t.items[n]); n++ {
		u.entries -= len(t.items[n].entries)
	}
	items, t.items = t.items[:n:n], t.items[n:]
	return items
}

// forget returns what waits of a meeting, which does so no longer.
func (u *untold) forget(id conference.ConfID) (items []item) {
	if t := u.meetings[id]; t != nil {
		items = t.items
		delete(u.meetings, id)
	}
	for i := range items {
		u.entries -= len(items[i].entries)
	}
	return items
}

// oldest is when the oldest of what waits came; zero: nothing waits.
func (u *untold) oldest() (at time.Time) {
	for _, t := range u.meetings {
		if len(t.items) > 0 && (at.IsZero() || t.items[0].received.Before(at)) {
			at = t.items[0].received
		}
	}
	return at
}
