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

// visitor is a page that comes back when its stream ends, as a browser does: a busy machine may fall behind.
type visitor struct {
	h     *house
	pause time.Duration
	page  *page
}

func (h *house) visit(pause time.Duration) *visitor {
	v := &visitor{h: h, pause: pause}
	v.look()
	return v
}

// look returns what the page shows now.
func (v *visitor) look() map[string]int {
	if v.page != nil {
		v.page.mu.Lock()
		ended, shows := v.page.ended, maps.Clone(v.page.shows)
		v.page.mu.Unlock()
		if !ended {
			return shows
		}
	}
	before := v.page
	id := ""
	if before != nil {
		id = before.last()
	}
	v.page = v.h.open(id, "")
	v.page.setPause(v.pause)
	if before != nil {
		v.page.carry(before)
	}
	return nil
}

func (v *visitor) untilShows(want map[string]int) {
	v.h.t.Helper()
	eventually(v.h.t, "the newest", func() bool { return maps.Equal(v.look(), want) })
}

func TestViewersWhoNeverReadAreCutAndTheOthersEndAtTheNewest(t *testing.T) {
	b := newBoard("m")
	b.join = 5 * time.Millisecond
	b.padding = strings.Repeat("x", 20_000)
	h := newHouse(t, b, Options{WriteTimeout: time.Hour}) // so that only the lag guard can do it
	for range 5 {
		h.silent()
	}
	eventually(t, "the silent", func() bool { return h.Stats().Viewers == 5 })
	visitors := make([]*visitor, 10)
	for i := range visitors {
		visitors[i] = h.visit(0)
	}
	stop := h.storm(b, 10)
	defer stop()
	eventually(t, "the silent to be gone", func() bool { got := h.Stats(); return got.Cuts >= 5 && got.Viewers <= 10 })
	stop()
	for _, v := range visitors {
		v.untilShows(b.state())
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
	v := h.visit(5 * time.Millisecond)
	stop := h.storm(b, 10)
	defer stop()
	eventually(t, "some storm", func() bool { v.look(); return h.Stats().Renders > 300 })
	stop()
	v.untilShows(b.state())
}

func TestEveryPageThatConnectsDuringAStormEndsAtTheNewest(t *testing.T) {
	b := newBoard("m")
	h := newHouse(t, b, Options{})
	stop := h.storm(b, 30)
	defer stop()
	const clients, rounds = 12, 15
	visitors := make([]*visitor, clients)
	var all sync.WaitGroup
	for i := range visitors {
		visitors[i] = h.visit(0)
		all.Go(func() {
			for range rounds {
				p, enough := visitors[i].page, 1+rand.IntN(6)
				eventually(t, "some events", func() bool { p.mu.Lock(); defer p.mu.Unlock(); return p.ended || len(p.events) >= enough })
				p.cancel()
				eventually(t, "the page to have ended", func() bool { p.mu.Lock(); defer p.mu.Unlock(); return p.ended })
				visitors[i].look()
			}
		})
	}
	all.Wait()
	stop()
	for _, v := range visitors {
		v.untilShows(b.state())
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
	h.silent()
	eventually(t, "the silent", func() bool { return h.Stats().Viewers == 1 })
	v := h.visit(0)
	stop := h.storm(b, 3)
	defer stop()
	eventually(t, "the cut", func() bool { got := h.Stats(); return got.Cuts >= 1 && got.Viewers <= 1 })
	stop()
	v.untilShows(b.state())
}

// wrapped is as Echo's Response: a Flush without an error, the rest by Unwrap.
type wrapped struct{ http.ResponseWriter }

func (w wrapped) Flush()                      { _ = http.NewResponseController(w.ResponseWriter).Flush() }
func (w wrapped) Unwrap() http.ResponseWriter { return w.ResponseWriter }
