package access

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
)

func TestSomebodyIsWhatTheirGroupsSay(t *testing.T) {
	for _, c := range []struct {
		name    string
		change  func(*OIDCConfig)
		user    string
		is      string
		refused error
	}{
		{"an admin", nil, "ann", "ann admin", nil},
		{"a viewer", nil, "bob", "bob viewer", nil},
		{"somebody in another group", nil, "eve", "", ErrOIDCRefused},
		{"somebody in no group", nil, "tom", "", ErrOIDCRefused},
		{"somebody in another group where all may see the board", func(o *OIDCConfig) { o.ViewerGroups = nil }, "eve", "eve viewer", nil},
		{"an admin where no claim has the groups", func(o *OIDCConfig) { o.GroupsClaim = "roles" }, "ann", "", ErrOIDCRefused},
		{"somebody whom the provider gives no such name", func(o *OIDCConfig) { o.NameClaim = "nickname" }, "bob", "1002 viewer", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newReception(t, c.change)
			g := r.guest()
			to, err := g.comes(g.goes("/m/900487914?lang=zh", c.user, "Hush-"+c.user))
			if !errors.Is(err, c.refused) || to != "/m/900487914?lang=zh" || g.is() != c.is {
				t.Errorf("%s comes to %q with error %v and is %q", c.user, to, err, g.is())
			}
		})
	}
}

func TestNameAndGroupsMayBeToldByUserInfoOnly(t *testing.T) {
	r := newReception(t, nil)
	r.issuer.OnlyUserInfo()
	for user, want := range map[string]string{"ann": "ann admin", "eve": ""} {
		g := r.guest()
		if err := g.signsIn(user); (err == nil) != (want != "") || g.is() != want {
			t.Errorf("%s is %q, error %v", user, g.is(), err)
		}
	}
}

// Each is signed by the provider's own key.
func TestAnIDTokenThatIsNotForThisSignInIsRefused(t *testing.T) {
	for name, alter := range map[string]func(map[string]any){
		"the nonce of another sign-in": func(c map[string]any) { c["nonce"] = "0123456789" },
		"no nonce":                     func(c map[string]any) { delete(c, "nonce") },
		"another audience":             func(c map[string]any) { c["aud"] = []string{"another"} },
		"another authorized party":     func(c map[string]any) { c["aud"], c["azp"] = []string{"confboard", "another"}, "another" },
		"two audiences and no party":   func(c map[string]any) { c["aud"] = []string{"confboard", "another"}; delete(c, "azp") },
		"another issuer":               func(c map[string]any) { c["iss"] = "https://elsewhere.example" },
		"one that has expired":         func(c map[string]any) { c["exp"] = time.Now().Add(-time.Minute).Unix() },
		"one that is not valid yet":    func(c map[string]any) { c["nbf"] = time.Now().Add(time.Hour).Unix() },
		"no subject":                   func(c map[string]any) { delete(c, "sub") },
	} {
		t.Run(name, func(t *testing.T) {
			r := newReception(t, nil)
			r.issuer.Alter(alter)
			g := r.guest()
			if err := g.signsIn("ann"); !errors.Is(err, ErrOIDCAnswer) || g.is() != "" {
				t.Errorf("%q with error %v", g.is(), err)
			}
			r.issuer.Alter(nil)
			if err := g.signsIn("ann"); err != nil || g.is() != "ann admin" {
				t.Errorf("afterwards %q with error %v", g.is(), err)
			}
		})
	}
}

func TestTheProviderMayChangeItsKey(t *testing.T) {
	r := newReception(t, nil)
	for range 3 {
		if err := r.guest().signsIn("bob"); err != nil {
			t.Fatal(err)
		}
		if err := r.issuer.Rotate(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestASignInIsGoodForOnceInTheBrowserThatBeganIt(t *testing.T) {
	r := newReception(t, nil)
	mine, other := r.guest(), r.guest()
	back := mine.goes("/wall", "ann", "Hush-ann")
	if to, err := other.comes(back); !errors.Is(err, ErrOIDCStale) || to != "" || other.is() != "" {
		t.Errorf("another browser comes to %q with error %v and is %q", to, err, other.is())
	}
	other.goes("/", "eve", "Hush-eve") // has a cookie now
	if _, err := other.comes(back); !errors.Is(err, ErrOIDCStale) || other.is() != "" {
		t.Errorf("another browser that has begun a sign-in: error %v, is %q", err, other.is())
	}
	for name, change := range map[string]func(url.Values){
		"no state":        func(q url.Values) { q.Del("state") },
		"another state":   func(q url.Values) { q.Set("state", strings.Repeat("A", 200)) },
		"no text":         func(q url.Values) { q.Set("state", "%%%") },
		"a changed state": func(q url.Values) { q.Set("state", "B"+q.Get("state")[1:]) },
		"a longer state":  func(q url.Values) { q.Set("state", q.Get("state")+"AAAA") },
	} {
		q := back.Query()
		change(q)
		changed := *back
		changed.RawQuery = q.Encode()
		if _, err := mine.comes(&changed); !errors.Is(err, ErrOIDCStale) || mine.is() != "" {
			t.Errorf("%s: error %v, is %q", name, err, mine.is())
		}
	}
	if to, err := mine.comes(back); err != nil || to != "/wall" || mine.is() != "ann admin" {
		t.Fatalf("comes to %q with error %v and is %q", to, err, mine.is())
	}
	if to, err := mine.comes(back); !errors.Is(err, ErrOIDCStale) || to != "/wall" || mine.is() != "ann admin" {
		t.Errorf("the second time comes to %q with error %v and is %q", to, err, mine.is())
	}

	// A code that was used before, in a sign-in of one's own.
	fresh := mine.goes("/", "ann", "Hush-ann")
	q := fresh.Query()
	q.Set("code", back.Query().Get("code"))
	fresh.RawQuery = q.Encode()
	if _, err := mine.comes(fresh); !errors.Is(err, ErrOIDCStale) {
		t.Errorf("a code that was used: error %v", err)
	}
}

// Somebody else's code in a sign-in of one's own is what PKCE and nonce are for.
func TestSomebodyElsesCodeIsWorthNothing(t *testing.T) {
	r := newReception(t, nil)
	victim, thief := r.guest(), r.guest()
	stolen, own := victim.goes("/", "ann", "Hush-ann"), thief.goes("/", "eve", "Hush-eve")
	q := own.Query()
	q.Set("code", stolen.Query().Get("code"))
	own.RawQuery = q.Encode()
	if _, err := thief.comes(own); err == nil || thief.is() != "" {
		t.Errorf("is %q, error %v", thief.is(), err)
	}
}

func TestASignInTakesNoLongerThanItMay(t *testing.T) {
	r := newReception(t, nil)
	g := r.guest()
	in, late := g.goes("/", "bob", "Hush-bob"), g.goes("/late", "bob", "Hush-bob") // two at a time in one browser
	r.pass(attemptAge - time.Second)
	if _, err := g.comes(in); !errors.Is(err, ErrOIDCAnswer) { // the ID token has expired by then
		t.Errorf("in time: %v", err)
	}
	r.pass(time.Second)
	if to, err := g.comes(late); !errors.Is(err, ErrOIDCStale) || to != "/late" {
		t.Errorf("too late: comes to %q with error %v", to, err)
	}
}

func TestWhatAProviderSaysInPlaceOfACode(t *testing.T) {
	r := newReception(t, nil)
	g := r.guest()
	if to, err := g.comes(g.goes("/wall", "", "")); !errors.Is(err, ErrOIDCDenied) || to != "/wall" {
		t.Errorf("cancelled: comes to %q with error %v", to, err)
	}
	for said, want := range map[string]error{"access_denied": ErrOIDCDenied, "temporarily_unavailable": ErrOIDCDown, "server_error": ErrOIDCDown,
		"invalid_scope": ErrOIDCAnswer, "Hush <script>": ErrOIDCAnswer} {
		back := g.goes("/", "ann", "Hush-ann")
		back.RawQuery = url.Values{"state": back.Query()["state"], "error": {said}, "error_description": {"Hush-description"}}.Encode()
		if _, err := g.comes(back); !errors.Is(err, want) {
			t.Errorf("%s: error %v, want %v", said, err, want)
		}
	}
	back := g.goes("/", "ann", "Hush-ann")
	q := back.Query()
	q.Set("iss", "https://elsewhere.example")
	back.RawQuery = q.Encode()
	if _, err := g.comes(back); !errors.Is(err, ErrOIDCAnswer) || g.is() != "" {
		t.Errorf("from another provider: error %v, is %q", err, g.is())
	}
	if strings.Contains(r.logged(), "Hush") {
		t.Errorf("logged %s", r.logged())
	}
}

func TestTheBoardIsThereWithoutItsProvider(t *testing.T) {
	r := newReceptionOnly(t, nil)
	r.issuer.SetDown(true)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- r.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("ended with %v", err)
		}
	}()
	until(t, "the failure to be told", func() bool { return strings.Contains(r.logged(), "the OpenID provider is not reached") })
	if _, err := r.Begin(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil), "/", ""); !errors.Is(err, ErrOIDCDown) || r.Reachable() {
		t.Errorf("begins with %v", err)
	}
	r.issuer.SetDown(false)
	until(t, "the provider to be reached", r.Reachable)
	g := r.guest()
	back := g.goes("/", "ann", "Hush-ann")
	r.issuer.SetDown(true)
	if _, err := g.comes(back); !errors.Is(err, ErrOIDCDown) {
		t.Errorf("it is down again: %v", err)
	}
	r.issuer.SetDown(false)
	if _, err := g.comes(back); err != nil { // nothing was spent
		t.Errorf("it is up again: %v", err)
	}
}

func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func TestAProviderThatIsNotWhatItIsSetToBe(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*OIDCConfig)
		says   string
	}{
		"a slash too much":       {func(o *OIDCConfig) { o.Issuer += "/" }, "it calls itself http://localhost:"},
		"nothing that describes": {func(o *OIDCConfig) { o.Issuer += "/nothing" }, "404"},
	} {
		r := newReceptionOnly(t, c.change)
		if _, err := r.reach(t.Context()); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := newReception(t, func(o *OIDCConfig) { o.ClientSecret = conference.NewSecret("Hush-wrong") })
	if err := r.guest().signsIn("ann"); !errors.Is(err, ErrOIDCAnswer) || !strings.Contains(r.logged(), "invalid_client") {
		t.Errorf("a wrong secret: %v, logged %s", err, r.logged())
	}
}

func TestThoseWhoOnlyTryWait(t *testing.T) {
	r := newReception(t, nil)
	g := r.guest()
	guess := func() error {
		back := g.goes("/", "ann", "Hush-ann")
		back.RawQuery = url.Values{"state": back.Query()["state"], "code": {"guessed"}}.Encode()
		_, err := g.comes(back)
		return err
	}
	for range triesAtOnce {
		if err := guess(); !errors.Is(err, ErrOIDCStale) {
			t.Fatal(err)
		}
	}
	if err := guess(); !errors.Is(err, ErrOIDCTooMany) {
		t.Errorf("one more: %v", err)
	}
	r.pass(tryEvery)
	if err := g.signsIn("ann"); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestSessionsByOpenIDConnect(t *testing.T) {
	for _, c := range []struct {
		name    string
		happens func(r *reception, mine *guest)
		mine    bool // my session goes on
		second  bool // mine in another browser does
		others  bool // that of somebody else does
	}{
		{"nothing", func(*reception, *guest) {}, true, true, true},
		{"a restart", func(r *reception, _ *guest) { r.restart() }, true, true, true},
		{"signing in anew with a full disk", func(r *reception, mine *guest) {
			r.store.full.Store(true)
			if err := mine.signsIn("ann"); err != nil {
				r.t.Error(err)
			}
			r.store.full.Store(false)
			r.settled() // and is stored when that is possible again
			r.restart()
		}, true, true, true},
		{"the most of a day", func(r *reception, _ *guest) { r.pass(12*time.Hour - time.Minute) }, true, true, true},
		{"more than the age of a session", func(r *reception, _ *guest) { r.pass(12 * time.Hour) }, false, false, false},
		{"other groups in the settings", func(r *reception, _ *guest) { r.config.AdminGroups = []string{"staff"}; r.restart() }, false, false, false},
		{"signing out", func(r *reception, mine *guest) { mine.get(r.board.URL + "/out") }, false, true, true},
		{"signing out everywhere", func(r *reception, mine *guest) { mine.get(r.board.URL + "/out?everywhere") }, false, false, true},
		{"signing out, and a restart", func(r *reception, mine *guest) { mine.get(r.board.URL + "/out"); r.settled(); r.restart() }, false, true, true},
		{"signing in as somebody else", func(r *reception, mine *guest) {
			if err := mine.signsIn("bob"); err != nil {
				r.t.Error(err)
			}
			mine.get(r.board.URL + "/out")
		}, false, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newReception(t, nil)
			mine, second, other := r.guest(), r.guest(), r.guest()
			for g, name := range map[*guest]string{mine: "ann", second: "ann", other: "bob"} {
				if err := g.signsIn(name); err != nil {
					t.Fatal(err)
				}
			}
			c.happens(r, mine)
			r.settled()
			for g, want := range map[*guest]bool{mine: c.mine, second: c.second, other: c.others} {
				if is := g.is(); (is != "") != want {
					t.Errorf("%q, want a session: %v", is, want)
				}
			}
			ended := 0
			for _, goesOn := range []bool{c.mine, c.second, c.others} {
				if !goesOn {
					ended++
				}
			}
			if c.name != "other groups in the settings" && len(r.over) < ended {
				t.Errorf("the pages of %d sessions ended, want %d", len(r.over), ended)
			}
		})
	}
}

func TestTheCookiesOfASignIn(t *testing.T) {
	for _, c := range []struct{ public, path, prefix string }{
		{"http://board.example", "/", ""}, {"https://board.example", "/", hostPrefix}, {"https://board.example", "/board/", securePrefix},
	} {
		r := newReception(t, func(o *OIDCConfig) { o.PublicURL, o.Path = c.public, c.path })
		w, req := httptest.NewRecorder(), httptest.NewRequest("GET", c.public+c.path+"sign-in/provider", nil)
		req.TLS = nil // a proxy encrypts
		address, err := r.Begin(w, req, strings.Repeat("x", maxWanted+1), "")
		if err != nil {
			t.Fatal(err)
		}
		cookies := w.Result().Cookies()
		if len(cookies) != 1 {
			t.Fatalf("cookies %v", cookies)
		}
		k := cookies[0]
		if k.Name != c.prefix+"confboard_oidc_begun" || !k.HttpOnly || k.Secure != (c.prefix != "") || k.SameSite != http.SameSiteLaxMode || k.Path != c.path || k.MaxAge != int(attemptAge/time.Second) {
			t.Errorf("%s%s: %+v", c.public, c.path, k)
		}
		q := mustParse(t, address).Query()
		if q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" || q.Get("redirect_uri") != r.config.Callback || q.Get("scope") != "openid profile" || len(address) > 2000 {
			t.Errorf("asks for %v", q)
		}
		if strings.Contains(address, k.Value) {
			t.Error("the address has the cookie")
		}
	}
}

func mustParse(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestNothingSecretIsLogged(t *testing.T) {
	r := newReception(t, nil)
	g := r.guest()
	for _, user := range []string{"ann", "eve"} {
		_ = g.signsIn(user) // eve is refused
	}
	r.issuer.Alter(func(c map[string]any) { c["aud"] = "another" })
	_ = g.signsIn("bob")
	secrets := append(r.issuer.Tokens(), "Hush")
	for _, back := range g.back {
		secrets = append(secrets, back.Query().Get("state"))
	}
	for _, cookie := range g.client.Jar.Cookies(mustParse(t, r.board.URL)) {
		secrets = append(secrets, cookie.Value)
	}
	if len(secrets) < 10 {
		t.Fatalf("%d secrets", len(secrets))
	}
	said := r.logged()
	for _, secret := range secrets {
		if strings.Contains(said, secret) {
			t.Errorf("logged %q in %s", secret, said)
		}
	}
	if !strings.Contains(said, "name=ann role=admin") || !strings.Contains(said, "eve, of whom groups lists 1 groups") {
		t.Errorf("logged %s", said)
	}
}
