package live

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
)

func TestAPageIsSentTheRegionFirstAndThenWhatChanges(t *testing.T) {
	b := newBoard("m")
	b.set("lock", 1)
	h := newHouse(t, b, Options{Build: "b7"})
	p := h.open("", "")
	p.untilShows(map[string]int{"lock": 1})

	b.set("lock", 2)
	h.Notify(change("lock"))
	p.untilShows(map[string]int{"lock": 2})
	b.set("mute", 5)
	h.Notify(change("mute"))
	p.untilShows(map[string]int{"lock": 2, "mute": 5})

	got := p.messages()
	want := []string{"*;lock=1;", "lock=2;", "mute=5;"}
	for i, e := range got {
		if e.data != want[i] {
			t.Errorf("message %d is %q, want %q", i, e.data, want[i])
		}
		if id, err := strconv.ParseInt(e.id, 10, 64); err != nil || id <= 0 {
			t.Errorf("id %q is not a positive number", e.id)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d messages, want %d", len(got), len(want))
	}
	if len(p.coding) > 0 {
		t.Errorf("the stream comes in %v, want its bytes alone", p.coding)
	}
	for name, want := range map[string]string{"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"} {
		if got := p.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestTheClockComesAtOnceAndCarriesTimeRateIDAndBuild(t *testing.T) {
	now := time.UnixMilli(1_732_000_000_123)
	b := newBoard("m")
	h := newHouse(t, b, Options{Build: `b"7`, ClockEvery: 5 * time.Millisecond, Told: func() (time.Time, float64) { return now, 2.5 }})
	p := h.open("", "")
	p.until("three clocks", func() bool { return len(p.named(ClockEvent)) >= 3 })
	region := p.messages()[0]
	for _, e := range p.named(ClockEvent) {
		var data struct {
			Now       int64
			Rate      float64
			ID, Build string
		}
		if err := json.Unmarshal([]byte(e.data), &data); err != nil {
			t.Fatalf("clock %q: %v", e.data, err)
		}
		if data.Now != now.UnixMilli() || data.Rate != 2.5 || data.Build != `b"7` || data.ID != region.id || e.id != region.id {
			t.Errorf("clock %+v after region %s", e, region.id)
		}
	}
}

func TestOnlyTheTopicsCurrentIDCountsAsCurrent(t *testing.T) {
	b := newBoard("m")
	b.set("lock", 1)
	h := newHouse(t, b, Options{})
	first := h.open("", "")
	first.untilClock()
	old := first.last()
	b.set("lock", 2)
	h.Notify(change("lock"))
	first.untilShows(map[string]int{"lock": 2})
	current := first.last()

	var other View = newBoard("other")
	h.view.Store(&other)
	stranger := h.open("", "")
	stranger.untilClock()
	foreign := stranger.last()
	var same View = newBoard("m") // a page of its own for each request: the topic keeps its first
	h.view.Store(&same)
	number, _ := strconv.ParseInt(current, 10, 64)

	for name, given := range map[string]struct {
		id   string
		sent bool
	}{
		"the current id":                     {current, false},
		"no id":                              {"", true},
		"an old id of this topic":            {old, true},
		"the id of another topic":            {foreign, true},
		"an id of the future":                {strconv.FormatInt(number+1000, 10), true},
		"an id of an earlier process":        {strconv.FormatInt(number-(5<<20), 10), true},
		"a negative id":                      {"-" + current, true},
		"zero":                               {"0", true},
		"a number too large":                 {current + "000000", true},
		"text":                               {"abc", true},
		"markup":                             {"<b>1</b>", true},
		"the current id with something else": {current + " 1", true},
	} {
		t.Run(name, func(t *testing.T) {
			p := h.open(given.id, "")
			if p.status != http.StatusOK {
				t.Fatalf("status %d", p.status)
			}
			p.untilClock()
			if got := len(p.messages()) > 0; got != given.sent {
				t.Errorf("region sent: %v, want %v", got, given.sent)
			}
			if got := p.last(); got != current {
				t.Errorf("the page is left with id %s, want %s", got, current)
			}
		})
	}
}

func TestAPageThatComesBackToAnotherProcessIsSentTheRegion(t *testing.T) {
	b := newBoard("m")
	h := newHouse(t, b, Options{})
	p := h.open("", "")
	p.untilClock()
	id := p.last()
	h.stop()

	b.set("lock", 3)
	p = newHouse(t, b, Options{Now: func() time.Time { return time.Now().Add(time.Second) }}).open(id, "")
	p.untilShows(map[string]int{"lock": 3})
}

func TestAPageThatComesBackSoonToAQuietTopicIsSentNothing(t *testing.T) {
	b := newBoard("m")
	b.set("lock", 1)
	h := newHouse(t, b, Options{})
	p := h.open("", "")
	p.untilClock()
	p.cancel()
	eventually(t, "the viewer to be gone", func() bool { return h.Stats().Viewers == 0 })

	again := h.open(p.last(), "")
	again.untilClock()
	if got := again.messages(); len(got) > 0 {
		t.Errorf("sent %+v", got)
	}
}

func TestManyPagesCostOneRegion(t *testing.T) {
	b := newBoard("m")
	h := newHouse(t, b, Options{})
	for range 100 {
		h.open("", "").untilClock()
	}
	if got := b.rendered(); len(got) != 1 {
		t.Errorf("rendered %d times", len(got))
	}
}

func TestThePageAskedForIsServedWhateverStreamTheClientNames(t *testing.T) {
	secret := newBoard("secret")
	secret.set("secret", 1)
	h := newHouse(t, secret, Options{})
	h.open("", "").untilShows(map[string]int{"secret": 1})
	mine := newBoard("mine")
	mine.set("mine", 1)
	var v View = mine
	h.view.Store(&v)

	for _, query := range []string{"?stream=1", "?stream=", "?stream=nonsense", "?stream=1&stream=2"} {
		p := h.open("", query)
		p.untilShows(map[string]int{"mine": 1})
		secret.set("secret", 2)
		h.Notify(change("secret"))
		mine.set("mine", 2)
		h.Notify(change("mine"))
		p.until("its own", func() bool { return p.shows["mine"] == 2 })
		for _, e := range p.messages() {
			if strings.Contains(e.data, "secret=1") || strings.Contains(e.data, "secret=2") {
				t.Errorf("%s: sent %q", query, e.data)
			}
		}
		mine.set("mine", 1)
		h.Notify(change("mine"))
	}
}

func TestThePartsOfAWholeRegionGoToEverybody(t *testing.T) {
	b := newBoard("m")
	h := newHouse(t, b, Options{})
	one, two := h.open("", ""), h.open("", "")
	one.untilClock()
	two.untilClock()
	b.set("a", 1)
	b.set("b", 2)
	h.Notify(change(WholeRegion, "a"))
	for _, p := range []*page{one, two} {
		p.untilShows(map[string]int{"a": 1, "b": 2})
		if last := p.messages()[1]; last.data != "*;a=1;b=2;" {
			t.Errorf("message %q", last.data)
		}
	}
	before := len(b.rendered())
	h.open("", "").untilShows(map[string]int{"a": 1, "b": 2})
	if got := b.rendered()[before:]; len(got) > 0 {
		t.Errorf("rendered %q again for a newcomer", got)
	}
}

func TestEveryPayloadIsOneLine(t *testing.T) {
	for given, want := range map[string]string{
		"plain":                       "plain",
		"":                            "",
		"<p>\r\n<b title=\"a\nb\">\r": `<p>&#13;&#10;<b title="a&#10;b">&#13;`,
		": not a comment":             " : not a comment",
		":\n\nevent: forged":          " :&#10;&#10;event: forged",
	} {
		if got := string(oneLine([]byte(given))); got != want {
			t.Errorf("oneLine(%q) = %q, want %q", given, got, want)
		}
	}

	b := newBoard("m")
	b.padding = "<p>\n\nevent: forged\r\rid: 7\n\n"
	h := newHouse(t, b, Options{})
	p := h.open("", "")
	p.untilClock()
	b.set("lock", 1)
	h.Notify(change("lock"))
	p.untilShows(map[string]int{"lock": 1})
	for _, e := range p.messages() {
		if !strings.HasSuffix(e.data, "<p>&#10;&#10;event: forged&#13;&#13;id: 7&#10;&#10;") {
			t.Errorf("payload %q", e.data)
		}
	}
}

func TestNothingIsSentWhereNothingIsRendered(t *testing.T) {
	b := newBoard("m")
	v := emptyView{b}
	h := newHouse(t, v, Options{ClockEvery: 5 * time.Millisecond})
	p := h.open("", "")
	p.untilClock()
	h.Notify(change("empty"))
	eventually(t, "a rendering", func() bool { return len(b.rendered()) == 2 })
	p.until("more clocks", func() bool { return len(p.named(ClockEvent)) >= 5 })
	if got := p.messages(); len(got) > 0 {
		t.Errorf("sent %+v", got)
	}
}

func TestAStreamOverHTTP2(t *testing.T) {
	b := newBoard("m")
	b.padding = strings.Repeat("x", 100_000)
	h := newHouse(t, b, Options{WriteTimeout: time.Minute, StopGrace: time.Minute}, func(s *httptest.Server) {
		s.EnableHTTP2 = true
		s.StartTLS()
	})
	pages := make([]*page, 10)
	for i := range pages {
		pages[i] = h.open("", "")
		pages[i].untilClock()
	}
	b.set("lock", 1)
	h.Notify(change("lock"))
	for _, p := range pages {
		p.untilShows(map[string]int{"lock": 1})
	}
	h.stop()
	for _, p := range pages {
		p.untilEnd()
		if len(p.named(ClosingEvent)) != 1 {
			t.Errorf("not told to come back: %v", p.err)
		}
	}
}

func TestIDsAscendAndAreAboveThoseOfAnEarlierStart(t *testing.T) {
	start := time.UnixMilli(1_800_000_000_000)
	earlier, later := newIDs(start), newIDs(start.Add(time.Millisecond))
	first := later.next()
	for range 1<<20 - 1 {
		earlier.next()
	}
	if last := earlier.next(); last >= first {
		t.Errorf("%d of the earlier process is not below %d", last, first)
	}
	if second := later.next(); second != first+1 {
		t.Errorf("%d after %d", second, first)
	}
}

func TestManyTopicsEachHearTheirMeetingOnly(t *testing.T) {
	h := newHouse(t, newBoard("none"), Options{})
	boards := make([]*board, 30)
	pages := make([]*page, len(boards))
	for i := range boards {
		boards[i] = newBoard(fmt.Sprint("m", i))
		boards[i].about = meeting
		if i > 0 {
			boards[i].about += "9"
		}
		var v View = boards[i]
		h.view.Store(&v)
		pages[i] = h.open("", "")
		pages[i].untilClock()
		boards[i].set("lock", 1)
	}
	h.Notify(change("lock"))
	pages[0].untilShows(map[string]int{"lock": 1})
	for _, p := range pages[1:] {
		if got := p.messages(); len(got) != 1 {
			t.Errorf("sent %+v", got)
		}
	}
	for id, want := range map[conference.ConfID]int{meeting: 1, meeting + "9": len(pages) - 1, "none": 0} {
		if n := h.Viewers(id); n != want {
			t.Errorf("%s has %d viewers, want %d", id, n, want)
		}
	}
}
