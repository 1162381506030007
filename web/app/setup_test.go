package app

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"confboard/web/settings"
)

var printedCode = regexp.MustCompile(`Choose a name and a password, once: (\S*)#(\S+)`)

func TestABoardIsSetUpOnce(t *testing.T) {
	dir := t.TempDir()
	l := openLodgeWith(t, settings.Settings{Access: settings.AccessAccounts, BasePath: "/board", DataDir: dir}, nil)
	printed := printedCode.FindStringSubmatch(l.stdout.String())
	if printed == nil || printed[1] != "http://board.example/board/setup" {
		t.Fatalf("printed %q", l.stdout.String())
	}
	if kept, err := os.ReadFile(filepath.Join(dir, adminTokenFile)); err != nil || strings.TrimSpace(string(kept)) != printed[2] {
		t.Errorf("kept %q, %v", kept, err)
	}
	p, other := l.person(), l.person()
	if _, page := p.get("/"); !strings.Contains(page, `href="/board/setup"`) {
		t.Error("the sign-in does not lead to the set-up")
	}
	res, page := p.get("/setup")
	if res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-store" || strings.Contains(page, printed[2]) {
		t.Errorf("%s, %v", res.Status, res.Header)
	}
	good := func() url.Values {
		return url.Values{"code": {printed[2]}, "name": {"Ann"}, "password": {passwordOf}, "again": {passwordOf}}
	}
	for _, c := range []struct {
		field, value string
		status       int
		says         string
	}{
		{"code", "AAAA", 403, "This is not the current code."},
		{"name", "a b", 422, "This cannot be a name."},
		{"again", "correct horse 8", 422, "The two passwords differ."},
		{"code", "", 403, "This is not the current code."},
	} {
		form := good()
		form.Set(c.field, c.value)
		res, page := p.post("/setup?lang=en", form)
		if res.StatusCode != c.status || !strings.Contains(page, c.says) || strings.Contains(page, printed[2]) || strings.Contains(page, passwordOf) {
			t.Errorf("%s %q: %s, %s", c.field, c.value, res.Status, reading(page))
		}
	}
	short := good()
	short.Set("password", "short")
	short.Set("again", "short")
	if res, page := p.post("/setup?lang=en", short); res.StatusCode != 422 || !strings.Contains(page, "A password has 10 to 200 characters.") {
		t.Errorf("a short password: %s", res.Status)
	}
	if r := l.person("Sec-Fetch-Site", "cross-site", "Origin", "https://elsewhere.example").ask("POST", "/setup", nil); r.StatusCode != http.StatusForbidden {
		t.Errorf("another site's page sets the board up: %s", r.Status)
	}
	if res, _ := p.post("/setup", good()); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/board/" {
		t.Fatalf("set up: %s", res.Status)
	}
	for _, path := range []string{"/", "/feed", "/links"} {
		if res, _ := p.get(path); res.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
	for _, who := range []*person{p, other} {
		form := good()
		form.Set("name", "eve")
		get, page := who.get("/setup?lang=en")
		post, _ := who.post("/setup", form)
		if get.StatusCode != http.StatusGone || post.StatusCode != http.StatusGone || !strings.Contains(page, "This board is set up") {
			t.Errorf("afterwards: %s and %s", get.Status, post.Status)
		}
	}
	if res, _ := other.post("/feed/sign-in", url.Values{"token": {printed[2]}}); res.StatusCode != http.StatusForbidden {
		t.Errorf("the code signs in: %s", res.Status)
	}
	if _, page := other.get("/"); strings.Contains(page, "/setup") || strings.Contains(page, "/feed/sign-in") {
		t.Error("the sign-in still leads to the set-up")
	}
	if _, err := os.Stat(filepath.Join(dir, adminTokenFile)); err == nil {
		t.Error("the worthless token is kept")
	}
	l.signedIn("ann")
	if strings.Contains(l.log.String(), printed[2]) || strings.Contains(l.log.String(), passwordOf) {
		t.Error("a secret is logged")
	}
}

// Before anybody has an account, the token opens the board as well.
func TestTheTokenOpensABoardThatIsNotSetUp(t *testing.T) {
	l := openLodgeWith(t, settings.Settings{Access: settings.AccessAccounts}, nil)
	p := l.person()
	if res, _ := p.post("/feed/sign-in", url.Values{"token": {printedCode.FindStringSubmatch(l.stdout.String())[2]}}); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("sign in with the token: %s", res.Status)
	}
	for _, path := range []string{"/", "/feed", "/links"} {
		if res, _ := p.get(path); res.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
}
