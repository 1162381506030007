package bus

import (
	"sync"
	"time"

	"confboard/feed/conference"
)

// claimedFor is how long a meeting that was inherited is left alone, if it does not become this instance's own.
const claimedFor = 10 * time.Second

// claims are the meetings that this instance is about to own: it has read what others know of them, and what they tell late is not to be
// put in its place.
type claims struct {
	mu    sync.Mutex
	until map[conference.ConfID]time.Time
}

func (c *claims) add(ids []conference.ConfID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.until == nil {
		c.until = map[conference.ConfID]time.Time{}
	}
	for _, id := range ids {
		c.until[id] = time.Now().Add(claimedFor)
	}
}

func (c *claims) has(id conference.ConfID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	until, claimed := c.until[id]
	return claimed && time.Now().Before(until)
}

// end ends the claims that have come true, and those that did not in time, of which it reports whether there were any.
func (c *claims) end(owns func(conference.ConfID) (uint64, bool)) (expired bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, until := range c.until {
		if _, own := owns(id); own {
			delete(c.until, id)
		} else if time.Now().After(until) {
			delete(c.until, id)
			expired = true
		}
	}
	return expired
}
