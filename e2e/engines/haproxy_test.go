package engines_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"confboard/e2e/engines"
)

var shipped = filepath.Join("..", "..", "web", "deploy", "haproxy.cfg")

func TestTheBalancersConfigurationIsValid(t *testing.T) {
	file, _ := certificate(t)
	for name, o := range map[string]engines.HAProxyOptions{"unencrypted": {}, "encrypted": {TLS: "127.0.0.1:6", Certificate: file}} {
		t.Run(name, func(t *testing.T) {
			o.Config, o.Listen, o.Boards = shipped, "127.0.0.1:1", [3]string{"127.0.0.1:3", "127.0.0.1:4", "127.0.0.1:5"}
			cmd, err := engines.HAProxyCommand(o, "127.0.0.1:2", "-c")
			if err != nil {
				t.Skip(err) // make test-cluster installs it
			}
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if bytes.Contains(out, []byte("[WARNING]")) {
				t.Errorf("it says more than that it is valid:\n%s", out)
			}
		})
	}
}

// certificate writes a certificate for this machine with its key, as the balancer takes them, and returns what trusts it.
func certificate(t *testing.T) (file string, trust *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	file = filepath.Join(t.TempDir(), "board.pem")
	if err := os.WriteFile(file, append(public, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...), 0o600); err != nil {
		t.Fatal(err)
	}
	trust = x509.NewCertPool()
	trust.AppendCertsFromPEM(public)
	return file, trust
}

// encrypted starts a balancer with encryption before three servers that say what reaches them, and stream at /events.
func encrypted(t *testing.T) (plain, secure string, trust *x509.CertPool) {
	t.Helper()
	ports, err := engines.FreePorts(2)
	if err != nil {
		t.Fatal(err)
	}
	o := engines.HAProxyOptions{Config: shipped, Listen: fmt.Sprint("127.0.0.1:", ports[0]), TLS: fmt.Sprint("127.0.0.1:", ports[1])}
	o.Certificate, trust = certificate(t)
	for i := range o.Boards {
		board := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "for %q by %q to %q as %q\n", r.Header["X-Forwarded-For"], r.Header["X-Forwarded-Proto"], r.Host, r.Header["Remote-User"])
			if r.URL.Path == "/events" {
				_ = http.NewResponseController(w).Flush()
				<-r.Context().Done()
			}
		}))
		t.Cleanup(board.Close)
		o.Boards[i] = board.Listener.Addr().String()
	}
	if _, err := engines.HAProxyCommand(o, ""); err != nil {
		t.Skip(err) // make test-cluster installs it
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var log bytes.Buffer
	balancer, err := engines.StartHAProxy(ctx, o, &log)
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	t.Cleanup(balancer.Kill)
	return o.Listen, o.TLS, trust
}

func TestTheBalancerEncrypts(t *testing.T) {
	plain, secure, trust := encrypted(t)
	browser := func(protocols ...string) *http.Client {
		way := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trust, NextProtos: protocols}, Protocols: new(http.Protocols)}
		way.Protocols.SetHTTP1(true)
		way.Protocols.SetHTTP2(len(protocols) == 0)
		t.Cleanup(way.CloseIdleConnections)
		return &http.Client{Transport: way, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	ask := func(c *http.Client, address string) *http.Response {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Remote-User", "mallory")
		req.Header.Set("X-Forwarded-Proto", "http")
		req.Header.Set("X-Forwarded-For", "192.0.2.1")
		res, err := c.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { res.Body.Close() })
		return res
	}
	says := func(res *http.Response) string {
		t.Helper()
		line, err := bufio.NewReader(res.Body).ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(line)
	}

	res := ask(browser(), "http://"+plain+"/m/900487914?lang=zh")
	if to := res.Header.Get("Location"); res.StatusCode != http.StatusPermanentRedirect || to != "https://"+plain+"/m/900487914?lang=zh" {
		t.Errorf("unencrypted: %s, to %q", res.Status, to)
	}
	want := fmt.Sprintf("for [%q] by [%q] to %q as []", "127.0.0.1", "https", secure)
	for name, c := range map[string]struct {
		path     string
		browser  *http.Client
		protocol int
	}{
		"a page":                 {"/", browser(), 2},
		"a page over HTTP/1.1":   {"/", browser("http/1.1"), 1},
		"a stream":               {"/events", browser(), 2},
		"a stream over HTTP/1.1": {"/events", browser("http/1.1"), 1},
	} {
		t.Run(name, func(t *testing.T) {
			res := ask(c.browser, "https://"+secure+c.path)
			if got := says(res); got != want || res.ProtoMajor != c.protocol {
				t.Errorf("over %s the board is asked %s, want %s", res.Proto, got, want)
			}
		})
	}
	if res := ask(browser(), "https://"+secure+"/metrics"); res.StatusCode != http.StatusNotFound {
		t.Errorf("figures of one board: %s", res.Status)
	}
	old, err := tls.Dial("tcp", secure, &tls.Config{RootCAs: trust, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	if err == nil {
		old.Close()
		t.Error("TLS 1.1 is taken")
	}
}
