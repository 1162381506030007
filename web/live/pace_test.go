package live

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"confboard/feed/conference"
)

func TestTheFirstChangeGoesOutAtOnceAndABurstAsOne(t *testing.T) {
	for name, given := range map[string]struct{ join, wait time.Duration }{
		"by default":              {0, 100 * time.Millisecond},
		"as the view wants it":    {500 * time.Millisecond, 500 * time.Millisecond},
		"also over a short while": {5 * time.Millisecond, 5 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			inFakeTime(t, Options{}, func(t *testing.T, h *Hub, connect connect) {
				b := newBoard("m")
				b.join = given.join
				var v View = b
				if given.join == 0 {
					v = struct{ View }{b} // says nothing about joining
				}
				w := connect(v)
				h.Notify(change("a"))
				synctest.Wait()
				expect(t, "at once", b.rendered(), "*", "a")
				for range 10 {
					h.Notify(change("c", "b"))
					h.Notify(change("b", "d"))
				}
				time.Sleep(given.wait - 1)
				synctest.Wait()
				expect(t, "just before", b.rendered(), "*", "a")
				time.Sleep(1)
				synctest.Wait()
				expect(t, "then", b.rendered(), "*", "a", "c b d")
				expect(t, "sent", w.data(""), "*;", "a=0;", "c=0;b=0;d=0;")

				time.Sleep(given.wait)
				h.Notify(change("e"))
				synctest.Wait()
				expect(t, "after a pause at once", b.rendered(), "*", "a", "c b d", "e")
			})
		})
	}
}

func TestAComponentKeepsItsInterval(t *testing.T) {
	inFakeTime(t, Options{}, func(t *testing.T, h *Hub, connect connect) {
		slow := newBoard("m")
		v := touching{slow, []Touch{{Component: "list", Every: time.Second}, {Component: "fast"}}}
		connect(v)
		for range 25 { // 2.5 s
			h.Notify(change("x"))
			time.Sleep(100 * time.Millisecond)
		}
		synctest.Wait()
		lists := 0
		for _, r := range slow.rendered()[1:] {
			if strings.Contains(r, "list") {
				lists++
			}
		}
		if lists != 3 {
			t.Errorf("list rendered %d times in 2.5 s, want 3", lists)
		}
		before := len(slow.rendered())
		time.Sleep(time.Second)
		synctest.Wait()
		got := slow.rendered()[before:]
		if len(got) == 0 || got[len(got)-1] != "list" {
			t.Errorf("rendered %q: the last change of the list is missing", got)
		}
	})
}

type touching struct {
	*board
	touches []Touch
}

func (v touching) Touched(conference.Change) []Touch { return v.touches }

// JoinBursts is the default's: the embedded board would join over less.
func (v touching) JoinBursts() time.Duration { return 100 * time.Millisecond }

func TestTheClockTicks(t *testing.T) {
	inFakeTime(t, Options{}, func(t *testing.T, _ *Hub, connect connect) {
		w := connect(newBoard("m"))
		time.Sleep(35 * time.Second)
		if got := w.data(ClockEvent); len(got) != 4 {
			t.Errorf("%d clocks in 35 s, want one at once and three more", len(got))
		}
	})
}

func TestATopicLingersForItsIDsAndThenGoes(t *testing.T) {
	inFakeTime(t, Options{}, func(t *testing.T, h *Hub, connect connect) {
		one, two := connect(newBoard("m")), connect(newBoard("n"))
		one.cancel()
		time.Sleep(10 * time.Second)
		two.cancel()
		for _, given := range []struct {
			after time.Duration
			want  int
		}{{19 * time.Second, 2}, {2 * time.Second, 1}, {10 * time.Second, 0}} {
			time.Sleep(given.after)
			synctest.Wait()
			if got := h.Stats(); got.Topics != given.want || got.Viewers != 0 {
				t.Errorf("after %v more: %+v, want %d topics", given.after, got, given.want)
			}
		}
	})
}

func TestALingeringTopicIsTakenUpAgain(t *testing.T) {
	inFakeTime(t, Options{}, func(t *testing.T, h *Hub, connect connect) {
		b := newBoard("m")
		connect(b).cancel()
		time.Sleep(20 * time.Second)
		w := connect(newBoard("m"))
		time.Sleep(20 * time.Second) // beyond the first lingering
		h.Notify(change("a"))
		synctest.Wait()
		expect(t, "sent", w.data(""), "*;", "a=0;")
		expect(t, "rendered", b.rendered(), "*", "a")
	})
}

func TestWithoutViewersNothingIsRenderedAndIDsGrowOld(t *testing.T) {
	inFakeTime(t, Options{}, func(t *testing.T, h *Hub, connect connect) {
		b := newBoard("m")
		w := connect(b)
		w.cancel()
		synctest.Wait()
		for i := range 50 {
			b.set("a", i+1)
			h.Notify(change("a"))
			synctest.Wait()
		}
		expect(t, "rendered", b.rendered(), "*")
		id := w.id()
		w = connect(b, func(w *recorder) { w.lastID = id })
		expect(t, "sent", w.data(""), "*;a=50;")
	})
}

// remembering is a board that notes when it is to forget.
type remembering struct{ *board }

func (v remembering) Forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.renders = append(v.renders, "forget")
	if v.broken["forget"] {
		panic("forget")
	}
}

func TestAViewForgetsOnlyWhenNobodyHasItsPage(t *testing.T) {
	inFakeTime(t, Options{}, func(t *testing.T, h *Hub, connect connect) {
		b := newBoard("m")
		v := remembering{b}
		first := connect(v)
		connect(v)
		h.Notify(change("a"))
		synctest.Wait()
		late := connect(v)
		expect(t, "with viewers", b.rendered(), "forget", "*", "a", "*")

		first.cancel()
		late.cancel()
		time.Sleep(time.Second)
		h.Notify(change("b"))
		synctest.Wait()
		expect(t, "while one stays", b.rendered(), "forget", "*", "a", "*", "b")
	})
}

func TestAViewForgetsWhatItMissedWhileNobodyWasThere(t *testing.T) {
	for name, panics := range map[string]bool{"": false, "even if it panics": true} {
		t.Run("it is rendered anew "+name, func(t *testing.T) {
			inFakeTime(t, Options{}, func(t *testing.T, h *Hub, connect connect) {
				b := newBoard("m")
				v := remembering{b}
				connect(v).cancel()
				synctest.Wait()
				expect(t, "quiet", connect(v).data(""), "*;")
				expect(t, "rendered", b.rendered(), "forget", "*")
			})
			inFakeTime(t, Options{}, func(t *testing.T, h *Hub, connect connect) {
				b := newBoard("m")
				v := remembering{b}
				connect(v).cancel()
				synctest.Wait()
				if panics {
					b.breakDown("forget", true)
				}
				b.set("a", 1)
				h.Notify(change("a"))
				synctest.Wait()
				expect(t, "sent", connect(v).data(""), "*;a=1;")
				expect(t, "rendered", b.rendered(), "forget", "*", "forget", "*")
			})
		})
	}
}
