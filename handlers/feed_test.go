package handlers

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/templates"
	"confboard/templates/text"
	"confboard/web/live"
)

// feedStep does random things that the page of the feed shows.
func (h *history) feedStep(meetings int) {
	h.now = h.now.Add(time.Millisecond) // no two echoes come at one instant
	about := conference.About{ConfID: conference.ConfID(strconv.Itoa(100 + h.r.IntN(meetings))), At: h.now}
	later := []time.Time{{}, h.now.Add(time.Minute), h.now.Add(time.Hour)}[h.r.IntN(3)]
	var m conference.Message
	switch h.r.IntN(12) {
	case 0:
		m = conference.LinkMessage{About: about, Event: conference.LinkToken, Expires: later}
	case 1, 2:
		m = conference.LinkMessage{About: about, Event: conference.LinkEcho, RoundTrip: time.Duration(h.r.IntN(3)) * 31 * time.Millisecond}
	case 3, 4:
		m = conference.LinkMessage{About: about, Event: []conference.LinkEvent{conference.LinkDown, conference.LinkRefused, conference.LinkWaiting}[h.r.IntN(3)],
			Reason: []conference.LinkReason{conference.ReasonPassword, conference.ReasonSubscription}[h.r.IntN(2)], Next: later,
			Detail: []string{"", "NO_RIGHT", "not <b>today</b>"}[h.r.IntN(3)]}
	case 5:
		m = conference.DiscoveryMessage{At: h.now, Listing: &conference.Listing{Next: later, Complete: h.now, Found: h.r.IntN(3), Unwatchable: h.r.IntN(2),
			State: []conference.ListingState{"", conference.ListingAsking, conference.ListingCurrent, conference.ListingFailing, conference.ListingRefused}[h.r.IntN(5)]}}
	case 6:
		m = conference.DiscoveryMessage{At: h.now, Events: &conference.Events{Enabled: h.r.IntN(3) > 0, Last: h.now, LastKind: "meeting.started", Accepted: uint64(h.r.IntN(9)),
			Refused: 1, LastRefused: h.now, LastFault: conference.EventTime}}
	case 7:
		m = conference.PassedMessage{About: about, Type: "NetworkQualityNotify"}
	case 8:
		m = conference.RefusedMessage{About: about, Refusal: conference.Refusal{Kind: conference.RefusedValue, Field: "lock", Type: conference.StatusType,
			Excerpt: `{"lock":"<b>"}`, At: h.now}}
	case 9:
		m = conference.WatchMessage{About: about, Name: []string{"", "Review", "董事会 <b>"}[h.r.IntN(3)], Group: []string{"", "Nord"}[h.r.IntN(2)],
			Origin: []conference.Origin{"", conference.FromSettings, conference.ByHand, conference.Found}[h.r.IntN(4)]}
	default:
		h.step(meetings)
		return
	}
	h.registry.Apply(m)
}

// Whoever connects when, at the end every viewer has the page that a reload would bring, also of a page in the middle of
// the table.
func TestEveryViewerOfTheFeedEndsAtTheNewestState(t *testing.T) {
	paths := Paths{Base: "/board"}
	queries := []feedQuery{{}, {page: 1}, {q: "review"}, {link: conference.Refusing}, {q: "1"}, {page: 7}}
	for seed := range uint64(18) {
		h := newHistory(seed)
		w := words{text: text.For(text.Langs()[seed%2]), paths: paths}
		q, admin := queries[seed%uint64(len(queries))], seed%3 == 0
		feed := func() *feedView {
			return &feedView{now: time.Now, words: w, board: h.registry, query: q, match: q.matcher(), admin: admin, played: seed%5 == 4}
		}
		meeting := &feedMeetingView{words: w, board: h.registry, id: "101", admin: admin}
		topics := []*topic{newTopic(t, h.registry, feed()), newTopic(t, h.registry, forgetful{meeting})}

		meetings := 6
		if seed%6 < 2 { // those of the first two queries
			meetings = feedPage + 20 // more than a page
		}
		for id := range meetings {
			h.registry.Apply(conference.WatchMessage{About: conference.About{ConfID: conference.ConfID(strconv.Itoa(100 + id)), At: h.now}})
		}
		for range 80 {
			h.feedStep(meetings)
			for _, k := range topics {
				switch h.r.IntN(8) {
				case 0:
					if len(k.viewers) < 3 {
						k.connect()
					}
				case 1, 2:
					k.flush(h.r.IntN(2) == 0)
				case 3:
					if h.r.IntN(10) == 0 {
						k.viewers = nil
					}
				}
			}
		}
		for _, k := range topics {
			k.connect()
			k.flush(true)
			k.flush(true)
		}

		pages := []*dom{drawn(t, templates.FeedRegion(feed().draw(h.registry.All()))), nil}
		if s := h.registry.Get(meeting.id); s != nil {
			pages[1] = drawn(t, templates.FeedMeetingRegion(meeting.draw(s)))
		} else {
			pages[1] = drawn(t, templates.ProblemRegion(absent(w.text, paths)))
		}
		for i, k := range topics {
			want := pages[i].html()
			for n, d := range k.viewers {
				if got := d.html(); got != want {
					t.Fatalf("seed %d, %s, viewer %d of %d differs from a fresh page:\n%s", seed, k.view.Key(), n, len(k.viewers), difference(got, want))
				}
			}
		}
	}
}

// forgetful is a view that remembers nothing.
type forgetful struct{ live.View }

func (forgetful) Forget() {}

// feedBoard is a board with a few meetings in different states.
func feedBoard(t *testing.T) *conference.Registry {
	t.Helper()
	r := conference.NewRegistry(conference.DefaultPolicy)
	now := time.UnixMilli(1_800_000_000_000)
	watch := func(id conference.ConfID, name string, link conference.LinkEvent) {
		about := conference.About{ConfID: id, At: now}
		r.Apply(conference.WatchMessage{About: about, Name: name})
		if link != 0 {
			r.Apply(conference.LinkMessage{About: about, Event: link, Reason: conference.ReasonPassword})
		}
	}
	watch("900000001", "Budget", conference.LinkWaiting)
	watch("900000002", "ａrchitecture", conference.LinkRefused) // a full-width letter
	watch("900000003", "BUDGET review", conference.LinkRefused)
	watch("900000004", "Zürich", 0)
	watch("900487914", "", conference.LinkEnded)
	return r
}

func TestFeedQueries(t *testing.T) {
	r := feedBoard(t)
	for _, k := range []struct {
		given     string
		canonical string
		expect    []conference.ConfID
	}{
		{"", "", []conference.ConfID{"900000002", "900000003", "900000004", "900000001", "900487914"}},
		{"page=1&link=&q=&unknown=1", "", []conference.ConfID{"900000002", "900000003", "900000004", "900000001", "900487914"}},
		{"link=refused", "link=refused", []conference.ConfID{"900000002", "900000003"}},
		{"link=nonsense&page=-3", "", []conference.ConfID{"900000002", "900000003", "900000004", "900000001", "900487914"}},
		{"q=++budget%20", "q=budget", []conference.ConfID{"900000003", "900000001"}},
		{"q=budget++REVIEW&link=refused", "link=refused&q=budget+REVIEW", []conference.ConfID{"900000003"}},
		{"q=Architecture", "q=Architecture", []conference.ConfID{"900000002"}},
		{"q=ZÜRICH", "q=Z%C3%9CRICH", []conference.ConfID{"900000004"}},
		{"q=900+487+914", "q=900+487+914", []conference.ConfID{"900487914"}},
		{"q=487", "q=487", []conference.ConfID{"900487914"}},
		{"q=<b>", "q=%3Cb%3E", nil},
		{"q=%ff", "", []conference.ConfID{"900000002", "900000003", "900000004", "900000001", "900487914"}},
		{"page=2", "page=2", nil},
		{"page=99999999999999999999", "", []conference.ConfID{"900000002", "900000003", "900000004", "900000001", "900487914"}},
	} {
		values, err := url.ParseQuery(k.given)
		if err != nil {
			t.Fatal(err)
		}
		q := feedQueryIn(values)
		if got := q.values().Encode(); got != k.canonical {
			t.Errorf("%q is %q, want %q", k.given, got, k.canonical)
		}
		if got := confIDs(q.window(feedOrder(q.matcher(), r.All()))); fmt.Sprint(got) != fmt.Sprint(k.expect) {
			t.Errorf("%q shows %v, want %v", k.given, got, k.expect)
		}
	}
	if q := feedQueryIn(url.Values{"q": {strings.Repeat("会", 500)}}); len([]rune(q.q)) != maxSearch {
		t.Errorf("a search of %d characters was taken", len([]rune(q.q)))
	}
}

func TestTheTableIsPaged(t *testing.T) {
	w := words{text: text.For(text.English)}
	for _, k := range []struct {
		page, of                  int
		said, previous, following string
	}{
		{0, 0, "", "", ""},
		{0, 50, "1–50 of 50", "", ""},
		{0, 51, "1–50 of 51", "", "/feed?page=2"},
		{1, 51, "51–51 of 51", "/feed", ""},
		{2, 500, "101–150 of 500", "/feed?page=2", "/feed?page=4"},
		{9, 120, "None on this page, of 120", "/feed?page=3", ""},
	} {
		v := &feedView{now: time.Now, words: w, query: feedQuery{page: k.page}}
		if p := v.pager(k.of); p.Range != k.said || p.Previous != k.previous || p.Next != k.following {
			t.Errorf("page %d of %d: %q, previous %q, next %q", k.page, k.of, p.Range, p.Previous, p.Next)
		}
	}
}

// What a change costs the feed: an echo is its cell and no more, and only where the row is shown.
func TestAnEchoSendsItsCell(t *testing.T) {
	r := conference.NewRegistry(conference.DefaultPolicy)
	now := time.UnixMilli(1_800_000_000_000)
	for i := range 2000 {
		r.Apply(conference.WatchMessage{About: conference.About{ConfID: conference.ConfID(strconv.Itoa(900000000 + i)), At: now}})
	}
	v := &feedView{now: time.Now, words: words{text: text.For(text.English)}, board: r}
	k := newTopic(t, r, v)
	k.connect()
	region := k.viewers[0].html()
	if n := strings.Count(region, "<tr "); n != feedPage+1 {
		t.Errorf("%d rows are drawn of 2000 meetings, want %d and the head", n-1, feedPage)
	}
	for id, want := range map[conference.ConfID]string{"900000007": "echo/900000007", "900001999": ""} {
		k.pending = nil
		r.Apply(conference.LinkMessage{About: conference.About{ConfID: id, At: now.Add(time.Second)}, Event: conference.LinkEcho, RoundTrip: 20 * time.Millisecond})
		var touched []string
		for _, touch := range k.pending {
			touched = append(touched, touch.Component)
		}
		if got := strings.Join(touched, " "); got != want {
			t.Errorf("an echo of %s touches %q, want %q", id, got, want)
		}
		message, err := v.Render(t.Context(), touched)
		if err != nil || len(message) > 400 || (want != "") != strings.Contains(string(message), "after 20 ms") {
			t.Errorf("an echo of %s sends %d bytes: %s, %v", id, len(message), message, err)
		}
	}
}

func TestWhenItIsTriedAgain(t *testing.T) {
	now := time.UnixMilli(1_800_000_000_000)
	about := conference.About{ConfID: "900487914", At: now}
	next := now.Add(12 * time.Second)
	for _, k := range []struct {
		name   string
		given  conference.LinkMessage
		said   string
		at     time.Time
		reason string
	}{
		{"connecting again", conference.LinkMessage{Event: conference.LinkDown, Reason: conference.ReasonDNS, Next: next}, "Next try", next, "host name"},
		{"not started", conference.LinkMessage{Event: conference.LinkWaiting, Reason: conference.ReasonNotStarted, Next: next}, "Next try", next, "not started"},
		{"refused for a while", conference.LinkMessage{Event: conference.LinkRefused, Reason: conference.ReasonNotPermitted, Next: next}, "Next try", next, "host rights"},
		{"refused for good", conference.LinkMessage{Event: conference.LinkRefused, Reason: conference.ReasonPassword}, "Not tried again by itself.", time.Time{}, "wrong host password"},
		{"ended", conference.LinkMessage{Event: conference.LinkEnded}, "", time.Time{}, ""},
		{"connected", conference.LinkMessage{Event: conference.LinkUp}, "", time.Time{}, ""},
	} {
		t.Run(k.name, func(t *testing.T) {
			r := conference.NewRegistry(conference.DefaultPolicy)
			r.Apply(conference.WatchMessage{About: about})
			k.given.About = about
			r.Apply(k.given)
			s := r.Get(about.ConfID)
			w := words{text: text.For(text.English)}
			try := w.nextTry(s)
			if try.Text != k.said || try.Time != w.maybe(k.at) {
				t.Errorf("said %+v", try)
			}
			if reason := w.reason(s); (k.reason == "") != (reason == "") || !strings.Contains(reason, k.reason) {
				t.Errorf("reason %q", reason)
			}
			if head := w.head(s); k.said != "" && (head.Next != try || head.Feed == "") {
				t.Errorf("the meeting's page says %+v and leads to %q", head.Next, head.Feed)
			}
			if fresh := w.fresh(s); k.said != "" && fresh.Next != try {
				t.Errorf("the card says %+v", fresh.Next)
			}
		})
	}
}

// A token that is not in use is not shown as valid, and a cell follows its link.
func TestTheTokenOfALinkThatIsOverIsNotShown(t *testing.T) {
	now := time.UnixMilli(1_800_000_000_000)
	about := conference.About{ConfID: "900487914", At: now}
	for _, k := range []struct {
		name  string
		given conference.LinkEvent
		said  string
	}{
		{"connected", conference.LinkUp, "valid until"},
		{"cut off, and connecting again", conference.LinkDown, "valid until"},
		{"refused", conference.LinkRefused, "Not in use"},
		{"ended", conference.LinkEnded, "Not in use"},
	} {
		t.Run(k.name, func(t *testing.T) {
			r := conference.NewRegistry(conference.DefaultPolicy)
			r.Apply(conference.WatchMessage{About: about})
			v := &feedView{now: time.Now, words: words{text: text.For(text.English)}, board: r}
			if said := fmt.Sprint(v.token(r.Get(about.ConfID)).Lines); !strings.Contains(said, "None yet") {
				t.Errorf("before there was one: %s", said)
			}
			r.Apply(conference.LinkMessage{About: about, Event: conference.LinkToken, Expires: now.Add(time.Hour)})
			topic := newTopic(t, r, v)
			topic.connect()
			r.Apply(conference.LinkMessage{About: about, Event: conference.LinkUp})
			r.Apply(conference.LinkMessage{About: about, Event: k.given})
			topic.flush(true)
			if got := topic.viewers[0].html(); !strings.Contains(got, k.said) || strings.Contains(got, "valid until") != (k.said == "valid until") {
				t.Errorf("the table does not say %q alone:\n%s", k.said, got)
			}
			m := &feedMeetingView{words: v.words, board: r, id: about.ConfID}
			said := fmt.Sprint(m.status(r.Get(about.ConfID)).Facts)
			if strings.Contains(said, "Token valid until") != (k.said == "valid until") || strings.Contains(said, "Not in use") != (k.said == "Not in use") {
				t.Errorf("its page says %s", said)
			}
		})
	}
}

// What the cloud said stands on the meeting's feed while it counts, as text.
func TestWhatTheCloudSaidIsShown(t *testing.T) {
	about := conference.About{ConfID: "900487914", At: time.UnixMilli(1_800_000_000_000)}
	r := conference.NewRegistry(conference.DefaultPolicy)
	r.Apply(conference.WatchMessage{About: about})
	v := &feedMeetingView{words: words{text: text.For(text.English)}, board: r, id: about.ConfID}
	topic := newTopic(t, r, forgetful{v})
	topic.connect()
	for _, k := range []struct {
		given conference.LinkMessage
		want  bool
	}{
		{conference.LinkMessage{Event: conference.LinkRefused, Reason: conference.ReasonSubscription}, false},
		{conference.LinkMessage{Event: conference.LinkRefused, Reason: conference.ReasonSubscription, Detail: "not <b>today</b>"}, true},
		{conference.LinkMessage{Event: conference.LinkUp}, false},
	} {
		k.given.About = about
		r.Apply(k.given)
		topic.flush(true)
		got := topic.viewers[0].html()
		if strings.Contains(got, "What the cloud said") != k.want || strings.Contains(got, "not &lt;b&gt;today&lt;/b&gt;") != k.want {
			t.Errorf("after %+v the page has %s", k.given, got)
		}
	}
}

// A recording has neither the enterprise's list nor its events: nothing is said about them.
func TestAPlayedFeedSaysNothingOfListAndEvents(t *testing.T) {
	for played, want := range map[bool]int{false: 2, true: 0} {
		r := conference.NewRegistry(conference.DefaultPolicy)
		v := &feedView{now: time.Now, words: words{text: text.For(text.English)}, board: r, played: played}
		if got := len(v.draw(nil).Ways); got != want {
			t.Errorf("played %v: %d panels, want %d", played, got, want)
		}
		topic := newTopic(t, r, v)
		topic.connect()
		r.Apply(conference.DiscoveryMessage{At: time.UnixMilli(1_800_000_000_000), Listing: &conference.Listing{State: conference.ListingAsking}})
		if got := len(topic.pending); got != want {
			t.Errorf("played %v: a change of the list touches %v", played, topic.pending)
		}
	}
}

// maybe is an instant of the kind that counts down, the zero one for no time.
func (w words) maybe(at time.Time) templates.Instant {
	if at.IsZero() {
		return templates.Instant{}
	}
	return w.instant(at, "in")
}

func TestABookedMeetingShowsItsPlan(t *testing.T) {
	r := conference.NewRegistry(conference.DefaultPolicy)
	now := time.UnixMilli(1_800_000_000_000)
	about := conference.About{ConfID: "900487914", At: now}
	start, end := now.Add(time.Hour), now.Add(2*time.Hour)
	r.Apply(conference.WatchMessage{About: about, Origin: conference.Found, Booking: conference.Booking{Title: "Budget", Owner: "Ann Berg", Start: start, End: end}})
	r.Apply(conference.LinkMessage{About: about, Event: conference.LinkWaiting, Reason: conference.ReasonNotStarted})
	w := words{text: text.For(text.English)}
	s := r.Get(about.ConfID)
	card, a, tile := w.card(s), w.about(s), w.tile(s)
	if card.Severity != "scheduled" || card.Title != "Budget" || card.Mark.Start != w.instant(start, "clock") || card.End.Time != w.instant(end, "clock") {
		t.Errorf("card: %+v", card)
	}
	said := fmt.Sprint(a.Facts)
	for _, want := range []string{"Ann Berg", w.instant(start, "clock").ISO, w.instant(end, "clock").ISO} {
		if !strings.Contains(said, want) {
			t.Errorf("the page does not say %s: %s", want, said)
		}
	}
	if tile.Number.Time != w.instant(start, "clock") {
		t.Errorf("the wall says %+v", tile.Number)
	}
	// What the cloud tells counts more.
	r.Apply(conference.BasicMessage{About: about, Envelope: conference.Envelope{Type: conference.BasicType}, Basic: conference.BasicInfo{Owner: "Li Na", ScheduledStart: start.Add(time.Minute)}})
	a = w.about(r.Get(about.ConfID))
	if said := fmt.Sprint(a.Facts); strings.Contains(said, "Ann Berg") || !strings.Contains(said, "Li Na") || strings.Contains(said, w.instant(start, "clock").ISO) {
		t.Errorf("the page says %s", said)
	}
}

func TestNumbersAreGrouped(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := grouped(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}
