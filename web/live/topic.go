package live

import (
	"container/list"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"confboard/feed/conference"
)

// topic is one view with its viewers. Its loop is the only one that renders and hands over.
//
// There are two numbers. The id changes with what is shown: a page with the topic's current id has everything that was
// sent. The sequence counts every event, the clock's too: a viewer's place in the stream, for the lag guard.
type topic struct {
	hub     *Hub
	view    View
	key     string
	kind    string // for Stats
	about   conference.ConfID
	focused bool // about is set
	join    time.Duration
	stream  string
	request *http.Request // asks r3labs for this stream, whatever the client asked for

	wake    chan struct{} // capacity 1
	retired chan struct{} // closed by the hub when the topic has left it

	// Of the hub, under its mu.
	address  string        // whom the topic is charged to; empty: nobody
	idle     *list.Element // set while it has no viewers
	idleFrom time.Time

	mu      sync.Mutex
	viewers []*viewer
	waiting []*viewer // for the region
	agenda  agenda
	id      int64
	seq     uint64
	window  [window]atomic.Pointer[message] // the last events, at their sequence modulo window, until all have taken them
	dropped uint64                          // the last sequence that was taken out of it
	cached  region                          // valid while its id is the topic's and nothing is owed
	shown   bool                            // somebody may have a page with the current id
	broken  error                           // a panic of the view's Touched

	// The loop's own.
	held        *message  // made, not yet handed over
	quiet       time.Time // bursts are joined until then
	clockAt     time.Time
	regionRetry time.Time // after a failure no region is rendered before
}

// region is the region as it goes out: a whole event, which shows at least what the topic had sent up to seq.
type region struct {
	id    int64
	seq   uint64
	frame []byte // empty: nothing to send
	ok    bool
}

func (h *Hub) newTopic(key string, v View) *topic {
	h.streams++
	t := &topic{
		hub: h, view: v, key: key, kind: h.kind(key), join: h.options.JoinBursts, stream: strconv.FormatUint(h.streams, 10),
		wake: make(chan struct{}, 1), retired: make(chan struct{}), id: h.ids.next(),
	}
	if j, ok := v.(Joiner); ok {
		t.join = j.JoinBursts()
	}
	t.about, t.focused = meetingOf(v)
	t.request = &http.Request{Method: http.MethodGet, Header: http.Header{}, URL: &url.URL{RawQuery: "stream=" + t.stream}}
	return t
}

// meetingOf is the meeting that a view is about, if it is about one.
func meetingOf(v View) (id conference.ConfID, is bool) {
	m, is := v.(OfMeeting)
	if !is {
		return "", false
	}
	return m.About()
}

func (t *topic) stir() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// note puts what a change touches on the agenda.
func (t *topic) note(c conference.Change) {
	t.touch(t.touched(func() []Touch { return t.view.Touched(c) }))
}

// hear is the same for what Hub.Tell tells.
func (t *topic) hear(what string) {
	t.touch(t.touched(func() []Touch { return t.view.(Listener).Heard(what) }))
}

func (t *topic) touch(touches []Touch, err error) {
	if len(touches) == 0 {
		return
	}
	now := time.Now()
	t.mu.Lock()
	if err != nil {
		t.broken = err // for the loop: nothing is logged while the registry is locked
	}
	for _, touch := range touches {
		t.agenda.add(touch, now)
	}
	t.mu.Unlock()
	t.stir()
}

// touched asks the view. The feed must not suffer from a page's panic, nor the page miss the change.
func (t *topic) touched(ask func() []Touch) (touches []Touch, err error) {
	defer func() {
		if p := recover(); p != nil {
			touches, err = []Touch{{Component: WholeRegion, Every: firstRetry}}, panicError(p)
		}
	}()
	return ask(), nil
}

// catchUp returns what brings a registered viewer up to date; from then on it gets every event above seq. ok is false when
// the stream is to end. It is called when the viewer is registered: whatever is handed over after this moment
// arrives, and whatever was before is in the region, so nothing falls between.
func (t *topic) catchUp(v *viewer) (r region, ok bool) {
	select {
	case <-v.ctx.Done():
		return region{}, false
	default:
	}
	t.mu.Lock()
	current := !t.agenda.owes()
	switch {
	case current && t.shown && v.lastID == t.id:
		r = region{id: t.id, seq: t.seq, ok: true}
	case current && t.cached.ok && t.cached.id == t.id:
		r = t.cached
		r.seq = t.seq // nothing but clocks since
	default:
		v.ready = make(chan region, 1)
		t.waiting = append(t.waiting, v)
	}
	t.mu.Unlock()
	if r.ok {
		return r, true
	}
	t.stir()
	select {
	case r = <-v.ready:
		return r, r.ok
	case <-v.ctx.Done():
		return region{}, false
	}
}

// run is the topic's life. ctx is the program's.
func (t *topic) run(ctx context.Context) {
	defer t.hub.events.RemoveStream(t.stream) // only now: removing it under a viewer would leave its goroutines behind
	timer := time.NewTimer(0)
	defer timer.Stop()
	t.clockAt = t.hub.options.nextClock(time.Now())
	for {
		select {
		case <-ctx.Done():
			t.stop()
			return
		case <-t.retired:
			return
		case <-t.wake:
		case <-timer.C:
		}
		if ctx.Err() == nil {
			timer.Reset(t.step(ctx))
		}
	}
}

// forLong is a wait that something else ends.
const forLong = time.Hour

// step does what can be done now and returns how long to wait for the next.
func (t *topic) step(ctx context.Context) time.Duration {
	if t.unwatched() {
		return forLong
	}
	t.mu.Lock()
	err := t.broken
	t.broken = nil
	t.mu.Unlock()
	if err != nil {
		t.hub.failure(ctx, t, "touched", err)
	}
	t.answer(ctx)
	if !t.handOver() {
		return holdBack
	}
	wait := t.renderDue(ctx)
	if !t.handOver() {
		return holdBack
	}
	now := time.Now()
	if !now.Before(t.clockAt) {
		t.clockAt = t.hub.options.nextClock(now)
		t.mu.Lock()
		t.prepare(ClockEvent, t.hub.options.clockData(t.id), time.Time{})
		t.mu.Unlock()
		if !t.handOver() {
			return holdBack
		}
	}
	return max(min(wait, t.clockAt.Sub(now)), 0)
}

// unwatched reports whether there are no viewers. What changes then is not rendered: it makes the id outdated.
func (t *topic) unwatched() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.viewers) > 0 {
		return false
	}
	if len(t.agenda.items) > 0 || t.agenda.owes() || t.held != nil {
		t.agenda = agenda{}
		t.held = nil
		t.id = t.hub.ids.next()
		t.shown = false
		t.cached = region{}
	}
	t.waiting = nil
	t.clockAt = t.hub.options.nextClock(time.Now()) // whoever comes is told in its first flush
	return true
}
