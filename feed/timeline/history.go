package timeline

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"confboard/feed/conference"
)

// Limits bound what a History keeps.
type Limits struct {
	// Keep is for how long something is kept, or up to an eighth longer; 0: without end. What is too old goes when something new comes.
	Keep time.Duration
	// Memory is the most that all meetings together may take, in bytes as estimated.
	Memory int64
	// Entries, Moments and Bytes bound one meeting.
	Entries, Moments int
	Bytes            int64
}

// DefaultLimits hold a day of a few thousand meetings, or of one busy one.
var DefaultLimits = Limits{Keep: 24 * time.Hour, Memory: 256_000_000, Entries: 4000, Moments: 500, Bytes: 4 << 20}

// History keeps in memory what happened in the meetings that are on the board: all entries, and the states after them. When the
// bounds are reached the oldest entries go, those of what participants did first, and states become fewer, the newest last. Safe for
// concurrent use.
type History struct {
	limits Limits

	mu       sync.RWMutex
	meetings map[conference.ConfID]*record
	bytes    int64 // of all records
}

// record is what is kept of one meeting. Its lists are only ever appended to, or replaced: what was handed out stays as it is.
type record struct {
	entries []Entry
	moments []Moment
	seq     uint64
	bytes   int64
	doings  int // of the entries
	// adopted: entries have been adopted, and the state after them is not known yet.
	adopted bool
	// unshown: see Unshown. complete: nothing that is stored is to be added at the beginning. epoch is that of whoever made the last of what was
	// adopted.
	unshown, complete bool
	epoch             uint64
	// stopped is until when the board was running, of a meeting that was restored and is not on the board again yet.
	stopped time.Time
}

// NewHistory returns an empty history.
func NewHistory(l Limits) *History {
	return &History{limits: l, meetings: map[conference.ConfID]*record{}}
}

// Note is Keep for Registry.Observe.
func (h *History) Note(c conference.Change) { h.Keep(c) }

// Keep keeps what a change did, and returns its entries as they are kept, which must not be modified. It does no I/O, and returns
// within microseconds. Who shows what is kept has to be told of the change after it.
func (h *History) Keep(c conference.Change) []Entry {
	if c.Before == nil && c.After == nil {
		return nil
	}
	if c.After == nil {
		h.forget(c.ConfID)
		return nil
	}
	entries := Entries(c)
	if len(entries) == 0 {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.record(c.ConfID)
	if c.Before == nil && !r.stopped.IsZero() {
		entries[0].Kind, entries[0].First, entries[0].Since, r.stopped = Resumed, false, r.stopped, time.Time{}
	}
	received := r.after(c.Received)
	bytes := r.add(entries, received)
	if slices.ContainsFunc(entries, func(e Entry) bool { return e.Kind != Doings }) { // what one of many does makes no other meeting of it
		bytes += r.remember(Moment{Seq: r.seq, At: c.At, Received: received, State: c.After})
	}
	h.grow(r, bytes)
	h.bound(r, received)
	r.unshown = false
	return entries
}

// record returns the record of a meeting, a new one if there is none.
func (h *History) record(id conference.ConfID) *record {
	r := h.meetings[id]
	if r == nil {
		r = &record{}
		h.meetings[id] = r
	}
	return r
}

// add appends entries that one change made, and numbers them.
func (r *record) add(entries []Entry, received time.Time) (bytes int64) {
	group := r.seq + 1
	for i := range entries {
		r.seq++
		e := &entries[i]
		e.Seq, e.Group, e.Received = r.seq, group, received
		bytes += e.cost()
		if e.Kind == Doings {
			r.doings++
		}
	}
	r.entries = append(r.entries, entries...)
	return bytes
}

// Restore gives back what was kept of a meeting before the board was stopped: entries in order, the last of all among them. It
// counts when the meeting comes onto the board, and is to be called before that.
func (h *History) Restore(id conference.ConfID, entries []Entry, stopped time.Time) {
	if len(entries) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	r := &record{entries: slices.Clip(entries), seq: entries[len(entries)-1].Seq, stopped: stopped}
	bytes := int64(0)
	for i := range entries {
		bytes += entries[i].cost()
		if entries[i].Kind == Doings {
			r.doings++
		}
	}
	h.meetings[id] = r
	h.grow(r, bytes)
	h.bound(r, stopped)
}

// after is when something was received, and never before what was received earlier: moments are found by it, and clocks can be set back.
func (r *record) after(received time.Time) time.Time {
	received = received.Round(0) // the clock on the wall, which is what is asked for
	if n := len(r.moments); n > 0 && received.Before(r.moments[n-1].Received) {
		return r.moments[n-1].Received
	}
	return received
}

func (h *History) forget(id conference.ConfID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r := h.meetings[id]; r != nil {
		h.bytes -= r.bytes
		delete(h.meetings, id)
	}
}

func (h *History) grow(r *record, by int64) {
	r.bytes += by
	h.bytes += by
}

// bound brings a record, and then all of them, within the limits.
func (h *History) bound(r *record, now time.Time) {
	// Lists are copied when something goes, so it goes an eighth at a time.
	if keep := h.limits.Keep; keep > 0 && len(r.entries) > 0 && r.entries[0].Received.Before(now.Add(-keep-keep/8)) {
		h.grow(r, r.dropBefore(now.Add(-keep)))
	}
	if most := h.limits.Entries; len(r.entries) > most {
		n := max(len(r.entries)-most, most/8)
		if r.doings > most/2 { // many microphones must not drown what happened to the meeting
			h.grow(r, r.dropDoings(n))
		} else {
			h.grow(r, r.dropOldest(n))
		}
	}
	for len(r.moments) > h.limits.Moments {
		h.grow(r, r.thin())
	}
	for r.bytes > h.limits.Bytes && h.shrink(r) {
	}
	for h.bytes > h.limits.Memory && (h.shrink(h.large(r)) || h.shrink(r)) {
	}
}

// sampled is how many records are looked at to find a large one. The order of a map is random, so in the long run it is the large
// ones that shrink, and the registry, which waits, does not wait for a look at thousands.
const sampled = 16

func (h *History) large(largest *record) *record {
	n := 0
	for _, r := range h.meetings {
		if r.bytes > largest.bytes {
			largest = r
		}
		if n++; n == sampled {
			break
		}
	}
	return largest
}

// shrink makes a record smaller: first by states, of which the newest stays, then by entries. It reports whether it could.
func (h *History) shrink(r *record) bool {
	switch {
	case len(r.moments) > 1:
		h.grow(r, r.thin())
	case len(r.entries) > 1:
		h.grow(r, r.dropOldest((len(r.entries)+1)/2))
	default:
		return false
	}
	return true
}

// Entries returns what is kept of a meeting, oldest first. The list must not be modified.
func (h *History) Entries(id conference.ConfID) []Entry {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if r := h.meetings[id]; r != nil {
		return slices.Clip(r.entries)
	}
	return nil
}

// Moments returns the states that are kept of a meeting, oldest first. The list must not be modified.
func (h *History) Moments(id conference.ConfID) []Moment {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if r := h.meetings[id]; r != nil {
		return slices.Clip(r.moments)
	}
	return nil
}

// Bytes is what the history takes at present, as estimated.
func (h *History) Bytes() int64 {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.bytes
}

// dropOldest drops the n oldest entries and what was before the rest began. It returns by how much the record has grown, as all of
// the following do.
func (r *record) dropOldest(n int) (bytes int64) {
	n = min(n, len(r.entries))
	for i := range n {
		bytes -= r.entries[i].cost()
		if r.entries[i].Kind == Doings {
			r.doings--
		}
	}
	r.entries, r.complete = slices.Clone(r.entries[n:]), true
	if len(r.entries) == 0 {
		return bytes
	}
	first := r.entries[0].Group
	return bytes + r.keepMoments(func(i int) bool { return r.moments[i].Seq >= first || i == len(r.moments)-1 })
}

// dropDoings drops the n oldest entries of what participants did.
func (r *record) dropDoings(n int) (bytes int64) {
	kept := make([]Entry, 0, len(r.entries))
	for i := range r.entries {
		if e := &r.entries[i]; e.Kind == Doings && n > 0 {
			n--
			r.doings--
			bytes -= e.cost()
			continue
		}
		kept = append(kept, r.entries[i])
	}
	r.entries = kept
	return bytes
}

func (r *record) dropBefore(cutoff time.Time) (bytes int64) {
	old := slices.IndexFunc(r.entries, func(e Entry) bool { return !e.Received.Before(cutoff) })
	if old < 0 {
		old = len(r.entries)
	}
	return r.dropOldest(old)
}

func (r *record) remember(m Moment) (bytes int64) {
	var last *conference.State
	if n := len(r.moments); n > 0 {
		last = r.moments[n-1].State
	}
	r.moments = append(r.moments, m)
	return stateCost(last, m.State)
}

// thin drops an eighth of the moments: not the newest quarter, and of the others those that leave the smallest holes, so that what
// is kept reaches back to the beginning and is spread evenly over the time.
func (r *record) thin() (bytes int64) {
	n := len(r.moments)
	hole := func(i int) time.Duration { return r.moments[i+1].Received.Sub(r.moments[i-1].Received) }
	var candidates []int
	for i := 1; i < n-1-n/4; i++ {
		candidates = append(candidates, i)
	}
	if len(candidates) == 0 {
		return r.keepMoments(func(i int) bool { return i > 0 })
	}
	slices.SortStableFunc(candidates, func(a, b int) int { return cmp.Compare(hole(a), hole(b)) })
	dropped := make([]bool, n)
	for _, i := range candidates[:min(len(candidates), max(1, n/8))] {
		dropped[i] = true
	}
	return r.keepMoments(func(i int) bool { return !dropped[i] })
}

// keepMoments drops the other moments. What is dropped can share parts with its neighbours, so the rest is estimated anew.
func (r *record) keepMoments(keep func(int) bool) (bytes int64) {
	kept := make([]Moment, 0, len(r.moments))
	for i, m := range r.moments {
		if keep(i) {
			kept = append(kept, m)
		}
	}
	bytes = momentsCost(kept) - momentsCost(r.moments)
	r.moments = kept
	return bytes
}
