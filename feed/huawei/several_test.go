package huawei_test

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
)

// several are instances that share the meetings of a cloud out among themselves, with one board behind them all.
type several struct {
	*board
	clients []*huawei.Cloud

	mu          sync.Mutex
	owner, heir map[conference.ConfID]int // by index of the instance; nobody when not there
	left        []conference.ConfID       // what has left the board
	unlive      []conference.LinkState    // what a link became that was live
}

// startSeveral runs instances, of which none has a meeting, and the first is to find them. change can alter their settings; it may be nil.
func startSeveral(t *testing.T, cloud *simulator.Cloud, instances int, change func(i int, c *huawei.Config)) *several {
	t.Helper()
	goroutines := runtime.NumGoroutine()
	s := &several{owner: map[conference.ConfID]int{}, heir: map[conference.ConfID]int{}}
	s.board = &board{t: t, cloud: cloud, registry: conference.NewRegistry(policyOf(patient)), log: &lockedBuffer{}, tokens: &tokenCollector{next: &http.Transport{}}}
	s.sink = &sink{to: s.registry}
	_, cancelObserver := s.registry.Observe(s.note)
	url, err := cloud.Start()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var runs sync.WaitGroup
	runs.Go(func() { _ = s.registry.Run(ctx) }) // returns nil always
	for i := range instances {
		config := huawei.Config{
			Endpoint: url, Heartbeat: patient, HTTPClient: &http.Client{Transport: s.tokens},
			Logger: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})).With("instance", i),
			Mine:   s.says(s.owner, i), Next: s.says(s.heir, i), Board: s.registry.Get,
			Delays: huawei.Delays{BackoffMin: time.Millisecond, BackoffMax: 10 * time.Millisecond, Look: 5 * time.Millisecond, Refused: 5 * time.Millisecond},
		}
		if change != nil {
			change(i, &config)
		}
		client, err := huawei.New(config)
		if err != nil {
			t.Fatal(err)
		}
		client.SetShare(1, instances)
		client.SetFinding(i == 0)
		s.clients = append(s.clients, client)
		runs.Go(func() {
			if err := client.Run(ctx, s.sink); err != nil {
				t.Errorf("Run returned %v", err)
			}
		})
	}
	s.stop = sync.OnceFunc(func() {
		cancel()
		runs.Wait()
	})
	t.Cleanup(func() {
		s.stop()
		cancelObserver()
		if err := cloud.Close(); err != nil {
			t.Errorf("close the cloud: %v", err)
		}
		s.tokens.next.CloseIdleConnections()
		s.until("all goroutines have gone", func() bool { return runtime.NumGoroutine() <= goroutines })
		s.checkLog()
	})
	return s
}

// note notes what nobody should see when meetings change hands.
func (s *several) note(c conference.Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case c.Before == nil:
	case c.After == nil:
		s.left = append(s.left, c.ConfID)
	case c.Before.Link.State == conference.Live && c.After.Link.State != conference.Live:
		s.unlive = append(s.unlive, c.After.Link.State)
	}
}

func (s *several) says(table map[conference.ConfID]int, i int) func(conference.ConfID) bool {
	return func(id conference.ConfID) bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		of, somebody := table[id]
		return somebody && of == i
	}
}

const nobody = -1

// give has a meeting watched by an instance from now on, or by nobody, without a handover. Who had it is the first to learn of it.
func (s *several) give(id conference.ConfID, to int) {
	s.set(s.owner, id, nobody)
	s.set(s.owner, id, to)
}

// prepare names the instance that is to have a meeting next; it has begun to watch it when prepare returns.
func (s *several) prepare(id conference.ConfID, heir int) { s.set(s.heir, id, heir) }

// handOver makes the heir the owner.
func (s *several) handOver(id conference.ConfID) {
	s.mu.Lock()
	heir := s.heir[id]
	s.mu.Unlock()
	s.give(id, heir)
	s.set(s.heir, id, nobody)
}

func (s *several) set(table map[conference.ConfID]int, id conference.ConfID, to int) {
	s.mu.Lock()
	if to == nobody {
		delete(table, id)
	} else {
		table[id] = to
	}
	s.mu.Unlock()
	for _, c := range s.clients {
		c.Reassign()
	}
}

func (s *several) owners() map[conference.ConfID]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.owner)
}

// want has all instances told of a meeting.
func (s *several) want(m huawei.Meeting) {
	s.t.Helper()
	for _, c := range s.clients {
		s.done(c.Watch(m))
	}
}

// ready waits until an instance can take over a meeting.
func (s *several) ready(i int, id conference.ConfID) {
	s.t.Helper()
	s.until("ready", func() bool {
		return s.clients[i].Ready(func(other conference.ConfID) bool { return other == id })
	})
}

// seen returns what left the board and what links that were live became, and forgets it.
func (s *several) seen() (left []conference.ConfID, unlive []conference.LinkState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	left, unlive = s.left, s.unlive
	s.left, s.unlive = nil, nil
	return left, unlive
}

// untouched fails the test if a meeting left the board or was not live meanwhile.
func (s *several) untouched() {
	s.t.Helper()
	if left, unlive := s.seen(); len(left) > 0 || len(unlive) > 0 {
		s.t.Errorf("left the board: %v; not live any more: %v", left, unlive)
	}
}
