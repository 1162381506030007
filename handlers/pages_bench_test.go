package handlers_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/a-h/templ"

	"confboard/feed/conference"
	"confboard/handlers"
	"confboard/static"
	"confboard/web"
	"confboard/web/access"
)

const (
	pageRounds  = 9
	pagesAtOnce = 40 // in a round
)

// BenchmarkPages tells how many pages a second of the processor draws, through the whole server from the route to the answer, beside
// what the bare components of the same page cost when their props are there already. Only the socket is left out.
func BenchmarkPages(b *testing.B) {
	for _, k := range []struct {
		name     string
		meetings int
		id       conference.ConfID
	}{{"overview of 40", 40, ""}, {"overview of 2000", 2000, ""}, {"meeting", 40, "1007"}} {
		b.Run(k.name, func(b *testing.B) {
			h := handlers.NewTypical(k.meetings)
			server := newServer(b, h)
			path := "/"
			if k.id != "" {
				path = "/m/" + string(k.id)
			}
			ask := func(encoding string) *http.Request {
				r, err := http.NewRequest(http.MethodGet, "http://127.0.0.1"+path, nil)
				if err != nil {
					b.Fatal(err)
				}
				r.RemoteAddr = "127.0.0.1:1"
				r.Header.Set("Accept-Encoding", encoding)
				return r
			}
			serve := func(encoding string) *answer {
				w := &answer{header: http.Header{}}
				server.ServeHTTP(w, ask(encoding))
				if w.status != http.StatusOK {
					b.Fatalf("status %d", w.status)
				}
				return w
			}
			frame, region := h.Drawn(ask(""), k.id)
			var bare bytes.Buffer
			draw := func() {
				bare.Reset() // which keeps its room
				if err := frame.Render(templ.WithChildren(context.Background(), region), &bare); err != nil {
					b.Fatal(err)
				}
			}
			var alone, plain, zipped []float64
			for b.Loop() {
				for range pageRounds {
					alone = append(alone, processorTime(draw))
					plain = append(plain, processorTime(func() { serve("identity") }))
					zipped = append(zipped, processorTime(func() { serve("gzip") }))
				}
			}
			b.ReportMetric(1/median(alone), "bare/cpu-s")
			b.ReportMetric(1/median(plain), "pages/cpu-s")
			b.ReportMetric(1/median(zipped), "gzip-pages/cpu-s")
			b.ReportMetric(median(alone)/median(plain), "x-bare")
			b.ReportMetric(median(alone)/median(zipped), "x-bare-gzip")
			b.ReportMetric(float64(serve("identity").bytes), "B/page")
			b.ReportMetric(float64(serve("gzip").bytes), "B/gzip-page")
		})
	}
}

func newServer(b *testing.B, h *handlers.Handlers) *web.Server {
	assets, err := static.New()
	if err != nil {
		b.Fatal(err)
	}
	guard, err := access.NewGuard("127.0.0.1:0", "")
	if err != nil {
		b.Fatal(err)
	}
	h.Assets = assets
	return web.New(web.Config{Handlers: h, Assets: assets, Guard: guard, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
}

// answer takes a page and throws it away.
type answer struct {
	header http.Header
	status int
	bytes  int
}

func (w *answer) Header() http.Header    { return w.header }
func (w *answer) WriteHeader(status int) { w.status = status }
func (w *answer) Write(p []byte) (int, error) {
	w.bytes += len(p)
	return len(p), nil
}
func (w *answer) SetReadDeadline(time.Time) error  { return nil }
func (w *answer) SetWriteDeadline(time.Time) error { return nil }

// processorTime is what doing something once costs, in seconds of the processor.
func processorTime(do func()) float64 {
	used := func() int64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			panic(fmt.Sprint("getrusage: ", err))
		}
		return u.Utime.Nano() + u.Stime.Nano()
	}
	before := used()
	for range pagesAtOnce {
		do()
	}
	return float64(used()-before) / pagesAtOnce / 1e9
}

func median(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}
