package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"confboard/feed/simulator"
)

// showcase is a board with a meeting in each state: live with everything set, out of reach, not started, ended.
func showcase(t *testing.T) *board {
	t.Helper()
	cloud := newCloud(t, brisk)
	add := func(id, name string) *simulator.Meeting {
		return cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790", Name: name})
	}
	live, lost, late, over := add("900000001", "Board meeting"), add("900000002", "Design review"), add("900000003", "Budget"), add("900000004", "安全例会")
	for _, m := range []*simulator.Meeting{live, lost, over} {
		m.Start()
	}
	live.Set(map[string]any{"lock": 1, "recState": 1, "recOccurred": 1, "mode": "FIXED", "picNum": 4, "forbiddenChat": 1,
		"multiPic": picture(10, ids("+99111240"), ids("+99111241", "+99111242"), ids())})
	live.Join(person("pid-1", "Ann Berg", "TEL", "+99111240", "ROLE", "1", "HAND", "1", "MUTE", "1"))
	live.Join(person("pid-2", "李娜", "VIDEO", "0", "STATE", "1"))
	live.Wait(person("pid-3", "Zoë"))
	live.Speak(simulator.Speaker{PID: "pid-1", Volume: 50})
	b := serve(t, cloud, settings{heartbeat: brisk, meetings: watching(live, lost, late, over)})
	for _, m := range []*simulator.Meeting{live, lost, over} {
		b.waitLink(m.ConfID(), "live")
	}
	lost.SetEcho(false)
	over.End()
	b.waitLink("900000003", "waiting")
	b.waitLink("900000004", "ended")
	until(t, "a meeting without a link", func() bool {
		link := b.meeting("900000002").Freshness.Link
		return link == "lost" || link == "stale"
	})
	return b
}

// showcasePages are the pages that are looked at.
var showcasePages = []string{"/", "/?only=scheduled", "/?only=critical", "/m/900000001", "/m/900000002", "/m/900000003", "/m/900000004", "/m/900000099", "/nothing", "/wall", "/wall/setup",
	"/m/900000001?show=people", "/m/900000004?show=link", "/m/900000001?at=last", "/m/900000001?at=1000", "/m/900000001/timeline",
	"/?density=compact&q=nowhere", "/history", "/rules", "/feed", "/feed?q=none", "/feed/m/900000001", "/feed/m/900000002", "/feed/sign-in"}

// streams reports whether a page has a stream.
func streams(path string) bool {
	return path != "/nothing" && path != "/history" && path != "/feed/sign-in" && path != "/wall/setup" && !strings.Contains(path, "at=") && !strings.HasSuffix(path, "/timeline")
}

// findings are what axe reports.
type findings struct {
	Passes     int `json:"passes"`
	Violations []struct {
		ID    string `json:"id"`
		Help  string `json:"help"`
		Nodes []struct {
			HTML    string `json:"html"`
			Summary string `json:"failureSummary"`
		} `json:"nodes"`
	} `json:"violations"`
}

// axe lets axe look at the page as it is.
func (p *tab) axe(where string) {
	p.t.Helper()
	source, err := os.ReadFile(filepath.Join("..", "static", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		p.t.Fatal(err)
	}
	// Under the page's policy axe cannot be a script of the page; the debugger may run it.
	p.call("load axe", chromedp.Evaluate[chromedp.Void](string(source)))
	found := evaluate[findings](p, `Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {})))
		.then(() => axe.run(document, { resultTypes: ["violations"] }))
		.then((r) => ({ violations: r.violations, passes: r.passes.length }))`)
	if found.Passes < 10 {
		p.t.Errorf("%s: axe passed %d rules; it has not looked", where, found.Passes)
	}
	for _, v := range found.Violations {
		for _, n := range v.Nodes {
			p.t.Errorf("%s: %s (%s): %.200s: %.300s", where, v.ID, v.Help, n.HTML, n.Summary)
		}
	}
}

// opened are parts of a page that somebody opens, with how.
var opened = map[string][]struct{ what, script string }{
	"/": {
		{"the legend", `document.getElementById("legend").open = true`},
		{"the filters", `document.getElementById("legend").open = false; document.getElementById("filters").open = true`},
		{"the keys", `document.getElementById("filters").open = false; document.getElementById("keys").showModal()`},
	},
	"/m/900000001": {{"the legend", `document.getElementById("legend").open = true`}},
}

// Every page, in both themes and languages: nothing that axe finds, no status that is a picture only, and none of them wider than a
// small screen.
func TestEveryPageIsForEverybody(t *testing.T) {
	t.Parallel()
	b := showcase(t)
	for _, theme := range []struct {
		name  string
		light bool
	}{{"dark", false}, {"light", true}} {
		t.Run(theme.name, func(t *testing.T) {
			t.Parallel()
			p := open(t, b.url+"/", view{light: theme.light, interrupted: true}) // the browser logs the 404s
			for _, lang := range []string{"en", "zh"} {
				for _, path := range showcasePages {
					where := theme.name + " " + lang + " " + path
					p.navigate(b.url + withLang(path, lang))
					if streams(path) {
						p.waitBoard("live")
					}
					p.axe(where)
					p.speaks(where)
					for _, o := range opened[path] {
						p.run(o.script)
						p.axe(where + " with " + o.what)
					}
					if !theme.light { // which changes colours only
						p.fitsSmall(where)
					}
				}
			}
		})
	}
}

// speaks wants each mark and each control to have a word.
func (p *tab) speaks(where string) {
	p.t.Helper()
	mute := evaluate[[]string](p, `[...document.querySelectorAll(".mark, .badge, .counter, .wall-count, .tile-number, .person-mark, .pulse > *, button, a, summary")]
		.filter((e) => e.innerText.trim() === "" && e.checkVisibility()).map((e) => e.outerHTML)`)
	for _, e := range mute {
		p.t.Errorf("%s: without a word: %.300s", where, e)
	}
}

// fitsSmall wants the page to fit a small screen, with everything open that is. Afterwards it has a desktop's width again.
func (p *tab) fitsSmall(where string) {
	p.t.Helper()
	for _, width := range []int64{320, 390} {
		p.call("make the screen small", chromedp.EmulateViewport(width, 844))
		p.fits(fmt.Sprintf("%s, at %d pixels,", where, width))
	}
	p.call("make the screen large", chromedp.EmulateViewport(1440, 900))
}

func withLang(path, lang string) string {
	if strings.Contains(path, "?") {
		return path + "&lang=" + lang
	}
	return path + "?lang=" + lang
}
