package app

import (
	"bytes"
	"errors"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"confboard/web/settings"
	"confboard/web/store"
	"confboard/web/store/storetest"
)

// What a running board backed up is restored where none runs, and nowhere else.
func TestABackupIsRestored(t *testing.T) {
	storetest.AboutFiles(t)
	dir, archive := t.TempDir(), filepath.Join(t.TempDir(), "backup.zip")
	l := openLodge(t, settings.Settings{Access: settings.AccessAccounts, DataDir: dir})
	l.signedIn("ann").link("900487914", url.Values{})
	do := func(dataDir string, args ...string) (said string, err error) {
		var out bytes.Buffer
		cmd := command(nil, []string{"CONFBOARD_DATA_DIR=" + dataDir}, nil, &out, &out)
		cmd.SetArgs(args)
		err = cmd.ExecuteContext(t.Context())
		return out.String(), err
	}
	if _, err := do(dir, "backup", archive); err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "data")
	for _, c := range []struct {
		name, folder string
		args         []string
		want         error
		says         string
	}{
		{"a folder with a file", dir, nil, store.ErrThere, ""},
		{"a folder that a board uses", dir, []string{"--force"}, store.ErrInUse, ""},
		{"a new folder", elsewhere, nil, nil, "Restored from"},
		{"the same again", elsewhere, nil, store.ErrThere, ""},
		{"the same, by force", elsewhere, []string{"--force"}, nil, "confboard.db.before-restore."},
	} {
		said, err := do(c.folder, append([]string{"restore", archive}, c.args...)...)
		if !errors.Is(err, c.want) || !strings.Contains(said, c.says) {
			t.Errorf("%s: error %v, said %q", c.name, err, said)
		}
		if left, _ := filepath.Glob(filepath.Join(c.folder, ".confboard-*")); len(left) > 0 {
			t.Errorf("%s: left behind %v", c.name, left)
		}
	}
	if _, err := do(elsewhere, "restore", filepath.Join(elsewhere, store.DBFile), "--force"); err == nil {
		t.Error("a file that is no archive")
	}
	db, err := store.OpenDB(t.Context(), elsewhere)
	if err != nil {
		t.Fatal(err)
	}
	shares, err := db.Shares(t.Context())
	accounts, err2 := db.Accounts(t.Context())
	if err := errors.Join(err, err2, db.Close()); err != nil || len(shares) != 1 || len(accounts) != 2 {
		t.Errorf("%d links, %d accounts, error %v", len(shares), len(accounts), err)
	}
}
