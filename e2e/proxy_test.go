package e2e

import (
	"context"
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
// streams open and hold back what comes.
type proxy struct {
	url string
	// cut closes all connections of the browser.
	cut func()
	// refused counts the requests that were answered with the status.
	refused atomic.Int64

	mu     sync.Mutex
	refuse func(*http.Request) bool // nil: none
	status int                      // of what is refused
	held   chan struct{}            // nil: nothing is held back; closed when it goes on
}

// newProxy starts a proxy for a board that lives as long as the test.
func newProxy(t *testing.T, b *board) *proxy {
	t.Helper()
	target, err := url.Parse("http://" + b.address())
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{status: http.StatusServiceUnavailable}
	forward := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0), // the board is taken away on purpose
		ModifyResponse: func(r *http.Response) error {
			if isStream(r.Request) {
				r.Body = &gate{ReadCloser: r.Body, ctx: r.Request.Context(), proxy: p}
			}
			return nil
		},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		refuse, status := p.refuse, p.status
		p.mu.Unlock()
		if refuse != nil && refuse(r) {
			p.refused.Add(1)
			http.Error(w, "not now", status)
			return
		}
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	p.url, p.cut = server.URL, server.CloseClientConnections
	return p
}

// refuseWith is the status of what is refused from now on; it is 503 unless told.
func (p *proxy) refuseWith(status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status = status
}

// refuseIf makes the proxy refuse these requests; nil: none.
func (p *proxy) refuseIf(f func(*http.Request) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = f
}

// hold holds back every byte of the streams, those to come included, until release.
func (p *proxy) hold() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = make(chan struct{})
}

func (p *proxy) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.held)
	p.held = nil
}

func isStream(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/events") }

// gate is the body of a stream that its proxy can hold back.
type gate struct {
	io.ReadCloser
	ctx   context.Context // the request's
	proxy *proxy
}

// Read implements io.Reader.
func (g *gate) Read(p []byte) (int, error) {
	n, err := g.ReadCloser.Read(p)
	g.proxy.mu.Lock()
	held := g.proxy.held
	g.proxy.mu.Unlock()
	if held != nil {
		select {
		case <-held:
		case <-g.ctx.Done():
			return 0, g.ctx.Err()
		}
	}
	return n, err
}
