package timeline

import (
	"cmp"
	"slices"
	"time"

	"confboard/feed/conference"
)

// Adopt keeps entries of a meeting that another board watches, as that board made them, with its numbers. They are in order; some, or all,
// can be here already. Where they do not go on from what is here, because some between were missed or the numbers have begun anew, the
// newer take the place of the others. It is to be called before the board is told of what made them; Follow is then told of that change.
func (h *History) Adopt(id conference.ConfID, entries []Entry) {
	if len(entries) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.record(id)
	older, newer, follows := r.sort(entries)
	if !follows {
		if last := len(r.entries) - 1; entries[len(entries)-1].Received.Before(r.entries[last].Received) {
			return // from before what is here
		}
		h.grow(r, -r.bytes)
		*r = record{}
		older, newer = nil, entries
	}
	r.stopped = time.Time{}
	if len(older)+len(newer) == 0 {
		return
	}
	if len(older) > 0 {
		r.entries = slices.Concat(older, r.entries)
	}
	r.entries = append(r.entries, newer...)
	for _, added := range [...][]Entry{older, newer} {
		for i := range added {
			h.grow(r, added[i].cost())
			if added[i].Kind == Doings {
				r.doings++
			}
		}
	}
	r.seq = max(r.seq, r.entries[len(r.entries)-1].Seq)
	r.adopted = r.adopted || slices.ContainsFunc(newer, func(e Entry) bool { return e.Kind != Doings })
	h.bound(r, r.entries[len(r.entries)-1].Received)
}

// sort returns those of other entries that are before, and those that are behind what is kept. follows is false if there is a hole between
// them and what is kept, or if one number stands for two entries.
func (r *record) sort(entries []Entry) (older, newer []Entry, follows bool) {
	if len(r.entries) == 0 {
		return nil, entries, true
	}
	bySeq := func(e Entry, seq uint64) int { return cmp.Compare(e.Seq, seq) }
	first, last := r.entries[0].Seq, r.entries[len(r.entries)-1].Seq
	before, _ := slices.BinarySearchFunc(entries, first, bySeq)
	behind, _ := slices.BinarySearchFunc(entries, last+1, bySeq)
	older, newer = entries[:before], entries[behind:]
	if entries[0].Seq > last+1 || entries[len(entries)-1].Seq+1 < first {
		return older, newer, false
	}
	for i := before; i < behind; i++ {
		if at, there := slices.BinarySearchFunc(r.entries, entries[i].Seq, bySeq); there && !r.entries[at].same(&entries[i]) {
			return older, newer, false
		}
	}
	return older, newer, true
}

// same reports whether two entries with one number are one: what was stored knows its time to the millisecond.
func (e *Entry) same(f *Entry) bool {
	return e.Kind == f.Kind && e.Received.UnixMilli() == f.Received.UnixMilli()
}

// Follow is what Keep is, for a change of a meeting that another board watches: its entries have been adopted. What remains is to remember
// the state after them, where it is whole, and to forget a meeting that has left.
func (h *History) Follow(c conference.Change) {
	switch {
	case c.Before == nil && c.After == nil:
		return
	case c.After == nil:
		h.forget(c.ConfID)
		return
	case c.After.Brief:
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.meetings[c.ConfID]
	if r == nil || !r.adopted || len(r.entries) == 0 {
		return
	}
	r.adopted = false
	last := &r.entries[len(r.entries)-1]
	received := r.after(last.Received)
	h.grow(r, r.remember(Moment{Seq: r.seq, At: last.At, Received: received, State: c.After}))
	h.bound(r, received)
}

// Recent returns the newest entries that are kept of a meeting, at most n, oldest first. The list must not be modified.
func (h *History) Recent(id conference.ConfID, n int) []Entry {
	all := h.Entries(id)
	return all[max(0, len(all)-n):]
}
