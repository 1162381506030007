package web_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"confboard/handlers"
	"confboard/web/access"
	"confboard/web/live"
)

// A stranger's page can have a name of its own lead to this machine, and reads then what the browser gets under that name.
func TestAnOpenBoardIsReadUnderItsOwnNamesOnly(t *testing.T) {
	for _, base := range []string{"", "/board"} {
		b := start(t, options{base: base, publicURL: "https://board.example"})
		b.watch("900487914", "Weekly review")
		for _, k := range []struct {
			path string
			kept bool // under whatever name
		}{
			{"/", false}, {"/m/900487914", false}, {"/m/900487914/events", false}, {"/events", false}, {"/wall", false}, {"/feed", false}, {"/api/v1/meetings", false},
			{"/nowhere", false}, {"/healthz", true}, {"/readyz", true}, {"/favicon.ico", true},
		} {
			res, body := b.read(t, base+k.path, "elsewhere.example")
			if refused := res.StatusCode == http.StatusMisdirectedRequest; refused == k.kept || strings.Contains(body, "Weekly") {
				t.Errorf("%s%s: %s", base, k.path, res.Status)
			}
			if res.StatusCode == http.StatusMisdirectedRequest && !strings.Contains(body, "set publicURL") {
				t.Errorf("%s%s does not say what to do: %.300s", base, k.path, body)
			}
			if strings.HasSuffix(k.path, "events") {
				continue
			}
			if res, _ := b.read(t, base+k.path, "board.example"); res.StatusCode == http.StatusMisdirectedRequest {
				t.Errorf("%s%s under the board's own name: %s", base, k.path, res.Status)
			}
		}
		_, page := b.ask(t, "GET", base+"/")
		sheet := strings.SplitN(strings.SplitN(page, `rel="stylesheet" href="`, 2)[1], `"`, 2)[0]
		if res, _ := b.read(t, sheet, "elsewhere.example"); res.StatusCode != http.StatusOK {
			t.Errorf("the style sheet of the page that says so: %s", res.Status)
		}
		b.stop()
	}
}

// Where nobody is signed in nothing is read, under whatever name; the page that says why does not offer what is for those who are.
func TestAClosedBoardKeepsNothingInTheBrowser(t *testing.T) {
	b := start(t, options{visitors: &access.Visitors{}, more: func(h *handlers.Handlers) { h.Closed = true }})
	for _, path := range []string{"/", "/m/900487914", "/api/v1/meetings", "/events", "/nowhere"} {
		res, _ := b.read(t, path, "elsewhere.example")
		if res.StatusCode != http.StatusUnauthorized || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %s, %q", path, res.Status, res.Header.Get("Cache-Control"))
		}
	}
	res, body := b.ask(t, "PUT", "/m/900487914", "Sec-Fetch-Site", "cross-site")
	if res.StatusCode != http.StatusForbidden || strings.Contains(body, "/wall") || strings.Contains(body, "/feed") {
		t.Errorf("another site's page: %s\n%s", res.Status, body)
	}
}

// asked takes note of how streams are served, and serves none.
type asked struct{ options live.ServeOptions }

func (a *asked) Serve(w http.ResponseWriter, _ *http.Request, _ live.View, o live.ServeOptions) error {
	a.options = o
	w.WriteHeader(http.StatusOK)
	return nil
}

// A proxy does not tell when it takes a right back, so the pages of its users have to pass it again.
func TestThePagesOfAProxysUsersAskAgain(t *testing.T) {
	streams := &asked{}
	proxy := &access.Proxy{Trusted: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, UserHeader: "Remote-User"}
	for _, k := range []struct {
		visitors *access.Visitors
		asks     bool
	}{{&access.Visitors{Proxy: proxy}, true}, {&access.Visitors{Open: true}, false}} {
		b := start(t, options{visitors: k.visitors, more: func(h *handlers.Handlers) { h.Closed, h.Streams = !k.visitors.Open, streams }})
		for _, path := range []string{"/events", "/m/900487914/events", "/wall/events"} {
			res, _ := b.ask(t, "GET", path, "Remote-User", "ann")
			if got := streams.options.For; res.StatusCode != http.StatusOK || (got > 0) != k.asks || got > 5*time.Minute {
				t.Errorf("%s: %s, for %s", path, res.Status, got)
			}
		}
		b.stop()
	}
}

// read reads a page under a name.
func (b *board) read(t *testing.T, path, host string) (*http.Response, string) {
	t.Helper()
	return b.ask(t, "GET", path, "Host", host)
}
