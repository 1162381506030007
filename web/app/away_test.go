package app

import (
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/web/settings"
	"confboard/web/store"
	"confboard/web/store/storetest"
)

// While the database is away the live board goes on, every change is refused with a reason, and what happens waits and is then stored,
// each of it once.
func TestWhileTheDatabaseIsAwayTheLiveBoardGoesOn(t *testing.T) {
	storetest.Need(t)
	t.Parallel() // it waits most of the time
	database := storetest.Schema(t, t.TempDir())
	by, way := storetest.Detour(t, database)
	s := oneOfSeveral(t, settings.Settings{Access: settings.AccessAccounts}, by, "a")
	s.History = settings.History{Stored: time.Hour, Names: time.Hour, Keep: time.Hour}
	l := openLodge(t, s)
	l.concerned()
	ann, bob := l.signedIn("ann"), l.signedIn("bob")
	page := bob.stream("/m/" + string(concernedID) + "/events?lang=en")
	ann.until("/feed", "Stored as it happens")
	links := "/m/" + string(concernedID) + "/links"
	direct, err := store.OpenServer(t.Context(), store.Server{URL: database})
	if err != nil {
		t.Fatal(err)
	}
	defer direct.Close()
	entries := func() []store.TimelineEntry {
		t.Helper()
		going, err := direct.Going(t.Context(), []conference.ConfID{concernedID}, time.Now().Add(-time.Hour))
		if err != nil || len(going) > 1 {
			t.Fatalf("%d occurrences, error %v", len(going), err)
		}
		if len(going) == 0 {
			return nil
		}
		all, err := direct.EntriesAfter(t.Context(), going[0].ID, 0, 10_000)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	l.lock(1) // what is stored before
	becomes(t, "it is stored what happened before", func() bool {
		l.board.archive.told(concernedID, math.MaxUint64) // there are no other boards that could say so
		return len(entries()) == len(l.board.history.Entries(concernedID))
	})

	way.Cut()
	l.lock(0)
	page.until("Unlocked")
	for _, c := range []struct {
		name, path string
		form       url.Values
		says       string
	}{
		{"a link", links, url.Values{"expires": {"8h"}}, "could not be stored"},
		{"a silence", silencePath, noteForm(unlockedCause, "for", "seen"), "could not be stored"},
		{"a profile", "/rules/profiles/new", expecting("Open", "expect.locked", "no"), "could not be stored"},
		{"a wall", "/walls", url.Values{"name": {"Lobby"}, "show": {"group=North"}}, "could not be stored"},
		{"a meeting", "/feed", url.Values{"confID": {"900000001"}, "hostPassword": {"135790"}}, "could not be stored"},
	} {
		res, said := ann.post(c.path, c.form)
		if res.StatusCode != http.StatusInternalServerError || !strings.Contains(reading(said), c.says) {
			t.Errorf("%s: %s, %s", c.name, res.Status, reading(said))
		}
	}
	for _, path := range []string{"/", "/m/" + string(concernedID), "/wall", "/feed", "/healthz", "/readyz"} {
		if res, _ := ann.get(path); res.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
	for n := range 50 {
		l.lock(int64(1 - n%2))
	}
	ann.until("/feed", "The database does not answer")
	if res, _ := l.person().post("/sign-in", url.Values{"name": {"bob"}, "password": {passwordOf}}); res.StatusCode != http.StatusSeeOther {
		t.Errorf("who signs in: %s", res.Status) // by what is known
	}

	way.Open()
	becomes(t, "all that happened is stored", func() bool { return len(entries()) == len(l.board.history.Entries(concernedID)) })
	if h := l.board.archive.journal.Health(); h.Lost != 0 || h.Errors == 0 {
		t.Errorf("%+v", h)
	}
	stored, seen := entries(), map[uint64]bool{}
	for _, e := range stored {
		if seen[e.Seq] {
			t.Errorf("entry %d is stored twice", e.Seq)
		}
		seen[e.Seq] = true
	}
	if len(stored) < 50 {
		t.Errorf("%d entries are stored", len(stored))
	}
	if address := ann.link(concernedID, url.Values{}); address == "" {
		t.Error("no link can be made")
	}
	// What was changed elsewhere meanwhile, and afterwards, is followed again.
	if err := direct.RemoveAccount(t.Context(), "bob"); err != nil {
		t.Fatal(err)
	}
	page.ends("denied")
}
