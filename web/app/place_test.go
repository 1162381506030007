package app

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"confboard/web/settings"
	"confboard/web/store/storetest"
)

// crawler follows everything that the pages of a board lead to, from one person's point of view.
type crawler struct {
	*person
	t    *testing.T
	base string // the base path
	// out: the person is not signed in.
	out  bool
	seen map[string]bool
	todo []string
}

// reference is an attribute of a page that leads somewhere.
type reference struct{ attribute, value string }

// leading are the attributes that lead somewhere.
var leading = []string{"href", "src", "action", "formaction", "hx-sse:connect", "hx-get"}

// below reports whether a path is one of the board's.
func (c *crawler) below(path string) bool { return strings.HasPrefix(path, c.base+"/") }

// visit notes what is to be asked for, once for each path with the same parameters.
func (c *crawler) visit(from *url.URL, to, why string) {
	u, err := from.Parse(to)
	if err != nil {
		c.t.Errorf("%s: %s %q: %v", from, why, to, err)
		return
	}
	if u.Host != from.Host {
		return // the provider, or where somebody else's page is
	}
	if !c.below(u.Path) {
		c.t.Errorf("%s: %s leads to %s, above the base path", from, why, u)
		return
	}
	var parameters []string
	for name := range u.Query() {
		parameters = append(parameters, name)
	}
	slices.Sort(parameters)
	key := fmt.Sprint(why == "action" || why == "formaction", u.Path, parameters)
	if !c.seen[key] {
		c.seen[key] = true
		u.Fragment = ""
		c.todo = append(c.todo, map[bool]string{true: "POST ", false: "GET "}[why == "action" || why == "formaction"]+u.String())
	}
}

var styled = regexp.MustCompile(`url\(["']?([^"')]+)`)

// crawl asks for everything that there is, and returns the paths.
func (c *crawler) crawl(from ...string) (paths []string) {
	c.t.Helper()
	start, err := url.Parse(c.person.base)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, path := range from {
		c.visit(start, c.base+path, "the start")
	}
	for len(c.todo) > 0 {
		next := c.todo[0]
		c.todo = c.todo[1:]
		method, address, _ := strings.Cut(next, " ")
		at, err := url.Parse(address)
		if err != nil {
			c.t.Fatal(err)
		}
		paths = append(paths, method+" "+at.Path)
		res := c.ask("GET", address, nil)
		for _, cookie := range res.Cookies() {
			if cookie.Path != c.base+"/" {
				c.t.Errorf("%s sets the cookie %s for %s", next, cookie.Name, cookie.Path)
			}
		}
		kind := res.Header.Get("Content-Type")
		switch {
		case method == "POST":
			if res.StatusCode == http.StatusNotFound { // what it does is not done here
				c.t.Errorf("nothing takes the form for %s", address)
			}
		case res.StatusCode >= 300 && res.StatusCode < 400:
			c.visit(at, res.Header.Get("Location"), "the redirect")
		case c.out && res.StatusCode == http.StatusUnauthorized: // and led to the sign-in
		case res.StatusCode != http.StatusOK:
			c.t.Errorf("%s: %s", address, res.Status)
		case strings.HasPrefix(kind, "text/event-stream"): // without end
		case strings.HasPrefix(kind, "text/html"):
			for _, r := range references(c.t, res.Body) {
				c.visit(at, r.value, r.attribute)
			}
		case strings.HasPrefix(kind, "text/css"):
			_, sheet := c.read(res)
			for _, r := range styled.FindAllStringSubmatch(sheet, -1) {
				if !strings.HasPrefix(r[1], "data:") {
					c.visit(at, r[1], "the style")
				}
			}
		}
		res.Body.Close()
	}
	return paths
}

// references lists what a page leads to, and whatever else looks like a path.
func references(t *testing.T, page io.Reader) (all []reference) {
	t.Helper()
	doc, err := html.Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		for _, a := range n.Attr {
			name := a.Key
			if a.Namespace != "" {
				name = a.Namespace + ":" + a.Key
			}
			switch {
			case strings.HasPrefix(a.Val, "#"), a.Val == "":
			case slices.Contains(leading, name), strings.HasPrefix(a.Val, "/"):
				all = append(all, reference{name, a.Val})
			}
		}
	}
	return all
}

func TestEverythingLeadsToWhereTheBoardIs(t *testing.T) {
	storetest.NotAboutStorage(t)
	l := openLodge(t, settings.Settings{Access: settings.AccessAccounts, BasePath: "/board",
		OIDC: settings.OIDC{Issuer: "http://127.0.0.1:1", ClientID: "board", SessionAge: time.Hour}})
	l.meeting("900487914")
	admin := l.signedIn("ann")
	link := admin.link("900487914", url.Values{"people": {"on"}})
	for who, p := range map[string]*person{"an admin": admin, "a viewer": l.signedIn("bob"), "the holder of a link": l.person()} {
		c := &crawler{person: p, t: t, base: "/board", out: who == "the holder of a link", seen: map[string]bool{}}
		from := []string{"/", "/m/900487914", "/wall", "/wall/setup", "/account"}
		want := []string{"GET /board/", "GET /board/events", "GET /board/m/900487914", "GET /board/m/900487914/events", "GET /board/wall/events", "GET /board/account", "POST /board/sign-out", "GET /board/wall/setup"}
		switch who {
		case "an admin":
			want = append(want, "GET /board/feed", "GET /board/feed/events", "GET /board/feed/m/900487914", "GET /board/links", "GET /board/m/900487914/links", "POST /board/m/900487914/links", "POST /board/feed")
		case "the holder of a link":
			from, want = []string{"/sign-in"}, []string{"GET /board/sign-in", "POST /board/sign-in"}
			path, _ := strings.CutPrefix(link, l.url)
			from = append(from, path, path+"?plain", path+"/badge.svg")
			want = append(want, "GET /board"+path, "GET /board"+path+"/events")
		}
		paths := c.crawl(from...)
		for _, path := range want {
			if !slices.Contains(paths, path) {
				t.Errorf("%s is not led to %s", who, path)
			}
		}
		if assets := slices.IndexFunc(paths, func(p string) bool { return strings.HasPrefix(p, "GET /board/static/") && strings.HasSuffix(p, ".css") }); assets < 0 {
			t.Errorf("%s is shown no assets", who)
		}
		t.Logf("%s: %d addresses", who, len(paths))
	}
}
