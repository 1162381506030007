package handlers

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
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
func TestTextOnAWallIsLargeEnoughForTheFarSeat(t *testing.T) {
	pixels := func(vh float64) int { return int(math.Round(vh * 1080 / 100)) }
	for _, k := range []struct {
		name                   string
		given                  viewing
		lang                   text.Lang
		body, title, floor, at int
	}{
		{"55 inches at 3 m", viewing{55, 3}, text.English, 43, 59, 31, 8},
		{"75 inches at 4 m", viewing{75, 4}, text.English, 42, 58, 31, 8},
		{"98 inches at 6 m", viewing{98, 6}, text.English, 49, 66, 35, 6},
		{"Chinese characters have a higher floor", viewing{55, 3}, text.Chinese, 43, 59, 37, 8},
		{"a desk display takes as many tiles as there can be", viewing{55, 1}, text.English, 14, 20, 10, 24},
		{"a screen too small for the hall still shows one tile", viewing{20, 20}, text.English, 151, 206, 110, 1},
	} {
		t.Run(k.name, func(t *testing.T) {
			s := k.given.sizes(k.lang)
			if body, title, floor := pixels(s.body), pixels(s.title), pixels(s.floor); body != k.body || title != k.title || floor != k.floor {
				t.Errorf("body %d, title %d, floor %d px, want %d, %d, %d", body, title, floor, k.body, k.title, k.floor)
			}
			if n := s.fitting(); n != k.at {
				t.Errorf("%d tiles fit, want %d", n, k.at)
			}
		})
	}
}

func TestTilesFillTheScreen(t *testing.T) {
	for n, want := range map[int][2]int{
		0: {1, 1}, 1: {1, 1}, 2: {2, 1}, 3: {3, 1}, 4: {2, 2}, 5: {3, 2}, 6: {3, 2}, 8: {4, 2}, 9: {3, 3}, 10: {4, 3}, 12: {4, 3}, 15: {5, 3}, 20: {5, 4}, 24: {6, 4},
	} {
		if columns, rows := grid(n); columns != want[0] || rows != want[1] {
			t.Errorf("%d tiles: %d x %d, want %d x %d", n, columns, rows, want[0], want[1])
		}
	}
	for n := 1; n <= maxTiles; n++ {
		columns, rows := grid(n)
		if columns*rows < n || (columns-1)*rows >= n || columns > 8 || rows > 4 {
			t.Errorf("%d tiles in %d x %d: too few places, an empty column, or more than the style sheet knows", n, columns, rows)
		}
	}
}

func TestTheAddressOfAWall(t *testing.T) {
	for _, k := range []struct {
		name, given string
		tiles       int
		dwell       time.Duration
		light       bool
		only        string
	}{
		{"nothing is told: twelve tiles for a quarter of a minute", "", 12, 15 * time.Second, false, ""},
		{"where it hangs decides how many fit", "screen=98&distance=6", 6, 15 * time.Second, false, ""},
		{"the distance alone is told", "distance=2.5", 15, 15 * time.Second, false, ""},
		{"the number of tiles is told", "screen=98&distance=6&tiles=16&dwell=30", 16, 30 * time.Second, false, ""},
		{"as many as fit are asked for", "tiles=0", 8, 15 * time.Second, false, ""},
		{"out of range counts as not given", "screen=10&distance=99&tiles=25&dwell=5", 12, 15 * time.Second, false, ""},
		{"so does what is no number", "screen=NaN&distance=x&tiles=-1&dwell=1e9", 12, 15 * time.Second, false, ""},
		{"so does an unknown filter or theme", "only=everything&theme=pink", 12, 15 * time.Second, false, ""},
		{"a light wall of problems", "only=problems&theme=light", 12, 15 * time.Second, true, "problems"},
	} {
		t.Run(k.name, func(t *testing.T) {
			given, err := url.ParseQuery(k.given)
			if err != nil {
				t.Fatal(err)
			}
			q, look := wallOf(given, text.English)
			if q.tiles != k.tiles || q.only != k.only || look.dwell != k.dwell || look.light != k.light {
				t.Errorf("%d tiles, only %q, %v, light %v", q.tiles, q.only, look.dwell, look.light)
			}
		})
	}
}

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

func wallState(change ...func(*conference.State)) *conference.State {
	s := &conference.State{ConfID: "1", Link: conference.Link{State: conference.Live}}
	for _, f := range change {
		f(s)
	}
	return s
}

func flag(f conference.Field, n int64) func(*conference.State) {
	return func(s *conference.State) { s.Status.Set(f, conference.Value{Presence: conference.Known, Int: n}) }
}

func mode(m string) func(*conference.State) {
	return func(s *conference.State) {
		s.Status.Set(conference.StatusMode, conference.Value{Presence: conference.Known, Text: m})
	}
}

func inGroup(name string) func(*conference.State) {
	return func(s *conference.State) { s.Group = name }
}

func link(l conference.LinkState) func(*conference.State) {
	return func(s *conference.State) { s.Link.State = l }
}

func TestATileHasTheThreeMostNotableMarks(t *testing.T) {
	w := words{text: text.For(text.English)}
	overrun := func(s *conference.State) {
		s.Concerns = []conference.Concern{{Active: true, Condition: conference.Condition{Cause: conference.Cause{Rule: conference.Overrunning}, Weight: conference.Noteworthy}}}
	}
	unrecorded := func(s *conference.State) {
		s.Concerns = []conference.Concern{{Active: true, Condition: conference.Condition{Cause: conference.Cause{Rule: conference.Drift, Field: conference.RecState}, Weight: conference.Urgent}}}
	}
	silenced := func(s *conference.State) {
		s.Silences = []conference.Silence{{Cause: conference.Cause{Rule: conference.Overrunning}, By: "Li"}}
	}
	soon := func(s *conference.State) { s.EndingSoon = true }
	for _, k := range []struct {
		name   string
		given  *conference.State
		expect string
	}{
		{"what is as usual has none", wallState(flag(conference.RecState, 0), mode("FREE"), flag(conference.Lock, 0)), ""},
		{"nothing reported has none", wallState(), ""},
		{"recording leads", wallState(flag(conference.Lock, 1), flag(conference.RecState, 1)), "REC, Locked"},
		{"three at most", wallState(flag(conference.RealTimeSubtitle, 2), flag(conference.Mute, 1), flag(conference.ForbiddenChat, 1),
			flag(conference.LockSharing, 1), flag(conference.Lock, 1), mode("BROADCAST"), flag(conference.RecState, 1)), "REC, Broadcasting, Locked"},
		{"why it needs a look comes first", wallState(overrun, flag(conference.RecState, 1), mode("ROLLCALL"), flag(conference.Lock, 1)), "Overrun, REC, Giving the floor"},
		{"a drift says what is", wallState(flag(conference.RecState, 0), unrecorded, flag(conference.Lock, 1)), "Not recording, Locked"},
		{"what somebody has taken note of says so", wallState(overrun, silenced, flag(conference.Lock, 1)), "Overrun, silenced, Locked"},
		{"old data says so first", wallState(link(conference.Stale), flag(conference.RecState, 1)), "Out of date, REC"},
		{"a refusal says so", wallState(link(conference.Refusing)), "Refused"},
		{"an end to come is told", wallState(soon, flag(conference.Lock, 1)), "Ends soon, Locked"},
		{"an unknown value is told", wallState(mode("DANCE")), "Mode: DANCE (unknown value)"},
		{"lost data has no states", wallState(link(conference.Lost), flag(conference.RecState, 1), overrun), ""},
		{"nor has a meeting that ended", wallState(link(conference.Over), flag(conference.RecState, 1)), ""},
	} {
		t.Run(k.name, func(t *testing.T) {
			var said []string
			for _, m := range w.tile(k.given).Marks {
				said = append(said, m.Text)
			}
			if got := strings.Join(said, ", "); got != k.expect {
				t.Errorf("%s, want %s", got, k.expect)
			}
		})
	}
}

func TestATileHasOneNumber(t *testing.T) {
	w := words{text: text.For(text.English)}
	at := time.UnixMilli(1_800_000_000_000).UTC()
	end := func(s *conference.State) {
		s.Status.Set(conference.EndTime, conference.Value{Presence: conference.Known, Int: at.UnixMilli()})
	}
	people := func(s *conference.State) {
		s.ParticipantsIntake.HasFull = true
		s.Participants = []*conference.Participant{{PID: "a"}, {PID: "b"}, {PID: "c", Attributes: conference.AttributesOf(map[string]string{conference.AttrState: "1"})}}
	}
	for _, k := range []struct {
		name   string
		given  *conference.State
		expect string
	}{
		{"the participants in the meeting, not those being called", wallState(end, people), "2 participants"},
		{"nobody is a number too", wallState(end, func(s *conference.State) { s.ParticipantsIntake.HasFull = true }), "0 participants"},
		{"the planned end while they are not known", wallState(end), "planned end " + at.Format("15:04")},
		{"nothing when nothing is known", wallState(), ""},
		{"the planned start before the meeting", wallState(link(conference.Waiting), func(s *conference.State) { s.Basic.ScheduledStart = at }), "planned start " + at.Format("15:04")},
		{"nothing when data is lost", wallState(link(conference.Lost), end, people), ""},
		{"nothing after the end", wallState(link(conference.Over), end, people), ""},
	} {
		t.Run(k.name, func(t *testing.T) {
			n := w.tile(k.given).Number
			got := n.Count + " " + n.Label
			if n.Time.ISO != "" {
				shown, _ := time.Parse(time.RFC3339, n.Time.ISO)
				got = n.Label + " " + shown.Format("15:04")
			}
			if got = strings.TrimSpace(got); got != k.expect {
				t.Errorf("%q, want %q", got, k.expect)
			}
		})
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
			_, c := v.line(all)
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
		s.Participants = []*conference.Participant{{PID: "a"}}
	})
	people := func(p ...*conference.Participant) func(*conference.State) {
		return func(s *conference.State) { s.Participants = p }
	}
	for _, k := range []struct {
		name   string
		change func(*conference.State)
		parts  []conference.FieldChange
		expect string
	}{
		{"an echo", nil, []conference.FieldChange{{Part: conference.PartEcho}, {Part: conference.PartEnvelope}}, ""},
		{"a speaker", nil, []conference.FieldChange{{Part: conference.PartSpeakers}}, ""},
		{"a layout", nil, []conference.FieldChange{{Part: conference.PartStatus, Field: conference.MultiPic}}, ""},
		{"somebody is muted", people(&conference.Participant{PID: "a", Attributes: conference.AttributesOf(map[string]string{"MUTE": "1"})}), []conference.FieldChange{{Part: conference.PartParticipants}}, ""},
		{"somebody joins", people(&conference.Participant{PID: "a"}, &conference.Participant{PID: "b"}), []conference.FieldChange{{Part: conference.PartParticipants}}, "tile/1"},
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
		want := drawn(t, templates.WallRegion(fresh.draw(h.registry.All()))).html()
		for n, d := range k.viewers {
			if got := d.html(); got != want {
				t.Fatalf("seed %d, viewer %d of %d differs from a fresh page:\n%s", seed, n, len(k.viewers), difference(got, want))
			}
		}
	}
}

// crowdedBoard has so many meetings in groups of ten, the first of them refused by the cloud.
func crowdedBoard(meetings, problems int) *conference.Registry {
	registry := conference.NewRegistry(conference.Policy{Heartbeat: time.Minute, KeepEnded: time.Hour})
	at := time.UnixMilli(1_800_000_000_000)
	for i := range meetings {
		about := conference.About{ConfID: conference.ConfID(fmt.Sprintf("%04d", i)), At: at}
		group := ""
		if i >= 10 {
			group = fmt.Sprintf("Group %d", i/10)
		}
		registry.Apply(conference.WatchMessage{About: about, Group: group})
		event := conference.LinkWaiting
		if i < problems {
			event = conference.LinkRefused
		}
		registry.Apply(conference.LinkMessage{About: about, Event: event})
	}
	return registry
}

func TestWhatDoesNotFitACycleIsCountedByGroup(t *testing.T) {
	for _, k := range []struct {
		name                string
		meetings, problems  int
		tiles, turns        int
		own, groups, inThem int
		fixed               string
	}{
		{"as many as fit have tiles", 48, 0, 12, 4, 48, 0, 0, "0"},
		{"problems take turns with the others on a few pages", 48, 20, 12, 4, 48, 0, 0, "0"},
		{"with more pages problems stay", 60, 2, 12, 6, 60, 0, 0, "2"},
		{"one more than fits, and all without problems are counted", 49, 0, 12, 4, 0, 5, 49, "0"},
		{"problems keep their tiles", 100, 3, 12, 4, 3, 10, 97, "0"},
		{"as many groups as fit", 100, 3, 4, 4, 3, 10, 97, "0"},
		{"more groups than places", 100, 3, 4, 1, 3, 1, 97, "0"},
		{"problems that fill the screen have all of it", 100, 12, 12, 4, 12, 0, 0, "0"},
		{"as many problems as there may be tiles", maxOnWall + 10, maxOnWall + 10, 12, 4, maxOnWall, 0, 0, "0"},
	} {
		t.Run(k.name, func(t *testing.T) {
			registry := crowdedBoard(k.meetings, k.problems)
			v := newWallView(words{text: text.For(text.English)}, registry, wallQuery{tiles: k.tiles, turns: k.turns})
			w := v.draw(registry.All())
			own, groups, inThem := 0, 0, 0
			ids := map[string]bool{}
			for _, tile := range w.Tiles.Tiles {
				ids[tile.ID] = true
				if n, err := strconv.Atoi(tile.Counted); err == nil {
					groups++
					inThem += n
					if tile.Problem || tile.Title == "" {
						t.Errorf("a group is %+v", tile)
					}
				} else {
					own++
				}
			}
			if own != k.own || groups != k.groups || inThem != k.inThem || w.Tiles.Fixed != k.fixed {
				t.Errorf("%d meetings, %d groups of %d, %s fixed; want %d, %d of %d, %s", own, groups, inThem, w.Tiles.Fixed, k.own, k.groups, k.inThem, k.fixed)
			}
			if len(ids) != own+groups {
				t.Errorf("%d tiles have %d ids", own+groups, len(ids))
			}
			if w.Counts.Matching != strconv.Itoa(k.meetings) || w.Counts.Problems != strconv.Itoa(k.problems) {
				t.Errorf("%s meetings, %s with problems", w.Counts.Matching, w.Counts.Problems)
			}

			// A tile that nobody has is not sent, and tiles that did not change are not sent again.
			if _, err := v.Region(context.Background()); err != nil {
				t.Fatal(err)
			}
			message, err := v.Render(context.Background(), []string{partTile + "none", partTiles})
			if err != nil || len(message) > 0 {
				t.Errorf("a message of %d bytes, error %v", len(message), err)
			}
		})
	}
}

func TestTheTileOfAGroupShowsTheWorstOfIt(t *testing.T) {
	v := newWallView(words{text: text.For(text.English)}, nil, wallQuery{tiles: 1, turns: 1})
	meeting := func(id, group string, l conference.LinkState) *conference.State {
		return &conference.State{ConfID: conference.ConfID(id), Group: group, Link: conference.Link{State: l}}
	}
	groups := v.groups([]*conference.State{
		meeting("1", "south", conference.Live), meeting("2", "", conference.Over), meeting("3", "North", conference.Connecting),
		meeting("4", "NORTH", conference.Live), meeting("5", " South ", conference.Over),
	}, 9)
	var said []string
	for _, g := range groups {
		tile := v.groupTile(g)
		said = append(said, tile.Title+" "+tile.Number.Count+" "+tile.Number.Label+" "+tile.Mark.Word)
	}
	if got, want := strings.Join(said, ", "), "NORTH 2 meetings CONNECTING, South 2 meetings LIVE, Without a group 1 meeting ENDED"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestTheHoursOfTheNight(t *testing.T) {
	for given, want := range map[string]string{"22-06": "22-06", "00-07": "00-07", "09-17": "09-17", "": "", "22-22": "", "24-06": "", "22-6": "", "2a-06": "", "-1-06": "", "22:06": ""} {
		if got := nightOf(given).String(); got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
}

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
