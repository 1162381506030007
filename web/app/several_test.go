package app

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/timeline"
	"confboard/web/access"
	"confboard/web/settings"
	"confboard/web/store"
	"confboard/web/store/storetest"
)

// clusterSecret is what all boards of these tests have.
var clusterSecret = conference.NewSecret("Hush-3f9c1b7a5d2e8640c7b1a9f3e5d70628")

// oneOfSeveral are the settings of a board with a name among others.
func oneOfSeveral(t *testing.T, s settings.Settings, database, name string) settings.Settings {
	t.Helper()
	s.Database = settings.Database{URL: database}
	s.DataDir = t.TempDir()
	s.Cluster = settings.Cluster{NATS: []string{"nats://127.0.0.1:4222"}, Name: name, Secret: clusterSecret}
	return s
}

// openTwo starts two boards on one database. The accounts are those of openLodge.
func openTwo(t *testing.T, s settings.Settings) (a, b *lodge) {
	t.Helper()
	storetest.Need(t)
	t.Parallel() // boards wait for each other most of the time
	database := storetest.Schema(t, t.TempDir())
	return openLodge(t, oneOfSeveral(t, s, database, "a")), openLodgeWith(t, oneOfSeveral(t, s, database, "b"), nil)
}

// at is the same person at another board.
func (p *person) at(l *lodge) *person {
	other := *p
	other.base = l.url
	return &other
}

// becomes waits until something is the case: the other board follows within two seconds.
func becomes(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not become so that %s", what)
		}
	}
}

func (p *person) answers(path string, status int) func() bool {
	return func() bool {
		res, _ := p.get(path)
		return res.StatusCode == status
	}
}

func TestWhoSignsInAtOneBoardIsSignedInAtTheOthers(t *testing.T) {
	a, b := openTwo(t, settings.Settings{Access: settings.AccessAccounts})
	ann := a.signedIn("ann")
	if res, _ := ann.at(b).get("/feed"); res.StatusCode != http.StatusOK { // at once, as a balancer may lead
		t.Errorf("at the other board: %s", res.Status)
	}
	page := ann.at(b).stream("/events?lang=en")
	ann.post("/sign-out", nil)
	page.ends("denied")
	if res, _ := ann.at(b).get("/"); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("who has signed out at the other board: %s", res.Status)
	}

	bob, elsewhere := b.signedIn("bob"), a.signedIn("bob")
	pages := []*stream{bob.at(a).stream("/events?lang=en"), elsewhere.at(b).stream("/events?lang=en")}
	bob.post("/sign-out", url.Values{"everywhere": {"yes"}})
	for _, page := range pages {
		page.ends("denied")
	}
	stranger := b.person()
	stranger.header.Set("Cookie", "confboard_session=AAAAAAAAAAAAAAAAAAAAAAAAAA")
	for range 300 {
		if res, _ := stranger.get("/"); res.StatusCode != http.StatusUnauthorized {
			t.Fatalf("with a cookie that nobody has: %s", res.Status)
		}
	}
}

func TestAccountsAndTokensCountAtAllBoards(t *testing.T) {
	a, b := openTwo(t, settings.Settings{Access: settings.AccessAccounts})
	bob := b.signedIn("bob")
	page := bob.at(a).stream("/events?lang=en")
	if err := a.db.SetRole(t.Context(), "bob", string(access.RoleAdmin), time.Now()); err != nil {
		t.Fatal(err)
	}
	page.ends("denied")
	becomes(t, "bob is an admin at both", func() bool {
		bob = b.signedIn("bob")
		first, _ := bob.get("/feed")
		second, _ := bob.at(a).get("/feed")
		return first.StatusCode == http.StatusOK && second.StatusCode == http.StatusOK
	})
	page = bob.at(a).stream("/events?lang=en")
	if err := b.db.RemoveAccount(t.Context(), "bob"); err != nil {
		t.Fatal(err)
	}
	page.ends("denied")
	token, stored := access.NewToken("grafana", time.Now())
	if err := a.db.AddToken(t.Context(), store.Token(stored)); err != nil {
		t.Fatal(err)
	}
	for _, l := range []*lodge{a, b} {
		becomes(t, "the token opens", l.person("Authorization", "Bearer "+token.Reveal()).answers("/api/v1/meetings", http.StatusOK))
	}
	if err := a.db.RemoveToken(t.Context(), "grafana"); err != nil {
		t.Fatal(err)
	}
	becomes(t, "the token does not open", b.person("Authorization", "Bearer "+token.Reveal()).answers("/api/v1/meetings", http.StatusUnauthorized))
}

func TestLinksAreMadeAndRevokedForAllBoards(t *testing.T) {
	a, b := openTwo(t, settings.Settings{Access: settings.AccessAccounts})
	a.meeting(quarterly)
	b.meeting(quarterly)
	address := a.signedIn("ann").link(quarterly, url.Values{})
	path := strings.TrimPrefix(address, a.url)
	stranger := b.person()
	becomes(t, "the link opens at the other board", stranger.answers(path, http.StatusOK))
	seen := stranger.stream(path + "/events?lang=en")
	links, err := b.db.Shares(t.Context())
	if err != nil || len(links) != 1 {
		t.Fatalf("%d links, error %v", len(links), err)
	}
	if res, page := a.signedIn("ann").post("/links/"+links[0].ID+"/revoke", nil); res.StatusCode >= 400 {
		t.Fatalf("revoke: %s %s", res.Status, reading(page))
	}
	seen.ends("denied")
	if res, _ := stranger.get(path); res.StatusCode == http.StatusOK {
		t.Errorf("the link opens after it was revoked: %s", res.Status)
	}
}

func TestWallsFollowAtAllBoards(t *testing.T) {
	a, b := openTwo(t, settings.Settings{Access: settings.AccessAccounts})
	ann := a.signedIn("ann")
	address, id := ann.hang("Lobby", "group=North")
	path := strings.TrimPrefix(address, a.url)
	becomes(t, "the wall is known at the other board", func() bool {
		res, _ := b.person().get(path)
		return res.StatusCode == http.StatusSeeOther
	})
	screen, _, stream := b.screen(b.url + path)
	shown := screen.stream(stream)
	row := regexp.MustCompile(`(?s)<article id="wall-` + id + `".*?</article>`)
	becomes(t, "the list of the first board has the screen of the other", func() bool {
		_, page := ann.get("/walls")
		return !strings.Contains(reading(row.FindString(page)), "Not seen") && strings.Contains(row.FindString(page), "3840")
	})
	if res, _ := ann.post("/walls/"+id+"/reload", nil); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("reload: %s", res.Status)
	}
	shown.ends("renewed")
	screen, _, stream = b.screen(b.url + path)
	shown = screen.stream(stream)
	if res, page := ann.post("/walls/"+id+"/remove", nil); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("remove: %s %s", res.Status, reading(page))
	}
	shown.ends("denied")
	becomes(t, "the wall is not let in any more", func() bool {
		res, _ := b.person().get(path)
		return res.StatusCode != http.StatusSeeOther
	})
}

func TestWhatIsSilencedAtOneBoardIsSilencedWhereTheMeetingIsWatched(t *testing.T) {
	a, b := openTwo(t, settings.Settings{Access: settings.AccessAccounts})
	b.watches.Store(false)
	a.concerned()
	b.bring()
	ann := b.signedIn("ann")
	if res, page := ann.post(silencePath, noteForm(unlockedCause, "for", "seen")); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s: %s", res.Status, reading(page))
	}
	becomes(t, "it is acknowledged where the meeting is watched", func() bool { return a.silenced(unlockedCause) != nil })
	if q := a.silenced(unlockedCause); q.By != "ann" || !q.Seen {
		t.Errorf("%+v", q)
	}
	if res, _ := ann.post(unsilencePath, noteForm(unlockedCause)); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status)
	}
	becomes(t, "it counts again", func() bool { return a.silenced(unlockedCause) == nil })
	if !slices.ContainsFunc(a.board.history.Entries(concernedID), func(e timeline.Entry) bool { return e.Kind == timeline.Unsilenced && e.By == "ann" }) {
		t.Error("the timeline does not say who has it alert again")
	}
	// What has gone is taken back by the board that watches the meeting, and only by that.
	if res, _ := ann.post(silencePath, noteForm(unlockedCause, "for", "seen")); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status)
	}
	becomes(t, "it is acknowledged once more", func() bool { return a.silenced(unlockedCause) != nil })
	a.registry.Apply(conference.UnwatchMessage{About: conference.About{ConfID: concernedID, At: time.Now()}})
	becomes(t, "nothing is left of it", func() bool {
		rows, err := a.db.Silences(t.Context(), time.Now())
		return err == nil && len(rows) == 0
	})
}

func TestRulesOfOneBoardJudgeAtTheOthers(t *testing.T) {
	a, b := openTwo(t, settings.Settings{Access: settings.AccessAccounts})
	b.meeting(quarterly)
	ann := a.signedIn("ann")
	before := b.severity(quarterly)
	id := ann.profile(expecting("Unlocked please", "expect.locked", "no"))
	becomes(t, "the other board judges by it", func() bool { return b.severity(quarterly) != before })
	if names := ann.at(b).profiles(); !slices.Equal(names, []string{"Unlocked please"}) {
		t.Errorf("profiles %q", names)
	}
	if res, _ := ann.at(b).post("/rules/profiles/"+id, url.Values{"remove": {"1"}, "revision": {"1"}}); res.StatusCode >= 400 {
		t.Fatal(res.Status)
	}
	becomes(t, "the first board has it no more", func() bool { return len(ann.profiles()) == 0 })
}

func TestMeetingsThatAreAddedAtOneBoardAreWatchedByAll(t *testing.T) {
	a, b := openTwo(t, settings.Settings{Access: settings.AccessAccounts})
	ann := a.signedIn("ann")
	watched := func(l *lodge) (string, bool) {
		l.cloud.mu.Lock()
		defer l.cloud.mu.Unlock()
		m, is := l.cloud.meetings["900487914"]
		return m.HostPassword.Reveal(), is
	}
	for _, password := range []string{"135790", "246801"} {
		res, page := ann.post("/feed", url.Values{"confID": {"900487914"}, "hostPassword": {password}, "name": {"Budget"}})
		if res.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s: %s", res.Status, reading(page))
		}
		becomes(t, "both watch it", func() bool {
			first, _ := watched(a)
			second, _ := watched(b)
			return first == password && second == password
		})
	}
	ann = ann.at(b)
	if res, _ := ann.post("/feed/m/900487914/remove", nil); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status)
	}
	becomes(t, "none watches it", func() bool {
		_, first := watched(a)
		_, second := watched(b)
		return !first && !second
	})
}

// nextToken is the one in the file of the board.
func (l *lodge) nextToken() string {
	l.t.Helper()
	token, err := os.ReadFile(filepath.Join(l.dataDir, adminTokenFile))
	if err != nil {
		l.t.Fatal(err)
	}
	return strings.TrimSpace(string(token))
}

func TestTheAdminTokenIsOneForAllBoards(t *testing.T) {
	a, b := openTwo(t, settings.Settings{Access: settings.AccessOpen})
	printed := func(l *lodge) string {
		return regexp.MustCompile(`/feed: (\S+)`).FindStringSubmatch(l.stdout.String())[1]
	}
	if first, second := printed(a), printed(b); first != second || len(first) < 26 {
		t.Fatalf("the tokens are as long as %d and %d", len(first), len(second))
	}
	admin := a.admin()
	if res, _ := admin.at(b).get("/feed"); res.StatusCode != http.StatusOK {
		t.Errorf("at the other board: %s", res.Status)
	}
	if res, _ := b.person().post("/feed/sign-in", url.Values{"token": {printed(b)}}); res.StatusCode != http.StatusForbidden {
		t.Errorf("the same token at the other board: %s", res.Status)
	}
	page := admin.at(b).stream("/feed/events?lang=en")
	if res, _ := admin.post("/feed/sign-out", nil); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status)
	}
	page.ends("denied")
	becomes(t, "the next token is one, too", func() bool { return a.nextToken() == b.nextToken() && a.nextToken() != printed(a) })
	p := b.person()
	if res, _ := p.post("/feed/sign-in", url.Values{"token": {a.nextToken()}}); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the next one: %s", res.Status)
	}
}

func TestASignInAtAProviderMayEndAtAnotherBoard(t *testing.T) {
	storetest.Need(t)
	database := storetest.Schema(t, t.TempDir())
	a, _, another := openCompanyWith(t, oneOfSeveral(t, settings.Settings{}, database, "a"))
	leadToB := another(oneOfSeveral(t, settings.Settings{}, database, "b"))
	p := a.person()
	back := p.throughProvider("/m/900487914?lang=en", "ida")
	leadToB()
	if res, _ := p.get(back); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/board/m/900487914?lang=en" {
		t.Fatalf("it ends with %s at %s", res.Status, res.Header.Get("Location"))
	}
	if res, _ := p.get("/feed"); res.StatusCode != http.StatusOK {
		t.Errorf("who has signed in there: %s", res.Status)
	}
}
