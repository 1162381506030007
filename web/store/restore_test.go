package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"confboard/feed/conference"
)

// backedUp is a folder with a copy of a board's file that has one link, and of its meetings.
func backedUp(t *testing.T) string {
	t.Helper()
	d, folder := openFile(t, t.TempDir()), t.TempDir()
	if err := errors.Join(d.AddShare(t.Context(), share(7)), d.Backup(t.Context(), filepath.Join(folder, DBFile))); err != nil {
		t.Fatal(err)
	}
	meetings, err := OpenMeetings(folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := meetings.Put(Meeting{ConfID: "900487914", HostPassword: conference.NewSecret("135790"), Added: noon}); err != nil {
		t.Fatal(err)
	}
	return folder
}

// links opens the file in a folder, and says which links it has.
func links(t *testing.T, folder string) (ids string) {
	t.Helper()
	d, err := OpenDB(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	all, err := d.Shares(t.Context())
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		ids += s.ID
	}
	return ids
}

func TestWhatWasBackedUpIsRestored(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	if kept, err := Restore(t.Context(), dir, backedUp(t), false); err != nil || len(kept) > 0 {
		t.Fatalf("into an empty folder: kept %q, error %v", kept, err)
	}
	if got := links(t, dir); got != "id-7" {
		t.Errorf("it has %q", got)
	}
	if meetings, err := OpenMeetings(dir); err != nil || len(meetings.List()) != 1 {
		t.Errorf("error %v", err)
	}
	for _, name := range []string{DBFile, MeetingsFile} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s is %v, error %v", name, info.Mode(), err)
		}
	}

	if kept, err := Restore(t.Context(), dir, backedUp(t), false); !errors.Is(err, ErrThere) || len(kept) > 0 {
		t.Errorf("over what is there: kept %q, error %v", kept, err)
	}
	for range 2 {
		kept, err := Restore(t.Context(), dir, backedUp(t), true)
		if err != nil || len(kept) != 2 || !strings.HasPrefix(kept[0], filepath.Join(dir, DBFile)+".before-restore") {
			t.Errorf("by force: kept %q, error %v", kept, err)
		}
	}
	if got := links(t, dir); got != "id-7" {
		t.Errorf("it has %q", got)
	}
}

func TestNothingIsRestoredWhileABoardRuns(t *testing.T) {
	dir := t.TempDir()
	running := openFile(t, dir)
	if err := running.AddShare(t.Context(), share(1)); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), dir, backedUp(t), true); !errors.Is(err, ErrInUse) {
		t.Errorf("error %v", err)
	}
	if err := running.AddShare(t.Context(), share(2)); err != nil {
		t.Errorf("the board goes on: %v", err)
	}
	if all, err := running.Shares(t.Context()); err != nil || len(all) != 2 {
		t.Errorf("%d links, error %v", len(all), err)
	}
}

func TestWhatIsNoBackupChangesNothing(t *testing.T) {
	dir := t.TempDir()
	old := openFile(t, dir)
	if err := errors.Join(old.AddShare(t.Context(), share(1)), old.Close()); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		spoil func(t *testing.T, folder string)
		want  error
	}{
		"nothing": {func(t *testing.T, folder string) {
			if err := os.Remove(filepath.Join(folder, DBFile)); err != nil {
				t.Fatal(err)
			}
		}, ErrDamaged},
		"some text": {func(t *testing.T, folder string) {
			if err := os.WriteFile(filepath.Join(folder, DBFile), []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
		}, ErrDamaged},
		"of a newer version": {func(t *testing.T, folder string) {
			d := openFile(t, folder)
			if _, err := d.sql.Exec("INSERT INTO migration (step, applied_at) VALUES (99, 0)"); err != nil {
				t.Fatal(err)
			}
		}, ErrNewer},
		"damaged meetings": {func(t *testing.T, folder string) {
			if err := os.WriteFile(filepath.Join(folder, MeetingsFile), []byte("{"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, ErrDamaged},
	} {
		from := backedUp(t)
		c.spoil(t, from)
		if kept, err := Restore(t.Context(), dir, from, true); !errors.Is(err, c.want) || len(kept) > 0 {
			t.Errorf("%s: kept %q, error %v, want %v", name, kept, err, c.want)
		}
		if got := links(t, dir); got != "id-1" {
			t.Errorf("%s: what was there has %q", name, got)
		}
	}
}

func TestADamagedFileMakesRoomForABackup(t *testing.T) {
	dir := t.TempDir()
	damaged := strings.Repeat("This is not a database. ", 100)
	if err := os.WriteFile(filepath.Join(dir, DBFile), []byte(damaged), 0o600); err != nil {
		t.Fatal(err)
	}
	kept, err := Restore(t.Context(), dir, backedUp(t), true)
	if err != nil || len(kept) != 1 {
		t.Fatalf("kept %q, error %v", kept, err)
	}
	if got := links(t, dir); got != "id-7" {
		t.Errorf("it has %q", got)
	}
	if content, err := os.ReadFile(kept[0]); err != nil || string(content) != damaged {
		t.Errorf("%s: %d bytes, error %v", kept[0], len(content), err)
	}
}
