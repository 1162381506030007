package store

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/web/store/storetest"
)

// joined opens what stands for a folder as one of several boards.
func joined(t *testing.T, dir, name string) *DB {
	t.Helper()
	d := openDB(t, dir)
	if _, err := d.Join(t.Context(), name, clusterSecret); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestEachInstanceHasANumberOfItsOwnAcrossRestarts(t *testing.T) {
	dir := t.TempDir()
	d := openDB(t, dir)
	for _, c := range []struct {
		name string
		want int64
	}{{"a", 1}, {"b", 2}, {"a", 1}, {"c", 3}} {
		if got, err := d.number(t.Context(), c.name, ""); err != nil || got != c.want {
			t.Errorf("%s has %d, want %d, error %v", c.name, got, c.want, err)
		}
	}
	if _, err := d.run(t.Context(), quiet, "DELETE FROM instance WHERE name = 'b'"); err != nil {
		t.Fatal(err)
	}
	if got, err := d.number(t.Context(), "d", ""); err != nil || got != 2 {
		t.Errorf("one that takes the place of another has %d, error %v", got, err)
	}
	// All that are left are taken, 4 the longest ago; but the board that joined first runs still.
	if _, err := d.run(t.Context(), quiet, "INSERT INTO instance_run (instance, started_at, seen_at) SELECT name, 0, 1 FROM instance"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.run(t.Context(), quiet, "INSERT INTO instance (name, number, joined_at, proof) SELECT 'n' || n, n, n, '' FROM (SELECT 4 + 32 * tens.number + ones.number AS n FROM ("+
		numbers(32)+") tens, ("+numbers(32)+") ones) numbered WHERE n < $1", mostInstances); err != nil {
		t.Fatal(err)
	}
	if got, err := d.number(t.Context(), "one more", ""); err != nil || got != 4 {
		t.Errorf("when all are taken it has %d, error %v", got, err)
	}
	if _, err := d.Join(t.Context(), "", clusterSecret); err == nil {
		t.Error("one without a name joins")
	}
}

func TestInstancesShareADatabaseThatABoardAloneDoesNot(t *testing.T) {
	storetest.Need(t)
	dir := t.TempDir()
	a, b := joined(t, dir, "a"), joined(t, dir, "b")
	if err := openDB(t, dir).Claim(t.Context()); !errors.Is(err, ErrClaimed) {
		t.Errorf("a board alone beside them: %v", err)
	}
	twin := openDB(t, dir)
	if _, err := twin.Join(t.Context(), "a", clusterSecret); !errors.Is(err, ErrNamed) {
		t.Errorf("another one of the same name: %v", err)
	}
	if _, err := twin.Join(t.Context(), "c", clusterSecret); err != nil { // what was claimed in vain is not held
		t.Error(err)
	}
	if err := errors.Join(a.Close(), b.Close(), twin.Close()); err != nil {
		t.Fatal(err)
	}
	alone := openDB(t, dir)
	if err := alone.Claim(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := openDB(t, dir).Join(t.Context(), "a", clusterSecret); !errors.Is(err, ErrClaimed) {
		t.Errorf("an instance beside a board alone: %v", err)
	}
}

// going is an occurrence that goes on, of a meeting that is its number.
func going(n int) Occurrence {
	o := occurrence(n)
	o.Ended, o.Left = time.Time{}, time.Time{}
	return o
}

func TestAnInstanceThatStartsInterruptsOnlyWhatItHadInHand(t *testing.T) {
	dir := t.TempDir()
	alone := openDB(t, dir)
	put(t, alone, TimelineBatch{Occurrences: []Occurrence{going(1)}})
	a, b := joined(t, dir, "a"), joined(t, dir, "b")
	seen := noon.Add(10 * time.Hour)
	put(t, a, TimelineBatch{Run: noon, Seen: seen, Occurrences: []Occurrence{going(2), going(3)}})
	put(t, b, TimelineBatch{Run: noon, Seen: seen.Add(time.Hour), Occurrences: []Occurrence{going(4)}})
	taken := going(3)
	taken.Until = taken.Until.Add(time.Minute)
	put(t, b, TimelineBatch{Run: noon, Seen: seen.Add(time.Hour), Occurrences: []Occurrence{taken}}) // b goes on with it

	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	a = joined(t, dir, "a")
	i, err := a.Interrupt(t.Context())
	if err != nil || !i.Stopped.Equal(seen) || i.LastID != 4 || len(i.Occurrences) != 2 || i.Occurrences[0].ID != 1 || i.Occurrences[1].ID != 2 || !i.Occurrences[1].Left.Equal(seen) {
		t.Errorf("%+v, error %v", i, err)
	}
	for id, left := range map[int64]bool{1: true, 2: true, 3: false, 4: false} {
		if o, err := b.Occurrence(t.Context(), id); err != nil || o.Left.IsZero() == left {
			t.Errorf("occurrence %d: %+v, error %v", id, o, err)
		}
	}
	if err := errors.Join(a.Close(), b.Close()); err != nil {
		t.Fatal(err)
	}
	// A board that is alone goes on with what the instances had.
	if i, err := openDB(t, dir).Interrupt(t.Context()); err != nil || len(i.Occurrences) != 4 || !i.Occurrences[3].Left.Equal(seen.Add(time.Hour)) {
		t.Errorf("alone: %+v, error %v", i, err)
	}
}

func TestAnInstanceFindsWithWhatAMeetingGoesOn(t *testing.T) {
	dir := t.TempDir()
	a, b := joined(t, dir, "a"), joined(t, dir, "b")
	earlier, now, gone, recent := going(1), going(2), going(3), going(4)
	earlier.ConfID = now.ConfID
	gone.Left, recent.Left = noon, noon.Add(time.Hour)
	put(t, a, TimelineBatch{Occurrences: []Occurrence{earlier, now, gone, recent}, Entries: []TimelineEntry{told(2, 7, noon), told(2, 6, noon)}})
	found, err := b.Going(t.Context(), []conference.ConfID{now.ConfID, gone.ConfID, recent.ConfID, "900999999"}, noon.Add(time.Minute))
	if err != nil || len(found) != 2 || found[0] != (Going{now, 7}) || found[1] != (Going{recent, 0}) {
		t.Errorf("%+v, error %v", found, err)
	}
}

func TestMeetingsThatHadNotEndedAreKnown(t *testing.T) {
	d := joined(t, t.TempDir(), "a")
	now, again, ended, long, recent := going(1), going(2), occurrence(3), going(4), going(5)
	again.ConfID, again.Ended = now.ConfID, noon // its newest occurrence has ended
	long.Left, recent.Left = noon, noon.Add(time.Hour)
	other := going(6)
	put(t, d, TimelineBatch{Occurrences: []Occurrence{now, again, ended, long, recent, other}})
	if ids, err := d.Unended(t.Context(), noon.Add(time.Minute)); err != nil || !slices.Equal(ids, []conference.ConfID{recent.ConfID, other.ConfID}) {
		t.Errorf("%v, error %v", ids, err)
	}
}

func TestWhatWasSeenLaterIsNotTakenBack(t *testing.T) {
	dir := t.TempDir()
	a, b := joined(t, dir, "a"), joined(t, dir, "b")
	late, now := going(1), going(1)
	now.Title, now.Until = "As it is now", late.Until.Add(time.Second)
	put(t, b, TimelineBatch{Occurrences: []Occurrence{now}, Entries: []TimelineEntry{told(1, 2, noon)}})
	put(t, a, TimelineBatch{Occurrences: []Occurrence{late}, Entries: []TimelineEntry{told(1, 1, noon), told(1, 2, noon.Add(time.Hour))}})
	if o, err := a.Occurrence(t.Context(), 1); err != nil || o != now {
		t.Errorf("%+v, error %v", o, err)
	}
	if all, err := a.EntriesAfter(t.Context(), 1, 0, 9); err != nil || len(all) != 2 || all[1] != told(1, 2, noon) {
		t.Errorf("%+v, error %v", all, err)
	}
}

func TestWhatAnInstanceThatIsGoneHadInHandLeaves(t *testing.T) {
	dir := t.TempDir()
	a, b := joined(t, dir, "a"), joined(t, dir, "b")
	put(t, a, TimelineBatch{Run: noon, Seen: noon.Add(5 * time.Hour), Occurrences: []Occurrence{going(1)}})
	put(t, b, TimelineBatch{Run: noon, Seen: noon.Add(9 * time.Hour), Occurrences: []Occurrence{going(2)}})
	prune(t, b, TimelineLimits{Before: noon, Personal: noon, Gone: noon.Add(8 * time.Hour)})
	if o, err := b.Occurrence(t.Context(), 1); err != nil || !o.Left.Equal(noon.Add(5*time.Hour)) || !o.Until.Equal(noon.Add(5*time.Hour)) {
		t.Errorf("of the one that is gone: %+v, error %v", o, err)
	}
	if o, err := b.Occurrence(t.Context(), 2); err != nil || !o.Left.IsZero() {
		t.Errorf("of the one that is there: %+v, error %v", o, err)
	}
	// It comes back: it had only lost its database.
	back := going(1)
	back.Until = noon.Add(10 * time.Hour)
	put(t, a, TimelineBatch{Run: noon, Seen: noon.Add(10 * time.Hour), Occurrences: []Occurrence{back}})
	if o, err := b.Occurrence(t.Context(), 1); err != nil || !o.Left.IsZero() {
		t.Errorf("of the one that is back: %+v, error %v", o, err)
	}
}

func TestOneAtATimePrunes(t *testing.T) {
	storetest.Need(t)
	dir := t.TempDir()
	a, b := joined(t, dir, "a"), joined(t, dir, "b")
	put(t, a, TimelineBatch{Entries: []TimelineEntry{told(1, 1, noon)}})
	limits := TimelineLimits{Before: noon.Add(time.Hour), Personal: noon}
	begun, err := a.sql.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if alone, err := a.alone(t.Context(), tx{begun, new([]Kind)}); err != nil || !alone {
		t.Fatal(alone, err)
	}
	if more, _, err := b.PruneTimelines(t.Context(), limits); err != nil || more {
		t.Errorf("more %v, error %v", more, err)
	}
	if all, err := b.EntriesAfter(t.Context(), 1, 0, 9); err != nil || len(all) != 1 {
		t.Errorf("while another is at it: %d entries, error %v", len(all), err)
	}
	if err := begun.Rollback(); err != nil {
		t.Fatal(err)
	}
	prune(t, b, limits)
	if all, err := b.EntriesAfter(t.Context(), 1, 0, 9); err != nil || len(all) != 0 {
		t.Errorf("afterwards: %d entries, error %v", len(all), err)
	}
}

// The server has made a change of which its answer did not come: nobody knows, it is made again, and nothing is there twice.
func TestAChangeWhoseAnswerIsLostIsNotMadeTwice(t *testing.T) {
	storetest.Need(t)
	dir := t.TempDir()
	server, w := storetest.Detour(t, schemaOf(t, dir).URL)
	d := opened(t, func() (*DB, error) { return OpenServer(t.Context(), Server{URL: server}) })
	beside := openDB(t, dir)
	batch := TimelineBatch{Run: noon, Seen: noon, Occurrences: []Occurrence{going(1)}, Entries: []TimelineEntry{told(1, 1, noon), told(1, 2, noon)}}
	before, err := beside.Editions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(context.Context) error{
		"a batch of timelines": func(ctx context.Context) error { return d.PutTimelines(ctx, batch) },
		"a link":               func(ctx context.Context) error { return d.AddShare(ctx, share(1)) },
	} {
		made := w.Swallow("COMMIT")
		if err := change(t.Context()); !errors.Is(err, ErrNoWrite) {
			t.Errorf("%s: %v", name, err)
		}
		<-made
		w.Open()
		if err := change(t.Context()); err != nil && !errors.Is(err, ErrExists) {
			t.Errorf("%s again: %v", name, err)
		}
	}
	if all, err := beside.EntriesAfter(t.Context(), 1, 0, 9); err != nil || len(all) != 2 {
		t.Errorf("%d entries, error %v", len(all), err)
	}
	if all, err := beside.Shares(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("%d links, error %v", len(all), err)
	}
	if after, err := beside.Editions(t.Context()); err != nil || after[KindLinks] == before[KindLinks] {
		t.Errorf("of links there are the editions %v and %v, error %v", before[KindLinks], after[KindLinks], err)
	}
}

func TestEveryChangeMakesAnotherEditionOfItsKind(t *testing.T) {
	dir := t.TempDir()
	d, beside := openDB(t, dir), openDB(t, dir)
	var heard []Kind
	d.Tell(func(k Kind) { heard = append(heard, k) })
	id := conference.ConfID("900487914")
	silence := silenceOf(id, conference.Cause{Rule: conference.NoHost}, nil)
	wall := Wall{Wall: conference.Wall{ID: "w"}, Digest: "w"}
	for _, c := range []struct {
		name   string
		change func(ctx context.Context) error
		kind   Kind
	}{
		{"an account is made", func(ctx context.Context) error { return d.AddAccount(ctx, Account{Name: "ann"}) }, KindAccounts},
		{"its role is set", func(ctx context.Context) error { return d.SetRole(ctx, "ann", "admin", noon) }, KindAccounts},
		{"its password is set", func(ctx context.Context) error { return d.SetPassword(ctx, "ann", "x", noon) }, KindAccounts},
		{"somebody signs in", func(ctx context.Context) error { return d.PutSession(ctx, Session{Digest: "s", Account: "ann"}) }, KindAccounts},
		{"a session is used", func(ctx context.Context) error { return d.UseSession(ctx, "s", noon) }, quiet},
		{"somebody signs out", func(ctx context.Context) error { return d.RemoveSession(ctx, "s") }, KindAccounts},
		{"somebody signs out who had", func(ctx context.Context) error { return d.RemoveSession(ctx, "s") }, quiet},
		{"an admin signs in", func(ctx context.Context) error { return d.PutSession(ctx, Session{Digest: "t"}) }, KindAdmins},
		{"an admin signs out", func(ctx context.Context) error { return d.RemoveSession(ctx, "t") }, KindAdmins},
		{"a token is made", func(ctx context.Context) error { return d.AddToken(ctx, Token{Name: "x"}) }, KindAccounts},
		{"a token is removed", func(ctx context.Context) error { return d.RemoveToken(ctx, "x") }, KindAccounts},
		{"an account is removed", func(ctx context.Context) error { return d.RemoveAccount(ctx, "ann") }, KindAccounts},
		{"somebody signs in at a provider", func(ctx context.Context) error { return d.PutOIDCSession(ctx, OIDCSession{Digest: "o"}) }, KindProviders},
		{"and signs out", func(ctx context.Context) error { return d.RemoveOIDCSession(ctx, "o") }, KindProviders},
		{"a link is made", func(ctx context.Context) error { return d.AddShare(ctx, share(1)) }, KindLinks},
		{"a link is seen", func(ctx context.Context) error {
			return d.UpdateShares(ctx, []conference.Share{{ID: "id-1", Seen: noon}})
		}, quiet},
		{"a link is revoked", func(ctx context.Context) error {
			return d.UpdateShares(ctx, []conference.Share{{ID: "id-1", Revoked: noon, Seen: noon}})
		}, KindLinks},
		{"again", func(ctx context.Context) error {
			return d.UpdateShares(ctx, []conference.Share{{ID: "id-1", Revoked: noon.Add(1)}})
		}, quiet},
		{"a wall is made", func(ctx context.Context) error { return d.AddWall(ctx, wall) }, KindWalls},
		{"a wall is changed", func(ctx context.Context) error { return d.UpdateWall(ctx, wall) }, KindWalls},
		{"a wall is seen", func(ctx context.Context) error { return d.SeeWall(ctx, wall.Wall) }, KindWalls},
		{"a wall is removed", func(ctx context.Context) error { return d.RemoveWall(ctx, "w") }, KindWalls},
		{"something is silenced", func(ctx context.Context) error { return d.PutSilence(ctx, silence) }, KindSilences},
		{"a silence is ended", func(ctx context.Context) error {
			return d.EndSilence(ctx, EndedSilence{id, silence.Cause, "bob"}, noon)
		}, KindSilences},
		{"one that is not there", func(ctx context.Context) error { return d.RemoveSilence(ctx, id, silence.Cause, noon) }, quiet},
		{"a rule is changed", func(ctx context.Context) error {
			return d.PutLimit(ctx, Limit{Rule: "noHost", Edit: Edit{Revision: 1}})
		}, KindRules},
		{"a profile is made", func(ctx context.Context) error {
			return d.PutProfile(ctx, Profile{ID: "p", Edit: Edit{Revision: 1}})
		}, KindRules},
		{"profiles are put in order", func(ctx context.Context) error { return d.OrderProfiles(ctx, []string{"p"}) }, KindRules},
		{"a profile is removed", func(ctx context.Context) error { return d.RemoveProfile(ctx, "p", 1) }, KindRules},
		{"timelines are written", func(ctx context.Context) error {
			return d.PutTimelines(ctx, TimelineBatch{Occurrences: []Occurrence{going(1)}})
		}, quiet},
	} {
		before, err := beside.Editions(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		heard = nil
		if err := c.change(t.Context()); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		after, err := beside.Editions(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range []Kind{KindAccounts, KindProviders, KindAdmins, KindLinks, KindWalls, KindSilences, KindRules, KindMeetings} {
			if told := len(heard) == 1 && heard[0] == k; (before[k] != after[k]) != (k == c.kind) || told != (k == c.kind) || len(heard) > 1 {
				t.Errorf("%s: another edition of %s: %v, heard of %v", c.name, k, before[k] != after[k], heard)
			}
		}
	}
	if all, err := d.EndedSilences(t.Context()); err != nil || len(all) != 1 || all[0] != (EndedSilence{id, silence.Cause, "bob"}) {
		t.Errorf("ended by hand: %+v, error %v", all, err)
	}
	if all, err := d.Silences(t.Context(), noon); err != nil || len(all) != 0 {
		t.Errorf("in force: %+v, error %v", all, err)
	}
	if err := d.ForgetNews(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if left, err := d.Editions(t.Context()); err != nil || len(left) > 0 {
		t.Errorf("after long there are %v, error %v", left, err)
	}
}

func TestAnAdminTokenIsUsedOnce(t *testing.T) {
	dir := t.TempDir()
	a, b := joined(t, dir, "a"), joined(t, dir, "b")
	for used := range int64(3) {
		for _, d := range []*DB{a, b} {
			if n, err := d.AdminToken(t.Context()); err != nil || n != used {
				t.Errorf("%d were used, want %d, error %v", n, used, err)
			}
		}
		if err := a.UseAdminToken(t.Context(), used); err != nil {
			t.Error(err)
		}
		if err := b.UseAdminToken(t.Context(), used); !errors.Is(err, ErrNotFound) {
			t.Errorf("the same again: %v", err)
		}
	}
}

func TestWhatWasClaimedIsClaimedAgainAfterTheServerWasAway(t *testing.T) {
	storetest.Need(t)
	dir := t.TempDir()
	server, w := storetest.Detour(t, schemaOf(t, dir).URL)
	a := opened(t, func() (*DB, error) { return OpenServer(t.Context(), Server{URL: server}) })
	if _, err := a.Join(t.Context(), "a", clusterSecret); err != nil {
		t.Fatal(err)
	}
	if err := a.Reclaim(t.Context()); err != nil {
		t.Errorf("while nothing is lost: %v", err)
	}
	w.Cut()
	if err := a.Reclaim(t.Context()); !errors.Is(err, ErrNoWrite) {
		t.Errorf("while the server is away: %v", err)
	}
	twin := joined(t, dir, "a") // nobody has the name
	w.Open()
	if err := a.Reclaim(t.Context()); !errors.Is(err, ErrNamed) {
		t.Errorf("when another has taken the name: %v", err)
	}
	if err := twin.Close(); err != nil {
		t.Fatal(err)
	}
	if err := a.Reclaim(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := openDB(t, dir).Join(t.Context(), "a", clusterSecret); !errors.Is(err, ErrNamed) {
		t.Errorf("when it is claimed again: %v", err)
	}
}

func TestInstancesHaveOneSecret(t *testing.T) {
	dir := t.TempDir()
	a, b := joined(t, dir, "a"), openDB(t, dir)
	now := time.Now()
	put(t, a, TimelineBatch{Run: now.Add(-time.Hour), Seen: now})
	other := conference.NewSecret("another one of thirty-two characters")
	if _, err := b.Join(t.Context(), "b", other); !errors.Is(err, ErrSecret) {
		t.Errorf("with another secret: %v", err)
	}
	if _, err := b.Join(t.Context(), "b", clusterSecret); err != nil {
		t.Errorf("with the same: %v", err)
	}
	if _, err := a.run(t.Context(), quiet, "UPDATE instance_run SET seen_at = $1", ms(now.Add(-time.Hour))); err != nil {
		t.Fatal(err)
	}
	if _, err := openDB(t, dir).Join(t.Context(), "c", other); err != nil {
		t.Errorf("with another secret when the others have been stopped: %v", err)
	}
}
