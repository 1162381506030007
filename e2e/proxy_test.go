package e2e

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// proxy stands between the browser and a board, as a careless one on the way: it can refuse requests, and it can keep
// streams open and swallow what comes.
type proxy struct {
	url string
	// silent swallows every byte of the streams.
	silent atomic.Bool
	// refuse answers requests with 503 while it returns true; nil: none.
	mu     sync.Mutex
	refuse func(*http.Request) bool
	// refused counts the requests that were.
	refused atomic.Int64
}

// newProxy starts a proxy for a board that lives as long as the test.
func newProxy(t *testing.T, b *board) *proxy {
	t.Helper()
	target, err := url.Parse("http://" + b.address())
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{}
	forward := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0), // the board is taken away on purpose
		ModifyResponse: func(r *http.Response) error {
			if isStream(r.Request) {
				r.Body = &gate{ReadCloser: r.Body, closed: &p.silent}
			}
			return nil
		},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		refuse := p.refuse
		p.mu.Unlock()
		if refuse != nil && refuse(r) {
			p.refused.Add(1)
			http.Error(w, "not now", http.StatusServiceUnavailable)
			return
		}
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	p.url = server.URL
	return p
}

// refuseIf makes the proxy answer 503 to these requests; nil: to none.
func (p *proxy) refuseIf(f func(*http.Request) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = f
}

func isStream(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/events") }

// gate swallows what is read while it is closed.
type gate struct {
	io.ReadCloser
	closed *atomic.Bool
}

// Read implements io.Reader.
func (g *gate) Read(p []byte) (int, error) {
	for {
		n, err := g.ReadCloser.Read(p)
		if err != nil || !g.closed.Load() {
			return n, err
		}
	}
}
