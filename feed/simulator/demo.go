package simulator

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"
)

// The board meeting of Demo.
const (
	BoardConfID       = "900487914"
	BoardHostPassword = "135790"
)

// Demo adds the scripted board meeting and n meetings made up from the seed: the first of them has not started for a
// while, the second ends and comes back, the third runs past its planned end. The same seed gives the same meetings and
// the same lives. Run lets them live.
func (c *Cloud) Demo(seed uint64, n int) {
	board := c.Add(MeetingConfig{ConfID: BoardConfID, HostPassword: BoardHostPassword, Title: boardTitle})
	c.cast(board, newBoard())
	for i := range n {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		mc := MeetingConfig{
			ConfID:       strconv.Itoa(910_000_000 + i*7919 + r.IntN(7919)), // 9 digits, no two alike
			HostPassword: fmt.Sprintf("%06d", r.IntN(1_000_000)),
			Title:        title(r),
		}
		if part(i) == late {
			mc.Name = mc.Title // nobody learns the title of a meeting before it starts
		}
		m := c.Add(mc)
		c.cast(m, newRandom(r, part(i)))
	}
}

// actor gives a meeting its life, one beat after the other.
type actor interface {
	// beat does the next thing to the meeting and returns how long to wait for the one after it.
	beat(m *Meeting) time.Duration
}

// cast is a meeting with its actor.
type cast struct {
	meeting *Meeting
	actor   actor
	next    time.Time
}

func (c *Cloud) cast(m *Meeting, a actor) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.casts = append(c.casts, &cast{meeting: m, actor: a})
}

// runCasts plays every beat when it is due, until ctx ends.
func runCasts(ctx context.Context, casts []*cast, speed float64) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		now := time.Now()
		wait := time.Hour
		for _, c := range casts {
			if !c.next.After(now) {
				c.next = now.Add(time.Duration(float64(c.actor.beat(c.meeting)) / speed))
			}
			wait = min(wait, c.next.Sub(now))
		}
		timer.Reset(wait)
	}
}
