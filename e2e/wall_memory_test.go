package e2e

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/memory"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"confboard/feed/simulator"
)

// newerBinary is the program as another version, made once for all tests.
var newerBinary = sync.OnceValues(func() (string, error) {
	binary := filepath.Join(filepath.Dir(suite.binary), "newer")
	out, err := exec.Command("go", "build", "-race", "-ldflags", "-X confboard/web/app.version=other", "-o", binary, "confboard").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build another version: %w\n%s", err, out)
	}
	return binary, nil
})

// hastenWall makes a wall live so many times as fast: it turns its pages, moves what it shows, looks after its screen and takes back the
// marks of changes by timers of 10 s and more, and of exactly 5 s. What watches the link to the board has shorter ones, and keeps them.
const hastenWall = `
const interval = window.setInterval, timeout = window.setTimeout;
window.setInterval = (f, ms, ...rest) => interval(f, ms >= 10_000 ? ms / %[1]d : ms, ...rest);
window.setTimeout = (f, ms, ...rest) => timeout(f, ms === 5_000 ? ms / %[1]d : ms, ...rest);
Math.random = () => 0;` // after an upgrade it would wait up to 30 s

// usage is what a page keeps once what it has let go is collected.
type usage struct {
	heap                        float64 // bytes
	documents, nodes, listeners int64
}

func (p *tab) usage() usage {
	p.t.Helper()
	var u usage
	p.call("measure the memory", chromedp.Func(func(ctx context.Context, to *chromedp.Target) error {
		for range 3 { // what a finalizer lets go is collected by the next
			if _, err := cdp.Call(ctx, to, heapprofiler.CollectGarbage, cdp.Empty{}); err != nil {
				return err
			}
		}
		heap, err := cdp.Call(ctx, to, runtime.GetHeapUsage, cdp.Empty{})
		if err != nil {
			return err
		}
		dom, err := cdp.Call(ctx, to, memory.GetDOMCounters, cdp.Empty{})
		if err != nil {
			return err
		}
		u = usage{heap: heap.UsedSize, documents: dom.Documents, nodes: dom.Nodes, listeners: dom.JsEventListeners}
		return nil
	}))
	return u
}

// stays fails the test when a page keeps more than before.
func (u usage) stays(t *testing.T, after string, before usage) {
	t.Helper()
	t.Logf("%s: %+v, before %+v", after, u, before)
	if u.nodes > before.nodes+before.nodes/10 {
		t.Errorf("%s: %d nodes became %d", after, before.nodes, u.nodes)
	}
	if u.listeners > before.listeners+5 {
		t.Errorf("%s: %d listeners became %d", after, before.listeners, u.listeners)
	}
	if u.documents > before.documents {
		t.Errorf("%s: %d documents became %d", after, before.documents, u.documents)
	}
	if u.heap > 1.2*before.heap+200_000 { // what the compiler learns settles within the first hour
		t.Errorf("%s: %.0f bytes of heap became %.0f", after, before.heap, u.heap)
	}
}

// livingWall is a wall that lives fast, and the meetings that change on it.
type livingWall struct {
	*tab
	meetings []*simulator.Meeting
	rounds   int
}

// live lets the wall turn so many pages, while every tile changes again and again.
func (w *livingWall) live(pages int) {
	w.t.Helper()
	w.run(`e2e.pages = 0; e2e.turned ??= new MutationObserver(() => e2e.pages++).observe(document.querySelector("#wall-page b"), { childList: true }) ?? true`)
	for first := true; first || evaluate[int](w.tab, "e2e.pages") < pages; first = false {
		w.rounds++
		title := fmt.Sprintf("Round %d", w.rounds)
		for i, m := range w.meetings {
			m.Set(map[string]any{"lock": w.rounds % 2, "recState": (w.rounds + i) % 2, "mode": []string{"FIXED", "BROADCAST"}[w.rounds%2]})
			m.SetBasic(map[string]any{"title": title})
		}
		w.wait(fmt.Sprintf(`[...document.querySelectorAll("#region h2")].every((e) => e.textContent === %s)`, quote(title)))
	}
	w.wait(`!document.querySelector("[data-wall-changed]")`)
}

// A wall runs for months. Here it lives for hours in less than a minute, with all that happens to one: changes, pages, restarts of the board, and
// upgrades, after each of which it is another page in the same browser.
func TestAWallKeepsItsMemoryForHours(t *testing.T) {
	t.Parallel()
	const faster, dwell = 400, 10 // times, s
	newer, err := newerBinary()
	if err != nil {
		t.Fatal(err)
	}
	const tiles = 16 // on four pages
	b, meetings := manyMeetings(t, tiles)
	p := open(t, b.url+"/healthz", view{width: 1920, height: 1080, interrupted: true}) // the browser asks for an icon
	p.call("hasten the wall", command(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: fmt.Sprintf(hastenWall, faster)}))
	p.navigate(fmt.Sprintf("%s/wall?tiles=4&dwell=%d", b.url, dwell))
	whole := func() {
		t.Helper()
		p.waitBoard("live")
		p.wait(fmt.Sprintf(`document.querySelectorAll("#region article").length === %d`, tiles))
	}
	whole()
	w := &livingWall{tab: p, meetings: meetings}

	const hour = 3600 / dwell // pages
	w.live(hour / 6)          // until all that is made once has been made
	fresh := p.usage()
	w.live(hour)
	p.usage().stays(t, "an hour of changes", fresh)

	for _, end := range []func(){b.kill, func() { b.stop() }} {
		end()
		p.waitBoard("reconnecting")
		b.restart()
		whole()
	}
	w.live(hour / 6)
	p.usage().stays(t, "two restarts of the board", fresh)

	for _, binary := range []string{newer, b.binary} {
		build := evaluate[string](p, "document.documentElement.dataset.build")
		b.stop()
		b.binary = binary
		b.restart()
		p.wait(`document.documentElement.dataset.build !== ` + quote(build))
		whole()
	}
	w.live(hour)
	p.usage().stays(t, "two upgrades and another hour", fresh)
	t.Logf("%d rounds of changes of %d tiles", w.rounds, len(meetings))
}
