package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
)

const password = "hush-135790"

var added = time.Date(2026, 3, 9, 10, 0, 0, 5, time.FixedZone("", 8*3600))

func meeting(id conference.ConfID) Meeting {
	return Meeting{ConfID: id, HostPassword: conference.NewSecret(password), Name: "Board", Group: "管理层", Added: added}
}

func mustOpen(t *testing.T, dir string) *Meetings {
	t.Helper()
	m, err := OpenMeetings(dir)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func mustPut(t *testing.T, m *Meetings, meetings ...Meeting) {
	t.Helper()
	for _, meeting := range meetings {
		if err := m.Put(meeting); err != nil {
			t.Fatal(err)
		}
	}
}

// ids are the meetings in their order.
func ids(m *Meetings) string {
	var list []string
	for _, meeting := range m.List() {
		list = append(list, string(meeting.ConfID))
	}
	return strings.Join(list, " ")
}

func TestWhatWasPutIsThereWhenTheFileIsOpenedAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there")
	m := mustOpen(t, dir)
	if len(m.List()) > 0 {
		t.Errorf("a new file has %v", m.List())
	}
	odd := Meeting{ConfID: "2", HostPassword: conference.NewSecret(`"<\&>` + "\u2028"), Name: "<b>", Added: added}
	mustPut(t, m, meeting("1"), odd, meeting("3"), Meeting{ConfID: "4"})

	renamed := meeting("1")
	renamed.Name = "Renamed"
	mustPut(t, m, renamed)
	if err := m.Delete("3"); err != nil {
		t.Fatal(err)
	}

	for when, m := range map[string]*Meetings{"before": m, "after": mustOpen(t, dir)} {
		list := m.List()
		if ids(m) != "1 2 4" || len(m.Notices()) > 0 {
			t.Fatalf("%s opening again: meetings %s, notices %v", when, ids(m), m.Notices())
		}
		for i, want := range []Meeting{renamed, odd, {ConfID: "4"}} {
			got := list[i]
			if got.HostPassword.Reveal() != want.HostPassword.Reveal() || got.Name != want.Name || got.Group != want.Group || !got.Added.Equal(want.Added) {
				t.Errorf("%s opening again: got %+v with password %q, want %+v", when, got, got.HostPassword.Reveal(), want)
			}
		}
	}
}

func TestTheFileIsTheOwnersAloneAndReadable(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	m := mustOpen(t, dir)
	mustPut(t, m, meeting("900487914"))
	content, err := os.ReadFile(m.file.name)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{
  "schema": 1,
  "meetings": [
    {
      "confID": "900487914",
      "hostPassword": "hush-135790",
      "name": "Board",
      "group": "管理层",
      "added": "2026-03-09T02:00:00.000000005Z"
    }
  ]
}
`
	if string(content) != want || filepath.Base(m.file.name) != "meetings-by-hand.json" {
		t.Errorf("%s has\n%s", m.file.name, content)
	}
	for name, want := range map[string]os.FileMode{dir: 0o700, m.file.name: 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, error %v", name, info.Mode(), err)
		}
	}
}

func TestWhatCannotBeKeptIsRefused(t *testing.T) {
	m := mustOpen(t, t.TempDir())
	for name, spoil := range map[string]func(*Meeting){
		"no ID":                            func(m *Meeting) { m.ConfID = "" },
		"an ID that is a path":             func(m *Meeting) { m.ConfID = "../1" },
		"a password of two lines":          func(m *Meeting) { m.HostPassword = conference.NewSecret(password + "\n") },
		"a password that is no text":       func(m *Meeting) { m.HostPassword = conference.NewSecret(password + "\xff") },
		"a password without end":           func(m *Meeting) { m.HostPassword = conference.NewSecret(strings.Repeat(password, 100)) },
		"a name of two lines":              func(m *Meeting) { m.Name = "a\nb" },
		"a group without end":              func(m *Meeting) { m.Group = strings.Repeat("長", 201) },
		"a time that RFC 3339 cannot tell": func(m *Meeting) { m.Added = added.AddDate(10000, 0, 0) },
	} {
		spoilt := meeting("1")
		spoil(&spoilt)
		if err := m.Put(spoilt); !errors.Is(err, ErrInvalid) || strings.Contains(err.Error(), password) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	longest := meeting("1")
	longest.Group = strings.Repeat("長", 200)
	mustPut(t, m, longest)
}

func TestOnlyWhatIsThereCanBeDeleted(t *testing.T) {
	m := mustOpen(t, t.TempDir())
	mustPut(t, m, meeting("1"))
	if err := m.Delete("2"); !errors.Is(err, ErrNotFound) || ids(m) != "1" {
		t.Errorf("error %v, meetings %s", err, ids(m))
	}
}

func TestThereIsAnEndToWhatCanBeAdded(t *testing.T) {
	dir := t.TempDir()
	full := make([]Meeting, MaxMeetings)
	for i := range full {
		full[i] = meeting(conference.ConfID(fmt.Sprint(i)))
	}
	content, err := encode(full)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "meetings-by-hand.json"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	m := mustOpen(t, dir)
	if err := m.Put(meeting("more")); !errors.Is(err, ErrFull) || len(m.List()) != MaxMeetings {
		t.Errorf("one more: %v, %d meetings", err, len(m.List()))
	}
	mustPut(t, m, meeting("0"))
	if err := m.Delete("0"); err != nil {
		t.Fatal(err)
	}
	mustPut(t, m, meeting("more"))
}

func TestWhatIsListedBelongsToTheCaller(t *testing.T) {
	m := mustOpen(t, t.TempDir())
	mustPut(t, m, meeting("1"), meeting("2"))
	before := m.List()
	m.List()[0].Name = "changed"
	if err := m.Delete("1"); err != nil {
		t.Fatal(err)
	}
	if before[0].ConfID != "1" || before[0].Name != "Board" || before[1].ConfID != "2" || ids(m) != "2" {
		t.Errorf("list of before %v, now %s", before, ids(m))
	}
}

func TestMeetingsAreChangedAndReadAtTheSameTime(t *testing.T) {
	dir := t.TempDir()
	m := mustOpen(t, dir)
	var writers, readers sync.WaitGroup
	done := make(chan struct{})
	readers.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				m.List()
			}
		}
	})
	for w := range 4 {
		writers.Go(func() {
			for i := range 5 {
				id := conference.ConfID(fmt.Sprintf("%d-%d", w, i))
				if err := m.Put(meeting(id)); err != nil {
					t.Error(err)
				}
				if err := m.Delete(id); i%2 == 1 && err != nil {
					t.Error(err)
				} else if i%2 == 0 {
					if err := m.Put(meeting(id)); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
	if now, again := m.List(), mustOpen(t, dir).List(); len(now) != 4*3 || !slices.EqualFunc(now, again, func(a, b Meeting) bool { return a.ConfID == b.ConfID }) {
		t.Errorf("now %v, in the file %v", now, again)
	}
}

func TestASecretIsNowhereButInTheFile(t *testing.T) {
	m := mustOpen(t, t.TempDir())
	mustPut(t, m, meeting("1"))
	var printed strings.Builder
	for _, value := range []any{m, m.List(), m.List()[0], struct{ hidden Meeting }{m.List()[0]}} {
		fmt.Fprintf(&printed, "%v %+v %#v %s %q %x", value, value, value, value, value, value)
		slog.New(slog.NewTextHandler(&printed, nil)).Info("meetings", "value", value)
		if text, err := json.Marshal(value); err == nil {
			printed.Write(text)
		}
	}
	if text := printed.String(); strings.Contains(text, password) || strings.Contains(text, fmt.Sprintf("%x", password)) || !strings.Contains(text, "HostPassword:***") {
		t.Errorf("printed: %s", text)
	}
}
