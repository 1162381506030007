package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/page"

	"confboard/feed/simulator"
)

// manyMeetings is a board with this many meetings, all live and with a title.
func manyMeetings(t *testing.T, n int) (*board, []*simulator.Meeting) {
	t.Helper()
	cloud := newCloud(t, steady)
	meetings := make([]*simulator.Meeting, n)
	for i := range meetings {
		titles := []string{"Quarterly review of the southern region", "安全例会", "Board", "Design: the next generation of conference rooms"}
		m := cloud.Add(simulator.MeetingConfig{ConfID: fmt.Sprintf("9000000%02d", i+1), HostPassword: "135790", Title: fmt.Sprintf("%s %d", titles[i%len(titles)], i+1)})
		m.Start()
		m.Set(map[string]any{"lock": i % 2, "recState": i % 3 / 2, "mode": "FIXED"})
		meetings[i] = m
	}
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(meetings...)})
	for _, m := range meetings {
		b.waitLink(m.ConfID(), "live")
	}
	return b, meetings
}

// tiles are the confIDs of the tiles on the screen.
const tiles = `[...document.querySelectorAll("#region article")].filter((e) => e.getClientRects().length > 0).map((e) => e.id.slice(2))`

func TestAWallFillsItsScreen(t *testing.T) {
	t.Parallel()
	sizes := []struct{ width, height int64 }{{1366, 768}, {1920, 1080}, {3840, 2160}}
	for _, n := range []int{1, 12, 40} {
		t.Run(fmt.Sprintf("with %d meetings", n), func(t *testing.T) {
			b, _ := manyMeetings(t, n)
			for _, size := range sizes {
				where := fmt.Sprintf("%d meetings at %d x %d", n, size.width, size.height)
				p := openLive(t, b.url+"/wall", view{width: size.width, height: size.height})
				p.wait(fmt.Sprintf(`document.querySelectorAll("#region article").length === %d`, n))
				screen := rect{0, 0, float64(size.width), float64(size.height)}
				if over := evaluate[[]int](p, `[document.scrollingElement.scrollWidth - innerWidth, document.scrollingElement.scrollHeight - innerHeight]`); over[0] > 0 || over[1] > 0 {
					t.Errorf("%s: the page is %v pixels larger than the screen", where, over)
				}
				all := p.rects("#region article")
				if len(all) != min(n, 12) {
					t.Errorf("%s: %d tiles are on the screen, want %d", where, len(all), min(n, 12))
				}
				noneOverlap(t, where, all)
				covered := 0.0
				for i, r := range all {
					covered += r.W * r.H
					if !r.within(screen) {
						t.Errorf("%s: tile %d is at %v", where, i+1, r)
					}
				}
				if part := covered / (screen.W * screen.H); part < 0.7 {
					t.Errorf("%s: the tiles fill %.0f%% of the screen", where, 100*part)
				}
				noneOverlap(t, where+": the counts, the clock, the foot", append(p.rects(".wall-counts, .wall-clock, .wall-foot"), all...))
				// 4 hundredths of the height are 22 arc minutes on 55 inches seen from 3 m; a title is no smaller, and nothing
				// is smaller than 16 arc minutes.
				for _, s := range evaluate[[]float64](p, `[...document.querySelectorAll("#region h2")].filter((e) => e.getClientRects().length > 0).map((e) => parseFloat(getComputedStyle(e).fontSize) / innerHeight)`) {
					if s < 0.04 {
						t.Errorf("%s: a title is %.2f%% of the height", where, 100*s)
					}
				}
				for _, small := range evaluate[[]string](p, `[...document.querySelectorAll("body *")].filter((e) => e.getClientRects().length > 0 && !e.closest(".sr") &&
				[...e.childNodes].some((c) => c.nodeType === 3 && c.data.trim()) && parseFloat(getComputedStyle(e).fontSize) < 0.0285 * innerHeight).map((e) => e.textContent.trim())`) {
					t.Errorf("%s: %q is too small", where, small)
				}
			}
		})
	}
}

func TestAWallShowsEveryMeetingInTurnAndMarksWhatChanged(t *testing.T) {
	t.Parallel()
	b, meetings := manyMeetings(t, 40)
	p := openLive(t, b.url+"/wall?dwell=10", view{width: 1920, height: 1080})
	p.wait(`document.querySelectorAll("#region article").length === 40`)
	p.waitContains(".wall-foot", "1 / 4")
	seen := evaluate[[]string](p, tiles)
	for turn := 2; turn <= 4; turn++ {
		p.waitContains(".wall-foot", fmt.Sprintf("%d / 4", turn))
		seen = append(seen, evaluate[[]string](p, tiles)...)
	}
	slices.Sort(seen)
	if distinct := slices.Compact(slices.Clone(seen)); len(distinct) != 40 || len(seen) != 40 {
		t.Errorf("%d meetings were shown %d times, want each of the 40 once: %v", len(distinct), len(seen), seen)
	}

	first := meetings[0]
	badge := "#w-" + first.ConfID() + "-mode"
	first.Set(map[string]any{"mode": "BROADCAST"})
	p.waitContains(badge, "Broadcasting")
	p.wait(`document.querySelector("` + badge + `").hasAttribute("data-wall-changed")`)
	p.wait(`getComputedStyle(document.querySelector("` + badge + `")).outlineStyle !== "none"`)
	p.wait(`!document.querySelector("#region [data-wall-changed]")`) // after 5 s
	p.waitText("#w-"+first.ConfID()+" h2", first.Title())
	first.SetBasic(map[string]any{"title": "Renamed"})
	p.waitText("#w-"+first.ConfID()+" h2", "Renamed")
	p.wait(`/^\d\d:\d\d:\d\d /.test(e2e.text("#clock"))`)
	was := p.text("#clock")
	p.wait(`e2e.text("#clock") !== ` + quote(was))
}

func TestAWallHatchesWhatIsLost(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t, brisk)
	m := cloud.Add(simulator.MeetingConfig{ConfID: boardID, HostPassword: "135790", Title: "Board"})
	m.Start()
	m.Set(map[string]any{"lock": 1})
	b := serve(t, cloud, settings{heartbeat: brisk, meetings: watching(m)})
	b.waitLink(boardID, "live")
	p := openLive(t, b.url+"/wall", view{width: 1920, height: 1080})
	tile := "#w-" + boardID
	hatched := `getComputedStyle(document.querySelector("` + tile + `")).backgroundImage.includes("repeating-linear-gradient")`
	p.waitContains(tile, "LIVE")
	p.waitContains(tile, "Locked")
	if evaluate[bool](p, hatched) {
		t.Error("a live tile is hatched")
	}
	cloud.Refuse(http.StatusServiceUnavailable, "")
	m.CutConnections()
	p.waitContains(tile, "NO DATA")
	p.wait(hatched)
	p.wait(`/NO DATA ?\d+:\d\d/.test(e2e.text("` + tile + `"))`)
	if p.text(tile) == "" || slices.Contains(p.says(tile), "Locked") {
		t.Errorf("a lost meeting shows %q", p.says(tile))
	}
	cloud.Refuse(0, "")
	p.waitContains(tile, "LIVE")
	p.waitContains(tile, "Locked")
}

func TestAWallGoesOnInAHiddenTabAndThroughARestart(t *testing.T) {
	t.Parallel()
	b, m := oneMeeting(t, nil)
	p := openLive(t, b.url+"/wall", view{width: 1920, height: 1080, interrupted: true})
	p.run("e2e.opened = true")
	tile := "#w-" + boardID
	p.waitContains(tile, "LIVE")
	until(t, "the viewer", func() bool { return b.metric("confboard_viewers") == 1 })

	p.run(`Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" });
		document.dispatchEvent(new Event("visibilitychange", { bubbles: true }))`)
	m.Set(map[string]any{"lock": 1})
	p.waitContains(tile, "Locked")
	if n := b.metric("confboard_viewers"); n != 1 || p.streams() != 1 {
		t.Errorf("the hidden wall has asked for %d streams, and %v are open, want its first one", p.streams(), n)
	}

	b.kill()
	p.waitBoard("reconnecting")
	m.Set(map[string]any{"lock": 0, "forbiddenChat": 1})
	b.restart()
	p.waitContains(tile, "Chat off")
	p.waitBoard("live")
	if !evaluate[bool](p, "e2e.opened === true") {
		t.Error("the same build was loaded anew")
	}
}

func TestAWallReloadsWhenTheBoardIsNewer(t *testing.T) {
	t.Parallel()
	newer, err := newerBinary()
	if err != nil {
		t.Fatal(err)
	}
	b, m := oneMeeting(t, nil)
	p := openLive(t, b.url+"/wall", view{width: 1920, height: 1080, interrupted: true})
	p.run("e2e.opened = true; Math.random = () => 0") // it would wait up to 30 s
	build := evaluate[string](p, "document.documentElement.dataset.build")
	b.stop()
	p.waitBoard("reconnecting")
	b.binary = newer
	b.restart()
	p.wait(`e2e.opened !== true && document.documentElement.dataset.build !== ` + quote(build))
	p.waitBoard("live")
	m.Set(map[string]any{"lock": 1})
	p.waitContains("#w-"+boardID, "Locked")
	if got := evaluate[string](p, "location.pathname"); got != "/wall" {
		t.Errorf("the page is %s after the reload", got)
	}
}

func TestAWallSaysThatItsScreensClockIsWrong(t *testing.T) {
	t.Parallel()
	b, _ := oneMeeting(t, nil)
	// The page's own clock goes as far ahead as its address says.
	const ahead = `const real = Date.now, off = Number(new URLSearchParams(location.search).get("ahead") ?? 0); Date.now = () => real() + off;`
	cases := []struct {
		ahead int // ms
		says  string
	}{{0, ""}, {1500, ""}, {-90_000, "This screen’s clock is off by 90 sec"}, {7_200_000, "This screen’s clock is off by 2 hr"}}
	walls := make([]*tab, len(cases))
	for i, c := range cases {
		p := open(t, b.url+"/healthz", view{width: 1920, height: 1080, interrupted: true}) // the browser asks for an icon
		p.call("set the clock", command(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: ahead}))
		p.navigate(fmt.Sprintf("%s/wall?ahead=%d", b.url, c.ahead))
		p.run(`e2e.clocks = 0; document.addEventListener("clock", () => e2e.clocks++)`)
		walls[i] = p
	}
	for i, p := range walls { // two clock events in a row say whether it is off
		p.wait("e2e.clocks >= 2")
		if c := cases[i]; c.says != "" {
			p.waitSaid(".wall-foot", c.says)
		} else if len(p.rects("#wall-off")) > 0 {
			t.Errorf("with a clock that is %d ms ahead the wall says %q", c.ahead, p.text("#wall-off"))
		}
	}
}
