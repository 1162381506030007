package huawei

import (
	"context"
	"fmt"
	"sync"

	"confboard/feed/conference"
)

// Watch puts a meeting on the board for one origin, or replaces what that origin says of it. A meeting that several origins want
// is watched once: name and group are those of the settings, else of the admin who added it, else of the enterprise's list, while the
// list's password wins because it is the current one. Another password has a refused meeting tried again. The error is
// ErrConfID, or that the origin is not known.
//
// Of several instances all have to be told what is wanted, by Watch and Unwatch; only that which has the meeting watches it and tells of it
// (see Config.Mine).
//
// Watch, Unwatch, Retry and Look are safe for concurrent use, before Run too, and do not wait for the cloud.
func (c *Cloud) Watch(m Meeting) error {
	if m.Origin == "" {
		m.Origin = conference.FromSettings
	}
	if err := m.check(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if w := c.watches[m.ConfID]; w != nil {
		w.want(m)
		return nil
	}
	w := newWatch(c, m.ConfID)
	w.want(m)
	c.watches[m.ConfID] = w
	if c.to == nil {
		c.fresh = append(c.fresh, w)
		return nil
	}
	c.assign(w)
	return nil
}

// Unwatch says that an origin does not want a meeting watched any more. When none does, it leaves the board at once, with one
// exception: one that has left the enterprise's list may be in progress nevertheless, so the cloud is asked first. Such a meeting is
// watched while it is in progress; then it stays on the board like any that has ended, and nobody looks for it again. If it is not in
// progress and never was, it leaves. The error is ErrUnknown.
func (c *Cloud) Unwatch(id conference.ConfID, origin conference.Origin) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.watches[id]
	if w == nil || !w.release(origin) {
		return fmt.Errorf("meeting %s, origin %s: %w", id, origin, ErrUnknown)
	}
	if w.wanted() {
		return nil
	}
	if origin == conference.Found && w.stake != none {
		w.give(orders{left: true})
		return nil
	}
	if origin == conference.Found && c.inProgress(id) { // another instance watches it to its end, which can become this one
		return nil
	}
	delete(c.watches, id)
	w.leave(true)
	return nil
}

// Retry tries to connect a meeting now, also after a refusal that is not tried again by itself: somebody asked for it. Of a meeting
// that is connected, the cloud is asked whether it is in progress. The error is ErrUnknown or ErrNotMine.
func (c *Cloud) Retry(id conference.ConfID) error {
	return c.order(id, orders{look: true, retry: true})
}

// Look looks for a meeting at once because an event said that it has started or ended. It does not try again what was refused for
// good. The error is ErrUnknown or ErrNotMine.
func (c *Cloud) Look(id conference.ConfID) error { return c.order(id, orders{look: true}) }

func (c *Cloud) order(id conference.ConfID, o orders) error {
	if c.stakeIn(id) != mine { // who has it knows whether it is there
		return fmt.Errorf("meeting %s: %w", id, ErrNotMine)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.watches[id]
	if w == nil {
		return fmt.Errorf("meeting %s: %w", id, ErrUnknown)
	}
	w.give(o)
	return nil
}

// retire ends a watch that nobody wants any more, on its own behalf: unwatch takes the meeting off the board, otherwise the board
// keeps it as long as it keeps ended ones. It reports false if somebody has wanted it meanwhile.
func (c *Cloud) retire(w *watch, unwatch bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if w.wanted() {
		return false
	}
	if c.watches[w.id] == w {
		delete(c.watches, w.id)
	}
	w.leave(unwatch)
	return true
}

// open begins to tell a sink of the meetings, in the order in which they were wanted.
func (c *Cloud) open(to conference.Sink) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.to = to
	wanted := c.fresh
	c.fresh = nil
	for _, w := range wanted {
		if c.watches[w.id] == w {
			c.assign(w)
		}
	}
}

// startFresh starts the watches that have begun since.
func (c *Cloud) startFresh(ctx context.Context, all *sync.WaitGroup) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.fresh {
		ctx, cancel := context.WithCancel(ctx)
		w.onLeave(cancel)
		all.Go(func() {
			defer cancel()
			w.run(ctx)
		})
	}
	c.fresh = nil
}

// poke leaves a signal in a channel of capacity 1.
func poke(signal chan<- struct{}) {
	select {
	case signal <- struct{}{}:
	default:
	}
}
