package huawei

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
)

// userAgent names us to the cloud, with no version and nothing about the machine.
const userAgent = "confboard"

// socketWay is how WebSocket connections reach the cloud: as the REST calls do.
type socketWay struct {
	proxy func(*http.Request) (*url.URL, error) // nil: none
	tls   *tls.Config
	dial  func(ctx context.Context, network, address string) (net.Conn, error)
}

// useClient derives from the client both the REST client and what the WebSocket connections need.
func (c *Cloud) useClient(given *http.Client) {
	limit := c.config.Delays.Limit
	own := http.Client{}
	if given != nil {
		own = *given
	}
	c.socket = socketWay{proxy: http.ProxyFromEnvironment, dial: (&net.Dialer{Timeout: limit}).DialContext}
	t, ok := own.Transport.(*http.Transport)
	switch {
	case own.Transport == nil:
		t = http.DefaultTransport.(*http.Transport).Clone()
		// All calls go to one host or a few. After an outage they come in crowds: none must open a connection for each.
		t.MaxConnsPerHost, t.MaxIdleConnsPerHost = 32, 32
	case ok:
		t = t.Clone()
	}
	if t != nil {
		t.OnProxyConnectResponse = judgeProxy
		own.Transport = t
		c.socket.proxy = t.Proxy
		if t.DialContext != nil {
			c.socket.dial = t.DialContext
		}
		if t.TLSClientConfig != nil {
			c.socket.tls = t.TLSClientConfig.Clone()
			c.socket.tls.NextProtos = nil // the transport offers HTTP/2, on which no WebSocket of ours can be opened
		}
	}
	apis := []api{controlTokenAPI, webSocketTokenAPI, regionAPI}
	if c.config.App != nil {
		apis = append(append(apis, loginAPI), accountAPIs()...)
	}
	c.calls = newCalls(own.Transport, apis)
	own.Transport = c.calls
	own.Timeout = limit
	// A redirect is no documented answer, and following it would carry the password to another host.
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.http = &own
}
