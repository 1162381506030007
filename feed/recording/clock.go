package recording

import (
	"context"
	"sync"
	"time"
)

// clock is the recording's clock: it runs at the speed of the playback from one line to the next. All methods are safe for
// concurrent use; only one goroutine waits.
type clock struct {
	speed float64

	mu sync.Mutex
	// at is the recording's time at the real instant since; until is the time that is being waited for, or was reached.
	at, until time.Time
	since     time.Time
	stopped   bool
}

// now is the recording's time. It never goes beyond a line that has not been played.
func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t := c.running(time.Now()); !c.stopped && t.Before(c.until) {
		return t
	}
	return c.until
}

// running is the recording's time at a real instant if there were no lines to wait for.
func (c *clock) running(now time.Time) time.Time {
	return c.at.Add(time.Duration(float64(now.Sub(c.since)) * c.speed))
}

// rate is by how much the clock is faster than a real one: 0 while it is stopped.
func (c *clock) rate() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return 0
	}
	return c.speed
}

// jump sets the clock, which then runs.
func (c *clock) jump(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.until, c.since, c.stopped = to, to, time.Now(), false
}

// stop leaves the clock where it is.
func (c *clock) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = true
}

// mostBehind is how far, in real time, the playback may lag behind its speed and still make up for it.
const mostBehind = time.Second

// wait lets the clock run until a time, and returns at once when it is past. The error is that of ctx.
func (c *clock) wait(ctx context.Context, until time.Time) error {
	delay := c.waitFor(until)
	if delay <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func (c *clock) waitFor(until time.Time) (delay time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if until.After(c.until) {
		c.until = until
	}
	now := time.Now()
	delay = time.Duration(float64(until.Sub(c.running(now))) / c.speed)
	if delay < -mostBehind { // it would run after what it cannot reach
		c.at, c.since = c.until, now
	}
	return delay
}
