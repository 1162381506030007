package web_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/handlers"
	"confboard/static"
	"confboard/web"
	"confboard/web/access"
	"confboard/web/live"
)

// board is a whole server on a real socket, without a cloud: messages are applied by the test.
type board struct {
	url      string
	registry *conference.Registry
	client   *http.Client
	stop     func() // ends it and waits
}

type options struct {
	base    string
	tls     bool
	streams int
	proxies []netip.Prefix
	panics  bool
	// more completes the handlers; publicURL is the guard's.
	more      func(*handlers.Handlers)
	visitors  *access.Visitors
	publicURL string
	patience  web.Patience
}

func start(t *testing.T, o options) *board {
	t.Helper()
	assets, err := static.New()
	if err != nil {
		t.Fatal(err)
	}
	b := &board{registry: conference.NewRegistry(conference.DefaultPolicy), client: &http.Client{
		Transport:     &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	hub := live.NewHub(live.Options{Build: "test", MaxStreamsPerAddress: o.streams})
	_, stopObserving := b.registry.Observe(hub.Notify)
	var states handlers.Board = b.registry
	if o.panics {
		states = panicking{}
	}
	guard, err := access.NewGuard("127.0.0.1:0", o.publicURL)
	if err != nil {
		t.Fatal(err)
	}
	config := web.Config{Guard: guard, Visitors: o.visitors, Assets: assets, Patience: o.patience, Logger: slog.New(slog.DiscardHandler), TrustedProxies: o.proxies,
		Handlers: &handlers.Handlers{Board: states, Streams: hub, Assets: assets, Paths: handlers.Paths{Base: o.base}, Build: "test", Now: time.Now}}
	if o.more != nil {
		o.more(config.Handlers)
	}
	scheme := "http://"
	if o.tls {
		certificate, roots := selfSigned(t)
		config.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"h2", "http/1.1"}}
		b.client.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
		scheme = "https://"
	}
	server := web.New(config)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.url = scheme + listener.Addr().String()

	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- server.Run(ctx, listener) }()
	go func() { ended <- hub.Run(ctx) }()
	stopped := false
	b.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		for range 2 {
			if err := <-ended; err != nil {
				t.Errorf("the board ended with %v", err)
			}
		}
		stopObserving()
		b.client.CloseIdleConnections()
	}
	t.Cleanup(b.stop)
	return b
}

type panicking struct{}

func (panicking) Get(conference.ConfID) *conference.State { panic("get") }
func (panicking) All() []*conference.State                { panic("all") }
func (panicking) States() []*conference.State             { panic("states") }
func (panicking) Discovery() conference.Discovery         { panic("discovery") }
func (panicking) Totals() conference.Totals               { panic("totals") }
func (panicking) Observe(func(conference.Change)) ([]*conference.State, func()) {
	panic("observe")
}

func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

// ask makes a request and reads the whole answer.
func (b *board) ask(t *testing.T, method, path string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, b.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if req.Header.Set(header[i], header[i+1]); header[i] == "Host" {
			req.Host = header[i+1]
		}
	}
	res, err := b.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

// stream opens a stream and returns its lines.
func (b *board) stream(t *testing.T, path string) (*http.Response, *bufio.Scanner) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	res, err := b.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	return res, lines
}

func await(t *testing.T, lines *bufio.Scanner, want string) {
	t.Helper()
	for lines.Scan() {
		if strings.Contains(lines.Text(), want) {
			return
		}
	}
	t.Fatalf("the stream ended without %q: %v", want, lines.Err())
}

func (b *board) watch(id conference.ConfID, name string) {
	b.registry.Apply(conference.WatchMessage{About: conference.About{ConfID: id, At: time.Now()}, Name: name})
}

func TestEveryRouteAnswersWithItsStatus(t *testing.T) {
	for _, base := range []string{"", "/board"} {
		b := start(t, options{base: base})
		b.watch("900487914", "Weekly review")
		for _, k := range []struct {
			method, path string
			status       int
			kind, body   string
		}{
			{"GET", "/", 200, "text/html", "Weekly review"},
			{"HEAD", "/", 200, "text/html", ""},
			{"GET", "/?only=nonsense", 200, "text/html", "Weekly review"},
			{"GET", "/?only=problems", 200, "text/html", "No problems"},
			{"GET", "/m/900487914", 200, "text/html", "Weekly review"},
			{"HEAD", "/m/900487914", 200, "text/html", ""},
			{"GET", "/m/123456789", 404, "text/html", "No such meeting on this board"},
			{"GET", "/m/%3Cscript%3E", 404, "text/html", "There is no such page"},
			{"GET", "/m/", 404, "text/html", "There is no such page"},
			{"GET", "/nowhere", 404, "text/html", "There is no such page"},
			{"POST", "/", 405, "text/html", "This page can only be read"},
			{"GET", "/m/%3Cscript%3E/events", 404, "application/problem+json", `"status":404`},
			{"GET", "/api/v1/meetings", 200, "application/json", `"confID":"900487914"`},
			{"GET", "/api/v1/meetings/900487914", 200, "application/json", `"link":"connecting"`},
			{"GET", "/api/v1/meetings/1", 404, "application/problem+json", "no such meeting on this board"},
			{"DELETE", "/api/v1/meetings/1", 405, "application/problem+json", `"status":405`},
			{"GET", "/api/v2", 404, "application/problem+json", `"status":404`},
			{"GET", "/healthz", 200, "text/plain", "ok"},
			{"GET", "/readyz", 200, "text/plain", "ready"},
			{"GET", "/static/app-0000000000000000.css", 404, "text/plain", ""},
		} {
			res, body := b.ask(t, k.method, base+k.path)
			if res.StatusCode != k.status || !strings.HasPrefix(res.Header.Get("Content-Type"), k.kind) || !strings.Contains(body, k.body) {
				t.Errorf("%s %s%s: %d %s, want %d %s with %q; got %.300s", k.method, base, k.path, res.StatusCode, res.Header.Get("Content-Type"), k.status, k.kind, k.body, body)
			}
			policy := res.Header.Get("Content-Security-Policy")
			if !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || res.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s %s%s: headers %v", k.method, base, k.path, res.Header)
			}
			if strings.Contains(k.kind, "problem") {
				var problem struct{ Title string }
				if err := json.Unmarshal([]byte(body), &problem); err != nil || problem.Title == "" {
					t.Errorf("%s %s%s: problem %q", k.method, base, k.path, body)
				}
			}
		}
		b.stop()
	}
}

func TestBelowABasePathEveryAddressHasIt(t *testing.T) {
	b := start(t, options{base: "/board"})
	b.watch("900487914", "")
	res, _ := b.ask(t, "GET", "/board")
	if res.StatusCode != http.StatusPermanentRedirect || res.Header.Get("Location") != "/board/" {
		t.Errorf("the base itself: %d %s", res.StatusCode, res.Header.Get("Location"))
	}
	if res, _ := b.ask(t, "GET", "/"); res.StatusCode != http.StatusNotFound {
		t.Errorf("outside of the base: %d", res.StatusCode)
	}
	_, page := b.ask(t, "GET", "/board/?lang=zh")
	for part := range strings.SplitSeq(page, `="/`) {
		if part != page && !strings.HasPrefix(part, "board/") && !strings.HasPrefix(part, "<!") && !strings.HasPrefix(page, part) {
			t.Errorf("an address outside of the base: /%.40s", part)
		}
	}
	if res, _ := b.ask(t, "GET", "/board/?lang=zh"); !strings.Contains(res.Header.Get("Set-Cookie"), "Path=/board/;") {
		t.Errorf("cookie %q", res.Header.Get("Set-Cookie"))
	}
}

// A path made up by a stranger once became a link to the stranger's host.
func TestNoAddressLeadsToAnotherHost(t *testing.T) {
	b := start(t, options{})
	for _, path := range []string{"//elsewhere.example/x", "/\\elsewhere.example", "/m//elsewhere.example"} {
		req, err := http.NewRequest("GET", b.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.URL.Opaque = path
		res, err := b.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		// The first is taken for a request of that host.
		if res.StatusCode != 404 && res.StatusCode != 421 || strings.Contains(string(body), "elsewhere") || strings.Contains(res.Header.Get("Location"), "elsewhere") {
			t.Errorf("%s: %d, location %q, and the page names the host: %v", path, res.StatusCode, res.Header.Get("Location"), strings.Contains(string(body), "elsewhere"))
		}
	}
}

func TestPagesAreCompressedAndStreamsAreNot(t *testing.T) {
	b := start(t, options{})
	b.watch("900487914", "")
	res, _ := b.ask(t, "GET", "/", "Accept-Encoding", "gzip")
	if res.Header.Get("Content-Encoding") != "gzip" {
		t.Error("a page is not compressed")
	}
	res, lines := b.stream(t, "/m/900487914/events?lang=en")
	if res.Header.Get("Content-Encoding") != "" || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("stream: %v", res.Header)
	}
	await(t, lines, "CONNECTING")
	b.registry.Apply(conference.LinkMessage{About: conference.About{ConfID: "900487914", At: time.Now()}, Event: conference.LinkRefused, Reason: conference.ReasonPassword})
	await(t, lines, "wrong host password")
}

// One socket carries many streams over HTTP/2, and there is no linger and no buffer of its own to set.
func TestStreamsOverHTTP2(t *testing.T) {
	b := start(t, options{tls: true})
	b.watch("900487914", "")
	var streams []*bufio.Scanner
	for range 12 { // more than the six connections of HTTP/1.1
		res, lines := b.stream(t, "/m/900487914/events?lang=en")
		if res.ProtoMajor != 2 {
			t.Fatalf("protocol %s", res.Proto)
		}
		await(t, lines, "CONNECTING")
		streams = append(streams, lines)
	}
	b.registry.Apply(conference.LinkMessage{About: conference.About{ConfID: "900487914", At: time.Now()}, Event: conference.LinkWaiting, Reason: conference.ReasonNotStarted})
	for _, lines := range streams {
		await(t, lines, "NOT STARTED")
	}
	b.stop()
	for _, lines := range streams {
		for lines.Scan() {
		}
		if err := lines.Err(); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Logf("a stream ended with %v", err) // the client's library words the end of a connection in several ways
		}
	}
}

func TestAViewerBeyondTheLimitIsToldToComeBack(t *testing.T) {
	b := start(t, options{streams: 1})
	_, lines := b.stream(t, "/events?lang=en")
	await(t, lines, "0 meetings")
	res, body := b.ask(t, "GET", "/events?lang=en")
	if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" || !strings.Contains(body, live.ErrTooManyStreams.Error()) {
		t.Errorf("%d, retry after %q: %s", res.StatusCode, res.Header.Get("Retry-After"), body)
	}
}

func TestAddressesAreThoseOfTrustedProxiesOnly(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("198.51.100.0/24")}
	for _, k := range []struct {
		name    string
		proxies []netip.Prefix
		header  http.Header
		status  int
	}{
		{"without trusted proxies a forwarded address counts for nothing", nil, http.Header{"X-Forwarded-For": {"192.0.2.7"}}, http.StatusServiceUnavailable},
		{"a trusted proxy's forwarded address counts", trusted, http.Header{"X-Forwarded-For": {"192.0.2.7"}}, http.StatusOK},
		{"that of the last proxy that is trusted counts", trusted, http.Header{"X-Forwarded-For": {"192.0.2.7, 198.51.100.1"}}, http.StatusOK},
		{"what the client itself says before it does not", trusted, http.Header{"X-Forwarded-For": {"192.0.2.7", "127.0.0.1"}}, http.StatusOK},
		{"what is no address does not", trusted, http.Header{"X-Forwarded-For": {"somewhere"}}, http.StatusServiceUnavailable},
		{"other headers do not", trusted, http.Header{"X-Real-Ip": {"192.0.2.7"}, "Forwarded": {"for=192.0.2.7"}}, http.StatusServiceUnavailable},
	} {
		t.Run(k.name, func(t *testing.T) {
			b := start(t, options{streams: 1, proxies: k.proxies})
			_, lines := b.stream(t, "/events?lang=en")
			await(t, lines, "0 meetings")
			req, err := http.NewRequest("GET", b.url+"/events?lang=en", nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header = k.header
			res, err := b.client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != k.status {
				t.Errorf("status %d, want %d", res.StatusCode, k.status)
			}
		})
	}
}

func TestAPanicIsOnePlainAnswer(t *testing.T) {
	b := start(t, options{panics: true})
	for range 3 {
		res, body := b.ask(t, "GET", "/")
		if res.StatusCode != 500 || !strings.Contains(body, "Something went wrong on the board") || strings.Contains(body, "goroutine") {
			t.Errorf("page: %d %.200s", res.StatusCode, body)
		}
		res, body = b.ask(t, "GET", "/api/v1/meetings")
		if res.StatusCode != 500 || res.Header.Get("Content-Type") != "application/problem+json" || strings.Contains(body, "all") {
			t.Errorf("api: %d %.200s", res.StatusCode, body)
		}
	}
	if res, _ := b.ask(t, "GET", "/healthz"); res.StatusCode != 200 {
		t.Errorf("health after a panic: %d", res.StatusCode)
	}
}

func TestNotReadyOnceStopping(t *testing.T) {
	b := start(t, options{})
	if res, _ := b.ask(t, "GET", "/readyz"); res.StatusCode != 200 {
		t.Fatalf("ready: %d", res.StatusCode)
	}
	b.stop()
	if _, err := b.client.Get(b.url + "/readyz"); err == nil {
		t.Error("a stopped server answers")
	}
}
