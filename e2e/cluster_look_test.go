package e2e

import (
	"context"
	"sync"
	"testing"
	"time"

	"confboard/feed/simulator"
)

// lookout looks all the time at how often the cloud's meetings are watched.
type lookout struct {
	all           []*simulator.Meeting
	stop          func()
	mu            sync.Mutex
	alone, twice  []time.Time // since when a meeting is not watched, or more than once; zero: it is watched once
	longest, both time.Duration
}

// look looks until the test ends.
func look(t *testing.T, all []*simulator.Meeting) *lookout {
	l := &lookout{all: all, alone: make([]time.Time, len(all)), twice: make([]time.Time, len(all))}
	ctx, cancel := context.WithCancel(context.Background())
	var looking sync.WaitGroup
	looking.Go(func() {
		for rest(ctx, 20*time.Millisecond); ctx.Err() == nil; rest(ctx, 20*time.Millisecond) {
			l.see(time.Now())
		}
	})
	l.stop = func() { cancel(); looking.Wait() }
	t.Cleanup(l.stop)
	return l
}

func (l *lookout) see(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, m := range l.all {
		n := m.Counts().Subscribed
		lasts := func(since *time.Time, is bool, most *time.Duration) {
			switch {
			case !is:
				*since = time.Time{}
			case since.IsZero():
				*since = now
			default:
				*most = max(*most, now.Sub(*since))
			}
		}
		lasts(&l.alone[i], n == 0, &l.longest)
		lasts(&l.twice[i], n > 1, &l.both)
	}
}

// told returns for how long a meeting was unwatched, and watched more than once, at the most, and begins anew.
func (l *lookout) told() (unwatched, twice time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	unwatched, twice = l.longest.Round(10*time.Millisecond), l.both.Round(10*time.Millisecond)
	l.longest, l.both = 0, 0
	return unwatched, twice
}
