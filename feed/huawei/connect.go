package huawei

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"

	"github.com/gorilla/websocket"

	"confboard/feed/conference"
	"confboard/feed/wire"
)

// connectStep names the opening of a connection in faults.
const connectStep = "connection"

// connect opens the connection for a WebSocket token, which is spent by it (meeting_21_1510). The end of ctx ends the
// attempt at once. What is read counts against the allowance.
func (c *Cloud) connect(ctx context.Context, base *url.URL, id conference.ConfID, token conference.Secret, spent *allowance) (*websocket.Conn, *fault) {
	proxy, err := c.socket.proxyOf(base)
	if err != nil {
		return nil, broken(connectStep, err)
	}
	dialer := websocket.Dialer{
		TLSClientConfig:   c.socket.tls,
		HandshakeTimeout:  c.config.Delays.Limit,
		EnableCompression: true,
		// What we send is small and rare, what we get is mostly small: thousands of connections share the buffers for the
		// one and have little ones for the other.
		WriteBufferPool: &c.writeBuffers,
		ReadBufferSize:  1 << 10,
	}
	dial := c.socket.dial
	switch {
	case proxy == nil:
	case proxy.Scheme == "http" || proxy.Scheme == "https":
		dial = func(ctx context.Context, _, address string) (net.Conn, error) {
			return c.socket.tunnel(ctx, proxy, address)
		}
	default: // SOCKS is the library's
		dial, dialer.Proxy = c.socket.dialProxy, http.ProxyURL(proxy)
	}
	// The library asks ctx for its deadline only; closing what it waits for makes it listen to the end too.
	unhook := func() bool { return true }
	dialer.NetDialContext = func(dialling context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(dialling, network, address)
		if err != nil {
			return nil, err
		}
		unhook = context.AfterFunc(ctx, func() { _ = conn.Close() }) // dialling ends with the handshake, also with one that went well
		return metered{conn, spent}, nil
	}
	socket, resp, err := dialer.DialContext(ctx, connectionURL(base, id, token), http.Header{"User-Agent": {userAgent}})
	unhook()
	switch {
	case err == nil && ctx.Err() != nil:
		_ = socket.Close()
		return nil, broken(connectStep, ctx.Err())
	case err == nil:
		socket.SetReadLimit(hardLimit)
		spent.bound(socket)
		socket.EnableWriteCompression(false) // a heartbeat does not get any smaller
		return socket, nil
	case errors.Is(err, websocket.ErrBadHandshake) && resp != nil:
		f := (&fault{step: connectStep, status: resp.StatusCode, requestID: printable(resp.Header.Get("X-Request-Id"))}).judge()
		f.aboutToken()
		return nil, f
	}
	return nil, broken(connectStep, err)
}

// hardLimit is the most that is taken from the socket for one frame, in bytes. A frame over wire.MaxFrame is refused and
// the connection kept; only one that is far beyond any sense ends it.
const hardLimit = 4 * wire.MaxFrame

// badAddress is the fault of an answer that names no usable address.
func badAddress(err error) *fault {
	if errors.Is(err, errInsecure) {
		return &fault{step: connectStep, verdict: refused, reason: conference.ReasonInsecureWSURL, err: err}
	}
	return &fault{step: connectStep, verdict: tryAgain, reason: conference.ReasonUnexpected, err: err}
}
