package huawei

import (
	"errors"
	"time"

	"confboard/feed/conference"
	"confboard/feed/line"
)

// ErrNotMine: another of several instances watches the meeting, and is the one to ask.
var ErrNotMine = errors.New("another instance watches the meeting")

// stake is what this instance has in a meeting, of several that share the meetings out among themselves.
type stake uint8

const (
	none stake = iota // another instance watches it
	next              // another one does, or nobody for now, and this one is to have it: it is watched, and nothing told yet
	mine
)

func (c *Cloud) stakeIn(id conference.ConfID) stake {
	switch {
	case c.config.Mine == nil || c.config.Mine(id):
		return mine
	case c.config.Next != nil && c.config.Next(id):
		return next
	}
	return none
}

// Reassign has what Mine and Next say now take effect, before it returns: of a meeting that is not Mine any more nothing is told after
// that. The watches that begin or end do so meanwhile. It is safe for concurrent use, but not from within the sink.
func (c *Cloud) Reassign() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.to == nil { // Run will see to it
		return
	}
	for id, w := range c.watches {
		switch {
		case w.wanted() || w.stake != none || c.inProgress(id):
			c.assign(w)
		default: // it was kept for the day on which this instance has to watch it to its end
			delete(c.watches, id)
		}
	}
}

// assign gives a watch what this instance has in its meeting. The caller holds the lock.
func (c *Cloud) assign(w *watch) {
	s := c.stakeIn(w.id)
	if s == w.stake {
		return
	}
	if s == mine && w.stake == next {
		w.stake = mine
		w.speak(c.to, c.onBoard(w.id))
		return
	}
	if s == next && w.stake == mine && w.hush(newShadow(c.config.Heartbeat), c.onBoard) {
		w.stake = next
		return
	}
	if w.stake != none {
		w = c.replace(w)
	}
	if s != none {
		c.begin(w, s)
	}
}

// replace ends a watch without a word, and returns one in its place that has its wishes and has not begun. The caller holds the lock.
func (c *Cloud) replace(w *watch) *watch {
	another := newWatch(c, w.id)
	another.inherit(&w.desk)
	w.leave(false)
	c.watches[w.id] = another
	return another
}

// begin begins a watch where another instance has left off, as far as the board shows that. The caller holds the lock.
func (c *Cloud) begin(w *watch, s stake) {
	w.stake = s
	w.take() // they have been obeyed when it has begun
	known := c.onBoard(w.id)
	w.goOn(known)
	if s == next {
		w.appear(newShadow(c.config.Heartbeat))
	} else {
		w.appear(c.to)
		if live(known) { // and nobody watches it now
			w.pass(conference.LinkMessage{About: w.aboutNow(), Event: conference.LinkDown})
		}
	}
	if w.ended {
		w.passOver()
	}
	c.fresh = append(c.fresh, w)
	poke(c.added)
}

// Ready reports whether the meetings that are selected can be handed over to this instance: of each that is Next or Mine the link is live,
// or the cloud has answered why it is not. It is true when there are none.
func (c *Cloud) Ready(selected func(conference.ConfID) bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, w := range c.watches {
		if w.stake != none && !w.settled.Load() && selected(id) {
			return false
		}
	}
	return true
}

// Reaches reports whether a meeting that is Next is live: nothing is told of it, but the cloud has sent it.
func (c *Cloud) Reaches(id conference.ConfID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.watches[id]
	return w != nil && w.shadowed()
}

// Knows reports whether somebody wants a meeting, or it is watched to its end. What is on the board besides has nobody who takes it off.
func (c *Cloud) Knows(id conference.ConfID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.watches[id] != nil
}

// onBoard is what the board knows of a meeting; nil when nothing.
func (c *Cloud) onBoard(id conference.ConfID) *conference.State {
	if c.config.Board == nil {
		return nil
	}
	return c.config.Board(id)
}

// inProgress reports whether a meeting is in progress, as the board shows it.
func (c *Cloud) inProgress(id conference.ConfID) bool {
	s := c.onBoard(id)
	return s != nil && hasRun(s)
}

// hasRun reports whether the occurrence that the board shows has begun and not ended.
func hasRun(s *conference.State) bool {
	return !s.Ended() && s.Link.State != conference.Waiting && s.StatusIntake.HasFull
}

func live(s *conference.State) bool { return s != nil && s.Link.State == conference.Live }

// goOn takes over from the board what a watch knows that has been there from the beginning: whether the meeting is in progress or has
// ended, and whether the cloud has refused its password for good, which must not be sent again.
func (w *watch) goOn(s *conference.State) {
	switch {
	case s == nil:
	case s.Ended():
		w.ended = true
	case s.Link.State == conference.Refusing && s.Link.Next.IsZero():
		if password, of := w.passwordOf(); of.Before(s.Link.Since) { // otherwise it may be another one
			w.barred = &bar{password, fault{step: controlTokenAPI.step, verdict: stop, reason: s.Link.Reason, detail: s.Link.Detail}}
		}
	default:
		w.ran = hasRun(s)
	}
}

// inherit takes over the wishes of another desk.
func (d *desk) inherit(from *desk) {
	from.mu.Lock()
	defer from.mu.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wishes, d.meeting, d.password = from.wishes, from.meeting, from.password
}

// passwordOf returns the password as it is wanted, and when it became this one; zero for from the beginning.
func (d *desk) passwordOf() (conference.Secret, time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.meeting.HostPassword, d.password
}

// shadowed reports whether the meeting is live and nothing is told of it.
func (d *desk) shadowed() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	s, quiet := d.to.(*shadow)
	return quiet && !d.gone && live(s.state)
}

// speak tells a sink what a shadow has kept back, and from now on everything as it comes. known is what the board shows until then.
func (d *desk) speak(to conference.Sink, known *conference.State) {
	d.mu.Lock()
	defer d.mu.Unlock()
	kept, quiet := d.to.(*shadow)
	d.to = to
	if d.gone || !quiet {
		return
	}
	if !d.over {
		d.announce()
	}
	for _, m := range kept.told(d.last, aboutNow(d.meeting.ConfID), known) {
		if push, ok := m.(conference.Push); ok && d.tap != nil {
			if frame, err := line.FrameOf(push); err == nil { // all that a shadow tells can be written
				d.tap(m.Meeting(), m.Received(), frame)
			}
		}
		d.apply(m)
	}
}

// hush is the opposite of speak: when it has returned nothing is told any more, and the connection goes on. A shadow goes on from what the board has,
// and the board is told that the link is down: nobody can know now who watches the meeting. It reports false if the board does not have what came on
// the connection: then the watch can only be replaced.
func (d *desk) hush(quiet *shadow, board func(conference.ConfID) *conference.State) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	known := board(d.meeting.ConfID) // what comes meanwhile waits for the lock
	if known == nil || known.Ended() {
		return false
	}
	goesOn := !known.Brief && d.last.link.Event == conference.LinkUp && d.last.link.At.Equal(known.Link.ConnectedAt)
	if goesOn || live(known) {
		d.to.Apply(conference.LinkMessage{About: aboutNow(d.meeting.ConfID), Event: conference.LinkDown, Reason: conference.ReasonNoBus})
	}
	if goesOn {
		quiet.state, d.to = known, quiet
	}
	return goesOn
}
