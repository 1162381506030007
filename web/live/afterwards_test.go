package live

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
)

func TestTheStreamIsServedWhenTheHandlerHasReturned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHub(Options{})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); _ = h.Run(ctx) }()
		gone, leave := context.WithCancel(t.Context())
		w, returned := newRecorder(leave), make(chan struct{})
		served, left := make(chan struct{}), 0
		go func() {
			defer close(served)
			Afterwards(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if err := h.Serve(w, r, newBoard("m"), ServeOptions{Left: func() { left++ }}); err != nil {
					t.Errorf("Serve: %v", err)
				}
				if left != 0 {
					t.Error("the viewer has left before the stream")
				}
				close(returned)
			})).ServeHTTP(w, httptest.NewRequestWithContext(gone, http.MethodGet, "/events", nil))
		}()
		<-returned
		synctest.Wait()
		expect(t, "sent", w.data(""), "*;")
		leave()
		<-served
		if n := h.Stats().Viewers; n != 0 || left != 1 {
			t.Errorf("%d viewers are left, and it was told %d times that one has", n, left)
		}
		cancel()
		<-ended
	})
}

func TestAViewerWhoseHandlerPanicsAfterwardsHasLeft(t *testing.T) {
	h, left := NewHub(Options{MaxStreams: 1}), 0
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic is gone")
			}
		}()
		Afterwards(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := h.Serve(w, r, newBoard("m"), ServeOptions{Left: func() { left++ }}); err != nil {
				t.Errorf("Serve: %v", err)
			}
			if err := h.Serve(w, r, newBoard("m"), ServeOptions{Left: func() { left++ }}); err == nil || left != 1 {
				t.Errorf("one too many: %v, and it was told %d times that it has left", err, left)
			}
			panic("a middleware")
		})).ServeHTTP(discard{http.Header{}}, httptestRequest())
	}()
	if n := h.Stats().Viewers; n != 0 || left != 2 {
		t.Errorf("%d viewers are left, and it was told %d times that one has", n, left)
	}
}
