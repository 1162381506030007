package live

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
)

// settled waits until there are no more goroutines than there were.
func settled(t *testing.T, before int) {
	t.Helper()
	eventually(t, "the goroutines to be back to "+strconv.Itoa(before), func() bool { return runtime.NumGoroutine() <= before })
}

func TestAfterTwoThousandConnectsTheGoroutinesAreBackToTheStart(t *testing.T) {
	before := runtime.NumGoroutine()
	b := newBoard("m")
	h := newHouse(t, b, Options{Linger: time.Millisecond})
	stop := h.storm(b, 5)
	defer stop()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			for i := range 100 {
				ctx, cancel := context.WithCancel(context.Background())
				r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.server.URL, nil)
				if err != nil {
					t.Error(err)
				}
				if i%2 == 0 { // aborted at some point of the connect
					abort := time.AfterFunc(time.Duration(i)*20*time.Microsecond, cancel)
					defer abort.Stop()
				}
				if answer, err := h.server.Client().Do(r); err == nil {
					if i%4 == 1 { // one that has read something
						_, _ = answer.Body.Read(make([]byte, 10))
					}
					answer.Body.Close()
				}
				cancel()
			}
		})
	}
	all.Wait()
	stop()
	eventually(t, "all viewers and topics to be gone", func() bool { got := h.Stats(); return got.Viewers == 0 && got.Topics == 0 })
	h.stop()
	settled(t, before)
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.addresses)+len(h.byMeeting)+len(h.general)+len(h.enders)+len(h.owned)+h.idle.Len()+len(h.unstarted) > 0 {
		t.Error("something is left in the hub")
	}
}

func TestAStopTellsEveryPageWhenToComeBackAndLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	b := newBoard("m")
	h := newHouse(t, b, Options{ReturnWithin: 5 * time.Second, StopGrace: time.Minute})
	pages := make([]*page, 200)
	for i := range pages {
		if i%10 == 0 {
			var v View = newBoard("m" + strconv.Itoa(i))
			h.view.Store(&v)
		}
		pages[i] = h.open("", "")
		pages[i].untilClock()
	}
	h.stop()
	retries := map[string]bool{}
	for _, p := range pages {
		p.untilEnd()
		closing := p.named(ClosingEvent)
		if len(closing) != 1 || closing[0].data != `{"reason":"stopping"}` || closing[0].id != p.events[0].id {
			t.Fatalf("told %+v, ended by %v", closing, p.err)
		}
		if ms, err := strconv.Atoi(closing[0].retry); err != nil || ms < 1000 || ms > 5000 {
			t.Errorf("retry %q", closing[0].retry)
		}
		retries[closing[0].retry] = true
	}
	if len(retries) < 50 {
		t.Errorf("only %d different times to come back", len(retries))
	}
	if got := h.Stats(); got.Viewers != 0 || got.Topics != 0 {
		t.Errorf("%+v", got)
	}
	settled(t, before)
	if err := h.Serve(nil, httptestRequest(), b, ServeOptions{}); !errors.Is(err, ErrStopped) {
		t.Errorf("after the stop: %v", err)
	}
}

func httptestRequest() *http.Request {
	r, _ := http.NewRequest(http.MethodGet, "/", nil)
	return r
}

func TestAStopDoesNotWaitForAViewerWhoDoesNotRead(t *testing.T) {
	before := runtime.NumGoroutine()
	b := newBoard("m")
	b.padding = string(make([]byte, 8<<20))
	h := newHouse(t, b, Options{WriteTimeout: time.Hour, StopGrace: 10 * time.Millisecond})
	c := h.silent()
	eventually(t, "the region to be rendered", func() bool { return h.Stats().Renders == 1 })
	h.stop()
	c.Close()
	settled(t, before)
}

// Of some rights nobody tells when they end, so a page has to ask again.
func TestAStreamThatGoesOnForATimeOnly(t *testing.T) {
	h := newHouse(t, newBoard("m"), Options{})
	h.serve.Store(&ServeOptions{For: 50 * time.Millisecond})
	p := h.open("", "")
	p.untilEnd()
	if closing := p.named(ClosingEvent); len(closing) != 1 || closing[0].data != `{"reason":"moved"}` {
		t.Errorf("told %+v", closing)
	}
	eventually(t, "the viewer to be gone", func() bool { return h.Stats().Viewers == 0 })
}

func TestViewersWhoComeBeforeRunAreServedByIt(t *testing.T) {
	b := newBoard("m")
	h := NewHub(Options{})
	ctx, cancel := context.WithCancel(context.Background())
	w := newRecorder(nil)
	var all sync.WaitGroup
	all.Go(func() {
		if err := h.Serve(w, httptestRequest(), b, ServeOptions{}); err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	eventually(t, "the viewer", func() bool { return h.Stats().Viewers == 1 })
	all.Go(func() { _ = h.Run(ctx) })
	eventually(t, "the region", func() bool { return len(w.data("")) == 1 })
	cancel()
	all.Wait()
}

// boardChange brings a meeting onto the board.
func boardChange(id conference.ConfID) conference.Change {
	return conference.Change{ConfID: id, After: &conference.State{}, Fields: []conference.FieldChange{{Part: conference.PartBoard}}}
}

func TestAPageThatWaitsForAMeetingIsEndedWhenItComes(t *testing.T) {
	asked := 0
	h := newHouse(t, newBoard("nothere"), Options{})
	h.serve.Store(&ServeOptions{EndWhen: func(c conference.Change) bool {
		if asked++; c.ConfID == "panic" {
			panic("asked")
		}
		return c.ConfID == meeting
	}})
	p := h.open("", "")
	p.untilClock()
	h.serve.Store(&ServeOptions{})
	other := h.open("", "")
	other.untilClock()

	h.Notify(change("lock")) // not asked about
	h.Notify(boardChange("1"))
	if got := h.Stats().Viewers; asked != 1 || got != 2 {
		t.Errorf("asked %d times, %d viewers", asked, got)
	}
	h.Notify(boardChange(meeting))
	p.untilEnd()
	closing := p.named(ClosingEvent)
	if len(closing) != 1 || closing[0].data != `{"reason":"moved"}` {
		t.Fatalf("told %+v", closing)
	}
	if ms, err := strconv.Atoi(closing[0].retry); err != nil || ms < 100 || ms > 500 {
		t.Errorf("retry %q", closing[0].retry)
	}
	h.Notify(change("a"))
	other.until("the change", func() bool { _, ok := other.shows["a"]; return ok })
}

func TestAPageWhoseMeetingCameBeforeItsStreamIsEndedAtOnce(t *testing.T) {
	h := newHouse(t, newBoard("nothere"), Options{})
	h.open("", "").untilClock() // the region is there
	h.serve.Store(&ServeOptions{EndWhen: func(conference.Change) bool { return false }, Moved: func() bool { return true }})
	p := h.open("17", "")
	p.untilEnd()
	if closing := p.named(ClosingEvent); len(closing) != 1 || closing[0].data != `{"reason":"moved"}` || len(p.events) != 1 {
		t.Errorf("sent %+v", p.events)
	}
}

func TestTheStreamsOfAnOwnerEndWithItsRight(t *testing.T) {
	h := newHouse(t, newBoard("m"), Options{})
	open := func(owner string) *page {
		h.serve.Store(&ServeOptions{Owner: owner})
		p := h.open("", "")
		p.untilClock()
		return p
	}
	one, two, other, nobodys := open("link"), open("link"), open("another link"), open("")
	if !h.Owns("link") || h.Owns("none") {
		t.Error("the hub does not know who has a stream")
	}
	h.End("none")
	h.End("")
	h.End("link")
	for _, p := range []*page{one, two} {
		p.untilEnd()
		if closing := p.named(ClosingEvent); len(closing) != 1 || closing[0].data != `{"reason":"denied"}` {
			t.Errorf("told %+v", closing)
		}
	}
	h.Notify(change("a"))
	for _, p := range []*page{other, nobodys} {
		p.until("the change", func() bool { _, ok := p.shows["a"]; return ok })
	}
	eventually(t, "the owner to have no stream", func() bool { return !h.Owns("link") })
}

func TestLimits(t *testing.T) {
	for name, given := range map[string]struct {
		options Options
		refused error
		same    bool // the same page for all
		address bool // another address is still served
	}{
		"on streams":             {Options{MaxStreams: 2}, ErrTooManyStreams, true, false},
		"on streams per address": {Options{MaxStreamsPerAddress: 2}, ErrTooManyStreams, true, true},
		"on topics":              {Options{MaxTopics: 2}, ErrTooManyTopics, false, false},
		"on topics per address":  {Options{MaxTopicsPerAddress: 2}, ErrTooManyTopics, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, newBoard("m"), given.options)
			n := 0
			connect := func(address string) *page {
				if n++; !given.same {
					var v View = newBoard(strconv.Itoa(n))
					h.view.Store(&v)
				}
				h.serve.Store(&ServeOptions{Address: address})
				return h.open("", "")
			}
			first, second := connect("a"), connect("a")
			first.untilClock()
			second.untilClock()
			if p := connect("a"); p.status != http.StatusServiceUnavailable {
				t.Errorf("a third is served: %d", p.status)
			}
			if err := <-h.errs; !errors.Is(err, given.refused) {
				t.Errorf("error %v, want %v", err, given.refused)
			}
			if got := connect("b").status == http.StatusOK; got != given.address {
				t.Errorf("another address is served: %v", got)
			}
			viewers := h.Stats().Viewers
			first.cancel()
			eventually(t, "one to be gone", func() bool { return h.Stats().Viewers < viewers })
			connect("a").untilClock() // although the first one's topic lingers
		})
	}
}

func TestThePagesOfMeetingsCostAnAddressNothing(t *testing.T) {
	h := newHouse(t, newBoard("m"), Options{MaxTopicsPerAddress: 1})
	for _, id := range []string{"", "m1", "m2", "m3"} {
		b := newBoard("page " + id)
		b.about = conference.ConfID(id)
		var v View = b
		h.view.Store(&v)
		h.serve.Store(&ServeOptions{Address: "a"})
		h.open("", "").untilClock()
	}
}

func TestATopicThatIsOpenCostsNobodyMore(t *testing.T) {
	h := newHouse(t, newBoard("m"), Options{MaxTopics: 1, MaxTopicsPerAddress: 1})
	for _, address := range []string{"a", "a", "b", ""} {
		h.serve.Store(&ServeOptions{Address: address})
		h.open("", "").untilClock()
	}
}
