package live

import (
	"slices"
	"time"
)

// The lag guard. Each subscriber of an r3labs/sse stream has 64 slots, and one whose slots are full stops the stream for
// all. So an event is handed over only when it fits everybody's, and whoever leaves too many untaken is cut.
const (
	// queueSize is the library's own queue per stream. What is in it when a viewer is registered comes on top of what the
	// guard counts for that viewer.
	queueSize = 8
	// cutLag is how many events a viewer may have left untaken. cutLag + queueSize < 64.
	cutLag = 48
	// burst is how old the oldest untaken event must be for a cut: many events at once are no proof of slowness.
	burst = 100 * time.Millisecond
	// holdBack is the time between two attempts to hand over.
	holdBack = 2 * time.Millisecond
	// window is how many messages are kept; more than the lag of any viewer who is not to be cut.
	window = 64
	// watchedOf is of how many viewers one has its times observed.
	watchedOf = 16
)

// prepare makes the next event. t.mu is held: a viewer who sees the new sequence, or id, finds the region that goes with
// it, and one who does not gets the event.
func (t *topic) prepare(name string, data []byte, noted time.Time) {
	t.seq++
	t.held = &message{seq: t.seq, id: t.id, frame: frame(t.id, name, data, 0), noted: noted, made: time.Now()}
	t.window[t.seq%window].Store(t.held)
}

// message returns the event of a sequence; nil when it was so long ago that the viewer who asks has been cut.
func (t *topic) message(seq uint64) *message {
	if m := t.window[seq%window].Load(); m != nil && m.seq == seq {
		return m
	}
	return nil
}

// handOver gives the held event to the stream and reports whether none is held any more. While one is, everything
// that changes joins the next message, so nothing piles up.
func (t *topic) handOver() bool {
	if t.held == nil {
		return true
	}
	slow, fits := t.lagging(time.Now())
	for _, v := range slow {
		v.cut("too far behind")
	}
	if !fits || !t.hub.events.TryPublish(t.stream, ticket(t.held)) {
		return false
	}
	if !t.held.noted.IsZero() {
		t.hub.counts.handOver.observe(time.Since(t.held.noted))
	}
	t.held = nil
	return true
}

// lagging returns the viewers to cut, and whether the held event fits everybody else's slots. Those who have been cut do
// not count: the library lets go of them at once, even when their handlers still hang, and has room for them until then.
func (t *topic) lagging(now time.Time) (slow []*viewer, fits bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fits = true
	all := t.seq - 1 // the last that all have taken
	defer func() {
		for ; t.dropped < all; t.dropped++ {
			t.window[(t.dropped+1)%window].Store(nil)
		}
	}()
	for _, v := range t.viewers {
		if v.condemned {
			continue
		}
		taken := v.taken.Load()
		all = min(all, taken)
		if t.seq-taken <= cutLag { // the held event included
			continue
		}
		if m := t.message(taken + 1); m == nil || now.Sub(m.made) >= burst {
			v.condemned = true
			slow = append(slow, v)
		} else {
			fits = false
		}
	}
	return slow, fits
}

// stop ends all streams, in good order where the viewer takes part, and returns when all have left.
func (t *topic) stop() {
	for _, v := range t.present() {
		v.end(stopping)
	}
	grace := time.NewTimer(t.hub.options.StopGrace)
	defer grace.Stop()
	for len(t.present()) > 0 {
		select {
		case <-t.wake: // a viewer left
		case <-grace.C:
			for _, v := range t.present() {
				v.cut("stopping")
			}
		}
	}
}

// present returns the viewers of this moment.
func (t *topic) present() []*viewer {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.viewers)
}

func (t *topic) enter(v *viewer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	v.taken.Store(t.seq)
	v.place = len(t.viewers)
	v.watched = v.place%watchedOf == 0
	t.viewers = append(t.viewers, v)
}

// leave reports whether v was the last viewer.
func (t *topic) leave(v *viewer) (last bool) {
	t.mu.Lock()
	end := len(t.viewers) - 1
	t.viewers[v.place] = t.viewers[end]
	t.viewers[v.place].place = v.place
	t.viewers[end] = nil
	t.viewers = t.viewers[:end]
	t.mu.Unlock()
	t.stir()
	return end == 0
}
