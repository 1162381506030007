package huawei

import (
	"context"
	"math/rand/v2"
	"time"
)

// backoff makes growing delays: each is drawn from the upper half of a bound that doubles from min to max.
type backoff struct {
	min, max time.Duration
	bound    time.Duration // of the next delay; zero at the beginning
}

func (b *backoff) next() time.Duration {
	b.bound = min(max(b.bound, b.min), b.max)
	d := b.bound/2 + rand.N(b.bound/2+1)
	b.bound = min(2*b.bound, b.max)
	return d
}

func (b *backoff) reset() { b.bound = 0 }

// spread takes up to a tenth off a delay, so that meetings that wait for the same do not all ask at once.
func spread(d time.Duration) time.Duration { return d - rand.N(d/10+1) }

// sleep waits, and reports whether ctx is still going on.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return ctx.Err() == nil
	}
}
