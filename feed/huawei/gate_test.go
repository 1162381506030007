package huawei

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"confboard/feed/conference"
)

func TestGateKeepsToTheTurnsOfAnyPeriod(t *testing.T) {
	for _, n := range []int{1, 4, 100} {
		for _, pause := range []time.Duration{0, 20 * time.Second, 3 * time.Minute} {
			t.Run(fmt.Sprintf("%d a minute, after a pause of %s", n, pause), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					g := newGate(n, time.Minute, n/4, nil)
					var turns []time.Time
					for i := range 4 * n {
						if i == n/2 {
							time.Sleep(pause)
						}
						if err := g.wait(t.Context(), caller{}); err != nil {
							t.Fatal(err)
						}
						turns = append(turns, time.Now())
					}
					for i := n; i < len(turns); i++ {
						if d := turns[i].Sub(turns[i-n]); d <= time.Minute {
							t.Fatalf("%d turns within %v", n+1, d)
						}
					}
					if took := turns[len(turns)-1].Sub(turns[0]); took > pause+5*time.Minute { // the bound is made use of
						t.Errorf("%d turns took %v", len(turns), took)
					}
				})
			})
		}
	}
}

// The outage of a cloud with 2,000 meetings: all come at once, and are let in one by one.
func TestGateLetsViewersInFirstThenTheLongestWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const meetings, perSecond = 2000, 50
		viewers := func(id conference.ConfID) int { return map[conference.ConfID]int{"1500": 1, "1600": 7, "1700": 1}[id] }
		g := newGate(perSecond, time.Second, 1, viewers)
		began := time.Now()
		if err := g.wait(t.Context(), caller{}); err != nil { // so that everybody waits
			t.Fatal(err)
		}
		var mu sync.Mutex
		var order []conference.ConfID
		var times []time.Duration
		var all sync.WaitGroup
		enter := func(who caller) {
			all.Go(func() {
				if err := g.wait(t.Context(), who); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				order, times = append(order, who.id), append(times, time.Since(began))
			})
			synctest.Wait() // it waits, after those before it
		}
		for i := range meetings {
			enter(caller{id: conference.ConfID(fmt.Sprint(i))})
		}
		enter(caller{id: "by hand", rank: asked})
		enter(caller{id: "renewal", rank: renewal})
		all.Wait()
		want := []conference.ConfID{"renewal", "by hand", "1600", "1500", "1700", "0", "1", "2"}
		if got := order[:len(want)]; !slices.Equal(got, want) {
			t.Errorf("the first are %v, want %v", got, want)
		}
		for i := perSecond; i < len(times); i++ {
			if d := times[i] - times[i-perSecond]; d < time.Second {
				t.Fatalf("%d turns within %v", perSecond+1, d)
			}
		}
		if took := times[len(times)-1]; took < 39*time.Second || took > 42*time.Second {
			t.Errorf("%d meetings took %v", meetings, took)
		}
	})
}

func TestWhoWaitsIsToldWhenTheTurnIsExpected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(60, time.Minute, 1, nil)
		var all sync.WaitGroup
		for i := range 30 {
			var expected time.Time
			late := func(at time.Time) { expected = at }
			all.Go(func() {
				if err := g.wait(t.Context(), caller{late: late}); err != nil {
					t.Error(err)
				}
				if now := time.Now(); i > 0 && now.Sub(expected).Abs() > 10*time.Millisecond {
					t.Errorf("turn %d was expected at %s and came at %s", i, expected, now)
				}
			})
			synctest.Wait()
		}
		all.Wait()
	})
}

func TestWaitingEndsWithTheContextAndHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, time.Minute, 1, nil)
		if err := g.wait(t.Context(), caller{}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := g.wait(ctx, caller{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error is %v", err)
		}
		began := time.Now()
		if err := g.wait(t.Context(), caller{}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 61*time.Second {
			t.Errorf("waited for %v", took)
		}
	})
}

func TestGateThatIsHeldGivesNoTurn(t *testing.T) {
	for name, perMinute := range map[string]int{"with a limit": 100, "without any": 0} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newGate(perMinute, time.Minute, perMinute/4, nil)
				began := time.Now()
				g.hold(30 * time.Second)
				g.hold(10 * time.Second) // the longer holds
				var all sync.WaitGroup
				for range 3 {
					all.Go(func() {
						if err := g.wait(t.Context(), caller{}); err != nil {
							t.Error(err)
						}
					})
				}
				all.Wait()
				if took := time.Since(began); took != 30*time.Second {
					t.Errorf("waited for %v", took)
				}
			})
		})
	}
}
