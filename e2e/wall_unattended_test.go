package e2e

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"

	"confboard/feed/simulator"
)

// hasten makes the timers of a page run so many times as fast. Its clocks do not: the board is heard as often as it speaks.
const hasten = `for (const name of ["setTimeout", "setInterval"]) {
  const real = window[name];
  window[name] = (f, ms, ...rest) => real(f, ms / %d, ...rest);
}`

// openHastened opens a wall whose timers are that fast.
func openHastened(t *testing.T, b *board, path string, times int) *tab {
	t.Helper()
	p := open(t, b.url+"/healthz", view{width: 1920, height: 1080, interrupted: true}) // the browser asks for an icon
	p.call("hasten the timers", command(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: fmt.Sprintf(hasten, times)}))
	p.navigate(b.url + path)
	p.waitBoard("live")
	return p
}

func TestAWallComesBackWhateverARequestIsAnswered(t *testing.T) {
	t.Parallel()
	b, m := oneMeeting(t, nil)
	way := newProxy(t, b)
	p := openLive(t, way.url+"/wall", view{width: 1920, height: 1080, interrupted: true})
	p.run("e2e.opened = true")
	for i, status := range []int{http.StatusUnauthorized, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout} {
		way.refused.Store(0)
		way.refuseWith(status)
		way.refuseIf(func(*http.Request) bool { return true })
		way.cut()
		p.waitBoard("reconnecting")
		m.Set(map[string]any{"lock": (i + 1) % 2})
		until(t, fmt.Sprintf("three requests answered with %d", status), func() bool { return way.refused.Load() >= 3 })
		way.refuseIf(nil)
		p.waitBoard("live")
		p.wait(fmt.Sprintf(`Boolean(document.querySelector("#w-%s-lock")) === %t`, boardID, i%2 == 0))
	}
	if !evaluate[bool](p, "e2e.opened === true") {
		t.Error("the page was loaded anew")
	}
}

func TestWhatAWallShowsIsMovedByAFewPixels(t *testing.T) {
	t.Parallel()
	b, _ := oneMeeting(t, nil)
	p := openHastened(t, b, "/wall", 500)
	p.run(`e2e.places = new Set(); new MutationObserver(() => {
		const r = document.body.getBoundingClientRect();
		e2e.places.add(r.x + "," + r.y);
	}).observe(document.body, { attributes: true, attributeFilter: ["style"] })`)
	p.wait("e2e.places.size >= 7")
	for _, place := range evaluate[[][]float64](p, `[...e2e.places].map((s) => s.split(",").map(Number))`) {
		if x, y := place[0], place[1]; x < -4 || x > 4 || y < -4 || y > 4 {
			t.Errorf("the wall was at %v", place)
		}
	}
}

func TestAWallIsDimmedAtNightUntilSomethingHappens(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: boardID, HostPassword: "135790", Title: "Board"})
	m.Start()
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m)})
	b.waitLink(boardID, "live")
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	hour := time.Now().In(zone).Hour()
	p := openLive(t, fmt.Sprintf("%s/wall?theme=light&night=%02d-%02d", b.url, hour, (hour+2)%24), view{width: 1920, height: 1080, light: true, interrupted: true})
	dim := `document.documentElement.hasAttribute("data-dim")`
	p.wait(dim)
	p.waitContains(".wall-dimmed", fmt.Sprintf("Dimmed until %02d:00", (hour+2)%24))
	p.wait(`document.body.dataset.awake === "off"`)
	p.wait(`getComputedStyle(document.documentElement).backgroundColor === "rgb(0, 0, 0)"`)

	m.Set(map[string]any{"lock": 1}) // is no reason to wake anybody
	p.waitContains("#w-"+boardID, "Locked")
	if !evaluate[bool](p, dim) {
		t.Error("a change without a problem woke the screen")
	}
	cloud.Refuse(http.StatusServiceUnavailable, "")
	m.CutConnections()
	p.wait("!" + dim)
	p.wait(`document.body.dataset.awake !== "off"`)
	cloud.Refuse(0, "")

	day := openLive(t, fmt.Sprintf("%s/wall?night=%02d-%02d", b.url, (hour+2)%24, (hour+4)%24), view{width: 1920, height: 1080})
	day.wait(`["held", "none"].includes(document.body.dataset.awake)`)
	if evaluate[bool](day, dim) {
		t.Error("the wall is dimmed by day")
	}
}
