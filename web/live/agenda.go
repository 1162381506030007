package live

import (
	"slices"
	"time"
)

// Delays before a component whose rendering failed is tried again: doubling from the first to the last.
const (
	firstRetry = time.Second
	lastRetry  = time.Minute
)

// paceLimit is from how many paces on those that no longer hold anything back are forgotten.
const paceLimit = 256

// agenda is what a topic has still to render, and when it may. It is not safe for concurrent use.
type agenda struct {
	items map[string]item
	paces map[string]pace
	order int
}

type item struct {
	noted time.Time // when it was put there first
	at    time.Time // not before
	every time.Duration
	order int
}

// pace is what holds a component back: its own interval, or a failure.
type pace struct {
	last         time.Time
	every, retry time.Duration
}

func (p pace) next() time.Time {
	if d := max(p.every, p.retry); d > 0 {
		return p.last.Add(d)
	}
	return time.Time{}
}

// add puts a component on the agenda. Once on it, it stays at its place and its earliest time.
func (a *agenda) add(t Touch, now time.Time) {
	p := a.paces[t.Component]
	p.every = t.Every
	at := p.next()
	held, ok := a.items[t.Component]
	if !ok {
		held = item{noted: now, at: at, order: a.order}
		a.order++
	} else if at.Before(held.at) {
		held.at = at
	}
	held.every = t.Every
	if a.items == nil {
		a.items = map[string]item{}
	}
	a.items[t.Component] = held
}

// next is when the first item may be rendered; ok is false when there is none.
func (a *agenda) next() (at time.Time, ok bool) {
	for _, i := range a.items {
		if !ok || i.at.Before(at) {
			at, ok = i.at, true
		}
	}
	return at, ok
}

// take removes and returns what may be rendered now, in the order in which it was added, and since when the first of them has waited.
// The whole region stands for everything else. Each is followed by succeeded or failed.
func (a *agenda) take(now time.Time) (touches []Touch, noted time.Time) {
	noted = now
	if i, ok := a.items[WholeRegion]; ok && !i.at.After(now) {
		for _, i := range a.items {
			noted = earlier(noted, i.noted)
		}
		clear(a.items)
		return []Touch{a.taken(WholeRegion, i, now)}, noted
	}
	type due struct {
		name string
		item
	}
	var all []due
	for name, i := range a.items {
		if !i.at.After(now) {
			all = append(all, due{name, i})
			noted = earlier(noted, i.noted)
			delete(a.items, name)
		}
	}
	slices.SortFunc(all, func(x, y due) int { return x.order - y.order })
	touches = make([]Touch, len(all))
	for i, d := range all {
		touches[i] = a.taken(d.name, d.item, now)
	}
	return touches, noted
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// taken notes the time at once, so that a touch during the rendering already keeps the interval.
func (a *agenda) taken(name string, i item, now time.Time) Touch {
	if i.every > 0 {
		a.setPace(name, pace{last: now, every: i.every, retry: a.paces[name].retry}, now)
	}
	return Touch{Component: name, Every: i.every}
}

func (a *agenda) succeeded(t Touch) {
	if t.Component == WholeRegion { // it shows what the others could not
		for name := range a.paces {
			a.settle(name)
		}
	}
	a.settle(t.Component)
}

func (a *agenda) settle(name string) {
	p, ok := a.paces[name]
	if !ok || p.retry == 0 {
		return
	}
	if p.retry = 0; p.every > 0 {
		a.paces[name] = p
	} else {
		delete(a.paces, name)
	}
}

// failed puts a component back, with growing delay.
func (a *agenda) failed(t Touch, now time.Time) {
	retry := min(max(2*a.paces[t.Component].retry, firstRetry), lastRetry)
	p := pace{last: now, every: t.Every, retry: retry}
	a.setPace(t.Component, p, now)
	a.add(t, now)
	i := a.items[t.Component]
	i.at = p.next() // also when it was touched again while it was being rendered
	a.items[t.Component] = i
}

// owes reports whether something that was shown could not be brought up to date yet.
func (a *agenda) owes() bool {
	for _, p := range a.paces {
		if p.retry > 0 {
			return true
		}
	}
	return false
}

func (a *agenda) setPace(component string, p pace, now time.Time) {
	if a.paces == nil {
		a.paces = map[string]pace{}
	}
	if len(a.paces) >= paceLimit {
		for name, held := range a.paces {
			if held.retry == 0 && !held.next().After(now) {
				delete(a.paces, name)
			}
		}
	}
	a.paces[component] = p
}
