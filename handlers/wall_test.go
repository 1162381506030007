package handlers

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/templates"
	"confboard/templates/text"
	"confboard/web/live"
)

// The numbers are those of rooms that were measured, on a page of 1920 x 1080 pixels.

// Assets whose content does not matter.

type someAssets struct{}

func (someAssets) Path(name string) string { return "/static/" + name }

func testHandlers(b Board) *Handlers {
	return &Handlers{Board: b, Assets: someAssets{}, Paths: Paths{Base: "/board"}, Build: "test", Now: func() time.Time { return time.UnixMilli(1_800_000_000_000) }}
}

// viewed answers everybody as somebody who may see the board.

func viewed(h *Handlers) *echo.Echo {
	e := echo.New()
	e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			SetVisitor(c, Visitor{Viewer: true})
			return next(c)
		}
	})
	h.Register(e.Group(h.Paths.Base))
	return e
}

func ask(t *testing.T, h *Handlers, target string, header ...string) string {
	t.Helper()
	e := viewed(h)
	r := httptest.NewRequest(http.MethodGet, h.Paths.Base+target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d", target, w.Code)
	}
	return w.Body.String()
}

func TestAWallHasNothingToPress(t *testing.T) {
	h := newHistory(3)
	for range 200 {
		h.step(20)
	}
	page := ask(t, testHandlers(h.registry), "/wall?lang=en")
	for _, element := range []string{"<a ", "<button", "<input", "<select", "<details", "style=", "onclick"} {
		if strings.Contains(page, element) {
			t.Errorf("the page has %q", element)
		}
	}
	for _, part := range []string{`data-theme="dark"`, `data-body="4.00"`, `data-dwell="15"`, `data-tiles="12"`, "sse.pauseOnBackground:false", `id="clock"`, `id="silence"`} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
}

func TestAWallIsDarkUnlessItsAddressSaysLight(t *testing.T) {
	h := testHandlers(newHistory(1).registry)
	if page := ask(t, h, "/wall", "Cookie", themeCookie+"=light"); !strings.Contains(page, `data-theme="dark"`) {
		t.Error("a choice made for other pages turned the wall light")
	}
	if page := ask(t, h, "/wall?theme=light"); !strings.Contains(page, `data-theme="light"`) {
		t.Error("the address did not turn the wall light")
	}
}

// Walls that differ in screen, distance, dwell and theme only share a topic.

func TestWallsOfAKindShareAStream(t *testing.T) {
	h := testHandlers(newHistory(1).registry)
	stream := func(query string) string {
		page := ask(t, h, "/wall?lang=zh&only=live&"+query)
		_, after, _ := strings.Cut(page, `hx-sse:connect="`)
		path, _, _ := strings.Cut(after, `"`)
		return path
	}
	const want = "/board/wall/events?dwell=20&amp;lang=zh&amp;only=live&amp;tiles=8"
	for _, query := range []string{"tiles=8&dwell=20", "screen=55&distance=3&dwell=16", "screen=75&distance=4&dwell=18&theme=light&night=22-06", "tiles=8&screen=98&distance=6&dwell=20&sort=end&page=3"} {
		if got := stream(query); got != want {
			t.Errorf("%s: stream %s, want %s", query, got, want)
		}
	}
}

func TestTheCountsOfAWallAnswerWhetherAnythingIsWrong(t *testing.T) {
	for _, k := range []struct {
		name   string
		links  []conference.LinkState
		query  string
		expect string
	}{
		{"all is well", []conference.LinkState{conference.Live, conference.Over}, "", "2 meetings · No problems"},
		{"the worst first", []conference.LinkState{conference.Live, conference.Stale, conference.Lost, conference.Stale}, "", "4 meetings · 1 no data · 2 to check"},
		{"nobody knows yet", []conference.LinkState{conference.Connecting}, "", "1 meeting · 1 connecting"},
		{"there are none", nil, "", "0 meetings"},
		{"a class says so, and counts all", []conference.LinkState{conference.Live, conference.Stale}, "only=live", "2 meetings · 1 to check · Only: live"},
		{"problems only", []conference.LinkState{conference.Live}, "only=problems", "1 meeting · No problems · Only: problems"},
		{"a group counts its own", []conference.LinkState{conference.Live, conference.Stale}, "group=g0", "1 meeting · No problems · Only: Group: g0"},
		{"problems of a group", []conference.LinkState{conference.Live, conference.Stale}, "group=G1&only=problems", "1 meeting · 1 to check · Only: Group: G1, problems"},
		{"what is looked for", []conference.LinkState{conference.Live, conference.Stale}, "q=0", "1 meeting · No problems · Only: Search: 0"},
	} {
		t.Run(k.name, func(t *testing.T) {
			var all []*conference.State
			for i, l := range k.links {
				all = append(all, &conference.State{ConfID: conference.ConfID(strconv.Itoa(i)), Group: "g" + strconv.Itoa(i), Link: conference.Link{State: l}})
			}
			v := newWallView(words{text: text.For(text.English)}, nil, wallQuery{overviewQuery: queryOf(k.query), tiles: 12, turns: 4})
			v.start(all)
			_, c := v.line()
			said := []string{c.Total}
			for _, n := range c.Classes {
				said = append(said, n.Count+" "+n.Label)
			}
			said = append(said, c.AllWell, c.Only)
			got := strings.Join(slices.DeleteFunc(said, func(s string) bool { return s == "" }), " · ")
			if got != k.expect {
				t.Errorf("%s, want %s", got, k.expect)
			}
		})
	}
}

// What most of a meeting's messages are about is not on a wall, and must not cost one anything.

func TestAWallIsTouchedByWhatItShowsOnly(t *testing.T) {
	before := wallState(func(s *conference.State) {
		s.ParticipantsIntake.HasFull = true
		attended(&conference.Participant{PID: "a"})(s)
	})
	for _, k := range []struct {
		name   string
		change func(*conference.State)
		parts  []conference.FieldChange
		expect string
	}{
		{"an echo", nil, []conference.FieldChange{{Part: conference.PartEcho}, {Part: conference.PartEnvelope}}, ""},
		{"a speaker", nil, []conference.FieldChange{{Part: conference.PartSpeakers}}, ""},
		{"a layout", nil, []conference.FieldChange{{Part: conference.PartStatus, Field: conference.MultiPic}}, ""},
		{"somebody is muted", attended(&conference.Participant{PID: "a", Attributes: conference.AttributesOf(map[string]string{"MUTE": "1"})}), []conference.FieldChange{{Part: conference.PartParticipants}}, ""},
		{"somebody joins", attended(&conference.Participant{PID: "b"}), []conference.FieldChange{{Part: conference.PartParticipants}}, "tile/1"},
		{"a lock", nil, []conference.FieldChange{{Part: conference.PartStatus, Field: conference.Lock}}, "tile/1"},
		{"a title", nil, []conference.FieldChange{{Part: conference.PartBasic, Name: "title"}}, "tile/1"},
		{"a lost link", link(conference.Lost), []conference.FieldChange{{Part: conference.PartLink}}, "counters tile/1 tiles"},
	} {
		t.Run(k.name, func(t *testing.T) {
			after := *before
			if k.change != nil {
				k.change(&after)
			}
			v := newWallView(words{}, nil, wallQuery{tiles: 12, turns: 4})
			var got []string
			for _, touch := range v.Touched(conference.Change{ConfID: "1", Before: before, After: &after, Fields: k.parts}) {
				got = append(got, touch.Component)
			}
			if strings.Join(got, " ") != k.expect {
				t.Errorf("%q, want %q", got, k.expect)
			}
		})
	}
}

// The same promise as for the other pages, while tiles enter, leave, change places and fall beyond the limit.

func TestEveryWallEndsAtTheNewestState(t *testing.T) {
	for seed := range uint64(30) {
		h := newHistory(seed)
		wall := func() *wallView {
			return newWallView(words{text: text.For(text.Langs()[seed%2])}, h.registry,
				wallQuery{overviewQuery: overviewQuery{only: []string{"", onlyProblems, "live", ""}[seed%4]}, tiles: int(1 + seed%6), turns: int(1 + seed%5)})
		}
		view := wall()
		k := newTopic(t, h.registry, view)
		meetings, each := 6, 6
		if seed == 0 {
			meetings, each = maxOnWall+40, 100 // beyond the limit
		}
		for range 20 * meetings {
			h.step(meetings)
			switch h.r.IntN(each) {
			case 0:
				if len(k.viewers) < 4 {
					k.connect()
				}
			case 1:
				k.flush(true)
			case 2:
				if h.r.IntN(10) == 0 {
					k.viewers = nil
				}
			}
		}
		k.connect()
		k.flush(true)
		fresh := wall()
		fresh.edges = view.edges
		fresh.start(h.registry.All())
		newest, _ := fresh.draw()
		want := drawn(t, templates.WallRegion(newest)).html()
		for n, d := range k.viewers {
			if got := d.html(); got != want {
				t.Fatalf("seed %d, viewer %d of %d differs from a fresh page:\n%s", seed, n, len(k.viewers), difference(got, want))
			}
		}
	}
}

// crowdedBoard has so many meetings in groups of ten, the first of them refused by the cloud.

func TestAWallsAddressChangesNoOtherPage(t *testing.T) {
	h := testHandlers(newHistory(1).registry)
	e := viewed(h)
	w := httptest.NewRecorder()
	e.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/board/wall?lang=zh&theme=light", nil))
	if got := w.Header().Values("Set-Cookie"); len(got) > 0 || !strings.Contains(w.Body.String(), `lang="zh-CN"`) {
		t.Errorf("cookies %q", got)
	}
}

func TestAWallJoinsBurstsForLongerThanOtherPages(t *testing.T) {
	var v live.View = &wallView{}
	j, ok := v.(live.Joiner)
	if !ok || j.JoinBursts() != 500*time.Millisecond {
		t.Error("repaints are not limited to two a second")
	}
	if _, ok := v.(live.Rememberer); !ok {
		t.Error("the view would remember tiles of viewers who have gone")
	}
}
