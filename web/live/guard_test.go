package live

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestTheLagGuard(t *testing.T) {
	for name, given := range map[string]struct {
		events int           // made while the viewer takes nothing
		apart  time.Duration // time between two of them
		cut    bool
		held   bool // the other viewer has to wait for some
	}{
		"a viewer who is a little behind holds nobody up":   {cutLag - 1, 200 * time.Millisecond, false, false},
		"a viewer who is far behind is cut":                 {cutLag + 20, time.Second, true, false},
		"a burst holds the others back a little":            {cutLag + 20, 0, false, true},
		"a burst is not slowness, but staying behind it is": {cutLag + 40, 2 * time.Millisecond, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, Options{}, func(t *testing.T, h *Hub, connect connect) {
				b := newBoard("m")
				b.join = -1 // a message for every change
				slow, other := connect(b), connect(b)
				open := slow.shut()
				for i := range given.events {
					b.set("a", i+1)
					h.Notify(change("a"))
					synctest.Wait()
					time.Sleep(given.apart)
				}
				synctest.Wait()
				newest := fmt.Sprintf("a=%d;", given.events)
				if held := other.data("")[len(other.data(""))-1] != newest; held != given.held {
					t.Errorf("held back: %v, want %v", held, given.held)
				}
				open()
				time.Sleep(time.Second)
				if got := other.data(""); got[len(got)-1] != newest {
					t.Errorf("the other viewer ends at %q, want %q", got[len(got)-1], newest)
				}
				if got := slow.data(""); !given.cut && got[len(got)-1] != newest {
					t.Errorf("the slow viewer ends at %q, want %q", got[len(got)-1], newest)
				}
				if got := h.Stats().Cuts == 1; got != given.cut {
					t.Errorf("cut: %v, want %v", got, given.cut)
				}
			})
		})
	}
}

func TestWhatTheRegionShowsIsNotSentAgain(t *testing.T) {
	inFakeTime(t, Options{}, func(t *testing.T, h *Hub, connect connect) {
		b := newBoard("m")
		connect(b) // so that changes are rendered
		var open func()
		w := connect(b, func(w *recorder) { open = w.shut() }) // registered, and held up in the header
		for i := range 3 {
			b.set("a", i+1)
			h.Notify(change("a"))
			time.Sleep(time.Second)
		}
		open()
		synctest.Wait()
		expect(t, "sent", w.data(""), "*;a=3;")
		if got := h.Stats().Skipped; got != 3 {
			t.Errorf("%d events skipped, want 3", got)
		}
		b.set("a", 4)
		h.Notify(change("a"))
		synctest.Wait()
		expect(t, "sent", w.data(""), "*;a=3;", "a=4;")
	})
}

func TestAViewerWhoseHandlerHangsHoldsNobodyUp(t *testing.T) {
	inFakeTime(t, Options{}, func(t *testing.T, h *Hub, connect connect) {
		b := newBoard("m")
		other := connect(b)
		var open func()
		connect(b, func(w *recorder) { w.deaf, open = true, w.shut() })
		for i := range 100 {
			b.set("a", i+1)
			h.Notify(change("a"))
			time.Sleep(time.Second)
		}
		defer open()
		expect(t, "a new viewer is sent", connect(b).data(""), "*;a=100;")
		if got := other.data(""); got[len(got)-1] != "a=100;" {
			t.Errorf("the other viewer ends at %q", got[len(got)-1])
		}
	})
}

func TestDeadlines(t *testing.T) {
	for name, given := range map[string]struct {
		proto int
		stays bool // the deadline, between two events
	}{
		"HTTP/1 renews them lazily":                                         {1, true},
		"HTTP/2 has none while the stream is idle, since it would be reset": {2, false},
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, Options{}, func(t *testing.T, h *Hub, connect connect) {
				b := newBoard("m")
				w := connect(b, func(w *recorder) { w.proto = given.proto })
				for _, after := range []time.Duration{0, time.Second, time.Second, time.Minute} {
					time.Sleep(after)
					h.Notify(change("a"))
					synctest.Wait()
					w.mu.Lock()
					until := w.until
					w.mu.Unlock()
					left := time.Until(until)
					if until.IsZero() == given.stays {
						t.Errorf("deadline %v", until)
					} else if given.stays && (left > 5*time.Second || left < 3*time.Second) {
						t.Errorf("%v left of the deadline after an event", left)
					}
				}
				if got := w.header.Get("Connection"); (got == "close") != (given.proto == 1) || got == "keep-alive" {
					t.Errorf("Connection: %q", got)
				}
			})
		})
	}
}
