package app

import (
	"encoding/base32"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"confboard/handlers"
	"confboard/web/access"
	"confboard/web/settings"
	"confboard/web/store/storetest"
)

// Browsers take a backslash for a slash, drop tabs and line breaks, and take two slashes at the beginning for a host.
func TestSigningInLeadsNowhereElse(t *testing.T) {
	storetest.NotAboutStorage(t)
	l := openLodge(t, settings.Settings{Access: settings.AccessAccounts})
	bob := l.signedIn("bob")
	for _, to := range []string{
		"//elsewhere.example", "///elsewhere.example", `/\elsewhere.example`, `\/elsewhere.example`, `\\elsewhere.example`, "/\t/elsewhere.example", "/\n/elsewhere.example",
		"\t//elsewhere.example", " //elsewhere.example", "http:elsewhere.example", "http:/elsewhere.example", "https://elsewhere.example/", "//ann@elsewhere.example", "//[::1]/",
		"elsewhere.example", ".elsewhere.example", "@elsewhere.example", ":80", "javascript:alert(1)", "data:text/html,x", "/%0d%0aLocation:%20https://elsewhere.example", "/%",
		"/%2f/elsewhere.example", "/%2f%2felsewhere.example", "/%5celsewhere.example", "/%09/elsewhere.example", "/..//elsewhere.example", "/.//elsewhere.example", "/\u2028/elsewhere.example", "/#//elsewhere.example",
	} {
		res, _ := bob.get("/sign-in?" + url.Values{"to": {to}}.Encode())
		got := res.Header.Get("Location")
		if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\t\r\n") {
			t.Errorf("%q leads to %q (%s)", to, got, res.Status)
		}
	}
}

// readNothing are the forms that have no fields, whose bodies nobody reads.
var readNothing = []string{"/feed/list/retry", "/feed/m/:confID/retry", "/feed/m/:confID/remove", "/feed/sign-out", "/links/:id/revoke"}

func TestNoFormTakesInMoreThanItNeeds(t *testing.T) {
	storetest.NotAboutStorage(t)
	l := openLodge(t, settings.Settings{Access: settings.AccessAccounts})
	l.meeting("900487914")
	ann := l.signedIn("ann")
	large := url.Values{"name": {strings.Repeat("a", handlers.MaxBody)}}
	for _, route := range l.routes() {
		method, path := example(route, "AAAA")
		if method != http.MethodPost {
			continue
		}
		_, pattern, _ := strings.Cut(route, " ")
		switch res, _ := ann.post(path, large); res.StatusCode {
		case http.StatusRequestEntityTooLarge, http.StatusNotFound, http.StatusGone: // what the form would be about is not there
		case http.StatusSeeOther:
			if !slices.Contains(readNothing, pattern) {
				t.Errorf("%s: %s", route, res.Status)
			}
		default:
			t.Errorf("%s: %s", route, res.Status)
		}
	}
}

// All secrets that the board makes up are as long as what nobody guesses: 128 bits.
func TestWhatOpensTheBoardCannotBeGuessed(t *testing.T) {
	l := openLodge(t, settings.Settings{Access: settings.AccessAccounts})
	l.meeting("900487914")
	open := openLodge(t, settings.Settings{Access: settings.AccessOpen})
	ann := l.signedIn("ann")
	wall, _ := ann.hang("Lobby", "")
	program, _ := access.NewToken("grafana", time.Now())
	secrets := map[string]string{
		"admin token": regexp.MustCompile(`/feed: (\S+)`).FindStringSubmatch(open.stdout.String())[1],
		"link":        last(ann.link("900487914", url.Values{})), "another link": last(ann.link("900487914", url.Values{})),
		"wall": last(wall), "program": program.Reveal(),
	}
	for name, p := range map[string]*person{"session": ann, "another session": l.signedIn("ann"), "admin session": open.admin()} {
		address, err := url.Parse(p.base)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range p.client.Jar.Cookies(address.JoinPath("/")) {
			secrets[name+", "+c.Name] = c.Value
		}
	}
	seen := map[string]string{}
	for name, s := range secrets {
		random, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(s)
		if err != nil || len(random)*8 < 128 {
			t.Errorf("%s has %d bits (%v)", name, len(random)*8, err)
		}
		if other, there := seen[s]; there {
			t.Errorf("%s is that of %s", name, other)
		}
		seen[s] = name
	}
	if len(secrets) < 8 {
		t.Errorf("%d secrets were looked at", len(secrets))
	}
}

// last is the last part of an address.
func last(address string) string { return address[strings.LastIndex(address, "/")+1:] }
