package e2e

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"confboard/e2e/provider"
	"confboard/feed/simulator"
)

// company is a board below /board, behind a proxy that has its public URL, and the provider at which its people sign in. To the browser
// the two are different sites.
type company struct {
	*board
	url      string
	provider *provider.Provider
}

// employ starts a company; down: its provider is not there at first.
func employ(t *testing.T, down bool) company {
	t.Helper()
	var target atomic.Pointer[url.URL]
	front := httptest.NewServer(&httputil.ReverseProxy{FlushInterval: -1, ErrorLog: log.New(io.Discard, "", 0),
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target.Load()) }}) // and passes on another Host than it was asked for
	t.Cleanup(func() {
		front.CloseClientConnections()
		front.Close()
	})
	p, err := provider.Start(front.URL+"/board/sign-in/callback",
		provider.User{Name: "ida", Password: "Hush-ida", Subject: "2001", Groups: []string{"staff"}},
		provider.User{Name: "gus", Password: "Hush-gus", Subject: "2003", Groups: []string{"guests"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	p.SetDown(down)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(provider.ClientSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: boardID, HostPassword: "135790", Title: "Quarterly review"})
	m.Start()
	s := settings{heartbeat: steady, access: "accounts", basePath: "/board", meetings: watching(m), further: map[string]any{
		"publicURL": front.URL, "trustedProxies": []string{"127.0.0.1"},
		"oidc": map[string]any{"issuer": p.Issuer, "clientID": provider.ClientID, "clientSecretFile": secret, "adminGroups": []string{"board-admins"}, "viewerGroups": []string{"staff"}}}}
	b := serve(t, cloud, s)
	to, err := url.Parse("http://" + b.address())
	if err != nil {
		t.Fatal(err)
	}
	target.Store(to)
	return company{b, front.URL + "/board", p}
}

// reached waits until the board knows its provider.
func (c company) reached() {
	c.t.Helper()
	until(c.t, "the provider to be reached", func() bool { return c.log.contains("people can sign in by OpenID Connect") })
}

// visit opens a page in a browser that may also see the provider's.
func (c company) visit(t *testing.T, path string) *tab {
	t.Helper()
	u, err := url.Parse(c.provider.Issuer)
	if err != nil {
		t.Fatal(err)
	}
	return open(t, c.url+path, view{interrupted: true, others: []string{u.Host}})
}

// toProvider leaves the sign-in page for that of the provider.
func (p *tab) toProvider() {
	p.t.Helper()
	p.call("go to the organisation", chromedp.Click(".provider a.button"))
	p.wait("document.title === 'Example Ltd' && document.activeElement.id === 'username'")
}

func TestSigningInAtTheOrganisationReturnsToTheWantedPage(t *testing.T) {
	t.Parallel()
	c := employ(t, false)
	c.reached()
	p := c.visit(t, "/m/"+boardID+"?lang=zh")
	p.waitText("h1", "登录")
	p.axe("the sign-in with an organisation, in zh")
	p.fits("the sign-in with an organisation")
	p.navigate(c.url + "/m/" + boardID + "?lang=en")
	p.axe("the sign-in with an organisation")

	// In none of the groups.
	p.toProvider()
	p.press("gus" + kb.Tab + "Hush-gus" + kb.Enter)
	p.waitContains(".provider-fault", "You may not see this board.")
	p.axe("the sign-in of somebody who may not see the board")
	if at := evaluate[string](p, "location.pathname + location.search"); !strings.HasPrefix(at, "/board/sign-in?fault=group&to=") {
		t.Errorf("the fault is shown at %s", at)
	}

	// Thinks better of it.
	p.toProvider()
	p.call("cancel", chromedp.Click("#cancel"))
	p.waitContains(".provider-fault", "was cancelled")

	p.toProvider()
	p.press("ida" + kb.Tab + "Hush-ida" + kb.Enter)
	p.waitText("h1", "Quarterly review")
	p.waitBoard("live")
	p.waitContains(".account", "ida")
	if at := evaluate[string](p, "location.pathname + location.search"); at != "/board/m/"+boardID+"?lang=en" {
		t.Errorf("led to %s", at)
	}

	// Who goes back is not met by the address with the code in it.
	p.leaveBy("history.back()")
	p.wait("document.title === 'Example Ltd' || location.pathname.startsWith('/board/')")
	if at := evaluate[string](p, "location.pathname"); strings.Contains(at, "callback") {
		t.Errorf("back at %s", at)
	}
	p.navigate(c.url + "/account")
	p.call("sign out everywhere", chromedp.Click(`button[name="everywhere"]`))
	p.waitText("h1", "Sign in")
	if said := c.log.all(); strings.Contains(said, "Hush") || !strings.Contains(said, "name=ida role=viewer") {
		t.Error("the log has a secret, or does not say who signed in")
	}
	for _, token := range c.provider.Tokens() {
		if c.log.contains(token) {
			t.Error("the log has a token")
		}
	}
}

func TestWithoutItsProviderTheBoardStartsAndAccountsOfItsOwnSignIn(t *testing.T) {
	t.Parallel()
	c := employ(t, true)
	password := addUser(t, c.args[len(c.args)-1], "bob", "viewer")
	p := c.visit(t, "/?lang=en")
	p.waitContains(".provider-fault", "Your organisation’s sign-in cannot be reached.")
	p.wait("document.querySelector('.other-way').open && document.querySelector('.provider a') === null")
	p.axe("the sign-in while the organisation cannot be reached")
	c.provider.SetDown(false)
	c.reached()
	until(t, "the account to be taken over", func() bool {
		p.navigate(c.url + "/?lang=en")
		if evaluate[bool](p, "document.querySelector('.account') !== null") {
			return true
		}
		p.wait("document.querySelector('.provider a') !== null && document.querySelector('.provider-fault') === null")
		p.call("take the other way", chromedp.Click(".other-way summary"))
		p.wait("document.getElementById('name').checkVisibility()")
		p.run("document.getElementById('name').focus()")
		p.leave(func() { p.press("bob" + kb.Tab + password + kb.Enter) })
		return evaluate[bool](p, "document.querySelector('.account') !== null")
	})
	p.waitContains(".account", "bob")
}

var printedSetUp = regexp.MustCompile(`Choose a name and a password, once: (\S+)#(\S+)`)

func TestTheFirstAdminFollowsThePrintedLink(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t, steady)
	b := serve(t, cloud, settings{heartbeat: steady, access: "accounts"})
	until(t, "the link to be printed", func() bool { return printedSetUp.MatchString(b.log.all()) })
	printed := printedSetUp.FindStringSubmatch(b.log.all())
	if printed[1] != b.url+"/setup" {
		t.Fatalf("printed %s", printed[1])
	}
	p := open(t, b.url+"/?lang=en", view{interrupted: true})
	p.waitText("h1", "Sign in")
	p.axe("the sign-in of a board without an admin")
	p.leaveBy("location.href = " + quote(printed[0][strings.Index(printed[0], "http"):]))
	p.wait("location.pathname === '/setup' && location.hash === '' && document.getElementById('code')?.value === " + quote(printed[2]))
	p.wait("document.activeElement.id === 'name'")
	p.axe("the set-up")
	p.fits("the set-up")
	p.leave(func() { p.press("ann" + kb.Tab + "correct horse 7" + kb.Tab + "correct horse 8" + kb.Enter) })
	p.waitContains(".field-fault", "The two passwords differ.")
	p.axe("the set-up with a fault")
	p.wait("document.getElementById('code').value === " + quote(printed[2])) // it need not be typed
	p.wait("document.getElementById('name').value === 'ann'")
	p.run("document.getElementById('password').focus()")
	p.leave(func() { p.press("correct horse 7" + kb.Tab + "correct horse 7" + kb.Enter) })
	p.waitContains(".account", "ann")
	p.waitBoard("live")
	p.navigate(b.url + "/setup")
	p.waitContains("h1", "This board is set up")
	if r := get(t, b.url+"/setup"); r.status != http.StatusGone {
		t.Errorf("afterwards: %d", r.status)
	}
}
