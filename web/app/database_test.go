package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/web/settings"
	"confboard/web/store"
	"confboard/web/store/storetest"
)

// What a board kept in its file is in the database after migrate, and a board that uses the database goes on from there.
func TestABoardMovesToADatabase(t *testing.T) {
	storetest.Need(t)
	dir, address := t.TempDir(), storetest.Schema(t, t.TempDir())
	do := func(database string, args ...string) (said string, err error) {
		var out bytes.Buffer
		cmd := command(nil, []string{"CONFBOARD_DATA_DIR=" + dir, "CONFBOARD_DATABASE_URL=" + database}, strings.NewReader(passwordOf+"\n"), &out, &out)
		cmd.SetArgs(args)
		err = cmd.ExecuteContext(t.Context())
		return out.String(), err
	}
	if _, err := do("", "user", "add", "ann", "--role", "admin"); err != nil {
		t.Fatal(err)
	}
	if _, err := do("", "migrate"); err == nil {
		t.Error("migrate without a database")
	}
	if said, err := do(address, "migrate"); err != nil || !strings.Contains(said, "1  account") {
		t.Fatalf("error %v, said %q", err, said)
	}
	if said, err := do(address, "check"); err != nil || !strings.Contains(said, "The database can be used") {
		t.Errorf("check: error %v, said %q", err, said)
	}
	if said, err := do(address, "user", "list"); err != nil || !strings.Contains(said, "ann") {
		t.Errorf("accounts: error %v, said %q", err, said)
	}
	for _, args := range [][]string{{"backup", dir + "/backup.zip"}, {"restore", dir + "/backup.zip"}} {
		if _, err := do(address, args...); !errors.Is(err, store.ErrElsewhere) {
			t.Errorf("%s: %v", args[0], err)
		}
	}
}

func TestCheckTellsOfADatabaseThatIsAway(t *testing.T) {
	var out bytes.Buffer
	cmd := command(nil, []string{"CONFBOARD_DATABASE_URL=postgres://board@127.0.0.1:1/board?sslmode=disable", "DB_PASSWORD=hush", "CONFBOARD_DATABASE_PASSWORD_ENV=DB_PASSWORD"}, nil, &out, &out)
	cmd.SetArgs([]string{"check"})
	err := cmd.ExecuteContext(t.Context())
	if !errors.Is(err, store.ErrNoWrite) || !strings.Contains(err.Error(), "database.url") || strings.Contains(err.Error()+out.String(), "hush") {
		t.Errorf("error %v, said %q", err, out.String())
	}
}

// The meetings that were added on the board go along when there is a secret to seal their passwords with, and are watched from there.
func TestMeetingsAddedOnTheBoardMoveToADatabase(t *testing.T) {
	storetest.Need(t)
	dir, address, secret := t.TempDir(), storetest.Schema(t, t.TempDir()), filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(clusterSecret.Reveal()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	own, err := store.OpenMeetings(dir)
	if err != nil {
		t.Fatal(err)
	}
	meeting := store.Meeting{ConfID: "900487914", HostPassword: conference.NewSecret("Hush-135790"), Name: "Budget", Added: time.UnixMilli(1)}
	if err := own.Put(meeting); err != nil {
		t.Fatal(err)
	}
	do := func(secret string, args ...string) (said string, err error) {
		var out bytes.Buffer
		environ := []string{"CONFBOARD_DATA_DIR=" + dir, "CONFBOARD_DATABASE_URL=" + address}
		if secret != "" {
			environ = append(environ, "CONFBOARD_CLUSTER_SECRET_FILE="+secret)
		}
		cmd := command(nil, environ, strings.NewReader(passwordOf+"\n"), &out, &out)
		cmd.SetArgs(args)
		err = cmd.ExecuteContext(t.Context())
		return out.String(), err
	}
	db, err := store.OpenDB(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if said, err := do("", "migrate"); err != nil || !strings.Contains(said, "but the meetings added on the board") {
		t.Fatalf("without a secret: error %v, said %q", err, said)
	}
	if _, err := do("", "migrate", "--meetings"); err == nil {
		t.Error("meetings move without a secret")
	}
	if said, err := do(secret, "migrate", "--meetings"); err != nil || !strings.Contains(said, "1  meetings added on the board") || strings.Contains(said, "Hush") {
		t.Fatalf("error %v, said %q", err, said)
	}
	if _, err := do(secret, "migrate", "--meetings"); !errors.Is(err, store.ErrThere) {
		t.Errorf("a second time: %v", err)
	}
	server, err := store.OpenServer(t.Context(), store.Server{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	shared, err := server.SharedMeetings(clusterSecret)
	if err != nil {
		t.Fatal(err)
	}
	if all, err := shared.Read(t.Context()); err != nil || len(all) != 1 || !same(all[0], meeting) || all[0].ConfID != meeting.ConfID {
		t.Errorf("%+v, error %v", all, err)
	}
}

// Two boards would each take the other's timelines for its own.
func TestADatabaseIsOneBoardsOnly(t *testing.T) {
	storetest.Need(t)
	t.Parallel() // it waits most of the time
	s := settings.Database{URL: storetest.Schema(t, t.TempDir())}
	first, err := store.OpenServer(t.Context(), store.Server(s))
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Claim(t.Context()); err != nil {
		t.Fatal(err)
	}
	serve := func(ctx context.Context, out io.Writer) error {
		cmd := command(nil, []string{"CONFBOARD_DATA_DIR=" + t.TempDir(), "CONFBOARD_DATABASE_URL=" + s.URL, "CONFBOARD_LISTEN=127.0.0.1:0"}, nil, out, out)
		cmd.SetArgs([]string{"serve"})
		return cmd.ExecuteContext(ctx)
	}
	if err := serve(t.Context(), io.Discard); !errors.Is(err, store.ErrClaimed) {
		t.Errorf("a second board: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	var out output
	ctx, cancel := context.WithCancel(t.Context())
	var serving sync.WaitGroup
	defer serving.Wait()
	defer cancel()
	serving.Go(func() {
		if err := serve(ctx, &out); err != nil {
			t.Errorf("a board after the first has ended: %v", err)
		}
	})
	eventually(t, "it serves", func() bool {
		_, address, printed := strings.Cut(out.String(), " serves on ")
		if !printed {
			return false
		}
		address, _, printed = strings.Cut(address, "\n")
		return printed && fetch(t, address+"healthz") != ""
	})
}

// The whole board on a database: what an admin makes outlives a restart.
func TestWhatIsInTheDatabaseOutlivesTheBoard(t *testing.T) {
	storetest.Need(t)
	s := settings.Settings{Access: settings.AccessAccounts, DataDir: t.TempDir()}
	l := openLodge(t, s)
	address := l.signedIn("ann").link("900487914", url.Values{})
	l.stop()
	l = openLodgeWith(t, s, nil)
	if all, err := l.db.Shares(t.Context()); err != nil || len(all) != 1 || address == "" {
		t.Errorf("%d links, error %v", len(all), err)
	}
}
