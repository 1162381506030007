package handlers

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"confboard/feed/conference"
	"confboard/templates"
	"confboard/templates/text"
)

// observed counts who observes a board.
type observed struct {
	Board
	n atomic.Int64
}

func (o *observed) Observe(f func(conference.Change)) ([]*conference.State, func()) {
	states, cancel := o.Board.Observe(f)
	o.n.Add(1)
	return states, sync.OnceFunc(func() { cancel(); o.n.Add(-1) })
}

// drawn is a page by an order that is kept, and anew.
func (k *orders) drawn(t *testing.T, board Board, q overviewQuery) (kept, anew string) {
	t.Helper()
	of := func(start func(*overviewView)) string {
		v := newOverviewView(words{text: text.For(text.English)}, board, q)
		v.size = 5
		start(v)
		page, err := draw(context.Background(), templates.OverviewRegion(v.draw()))
		if err != nil {
			t.Fatal(err)
		}
		return string(page)
	}
	return of(k.start), of((*overviewView).start)
}

func TestAPageByAKeptOrderIsThatOfAFreshOne(t *testing.T) {
	for seed := range uint64(10) {
		h := newHistory(seed)
		var k orders
		for range 100 {
			for range h.r.IntN(8) {
				h.step(30)
			}
			q := queries[h.r.IntN(len(queries))].query
			q.page = h.r.IntN(4)
			if kept, anew := k.drawn(t, h.registry, q); kept != anew {
				t.Fatalf("seed %d, %v: the page is\n%s\nwant\n%s", seed, q.values(), kept, anew)
			}
		}
	}
}

func TestOrdersAreKeptForAWhileAndNotWithoutBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := &observed{Board: newCrowd(20)}
		var k orders
		for i, sort := range slices.Concat(sorts, sorts) {
			for _, only := range []string{"", onlyProblems} {
				if kept, anew := k.drawn(t, board, overviewQuery{sort: sort, only: only}); kept != anew {
					t.Errorf("the order %d differs", i)
				}
			}
		}
		synctest.Wait()
		if n := board.n.Load(); n != mostKept {
			t.Errorf("%d orders are kept, want %d", n, mostKept)
		}
		k.drawn(t, board, overviewQuery{search: "room"})
		if n := board.n.Load(); n != mostKept {
			t.Errorf("%d orders are kept after a search, want %d", n, mostKept)
		}
		time.Sleep(keptFor / 2)
		k.drawn(t, board, overviewQuery{})
		time.Sleep(keptFor * 3 / 4)
		synctest.Wait()
		if n := board.n.Load(); n != 1 {
			t.Errorf("%d orders are kept, want the one for which was asked", n)
		}
		time.Sleep(keptFor)
		synctest.Wait()
		if n := board.n.Load(); n != 0 {
			t.Errorf("%d orders are kept for which nobody asks", n)
		}
	})
}

// Pages are asked for while meetings change, and orders come and go.
func TestOrdersAreKeptForManyAtATime(t *testing.T) {
	h := newHistory(1)
	var k orders
	var asking sync.WaitGroup
	done := make(chan struct{})
	for seed := range uint64(4) {
		asking.Go(func() {
			r := rand.New(rand.NewPCG(seed, 0))
			for {
				select {
				case <-done:
					return
				default:
				}
				q := overviewQuery{sort: sorts[r.IntN(len(sorts))], only: []string{"", onlyProblems, onlyStale}[r.IntN(3)]}
				v := newOverviewView(words{text: text.For(text.English)}, h.registry, q)
				k.start(v)
				if shown := v.draw().List.Cards; len(shown) > windowSize {
					t.Errorf("%d cards", len(shown))
				}
			}
		})
	}
	for range 2000 {
		h.step(30)
	}
	close(done)
	asking.Wait()
	if kept, anew := k.drawn(t, h.registry, overviewQuery{}); kept != anew {
		t.Error("the page is not that of a fresh order")
	}
}

// BenchmarkKeptOverview is the whole page, by an order that is kept.
func BenchmarkKeptOverview(b *testing.B) {
	for _, n := range []int{60, 2000, 20_000} {
		b.Run(fmt.Sprintf("of %d meetings", n), func(b *testing.B) {
			c := newCrowd(n)
			var k orders
			for i := 0; b.Loop(); i++ {
				c.flip(i%n, int64(i&1))
				v := newOverviewView(words{text: text.For(text.English)}, c, overviewQuery{})
				k.start(v)
				if _, err := draw(context.Background(), templates.OverviewRegion(v.draw())); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
