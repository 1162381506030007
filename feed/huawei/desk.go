package huawei

import (
	"sync"
	"time"

	"confboard/feed/conference"
)

// orders are what a watch is told to do before its time.
type orders struct {
	// look: see now whether the meeting is in progress.
	look bool
	// retry: forget for which password the cloud has refused us for good.
	retry bool
	// left: the meeting has left the enterprise's list, and nobody else wants it.
	left bool
}

// desk is what a watch shares with everybody else: what is wanted of it, and the way to the sink. All methods are safe for
// concurrent use.
type desk struct {
	// wake tells the watch that there are orders; capacity 1.
	wake chan struct{}
	// tap is that of the configuration.
	tap func(conference.ConfID, time.Time, []byte)

	mu     sync.Mutex
	to     conference.Sink // nil while there is none
	wishes wishes
	// meeting is what the wishes come to; it stays when there are none left.
	meeting Meeting
	// password is when its password became another one; zero when it has been the same all the time.
	password time.Time
	pending  orders
	last     tidings
	// over: the meeting has ended, and the board may have dropped it.
	over bool
	// gone: the watch has been ended. Nothing more is told; another watch may have taken its place.
	gone   bool
	cancel func()
}

// want adds or replaces a wish.
func (d *desk) want(m Meeting) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.meeting
	var fresh bool
	d.wishes, fresh = d.wishes.with(m)
	d.meeting = d.wishes.merged()
	// A change alone must not bring an ended meeting back; somebody who has just asked for it wants to see it.
	if fresh || !d.over && !d.meeting.looksLike(before) {
		d.announce()
	}
	if before.ConfID == "" {
		return
	}
	another := d.meeting.HostPassword.Reveal() != before.HostPassword.Reveal()
	if another {
		d.password = time.Now()
	}
	if fresh || another {
		d.order(orders{look: true})
	}
}

// release takes a wish back, and reports whether it was there.
func (d *desk) release(o conference.Origin) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	rest, had := d.wishes.without(o)
	d.wishes = rest
	if had && len(rest) > 0 {
		before := d.meeting
		d.meeting = rest.merged()
		if !d.over && !d.meeting.looksLike(before) {
			d.announce()
		}
	}
	return had
}

func (d *desk) wanted() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.wishes) > 0
}

// asWanted is the meeting as it is watched now.
func (d *desk) asWanted() Meeting {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.meeting
}

// give adds orders and wakes the watch.
func (d *desk) give(o orders) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.order(o)
}

func (d *desk) order(o orders) {
	d.pending.look = d.pending.look || o.look
	d.pending.retry = d.pending.retry || o.retry
	d.pending.left = d.pending.left || o.left
	poke(d.wake)
}

// take returns the orders and clears them.
func (d *desk) take() orders {
	d.mu.Lock()
	defer d.mu.Unlock()
	o := d.pending
	d.pending = orders{}
	return o
}

// appear puts the meeting on the board of a sink that is there from now on.
func (d *desk) appear(to conference.Sink) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.to = to
	d.announce()
}

// passOver notes that the meeting has ended: the board will drop it one day.
func (d *desk) passOver() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.over = true
}

// reappear puts a meeting that had ended on the board again, if it may have left it.
func (d *desk) reappear() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.over {
		d.over = false
		d.announce()
	}
}

// announce puts the meeting on the board, or renames it. The caller holds the lock.
func (d *desk) announce() {
	m := d.meeting
	d.apply(conference.WatchMessage{About: aboutNow(m.ConfID), Name: m.Name, Group: m.Group, Origin: m.Origin, Booking: m.Booking})
}

func (d *desk) apply(m conference.Message) conference.Outcome {
	if d.to == nil || d.gone {
		return conference.Outcome{Fate: conference.NotWatched}
	}
	d.last.note(m)
	return d.to.Apply(m)
}

// pass passes a message on.
func (d *desk) pass(m conference.Message) conference.Outcome {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.apply(m)
}

// passFrame passes on what a frame says, and the frame itself to the tap if it is told.
func (d *desk) passFrame(m conference.Message, in received) conference.Outcome {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, quiet := d.to.(*shadow); d.tap != nil && !quiet && !d.gone {
		d.tap(m.Meeting(), in.at, in.frame)
	}
	return d.apply(m)
}

// leave ends the watch without waiting for it. unwatch takes the meeting off the board. Nothing is told afterwards.
func (d *desk) leave(unwatch bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if unwatch {
		d.apply(conference.UnwatchMessage{About: aboutNow(d.meeting.ConfID)})
	}
	d.gone = true
	if d.cancel != nil {
		d.cancel()
	}
}

// onLeave has cancel called when the watch is to end.
func (d *desk) onLeave(cancel func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cancel = cancel
	if d.gone {
		cancel()
	}
}
