package huawei

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// several are the gates of instances that share a limit, at each of which somebody waits all the time. Their turns are noted.
type several struct {
	t     *testing.T
	end   context.CancelFunc
	users sync.WaitGroup
	mu    sync.Mutex
	turns []time.Time
}

func use(t *testing.T, gates ...*gate) *several {
	ctx, cancel := context.WithCancel(t.Context())
	s := &several{t: t, end: cancel}
	for _, g := range gates {
		s.users.Go(func() {
			for g.wait(ctx, caller{}) == nil {
				s.note()
			}
		})
	}
	return s
}

// stop waits until nobody waits any more.
func (s *several) stop() {
	s.end()
	s.users.Wait()
}

func (s *several) note() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turns = append(s.turns, time.Now())
}

func (s *several) count(since time.Time) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, at := range s.turns {
		if !at.Before(since) {
			n++
		}
	}
	return n
}

// keptTo checks that in no minute there were more turns than the limit.
func (s *several) keptTo(limit int) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.SortFunc(s.turns, time.Time.Compare)
	for i := limit; i < len(s.turns); i++ {
		if d := s.turns[i].Sub(s.turns[i-limit]); d <= time.Minute {
			s.t.Fatalf("%d turns within %v", limit+1, d)
		}
	}
}

func TestInstancesTogetherKeepToTheLimitAndMakeUseOfIt(t *testing.T) {
	for _, limit := range []int{2, 7, 100} {
		for _, members := range []int{1, 2, 3, 8} {
			t.Run(fmt.Sprintf("%d a minute for %d", limit, members), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					gates := make([]*gate, members)
					for i := range gates {
						gates[i] = newGate(limit, time.Minute, limit/4, nil)
						gates[i].share(1, members)
					}
					s := use(t, gates...)
					time.Sleep(time.Hour)
					s.stop()
					least, most := 60*members*(limit/members), 60*limit // whole turns
					if limit < members {
						least, most = 60*limit, 60*limit+members // each can have its turn when all others have theirs
					} else {
						s.keptTo(limit)
					}
					if n := len(s.turns); n < least*9/10 || n > most {
						t.Errorf("%d turns in an hour", n)
					}
				})
			})
		}
	}
}

// A minute after somebody's death the cloud still counts the calls that they made.
func TestWhatSomebodyLeavesIsUsedWhenTheCloudCountsItNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit = 90
		dead := newGate(limit, time.Minute, limit/4, nil)
		dead.share(1, 3)
		others := []*gate{newGate(limit, time.Minute, limit/4, nil), newGate(limit, time.Minute, limit/4, nil)}
		for _, g := range others {
			g.share(1, 3)
		}
		s := use(t, others...)
		defer s.stop()
		for died := time.Now().Add(10 * time.Minute); time.Now().Before(died); {
			if err := dead.wait(t.Context(), caller{}); err != nil {
				t.Fatal(err)
			}
			s.note()
		}
		for _, g := range others {
			g.share(1, 2)
		}
		time.Sleep(10 * time.Minute)
		s.keptTo(limit)
		if n := s.count(time.Now().Add(-2 * time.Minute)); n < 160 {
			t.Errorf("%d turns in the last two minutes", n)
		}
		for _, g := range others { // the third one is back
			g.share(1, 3)
		}
		time.Sleep(10 * time.Minute)
		s.keptTo(limit)
		if n := s.count(time.Now().Add(-2 * time.Minute)); n < 110 || n > 120 {
			t.Errorf("%d turns in the last two minutes by two of three", n)
		}
	})
}

func TestAShareThatGrowsIsNotWaitedForLongerThanItTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(60, time.Minute, 1, nil)
		g.share(1, 60)
		if err := g.wait(t.Context(), caller{}); err != nil {
			t.Fatal(err)
		}
		g.share(1, 1)
		g.share(1, 2) // the last word counts
		began := time.Now()
		for range 30 {
			if err := g.wait(t.Context(), caller{}); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took < 2*time.Minute-10*time.Second || took > 2*time.Minute+10*time.Second {
			t.Errorf("30 turns took %v", took)
		}
	})
}

func TestNoLimitIsSharedByNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(0, time.Minute, 0, nil)
		g.share(1, 3)
		g.share(1, 2)
		began := time.Now()
		for range 1000 {
			if err := g.wait(t.Context(), caller{}); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("1000 turns took %v", took)
		}
	})
}
