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
		served := make(chan struct{})
		go func() {
			defer close(served)
			Afterwards(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if err := h.Serve(w, r, newBoard("m"), ServeOptions{}); err != nil {
					t.Errorf("Serve: %v", err)
				}
				close(returned)
			})).ServeHTTP(w, httptest.NewRequestWithContext(gone, http.MethodGet, "/events", nil))
		}()
		<-returned
		synctest.Wait()
		expect(t, "sent", w.data(""), "*;")
		leave()
		<-served
		if n := h.Stats().Viewers; n != 0 {
			t.Errorf("%d viewers are left", n)
		}
		cancel()
		<-ended
	})
}

func TestAViewerWhoseHandlerPanicsAfterwardsHasLeft(t *testing.T) {
	h := NewHub(Options{MaxStreams: 1})
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic is gone")
			}
		}()
		Afterwards(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := h.Serve(w, r, newBoard("m"), ServeOptions{}); err != nil {
				t.Errorf("Serve: %v", err)
			}
			panic("a middleware")
		})).ServeHTTP(discard{http.Header{}}, httptestRequest())
	}()
	if n := h.Stats().Viewers; n != 0 {
		t.Errorf("%d viewers are left", n)
	}
}
