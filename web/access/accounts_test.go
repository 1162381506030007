package access

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/web/store"
)

// passwordHash is of password; making one takes long under the race detector.
const passwordHash = "$argon2id$v=19$m=19456,t=2,p=1$FhfUObICSyyHXTugLq2iow$3otS0f7hn+MBRYFwwsmduAK8wnwzCS5+50XkRS2826M"

var password = conference.NewSecret("correct horse 7")

// lobby is a board with accounts, a clock, and a note of whose pages end.
type lobby struct {
	*Accounts
	store *stored
	now   time.Time
	inUse bool
	log   bytes.Buffer

	noting sync.Mutex // sessions may end at the same time; who reads has waited for them
	over   []string
}

func newLobby(t *testing.T, dir string) *lobby {
	t.Helper()
	l := &lobby{store: newStored(t, dir), now: time.UnixMilli(1_800_000_000_000).UTC()}
	accounts, err := NewAccounts(t.Context(), AccountsConfig{Store: l.store, Now: func() time.Time { return l.now }, Logger: slog.New(slog.NewTextHandler(&l.log, nil)),
		Ended: func(owner string) {
			l.noting.Lock()
			defer l.noting.Unlock()
			l.over = append(l.over, owner)
		}, InUse: func(string) bool { return l.inUse }})
	if err != nil {
		t.Fatal(err)
	}
	l.Accounts = accounts
	return l
}

func (l *lobby) add(t *testing.T, name string, role Role) {
	t.Helper()
	if err := l.store.AddAccount(t.Context(), Account{Name: name, Role: string(role), Hash: passwordHash, Created: l.now, Changed: l.now}); err != nil {
		t.Fatal(err)
	}
	l.catchUp(t)
}

// catchUp does what Run does now and then.
func (l *lobby) catchUp(t *testing.T) {
	t.Helper()
	l.sessions.sweep(l.now, func(d digest) bool { return l.inUse })
	if err := l.follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := l.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (l *lobby) try(t *testing.T, address, name string, p conference.Secret) (*http.Cookie, time.Duration) {
	t.Helper()
	w, r := httptest.NewRecorder(), httptest.NewRequest("POST", "/sign-in", nil)
	wait, ok, err := l.SignIn(t.Context(), w, r, address, name, p)
	if err != nil {
		t.Fatal(err)
	}
	if cookies := w.Result().Cookies(); ok != (len(cookies) == 1) {
		t.Fatalf("signed in %v with cookies %v", ok, cookies)
	} else if ok {
		return cookies[0], wait
	}
	return nil, wait
}

func TestAnAccountSignsIn(t *testing.T) {
	dir := t.TempDir()
	l := newLobby(t, dir)
	if l.HasAdmin() {
		t.Error("there is an admin already")
	}
	l.add(t, "ann", RoleAdmin)
	l.add(t, "bob", RoleViewer)
	if !l.HasAdmin() {
		t.Error("there is no admin")
	}
	for i, k := range []struct {
		name     string
		password conference.Secret
	}{{"ann", conference.NewSecret("correct horse 8")}, {"ann", conference.Secret{}}, {"eve", password}, {"", password}, {"ann", conference.NewSecret(strings.Repeat("x", 10_000))}} {
		if cookie, _ := l.try(t, fmt.Sprint("192.0.2.", 10+i), k.name, k.password); cookie != nil {
			t.Errorf("%q signed in with a wrong password", k.name)
		}
	}
	cookie, _ := l.try(t, "192.0.2.1", " Ann ", password)
	if cookie == nil || cookie.SameSite != http.SameSiteLaxMode || !cookie.HttpOnly {
		t.Fatalf("the cookie is %+v", cookie)
	}
	who, ok := l.Who(with(cookie))
	if !ok || who.Name != "ann" || who.Role != RoleAdmin || who.Owner == "" || strings.Contains(who.Owner, cookie.Value) {
		t.Errorf("%+v, %v", who, ok)
	}
	viewer, _ := l.try(t, "192.0.2.1", "bob", password)
	if who, ok := l.Who(with(viewer)); !ok || who.Role != RoleViewer {
		t.Errorf("%+v, %v", who, ok)
	}

	again := newLobby(t, dir) // after a restart
	again.now = l.now.Add(accountIdle - time.Second)
	if who, ok := again.Who(with(cookie)); !ok || who.Name != "ann" {
		t.Errorf("after a restart: %+v, %v", who, ok)
	}
	if said := l.log.String(); strings.Contains(said, password.Reveal()) || strings.Contains(said, cookie.Value) || !strings.Contains(said, "wrong name or password") {
		t.Errorf("logged %s", said)
	}
}

func TestTheSessionsOfAnAccount(t *testing.T) {
	later := func(d time.Duration) func(*testing.T, *lobby, *http.Cookie) {
		return func(_ *testing.T, l *lobby, _ *http.Cookie) { l.now = l.now.Add(d) }
	}
	for _, c := range []struct {
		name    string
		happens func(t *testing.T, l *lobby, mine *http.Cookie)
		mine    bool // my session goes on
		others  bool // that of another account does
		second  bool // my second one does
	}{
		{"nothing", later(0), true, true, true},
		{"not used for long", later(accountIdle), false, false, false},
		{"not used for long but with an open page", func(_ *testing.T, l *lobby, _ *http.Cookie) { l.now, l.inUse = l.now.Add(accountIdle), true }, true, true, true},
		{"very long", func(_ *testing.T, l *lobby, _ *http.Cookie) { l.now, l.inUse = l.now.Add(accountAge), true }, false, false, false},
		{"signed out", func(_ *testing.T, l *lobby, mine *http.Cookie) { l.SignOut(httptest.NewRecorder(), with(mine), false) }, false, true, true},
		{"signed out everywhere", func(_ *testing.T, l *lobby, mine *http.Cookie) { l.SignOut(httptest.NewRecorder(), with(mine), true) }, false, true, false},
		{"a new password", func(t *testing.T, l *lobby, _ *http.Cookie) {
			if err := l.store.SetPassword(t.Context(), "ann", "x", l.now.Add(time.Second)); err != nil {
				t.Fatal(err)
			}
		}, false, true, false},
		{"another role", func(t *testing.T, l *lobby, _ *http.Cookie) {
			if err := l.store.SetRole(t.Context(), "ann", "viewer", l.now.Add(time.Second)); err != nil {
				t.Fatal(err)
			}
		}, false, true, false},
		{"the account is gone", func(t *testing.T, l *lobby, _ *http.Cookie) {
			if err := l.store.RemoveAccount(t.Context(), "ann"); err != nil {
				t.Fatal(err)
			}
		}, false, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			l := newLobby(t, dir)
			l.add(t, "ann", RoleAdmin)
			l.add(t, "bob", RoleViewer)
			mine, _ := l.try(t, "1", "ann", password)
			second, _ := l.try(t, "1", "ann", password)
			others, _ := l.try(t, "1", "bob", password)
			owner, _ := l.Who(with(mine))
			c.happens(t, l, mine)
			l.catchUp(t)
			if ended := slices.Contains(l.over, owner.Owner); ended == c.mine {
				t.Errorf("the pages of my session were ended: %v", ended)
			}
			again := newLobby(t, dir)
			again.now = l.now
			for what, k := range map[string]struct {
				cookie *http.Cookie
				goesOn bool
			}{"my session": {mine, c.mine}, "my second session": {second, c.second}, "the session of another": {others, c.others}} {
				if _, ok := l.Who(with(k.cookie)); ok != k.goesOn {
					t.Errorf("%s goes on: %v, want %v", what, ok, k.goesOn)
				}
				if c.name == "not used for long but with an open page" {
					continue // the use is stored by the hour
				}
				if _, ok := again.Who(with(k.cookie)); ok != k.goesOn {
					t.Errorf("%s goes on after a restart: %v, want %v", what, ok, k.goesOn)
				}
			}
		})
	}
}

func TestADiskThatFailsKeepsNobodyOut(t *testing.T) {
	l := newLobby(t, t.TempDir())
	l.add(t, "ann", RoleAdmin)
	l.store.full.Store(true)
	cookie, _ := l.try(t, "1", "ann", password)
	if err := l.follow(t.Context()); err == nil {
		t.Error("the fault is not told")
	}
	if _, ok := l.Who(with(cookie)); !ok {
		t.Error("a session that cannot be stored does not open the board")
	}
	l.store.full.Store(false)
	l.catchUp(t)
	if all, err := l.store.Sessions(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("%d sessions are stored when that is possible again, error %v", len(all), err)
	}
	l.note(errFull)
	l.note(errFull)
	if n := strings.Count(l.log.String(), "what became of sessions cannot be stored"); n != 1 {
		t.Errorf("logged %d times", n)
	}
}

// Who signs out is signed out at other boards, too, which follow what is stored: so that is stored at once.
func TestRunStoresAtOnceWhoSignsOut(t *testing.T) {
	l := newLobby(t, t.TempDir())
	l.add(t, "ann", RoleAdmin)
	cookie, _ := l.try(t, "1", "ann", password)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- (&Visitors{Accounts: l.Accounts}).Run(ctx) }()
	l.SignOut(httptest.NewRecorder(), with(cookie), false)
	for {
		all, err := l.store.Sessions(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(all) == 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAProgramReadsWithItsToken(t *testing.T) {
	l := newLobby(t, t.TempDir())
	secret, token := NewToken("grafana", l.now)
	if err := l.store.AddToken(t.Context(), store.Token(token)); err != nil {
		t.Fatal(err)
	}
	l.catchUp(t)
	asked := func(header string) (Who, bool) {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.Header.Set("Authorization", header)
		return l.Bearer(r)
	}
	if who, ok := asked("bearer " + secret.Reveal()); !ok || who != (Who{Name: "grafana", Role: RoleViewer}) {
		t.Errorf("%+v, %v", who, ok)
	}
	for _, header := range []string{"", "Bearer", "Bearer x", "Basic " + secret.Reveal(), secret.Reveal()} {
		if who, ok := asked(header); ok {
			t.Errorf("%q: %+v", header, who)
		}
	}
	if err := l.store.RemoveToken(t.Context(), "grafana"); err != nil {
		t.Fatal(err)
	}
	l.catchUp(t)
	if _, ok := asked("Bearer " + secret.Reveal()); ok {
		t.Error("a removed token is taken")
	}
}

func TestPasswords(t *testing.T) {
	for _, short := range []string{"", "123456789", strings.Repeat("x", 201)} {
		if _, err := HashPassword(conference.NewSecret(short)); err == nil {
			t.Errorf("a password of %d characters was taken", len(short))
		}
	}
	one, err := HashPassword(password)
	if err != nil {
		t.Fatal(err)
	}
	other, _ := HashPassword(password)
	if one == other || strings.Contains(one, password.Reveal()) || !strings.HasPrefix(one, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hashes %s and %s", one, other)
	}
	// Made by the reference implementation: argon2 somesalt -id -t 2 -m 16 -p 1, password "password".
	const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for _, k := range []struct {
		hash, given string
		expect      bool
	}{{one, password.Reveal(), true}, {one, "Correct horse 7", false}, {reference, "password", true}, {reference, "passwort", false}} {
		h, err := parseHash(k.hash)
		if err != nil || h.matches(conference.NewSecret(k.given)) != k.expect {
			t.Errorf("%s with %q: error %v, want %v", k.hash, k.given, err, k.expect)
		}
	}
	if h, err := parseHash(nobodysHash); err != nil || h.memory != hashMemory || h.time != hashTime || h.threads != hashThreads || len(h.key) != keyBytes {
		t.Error("a wrong name is found out sooner than a wrong password")
	}
	for _, bad := range []string{"", "x", "$argon2id$v=19$m=1,t=1,p=1$", "$argon2id$v=16$m=8,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", strings.TrimSuffix(reference, "c") + "!"} {
		if _, err := parseHash(bad); err == nil {
			t.Errorf("%q was taken for a hash", bad)
		}
	}
}

func TestNames(t *testing.T) {
	for name, valid := range map[string]bool{"ann": true, "ann.berg@example.com": true, "7": true, "": false, "-x": false, "Ann": false, "an n": false, "a/b": false, "安": false,
		strings.Repeat("a", 64): true, strings.Repeat("a", 65): false} {
		if ValidName(name) != valid {
			t.Errorf("%q: valid %v", name, !valid)
		}
	}
}

func TestAProxySaysWhoAsks(t *testing.T) {
	p := Proxy{Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, UserHeader: "Remote-User", GroupsHeader: "Remote-Groups",
		AdminGroups: []string{"board-admins"}, ViewerGroups: []string{"staff"}}
	all := p
	all.ViewerGroups = nil
	for _, c := range []struct {
		name   string
		proxy  Proxy
		from   string
		header http.Header
		expect Who
	}{
		{"a viewer", p, "10.1.2.3:4", http.Header{"Remote-User": {"ann"}, "Remote-Groups": {"x, staff"}}, Who{Name: "ann", Role: RoleViewer}},
		{"an admin", p, "10.1.2.3:4", http.Header{"Remote-User": {"ann"}, "Remote-Groups": {"staff,board-admins"}}, Who{Name: "ann", Role: RoleAdmin}},
		{"an admin on an address of both kinds", p, "[::ffff:10.1.2.3]:4", http.Header{"Remote-User": {"ann"}, "Remote-Groups": {"board-admins"}}, Who{Name: "ann", Role: RoleAdmin}},
		{"somebody of another group", p, "10.1.2.3:4", http.Header{"Remote-User": {"ann"}, "Remote-Groups": {"staffing"}}, Who{}},
		{"anybody where no group is asked for", all, "10.1.2.3:4", http.Header{"Remote-User": {"ann"}}, Who{Name: "ann", Role: RoleViewer}},
		{"nobody", p, "10.1.2.3:4", http.Header{"Remote-Groups": {"staff"}}, Who{}},
		{"an empty user", p, "10.1.2.3:4", http.Header{"Remote-User": {" "}, "Remote-Groups": {"staff"}}, Who{}},
		{"a proxy that adds to what the client sent", p, "10.1.2.3:4", http.Header{"Remote-User": {"eve", "ann"}, "Remote-Groups": {"staff"}}, Who{}},
		{"a proxy that adds groups to what the client sent", p, "10.1.2.3:4", http.Header{"Remote-User": {"eve"}, "Remote-Groups": {"board-admins", "staff"}}, Who{}},
		{"a name that cannot be shown", all, "10.1.2.3:4", http.Header{"Remote-User": {"ann\xff"}}, Who{}},
		{"a name without end", all, "10.1.2.3:4", http.Header{"Remote-User": {strings.Repeat("x", 201)}}, Who{}},
		{"a name in Chinese", all, "10.1.2.3:4", http.Header{"Remote-User": {"安"}}, Who{Name: "安", Role: RoleViewer}},
		{"not the proxy", p, "192.0.2.1:4", http.Header{"Remote-User": {"ann"}, "Remote-Groups": {"board-admins"}, "X-Forwarded-For": {"10.1.2.3"}}, Who{}},
		{"no address", p, "@", http.Header{"Remote-User": {"ann"}, "Remote-Groups": {"board-admins"}}, Who{}},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr, r.Header = c.from, c.header
		who, ok := c.proxy.Who(r)
		if ok != (c.expect != Who{}) || ok && who != c.expect {
			t.Errorf("%s: %+v, %v, want %+v", c.name, who, ok, c.expect)
		}
	}
}

func TestWhoIsAskedFirst(t *testing.T) {
	l := newLobby(t, t.TempDir())
	r := httptest.NewRequest("GET", "/", nil)
	for _, c := range []struct {
		name   string
		given  Visitors
		expect Role
	}{
		{"an open board", Visitors{Open: true}, RoleViewer},
		{"a board with accounts", Visitors{Accounts: l.Accounts}, RoleNone},
		{"a board behind a proxy", Visitors{Proxy: &Proxy{}, Accounts: l.Accounts}, RoleNone},
	} {
		if got := c.given.Who(r).Role; got != c.expect {
			t.Errorf("%s: %q, want %q", c.name, got, c.expect)
		}
		if got := c.given.Program(r).Role; got != c.expect {
			t.Errorf("a program, %s: %q, want %q", c.name, got, c.expect)
		}
	}
}
