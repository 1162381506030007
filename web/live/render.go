package live

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"
)

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
	payload, err := t.render(ctx, "region", &t.hub.counts.regions, func() ([]byte, error) { return t.view.Region(ctx) })
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
	touches, noted := t.agenda.take(now)
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
		t.prepare("", payload, noted)
		if touches[0].Component == WholeRegion {
			t.cached = region{id: t.id, seq: t.seq, frame: t.held.frame, ok: true}
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
		if names[0] == WholeRegion {
			return t.render(ctx, "region", &t.hub.counts.regions, func() ([]byte, error) { return t.view.Region(ctx) })
		}
		return t.render(ctx, "components", &t.hub.counts.components, func() ([]byte, error) { return t.view.Render(ctx, names) })
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
func (t *topic) render(ctx context.Context, what string, took *times, f func() ([]byte, error)) (payload []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			payload, err = nil, panicError(p)
		}
		if err != nil {
			t.hub.failure(ctx, t, what, err)
		}
	}()
	t.hub.counts.renders.Add(1)
	began := time.Now()
	payload, err = f()
	took.observe(time.Since(began))
	return oneLine(payload), err
}

func panicError(p any) error { return fmt.Errorf("panic: %v\n%s", p, debug.Stack()) }
