package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// probe runs in every document before its own scripts. It records which elements were changed, by the id of the nearest
// element that has one, and tells nodes that stayed from nodes that were replaced.
const probe = `window.e2e = (() => {
  const changed = new Set();
  const near = (n) => (n.nodeType === 1 ? n : n.parentElement)?.closest("[id]")?.id ?? "body";
  // Elapsed time ticks by itself.
  const ticks = (r) => r.type !== "attributes" && r.target.parentElement?.closest("time[data-show=ago], time[data-show=since], time[data-show=in]");
  const ticking = (r) => r.type === "childList" && r.target.matches?.("time[data-show=ago], time[data-show=since], time[data-show=in]");
  const note = (records) => {
    for (const r of records) {
      if (ticks(r) || ticking(r)) continue;
      changed.add(near(r.target));
      for (const n of [...r.addedNodes, ...r.removedNodes]) if (n.id) changed.add(n.id);
    }
  };
  const observer = new MutationObserver(note);
  let swapping = false;
  // The page measures silence by performance.now, which a test can stop some time after the last message.
  const now = performance.now.bind(performance);
  let heard = 0;
  let stopped = null;
  performance.now = () => stopped ?? now();
  // A page that is paused keeps messages from being swapped, so their end is not told.
  let heldBack = 0;
  document.addEventListener("htmx:sse:before:message", () => (swapping = true));
  window.addEventListener("htmx:sse:before:message", (e) => {
    if (!e.defaultPrevented) return;
    swapping = false;
    heldBack++;
  });
  document.addEventListener("htmx:sse:after:message", () => {
    swapping = false;
    heard = now();
  });
  document.addEventListener("securitypolicyviolation", (e) =>
    console.error("content security policy: " + e.violatedDirective + " " + e.blockedURI));
  return {
    watch() { observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true }); },
    take() {
      note(observer.takeRecords());
      const ids = [...changed].sort();
      changed.clear();
      return ids;
    },
    mark(selector) { for (const e of document.querySelectorAll(selector)) e.e2eMark = true; },
    replaced(selector) { return [...document.querySelectorAll(selector)].filter((e) => !e.e2eMark).map((e) => e.id); },
    text(selector) { return document.querySelector(selector)?.textContent.trim().replace(/\s+/g, " ") ?? null; },
    says(selector) {
      const said = [];
      for (const e of document.querySelectorAll(selector)) {
        const texts = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
          const text = texts.currentNode.data.trim().replace(/\s+/g, " ");
          if (text) said.push(text);
        }
      }
      return said;
    },
    rects(selector) {
      return [...document.querySelectorAll(selector)].filter((e) => getComputedStyle(e).display !== "none").map((e) => {
        const { x, y, width, height } = e.getBoundingClientRect();
        return { x, y, w: width, h: height };
      });
    },
    heldBack() { return heldBack; },
    settled() { return !swapping; },
    stopAt(silence) { stopped = heard + silence; }, // ms
    goOn() { stopped = null; },
  };
})();`

// tab is a page in the browser. At the test's end it has to have kept the rules: nothing asked of another host, no
// violation of its security policy, no error.
type tab struct {
	t    testing.TB
	ctx  context.Context
	host string
	// others are hosts to which the page may lead.
	others []string

	mu       sync.Mutex
	requests []string
	faults   []string
	// interrupted is set where the test takes the board away: what the browser says of failed requests is no fault then.
	interrupted bool
}

// view is how a page is looked at. The zero view is a desktop in the zone of Shanghai.
type view struct {
	width, height int64
	light         bool
	zone          string
	lang          string // Accept-Language
	others        []string
	interrupted   bool
}

// open opens an address in a browser context of its own, without cookies and with connections of its own.
func open(t testing.TB, address string, v view) *tab {
	t.Helper()
	return openIn(suite.browser, t, address, v, chromedp.WithNewBrowserContext())
}

// beside opens an address in a further tab of the same browser context.
func (p *tab) beside(address string, v view) *tab {
	p.t.Helper()
	return openIn(p.ctx, p.t, address, v)
}

func openIn(parent context.Context, t testing.TB, address string, v view, options ...chromedp.ContextOption) *tab {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	p := &tab{t: t, host: u.Host, others: v.others, interrupted: v.interrupted}
	ctx, cancel := chromedp.NewContext(parent, append(options, chromedp.WithListener(p.hear))...)
	p.ctx = ctx
	t.Cleanup(func() {
		if t.Failed() {
			p.tell()
		}
		cancel()
		p.verify()
	})
	if v.width == 0 {
		v.width, v.height = 1440, 900
	}
	if v.zone == "" {
		v.zone = "Asia/Shanghai"
	}
	scheme := "dark"
	if v.light {
		scheme = "light"
	}
	if err := chromedp.Do(ctx); err != nil { // opens the tab, which lives as long as this context
		t.Fatalf("open a tab: %v", err)
	}
	p.call("prepare the tab",
		command(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: probe}),
		command(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}), // all tabs are in front
		command(emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: v.zone}),
		command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}),
		chromedp.EmulateViewport(v.width, v.height),
	)
	if v.lang != "" {
		p.call("set the language", command(network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
			Headers: network.Headers{"Accept-Language": v.lang}}))
	}
	p.navigate(address)
	return p
}

// openLive opens a page and waits until its stream has brought it up to date.
func openLive(t testing.TB, address string, v view) *tab {
	t.Helper()
	p := open(t, address, v)
	p.waitBoard("live")
	return p
}

func (p *tab) navigate(address string) {
	p.t.Helper()
	p.call("open "+address, chromedp.Navigate(address))
	p.wait(fmt.Sprintf("location.href === %s", quote(address)))
}

// leave does what makes the browser load a page, be it the same one again, and waits until that is there.
func (p *tab) leave(do func()) {
	p.t.Helper()
	p.run("e2e.left = false")
	do()
	p.wait("e2e.left === undefined")
}

// leaveBy is leave by a script. It runs after its caller has been answered: a page that is being left may not answer any more.
func (p *tab) leaveBy(script string) {
	p.t.Helper()
	p.leave(func() { p.run("setTimeout(() => { " + script + " })") })
}

// waitBoard waits for what the page says of its own link to the board: connecting, live, reconnecting or silent.
func (p *tab) waitBoard(state string) {
	p.t.Helper()
	p.wait(fmt.Sprintf("document.documentElement.dataset.board === %q", state))
}

// wait waits until an expression is true in a page that is there whole, whatever page that is by then.
func (p *tab) wait(expression string) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool]("document.readyState === 'complete' && Boolean("+expression+")"))
		if ok {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("waited in vain for: %s (%v)", expression, err)
		}
	}
}

// waitText waits until an element's text is as given, blanks joined.
func (p *tab) waitText(selector, want string) {
	p.t.Helper()
	p.wait(fmt.Sprintf("e2e.text(%s) === %s && e2e.settled()", quote(selector), quote(want)))
}

// waitContains waits until an element's text contains the words.
func (p *tab) waitContains(selector, want string) {
	p.t.Helper()
	p.wait(fmt.Sprintf("e2e.text(%s)?.includes(%s) && e2e.settled()", quote(selector), quote(want)))
}

// text is an element's text, blanks joined.
func (p *tab) text(selector string) string {
	p.t.Helper()
	return evaluate[string](p, fmt.Sprintf("e2e.text(%s) ?? 'no such element'", quote(selector)))
}

// watch starts to record what changes, and marks the elements that a selector finds.
func (p *tab) watch(selector string) {
	p.t.Helper()
	p.run(fmt.Sprintf("e2e.mark(%s); e2e.watch(); e2e.take()", quote(selector)))
}

// changed returns the ids of what has changed since watch or the last call, without those that may change at any time and
// without the timeline, to which every change adds (see timeline_test.go).
func (p *tab) changed(atAnyTime ...string) []string {
	p.t.Helper()
	ids := evaluate[[]string](p, "e2e.take()")
	return slices.DeleteFunc(ids, func(id string) bool { return slices.Contains(atAnyTime, id) || ofTimeline(id) })
}

// ofTimeline reports whether an element is the timeline or a part of it.
func ofTimeline(id string) bool {
	return strings.HasPrefix(id, "timeline") || timelineRow.MatchString(id)
}

var timelineRow = regexp.MustCompile(`^t-[0-9]+$`)

// replaced returns the ids of elements that are not those that were there at watch.
func (p *tab) replaced(selector string) []string {
	p.t.Helper()
	return evaluate[[]string](p, fmt.Sprintf("e2e.replaced(%s)", quote(selector)))
}

func (p *tab) run(script string) {
	p.t.Helper()
	p.call("run "+script, chromedp.Evaluate[chromedp.Void](script))
}

// evaluate returns the value of an expression, awaited if it is a promise.
func evaluate[T any](p *tab, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("evaluate %.200s: %v", expression, err)
	}
	return v
}

func (p *tab) call(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// hear is called for every event of the tab.
func (p *tab) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, e.Request.URL)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && (e.Entry.Source != log.EntrySourceNetwork || !p.interrupted) {
			p.faults = append(p.faults, fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		p.faults = append(p.faults, "exception: "+text)
	case *runtime.EventConsoleAPICalled:
		if e.Type != runtime.ConsoleAPICalledTypeError && e.Type != runtime.ConsoleAPICalledTypeWarning {
			return
		}
		var said []string
		for _, a := range e.Args {
			said = append(said, strings.Trim(string(a.Value), `"`)+a.Description)
		}
		text := strings.Join(said, " ")
		if !p.interrupted || strings.Contains(text, "content security policy") {
			p.faults = append(p.faults, fmt.Sprintf("console: %s", text))
		}
	}
}

// verify fails the test for whatever a page must not do.
func (p *tab) verify() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, fault := range p.faults {
		p.t.Errorf("in the browser: %s", fault)
	}
	for _, request := range p.requests {
		if strings.HasPrefix(request, "data:") { // the browser's own pictures; the policy refuses those of a page
			continue
		}
		u, err := url.Parse(request)
		if err == nil && (u.Scheme == "about" || u.Scheme == "data") { // the browser's own: the picture in a field for a date, for one
			continue
		}
		if err != nil || (u.Host != p.host && !slices.Contains(p.others, u.Host)) {
			p.t.Errorf("the page asked for %s, which is not on %s", request, p.host)
		}
	}
}

// asked returns the paths that the page requested.
func (p *tab) asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var paths []string
	for _, request := range p.requests {
		if u, err := url.Parse(request); err == nil && u.Scheme != "about" && u.Scheme != "data" {
			paths = append(paths, u.Path)
		}
	}
	return paths
}

// tell logs what the page looks like.
func (p *tab) tell() {
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](
		`location.href + " " + document.title + " data-board=" + document.documentElement.dataset.board + "\n" + document.body.innerText`))
	p.t.Logf("the page at the end (%v): %.3000s", err, text)
}

// command makes a step of a protocol command whose answer is of no interest.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, to *chromedp.Target) error {
		_, err := cdp.Call(ctx, to, c, params)
		return err
	})
}

// quote writes a text as a string of JavaScript.
func quote(text string) string { return jsonText(text) }

// jsonText writes texts as JavaScript does.
func jsonText[T string | []string](v T) string {
	var b strings.Builder
	to := json.NewEncoder(&b)
	to.SetEscapeHTML(false)
	_ = to.Encode(v) // texts: it cannot fail
	return strings.TrimSuffix(b.String(), "\n")
}
