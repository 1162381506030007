package app

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/handlers"
	"confboard/web/store"
)

// watched is a cloud that notes what it is told.
type watched struct {
	meetings map[conference.ConfID]huawei.Meeting
	retried  []conference.ConfID
	err      error
}

func (w *watched) Watch(m huawei.Meeting) error {
	if w.err == nil {
		w.meetings[m.ConfID] = m
	}
	return w.err
}

func (w *watched) Unwatch(id conference.ConfID, origin conference.Origin) error {
	if w.meetings[id].Origin != origin {
		return huawei.ErrUnknown
	}
	delete(w.meetings, id)
	return nil
}

func (w *watched) Retry(id conference.ConfID) error {
	if _, ok := w.meetings[id]; !ok {
		return fmt.Errorf("meeting %s: %w", id, huawei.ErrUnknown)
	}
	w.retried = append(w.retried, id)
	return nil
}

// keeping opens the keeper of a folder, as a start of the board does.
func keeping(t *testing.T, folder string) (*keeper, *watched, *store.Meetings) {
	t.Helper()
	stored, err := store.OpenMeetings(folder)
	if err != nil {
		t.Fatal(err)
	}
	w := &watched{meetings: map[conference.ConfID]huawei.Meeting{}}
	k, err := newKeeper(w, stored, []huawei.Meeting{{ConfID: "900000001"}})
	if err != nil {
		t.Fatal(err)
	}
	return k, w, stored
}

func TestAKeptMeetingIsWatchedAfterARestart(t *testing.T) {
	folder := t.TempDir()
	k, w, _ := keeping(t, folder)
	m := handlers.Meeting{ConfID: "900487914", HostPassword: conference.NewSecret("135790"), Name: "Budget", Group: "Nord"}
	if err := k.Add(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got := w.meetings["900487914"]
		if got.HostPassword.Reveal() != "135790" || got.Name != "Budget" || got.Group != "Nord" || got.Origin != conference.ByHand {
			t.Errorf("watched %+v", got)
		}
		k, w, _ = keeping(t, folder)
	}
	if err := k.Retry(t.Context(), "900487914"); err != nil || len(w.retried) != 1 {
		t.Errorf("retry: %v, %v", err, w.retried)
	}
	if err := k.Remove(t.Context(), "900487914"); err != nil || len(w.meetings) != 0 {
		t.Errorf("remove: %v, still watched: %v", err, w.meetings)
	}
	if _, w, _ = keeping(t, folder); len(w.meetings) != 0 {
		t.Errorf("watched after it was removed and the board restarted: %v", w.meetings)
	}
}

func TestWhatAKeeperRefuses(t *testing.T) {
	k, w, stored := keeping(t, t.TempDir())
	m := handlers.Meeting{ConfID: "900487914", HostPassword: conference.NewSecret("135790")}
	if err := k.Add(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	listed := m
	listed.ConfID = "900000001"
	for name, c := range map[string]struct{ got, want error }{
		"a meeting that was added":             {k.Add(t.Context(), m), handlers.ErrExists},
		"a meeting of the settings":            {k.Add(t.Context(), listed), handlers.ErrExists},
		"removing a meeting of the settings":   {k.Remove(t.Context(), "900000001"), handlers.ErrNotByHand},
		"removing a meeting that is not there": {k.Remove(t.Context(), "900000009"), handlers.ErrNotByHand},
		"retrying a meeting that is not there": {k.Retry(t.Context(), "900000009"), handlers.ErrUnknown},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	w.err = errors.New("not watched")
	m.ConfID = "900000002"
	if err := k.Add(t.Context(), m); !errors.Is(err, w.err) || len(stored.List()) != 1 {
		t.Errorf("a meeting that cannot be watched: %v, stored %v", err, stored.List())
	}
}

func TestAMeetingThatCannotBeStoredIsNotWatched(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	k, w, _ := keeping(t, folder)
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	err := k.Add(t.Context(), handlers.Meeting{ConfID: "900487914", HostPassword: conference.NewSecret("Hush-1")})
	if !errors.Is(err, handlers.ErrNotStored) || len(w.meetings) != 0 || strings.Contains(fmt.Sprint(err), "Hush") {
		t.Errorf("%v, watched %v", err, w.meetings)
	}
}

func TestAdminsActAtTheSameTime(t *testing.T) {
	k, _, stored := keeping(t, t.TempDir())
	var all sync.WaitGroup
	added := make(chan error, 8)
	for range 8 {
		all.Go(func() {
			added <- k.Add(t.Context(), handlers.Meeting{ConfID: "900487914", HostPassword: conference.NewSecret("x")})
		})
	}
	all.Wait()
	close(added)
	n := 0
	for err := range added {
		if err == nil {
			n++
		} else if !errors.Is(err, handlers.ErrExists) {
			t.Error(err)
		}
	}
	if n != 1 || len(stored.List()) != 1 {
		t.Errorf("added %d times, stored %v", n, stored.List())
	}
}

func TestTheAdminTokenReachesTheOperatorOnly(t *testing.T) {
	folder := t.TempDir()
	var stdout, log bytes.Buffer
	if _, err := newAdmin(&stdout, folder, "/board", "", slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, adminTokenFile)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	token := strings.TrimSpace(string(content))
	if len(token) < 26 || strings.Count(stdout.String(), token) != 1 || strings.Contains(log.String(), token) {
		t.Errorf("file %q, stdout %q, log %q", content, stdout.String(), log.String())
	}
	desk := &tokenDesk{stdout: &stdout, folder: folder, issued: true}
	if err := desk.issue(conference.NewSecret("NEXT")); err != nil || strings.Contains(stdout.String(), "NEXT") {
		t.Errorf("the next token: %v, on stdout %q", err, stdout.String())
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if content, _ := os.ReadFile(path); string(content) != "NEXT\n" {
		t.Errorf("the file has %q", content)
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 1 {
		t.Errorf("left in the folder: %v", entries)
	}
}
