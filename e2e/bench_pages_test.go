package e2e

import (
	"testing"

	"github.com/chromedp/cdproto/page"
)

// cold is told by the page itself: when it was live, in ms since it was asked for, and what was loaded for it.
type cold struct {
	Live, Requests, Bytes, HTML float64
}

// BenchmarkFirstPage tells what somebody waits for and loads who opens a page for the first time: until it is live, the requests beside
// the stream, and the bytes of all of them, compressed and with their headers.
func BenchmarkFirstPage(b *testing.B) {
	binary := buildAsShipped(b)
	startOwnBrowser(b)
	for _, k := range []struct {
		name     string
		meetings int
		path     string
	}{{"overview of 0", 0, "/"}, {"overview of 40", 40, "/"}, {"meeting", 40, "/m/" + scaleID(7)}, {"wall", 40, "/wall"}} {
		b.Run(k.name, func(b *testing.B) {
			for b.Loop() {
				started, _ := startFor(b, binary, k.meetings)
				var lives []float64
				var last cold
				for range 7 {
					last = openCold(b, started, k.path)
					lives = append(lives, last.Live)
				}
				b.ReportMetric(middle(lives), "ms-until-live")
				b.ReportMetric(last.Requests, "requests")
				b.ReportMetric(last.Bytes/1000, "kB-in-all")
				b.ReportMetric(last.HTML/1000, "kB-html")
				started.stop()
			}
		})
	}
}

// openCold opens a page in a browser context of its own, whose cache is empty.
func openCold(b *testing.B, started *board, path string) cold {
	b.Helper()
	p := open(b, "about:blank", view{interrupted: true}) // the board is gone before the tab is
	p.host = started.address()
	p.call("prepare", command(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `
		new MutationObserver((_, o) => {
			if (document.documentElement?.dataset.board !== "live") return;
			window.liveAt = performance.now();
			o.disconnect();
		}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-board"] })`}))
	p.navigate(started.url + path)
	p.wait("window.liveAt")
	c := evaluate[cold](p, `(() => {
		const html = performance.getEntriesByType("navigation")[0];
		const more = performance.getEntriesByType("resource").filter((r) => !r.name.includes("/events") && r.name !== document.getElementById("icon").href);
		return { Live: liveAt, Requests: 1 + more.length, HTML: html.transferSize, Bytes: [html, ...more].reduce((sum, r) => sum + r.transferSize, 0) };
	})()`)
	icon := evaluate[string](p, `document.getElementById("icon").href`) // of which the browser tells now and then
	p.navigate("about:blank")
	c.Requests++
	c.Bytes += float64(len(get(b, icon, "Accept-Encoding", "gzip").body))
	return c
}
