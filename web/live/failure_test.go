package live

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

type emptyView struct{ *board }

func (v emptyView) Render(ctx context.Context, components []string) ([]byte, error) {
	_, err := v.board.Render(ctx, components)
	return nil, err
}

func (v emptyView) Region(ctx context.Context) ([]byte, error) {
	_, err := v.board.Region(ctx)
	return nil, err
}

func TestOnePartThatCannotBeRenderedDoesNotKeepTheOthersOld(t *testing.T) {
	for name, panics := range map[string]bool{"an error": false, "a panic": true} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, Options{}, func(t *testing.T, h *Hub, connect connect) {
				b := newBoard("m")
				w := connect(b)
				b.breakDown("bad", panics)
				b.set("good", 1)
				b.set("bad", 1)
				h.Notify(change("good", "bad"))
				synctest.Wait()
				expect(t, "sent", w.data(""), "*;", "good=1;")

				// Retried after 1, 2 and 4 s, whatever else changes.
				for range 7 {
					h.Notify(change("bad"))
					time.Sleep(time.Second)
				}
				synctest.Wait()
				expect(t, "rendered", b.rendered(), "*", "good bad", "good", "bad", "bad", "bad", "bad")
				if got := h.Stats().RenderErrors; got != 5 {
					t.Errorf("%d errors counted, want 5", got)
				}
				b.repair()
				time.Sleep(8 * time.Second)
				synctest.Wait()
				expect(t, "sent", w.data(""), "*;", "good=1;", "bad=1;")
			})
		})
	}
}

func TestWhileAPartIsOldNoIDIsCurrent(t *testing.T) {
	b := newBoard("m")
	h := newHouse(t, b, Options{})
	p := h.open("", "")
	p.untilClock()
	b.breakDown("bad", false)
	b.set("bad", 7)
	h.Notify(change("bad"))
	eventually(t, "the failure", func() bool { return h.Stats().RenderErrors > 0 })
	again := h.open(p.last(), "")
	again.untilShows(map[string]int{"bad": 7})
}

func TestAPageWhoseRegionCannotBeRenderedIsSentAwayForAWhile(t *testing.T) {
	for name, panics := range map[string]bool{"an error": false, "a panic": true} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, Options{}, func(t *testing.T, h *Hub, connect connect) {
				b := newBoard("m")
				b.breakDown("*", panics)
				for range 5 { // at once again: refused without trying
					w := connect(b)
					expect(t, "told", w.data(ClosingEvent), `{"reason":"failed"}`)
					expect(t, "sent", w.data(""))
				}
				expect(t, "rendered", b.rendered(), "*")
				b.repair()
				time.Sleep(time.Second)
				w := connect(b)
				expect(t, "sent", w.data(""), "*;")
				h.Notify(change("a"))
				synctest.Wait()
				expect(t, "sent", w.data(""), "*;", "a=0;")
			})
		})
	}
}

func TestAPanicOfTouchedReachesNeitherTheFeedNorThePage(t *testing.T) {
	inFakeTime(t, Options{}, func(t *testing.T, h *Hub, connect connect) {
		b := newBoard("m")
		w := connect(b)
		b.set("a", 1)
		h.Notify(change("a", "panic"))
		synctest.Wait()
		expect(t, "sent", w.data(""), "*;", "*;a=1;")
		if got := h.Stats().RenderErrors; got != 1 {
			t.Errorf("%d errors counted", got)
		}
	})
}

func TestAPanicOfTheWriterCostsOnlyItsViewer(t *testing.T) {
	inFakeTime(t, Options{}, func(t *testing.T, h *Hub, connect connect) {
		b := newBoard("m")
		bad, good := connect(b), connect(b)
		bad.mu.Lock()
		bad.panics = true
		bad.mu.Unlock()
		for range 100 {
			h.Notify(change("a"))
			time.Sleep(time.Second)
		}
		if got := good.data(""); len(got) != 101 {
			t.Errorf("%d messages, want 101", len(got))
		}
		if got := h.Stats(); got.Viewers != 1 || got.Cuts != 1 {
			t.Errorf("%+v", got)
		}
	})
}

func TestAWriterWithoutDeadlinesIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	h := newHouse(t, newBoard("m"), Options{})
	w := httptest.NewRecorder() // cannot set deadlines
	err := h.Serve(w, httptest.NewRequest(http.MethodGet, "/events", nil), newBoard("m"), ServeOptions{Address: "a"})
	if !errors.Is(err, ErrCannotCut) {
		t.Errorf("error %v", err)
	}
	if w.Body.Len() > 0 || w.Flushed {
		t.Errorf("written: %q", w.Body)
	}
	if got := h.Stats(); got.Viewers != 0 {
		t.Errorf("%+v", got)
	}
}
