package access

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"confboard/e2e/provider"
	"confboard/feed/conference"
)

// reception is a board where people sign in at a real provider, with a clock and a note of what became of them.
type reception struct {
	*OIDC
	t      *testing.T
	issuer *provider.Provider
	board  *httptest.Server
	store  *stored
	config OIDCConfig

	mu   sync.Mutex
	now  time.Time
	over []string
	log  strings.Builder
	to   string // of the last who came back
	err  error
}

var staff = []provider.User{
	{Name: "ann", Password: "Hush-ann", Subject: "1001", Groups: []string{"staff", "board-admins"}},
	{Name: "bob", Password: "Hush-bob", Subject: "1002", Groups: []string{"staff"}},
	{Name: "eve", Password: "Hush-eve", Subject: "1003", Groups: []string{"guests"}},
	{Name: "tom", Password: "Hush-tom", Subject: "1004"},
}

// newReception opens one that knows its provider.
func newReception(t *testing.T, change func(*OIDCConfig)) *reception {
	t.Helper()
	c := newReceptionOnly(t, change)
	c.reachNow()
	return c
}

func newReceptionOnly(t *testing.T, change func(*OIDCConfig)) *reception {
	t.Helper()
	c := &reception{t: t, now: time.Now().UTC(), store: newStored(t, t.TempDir())}
	c.board = httptest.NewServer(http.HandlerFunc(c.serve))
	t.Cleanup(c.board.Close)
	callback := c.board.URL + "/sign-in/callback"
	var err error
	if c.issuer, err = provider.Start(callback, staff...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.issuer.Close(); err != nil {
			t.Error(err)
		}
	})
	c.config = OIDCConfig{Store: c.store, Issuer: c.issuer.Issuer, ClientID: provider.ClientID, ClientSecret: conference.NewSecret(provider.ClientSecret), Callback: callback,
		Scopes: []string{"profile"}, NameClaim: "preferred_username", GroupsClaim: "groups", AdminGroups: []string{"board-admins"}, ViewerGroups: []string{"staff"},
		SessionAge: 12 * time.Hour, PublicURL: c.board.URL, Logger: slog.New(slog.NewTextHandler(c, nil)), Now: c.clock,
		Ended: func(owner string) { c.mu.Lock(); c.over = append(c.over, owner); c.mu.Unlock() }}
	if change != nil {
		change(&c.config)
	}
	c.restart()
	return c
}

// restart is a new process on the same file.
func (c *reception) restart() {
	c.t.Helper()
	o, err := NewOIDC(c.t.Context(), c.config)
	if err != nil {
		c.t.Fatal(err)
	}
	c.OIDC = o
}

// reachNow does what Run does first.
func (c *reception) reachNow() {
	c.t.Helper()
	p, err := c.reach(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	c.OIDC.provider.Store(p)
}

func (c *reception) clock() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *reception) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Write takes the log.
func (c *reception) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.log.Write(p)
}

func (c *reception) logged() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.log.String()
}

func (c *reception) serve(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/begin":
		address, err := c.Begin(w, r, r.URL.Query().Get("to"), "zh-CN")
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		http.Redirect(w, r, address, http.StatusSeeOther)
	case "/sign-in/callback":
		to, err := c.Finish(r.Context(), w, r, "192.0.2.1")
		c.mu.Lock()
		c.to, c.err = to, err
		c.mu.Unlock()
	case "/out":
		c.SignOut(w, r, r.URL.Query().Has("everywhere"))
	default:
		who, _ := c.Who(r)
		fmt.Fprintf(w, "%s %s", who.Name, who.Role)
	}
}

// guest is somebody with a browser.
type guest struct {
	*reception
	client *http.Client
	// back are the addresses to which the provider sent them back.
	back []*url.URL
}

func (c *reception) guest() *guest {
	c.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		c.t.Fatal(err)
	}
	g := &guest{reception: c}
	g.client = &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/sign-in/callback" {
			g.back = append(g.back, r.URL)
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return g
}

func (g *guest) get(address string) *http.Response {
	g.t.Helper()
	res, err := g.client.Get(address)
	if err != nil {
		g.t.Fatal(err)
	}
	res.Body.Close()
	return res
}

// goes begins a sign-in, gives name and password to the provider, and returns the address to which that leads back, nil if it does not.
func (g *guest) goes(to, name, password string) *url.URL {
	g.t.Helper()
	page := g.get(g.board.URL + "/begin?" + url.Values{"to": {to}}.Encode())
	if page.StatusCode != http.StatusOK {
		return nil
	}
	before := len(g.back)
	form := url.Values{"id": {page.Request.URL.Query().Get("id")}, "username": {name}, "password": {password}, "do": {"enter"}}
	if name == "" {
		form.Set("do", "cancel")
	}
	res, err := g.client.PostForm(page.Request.URL.String(), form)
	if err != nil {
		g.t.Fatal(err)
	}
	res.Body.Close()
	if len(g.back) == before {
		return nil
	}
	return g.back[before]
}

// comes back to an address, and tells what becomes of it.
func (g *guest) comes(back *url.URL) (to string, err error) {
	g.t.Helper()
	if back == nil {
		g.t.Fatal("the provider did not lead back")
	}
	g.mu.Lock()
	g.to, g.err = "", errors.New("nobody came")
	g.mu.Unlock()
	g.get(back.String())
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.to, g.err
}

// signsIn does all of it.
func (g *guest) signsIn(name string) error {
	g.t.Helper()
	_, err := g.comes(g.goes("/", name, "Hush-"+name))
	return err
}

// is who the board takes the guest for.
func (g *guest) is() string {
	g.t.Helper()
	res, err := g.client.Get(g.board.URL + "/who")
	if err != nil {
		g.t.Fatal(err)
	}
	defer res.Body.Close()
	said, err := io.ReadAll(res.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return strings.TrimSpace(string(said))
}

// settled does what Run does now and then.
func (c *reception) settled() {
	c.t.Helper()
	c.sessions.sweep(c.clock(), func(digest) bool { return false })
	if err := c.settle(context.Background()); err != nil {
		c.t.Fatal(err)
	}
}
