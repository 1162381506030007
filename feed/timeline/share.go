package timeline

import (
	"slices"
	"time"
)

// What one meeting can have of what all share: the disk, and the memory while the disk does not take anything. A cloud that has one
// meeting change for ever must not cost the others their timelines.
const (
	// entryEvery is the time in which a meeting can have one more entry stored, for ever; one of more than entrySize bytes counts as more.
	entryEvery = time.Second
	entrySize  = 1 << 10
	// entriesAhead is how many entries a meeting can have stored ahead of that: those of a day of a busy one.
	entriesAhead = 30_000
)

// share is what one meeting has had.
type share struct {
	rooms [sorts]room
	// paid is until when the entries that were stored are paid for.
	paid time.Time
}

// afford takes what the entries of an item cost, and reports whether that was affordable.
func (s *share) afford(it *item) bool {
	now := it.received
	cost := time.Duration(max(int64(len(it.entries)), it.bytes/entrySize)) * entryEvery
	if s.paid.Before(now) {
		s.paid = now
	}
	if latest := now.Add(entriesAhead * entryEvery); s.paid.After(latest) { // the clock was set back
		s.paid = latest
	}
	if s.paid.Add(cost).Sub(now) > entriesAhead*entryEvery {
		return false
	}
	s.paid = s.paid.Add(cost)
	return true
}

// room is what waits to be written of one sort.
type room struct {
	entries int
	bytes   int64
}

func (r *room) add(it *item, by int) {
	r.entries += by * len(it.entries)
	r.bytes += int64(by) * it.bytes
}

// The sorts: entries that say to which occurrence others belong have a room of their own, lest the others lose their place.
const (
	ordinary = iota
	framing
	sorts
)

func (it *item) sort() int {
	if slices.ContainsFunc(it.entries, Entry.frames) {
		return framing
	}
	return ordinary
}

// hasRoom reports whether the entries of an item can wait. Of one meeting never more do than there is room left for all others.
func (j *Journal) hasRoom(it *item) bool {
	all, own, n := &j.rooms[it.sort()], &it.share.rooms[it.sort()], len(it.entries)
	free, freeBytes := j.config.Waiting-all.entries-n, mostWaitingBytes-all.bytes-it.bytes
	return free >= own.entries+n && freeBytes >= own.bytes+it.bytes
}

// wait counts an item as one that waits; by is -1 for one that does no more.
func (j *Journal) wait(it *item, by int) {
	sort := it.sort()
	j.rooms[sort].add(it, by)
	it.share.rooms[sort].add(it, by)
}
