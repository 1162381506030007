package live

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// storm changes components without pause until stop is called; then the board is quiet.
func (h *house) storm(b *board, components int) (stop func()) {
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for i := 1; ; i++ {
			select {
			case <-end:
				return
			default:
			}
			name := fmt.Sprint("c", rand.IntN(components))
			b.set(name, i)
			h.Notify(change(name))
			if i%20 == 0 {
				time.Sleep(time.Millisecond) // leaves the processor to the viewers: changes, not the test, are the load
			}
		}
	}()
	return sync.OnceFunc(func() {
		close(end)
		<-ended
	})
}

func TestViewersWhoNeverReadAreCutAndTheOthersEndAtTheNewest(t *testing.T) {
	b := newBoard("m")
	b.padding = strings.Repeat("x", 4000)
	h := newHouse(t, b, Options{WriteTimeout: time.Hour}) // so that only the lag guard can do it
	pages := make([]*page, 20)
	for i := range pages {
		pages[i] = h.open("", "")
	}
	for range 5 {
		h.silent()
	}
	eventually(t, "all viewers", func() bool { return h.Stats().Viewers == 25 })
	stop := h.storm(b, 10)
	defer stop()
	eventually(t, "the silent to be gone", func() bool { return h.Stats().Viewers <= 20 })
	stop()
	for _, p := range pages {
		p.untilShows(b.state())
	}
	if got := h.Stats(); got.Viewers != 20 || got.Cuts != 5 {
		t.Errorf("%+v, want 20 viewers and 5 cuts", got)
	}
}

func TestAViewerWhoDoesNotTakeTheRegionIsCutByItsDeadline(t *testing.T) {
	b := newBoard("m")
	b.padding = strings.Repeat("x", 8<<20)
	h := newHouse(t, b, Options{WriteTimeout: 200 * time.Millisecond})
	h.silent()
	eventually(t, "the viewer", func() bool { return h.Stats().Viewers == 1 })
	eventually(t, "the cut", func() bool { got := h.Stats(); return got.Viewers == 0 && got.Cuts == 1 })
}

func TestTheKernelDoesNotHoldMegabytesForASilentViewer(t *testing.T) {
	b := newBoard("m")
	b.padding = strings.Repeat("x", 1<<20)
	h := newHouse(t, b, Options{WriteTimeout: 200 * time.Millisecond})
	h.silent() // the region alone would fit the default buffers of loopback
	eventually(t, "the cut", func() bool { return h.Stats().Cuts == 1 })
}

func TestASlowReaderEndsAtTheNewest(t *testing.T) {
	b := newBoard("m")
	b.padding = strings.Repeat("x", 20_000)
	h := newHouse(t, b, Options{WriteTimeout: 200 * time.Millisecond})
	stop := h.storm(b, 10)
	defer stop()
	var p *page
	comesBack := func() { // as a browser does
		if p == nil {
			p = h.open("", "")
			p.setPause(5 * time.Millisecond)
			return
		}
		p.mu.Lock()
		ended := p.ended
		p.mu.Unlock()
		if ended {
			before := p
			p = h.open(before.last(), "")
			p.setPause(5 * time.Millisecond)
			p.carry(before)
		}
	}
	eventually(t, "some storm", func() bool { comesBack(); return h.Stats().Renders > 300 })
	stop()
	want := b.state()
	eventually(t, "the newest", func() bool {
		comesBack()
		p.mu.Lock()
		defer p.mu.Unlock()
		return maps.Equal(p.shows, want)
	})
}

func TestEveryPageThatConnectsDuringAStormEndsAtTheNewest(t *testing.T) {
	b := newBoard("m")
	h := newHouse(t, b, Options{})
	stop := h.storm(b, 30)
	defer stop()
	const clients, rounds = 12, 15
	last := make([]*page, clients)
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			id := ""
			for round := range rounds {
				p := h.open(id, "")
				p.untilClock()
				if last[i] != nil { // it has a page already, which it keeps
					p.carry(last[i])
				}
				last[i] = p
				if round < rounds-1 {
					p.until("something", func() bool { return len(p.events) > rand.IntN(5) })
					p.cancel()
					eventually(t, "the page to have ended", func() bool { p.mu.Lock(); defer p.mu.Unlock(); return p.ended })
					id = p.last()
				}
			}
		})
	}
	all.Wait()
	stop()
	for _, p := range last {
		p.untilShows(b.state())
	}
}

func TestPagesThatComeBackWithTheirIDNeverMissAChange(t *testing.T) {
	b := newBoard("m")
	h := newHouse(t, b, Options{})
	stay := h.open("", "") // keeps the ids going
	p := h.open("", "")
	p.untilClock()
	for i := range 300 {
		p.cancel()
		eventually(t, "the page to have ended", func() bool { p.mu.Lock(); defer p.mu.Unlock(); return p.ended })
		done := make(chan struct{})
		go func() { // beside the connect
			defer close(done)
			b.set("a", i+1)
			h.Notify(change("a"))
		}()
		again := h.open(p.last(), "")
		again.carry(p)
		p = again
		<-done
		p.untilShows(map[string]int{"a": i + 1})
	}
	stay.untilShows(map[string]int{"a": 300})
}

func TestAMiddlewareInBetweenIsSeenThrough(t *testing.T) {
	b := newBoard("m")
	b.padding = strings.Repeat("x", 4000)
	h := newHouse(t, b, Options{WriteTimeout: time.Hour}, func(s *httptest.Server) {
		inner := s.Config.Handler
		s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { inner.ServeHTTP(wrapped{w}, r) })
		s.Start()
	})
	p := h.open("", "")
	p.untilClock()
	h.silent()
	eventually(t, "both", func() bool { return h.Stats().Viewers == 2 })
	stop := h.storm(b, 3)
	defer stop()
	eventually(t, "the cut", func() bool { return h.Stats().Viewers == 1 })
	stop()
	p.untilShows(b.state())
}

// wrapped is as Echo's Response: a Flush without an error, the rest by Unwrap.
type wrapped struct{ http.ResponseWriter }

func (w wrapped) Flush()                      { _ = http.NewResponseController(w.ResponseWriter).Flush() }
func (w wrapped) Unwrap() http.ResponseWriter { return w.ResponseWriter }
