package live

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// recorder is a viewer in fake time.
type recorder struct {
	header http.Header
	cancel context.CancelFunc
	cut    chan struct{} // closed by a deadline in the past

	mu     sync.Mutex
	gate   chan struct{} // what is written, and the header, waits for it; nil: does not
	text   strings.Builder
	panics bool
	deaf   bool // cannot be cut, against all promises
	proto  int  // of the request; 0: HTTP/1
	lastID string
	until  time.Time // the last deadline
}

func newRecorder(cancel context.CancelFunc) *recorder {
	return &recorder{header: http.Header{}, cancel: cancel, cut: make(chan struct{})}
}

func (w *recorder) Header() http.Header { return w.header }
func (w *recorder) WriteHeader(int)     { _ = w.pass() }
func (w *recorder) FlushError() error   { return nil }

func (w *recorder) SetWriteDeadline(at time.Time) error {
	w.mu.Lock()
	w.until = at
	w.mu.Unlock()
	if !w.deaf && !at.IsZero() && at.Before(time.Now()) {
		close(w.cut) // a viewer is cut once
	}
	return nil
}

func (w *recorder) pass() error {
	w.mu.Lock()
	gate := w.gate
	w.mu.Unlock()
	if gate == nil {
		return nil
	}
	select {
	case <-gate:
		return nil
	case <-w.cut:
		return os.ErrDeadlineExceeded
	}
}

// shut makes the viewer take nothing until open is called.
func (w *recorder) shut() (open func()) {
	gate := make(chan struct{})
	w.mu.Lock()
	w.gate = gate
	w.mu.Unlock()
	return func() { close(gate) }
}

func (w *recorder) Write(p []byte) (int, error) {
	if err := w.pass(); err != nil {
		return 0, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.panics {
		panic("write")
	}
	return w.text.Write(p)
}

// data lists the payloads of the events of a name.
func (w *recorder) data(name string) (found []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for e := range strings.SplitSeq(w.text.String(), "\n\n") {
		var event, data string
		for line := range strings.SplitSeq(e, "\n") {
			if rest, ok := strings.CutPrefix(line, "event: "); ok {
				event = rest
			} else if rest, ok := strings.CutPrefix(line, "data: "); ok {
				data = rest
			}
		}
		if data != "" && event == name {
			found = append(found, data)
		}
	}
	return found
}

// id is that of the last event.
func (w *recorder) id() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := w.text.String()
	id, _, _ := strings.Cut(text[strings.LastIndex(text, "id: ")+len("id: "):], "\n")
	return id
}

// connect serves a viewer, which can be prepared before, and returns when all is quiet.
type connect func(v View, prepare ...func(*recorder)) *recorder

// inFakeTime runs a test with a hub and as many viewers as it connects; all time in it is fake.
func inFakeTime(t *testing.T, o Options, test func(t *testing.T, h *Hub, connect connect)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := NewHub(o)
		ctx, cancel := context.WithCancel(context.Background())
		var all sync.WaitGroup
		all.Go(func() { _ = h.Run(ctx) })
		test(t, h, func(v View, prepare ...func(*recorder)) *recorder {
			ctx, cancel := context.WithCancel(context.Background())
			w := newRecorder(cancel)
			for _, f := range prepare {
				f(w)
			}
			r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/events", nil)
			r.Header.Set("Last-Event-ID", w.lastID)
			if w.proto != 0 {
				r.ProtoMajor = w.proto
			}
			all.Go(func() {
				if err := h.Serve(w, r, v, ServeOptions{}); err != nil {
					t.Errorf("Serve: %v", err)
				}
			})
			synctest.Wait()
			return w
		})
		cancel()
		all.Wait()
	})
}

func expect(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}
