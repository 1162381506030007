package app

import (
	"bytes"
	"html"
	"log/slog"
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
	"time"

	"confboard/e2e/provider"
	"confboard/feed/conference"
	"confboard/web/access"
	"confboard/web/settings"
)

var staff = []provider.User{
	{Name: "ida", Password: "Hush-ida", Subject: "2001", Groups: []string{"staff", "board-admins"}},
	{Name: "ivo", Password: "Hush-ivo", Subject: "2002", Groups: []string{"staff"}},
	{Name: "gus", Password: "Hush-gus", Subject: "2003", Groups: []string{"guests"}},
}

// openCompany starts a board below /board, behind a proxy that has its public URL, where people sign in at a provider.
func openCompany(t *testing.T) (*lodge, *provider.Provider) {
	t.Helper()
	l, p, _ := openCompanyWith(t, settings.Settings{})
	return l, p
}

// openCompanyWith does so with more settings, and returns how to have the proxy lead to other boards that are started with them.
func openCompanyWith(t *testing.T, s settings.Settings) (_ *lodge, _ *provider.Provider, another func(settings.Settings) (lead func())) {
	t.Helper()
	var target atomic.Pointer[url.URL]
	front := httptest.NewServer(&httputil.ReverseProxy{FlushInterval: -1, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target.Load())
		r.Out.Host = r.In.Host
	}})
	t.Cleanup(front.Close)
	p, err := provider.Start(front.URL+"/board/sign-in/callback", staff...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	s.Access, s.BasePath, s.PublicURL, s.OIDC = settings.AccessAccounts, "/board", front.URL, settings.OIDC{Issuer: p.Issuer, ClientID: provider.ClientID,
		ClientSecret: conference.NewSecret(provider.ClientSecret), NameClaim: "preferred_username", GroupsClaim: "groups", AdminGroups: []string{"board-admins"},
		ViewerGroups: []string{"staff"}, SessionAge: time.Hour, Button: "Example <Ltd>"}
	open := func(s settings.Settings, accounts map[string]access.Role) (l *lodge, lead func()) {
		l = openLodgeWith(t, s, accounts)
		u, err := url.Parse(l.url)
		if err != nil {
			t.Fatal(err)
		}
		u.Path = ""
		l.url = front.URL + "/board"
		t.Cleanup(func() { l.stop() }) // before the front, which waits for its streams
		for deadline := time.Now().Add(patience); !strings.Contains(l.log.String(), "people can sign in by OpenID Connect"); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("the provider is not reached: %s", l.log.String())
			}
		}
		return l, func() { target.Store(u) }
	}
	l, lead := open(s, map[string]access.Role{"ann": access.RoleAdmin, "bob": access.RoleViewer})
	lead()
	return l, p, func(more settings.Settings) func() {
		other := s
		other.Cluster, other.DataDir = more.Cluster, more.DataDir
		_, lead := open(other, nil)
		return lead
	}
}

var toProvider = regexp.MustCompile(`<a class="button" href="([^"]+)">Example &lt;Ltd&gt;</a>`)

// throughProvider goes from a page to the provider, signs in there, and returns the address to which that leads back.
func (p *person) throughProvider(path, name string) (back string) {
	p.t.Helper()
	_, page := p.get(path)
	link := toProvider.FindStringSubmatch(page)
	if link == nil {
		p.t.Fatalf("%s does not lead to the provider: %s", path, reading(page))
	}
	form := url.Values{"username": {name}, "password": {"Hush-" + name}, "do": {"enter"}}
	for address := html.UnescapeString(link[1]); ; {
		res, _ := p.get(address)
		if res.StatusCode == http.StatusOK { // the provider's page
			form.Set("id", res.Request.URL.Query().Get("id"))
			res, _ = p.post(address, form)
		}
		next, err := res.Location()
		if err != nil {
			p.t.Fatalf("%s answers %s", address, res.Status)
		}
		if address = next.String(); strings.Contains(address, "/sign-in/callback?") {
			return address
		}
	}
}

func TestSigningInAtTheOrganisation(t *testing.T) {
	l, company := openCompany(t)
	l.meeting("900487914")
	for name, want := range map[string]struct{ board, feed int }{"ida": {200, 200}, "ivo": {200, 403}} {
		p := l.person()
		back := p.throughProvider("/m/900487914?lang=en", name)
		res, _ := p.get(back)
		if at := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || at != "/board/m/900487914?lang=en" || res.Header.Get("Cache-Control") != "no-store" || res.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s is led to %q, %s, %v", name, at, res.Status, res.Header)
		}
		board, page := p.get("/m/900487914")
		feed, _ := p.get("/feed")
		if board.StatusCode != want.board || feed.StatusCode != want.feed || !strings.Contains(page, "<bdi>"+name+"</bdi>") {
			t.Errorf("%s: %s and %s", name, board.Status, feed.Status)
		}
		if res, _ := p.get(back); res.Header.Get("Location") != "/board/sign-in?fault=over&to=%2Fboard%2Fm%2F900487914%3Flang%3Den" {
			t.Errorf("the same address again leads to %s", res.Header.Get("Location"))
		} else if res, _ := p.get(res.Request.URL.Scheme + "://" + res.Request.URL.Host + res.Header.Get("Location")); res.StatusCode != http.StatusSeeOther {
			t.Errorf("who is signed in is shown a fault: %s", res.Status)
		}
		if _, page := p.get("/account"); !strings.Contains(page, ">"+name+"<") {
			t.Errorf("the account of %s: %s", name, reading(page))
		}
		other := l.person()
		other.get(other.throughProvider("/", name))
		if res, _ := p.post("/sign-out", url.Values{"everywhere": {"yes"}}); res.StatusCode != http.StatusSeeOther {
			t.Errorf("sign out: %s", res.Status)
		}
		for _, browser := range []*person{p, other} {
			if res, _ := browser.get("/"); res.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s after signing out everywhere: %s", name, res.Status)
			}
		}
	}
	said := l.log.String()
	for _, secret := range append(company.Tokens(), "Hush") {
		if strings.Contains(said, secret) {
			t.Errorf("logged %q", secret)
		}
	}
}

func TestTheOrganisationAndTheBoardsOwnAccountsAreTwoWaysIn(t *testing.T) {
	l, _ := openCompany(t)
	p := l.signedIn("ann")
	if _, page := p.get("/account"); !strings.Contains(page, ">ann<") {
		t.Fatal("ann has no account")
	}
	p.post("/sign-out", nil)
	p.get(p.throughProvider("/", "ivo"))
	if _, page := p.get("/"); !strings.Contains(page, "<bdi>ivo</bdi>") {
		t.Error("ivo is not signed in")
	}
	p.post("/sign-in", url.Values{"name": {"bob"}, "password": {passwordOf}})
	if _, page := p.get("/"); !strings.Contains(page, "<bdi>bob</bdi>") {
		t.Error("bob is not signed in in place of ivo")
	}
	p.post("/sign-out", nil)
	if res, _ := p.get("/"); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("when bob has signed out: %s", res.Status)
	}
}

func TestWhyNobodyIsSignedInIsSaid(t *testing.T) {
	l, company := openCompany(t)
	gus := l.person()
	res, _ := gus.get(gus.throughProvider("/wall", "gus"))
	if res.Header.Get("Location") != "/board/sign-in?fault=group&to=%2Fboard%2Fwall" {
		t.Fatalf("led to %s", res.Header.Get("Location"))
	}
	for _, c := range []struct {
		fault  string
		status int
		en, zh string
	}{
		{"group", 403, "You may not see this board.", "您没有查看本看板的权限。"},
		{"over", 400, "This sign-in is over.", "本次登录已失效。"},
		{"denied", 403, "Your organisation’s sign-in was cancelled, or did not let you in.", "企业登录已取消，或未获准许。"},
		{"answer", 502, "The board did not accept the answer", "看板未能接受企业登录系统返回的结果。"},
		{"down", 503, "Your organisation’s sign-in cannot be reached.", "暂时无法连接企业登录系统。"},
		{"many", 429, "Too many sign-ins from your network have failed.", "您所在的网络登录失败次数过多。"},
		{"<script>", 200, "", ""},
	} {
		for lang, says := range map[string]string{"en": c.en, "zh": c.zh} {
			res, page := gus.get("/sign-in?" + url.Values{"fault": {c.fault}, "to": {"/board/wall"}, "lang": {lang}}.Encode())
			if res.StatusCode != c.status || !strings.Contains(page, says) || strings.Contains(page, "provider-fault") != (says != "") || strings.Contains(page, "<script>") {
				t.Errorf("%s in %s: %s, %s", c.fault, lang, res.Status, reading(page))
			}
			if !strings.Contains(page, l.url+"/sign-in/provider?to=%2Fboard%2Fwall") || !strings.Contains(page, `name="password"`) {
				t.Errorf("%s in %s has no way on", c.fault, lang)
			}
		}
	}
	if res, _ := gus.get("/sign-in/callback?code=guessed&state=guessed"); res.Header.Get("Location") != "/board/sign-in?fault=over&to=%2Fboard%2F" {
		t.Errorf("a made up answer leads to %s", res.Header.Get("Location"))
	}
	back := gus.throughProvider("/", "ivo")
	company.SetDown(true)
	if res, _ := gus.get(back); res.Header.Get("Location") != "/board/sign-in?fault=down&to=%2Fboard%2F" {
		t.Errorf("while the provider is down: %s", res.Header.Get("Location"))
	}
	for to, want := range map[string]string{"//elsewhere.example": "%2Fboard%2F", "https://elsewhere.example/": "%2Fboard%2F", "/board/wall": "%2Fboard%2Fwall"} {
		if _, page := gus.get("/sign-in?" + url.Values{"to": {to}}.Encode()); !strings.Contains(page, "/sign-in/provider?to="+want+`"`) {
			t.Errorf("%s is taken along", to)
		}
	}
}

func TestTheCheckOfAProvider(t *testing.T) {
	dir := t.TempDir()
	p, err := provider.Start("http://127.0.0.1:8080/board/sign-in/callback", staff...)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for name, secret := range map[string]string{"right": provider.ClientSecret, "wrong": "Hush-wrong"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(secret), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name, set string
		down      bool
		says      []string
		fails     string
	}{
		{"all is well", "", false, []string{"The settings are valid.", "The OpenID provider " + p.Issuer + " answers:", "it knows the client confboard, and sends people back to http://127.0.0.1:8080/board/sign-in/callback", "it takes the client's secret"}, ""},
		{"a wrong secret", "CONFBOARD_OIDC_CLIENT_SECRET_FILE=" + filepath.Join(dir, "wrong"), false, []string{"it knows the client"}, "oidc.clientSecretFile: it does not take the client's secret (status 401, invalid_client)"},
		{"an unknown client", "CONFBOARD_OIDC_CLIENT_ID=other", false, nil, "oidc.clientID: it does not take the client other"},
		{"another address", "CONFBOARD_PUBLIC_URL=http://127.0.0.1:8081", false, nil, "with the redirect URI http://127.0.0.1:8081/board/sign-in/callback (status 400)"},
		{"another issuer", "CONFBOARD_OIDC_ISSUER=" + p.Issuer + "/", false, nil, "oidc.issuer: it calls itself " + p.Issuer + ", and has to be set exactly so"},
		{"down", "", true, nil, "oidc.issuer: ask the OpenID provider what it is like: 503 Service Unavailable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p.SetDown(c.down)
			environ := map[string]string{"CONFBOARD_ACCESS": "accounts", "CONFBOARD_BASE_PATH": "/board", "CONFBOARD_PUBLIC_URL": "http://127.0.0.1:8080", "CONFBOARD_OIDC_ISSUER": p.Issuer,
				"CONFBOARD_OIDC_CLIENT_ID": provider.ClientID, "CONFBOARD_OIDC_CLIENT_SECRET_FILE": filepath.Join(dir, "right"), "CONFBOARD_OIDC_ADMIN_GROUPS": "board-admins"}
			if name, value, set := strings.Cut(c.set, "="); set {
				environ[name] = value
			}
			var list []string
			for name, value := range environ {
				list = append(list, name+"="+value)
			}
			var out bytes.Buffer
			cmd := command(nil, list, nil, &out, &out)
			cmd.SetArgs([]string{"check"})
			err := cmd.ExecuteContext(t.Context())
			if (err != nil) != (c.fails != "") || err != nil && !strings.Contains(err.Error(), c.fails) {
				t.Errorf("error %v, want %q", err, c.fails)
			}
			for _, says := range c.says {
				if !strings.Contains(out.String(), says) {
					t.Errorf("it does not say %q: %s", says, out.String())
				}
			}
			if strings.Contains(out.String(), "Hush") {
				t.Errorf("said: %s", out.String())
			}
		})
	}
}
