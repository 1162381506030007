package store

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"confboard/feed/conference"
	"confboard/web/store/storetest"
)

// schemaOf returns the schema that stands for a folder.
func schemaOf(t *testing.T, dir string) Server {
	t.Helper()
	return Server{URL: storetest.Schema(t, dir)}
}

func TestAServerThatIsAwayRefusesChangesAndIsUsedAgain(t *testing.T) {
	storetest.Need(t)
	address, w := storetest.Detour(t, schemaOf(t, t.TempDir()).URL)
	u := Server{URL: address}
	d := opened(t, func() (*DB, error) { return OpenServer(t.Context(), u) })
	if err := d.AddShare(t.Context(), share(1)); err != nil {
		t.Fatal(err)
	}
	w.Cut()
	if err := d.AddShare(t.Context(), share(2)); !errors.Is(err, ErrNoWrite) {
		t.Errorf("a change while the server is away: %v", err)
	}
	if _, err := d.Shares(t.Context()); !errors.Is(err, ErrNoWrite) {
		t.Errorf("a question while the server is away: %v", err)
	}
	if _, err := OpenServer(t.Context(), u); !errors.Is(err, ErrNoWrite) {
		t.Errorf("a start while the server is away: %v", err)
	}
	w.Open()
	if err := d.AddShare(t.Context(), share(3)); err != nil {
		t.Errorf("a change when the server is back: %v", err)
	}
	w.Open() // the connections that are kept are dead
	if all, err := d.Shares(t.Context()); err != nil || len(all) != 2 {
		t.Errorf("%d links, error %v", len(all), err)
	}
}

func TestADatabaseOfANewerVersionIsLeftAsItIs(t *testing.T) {
	storetest.Need(t)
	u := schemaOf(t, t.TempDir())
	d := opened(t, func() (*DB, error) { return OpenServer(t.Context(), u) })
	if _, err := d.sql.Exec("INSERT INTO migration (step, applied_at) VALUES (99, 0)"); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenServer(t.Context(), u); !errors.Is(err, ErrNewer) {
		t.Error(err)
	}
}

func TestNoErrorTellsThePasswordOfADatabase(t *testing.T) {
	for _, u := range []string{"postgres://board:hush%zz@127.0.0.1/x", "postgres://board:hush@127.0.0.1:1/x?connect_timeout=1", "hush", "host=127.0.0.1 port=1 password=hush"} {
		_, err := OpenServer(t.Context(), Server{URL: u, Password: conference.NewSecret("hush")})
		if err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", u, err)
		}
	}
}

// Texts come from meetings: no character in one may keep a whole batch from being stored.
func TestEveryTextIsKept(t *testing.T) {
	d := openDB(t, t.TempDir())
	o := occurrence(1)
	o.Title, o.Owner = "a\x00b\xff", "\x00"
	put(t, d, TimelineBatch{Occurrences: []Occurrence{o}})
	if got, err := d.Occurrence(t.Context(), 1); err != nil || got.Title != "a\uFFFDb\uFFFD" {
		t.Errorf("%q, error %v", got.Title, err)
	}
}

// Several boards change the same rows at once: each change has its effect, and those that exclude each other are told apart.
func TestChangesAtTheSameTimeDoNotGetInEachOthersWay(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	var first atomic.Int32
	for n := range 6 {
		d := openDB(t, dir)
		all.Go(func() {
			for i := range 20 {
				switch err := d.AddShare(t.Context(), share(i)); {
				case err == nil:
					first.Add(1)
				case !errors.Is(err, ErrExists):
					t.Error(err)
				}
				if err := d.AddAccount(t.Context(), Account{Name: fmt.Sprint(n, i)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := first.Load(); n != 20 {
		t.Errorf("%d links were said to be new, want 20", n)
	}
	if accounts, err := openDB(t, dir).Accounts(t.Context()); err != nil || len(accounts) != 120 {
		t.Errorf("%d accounts, error %v", len(accounts), err)
	}
}

func TestAFileMovesIntoAServersDatabase(t *testing.T) {
	storetest.Need(t)
	dir := t.TempDir()
	d := openFile(t, dir)
	batch := TimelineBatch{Run: noon, Seen: noon, Occurrences: []Occurrence{occurrence(1)}}
	for seq := range uint64(2000) {
		batch.Entries = append(batch.Entries, told(1, seq+1, noon))
	}
	if err := errors.Join(d.AddShare(t.Context(), share(1)), d.AddAccount(t.Context(), Account{Name: "ann", Created: noon}), d.PutTimelines(t.Context(), batch)); err != nil {
		t.Fatal(err)
	}
	u := schemaOf(t, t.TempDir())
	rows, err := Transfer(t.Context(), dir, u)
	if err != nil || rows["link"] != 1 || rows["account"] != 1 || rows["timeline"] != 2000 {
		t.Fatalf("%v, error %v", rows, err)
	}
	moved := opened(t, func() (*DB, error) { return OpenServer(t.Context(), u) })
	if all, err := moved.Shares(t.Context()); err != nil || len(all) != 1 || all[0] != share(1) {
		t.Errorf("%+v, error %v", all, err)
	}
	if all, err := moved.EntriesAfter(t.Context(), 1, 0, 3000); err != nil || len(all) != 2000 || all[1999] != batch.Entries[1999] {
		t.Errorf("%d entries, error %v", len(all), err)
	}
	if _, err := Transfer(t.Context(), dir, u); !errors.Is(err, ErrThere) {
		t.Errorf("a second time: %v", err)
	}
	if _, err := Transfer(t.Context(), t.TempDir(), u); !errors.Is(err, ErrNotFound) {
		t.Errorf("from a folder without a file: %v", err)
	}
}
