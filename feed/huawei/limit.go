package huawei

import "time"

// pace is how many turns there are: at most n in any window. burst of them can come at once, the rest at an even rate, so that
// whoever comes in the middle of a busy window does not wait for its end.
type pace struct {
	n, burst int // n of 0: any number
	window   time.Duration
}

// interval is the time between two turns at an even rate.
func (p pace) interval() time.Duration {
	if p.n == 0 {
		return 0
	}
	return p.window / time.Duration(p.n)
}

// part is n of so many parts, which together are no more than the whole. A part of less than one turn is one turn in a longer window; of
// such parts some can coincide.
func (p pace) part(n, of int) pace {
	if p.n == 0 {
		return p
	}
	q := pace{n: p.n * n / of, burst: max(1, p.burst*n/of), window: p.window}
	if q.n == 0 {
		q.n, q.window = 1, p.window*time.Duration(of)/time.Duration(p.n*n)
	}
	return q
}

// limit gives turns at a pace.
type limit struct {
	pace
	// whole is the pace of all instances; until shared is set the only one has it.
	whole  pace
	shared bool
	// wider is what the pace becomes at widens; zero when nothing is to come.
	wider  pace
	widens time.Time
	// due is when the next turn would come at an even rate.
	due time.Time
	// given are the times of the last n turns, a ring once it is full.
	given  []time.Time
	oldest int
	held   time.Time
}

// share makes the pace a part of the whole. What is more than before counts when a window has passed: until then the cloud still counts
// the turns of who had it. The first share counts at once.
func (l *limit) share(now time.Time, n, of int) {
	next := l.whole.part(n, of)
	l.widens = time.Time{}
	if l.shared && next.interval() < l.interval() {
		l.wider, l.widens = next, now.Add(l.whole.window)
		return
	}
	l.shared = true
	l.change(next)
}

// change goes on at another pace. Of the turns that were given the last count.
func (l *limit) change(to pace) {
	l.pace = to
	if to.n == 0 {
		return
	}
	given := append(l.given[l.oldest:len(l.given):len(l.given)], l.given[:l.oldest]...)
	l.given, l.oldest = given[max(0, len(given)-to.n):], 0
}

// next is when the next turn can be given; now if that is at once.
func (l *limit) next(now time.Time) time.Time {
	if !l.widens.IsZero() && !now.Before(l.widens) {
		l.widens = time.Time{}
		l.change(l.wider)
	}
	if l.n == 0 {
		return later(l.held, now)
	}
	at := l.due.Add(-time.Duration(l.burst-1) * l.interval())
	if len(l.given) == l.n {
		at = later(at, l.given[l.oldest].Add(l.window))
	}
	at = later(later(at, l.held), now)
	if !l.widens.IsZero() && l.widens.Before(at) { // to be looked at again then
		return l.widens
	}
	return at
}

func (l *limit) take(now time.Time) {
	if l.n == 0 {
		return
	}
	l.due = later(l.due, now).Add(l.interval())
	if len(l.given) < l.n {
		l.given = append(l.given, now)
		return
	}
	l.given[l.oldest] = now
	l.oldest = (l.oldest + 1) % l.n
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
