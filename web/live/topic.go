package live

import (
	"container/list"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"confboard/feed/conference"

	"github.com/r3labs/sse/v2"
)

// topic is one view with its viewers. Its loop is the only one that renders and hands over.
//
// There are two numbers. The id changes with what is shown: a page with the topic's current id has everything that was
// sent. The sequence counts every event, the clock's too: a viewer's place in the stream, for the lag guard.
type topic struct {
	hub     *Hub
	view    View
	key     string
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
	times   [window]time.Time // when the last events were made, by sequence
	cached  region            // valid while its id is the topic's and nothing is owed
	shown   bool              // somebody may have a page with the current id
	broken  error             // a panic of the view's Touched

	// The loop's own.
	held        *sse.Event // made, not yet handed over
	quiet       time.Time  // bursts are joined until then
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
		hub: h, view: v, key: key, join: h.options.JoinBursts, stream: strconv.FormatUint(h.streams, 10),
		wake: make(chan struct{}, 1), retired: make(chan struct{}), id: h.ids.next(),
	}
	if j, ok := v.(Joiner); ok {
		t.join = j.JoinBursts()
	}
	if m, ok := v.(OfMeeting); ok {
		t.about, t.focused = m.About()
	}
	t.request = &http.Request{Method: http.MethodGet, Header: http.Header{}, URL: &url.URL{RawQuery: "stream=" + t.stream}}
	return t
}

func (t *topic) stir() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// note puts what a change touches on the agenda.
func (t *topic) note(c conference.Change) {
	touches, err := t.touched(c)
	if len(touches) == 0 {
		return
	}
	t.mu.Lock()
	if err != nil {
		t.broken = err // for the loop: nothing is logged while the registry is locked
	}
	for _, touch := range touches {
		t.agenda.add(touch)
	}
	t.mu.Unlock()
	t.stir()
}

// touched asks the view. The feed must not suffer from a page's panic, nor the page miss the change.
func (t *topic) touched(c conference.Change) (touches []Touch, err error) {
	defer func() {
		if p := recover(); p != nil {
			touches, err = []Touch{{Component: WholeRegion, Every: firstRetry}}, panicError(p)
		}
	}()
	return t.view.Touched(c), nil
}

func panicError(p any) error { return fmt.Errorf("panic: %v\n%s", p, debug.Stack()) }

// catchUp returns what brings a registered viewer up to date; from then on it gets every event above seq. ok is false when
// the stream is to end. It is called when the viewer is registered: whatever is handed over after this moment
// arrives, and whatever was before is in the region, so nothing falls between.
func (t *topic) catchUp(v *viewer) (r region, ok bool) {
	select {
	case <-v.gone:
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
	case <-v.gone:
		return region{}, false
	}
}

// run is the topic's life. ctx is the program's.
func (t *topic) run(ctx context.Context) {
	defer t.hub.events.RemoveStream(t.stream) // only now: removing it under a viewer would leave its goroutines behind
	timer := time.NewTimer(0)
	defer timer.Stop()
	t.clockAt = time.Now().Add(t.hub.options.ClockEvery)
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
		t.clockAt = now.Add(t.hub.options.ClockEvery)
		t.mu.Lock()
		t.prepare(ClockEvent, clockData(t.hub.options.Now(), t.id, t.hub.options.Build))
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
	t.clockAt = time.Now().Add(t.hub.options.ClockEvery) // whoever comes is told in its first flush
	return true
}

// answer gives the region to those who wait for it.
func (t *topic) answer(ctx context.Context) {
	t.mu.Lock()
	waiting := t.waiting
	t.waiting = nil
	r := t.cached
	first := false
	if len(waiting) == 0 {
		t.mu.Unlock()
		return
	}
	valid := r.ok && r.id == t.id && !t.agenda.owes()
	if valid {
		r.seq = t.seq
	} else {
		// Read before the state is: the region shows at least this.
		r = region{id: t.id, seq: t.seq}
		if !t.shown { // nobody has a page yet
			clear(t.agenda.items)
			first = true
		}
	}
	t.mu.Unlock()
	if first {
		t.forget(ctx)
	}

	if !valid && !time.Now().Before(t.regionRetry) {
		t.renderRegion(ctx, &r)
	}
	for _, v := range waiting {
		if !r.ok {
			v.end(failed) // before it hears, so that its first flush finds it so
		}
		v.ready <- r // has room: each waits once
	}
}

// forget tells the view that nobody has a page.
func (t *topic) forget(ctx context.Context) {
	v, ok := t.view.(Rememberer)
	if !ok {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			t.hub.failure(ctx, t, "forget", panicError(p))
		}
	}()
	v.Forget()
}

// renderRegion fills r and keeps it for those who come later.
func (t *topic) renderRegion(ctx context.Context, r *region) {
	payload, err := t.render(ctx, "region", func() ([]byte, error) { return t.view.Region(ctx) })
	if err != nil {
		t.regionRetry = time.Now().Add(firstRetry)
		return
	}
	r.ok = true
	if len(payload) > 0 {
		r.frame = frame(r.id, "", payload, 0)
	}
	t.mu.Lock()
	t.cached, t.shown = *r, true
	t.mu.Unlock()
}

// renderDue renders what is due, at most one message, and returns how long to wait for more.
func (t *topic) renderDue(ctx context.Context) time.Duration {
	now := time.Now()
	t.mu.Lock()
	at, some := t.agenda.next()
	if !some || !t.shown { // without a page there is nothing to bring up to date
		t.mu.Unlock()
		return forLong
	}
	if at.Before(t.quiet) {
		at = t.quiet
	}
	if at.After(now) {
		t.mu.Unlock()
		return at.Sub(now)
	}
	touches := t.agenda.take(now)
	t.mu.Unlock()

	payload, ok := t.renderTogether(ctx, touches)
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, touch := range touches {
		if ok[i] {
			t.agenda.succeeded(touch)
		} else {
			t.agenda.failed(touch, now)
		}
	}
	if len(payload) > 0 {
		t.id = t.hub.ids.next()
		t.prepare("", payload)
		if touches[0].Component == WholeRegion {
			t.cached = region{id: t.id, seq: t.seq, frame: frame(t.id, "", payload, 0), ok: true}
		}
		t.quiet = now.Add(t.join)
	}
	if at, some = t.agenda.next(); !some {
		return forLong
	}
	if at.Before(t.quiet) {
		at = t.quiet
	}
	return at.Sub(now)
}

// renderTogether renders the touches as one message. When that fails, each is rendered alone, so that one which cannot be
// rendered does not keep the others old.
func (t *topic) renderTogether(ctx context.Context, touches []Touch) (payload []byte, ok []bool) {
	ok = make([]bool, len(touches))
	names := make([]string, len(touches))
	for i, touch := range touches {
		names[i] = touch.Component
	}
	one := func(names ...string) ([]byte, error) {
		return t.render(ctx, "components", func() ([]byte, error) {
			if names[0] == WholeRegion {
				return t.view.Region(ctx)
			}
			return t.view.Render(ctx, names)
		})
	}
	payload, err := one(names...)
	if err == nil {
		for i := range ok {
			ok[i] = true
		}
		return payload, ok
	}
	if len(names) == 1 || ctx.Err() != nil {
		return nil, ok
	}
	for i, name := range names {
		if part, err := one(name); err == nil {
			ok[i] = true
			payload = append(payload, part...)
		}
	}
	return payload, ok
}

// render calls the view, with its panics as errors, and makes the result one line.
func (t *topic) render(ctx context.Context, what string, f func() ([]byte, error)) (payload []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			payload, err = nil, panicError(p)
		}
		if err != nil {
			t.hub.failure(ctx, t, what, err)
		}
	}()
	t.hub.counts.renders.Add(1)
	payload, err = f()
	return oneLine(payload), err
}
