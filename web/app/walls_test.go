package app

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/web/access"
	"confboard/web/settings"
	"confboard/web/store"
	"confboard/web/store/storetest"
)

var wallAddress = regexp.MustCompile(`value="(http://[^"]*/w/[A-Z2-7]+)"`)

// hang makes a wall and returns its address and its ID.
func (p *person) hang(name, query string) (address, id string) {
	p.t.Helper()
	res, page := p.post("/walls", url.Values{"name": {name}, "show": {query}})
	found := wallAddress.FindStringSubmatch(page)
	if res.StatusCode != http.StatusOK || found == nil {
		p.t.Fatalf("make a wall: %s\n%s", res.Status, reading(page))
	}
	row := regexp.MustCompile(`(?s)<article id="wall-([A-Z2-7]+)".*?</article>`)
	for _, r := range row.FindAllStringSubmatch(page, -1) {
		if strings.Contains(r[0], "<bdi>"+name+"</bdi>") {
			return found[1], r[1]
		}
	}
	p.t.Fatalf("the wall is not on the list: %s", reading(page))
	return "", ""
}

// screen opens the address of a wall, as its browser does, and returns the page and the path of its stream.
func (l *lodge) screen(address string) (p *person, page, stream string) {
	l.t.Helper()
	p = l.person("Confboard-Screen", "3840x2160")
	res, _ := p.get(address)
	where := res.Header.Get("Location")
	if res.StatusCode != http.StatusSeeOther || !strings.Contains(where, "/wall?wall=") || strings.Contains(where, address[strings.LastIndex(address, "/")+1:]) {
		l.t.Fatalf("%s leads to %q", res.Status, where)
	}
	res, page = p.get(l.origin() + where)
	if res.StatusCode != http.StatusOK {
		l.t.Fatalf("the wall: %s\n%s", res.Status, reading(page))
	}
	_, after, _ := strings.Cut(page, `hx-sse:connect="`)
	stream, _, _ = strings.Cut(after, `"`)
	return p, page, l.origin() + strings.ReplaceAll(stream, "&amp;", "&")
}

func (l *lodge) origin() string {
	u, err := url.Parse(l.url)
	if err != nil {
		l.t.Fatal(err)
	}
	return u.Scheme + "://" + u.Host
}

func inGroup(l *lodge, id conference.ConfID, group string) {
	about := conference.About{ConfID: id, At: time.Now()}
	l.registry.Apply(conference.WatchMessage{About: about, Group: group, Name: "Meeting of " + group})
}

// A screen sees what its wall was made to show, whatever it asks for, and nothing else of the board.
func TestWhatTheScreenOfAWallMay(t *testing.T) {
	storetest.NotAboutStorage(t)
	for _, mode := range []string{settings.AccessAccounts, settings.AccessProxy} {
		for _, base := range []string{"", "/board"} {
			t.Run(mode+base, func(t *testing.T) {
				s := settings.Settings{Access: mode, BasePath: base}
				s.Proxy.UserHeader = "Remote-User"
				l := openLodge(t, s)
				inGroup(l, "900000001", "North")
				inGroup(l, "900000002", "South")
				admin := l.person()
				if mode == settings.AccessAccounts {
					admin = l.signedIn("ann")
				} else {
					admin = l.admin()
				}
				address, id := admin.hang("Lobby", "group=North&lang=en")
				screen, page, stream := l.screen(address)
				if !strings.Contains(page, "Meeting of North") || strings.Contains(page, "South") || !strings.Contains(page, "Lobby") {
					t.Errorf("the wall has %s", reading(page))
				}
				for _, query := range []string{"", "?group=South", "?wall=" + id + "&group=South", "?wall=AAAA", "?q=South&lang=zh"} {
					if res, page := screen.get("/wall" + query); res.StatusCode != http.StatusOK || strings.Contains(page, "South") || !strings.Contains(page, "Meeting of North") {
						t.Errorf("/wall%s: %s, %s", query, res.Status, reading(page))
					}
				}
				live := screen.stream(stream)
				_, other := screen.get("/wall/events?group=South&tiles=12") // is not that of its page
				if !strings.Contains(other, `{"reason":"renewed"}`) {
					t.Errorf("another stream says %s", other)
				}
				inGroup(l, "900000003", "South")
				inGroup(l, "900000004", "North")
				live.until("w-900000004")
				for _, said := range []string{live.said(), other} {
					if strings.Contains(said, "South") || strings.Contains(said, "900000003") {
						t.Error("the stream has what the wall does not show")
					}
				}
				for _, path := range []string{"/", "/events", "/m/900000001", "/m/900000001/events", "/m/900000001/timeline", "/m/900000001/links", "/feed", "/feed/events", "/wall/setup",
					"/walls", "/walls/events", "/links", "/account", "/api/v1/meetings", "/api/v1/meetings/900000001", "/metrics", "/nothing"} {
					if res, page := screen.get(path); res.StatusCode != http.StatusUnauthorized || strings.Contains(page, "Meeting of") {
						t.Errorf("GET %s: %s", path, res.Status)
					}
				}
				for _, path := range []string{"/walls", "/walls/" + id + "/reload", "/walls/" + id + "/show", "/walls/" + id + "/rename", "/walls/" + id + "/readdress", "/walls/" + id + "/remove",
					"/wall", "/feed", "/m/900000001/links"} {
					if res, _ := screen.post(path, url.Values{"name": {"x"}, "show": {"q=x"}}); res.StatusCode != http.StatusUnauthorized && res.StatusCode != http.StatusMethodNotAllowed {
						t.Errorf("POST %s: %s", path, res.Status)
					}
				}
				if _, page := admin.get("/walls?lang=en"); !strings.Contains(reading(page), "Online since") || !strings.Contains(reading(page), "3840 × 2160") || !strings.Contains(reading(page), "current version") {
					t.Errorf("the list says %s", reading(page))
				}
				if said := l.log.String(); strings.Contains(said, address[strings.LastIndex(address, "/")+1:]) {
					t.Error("the log has the token")
				}
			})
		}
	}
}

func TestOnlyAdminsSeeToWalls(t *testing.T) {
	l := openLodge(t, settings.Settings{Access: settings.AccessAccounts})
	admin, viewer := l.signedIn("ann"), l.signedIn("bob")
	address, id := admin.hang("Lobby", "")
	for _, c := range []struct {
		method, path           string
		nobody, viewers, admin int
	}{
		{"GET", "/walls", 401, 403, 200},
		{"GET", "/walls/events", 401, 403, 0},
		{"GET", "/wall/setup", 401, 200, 200},
		{"GET", "/wall?wall=" + id, 410, 200, 200},
		{"GET", "/wall?wall=AAAA", 410, 410, 410},
		{"GET", "/wall/events?wall=AAAA", 410, 410, 410},
		{"GET", "/w/AAAA", 410, 410, 410},
		{"POST", "/walls", 401, 403, 422},
		{"POST", "/walls/" + id + "/rename", 401, 403, 422},
		{"POST", "/walls/AAAA/show", 401, 403, 404},
		{"POST", "/walls/AAAA/reload", 401, 403, 404},
		{"POST", "/walls/AAAA/readdress", 401, 403, 404},
		{"POST", "/walls/AAAA/remove", 401, 403, 404},
		{"POST", "/walls/" + id + "/remove", 401, 403, 303},
	} {
		for i, p := range []*person{l.person(), viewer, admin} {
			want := []int{c.nobody, c.viewers, c.admin}[i]
			if want == 0 {
				continue
			}
			var form url.Values
			if c.method == "POST" {
				form = url.Values{}
			}
			if res, _ := p.read(p.ask(c.method, c.path, form)); res.StatusCode != want {
				t.Errorf("%s %s, person %d: %s, want %d", c.method, c.path, i, res.Status, want)
			}
		}
	}
	if res, page := l.person().get(address); res.StatusCode != http.StatusGone || !strings.Contains(page, "This screen is not let in") || res.Header.Get("Cache-Control") != "no-store" || len(res.Cookies()) > 0 {
		t.Errorf("the address of a removed wall: %s", res.Status)
	}
	foreign := l.person("Sec-Fetch-Site", "cross-site")
	foreign.client.Jar = admin.client.Jar
	if res := foreign.ask("POST", "/walls?name=x&show=", nil); res.StatusCode != http.StatusForbidden {
		t.Errorf("another site's page makes a wall: %s", res.Status)
	}
}

// The page of the screen is told what an admin did, wherever it is just then.
func TestAWallFollowsItsAdmin(t *testing.T) {
	l := openLodge(t, settings.Settings{Access: settings.AccessOpen})
	inGroup(l, "900000001", "North")
	inGroup(l, "900000002", "South")
	admin := l.admin()
	address, id := admin.hang("Lobby", "group=North&lang=en")
	screen, page, path := l.screen(address)
	if !strings.Contains(page, "Meeting of North") || strings.Contains(page, "Meeting of South") {
		t.Errorf("the wall has %s", reading(page))
	}
	reload := func() string {
		t.Helper()
		_, page := screen.get("/wall?wall=" + id)
		_, after, _ := strings.Cut(page, `hx-sse:connect="`)
		stream, _, _ := strings.Cut(after, `"`)
		path = l.origin() + strings.ReplaceAll(stream, "&amp;", "&")
		return page
	}
	act := func(name string, form url.Values) string {
		t.Helper()
		res, _ := admin.post("/walls/"+id+"/"+name, form)
		if res.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s: %s", name, res.Status)
		}
		_, page := admin.get(l.origin() + res.Header.Get("Location"))
		return reading(page)
	}

	live, list, bystander := screen.stream(path), admin.stream("/walls/events?lang=en"), l.person().stream("/wall/events?lang=en&tiles=12")
	if said := act("reload", nil); !strings.Contains(said, "Lobby is loading its page anew.") {
		t.Errorf("the list says %s", said)
	}
	live.ends("renewed")
	if _, said := screen.get(path); !strings.Contains(said, `{"reason":"renewed"}`) { // the page is still the old one
		t.Errorf("the old page is told %s", said)
	}
	reload()
	live = screen.stream(path)
	if said := act("show", url.Values{"show": {"group=South&lang=zh&tiles=4&night=22-06&evil=1"}}); !strings.Contains(said, "Lobby shows what was chosen.") || !strings.Contains(said, "Group: South") {
		t.Errorf("the list says %s", said)
	}
	live.ends("renewed")
	if page := reload(); !strings.Contains(page, "Meeting of South") || strings.Contains(page, "Meeting of North") || !strings.Contains(page, `lang="zh-CN"`) || !strings.Contains(page, `data-tiles="4"`) || !strings.Contains(page, `data-night="22-06"`) {
		t.Errorf("the wall has %s", reading(page))
	}
	live = screen.stream(path)
	if said := act("rename", url.Values{"name": {" Reception "}}); !strings.Contains(said, "The wall is called Reception now.") {
		t.Errorf("the list says %s", said)
	}
	list.until("Reception")
	select {
	case <-live.over:
		t.Error("another name ended the stream")
	default:
	}

	// Another address: the old one, and the cookie, let nobody in.
	res, page := admin.post("/walls/"+id+"/readdress", nil)
	fresh := wallAddress.FindStringSubmatch(page)
	if res.StatusCode != http.StatusOK || fresh == nil || fresh[1] == address {
		t.Fatalf("another address: %s", res.Status)
	}
	live.ends("denied")
	if res, _ := screen.get(address); res.StatusCode != http.StatusGone {
		t.Errorf("the old address: %s", res.Status)
	}
	screen, _, path = l.screen(fresh[1])
	live = screen.stream(path)
	if said := act("remove", nil); !strings.Contains(said, "Reception was removed.") || !strings.Contains(said, "No wall has a name yet") {
		t.Errorf("the list says %s", said)
	}
	live.ends("denied")
	for _, path := range []string{"/wall?wall=" + id, path} {
		if res, _ := screen.get(path); res.StatusCode != http.StatusGone {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
	inGroup(l, "900000003", "East")
	bystander.until("w-900000003") // nobody else was ended
}

func TestAWallOutlivesTheBoard(t *testing.T) {
	s := settings.Settings{Access: settings.AccessAccounts, DataDir: t.TempDir()}
	l := openLodge(t, s)
	address, id := l.signedIn("ann").hang("Lobby", "group=North")
	screen, _, path := l.screen(address)
	screen.stream(path)
	l.stop()
	l = openLodgeWith(t, s, map[string]access.Role{})
	screen.base = l.url
	res, page := screen.get("/wall?wall=" + id)
	if res.StatusCode != http.StatusOK || !strings.Contains(page, "Lobby") || len(res.Cookies()) != 1 {
		t.Errorf("after a restart: %s, cookies %v", res.Status, res.Cookies())
	}
	admin := l.signedIn("ann")
	if _, page := admin.get("/walls?lang=en"); !strings.Contains(reading(page), "3840 × 2160") || !strings.Contains(reading(page), "last seen") {
		t.Errorf("the list says %s", reading(page))
	}
	screen.stream(l.origin() + strings.TrimPrefix(path, path[:strings.Index(path, "/wall")])) // the same page goes on
	if storetest.Given() {
		return // it is in no file that could be read
	}
	content, err := os.ReadFile(filepath.Join(s.DataDir, store.DBFile))
	if err != nil || strings.Contains(string(content), address[strings.LastIndex(address, "/")+1:]) {
		t.Errorf("the file has the token, or an error: %v", err)
	}
}

func TestNamesOfWalls(t *testing.T) {
	l := openLodge(t, settings.Settings{Access: settings.AccessOpen})
	admin := l.admin()
	admin.hang("Lobby", "")
	for name, want := range map[string]int{"": 422, "  ": 422, strings.Repeat("x", 61): 422, "a\nb": 422, "lobby": 409, strings.Repeat("大", 60): 200, "<script>": 200} {
		res, page := admin.post("/walls?lang=en", url.Values{"name": {name}, "show": {"group=North&tiles=4&lang=zh&theme=light&night=22-06"}})
		if res.StatusCode != want {
			t.Errorf("%q: %s, want %d", name, res.Status, want)
		}
		if strings.Contains(page, "<script>") {
			t.Errorf("%q became an element", name)
		}
		if want == 200 {
			continue
		}
		for _, kept := range []string{`value="North"`, `aria-invalid="true"`, `<option value="zh" selected`, `<option value="light" selected`, `<option value="22" selected`, `<option value="4" selected`} {
			if !strings.Contains(page, kept) {
				t.Errorf("%q: the form has lost %s", name, kept)
			}
		}
	}
	for _, show := range []string{"%zz", "q=" + strings.Repeat("x", 5000)} {
		if res, _ := admin.post("/walls", url.Values{"name": {"Hall"}, "show": {show}}); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%.10q: %s", show, res.Status)
		}
	}
}

// What a wall shows is changed on the page where it was set up, which knows all that was chosen.
func TestTheSetUpPageKnowsWhatAWallShows(t *testing.T) {
	for _, mode := range []string{settings.AccessAccounts, settings.AccessOpen} {
		l := openLodge(t, settings.Settings{Access: mode})
		admin := l.person()
		if mode == settings.AccessAccounts {
			admin = l.signedIn("ann")
		} else {
			admin = l.admin()
		}
		_, id := admin.hang("Lobby", "group=North&screen=75&distance=4&tiles=4&dwell=20&lang=zh&theme=light&night=22-06&is=nohost&only=problems")
		_, page := admin.get("/walls?lang=en")
		found := regexp.MustCompile(`href="(/wall/setup\?[^"]*wall=` + id + `[^"]*)"`).FindStringSubmatch(page)
		if found == nil {
			t.Fatal("the list does not lead to the set-up page")
		}
		res, page := admin.get(strings.ReplaceAll(found[1], "&amp;", "&"))
		const query = "distance=4&amp;dwell=20&amp;group=North&amp;is=nohost&amp;lang=zh&amp;night=22-06&amp;only=problems&amp;screen=75&amp;theme=light&amp;tiles=4"
		for _, part := range []string{fmt.Sprintf(`action="/walls/%s/show"`, id), `name="show" value="` + query + `"`, `name="wall" value="` + id + `"`, `src="/wall?` + query + `"`} {
			if !strings.Contains(page, part) {
				t.Errorf("the page lacks %s (%s)", part, res.Status)
			}
		}
		// The preview is that of a viewer and no screen of any wall.
		preview, body := admin.get("/wall?group=North&screen=75&distance=4")
		if preview.StatusCode != http.StatusOK || strings.Contains(body, "data-named") || !strings.HasSuffix(preview.Header.Get("Content-Security-Policy"), "frame-ancestors 'self'") {
			t.Errorf("the preview: %s, %s", preview.Status, preview.Header.Get("Content-Security-Policy"))
		}
		viewer := l.person()
		if mode == settings.AccessAccounts {
			viewer = l.signedIn("bob")
		}
		if _, page := viewer.get("/wall/setup?lang=en&wall=" + id); strings.Contains(page, "/walls") || !strings.Contains(page, "Admins give names to walls.") {
			t.Error("a viewer is offered to make walls")
		}
	}
}

// Whoever looks at a wall in another browser is not its screen.
func TestLookingAtAWallIsNotBeingIt(t *testing.T) {
	l := openLodge(t, settings.Settings{Access: settings.AccessOpen})
	inGroup(l, "900000001", "North")
	inGroup(l, "900000002", "South")
	admin := l.admin()
	_, id := admin.hang("Lobby", "group=North")
	_, page := l.person().get("/wall?wall=" + id)
	if strings.Contains(page, "data-named") || !strings.Contains(page, "Meeting of North") || strings.Contains(page, "Meeting of South") {
		t.Errorf("it has %s", reading(page))
	}
	s := l.person().stream("/wall/events?wall=" + id)
	inGroup(l, "900000003", "South")
	inGroup(l, "900000004", "North")
	if s.until("w-900000004"); strings.Contains(s.said(), "w-900000003") {
		t.Error("its stream has other meetings")
	}
	if _, page := admin.get("/walls?lang=en"); !strings.Contains(page, "Not opened yet") {
		t.Error("the wall counts as opened")
	}
}
