package live

import (
	"errors"
	"maps"
	"strings"
	"sync/atomic"
	"time"
)

// Stats are numbers for metrics. Except for Topics, Viewers and the queues, which are of this moment, all count since the start.
type Stats struct {
	// Topics includes those that linger without viewers.
	Viewers, Topics int
	// ViewersByKind has the kinds of views that have been open so far; see View.Key. Those without viewers stay in it, with 0.
	ViewersByKind map[string]int
	// Untaken is how many events wait to be written, one that waits for three viewers being three; UntakenMost is how many wait for
	// the viewer that is furthest behind. It is cut when they are more than 48 and the oldest is older than 100 ms.
	Untaken, UntakenMost int

	// Renders are calls of Render and Region; RenderErrors are errors and panics of views.
	Renders, RenderErrors uint64
	// Deliveries are events written to a viewer, regions not included; Skipped are events left out because the viewer's region showed
	// them already; Cuts are viewers cut because they did not read, or while stopping.
	Deliveries, Skipped, Cuts uint64
	// Refused is how many viewers Serve has refused, by reason: every reason is in it.
	Refused map[Refusal]uint64

	// Regions and Components are how long the calls of Region and Render took.
	Regions, Components Times
	// HandOver is how long a change waited: from when the hub was told of the first one in an event until the event was handed over to
	// the viewers, the joining of bursts and the paces of components (see Touch.Every) included.
	HandOver Times
	// Writing is how long an event took from its making until it was written to a viewer. A sixteenth of the viewers are looked at, the first
	// of each topic among them.
	Writing Times
}

// Refusal is why a viewer was refused, for metrics.
type Refusal string

// The reasons. The errors that go with them do not tell the limits per address from those in all.
const (
	RefusedTopics           Refusal = "topics"
	RefusedTopicsOfAddress  Refusal = "topics_per_address"
	RefusedStreams          Refusal = "streams"
	RefusedStreamsOfAddress Refusal = "streams_per_address"
	RefusedStopping         Refusal = "stopping"
	RefusedWriter           Refusal = "writer" // it cannot be cut, or r3labs/sse would not serve it: a fault of the program
)

var refusals = [...]Refusal{RefusedTopics, RefusedTopicsOfAddress, RefusedStreams, RefusedStreamsOfAddress, RefusedStopping, RefusedWriter}

// refusal is one of the package's errors, and its reason.
type refusal struct {
	error
	why Refusal
}

func (r refusal) Unwrap() error { return r.error }

// Times is how long something took: a histogram.
type Times struct {
	Count uint64
	Sum   time.Duration
	// Within has for each bound, in seconds, how many took at most so long.
	Within map[float64]uint64
}

// timeBounds are the bounds of all histograms.
var timeBounds = [...]time.Duration{
	100 * time.Microsecond, 250 * time.Microsecond, 500 * time.Microsecond, time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond,
	10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2500 * time.Millisecond, 5 * time.Second,
}

// times gathers a histogram. It is safe for concurrent use; its zero value is ready.
type times struct {
	sum    atomic.Int64
	counts [len(timeBounds) + 1]atomic.Uint64
}

func (t *times) observe(d time.Duration) {
	i := 0
	for i < len(timeBounds) && d > timeBounds[i] {
		i++
	}
	t.counts[i].Add(1)
	t.sum.Add(int64(d))
}

func (t *times) read() Times {
	r := Times{Sum: time.Duration(t.sum.Load()), Within: make(map[float64]uint64, len(timeBounds))}
	for i, bound := range timeBounds {
		r.Count += t.counts[i].Load()
		r.Within[bound.Seconds()] = r.Count
	}
	r.Count += t.counts[len(timeBounds)].Load()
	return r
}

// counts are the hub's counters.
type counts struct {
	renders, deliveries, cuts, skipped, failures atomic.Uint64
	refused                                      [len(refusals)]atomic.Uint64
	regions, components, handOver, writing       times
}

func (c *counts) refuse(err error) {
	why := RefusedWriter
	if r := (refusal{}); errors.As(err, &r) {
		why = r.why
	}
	for i := range refusals {
		if refusals[i] == why {
			c.refused[i].Add(1)
		}
	}
}

// Kinds of views beyond so many are counted together.
const (
	mostKinds = 32
	otherKind = "other"
)

// kind is the page's word at the beginning of a view's key.
func (h *Hub) kind(key string) string {
	word := key
	if end := strings.IndexAny(key, "/?"); end >= 0 {
		word = key[:end]
	}
	if _, known := h.kinds[word]; known || len(h.kinds) < mostKinds {
		return word
	}
	return otherKind
}

// Stats returns the numbers of this moment. It looks at every viewer.
func (h *Hub) Stats() Stats {
	h.mu.RLock()
	defer h.mu.RUnlock()
	c := &h.counts
	s := Stats{
		Viewers: h.viewers, Topics: len(h.topics), ViewersByKind: maps.Clone(h.kinds),
		Renders: c.renders.Load(), RenderErrors: c.failures.Load(),
		Deliveries: c.deliveries.Load(), Skipped: c.skipped.Load(), Cuts: c.cuts.Load(), Refused: map[Refusal]uint64{},
		Regions: c.regions.read(), Components: c.components.read(), HandOver: c.handOver.read(), Writing: c.writing.read(),
	}
	for i, why := range refusals {
		s.Refused[why] = c.refused[i].Load()
	}
	for _, t := range h.topics {
		sum, most := t.untaken()
		s.Untaken += sum
		s.UntakenMost = max(s.UntakenMost, most)
	}
	return s
}

// untaken is how many events wait for the topic's viewers, in all and for the one that is furthest behind.
func (t *topic) untaken() (sum, most int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, v := range t.viewers {
		lag := max(int(t.seq)-int(v.taken.Load()), 0)
		sum += lag
		most = max(most, lag)
	}
	return sum, most
}
