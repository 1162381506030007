package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/web/store/storetest"
)

// openDB opens what stands for a folder: the file in it, or where the tests are given a server, a schema of its own in the server's
// database.
func openDB(t *testing.T, dir string) *DB {
	t.Helper()
	if !storetest.Given() {
		return openFile(t, dir)
	}
	return opened(t, func() (*DB, error) { return OpenServer(t.Context(), schemaOf(t, dir)) })
}

// openFile opens the file in a folder, for tests that are about files.
func openFile(t *testing.T, dir string) *DB {
	t.Helper()
	return opened(t, func() (*DB, error) { return OpenDB(t.Context(), dir) })
}

func opened(t *testing.T, open func() (*DB, error)) *DB {
	t.Helper()
	d, err := open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

func share(n int) Share {
	return Share{Digest: fmt.Sprintf("digest-%d", n), Share: conference.Share{ID: fmt.Sprintf("id-%d", n), ConfID: "900487914", Note: "For 'Ann'; -- x",
		By: "admin", Shows: conference.Shows{Names: true, Layout: true}, WithMeeting: true, Created: noon.Add(time.Duration(n) * time.Second), Expires: noon.Add(time.Hour)}}
}

func TestWhatIsKeptComesBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	d := openDB(t, dir)
	kept := share(1)
	if err := d.AddShare(t.Context(), kept); err != nil {
		t.Fatal(err)
	}
	if err := d.AddShare(t.Context(), kept); !errors.Is(err, ErrExists) {
		t.Errorf("the same link again: %v", err)
	}
	account := Account{Name: "ann", Role: "admin", Hash: "hash", Created: noon, Changed: noon}
	if err := errors.Join(d.AddAccount(t.Context(), account), d.AddToken(t.Context(), Token{Name: "grafana", Digest: "x", Created: noon})); err != nil {
		t.Fatal(err)
	}
	session := Session{Digest: "s", Account: "ann", Changed: noon, Began: noon, Used: noon}
	if err := d.PutSession(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	session.Used = noon.Add(time.Hour)
	if err := d.PutSession(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}

	d = openDB(t, dir)
	shares, err := d.Shares(t.Context())
	if err != nil || len(shares) != 1 || shares[0] != kept {
		t.Errorf("links %+v, error %v", shares, err)
	}
	accounts, err := d.Accounts(t.Context())
	if err != nil || len(accounts) != 1 || accounts[0] != account {
		t.Errorf("accounts %+v, error %v", accounts, err)
	}
	sessions, err := d.Sessions(t.Context())
	if err != nil || len(sessions) != 1 || sessions[0] != session {
		t.Errorf("sessions %+v, error %v", sessions, err)
	}
	for what, err := range map[string]error{
		"an account of the same name": d.AddAccount(t.Context(), account),
		"a token of the same name":    d.AddToken(t.Context(), Token{Name: "grafana", Digest: "y"}),
		"the password of nobody":      d.SetPassword(t.Context(), "bob", "h", noon),
		"the role of nobody":          d.SetRole(t.Context(), "bob", "viewer", noon),
		"nobody":                      d.RemoveAccount(t.Context(), "bob"),
		"a token that there is not":   d.RemoveToken(t.Context(), "none"),
	} {
		want := ErrNotFound
		if strings.Contains(what, "same") {
			want = ErrExists
		}
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
	if err := errors.Join(d.RemoveSession(t.Context(), "s"), d.RemoveSession(t.Context(), "s"), d.RemoveToken(t.Context(), "grafana"), d.RemoveAccount(t.Context(), "ann")); err != nil {
		t.Error(err)
	}
	if storetest.Given() {
		return
	}
	if info, err := os.Stat(filepath.Join(dir, DBFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, error %v", info.Mode(), err)
	}
}

func TestWhatBecameOfALinkIsNeverTakenBack(t *testing.T) {
	d := openDB(t, t.TempDir())
	s := share(1)
	if err := d.AddShare(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	revoked := s.Share
	revoked.Revoked, revoked.Seen, revoked.Began = noon, noon.Add(time.Minute), noon
	stale := s.Share // knows nothing of the revocation
	stale.Seen, stale.Revoked = noon, noon.Add(time.Hour)
	for _, u := range [][]conference.Share{{revoked, {ID: "forgotten", Revoked: noon}}, {stale, s.Share}, nil} {
		if err := d.UpdateShares(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
	s.Revoked, s.Seen, s.Began = noon, noon.Add(time.Minute), noon
	if all, err := d.Shares(t.Context()); err != nil || len(all) != 1 || all[0] != s {
		t.Errorf("%+v, error %v", all, err)
	}
}

func TestOldLinksAreForgotten(t *testing.T) {
	d := openDB(t, t.TempDir())
	for i, change := range []func(*Share){
		func(s *Share) { s.Expires = time.Time{} },
		func(s *Share) { s.Expires = noon.Add(time.Hour) },
		func(s *Share) { s.Expires = noon.Add(-time.Hour) },
		func(s *Share) { s.Ended = noon.Add(-time.Hour) },
		func(s *Share) { s.Revoked = noon.Add(-time.Hour) },
	} {
		s := share(i)
		change(&s)
		if err := d.AddShare(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.ForgetShares(t.Context(), noon); err != nil {
		t.Fatal(err)
	}
	if all, err := d.Shares(t.Context()); err != nil || len(all) != 2 || all[0].ID != "id-0" || all[1].ID != "id-1" {
		t.Errorf("%+v, error %v", all, err)
	}
}

func TestAFileThatIsNoneOfOursIsLeftAsItIs(t *testing.T) {
	sample := func(change string) []byte {
		dir := t.TempDir()
		d := openFile(t, dir)
		if change != "" {
			if _, err := d.sql.Exec(change); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(d.AddShare(t.Context(), share(1)), d.Close()); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(filepath.Join(dir, DBFile))
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	broken := sample("")
	for i := 4096 + 100; i < len(broken); i++ { // every page but the first
		broken[i] = byte(i)
	}
	for name, c := range map[string]struct {
		content []byte
		want    error
	}{
		"some text":                 {[]byte(strings.Repeat("This is not a database. ", 100)), ErrDamaged},
		"a file with broken pages":  {broken, ErrDamaged},
		"a file of a newer version": {sample("INSERT INTO migration (step, applied_at) VALUES (99, 0)"), ErrNewer},
	} {
		dir := t.TempDir()
		file := filepath.Join(dir, DBFile)
		if err := os.WriteFile(file, c.content, 0o644); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			d, err := OpenDB(t.Context(), dir)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), file) {
				t.Fatalf("%s: %v, error %v, want %v", name, d, err, c.want)
			}
		}
		if now, err := os.ReadFile(file); err != nil || string(now) != string(c.content) {
			t.Errorf("%s was changed, error %v", name, err)
		}
	}
}

// Changes are refused with an error of their kind, what was kept is there, and the file can be used again.
func TestAFullOrReadOnlyDiskRefusesChanges(t *testing.T) {
	for name, c := range map[string]struct{ spoil, repair string }{
		"full":      {"PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000"}, // SQLite takes the present size
		"read-only": {"PRAGMA query_only = 1", "PRAGMA query_only = 0"},
	} {
		d := openFile(t, t.TempDir())
		if err := d.AddShare(t.Context(), share(0)); err != nil {
			t.Fatal(err)
		}
		if _, err := d.sql.Exec(c.spoil); err != nil {
			t.Fatal(err)
		}
		var err error
		kept := 1
		for n := 1; n < 1000 && err == nil; n++ { // there is room in the pages that there are
			s := share(n)
			s.Note = strings.Repeat("x", 2000)
			if err = d.AddShare(t.Context(), s); err == nil {
				kept++
			}
		}
		if !errors.Is(err, ErrNoWrite) {
			t.Errorf("%s: %v", name, err)
		}
		silence := silenceOf("900487914", conference.Cause{Rule: conference.NoHost}, func(s *Silence) { s.Note = strings.Repeat("x", 5000) })
		if err := d.PutSilence(t.Context(), silence); !errors.Is(err, ErrNoWrite) {
			t.Errorf("%s: a silence: %v", name, err)
		}
		if all, err := d.Shares(t.Context()); err != nil || len(all) != kept {
			t.Errorf("%s: %d links of %d, error %v", name, len(all), kept, err)
		}
		if _, err := d.sql.Exec(c.repair); err != nil {
			t.Fatal(err)
		}
		if err := d.AddShare(t.Context(), share(2000)); err != nil {
			t.Errorf("%s, repaired: %v", name, err)
		}
	}
}

func TestABackupWhileTheBoardWrites(t *testing.T) {
	dir := t.TempDir()
	d := openFile(t, dir)
	beside := openFile(t, dir) // as another process has it
	ctx, stop := context.WithCancel(t.Context())
	var writing sync.WaitGroup
	writing.Go(func() {
		for n := 0; ctx.Err() == nil; n++ {
			if err := d.AddShare(t.Context(), share(n)); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for i := range 5 {
		copied := filepath.Join(t.TempDir(), "copy")
		if err := beside.Backup(t.Context(), filepath.Join(copied, "none", DBFile)); err == nil {
			t.Error("a copy in a folder that there is not")
		}
		if err := os.Mkdir(copied, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := beside.Backup(t.Context(), filepath.Join(copied, DBFile)); err != nil {
			t.Fatal(err)
		}
		if err := beside.Backup(t.Context(), filepath.Join(copied, DBFile)); !errors.Is(err, os.ErrExist) {
			t.Errorf("a copy over another file: %v", err)
		}
		if info, err := os.Stat(filepath.Join(copied, DBFile)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the copy is %v, error %v", info.Mode(), err)
		}
		all, err := openFile(t, copied).Shares(t.Context())
		for n, s := range all {
			if s != share(n) {
				t.Fatalf("copy %d: link %d is %+v", i, n, s)
			}
		}
		if err != nil {
			t.Error(err)
		}
	}
	stop()
	writing.Wait()
}

// A process that is killed while it adds links leaves a file with all of which it said that they are kept.
func TestAKilledProcessLeavesAFileThatOpens(t *testing.T) {
	const variable, confirmed = "CONFBOARD_TEST_DB", 25
	if dir := os.Getenv(variable); dir != "" { // the process that is killed
		d := openDB(t, dir)
		for n := range 100_000 {
			if err := d.AddShare(t.Context(), share(n)); err != nil {
				t.Fatal(err)
			}
			fmt.Println(n)
		}
		return
	}
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), variable+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	last := -1
	for last < confirmed && lines.Scan() {
		last++
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	for lines.Scan() {
		last++
	}
	_ = cmd.Wait() // killed

	all, err := openDB(t, dir).Shares(t.Context())
	if err != nil || len(all) < last+1 {
		t.Errorf("%d links, and %d were confirmed; error %v", len(all), last+1, err)
	}
}

func TestSeveralProcessesOpenANewFileAtOnce(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			d := openDB(t, dir)
			if err := errors.Join(d.AddShare(t.Context(), share(n)), d.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if shares, err := openDB(t, dir).Shares(t.Context()); err != nil || len(shares) != 8 {
		t.Errorf("%d links, error %v", len(shares), err)
	}
}

// What was begun and did not succeed leaves nothing behind.
func TestAFailedChangeChangesNothing(t *testing.T) {
	d := openDB(t, t.TempDir())
	failed := errors.New("failed")
	if err := d.change(t.Context(), func(ctx context.Context, tx tx) error {
		if _, err := tx.Exec("INSERT INTO api_token (name, digest, created_at) VALUES ('a', 'b', 1)"); err != nil {
			return err
		}
		return failed
	}); !errors.Is(err, failed) {
		t.Errorf("error %v", err)
	}
	if all, err := d.Tokens(t.Context()); err != nil || len(all) > 0 {
		t.Errorf("tokens %v, error %v", all, err)
	}
}
