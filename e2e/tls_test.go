package e2e

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"confboard/feed/simulator"
)

// renewable is a folder with a certificate, as programs keep it that renew certificates: what the names lead to is replaced.
type renewable struct {
	t         *testing.T
	cert, key string
	roots     *x509.CertPool
	serial    int64
}

func newRenewable(t *testing.T) *renewable {
	t.Helper()
	folder := t.TempDir()
	r := &renewable{t: t, cert: filepath.Join(folder, "now", "fullchain.pem"), key: filepath.Join(folder, "now", "privkey.pem"), roots: x509.NewCertPool()}
	r.renew()
	return r
}

// renew makes another certificate, and switches to it.
func (r *renewable) renew() {
	r.t.Helper()
	r.serial++
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		r.t.Fatal(err)
	}
	about := &x509.Certificate{SerialNumber: big.NewInt(r.serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, about, about, &private.PublicKey, private)
	if err != nil {
		r.t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		r.t.Fatal(err)
	}
	r.roots.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	now := filepath.Dir(r.cert)
	folder, err := os.MkdirTemp(filepath.Dir(now), "issued-*")
	if err != nil {
		r.t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"fullchain.pem": {Type: "CERTIFICATE", Bytes: der}, "privkey.pem": {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(filepath.Join(folder, name), pem.EncodeToMemory(block), 0o600); err != nil {
			r.t.Fatal(err)
		}
	}
	if err := os.Symlink(folder, now+".next"); err != nil {
		r.t.Fatal(err)
	}
	if err := os.Rename(now+".next", now); err != nil {
		r.t.Fatal(err)
	}
}

// browser is a client that connects anew, over HTTP/2 where it can.
func (r *renewable) browser() *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: r.roots.Clone()}, ForceAttemptHTTP2: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func TestACertificateIsRenewedUnderAPageThatStaysOpen(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: boardID, HostPassword: "135790", Name: "Board"})
	m.Start()
	files := newRenewable(t)
	file := settings{heartbeat: steady, access: "accounts", meetings: watching(m), further: map[string]any{"tls": map[string]string{"certFile": files.cert, "keyFile": files.key}}}.write(t, cloud)
	password := addUser(t, file, "bob", "viewer")
	b := runBoard(t, "serve", "--config", file)
	if !strings.HasPrefix(b.url, "https://") {
		t.Fatalf("the board says that it serves on %s", b.url)
	}

	// Signed in with a cookie that never leaves an encrypted connection, with a page that stays open.
	wall := files.browser()
	res, err := wall.PostForm(b.url+"/sign-in", url.Values{"name": {"bob"}, "password": {password}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.ProtoMajor != 2 || len(res.Cookies()) != 1 || !strings.HasPrefix(res.Cookies()[0].Name, "__Host-") || !res.Cookies()[0].Secure {
		t.Fatalf("signed in over %s with %v", res.Proto, res.Cookies())
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience) // the stream's too, which could be waited on for good
	defer cancel()
	ask := func(client *http.Client, path string) *http.Response {
		t.Helper()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.AddCookie(res.Cookies()[0])
		answer, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	stream := ask(wall, "/m/"+boardID+"/events?lang=en")
	defer stream.Body.Close()
	if stream.StatusCode != http.StatusOK || stream.ProtoMajor != 2 {
		t.Fatalf("the stream: %s over %s", stream.Status, stream.Proto)
	}

	files.renew()
	until(t, "the renewed certificate to be served", func() bool {
		answer := ask(files.browser(), "/healthz")
		answer.Body.Close()
		return answer.TLS.PeerCertificates[0].SerialNumber.Int64() == files.serial
	})
	m.Set(map[string]any{"lock": 1})
	found := false
	for lines := bufio.NewScanner(stream.Body); !found && lines.Scan(); {
		found = strings.Contains(lines.Text(), ">Locked<")
	}
	if !found {
		t.Error("the page that stayed open was not told of a change")
	}

	// Who forgets the s is told so, and nothing of the board.
	plain, err := http.Get("http://" + b.address() + "/")
	if err != nil {
		t.Fatal(err)
	}
	plain.Body.Close()
	if plain.StatusCode != http.StatusBadRequest {
		t.Errorf("unencrypted: %s", plain.Status)
	}
}
