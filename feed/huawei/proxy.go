package huawei

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// proxyError is why the proxy in between did not let us through.
type proxyError struct {
	status int // of its answer; 0 when there was none
	err    error
}

func (e *proxyError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("proxy: status %d", e.status)
	}
	return "proxy: " + describe(e.err)
}

func (e *proxyError) Unwrap() error { return e.err }

// judgeProxy names the refusal of a proxy, of which net/http keeps the text only.
func judgeProxy(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode != http.StatusOK {
		return &proxyError{status: answer.StatusCode}
	}
	return nil
}

// proxyOf is the proxy in between us and the base of a connection's address; nil if there is none.
func (s socketWay) proxyOf(base *url.URL) (*url.URL, error) {
	if s.proxy == nil {
		return nil, nil
	}
	u := *base
	u.Scheme = map[string]string{"ws": "http", "wss": "https"}[base.Scheme]
	proxy, err := s.proxy(&http.Request{URL: &u})
	if err != nil {
		return nil, &proxyError{err: err}
	}
	return proxy, nil
}

// dialProxy connects with a proxy.
func (s socketWay) dialProxy(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := s.dial(ctx, network, address)
	if err != nil {
		return nil, &proxyError{err: err}
	}
	return conn, nil
}

// tunnel connects with an address through a proxy that is asked by HTTP, encrypted or not. The WebSocket library can do so too, but
// does not say that it was the proxy that refused.
func (s socketWay) tunnel(ctx context.Context, proxy *url.URL, address string) (net.Conn, error) {
	port := map[string]string{"http": "80", "https": "443"}[proxy.Scheme]
	conn, err := s.dialProxy(ctx, "tcp", net.JoinHostPort(proxy.Hostname(), cmp.Or(proxy.Port(), port)))
	if err != nil {
		return nil, err
	}
	past := time.Unix(1, 0)
	unhook := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(past) }) // ends whatever waits for the proxy
	opened, f := s.pass(ctx, conn, proxy, address)
	if !unhook() && f == nil {
		f = &proxyError{err: ctx.Err()}
	}
	if f != nil {
		_ = conn.Close() // is of no use to anybody
		return nil, f
	}
	return opened, nil
}

// pass asks a proxy for a tunnel.
func (s socketWay) pass(ctx context.Context, conn net.Conn, proxy *url.URL, address string) (net.Conn, *proxyError) {
	if proxy.Scheme == "https" {
		config := s.tls.Clone()
		if config == nil {
			config = &tls.Config{}
		}
		config.ServerName = proxy.Hostname()
		encrypted := tls.Client(conn, config)
		if err := encrypted.HandshakeContext(ctx); err != nil {
			return nil, &proxyError{err: err}
		}
		conn = encrypted
	}
	ask := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: http.Header{"User-Agent": {userAgent}}}
	if user := proxy.User; user != nil {
		password, _ := user.Password()
		ask.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password)))
	}
	if err := ask.Write(conn); err != nil {
		return nil, &proxyError{err: err}
	}
	const longestHeader = 64 << 10
	// Nothing is lost in the reader: the far side does not speak before we do.
	answer, err := http.ReadResponse(bufio.NewReader(io.LimitReader(conn, longestHeader)), ask)
	if err != nil {
		return nil, &proxyError{err: err}
	}
	if answer.StatusCode != http.StatusOK {
		return nil, &proxyError{status: answer.StatusCode}
	}
	return conn, nil
}
