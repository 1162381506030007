package live

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

func TestViewersAreCountedByKindOfView(t *testing.T) {
	inFakeTime(t, Options{}, func(t *testing.T, h *Hub, connect connect) {
		gone := connect(newBoard("meeting/1?lang=en"))
		connect(newBoard("meeting/2?lang=en"))
		connect(newBoard("overview?only=problems"))
		connect(newBoard("absent"))
		gone.cancel()
		synctest.Wait()
		want := map[string]int{"meeting": 1, "overview": 1, "absent": 1}
		if got := h.Stats().ViewersByKind; !maps.Equal(got, want) {
			t.Errorf("viewers %v, want %v", got, want)
		}
		for i := range 2 * mostKinds {
			connect(newBoard(fmt.Sprint("k", i)))
		}
		got := h.Stats().ViewersByKind
		if len(got) != mostKinds+1 || got[otherKind] != mostKinds+3 {
			t.Errorf("%d kinds, and %d viewers of others", len(got), got[otherKind])
		}
	})
}

func TestTheTimesOfAnEventAreObserved(t *testing.T) {
	inFakeTime(t, Options{JoinBursts: time.Second}, func(t *testing.T, h *Hub, connect connect) {
		b := newBoard("m")
		b.join = 80 * time.Millisecond
		connect(b)
		slow := connect(b)
		for range watchedOf - 1 {
			connect(b)
		}
		h.Notify(change("a"))
		synctest.Wait()
		time.Sleep(20 * time.Millisecond)
		h.Notify(change("b")) // waits for the end of the burst
		time.Sleep(30 * time.Millisecond)
		open := slow.shut()
		h.Notify(change("c"))
		time.Sleep(time.Second)

		s := h.Stats()
		if s.Untaken != 1 || s.UntakenMost != 1 {
			t.Errorf("%d events wait, %d of one viewer, want 1 and 1", s.Untaken, s.UntakenMost)
		}
		if s.HandOver.Count != 2 || s.HandOver.Sum != 60*time.Millisecond || s.HandOver.Within[0.0001] != 1 || s.HandOver.Within[0.05] != 1 || s.HandOver.Within[0.1] != 2 {
			t.Errorf("handed over within %+v", s.HandOver)
		}
		if s.Components.Count != 2 || s.Regions.Count != 1 {
			t.Errorf("%d renderings of components and %d of regions, want 2 and 1", s.Components.Count, s.Regions.Count)
		}
		if s.Writing.Count != 2*2 || s.Writing.Sum != 0 { // two of seventeen are looked at
			t.Errorf("written within %+v", s.Writing)
		}
		open()
		synctest.Wait()
		if s := h.Stats(); s.Untaken != 0 || s.UntakenMost != 0 {
			t.Errorf("%d events wait, %d of one viewer, want none", s.Untaken, s.UntakenMost)
		}
	})
}

func TestWhatAllHaveTakenIsNotKept(t *testing.T) {
	inFakeTime(t, Options{}, func(t *testing.T, h *Hub, connect connect) {
		b := newBoard("m")
		connect(b)
		slow := connect(b)
		open := slow.shut()
		kept := func() (n int) {
			for i := range h.topics["m"].window {
				if h.topics["m"].window[i].Load() != nil {
					n++
				}
			}
			return n
		}
		for range 10 {
			h.Notify(change("a"))
			time.Sleep(100 * time.Millisecond)
		}
		if n := kept(); n != 10 {
			t.Errorf("%d messages are kept for one who has yet to take them, want 10", n)
		}
		open()
		synctest.Wait()
		h.Notify(change("a"))
		synctest.Wait()
		if n := kept(); n != 1 {
			t.Errorf("%d messages are kept, want the last", n)
		}
	})
}

func TestRefusalsAreCountedByReason(t *testing.T) {
	for reason, given := range map[Refusal]struct {
		options Options
		keys    [2]string
	}{
		RefusedStreams:          {Options{MaxStreams: 1}, [2]string{"a", "a"}},
		RefusedStreamsOfAddress: {Options{MaxStreamsPerAddress: 1}, [2]string{"a", "a"}},
		RefusedTopics:           {Options{MaxTopics: 1}, [2]string{"a", "b"}},
		RefusedTopicsOfAddress:  {Options{MaxTopicsPerAddress: 1}, [2]string{"a", "b"}},
	} {
		h := NewHub(given.options)
		serve := func(key string) error {
			return h.join(&viewer{hub: h, address: "192.0.2.1"}, newBoard(key))
		}
		if err := serve(given.keys[0]); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodGet, "/events", nil)
		if err := h.Serve(discard{http.Header{}}, r, newBoard(given.keys[1]), ServeOptions{Address: "192.0.2.1"}); err == nil {
			t.Errorf("%s: not refused", reason)
		}
		want := map[Refusal]uint64{}
		for _, why := range refusals {
			want[why] = 0
		}
		want[reason] = 1
		if got := h.Stats().Refused; !maps.Equal(got, want) {
			t.Errorf("refused %v, want %v", got, want)
		}
	}
}
