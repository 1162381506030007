package simulator

import (
	"context"
	"net/http"
	"sync"
	"time"
)

const (
	// postLimit is how long a receiver may take for one event.
	postLimit = 5 * time.Second
	// eventLimit is how many events wait for a receiver; more are dropped.
	eventLimit = 100_000
	// retryMax is the longest delay before an event is repeated.
	retryMax = 10 * time.Minute
)

// The values of status of a hook.
const (
	hookOn     = 0
	hookOff    = 1
	hookLocked = 2
)

// hook is where the enterprise's events go. Its values do not change.
type hook struct {
	id, appID, key, url string
	status              int
}

// EventCounts is what became of the events that the cloud made by itself.
type EventCounts struct {
	// Made counts events, Tries pushes of them, Delivered those that were answered 200, Dropped those that were given up.
	Made, Tries, Delivered, Dropped int
	// Waiting is how many are still to be pushed.
	Waiting int
}

// sender pushes events in the order in which they were made, one at a time; one that failed is repeated while others go on.
// Its goroutine begins with the first receiver and ends with close.
type sender struct {
	client          *http.Client
	retry, patience time.Duration

	mu     sync.Mutex
	hook   *hook
	queue  []*delivery
	counts EventCounts
	closed bool
	end    context.CancelFunc // nil: the goroutine has not begun

	wake chan struct{} // of the goroutine, that the queue has changed
	done sync.WaitGroup
}

// delivery is an event on its way.
type delivery struct {
	url       string
	body      []byte
	made, due time.Time
	delay     time.Duration // before the next try
}

func newSender(c Config) *sender {
	return &sender{client: &http.Client{Transport: &http.Transport{}}, retry: c.EventRetry, patience: c.EventPatience, wake: make(chan struct{}, 1)}
}

// receiver is where events go, nil if nowhere.
func (s *sender) receiver() *hook {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hook
}

// listening returns the hook if it is switched on.
func (s *sender) listening() *hook {
	if h := s.receiver(); h != nil && h.status == hookOn {
		return h
	}
	return nil
}

// set replaces the hook; nil takes it away. Events wait no longer for one that does not listen.
func (s *sender) set(h *hook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = h
	if h == nil || h.status != hookOn {
		s.counts.Dropped += len(s.queue)
		s.queue = nil
		return
	}
	if s.end == nil && !s.closed {
		ctx, cancel := context.WithCancel(context.Background())
		s.end = cancel
		s.done.Go(func() { s.run(ctx) })
	}
}

// add queues an event.
func (s *sender) add(url string, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts.Made++
	if s.closed || len(s.queue) >= eventLimit {
		s.counts.Dropped++
		return
	}
	now := time.Now()
	s.queue = append(s.queue, &delivery{url: url, body: body, made: now, due: now, delay: s.retry})
	s.nudge()
}

func (s *sender) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *sender) run(ctx context.Context) {
	for {
		d, wait := s.next(time.Now())
		if d == nil {
			timer := time.NewTimer(wait)
			select {
			case <-ctx.Done():
			case <-s.wake:
			case <-timer.C:
			}
			timer.Stop()
			if ctx.Err() != nil {
				return
			}
			continue
		}
		answer, err := s.post(ctx, d.url, d.body)
		s.settle(d, err == nil && answer.Status == http.StatusOK)
	}
}

// next returns the first event that is due, or nil and how long to wait for one.
func (s *sender) next(now time.Time) (d *delivery, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wait = time.Hour
	for _, d := range s.queue {
		if !d.due.After(now) {
			return d, 0
		}
		wait = min(wait, d.due.Sub(now))
	}
	return nil, wait
}

// settle notes how a push went.
func (s *sender) settle(d *delivery, delivered bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts.Tries++
	now := time.Now()
	switch {
	case delivered:
		s.counts.Delivered++
	case now.Sub(d.made)+d.delay <= s.patience:
		d.due = now.Add(d.delay)
		d.delay = min(2*d.delay, retryMax)
		return
	default:
		s.counts.Dropped++
	}
	for i, held := range s.queue {
		if held == d {
			s.queue = append(s.queue[:i], s.queue[i+1:]...)
			return
		}
	}
}

func (s *sender) count() EventCounts {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.counts
	n.Waiting = len(s.queue)
	return n
}

// close gives up what waits and waits for the goroutine.
func (s *sender) close() {
	s.mu.Lock()
	s.closed = true
	end := s.end
	s.mu.Unlock()
	if end != nil {
		end()
	}
	s.done.Wait()
	s.client.CloseIdleConnections()
}
