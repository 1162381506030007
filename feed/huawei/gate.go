package huawei

import (
	"context"
	"slices"
	"sync"
	"time"

	"confboard/feed/conference"
)

// rank says who comes first at a gate, whatever the number of viewers.
type rank uint8

const (
	byItself rank = iota // a delay has passed
	asked                // a person or an event asked for it
	renewal              // of an open connection, whose control token must not expire while it waits
)

// caller is who waits for a turn.
type caller struct {
	id   conference.ConfID // empty for a call about no meeting
	rank rank
	// late is told once when the turn is expected, unless it comes at once; nil when nobody wants to know. Whoever comes
	// meanwhile and goes first is not reckoned with.
	late func(at time.Time)
}

// gate hands out turns within a limit: by rank, then to the meeting with the most viewers, then to the one that has waited
// longest. Who comes first is decided when a turn is given. All methods are safe for concurrent use.
type gate struct {
	viewers func(conference.ConfID) int

	mu      sync.Mutex
	limit   limit
	waiting []*waiter // in order of arrival
	timer   *time.Timer
}

type waiter struct {
	caller
	turn chan struct{} // closed when it is given
}

// newGate returns a gate for n turns in any period, of which burst can come at once; n of 0 is no limit, but that it can be held.
// viewers can be nil.
func newGate(n int, period time.Duration, burst int, viewers func(conference.ConfID) int) *gate {
	// What leaves at an even rate does not arrive at one: a little more than the period keeps to it there too.
	whole := pace{n: n, burst: max(1, burst), window: period + period/60}
	return &gate{viewers: viewers, limit: limit{pace: whole, whole: whole}}
}

// share leaves n of so many parts of the turns; the others are for other instances.
func (g *gate) share(n, of int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	g.limit.share(now, n, of)
	if len(g.waiting) > 0 {
		g.wake(g.limit.next(now).Sub(now))
	}
}

// wait returns when the caller's turn has come, or with the error of ctx.
func (g *gate) wait(ctx context.Context, who caller) error {
	g.mu.Lock()
	now := time.Now()
	at := g.limit.next(now)
	if len(g.waiting) == 0 && !at.After(now) {
		g.limit.take(now)
		g.mu.Unlock()
		return ctx.Err()
	}
	expected := at.Add(time.Duration(len(g.waiting)) * g.limit.interval())
	w := &waiter{caller: who, turn: make(chan struct{})}
	g.waiting = append(g.waiting, w)
	if len(g.waiting) == 1 {
		g.wake(at.Sub(now))
	}
	g.mu.Unlock()
	if who.late != nil {
		who.late(expected)
	}
	select {
	case <-w.turn:
		return nil
	case <-ctx.Done():
		g.leave(w)
		return ctx.Err()
	}
}

// heldUntil is until when no turn is given; it can be past.
func (g *gate) heldUntil() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.limit.held
}

// hold gives no turn for a while: the cloud has asked for it.
func (g *gate) hold(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if until := time.Now().Add(d); until.After(g.limit.held) {
		g.limit.held = until
	}
}

// wake has the next turn given after a delay. The caller holds the lock.
func (g *gate) wake(after time.Duration) {
	if g.timer == nil {
		g.timer = time.AfterFunc(after, g.give)
		return
	}
	g.timer.Reset(after)
}

// give gives the turns that have come.
func (g *gate) give() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(g.waiting) > 0 {
		now := time.Now()
		if at := g.limit.next(now); at.After(now) {
			g.wake(at.Sub(now))
			return
		}
		i := g.first()
		g.limit.take(now)
		close(g.waiting[i].turn)
		g.waiting = slices.Delete(g.waiting, i, i+1)
	}
}

// first is the index of the waiter who comes first.
func (g *gate) first() int {
	best, most := 0, -1
	for i, w := range g.waiting {
		if w.rank < g.waiting[best].rank {
			continue
		}
		n := 0
		if g.viewers != nil {
			n = g.viewers(w.id)
		}
		if w.rank > g.waiting[best].rank || n > most {
			best, most = i, n
		}
	}
	return best
}

// leave takes back a waiter whose time has run out.
func (g *gate) leave(w *waiter) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.Index(g.waiting, w); i >= 0 {
		g.waiting = slices.Delete(g.waiting, i, i+1)
	}
	if len(g.waiting) == 0 {
		g.timer.Stop()
	}
}
