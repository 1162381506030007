package timeline

import (
	"time"

	"confboard/feed/conference"
)

// Rewound is how a meeting was at an instant, as far as that is kept. Its times are compared by the millisecond, as At does.
type Rewound struct {
	// Moment is the one that counts at the instant; its State is nil when none does.
	Moment Moment
	// Missing is the number of entries between it and the instant, of which no state is kept.
	Missing int
	// First and Last are when the oldest and the newest state were received that are kept, Previous and Next those before and after Moment.
	// Zero: there is none.
	First, Last, Previous, Next time.Time
}

// Rewind returns how a meeting was at an instant, by the moments and entries that are kept of it, oldest first. The zero instant is that of the
// newest moment.
func Rewind(moments []Moment, entries []Entry, at time.Time) (r Rewound) {
	n := len(moments)
	if n == 0 {
		return r
	}
	r.First, r.Last = moments[0].Received, moments[n-1].Received
	if at.IsZero() {
		at = r.Last
	}
	i := At(moments, at)
	if i < 0 {
		return r
	}
	r.Moment, r.Missing = moments[i], Missing(entries, moments[i], at)
	// Moments of the same millisecond are one to who asks: the last.
	previous, next := i, i
	for previous >= 0 && same(moments[previous].Received, r.Moment.Received) {
		previous--
	}
	for next < n && same(moments[next].Received, r.Moment.Received) {
		next++
	}
	if previous >= 0 {
		r.Previous = moments[previous].Received
	}
	if next < n {
		r.Next = moments[next].Received
	}
	return r
}

// Join returns what two know of the same instant. Where both have the state, this one's counts.
func (r Rewound) Join(o Rewound) Rewound {
	joined, other := r, o
	if o.Known() && (!r.Known() || o.Moment.Received.UnixMilli() > r.Moment.Received.UnixMilli()) {
		joined, other = o, r
	}
	joined.First, joined.Last = earliest(r.First, o.First), latest(r.Last, o.Last)
	if !joined.Known() {
		return joined
	}
	for _, t := range [...]time.Time{other.Previous, other.Moment.Received} {
		if !same(t, joined.Moment.Received) {
			joined.Previous = latest(joined.Previous, t)
		}
	}
	if other.Known() {
		joined.Next = earliest(joined.Next, other.Next)
	} else { // all that it has is later
		joined.Next = earliest(joined.Next, other.First)
	}
	return joined
}

// Known reports whether the state at the instant is known.
func (r Rewound) Known() bool { return r.Moment.State != nil }

// Rewind returns how a meeting was at an instant; see there.
func (h *History) Rewind(id conference.ConfID, at time.Time) Rewound {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if r := h.meetings[id]; r != nil {
		return Rewind(r.moments, r.entries, at)
	}
	return Rewound{}
}

func same(a, b time.Time) bool { return a.UnixMilli() == b.UnixMilli() }

// earliest and latest pass over times that are zero.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
