package app

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/handlers"
	"confboard/web/access"
	"confboard/web/live"
	"confboard/web/settings"
	"confboard/web/store"
)

// watched is a cloud that notes what it is told.
type watched struct {
	mu       sync.Mutex
	meetings map[conference.ConfID]huawei.Meeting
	retried  []conference.ConfID
	asked    int
	err      error
}

func (w *watched) Watch(m huawei.Meeting) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.meetings[m.ConfID] = m
	}
	return w.err
}

func (w *watched) Unwatch(id conference.ConfID, origin conference.Origin) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.meetings[id].Origin != origin {
		return huawei.ErrUnknown
	}
	delete(w.meetings, id)
	return nil
}

func (w *watched) Discover() { w.asked++ }

func (w *watched) Retry(id conference.ConfID) error {
	w.mu.Lock()
	defer w.mu.Unlock()
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
	k, err := newKeeper(t.Context(), w, ownFile{stored}, []huawei.Meeting{{ConfID: "900000001"}})
	if err != nil {
		t.Fatal(err)
	}
	return k, w, stored
}

func TestAKeptMeetingIsWatchedAfterARestart(t *testing.T) {
	folder := t.TempDir()
	k, w, _ := keeping(t, folder)
	m := handlers.Meeting{ConfID: "900487914", HostPassword: conference.NewSecret("135790"), Name: "Budget", Group: "Nord"}
	if replaced, err := k.Add(t.Context(), m); err != nil || replaced {
		t.Fatal(replaced, err)
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
	if _, err := k.Add(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	added := func(m handlers.Meeting) error {
		_, err := k.Add(t.Context(), m)
		return err
	}
	listed := m
	listed.ConfID = "900000001"
	for name, c := range map[string]struct{ got, want error }{
		"a meeting of the settings":            {added(listed), handlers.ErrListed},
		"removing a meeting of the settings":   {k.Remove(t.Context(), "900000001"), handlers.ErrNotByHand},
		"removing a meeting that is not there": {k.Remove(t.Context(), "900000009"), handlers.ErrNotByHand},
		"retrying a meeting that is not there": {k.Retry(t.Context(), "900000009"), handlers.ErrUnknown},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	w.err = errors.New("not watched")
	other, again := m, m
	other.ConfID, again.Name = "900000002", "Other"
	for _, cannot := range []handlers.Meeting{other, again} {
		if err := added(cannot); !errors.Is(err, w.err) || len(stored.List()) != 1 || stored.List()[0].Name != "" {
			t.Errorf("a meeting that cannot be watched: %v, stored %v", err, stored.List())
		}
	}
}

// A meeting with a wrong password is corrected by adding it again.
func TestAMeetingAddedAgainIsReplaced(t *testing.T) {
	folder := t.TempDir()
	k, w, stored := keeping(t, folder)
	m := handlers.Meeting{ConfID: "900487914", HostPassword: conference.NewSecret("wrong"), Name: "Budget"}
	if _, err := k.Add(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if replaced, err := k.Add(t.Context(), m); err != nil || !replaced || len(w.retried) != 1 {
		t.Errorf("the same again: replaced %v, %v, retried %v; want one retry", replaced, err, w.retried)
	}
	m.HostPassword, m.Name = conference.NewSecret("right"), ""
	if replaced, err := k.Add(t.Context(), m); err != nil || !replaced || len(w.retried) != 1 {
		t.Errorf("another password: replaced %v, %v, retried %v; want no retry but the cloud's own", replaced, err, w.retried)
	}
	for range 2 {
		if got := w.meetings["900487914"]; got.HostPassword.Reveal() != "right" || got.Name != "" || len(stored.List()) != 1 {
			t.Errorf("watched %+v, stored %v", got, stored.List())
		}
		_, w, stored = keeping(t, folder)
	}
}

func TestAnAdminCanAskForTheList(t *testing.T) {
	k, w, _ := keeping(t, t.TempDir())
	k.Discover()
	if w.asked != 1 {
		t.Errorf("the cloud was told %d times", w.asked)
	}
}

func TestAMeetingThatCannotBeStoredIsNotWatched(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	k, w, _ := keeping(t, folder)
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	_, err := k.Add(t.Context(), handlers.Meeting{ConfID: "900487914", HostPassword: conference.NewSecret("Hush-1")})
	if !errors.Is(err, handlers.ErrNotStored) || len(w.meetings) != 0 || strings.Contains(fmt.Sprint(err), "Hush") {
		t.Errorf("%v, watched %v", err, w.meetings)
	}
}

func TestAdminsActAtTheSameTime(t *testing.T) {
	k, _, stored := keeping(t, t.TempDir())
	var all sync.WaitGroup
	var fresh atomic.Int32
	for range 8 {
		all.Go(func() {
			replaced, err := k.Add(t.Context(), handlers.Meeting{ConfID: "900487914", HostPassword: conference.NewSecret("x")})
			if err != nil {
				t.Error(err)
			}
			if !replaced {
				fresh.Add(1)
			}
		})
	}
	all.Wait()
	if n := fresh.Load(); n != 1 || len(stored.List()) != 1 {
		t.Errorf("added %d times, stored %v", n, stored.List())
	}
}

func TestTheAdminTokenReachesTheOperatorOnly(t *testing.T) {
	folder := t.TempDir()
	var stdout, log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	e, err := newEntrance(t.Context(), settings.Settings{Access: settings.AccessOpen, DataDir: folder}, live.NewHub(live.Options{}), &tokenDesk{stdout: &stdout, folder: folder}, logger)
	if err == nil {
		err = e.close()
	}
	if err != nil {
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
	if entries, _ := filepath.Glob(filepath.Join(folder, adminTokenFile+"*")); len(entries) != 1 {
		t.Errorf("left in the folder: %v", entries)
	}
}

// In a demonstration there is no file for the next token, and an admin may sign in more than once.
func TestWithoutAFolderEveryAdminTokenIsPrinted(t *testing.T) {
	var stdout bytes.Buffer
	admins, err := access.NewAdmin(t.Context(), access.Config{Issue: (&tokenDesk{stdout: &stdout}).issue})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
		_, token, _ := strings.Cut(lines[len(lines)-1], ": ")
		w, r := httptest.NewRecorder(), httptest.NewRequest("POST", "/feed/sign-in", nil)
		if _, ok, _ := admins.SignIn(w, r, "192.0.2.1", conference.NewSecret(token)); !ok {
			t.Fatalf("sign-in %d with the token printed last failed; printed %q", i+1, lines)
		}
	}
}
