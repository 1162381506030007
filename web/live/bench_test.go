package live

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
)

// BenchmarkNotify is the cost to the feed of a change, while 5,000 pages of other meetings are open.
func BenchmarkNotify(b *testing.B) {
	for name, id := range map[string]conference.ConfID{"of a meeting without viewers": "1", "of a meeting with a viewer": "m17"} {
		b.Run(name, func(b *testing.B) {
			h := NewHub(Options{})
			ctx, cancel := context.WithCancel(context.Background())
			var all sync.WaitGroup
			all.Go(func() { _ = h.Run(ctx) })
			for i := range 5000 {
				v := newBoard(fmt.Sprint("m", i))
				v.about, v.join = conference.ConfID(v.key), time.Hour
				all.Go(func() { _ = h.Serve(discard{http.Header{}}, httptestRequest(), v, ServeOptions{}) })
			}
			eventually(b, "all regions", func() bool { return h.Stats().Renders == 5000 })
			c := change("a")
			c.ConfID = id
			b.ReportAllocs()
			for b.Loop() {
				h.Notify(c)
			}
			cancel()
			all.Wait()
		})
	}
}

// BenchmarkFanOut delivers a message of 400 bytes to 1,000 viewers who write to nowhere: the hub's own share. Measure the
// whole over sockets.
func BenchmarkFanOut(b *testing.B) {
	const viewers = 1000
	h := NewHub(Options{})
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { _ = h.Run(ctx) })
	v := newBoard("m")
	v.join, v.padding = -1, strings.Repeat("x", 400)
	for range viewers {
		all.Go(func() { _ = h.Serve(discard{http.Header{}}, httptestRequest(), v, ServeOptions{}) })
	}
	first := change("first")
	eventually(b, "all viewers", func() bool {
		before := h.Stats().Deliveries
		h.Notify(first)
		time.Sleep(10 * time.Millisecond)
		return h.Stats().Deliveries-before >= viewers
	})
	b.ReportAllocs()
	from := h.Stats().Deliveries
	for b.Loop() {
		before := h.Stats().Deliveries
		h.Notify(change("a"))
		for h.Stats().Deliveries < before+viewers {
			time.Sleep(20 * time.Microsecond)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(h.Stats().Deliveries-from), "ns/delivery")
	cancel()
	all.Wait()
}

// discard is a viewer who takes everything.
type discard struct{ header http.Header }

func (w discard) Header() http.Header              { return w.header }
func (w discard) WriteHeader(int)                  {}
func (w discard) Write(p []byte) (int, error)      { return len(p), nil }
func (w discard) FlushError() error                { return nil }
func (w discard) SetWriteDeadline(time.Time) error { return nil }
