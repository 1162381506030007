package live

import (
	"container/list"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"confboard/feed/conference"

	"github.com/r3labs/sse/v2"
)

// Hub holds the topics and their viewers. All methods are safe for concurrent use.
//
// Locks are taken in the order hub, topic, viewer; nothing of a page is called under the last two.
type Hub struct {
	options Options
	log     *slog.Logger
	events  *sse.Server
	ids     *ids
	counts  counts
	wake    chan struct{} // tells Run of new and of idle topics; capacity 1

	mu        sync.RWMutex
	stopped   bool
	topics    map[string]*topic // by key
	unstarted []*topic
	byMeeting map[conference.ConfID][]*topic
	general   map[*topic]struct{} // those that are not about one meeting
	idle      list.List           // topics without viewers, longest first
	enders    map[*viewer]struct{}
	owned     map[string]map[*viewer]struct{} // by owner
	streams   uint64                          // named so far
	viewers   int
	kinds     map[string]int // viewers by kind of view
	addresses map[string]*account
}

// account is what an address has in use.
type account struct{ streams, topics int }

// NewHub returns a hub without topics. Viewers who come before Run wait for it.
func NewHub(o Options) *Hub {
	o = o.withDefaults()
	events := sse.New()
	events.AutoReplay = false // the log grows for ever, and repeats what the page has
	events.BufferSize = queueSize
	return &Hub{
		options: o, log: o.Logger, events: events, ids: newIDs(o.Now()), wake: make(chan struct{}, 1),
		topics: map[string]*topic{}, byMeeting: map[conference.ConfID][]*topic{}, general: map[*topic]struct{}{},
		enders: map[*viewer]struct{}{}, owned: map[string]map[*viewer]struct{}{}, addresses: map[string]*account{}, kinds: map[string]int{},
	}
}

// Build is the build that pages are told of.
func (h *Hub) Build() string { return h.options.Build }

// Viewers returns how many pages of one meeting are open.
func (h *Hub) Viewers(id conference.ConfID) (n int) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, t := range h.byMeeting[id] {
		t.mu.Lock()
		n += len(t.viewers)
		t.mu.Unlock()
	}
	return n
}

// Notify tells the topics of a change. It is for conference.Registry.Observe: it only takes notes and does not block.
func (h *Hub) Notify(c conference.Change) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, t := range h.byMeeting[c.ConfID] {
		t.note(c)
	}
	for t := range h.general {
		t.note(c)
	}
	if len(h.enders) > 0 && c.Has(conference.PartBoard) {
		for v := range h.enders {
			if h.ends(v, c) {
				v.end(moved)
			}
		}
	}
}

// Tell tells the topics whose View is a Listener of something that is no change of a meeting, by a word that teller and view agree
// on. It only takes notes and does not block.
func (h *Hub) Tell(what string) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, t := range h.topics {
		if _, listens := t.view.(Listener); listens {
			t.hear(what)
		}
	}
}

func (h *Hub) ends(v *viewer, c conference.Change) (end bool) {
	defer func() {
		if recover() != nil {
			h.counts.failures.Add(1)
			end = true // the page comes back and is judged anew
		}
	}()
	return v.endWhen(c)
}

// Run renders and sends until ctx ends. Then it refuses new viewers, tells the others when to come back, ends their
// streams, waits until all have left and returns nil. End ctx before the server's own contexts, so that the
// viewers can be told.
func (h *Hub) Run(ctx context.Context) error {
	// Topics are told only after new viewers are refused: nobody can join one that has stopped.
	topicCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var topics sync.WaitGroup
	start := func() {
		h.mu.Lock()
		unstarted := h.unstarted
		h.unstarted = nil
		h.mu.Unlock()
		for _, t := range unstarted {
			topics.Go(func() { t.run(topicCtx) })
		}
	}
	timer := time.NewTimer(forLong)
	defer timer.Stop()
	for ctx.Err() == nil {
		start()
		timer.Reset(h.retireIdle(time.Now()))
		select {
		case <-ctx.Done():
		case <-h.wake:
		case <-timer.C:
		}
	}
	h.mu.Lock()
	h.stopped = true
	h.mu.Unlock()
	cancel()
	start() // so that they stop as the others do
	topics.Wait()

	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.topics {
		h.remove(t)
	}
	return nil
}

// retireIdle removes the topics that have lingered long enough and returns when to look again.
func (h *Hub) retireIdle(now time.Time) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	for e := h.idle.Front(); e != nil; e = h.idle.Front() {
		t := e.Value.(*topic)
		if left := t.idleFrom.Add(h.options.Linger).Sub(now); left > 0 {
			return left
		}
		h.remove(t)
	}
	return forLong
}

// add puts a topic on the lists. h.mu is held, as for the functions below.
func (h *Hub) add(t *topic) {
	h.events.CreateStream(t.stream)
	h.topics[t.key] = t
	h.unstarted = append(h.unstarted, t)
	if t.focused {
		h.byMeeting[t.about] = append(h.byMeeting[t.about], t)
	} else {
		h.general[t] = struct{}{}
	}
}

// remove takes an idle topic off the lists; its loop ends.
func (h *Hub) remove(t *topic) {
	delete(h.topics, t.key)
	delete(h.general, t)
	if others := slices.DeleteFunc(h.byMeeting[t.about], func(o *topic) bool { return o == t }); len(others) > 0 {
		h.byMeeting[t.about] = others
	} else {
		delete(h.byMeeting, t.about)
	}
	if t.idle != nil {
		h.idle.Remove(t.idle)
		t.idle = nil
	}
	close(t.retired)
}

func (h *Hub) stir() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// failure counts and logs what a view could not do. A rendering that the end of the program interrupts is none.
func (h *Hub) failure(ctx context.Context, t *topic, step string, err error) {
	if ctx.Err() != nil {
		return
	}
	h.counts.failures.Add(1)
	h.log.Error("page not rendered", "page", t.key, "step", step, "error", err)
}
