package access

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
)

// desk is an Admin with a clock and a place where its tokens arrive.
type desk struct {
	*Admin
	now    time.Time
	tokens []conference.Secret
	log    bytes.Buffer
}

func newDesk(t *testing.T, path, publicURL string) *desk {
	t.Helper()
	d := &desk{now: time.UnixMilli(1_800_000_000_000)}
	admin, err := NewAdmin(context.Background(), Config{Path: path, PublicURL: publicURL, Now: func() time.Time { return d.now }, Logger: slog.New(slog.NewTextHandler(&d.log, nil)),
		Issue: func(token conference.Secret) error {
			d.tokens = append(d.tokens, token)
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	d.Admin = admin
	return d
}

func (d *desk) token() conference.Secret { return d.tokens[len(d.tokens)-1] }

// try signs in and returns the cookie, nil when the token was wrong.
func (d *desk) try(t *testing.T, token conference.Secret, address string) (*http.Cookie, time.Duration) {
	t.Helper()
	w, r := httptest.NewRecorder(), httptest.NewRequest("POST", "/feed/sign-in", nil)
	wait, ok, _ := d.SignIn(w, r, address, token)
	cookies := w.Result().Cookies()
	if ok != (len(cookies) == 1) {
		t.Fatalf("signed in: %v, with cookies %v", ok, cookies)
	}
	if !ok {
		return nil, wait
	}
	return cookies[0], wait
}

func with(c *http.Cookie) *http.Request {
	r := httptest.NewRequest("GET", "/feed", nil)
	if c != nil {
		r.AddCookie(c)
	}
	return r
}

func TestATokenOpensOneSession(t *testing.T) {
	d := newDesk(t, "", "")
	first := d.token()
	if len(first.Reveal()) < 26 { // of base32: 130 bits
		t.Errorf("the token has %d characters", len(first.Reveal()))
	}
	cookie, _ := d.try(t, first, "1")
	if !d.SignedIn(with(cookie)) {
		t.Error("the session is not known")
	}
	if again, _ := d.try(t, first, "1"); again != nil {
		t.Error("a used token was taken again")
	}
	if len(d.tokens) != 2 || d.token() == first {
		t.Fatalf("%d tokens were issued, want another after the first was used", len(d.tokens))
	}
	if second, _ := d.try(t, d.token(), "1"); second == nil || !d.SignedIn(with(cookie)) {
		t.Error("a second admin is not let in beside the first")
	}
	if got := (&Visitors{Admin: d.Admin}).SignIns()["token"]; got != (SignIns{Right: 2, Wrong: 1}) {
		t.Errorf("counted: %+v", got)
	}
	for name, r := range map[string]*http.Request{
		"no cookie": with(nil), "an empty one": with(&http.Cookie{Name: cookie.Name}), "a made-up one": with(&http.Cookie{Name: cookie.Name, Value: "guess"}),
		"the token itself": with(&http.Cookie{Name: cookie.Name, Value: d.token().Reveal()}),
	} {
		if d.SignedIn(r) {
			t.Errorf("signed in with %s", name)
		}
	}
}

func TestATokenIsTakenAsPeopleTypeIt(t *testing.T) {
	d := newDesk(t, "", "")
	plain := d.token().Reveal()
	typed := " " + strings.ToLower(plain[:8]) + " " + plain[8:12] + "-" + plain[12:] + "\n"
	if cookie, _ := d.try(t, conference.NewSecret(typed), "1"); cookie == nil {
		t.Errorf("%q was not taken for %q", typed, plain)
	}
	for _, wrong := range []string{"", " ", plain[:len(plain)-1], plain} {
		if cookie, _ := d.try(t, conference.NewSecret(wrong), wrong); cookie != nil {
			t.Errorf("%q was taken", wrong)
		}
	}
}

func TestOneOfManyAtOnceWins(t *testing.T) {
	d := newDesk(t, "", "")
	token := d.token()
	var wins sync.Map
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			w := httptest.NewRecorder()
			if _, ok, _ := d.SignIn(w, with(nil), fmt.Sprint(i), token); ok {
				wins.Store(i, true)
			}
			d.SignedIn(with(nil))
			d.SignOut(httptest.NewRecorder(), with(nil))
		})
	}
	all.Wait()
	n := 0
	wins.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Errorf("%d sessions were opened with one token", n)
	}
}

func TestSessionsEnd(t *testing.T) {
	d := newDesk(t, "", "")
	cookie, _ := d.try(t, d.token(), "1")
	for range 14 { // in use, for almost 7 days
		d.now = d.now.Add(adminIdle - time.Second)
		if !d.SignedIn(with(cookie)) {
			t.Fatalf("a session in use ended after %v", d.now)
		}
	}
	d.now = d.now.Add(time.Minute)
	if d.SignedIn(with(cookie)) {
		t.Error("a session outlived 7 days")
	}

	cookie, _ = d.try(t, d.token(), "1")
	d.now = d.now.Add(adminIdle)
	if d.SignedIn(with(cookie)) {
		t.Error("a session outlived 12 hours without use")
	}

	cookie, _ = d.try(t, d.token(), "1")
	other, _ := d.try(t, d.token(), "1")
	w := httptest.NewRecorder()
	d.SignOut(w, with(cookie))
	if taken := w.Result().Cookies(); len(taken) != 1 || taken[0].MaxAge >= 0 || taken[0].Name != cookie.Name || taken[0].Path != cookie.Path {
		t.Errorf("the cookie was not taken back: %v", taken)
	}
	if d.SignedIn(with(cookie)) || !d.SignedIn(with(other)) {
		t.Error("signing out ended no session, or another one")
	}
}

func TestTheLeastUsedSessionMakesRoom(t *testing.T) {
	d := newDesk(t, "", "")
	var cookies []*http.Cookie
	for range maxAdminSessions {
		c, _ := d.try(t, d.token(), "1")
		cookies = append(cookies, c)
		d.now = d.now.Add(time.Second)
	}
	d.SignedIn(with(cookies[0]))
	if c, _ := d.try(t, d.token(), "1"); !d.SignedIn(with(c)) || !d.SignedIn(with(cookies[0])) || d.SignedIn(with(cookies[1])) {
		t.Error("another session than the least used one made room")
	}
}

func TestWrongTriesWaitAndTheRightTokenDoesNot(t *testing.T) {
	d := newDesk(t, "", "")
	guess := func(address string) time.Duration {
		_, wait := d.try(t, conference.NewSecret("guess"), address)
		return wait
	}
	for i := range triesAtOnce - 1 {
		if wait := guess("1"); wait != 0 {
			t.Fatalf("try %d has to wait for %v", i+1, wait)
		}
	}
	for range 100 {
		if wait := guess("1"); wait != tryEvery {
			t.Fatalf("the next try has to wait for %v, want %v however often it is tried", wait, tryEvery)
		}
	}
	d.now = d.now.Add(triesOfAllAtOnce * tryOfAllEvery) // longer than any wait
	if wait := guess("1"); wait != 0 {
		t.Errorf("after the wait: %v", wait)
	}
	for i := range triesOfAllAtOnce {
		guess(fmt.Sprint("address ", i))
	}
	if wait := guess("a new one"); wait != tryOfAllEvery {
		t.Errorf("from any address: wait for %v, want %v", wait, tryOfAllEvery)
	}
	if cookie, _ := d.try(t, d.token(), "1"); cookie == nil {
		t.Error("wrong tries keep the right token out")
	}
}

// A long wait is not forgotten because many others came to wait for a short time.
func TestTheNumberOfKeysIsBounded(t *testing.T) {
	k := newTries(tryEvery, triesAtOnce)
	now := time.UnixMilli(0)
	for range triesAtOnce {
		k.wrong("long", now)
	}
	for i := range 3 * maxKeys {
		k.wrong(fmt.Sprint(i), now)
	}
	if len(k.keys) > maxKeys {
		t.Errorf("%d keys are remembered", len(k.keys))
	}
	if wait := k.waiting("long", now); wait != tryEvery {
		t.Errorf("who has to wait has to for %s, want %s", wait, tryEvery)
	}
}

func TestCookies(t *testing.T) {
	for _, k := range []struct {
		name, path, public, host, origin string
		tls                              bool
		cookie                           string
		secure                           bool
	}{
		{"plain, for a board on this machine", "/", "", "127.0.0.1:8080", "http://127.0.0.1:8080", false, "confboard_admin", false},
		{"encrypted", "/", "", "board.example", "", true, "__Host-confboard_admin", true},
		{"encrypted below a base path, which rules out the stricter prefix", "/board/", "", "board.example", "", true, "__Secure-confboard_admin", true},
		{"behind a proxy that encrypts", "/", "https://Board.example", "board.example", "", false, "__Host-confboard_admin", true},
		{"beside a proxy that encrypts", "/", "https://board.example", "127.0.0.1:8080", "http://127.0.0.1:8080", false, "confboard_admin", false},
		{"behind a proxy that encrypts and passes on another host", "/", "https://Board.example", "127.0.0.1:8080", "https://board.example", false, "__Host-confboard_admin", true},
		{"the same below a base path", "/board/", "https://board.example:8443/board", "127.0.0.1:8080", "https://board.example:8443", false, "__Secure-confboard_admin", true},
		{"behind a proxy, from an origin that hides itself", "/", "https://board.example", "127.0.0.1:8080", "null", false, "confboard_admin", false},
		{"behind a proxy, from another origin", "/", "https://board.example", "127.0.0.1:8080", "https://elsewhere.example", false, "confboard_admin", false},
		{"behind a proxy that does not", "/", "http://board.example", "board.example", "http://board.example", false, "confboard_admin", false},
	} {
		t.Run(k.name, func(t *testing.T) {
			d := newDesk(t, k.path, k.public)
			w, r := httptest.NewRecorder(), httptest.NewRequest("POST", "/", nil)
			r.Host = k.host
			if k.origin != "" {
				r.Header.Set("Origin", k.origin)
			}
			if k.tls {
				r.TLS = &tls.ConnectionState{}
			}
			d.SignIn(w, r, "1", d.token())
			c := w.Result().Cookies()[0]
			if c.Name != k.cookie || c.Secure != k.secure || c.Path != k.path || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Domain != "" {
				t.Errorf("cookie %v", c)
			}
			r = httptest.NewRequest("GET", "/", nil) // which has no Origin
			r.Host = k.host
			r.AddCookie(c)
			if !d.SignedIn(r) {
				t.Error("the cookie is not taken")
			}
			w = httptest.NewRecorder()
			d.SignOut(w, r)
			if back := w.Result().Cookies()[0]; back.Name != c.Name || back.Secure != c.Secure || back.Path != c.Path || back.MaxAge >= 0 || d.SignedIn(r) {
				t.Errorf("the cookie was taken back as %v", back)
			}
		})
	}
}

func TestNoTokenIsLoggedOrKept(t *testing.T) {
	d := newDesk(t, "", "")
	first := d.token()
	cookie, _ := d.try(t, first, "192.0.2.1")
	d.try(t, conference.NewSecret("guess"), "192.0.2.1")
	said := d.log.String() + fmt.Sprintf("%+v", d.sessions) + fmt.Sprintf("%+v", d.Admin.token)
	if !strings.Contains(said, "192.0.2.1") {
		t.Errorf("nothing was logged: %s", said)
	}
	for _, secret := range []string{first.Reveal(), d.token().Reveal(), cookie.Value, "guess"} {
		if strings.Contains(said, secret) {
			t.Errorf("%q is in %s", secret, said)
		}
	}
}

func TestWrongTriesDoNotFillTheLog(t *testing.T) {
	d := newDesk(t, "", "")
	lines := func() int { return strings.Count(d.log.String(), "\n") }
	for range 1000 {
		d.try(t, conference.NewSecret("guess"), "192.0.2.1")
	}
	if n := lines(); n != triesAtOnce {
		t.Errorf("1000 wrong tries at once make %d lines, want %d and one for the others", n, triesAtOnce-1)
	}
	d.now = d.now.Add(sayEvery)
	for range 100 {
		d.try(t, conference.NewSecret("guess"), "192.0.2.1")
	}
	if n := lines(); n != 2*triesAtOnce {
		t.Errorf("%d lines after as many again, want %d", n, 2*triesAtOnce)
	}
	// 995 were not told of the first time, and the one that is told of now.
	if said := d.log.String(); !strings.Contains(said, "tries=996") {
		t.Errorf("the log does not say how many there were:\n%s", said)
	}
}

func TestATokenThatReachesNobody(t *testing.T) {
	full := errors.New("disk full")
	if _, err := NewAdmin(context.Background(), Config{Issue: func(conference.Secret) error { return full }}); !errors.Is(err, full) {
		t.Errorf("the first: %v", err)
	}
	d := newDesk(t, "", "")
	issued := d.token()
	d.config.Issue = func(conference.Secret) error { return full }
	if cookie, _ := d.try(t, issued, "1"); cookie == nil {
		t.Error("an admin with the right token was not let in because the next token has no place")
	}
	if !strings.Contains(d.log.String(), "disk full") {
		t.Errorf("the log does not say why: %s", d.log.String())
	}
	if cookie, _ := d.try(t, issued, "1"); cookie != nil {
		t.Error("a used token was taken again")
	}
}
