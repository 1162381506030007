package web_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"confboard/web"
)

// debugging serves profiles, until the end of the test or stop.
func debugging(t *testing.T) (url string, stop func()) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- web.NewDebug(slog.New(slog.DiscardHandler)).Run(ctx, listener) }()
	stopped := false
	stop = func() {
		if cancel(); !stopped {
			stopped = true
			if err := <-ended; err != nil {
				t.Errorf("the profiles ended with %v", err)
			}
		}
	}
	t.Cleanup(stop)
	return "http://" + listener.Addr().String(), stop
}

func TestProfilesAreForThisMachineAlone(t *testing.T) {
	url, _ := debugging(t)
	for _, k := range []struct {
		name, path, host, site string
		status                 int
		body                   string
	}{
		{"the list of profiles", "/debug/pprof/", "", "", 200, "goroutine"},
		{"a profile", "/debug/pprof/goroutine?debug=1", "", "", 200, "goroutine profile"},
		{"under localhost", "/debug/pprof/goroutine?debug=1", "localhost:6060", "", 200, "goroutine profile"},
		{"under the other loopback address", "/debug/pprof/goroutine?debug=1", "[::1]", "", 200, "goroutine profile"},
		{"typed into a browser", "/debug/pprof/", "", "none", 200, "goroutine"},
		{"from the list in a browser", "/debug/pprof/goroutine?debug=1", "", "same-origin", 200, "goroutine profile"},
		{"under a name that leads here", "/debug/pprof/", "evil.example:6060", "", 421, ""},
		{"under a name that begins like one of this machine", "/debug/pprof/", "127.0.0.1.evil.example", "", 421, ""},
		{"under another machine's address", "/debug/pprof/", "192.0.2.1", "", 421, ""},
		{"from another site's page", "/debug/pprof/profile?seconds=60", "", "cross-site", 403, ""},
		{"from another port's page", "/debug/pprof/profile?seconds=60", "", "same-site", 403, ""},
		{"anything else", "/", "", "", 404, ""},
		{"the board's own", "/metrics", "", "", 404, ""},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+k.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = k.host
		if k.site != "" {
			req.Header.Set("Sec-Fetch-Site", k.site)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != k.status || !strings.Contains(string(body), k.body) {
			t.Errorf("%s: %d, %v: %.80s; want %d", k.name, res.StatusCode, err, body, k.status)
		}
	}
}

func TestAProfileThatIsBeingTakenEndsWithTheBoard(t *testing.T) {
	url, stop := debugging(t)
	listens, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer listens.Close()
	if _, err := io.WriteString(listens, "GET /debug/pprof/trace?seconds=3600 HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := listens.Read(make([]byte, 1)); err != nil { // it has begun
		t.Fatal(err)
	}
	stop()
	if _, err := io.Copy(io.Discard, listens); err != nil {
		t.Errorf("the profile ends with %v", err)
	}
}

// What importing the profiler's package registers by itself is not on the board's address.
func TestTheBoardItselfHasNoProfiles(t *testing.T) {
	b := start(t, options{})
	for _, path := range []string{"/debug/pprof/", "/debug/pprof/cmdline", "/debug/pprof/heap", "/debug/vars"} {
		if res, _ := b.ask(t, http.MethodGet, path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
}
