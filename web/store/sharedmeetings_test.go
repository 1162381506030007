package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
)

var clusterSecret = conference.NewSecret("Hush-3f9c1b7a5d2e8640c7b1a9f3e5d70628")

func sharedMeetings(t *testing.T, d *DB, secret conference.Secret) *SharedMeetings {
	t.Helper()
	s, err := d.SharedMeetings(secret)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func byHand(n int) Meeting {
	return Meeting{ConfID: conference.ConfID(fmt.Sprint(900000000 + n)), HostPassword: conference.NewSecret(fmt.Sprint("Hush-", n)), Name: "Budget 预算", Group: "North", Added: noon.Add(time.Duration(-n) * time.Second)}
}

// equal compares what secrets do not let be compared.
func equal(a, b Meeting) bool {
	same := a.HostPassword.Reveal() == b.HostPassword.Reveal()
	a.HostPassword, b.HostPassword = conference.Secret{}, conference.Secret{}
	return same && a == b
}

func TestMeetingsAddedByHandAreKeptForAllBoards(t *testing.T) {
	dir := t.TempDir()
	d := openDB(t, dir)
	a, b := sharedMeetings(t, d, clusterSecret), sharedMeetings(t, openDB(t, dir), clusterSecret)
	first, second, third := byHand(1), byHand(2), byHand(3)
	third.HostPassword = conference.Secret{} // it is to be found elsewhere
	for _, m := range []Meeting{first, second, third} {
		if err := a.Put(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	first.Name, first.HostPassword, first.Added = "Other", conference.NewSecret("Hush-other"), noon
	if err := b.Put(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if err := b.Delete(t.Context(), second.ConfID); err != nil {
		t.Fatal(err)
	}
	if err := a.Delete(t.Context(), second.ConfID); !errors.Is(err, ErrNotFound) {
		t.Errorf("one that there is not: %v", err)
	}
	if err := a.Put(t.Context(), Meeting{ConfID: "no such ID"}); !errors.Is(err, ErrInvalid) {
		t.Errorf("nonsense: %v", err)
	}
	all, err := a.Read(t.Context())
	if err != nil || !slices.EqualFunc(all, []Meeting{first, third}, equal) {
		t.Errorf("%+v, error %v", all, err)
	}
	var kept string
	if err := d.sql.QueryRow("SELECT password FROM meeting_by_hand WHERE conf_id = $1", string(first.ConfID)).Scan(&kept); err != nil || kept == "" || strings.Contains(kept, "Hush") {
		t.Errorf("the password is kept as %q, error %v", kept, err)
	}
	if _, err := a.Import(t.Context(), []Meeting{byHand(9)}); !errors.Is(err, ErrThere) {
		t.Errorf("import beside others: %v", err)
	}
}

func TestAPasswordOpensOnlyWithTheSecretOfTheBoards(t *testing.T) {
	d := openDB(t, t.TempDir())
	s := sharedMeetings(t, d, clusterSecret)
	if n, err := s.Import(t.Context(), []Meeting{byHand(1), byHand(2)}); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	other := sharedMeetings(t, d, conference.NewSecret("another one of thirty-two characters"))
	if _, err := other.Read(t.Context()); !errors.Is(err, ErrSealed) || strings.Contains(err.Error(), "Hush") {
		t.Errorf("with another secret: %v", err)
	}
	// Nor can one be moved to another meeting.
	if _, err := d.sql.Exec("UPDATE meeting_by_hand SET password = (SELECT password FROM meeting_by_hand WHERE place = 1)"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Read(t.Context()); !errors.Is(err, ErrSealed) {
		t.Errorf("moved: %v", err)
	}
	if _, err := d.SharedMeetings(conference.Secret{}); err == nil {
		t.Error("they are kept without a secret")
	}
}

func TestThereIsAMostOfMeetings(t *testing.T) {
	d := openDB(t, t.TempDir())
	s := sharedMeetings(t, d, clusterSecret)
	var all []Meeting
	for n := range 20 {
		all = append(all, byHand(n))
	}
	if _, err := s.Import(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	if _, err := d.sql.Exec("INSERT INTO meeting_by_hand (conf_id, place, password, name, grp, added_at) SELECT conf_id || '-' || m.number, place, '', '', '', 0 FROM meeting_by_hand, (" +
		numbers(MaxMeetings/20-1) + ") m"); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), byHand(21)); !errors.Is(err, ErrFull) {
		t.Errorf("one too many: %v", err)
	}
	if err := s.Put(t.Context(), byHand(1)); err != nil {
		t.Errorf("one in the place of another: %v", err)
	}
}

// numbers is a table of the numbers up to n.
func numbers(n int) string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf("SELECT %d AS number", i)
	}
	return strings.Join(rows, " UNION ALL ")
}
