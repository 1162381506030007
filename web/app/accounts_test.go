package app

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/web/settings"
	"confboard/web/store"
	"confboard/web/store/storetest"
)

// What is there and what is not is answered alike to who is not signed in: nine digits can be guessed.
func TestSignedOutNothingCanBeTold(t *testing.T) {
	storetest.NotAboutStorage(t)
	for _, base := range []string{"", "/board"} {
		l := openLodge(t, settings.Settings{Access: settings.AccessAccounts, BasePath: base})
		l.meeting("900487914")
		nobody := l.person()
		varies := regexp.MustCompile(`data-now="\d+"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC|name="to" value="[^"]*"`)
		var first string
		for _, path := range []string{"/m/900487914", "/m/900487915", "/", "/wall", "/feed", "/feed/m/900487914", "/m/900487914/links", "/links", "/nothing"} {
			res, page := nobody.get(path)
			if res.StatusCode != http.StatusUnauthorized || res.Header.Get("Cache-Control") != "no-store" || !strings.Contains(page, `name="password"`) {
				t.Errorf("%s: %s, %s", path, res.Status, res.Header.Get("Cache-Control"))
			}
			if !strings.Contains(page, `name="to" value="`+base+path+`"`) {
				t.Errorf("%s does not lead back there", path)
			}
			page = varies.ReplaceAllString(page, "")
			if first == "" {
				first = page
			} else if page != first {
				t.Errorf("%s can be told from others", path)
			}
		}
		for _, path := range []string{"/events", "/m/900487914/events", "/m/900487915/events", "/wall/events", "/api/v1/meetings", "/api/v1/meetings/900487914", "/api/v1/meetings/900487915", "/metrics"} {
			res, body := nobody.get(path)
			if res.StatusCode != http.StatusUnauthorized || res.Header.Get("WWW-Authenticate") == "" || !strings.Contains(body, `"status":401`) {
				t.Errorf("%s: %s %s", path, res.Status, body)
			}
		}
		for _, path := range []string{"/healthz", "/readyz", "/sign-in"} {
			if res, _ := nobody.get(path); res.StatusCode != http.StatusOK {
				t.Errorf("%s: %s", path, res.Status)
			}
		}
		l.stop()
	}
}

func TestSigningInLeadsBack(t *testing.T) {
	storetest.NotAboutStorage(t)
	l := openLodge(t, settings.Settings{Access: settings.AccessAccounts, BasePath: "/board"})
	for to, want := range map[string]string{
		"/board/m/900487914?lang=zh": "/board/m/900487914?lang=zh", "/board/": "/board/", "": "/board/", "/m/900487914": "/board/", "//elsewhere.example/board/": "/board/",
		"https://elsewhere.example/board/": "/board/", "/board/\\elsewhere.example": "/board/", "/board/\r\nX: y": "/board/", "javascript:alert(1)": "/board/", "/boarding": "/board/",
		"/board/../other": "/board/", "/board/%2e%2e/other": "/board/", "/board/m/../?only=live": "/board/m/../?only=live", "/board//elsewhere.example": "/board//elsewhere.example",
	} {
		res, _ := l.person().post("/sign-in", url.Values{"name": {"bob"}, "password": {passwordOf}, "to": {to}})
		if got := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || got != want {
			t.Errorf("%q leads to %q, want %q (%s)", to, got, want, res.Status)
		}
	}
	p := l.person()
	wrong := map[string]string{}
	for name, password := range map[string]string{"bob": "wrong password", "eve": passwordOf} {
		res, page := p.post("/sign-in", url.Values{"name": {name}, "password": {password}, "to": {"/board/wall"}})
		if res.StatusCode != http.StatusUnauthorized || strings.Contains(page, password) || !strings.Contains(page, `name="to" value="/board/wall"`) || !strings.Contains(page, `value="`+name+`"`) {
			t.Errorf("%s with a wrong password: %s", name, res.Status)
		}
		wrong[name] = strings.ReplaceAll(regexp.MustCompile(`data-now="\d+"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC`).ReplaceAllString(page, ""), `value="`+name+`"`, "")
	}
	if wrong["bob"] != wrong["eve"] {
		t.Error("it can be told whether there is an account")
	}
	var res *http.Response
	for range 4 {
		res, _ = p.post("/sign-in", url.Values{"name": {"bob"}, "password": {"wrong password"}})
	}
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" {
		t.Errorf("many wrong passwords: %s", res.Status)
	}
	cross := l.person("Sec-Fetch-Site", "cross-site", "Origin", "https://elsewhere.example")
	if r := cross.ask("POST", "/sign-in", nil); r.StatusCode != http.StatusForbidden {
		t.Errorf("another site's page signs in: %s", r.Status)
	}
}

func TestAViewerIsOfferedNothingOfAnAdmins(t *testing.T) {
	storetest.NotAboutStorage(t)
	l := openLodge(t, settings.Settings{Access: settings.AccessAccounts})
	l.meeting("900487914")
	if _, page := l.signedIn("bob").get("/m/900487914"); strings.Contains(page, `href="/feed`) || strings.Contains(page, "/links") {
		t.Error("a viewer is offered what is an admin's")
	}
	if strings.Contains(l.stdout.String(), "token") {
		t.Error("there is an admin token although there is an admin's account")
	}
}

// A browser that others use keeps nothing of what was seen in it, and search engines nothing of any board.
func TestPagesAreKeptNowhere(t *testing.T) {
	storetest.NotAboutStorage(t)
	l := openLodge(t, settings.Settings{Access: settings.AccessAccounts})
	l.meeting("900487914")
	for name, p := range map[string]*person{"an admin": l.signedIn("ann"), "a viewer": l.signedIn("bob"), "nobody": l.person()} {
		for _, path := range []string{"/", "/m/900487914", "/m/900487915", "/m/900487914/timeline", "/wall", "/wall/setup", "/feed", "/account", "/history", "/rules", "/nothing", "/api/v1/meetings"} {
			if res, _ := p.get(path); res.Header.Get("Cache-Control") != "no-store" || !strings.Contains(res.Header.Get("X-Robots-Tag"), "noindex") {
				t.Errorf("%s by %s: %q, %q", path, name, res.Header.Get("Cache-Control"), res.Header.Get("X-Robots-Tag"))
			}
		}
	}
}

func TestThePagesOfASessionEndWithIt(t *testing.T) {
	l := openLodge(t, settings.Settings{Access: settings.AccessAccounts})
	l.meeting("900487914")
	bob, again, ann := l.signedIn("bob"), l.signedIn("bob"), l.signedIn("ann")
	streams := map[string]*stream{}
	for _, path := range []string{"/events", "/m/900487914/events", "/m/1/events", "/wall/events"} {
		streams[path] = bob.stream(path)
	}
	other, elsewhere := ann.stream("/events"), again.stream("/events")
	if res, _ := bob.post("/sign-out", nil); res.StatusCode != http.StatusSeeOther {
		t.Errorf("sign out: %s", res.Status)
	}
	for _, s := range streams {
		s.ends("denied")
	}
	if res, _ := bob.get("/"); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("afterwards: %s", res.Status)
	}
	if err := l.db.RemoveAccount(t.Context(), "bob"); err != nil {
		t.Fatal(err)
	}
	elsewhere.ends("denied")
	select {
	case <-other.over:
		t.Error("the pages of another account ended, too")
	default:
	}
}

func TestAPublicMeetingShowsItsStatusOnly(t *testing.T) {
	storetest.NotAboutStorage(t)
	l := openLodge(t, settings.Settings{Access: settings.AccessAccounts, Cloud: settings.Cloud{Meetings: []settings.Meeting{{ConfID: "900487914", Public: true}, {ConfID: "900487915"}}}})
	l.meeting("900487914")
	l.meeting("900487915")
	nobody := l.person()
	res, page := nobody.get("/m/900487914")
	s := nobody.stream("/m/900487914/events?lang=en")
	l.registry.Apply(l.people("900487914", 1))
	for name, sent := range map[string]string{"the page": page, "the stream": s.said()} {
		if !strings.Contains(sent, "Quarterly review") || !strings.Contains(sent, "Locked") {
			t.Errorf("%s does not show the status (%s)", name, res.Status)
		}
		for _, word := range append([]string{"Hush", "hush", "30555", "Walter", "pid-", "Petra", "Olga", "3 participants", "Screen 1", "/feed"}, "Participant 1") {
			if strings.Contains(told(sent), word) {
				t.Errorf("%s has %q", name, word)
			}
		}
	}
	if !strings.Contains(page, `href="/sign-in?to=%2Fm%2F900487914"`) {
		t.Error("the page does not lead to the sign-in")
	}
	if res, _ := nobody.get("/m/900487915"); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("another meeting: %s", res.Status)
	}
	if _, page := l.signedIn("bob").get("/m/900487914"); !strings.Contains(page, "Petra Present") {
		t.Error("who is signed in sees no more")
	}
}

func TestAProxySaysWhoAsks(t *testing.T) {
	storetest.NotAboutStorage(t)
	s := settings.Settings{Access: settings.AccessProxy, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
		Proxy: settings.Proxy{UserHeader: "Remote-User", GroupsHeader: "Remote-Groups", AdminGroups: []string{"admins"}, ViewerGroups: []string{"staff"}}}
	l := openLodge(t, s)
	for _, c := range []struct {
		name         string
		header       []string
		board, links int
	}{
		{"nobody", nil, 401, 401},
		{"a viewer", []string{"Remote-User", "eve", "Remote-Groups", "staff"}, 200, 403},
		{"an admin", []string{"Remote-User", "ann", "Remote-Groups", "staff,admins"}, 200, 200},
		{"another group", []string{"Remote-User", "eve", "Remote-Groups", "guests"}, 401, 401},
	} {
		p := l.person(c.header...)
		board, page := p.get("/")
		links, _ := p.get("/links")
		if board.StatusCode != c.board || links.StatusCode != c.links {
			t.Errorf("%s: %s and %s, want %d and %d", c.name, board.Status, links.Status, c.board, c.links)
		}
		if c.board == 401 && (strings.Contains(page, `name="password"`) || !strings.Contains(page, "sign-in, which has not said who you are")) {
			t.Errorf("%s is told %s", c.name, reading(page))
		}
	}
	s.DataDir, s.TrustedProxies = "", []netip.Prefix{netip.MustParsePrefix("192.0.2.1/32")}
	if res, _ := openLodge(t, s).person("Remote-User", "ann", "Remote-Groups", "admins").get("/"); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("headers that are not the proxy's: %s", res.Status)
	}
}

func TestADamagedFileStopsAccountsAndNothingElse(t *testing.T) {
	for mode, starts := range map[string]bool{settings.AccessOpen: true, settings.AccessAccounts: false} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, store.DBFile), []byte(strings.Repeat("This is no database. ", 500)), 0o600); err != nil {
			t.Fatal(err)
		}
		var stdout, stderr bytes.Buffer
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		cmd := command(nil, []string{"CONFBOARD_DATA_DIR=" + dir, "CONFBOARD_ACCESS=" + mode, "CONFBOARD_LISTEN=127.0.0.1:0"}, nil, &lockedWriter{to: &stdout, has: "Admin token", found: cancel}, &lockedWriter{to: &stderr})
		cmd.SetArgs([]string{"serve"})
		err := cmd.ExecuteContext(ctx)
		cancel()
		if starts && err != nil || !starts && !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%s: %v\n%s", mode, err, stderr.String())
		}
		if starts && !strings.Contains(stderr.String(), "there are no links to meetings") {
			t.Errorf("%s: logged %s", mode, stderr.String())
		}
	}
}

// lockedWriter calls found when it was given a text.
type lockedWriter struct {
	journal
	to    *bytes.Buffer
	has   string
	found func()
}

func (w *lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, err := w.to.Write(p)
	if w.found != nil && strings.Contains(w.to.String(), w.has) {
		w.found()
	}
	return n, err
}

func TestTheCommandsOfAccounts(t *testing.T) {
	dir := t.TempDir()
	run := func(stdin string, args ...string) (string, error) {
		var out bytes.Buffer
		cmd := command(nil, []string{"CONFBOARD_DATA_DIR=" + dir}, strings.NewReader(stdin), &out, &out)
		cmd.SetArgs(args)
		err := cmd.ExecuteContext(t.Context())
		return out.String(), err
	}
	for _, c := range []struct {
		stdin, args, says, fails string
	}{
		{passwordOf + "\n", "user add Ann --role admin", "The account ann is made, as admin.", ""},
		{passwordOf + "\n", "user add ann", "", "there is an account ann already"},
		{"short\n", "user add bob", "", "a password has 10 to 200 characters"},
		{"", "user add bob", "", "a password has 10 to 200 characters"},
		{"", "user add bob --generate", "Password: ", ""},
		{"", "user add b/ob --generate", "", `"b/ob" is not a name`},
		{"", "user add carl --generate --role king", "", `"king" is not a role`},
		{"", "user list", "ann   admin   ", ""},
		{"", "user role bob admin", "The role of bob is set.", ""},
		{"another password\n", "user password bob", "The password of bob is set.", ""},
		{"another password\n", "user password eve", "", "there is no eve"},
		{"", "user remove bob", "The account bob is removed.", ""},
		{"", "user remove bob", "", "there is no bob"},
		{"", "token add grafana", "", ""},
		{"", "token add grafana", "", "there is a token grafana already"},
		{"", "token list", "grafana  ", ""},
		{"", "token remove grafana", "The token grafana is removed.", ""},
	} {
		out, err := run(c.stdin, strings.Fields(c.args)...)
		if (err != nil) != (c.fails != "") || err != nil && !strings.Contains(err.Error(), c.fails) || !strings.Contains(out, c.says) {
			t.Errorf("%s: %q, error %v", c.args, out, err)
		}
	}
}

func TestABackupHasPasswordsOnlyWhenAskedFor(t *testing.T) {
	storetest.AboutFiles(t)
	dir := t.TempDir()
	l := openLodge(t, settings.Settings{Access: settings.AccessAccounts, DataDir: dir}) // running
	meetings, err := store.OpenMeetings(dir)
	if err == nil {
		err = meetings.Put(store.Meeting{ConfID: "900487914", HostPassword: conference.NewSecret("Hush-host"), Added: time.Now()})
	}
	if err != nil {
		t.Fatal(err)
	}
	l.signedIn("ann").link("900487914", url.Values{})
	for name, c := range map[string]struct {
		flags []string
		files string
	}{"without": {nil, "confboard.db"}, "with": {[]string{"--with-passwords"}, "confboard.db meetings-by-hand.json"}} {
		archive := filepath.Join(t.TempDir(), "backup.zip")
		for i := range 2 {
			var out bytes.Buffer
			cmd := command(nil, []string{"CONFBOARD_DATA_DIR=" + dir}, nil, &out, &out)
			cmd.SetArgs(append([]string{"backup", archive}, c.flags...))
			if err := cmd.ExecuteContext(t.Context()); (err != nil) != (i == 1) {
				t.Fatalf("%s, time %d: %v", name, i+1, err) // the second is not written over the first
			}
		}
		info, err := os.Stat(archive)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the archive: %v, %v", info, err)
		}
		restored := t.TempDir()
		if got := unpack(t, archive, restored); got != c.files {
			t.Errorf("%s: %s", name, got)
		}
		db, err := store.OpenDB(t.Context(), restored)
		if err != nil {
			t.Fatal(err)
		}
		shares, err := db.Shares(t.Context())
		accounts, err2 := db.Accounts(t.Context())
		if err := errors.Join(err, err2, db.Close()); err != nil || len(shares) != 1 || len(accounts) != 2 {
			t.Errorf("restored: %d links, %d accounts, %v", len(shares), len(accounts), err)
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(archive), "*")); len(left) != 1 {
			t.Errorf("left beside the archive: %v", left)
		}
	}
}

func unpack(t *testing.T, archive, to string) string {
	t.Helper()
	packed, err := zip.OpenReader(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	var names []string
	for _, f := range packed.File {
		names = append(names, f.Name)
		from, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, f.Name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return strings.Join(names, " ")
}
