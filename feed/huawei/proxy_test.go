package huawei_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
)

const proxyPassword = "proxy/s3cret"

// proxyServer opens tunnels for whoever knows its password, unless it is to answer with a status.
type proxyServer struct {
	t       *testing.T
	status  atomic.Int64 // 0: as it should
	tunnels atomic.Int64
	pipes   sync.WaitGroup
}

func (p *proxyServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.pipes.Add(1) // a server that closes does not wait for who has taken its connection over
	defer p.pipes.Done()
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte("user:"+proxyPassword))
	status := int(p.status.Load())
	switch {
	case r.Method != http.MethodConnect:
		p.t.Errorf("the proxy was asked to %s", r.Method)
		status = http.StatusMethodNotAllowed
	case status == 0 && r.Header.Get("Proxy-Authorization") != want:
		status = http.StatusProxyAuthRequired
	}
	if status != 0 {
		w.WriteHeader(status)
		return
	}
	far, err := net.Dial("tcp", r.Host)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	near, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		p.t.Error(err)
		return
	}
	p.tunnels.Add(1)
	_, _ = io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n")
	for _, pipe := range []struct{ to, from net.Conn }{{near, far}, {far, near}} {
		p.pipes.Go(func() {
			_, _ = io.Copy(pipe.to, pipe.from)
			_ = pipe.to.Close() // ends the other direction too
		})
	}
}

// behind serves a proxy and an encrypted cloud, and lets a client reach the one through the other only.
func behind(t *testing.T, encrypted bool) (cloud *simulator.Cloud, proxy *proxyServer, change func(*huawei.Config)) {
	cloud = running(simulator.Config{})
	server := httptest.NewTLSServer(cloud)
	t.Cleanup(server.Close)
	proxy = &proxyServer{t: t}
	front := httptest.NewUnstartedServer(proxy)
	if encrypted {
		front.StartTLS()
	} else {
		front.Start()
	}
	t.Cleanup(func() { front.Close(); proxy.pipes.Wait() })
	cloud.Wrap(rewriting(controlTokenPath, func(b map[string]any) any {
		if d, ok := b["data"].(map[string]any); ok {
			d["wsURL"] = strings.Replace(d["wsURL"].(string), "ws://", "wss://", 1)
		}
		return b
	}))
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	if encrypted {
		pool.AddCert(front.Certificate())
	}
	u, err := url.Parse(front.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("user", proxyPassword)
	return cloud, proxy, func(c *huawei.Config) {
		c.Endpoint = server.URL
		c.HTTPClient = &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(u), TLSClientConfig: &tls.Config{RootCAs: pool}}}
	}
}

func TestCloudIsReachedThroughAProxy(t *testing.T) {
	for name, encrypted := range map[string]bool{"that is asked in clear": false, "that is encrypted itself": true} {
		t.Run(name, func(t *testing.T) {
			cloud, proxy, change := behind(t, encrypted)
			b := start(t, cloud, patient, change)
			b.untilLink(conference.Live)
			if n := proxy.tunnels.Load(); n != 2 {
				t.Errorf("%d tunnels, want one for the calls and one for the connection", n)
			}
		})
	}
}

func TestProxyThatDoesNotLetUsThroughIsNamed(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
	}{
		{"it wants another password", http.StatusProxyAuthRequired},
		{"it does not allow it", http.StatusForbidden},
		{"it does not reach the cloud", http.StatusBadGateway},
	} {
		t.Run(c.name+", for calls", func(t *testing.T) {
			cloud, proxy, change := behind(t, false)
			proxy.status.Store(int64(c.status))
			b := start(t, cloud, patient, change)
			b.untilProxyIsBlamed(proxy)
		})
		t.Run(c.name+", for connections", func(t *testing.T) {
			cloud, proxy, change := behind(t, false)
			b := start(t, cloud, patient, change)
			b.untilLink(conference.Live)
			proxy.status.Store(int64(c.status)) // the tunnel of the calls stays
			b.meeting.CutConnections()
			b.untilProxyIsBlamed(proxy)
			if strings.Contains(b.log.String(), "err=\"control token") {
				t.Errorf("it was not the connection:\n%s", b.log)
			}
		})
	}
	for name, port := range map[string]string{"nothing listens": "127.0.0.1:1", "its name is not known": "proxy.invalid:3128"} {
		t.Run(name, func(t *testing.T) {
			proxy := &url.URL{Scheme: "http", Host: port, User: url.UserPassword("user", proxyPassword)}
			b := start(t, running(simulator.Config{}), patient, func(c *huawei.Config) {
				c.HTTPClient = &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy)}}
			})
			b.until("told", func() bool { s := b.state(); return s != nil && s.Link.Reason == conference.ReasonProxy })
			b.checkProxyPassword()
		})
	}
}

func (b *board) untilProxyIsBlamed(proxy *proxyServer) {
	b.t.Helper()
	b.until("told", func() bool { s := b.state(); return s != nil && s.Link.Reason == conference.ReasonProxy })
	proxy.status.Store(0)
	b.untilLink(conference.Live)
	b.checkProxyPassword()
}

func (b *board) checkProxyPassword() {
	b.t.Helper()
	for _, secret := range []string{proxyPassword, url.PathEscape(proxyPassword), base64.StdEncoding.EncodeToString([]byte("user:" + proxyPassword))} {
		if strings.Contains(b.log.String(), secret) {
			b.t.Errorf("the log has the proxy's password:\n%s", b.log)
		}
	}
}
