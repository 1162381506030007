package timeline

import (
	"cmp"
	"slices"
	"time"

	"confboard/feed/conference"
)

// Adopt keeps entries of a meeting that another board watches, as that board made them, with its numbers and the epoch by which it watches. They
// are in order; some, or all, can be here already. Those of an older epoch are left out. The first of a newer one are all that happened until
// then: what is here beyond was told by a board that could not tell whoever goes on. Where one number stands for two entries the new ones count from
// there on; where some between were missed they take the place of all others, until Complete brings those. It is to be called before the board
// is told of what made them; Follow is then told of that change.
func (h *History) Adopt(id conference.ConfID, epoch uint64, entries []Entry) {
	if len(entries) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.record(id)
	if epoch < r.epoch {
		return
	}
	if epoch > r.epoch {
		r.epoch = epoch
		h.cut(r, entries[len(entries)-1].Seq)
	}
	h.adopt(r, entries)
}

// Inherit is Adopt for a meeting with which this board goes on from where the others have it: also of its own entries those are void that it
// could not tell them, whichever epoch they are of.
func (h *History) Inherit(id conference.ConfID, epoch uint64, entries []Entry) {
	if len(entries) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.record(id)
	r.epoch = epoch
	h.cut(r, entries[len(entries)-1].Seq)
	h.adopt(r, entries)
}

// Recall gives a meeting that is on the board, and of which no board tells any more, what was stored of it.
func (h *History) Recall(id conference.ConfID, stored []Entry) {
	if len(stored) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.adopt(h.record(id), stored)
}

func (h *History) adopt(r *record, entries []Entry) {
	older, newer, follows := h.sort(r, entries)
	if !follows {
		if entries[0].Seq < r.entries[0].Seq {
			return // from before what is here
		}
		h.grow(r, -r.bytes)
		*r = record{epoch: r.epoch}
		older, newer = nil, entries
	}
	r.stopped = time.Time{}
	if len(older)+len(newer) == 0 {
		return
	}
	h.prepend(r, older)
	r.entries = append(r.entries, newer...)
	h.count(r, newer)
	r.seq = r.entries[len(r.entries)-1].Seq
	r.adopted = r.adopted || slices.ContainsFunc(newer, func(e Entry) bool { return e.Kind != Doings })
	h.bound(r, r.entries[len(r.entries)-1].Received)
}

// prepend puts entries before all others.
func (h *History) prepend(r *record, older []Entry) {
	if len(older) > 0 {
		r.entries = slices.Concat(older, r.entries)
		h.count(r, older)
	}
}

// count counts entries that have been added by another board's hand.
func (h *History) count(r *record, added []Entry) {
	for i := range added {
		h.grow(r, added[i].cost())
		if added[i].Kind == Doings {
			r.doings++
		}
	}
	r.unshown = r.unshown || len(added) > 0
}

// cut drops the entries behind a number, and the states after them.
func (h *History) cut(r *record, last uint64) {
	n := r.place(last + 1)
	if n == len(r.entries) {
		return
	}
	for _, e := range r.entries[n:] {
		h.grow(r, -e.cost())
		if e.Kind == Doings {
			r.doings--
		}
	}
	r.entries = r.entries[:n:n]
	h.grow(r, r.keepMoments(func(i int) bool { return r.moments[i].Seq <= last }))
	r.seq, r.unshown = last, true
}

// place is where the entry with a number is, or would be.
func (r *record) place(seq uint64) int {
	n, _ := slices.BinarySearchFunc(r.entries, seq, bySeq)
	return n
}

func bySeq(e Entry, seq uint64) int { return cmp.Compare(e.Seq, seq) }

// sort returns those of other entries that are before, and those that are behind what is kept, from which it cuts off what they contradict. follows
// is false if there is a hole between them.
func (h *History) sort(r *record, entries []Entry) (older, newer []Entry, follows bool) {
	for i := range entries {
		if at := r.place(entries[i].Seq); at < len(r.entries) && r.entries[at].Seq == entries[i].Seq && !r.entries[at].same(&entries[i]) {
			h.cut(r, entries[i].Seq-1)
			break
		}
	}
	if len(r.entries) == 0 {
		return nil, entries, true
	}
	first, last := r.entries[0].Seq, r.entries[len(r.entries)-1].Seq
	before, _ := slices.BinarySearchFunc(entries, first, bySeq)
	behind, _ := slices.BinarySearchFunc(entries, last+1, bySeq)
	return entries[:before], entries[behind:], entries[0].Seq <= last+1 && entries[len(entries)-1].Seq+1 >= first
}

// same reports whether two entries with one number are one: what was stored knows its time to the millisecond.
func (e *Entry) same(f *Entry) bool {
	return e.Kind == f.Kind && e.Group == f.Group && e.Received.UnixMilli() == f.Received.UnixMilli()
}

// Short reports whether there can be more of a meeting's timeline than is kept: other boards told the beginning before this one listened.
func (h *History) Short(id conference.ConfID) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	r := h.meetings[id]
	return r != nil && !r.complete && len(r.entries) > 0 && r.entries[0].Seq > 1
}

// Complete gives a timeline that is short the beginning that was stored of it, in order. It stays short if there is a hole between them: the last
// ones may be stored in a moment.
func (h *History) Complete(id conference.ConfID, stored []Entry) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.meetings[id]
	if r == nil || r.complete || len(r.entries) == 0 {
		return
	}
	first := r.entries[0].Seq
	n, _ := slices.BinarySearchFunc(stored, first, bySeq)
	if len(stored) == 0 || stored[len(stored)-1].Seq+1 < first {
		return
	}
	r.complete = true
	older := stored[:n]
	h.prepend(r, older[max(0, len(older)+len(r.entries)-h.limits.Entries):])
	h.bound(r, r.entries[len(r.entries)-1].Received)
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
	if r == nil || len(r.entries) == 0 {
		return
	}
	if Touches(c) {
		r.unshown = false
	}
	if !r.adopted {
		return
	}
	r.adopted = false
	last := &r.entries[len(r.entries)-1]
	received := r.after(last.Received)
	h.grow(r, r.remember(Moment{Seq: r.seq, At: last.At, Received: received, State: c.After}))
	h.bound(r, received)
}

// Unshown reports once whether a timeline has become another one by what was adopted, and no change has told of that which Touches it: whoever
// shows it does not know.
func (h *History) Unshown(id conference.ConfID) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.meetings[id]
	if r == nil || !r.unshown {
		return false
	}
	r.unshown = false
	return true
}

// Recent returns the newest entries that are kept of a meeting, at most n, oldest first. The list must not be modified.
func (h *History) Recent(id conference.ConfID, n int) []Entry {
	all := h.Entries(id)
	return all[max(0, len(all)-n):]
}
