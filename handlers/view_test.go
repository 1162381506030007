package handlers

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/a-h/templ"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/feed/timeline"
	"confboard/templates"
	"confboard/templates/text"
	"confboard/web/live"
)

// topic drives a view as its topic does: what changes touch is collected and rendered for all viewers as one message; who
// connects gets the region.
type topic struct {
	t       *testing.T
	view    live.View
	pending []live.Touch
	viewers []*dom
}

func newTopic(t *testing.T, registry *conference.Registry, v live.View) *topic {
	k := &topic{t: t, view: v}
	_, cancel := registry.Observe(func(c conference.Change) {
		for _, touch := range v.Touched(c) {
			if !slices.Contains(k.pending, touch) {
				k.pending = append(k.pending, touch)
			}
		}
	})
	t.Cleanup(cancel)
	return k
}

func (k *topic) connect() {
	if len(k.viewers) == 0 { // nobody has a page, and what changed meanwhile was not rendered
		k.pending = nil
		if r, ok := k.view.(live.Rememberer); ok {
			r.Forget()
		}
	}
	region, err := k.view.Region(context.Background())
	if err != nil {
		k.t.Fatal(err)
	}
	d := newDOM()
	d.apply(k.t, region)
	k.viewers = append(k.viewers, d)
}

// flush renders what is pending; what has a pace of its own is only then if paced is set.
func (k *topic) flush(paced bool) {
	var components []string
	var later []live.Touch
	for _, touch := range k.pending {
		if touch.Every > 0 && !paced {
			later = append(later, touch)
		} else {
			components = append(components, touch.Component)
		}
	}
	k.pending = later
	if len(components) == 0 || len(k.viewers) == 0 {
		return
	}
	var message []byte
	var err error
	if slices.Contains(components, live.WholeRegion) {
		message, err = k.view.Region(context.Background())
	} else {
		message, err = k.view.Render(context.Background(), components)
	}
	if err != nil {
		k.t.Fatal(err)
	}
	for _, d := range k.viewers {
		d.apply(k.t, message)
	}
}

// history does random things to a few meetings.
type history struct {
	r        *rand.Rand
	registry *conference.Registry
	now      time.Time
	version  int64
	// elsewhere are the whole states of the meetings that another board watches.
	elsewhere map[conference.ConfID]*conference.State
}

func newHistory(seed uint64) *history {
	return &history{r: rand.New(rand.NewPCG(seed, 1)), now: time.UnixMilli(1_800_000_000_000).UTC(), elsewhere: map[conference.ConfID]*conference.State{},
		registry: conference.NewRegistry(conference.Policy{Heartbeat: time.Minute, KeepEnded: time.Hour, EndingSoon: 5 * time.Minute, NearEnd: 8 * time.Minute, Rules: alert()})}
}

// alert rules wait for little, so that a short history has concerns that come and go.
func alert() *rules.Set {
	set := rules.Default()
	for _, l := range []*rules.Limit{&set.NoHost, &set.BlankScreen, &set.UnseenSpeaker, &set.UnlockedRecording} {
		l.After /= 20
	}
	set.Profiles = []rules.Profile{{Name: "<p>", Weight: conference.Urgent, Grace: time.Second,
		Expect: []rules.Expectation{{Field: conference.Mute, Want: conference.Value{Presence: conference.Known, Int: 1}}}}}
	return set
}

func (h *history) step(meetings int) {
	h.now = h.now.Add(time.Duration(h.r.IntN(20)) * time.Second)
	about := conference.About{ConfID: conference.ConfID(strconv.Itoa(100 + h.r.IntN(meetings))), At: h.now}
	var m conference.Message
	switch h.r.IntN(20) {
	case 18:
		m = conference.SilenceMessage{About: about, Silence: conference.Silence{Cause: h.cause(), By: "<Li>", Note: "n", At: h.now,
			Until: h.now.Add(time.Duration(h.r.IntN(60)) * time.Second), Seen: h.r.IntN(2) == 0}}
	case 19:
		m = conference.UnsilenceMessage{About: about, Cause: h.cause()}
	case 0:
		m = conference.UnwatchMessage{About: about}
	case 1, 2, 3:
		m = conference.WatchMessage{About: about, Name: []string{"", "Review", "<b>Board</b> & \"co\"\nline"}[h.r.IntN(3)], Group: []string{"", "North", "north", " South"}[h.version%4]}
	case 4, 5, 6:
		m = conference.LinkMessage{About: about, Event: conference.LinkEvent(1 + h.r.IntN(6)), Reason: conference.ReasonClosed}
	case 7:
		m = conference.RefusedMessage{About: about, Refusal: conference.Refusal{Kind: conference.RefusedValue, Field: "lock", At: h.now}}
	case 8, 9, 10:
		m = h.participants(about)
	case 11:
		m = conference.SpeakersMessage{About: about, Envelope: h.envelope(about, conference.SpeakersType),
			Speakers: []conference.Speaker{{PID: "a", Name: "Ann"}, {PID: "zz"}}[:h.r.IntN(3)]}
	case 12:
		m = conference.BasicMessage{About: about, Envelope: h.envelope(about, conference.BasicType),
			Basic: conference.BasicInfo{Title: []string{"", "Review <2>"}[h.r.IntN(2)], Owner: "o", StartTime: h.now}}
	default:
		m = h.status(about)
	}
	h.registry.Pass(h.now)
	h.tell(m)
}

// tell tells the board of a message, or, of a meeting that another board watches for a while, what that board makes of it: the whole state,
// or the brief one.
func (h *history) tell(m conference.Message) {
	id := m.Meeting()
	here, there := h.registry.Get(id), h.elsewhere[id]
	switch {
	case here == nil:
		delete(h.elsewhere, id)
		h.registry.Apply(m)
		return
	case there == nil && h.r.IntN(8) > 0:
		h.registry.Apply(m)
		return
	case there == nil:
		there = here
	}
	there, _, _ = conference.Apply(there, m, h.registry.Policy())
	h.elsewhere[id] = there
	told := conference.SnapshotMessage{About: conference.About{ConfID: id, At: h.now}, State: there}
	switch n := h.r.IntN(16); {
	case there == nil:
		h.registry.Apply(conference.UnwatchMessage{About: told.About})
		return
	case n == 0:
		delete(h.elsewhere, id) // from now on it is watched here
	case n < 10:
		told.State = there.Briefly()
	}
	h.registry.Apply(told)
}

func (h *history) cause() conference.Cause {
	return []conference.Cause{{Rule: conference.Overrunning}, {Rule: conference.NoHost}, {Rule: conference.Drift, Field: conference.Mute, Profile: "<p>"}}[h.r.IntN(3)]
}

func (h *history) envelope(about conference.About, kind conference.MessageType) conference.Envelope {
	h.version++
	e := conference.Envelope{Type: kind, ConfID: about.ConfID, MsgID: strconv.FormatInt(h.version, 10), Mode: conference.Mode(h.r.IntN(2)), CreateTime: h.now}
	if e.Mode == conference.Full {
		e.Version = conference.FullVersion(h.now.UnixMilli() + h.version)
	} else {
		e.Sequence = conference.Sequence(h.version)
	}
	return e
}

func (h *history) participants(about conference.About) conference.ParticipantsMessage {
	m := conference.ParticipantsMessage{About: about, Envelope: h.envelope(about, conference.ParticipantsType)}
	for range h.r.IntN(4) {
		attributes := map[string]string{}
		for _, key := range []string{"NAME", "TEL", "ROLE", "HAND", "MUTE", "STATE", "ISCOHOST"} {
			if h.r.IntN(3) == 0 {
				attributes[key] = []string{"0", "1", "<b>"}[h.r.IntN(3)]
			}
		}
		m.Entries = append(m.Entries, conference.ParticipantEntry{PID: []string{"a", "b", "c", "d<"}[h.r.IntN(4)], Removed: h.r.IntN(4) == 0, Attributes: conference.AttributesOf(attributes)})
	}
	return m
}

func (h *history) status(about conference.About) conference.StatusMessage {
	m := conference.StatusMessage{About: about, Envelope: h.envelope(about, conference.StatusType)}
	known := func(n int64) conference.Value { return conference.Value{Presence: conference.Known, Int: n} }
	for f := range conference.FieldCount {
		if h.r.IntN(4) != 0 {
			continue
		}
		v := known(int64(h.r.IntN(3)))
		switch f {
		case conference.EndTime:
			end := h.now.Add(time.Duration(h.r.IntN(1200)-600) * time.Second)
			v = conference.Value{Presence: conference.Known, Int: end.UnixMilli(), Text: strconv.FormatInt(end.UnixMilli(), 10)}
		case conference.StatusMode:
			v = conference.Value{Presence: conference.Known, Text: []string{"FREE", "FIXED", "BROADCAST", "<i>"}[h.r.IntN(4)]}
		case conference.MeetingState:
			v = conference.Value{Presence: conference.Known, Text: []string{"Schedule", "Created", "Created", "Destroyed"}[h.r.IntN(4)]}
		case conference.ConfIMGroupID:
			v = conference.Value{Presence: conference.Known, Text: "\"><script>"}
		case conference.MultiPic:
			l := &conference.Layout{PicNum: known(int64(h.r.IntN(4))), Period: known(10)}
			for range h.r.IntN(5) {
				l.Screens = append(l.Screens, conference.Screen{Index: known(int64(h.r.IntN(5))), IDs: []string{"a", "b", "c"}[:h.r.IntN(4)], Share: known(int64(h.r.IntN(2)))})
			}
			v = conference.Value{Presence: conference.Known, Layout: l}
		}
		m.Status.Set(f, v)
	}
	for range h.r.IntN(3) {
		if m.Status.Unlisted == nil {
			m.Status.Unlisted = map[string]string{}
		}
		m.Status.Unlisted[[]string{"pause", "lanChannels", `o"d<d`, "会议"}[h.r.IntN(4)]] = []string{"true", "[]", `"<b>"`}[h.r.IntN(3)]
	}
	return m
}

// queries are overviews of all kinds; a page of theirs has few cards, so that there is always something beyond its edge.
var queries = []struct {
	query overviewQuery
	size  int
}{
	{overviewQuery{}, windowSize},
	{overviewQuery{only: onlyProblems}, windowSize},
	{overviewQuery{only: onlyStale}, 2},
	{overviewQuery{only: "live"}, windowSize},
	{overviewQuery{}, 3},
	{overviewQuery{page: 1}, 3},
	{overviewQuery{page: 2, sort: sortParticipants}, 2},
	{overviewQuery{sort: sortTitle}, 4},
	{overviewQuery{sort: sortEnd, page: 1}, 2},
	{overviewQuery{sort: sortStart, search: "REVIEW"}, 2},
	{overviewQuery{search: "10", recording: recordingOff}, 3},
	{overviewQuery{recording: recordingOn, sort: sortEnd}, 3},
	{overviewQuery{mode: conference.ModeFixed}, windowSize},
	{overviewQuery{facts: 1 << 0}, 2},           // unlocked
	{overviewQuery{facts: 1<<4 | 1<<0}, 2},      // near its end
	{overviewQuery{facts: 1 << 6, page: 1}, 1},  // no host
	{overviewQuery{facts: 1 << 7}, windowSize},  // nobody in it
	{overviewQuery{only: "ended", page: 40}, 2}, // there are not so many pages
}

// Whoever connects when, at the end every viewer has the page that a reload would bring. It failed, for one, while a
// region could show a card whose entry was still to be told: the card was then there twice.
func TestEveryViewerEndsAtTheNewestState(t *testing.T) {
	paths := Paths{Base: "/board"}
	for seed := range uint64(len(queries)) {
		h := newHistory(seed)
		w := words{text: text.For(text.Langs()[seed%2]), paths: paths}
		overview := func() *overviewView {
			k := queries[seed%uint64(len(queries))]
			v := newOverviewView(w, h.registry, k.query)
			v.size = k.size
			return v
		}
		kept := timeline.NewHistory(timeline.DefaultLimits)
		h.registry.Observe(kept.Note)
		meeting := &meetingView{words: w, board: h.registry, id: "101", told: timelineView{history: kept, show: timeline.Topics()[seed%6]}}
		link := &linkView{words: w, board: h.registry, id: "101", names: &aliases{},
			shows: conference.Shows{Names: seed%2 == 0, People: seed%3 == 0, Layout: seed%5 < 3}}
		topics := []*topic{newTopic(t, h.registry, overview()), newTopic(t, h.registry, meeting), newTopic(t, h.registry, link)}

		for range 120 {
			h.step(8)
			for _, k := range topics {
				switch h.r.IntN(6) {
				case 0:
					if len(k.viewers) < 8 {
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

		pages := make([]*dom, 3)
		fresh := overview()
		fresh.start()
		pages[0] = drawn(t, templates.OverviewRegion(fresh.draw()))
		if s := h.registry.Get(meeting.id); s != nil {
			pages[1] = drawn(t, templates.MeetingRegion(meeting.page(s)))
		} else {
			pages[1] = drawn(t, templates.ProblemRegion(absent(w.text, paths)))
		}
		_, shared := link.draw()
		pages[2] = drawn(t, templates.LinkRegion(shared))
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

func drawn(t *testing.T, c templ.Component) *dom {
	t.Helper()
	message, err := draw(context.Background(), templates.SwapRegion(templates.Tab{}), c)
	if err != nil {
		t.Fatal(err)
	}
	d := newDOM()
	d.apply(t, message)
	return d
}

func difference(got, want string) string {
	at := 0
	for at < len(got) && at < len(want) && got[at] == want[at] {
		at++
	}
	from := max(0, at-200)
	return fmt.Sprintf("got  …%s\nwant …%s", got[from:min(len(got), at+200)], want[from:min(len(want), at+200)])
}
