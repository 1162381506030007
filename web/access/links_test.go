package access

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"confboard/feed/conference"
)

// linkDesk makes links and notes whose pages end.
type linkDesk struct {
	*Links
	store *stored
	mu    sync.Mutex
	over  []string
	log   bytes.Buffer
}

func (d *linkDesk) ended() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.over)
}

func newLinkDesk(t *testing.T, s *stored) *linkDesk {
	t.Helper()
	d := &linkDesk{store: s}
	links, err := NewLinks(context.Background(), LinksConfig{Store: s, Logger: slog.New(slog.NewTextHandler(&d.log, nil)), Ended: func(owner string) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.over = append(d.over, owner)
	}})
	if err != nil {
		t.Fatal(err)
	}
	d.Links = links
	return d
}

func (d *linkDesk) make(t *testing.T, s conference.Share) (string, conference.Share) {
	t.Helper()
	token, made, err := d.Make(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	return token.Reveal(), made
}

func TestALinkOpensUntilItIsRevoked(t *testing.T) {
	dir := t.TempDir()
	d := newLinkDesk(t, newStored(t, dir))
	shows := conference.Shows{Names: true, Layout: true}
	token, made := d.make(t, conference.Share{ConfID: "900487914", Shows: shows, Note: "For Ann", By: "bob"})
	other, _ := d.make(t, conference.Share{ConfID: "900487914"})
	if len(token) < 26 { // of 32 kinds: 130 bits
		t.Errorf("the token %q is too short", token)
	}
	for _, guess := range []string{"", made.ID, token[1:], token + "A"} {
		if _, _, ok := d.Open(guess); ok {
			t.Errorf("%q opens", guess)
		}
	}
	if s, _, ok := d.Open(strings.ToLower(token)); !ok || s.ConfID != "900487914" || s.Shows != shows || s.Seen.IsZero() {
		t.Errorf("%+v, %v", s, ok)
	}
	if list := d.List("900487914"); len(list) != 2 || len(d.List("")) != 2 || len(d.List("1")) != 0 {
		t.Errorf("%+v", list)
	}

	if found, err := d.Revoke(t.Context(), "none"); found || err != nil {
		t.Errorf("no such link: %v, %v", found, err)
	}
	if found, err := d.Revoke(t.Context(), made.ID); !found || err != nil {
		t.Fatal(found, err)
	}
	if got := d.ended(); !slices.Equal(got, []string{shareOwner(made.ID)}) {
		t.Errorf("ended %v", got)
	}
	again := newLinkDesk(t, newStored(t, dir)) // after a restart
	for _, l := range []*linkDesk{d, again} {
		if _, _, ok := l.Open(token); ok || l.Opens(made.ID) {
			t.Error("a revoked link opens")
		}
		if _, _, ok := l.Open(other); !ok {
			t.Error("another link does not open")
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, []byte(token)) || strings.Contains(d.log.String(), token) {
			t.Errorf("%s or the log has the token", file)
		}
	}
}

func TestALinkThatCannotBeStoredIsNotMadeAndOneThatIsRevokedEndsAllTheSame(t *testing.T) {
	d := newLinkDesk(t, newStored(t, t.TempDir()))
	token, made := d.make(t, conference.Share{ConfID: "1"})
	d.store.full.Store(true)
	if _, _, err := d.Make(t.Context(), conference.Share{ConfID: "1"}); !errors.Is(err, errFull) || len(d.List("")) != 1 {
		t.Errorf("made: error %v, links %v", err, d.List(""))
	}
	full := &failing{stored: d.store}
	d.config.Store = full
	if _, err := d.Revoke(t.Context(), made.ID); !errors.Is(err, errFull) {
		t.Errorf("revoked: %v", err)
	}
	if _, _, ok := d.Open(token); ok || len(d.ended()) != 1 {
		t.Error("a link whose revocation cannot be stored opens")
	}
	d.store.full.Store(false)
	if err := d.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all, err := d.store.Shares(t.Context()); err != nil || all[0].Revoked.IsZero() {
		t.Errorf("stored later: %+v, error %v", all, err)
	}
}

// failing refuses updates while the disk is full.
type failing struct{ *stored }

func (f *failing) UpdateShares(ctx context.Context, all []conference.Share) error {
	if err := f.fault(); err != nil {
		return err
	}
	return f.stored.UpdateShares(ctx, all)
}

// counting counts how often it is written.
type counting struct {
	*stored
	writes int
}

func (c *counting) UpdateShares(ctx context.Context, all []conference.Share) error {
	c.writes++
	return c.stored.UpdateShares(ctx, all)
}

// That many links were seen is written together: the disk confirms each writing, and meanwhile nobody else writes.
func TestThatLinksWereSeenIsStoredTogether(t *testing.T) {
	d := newLinkDesk(t, newStored(t, t.TempDir()))
	for range 20 {
		token, _ := d.make(t, conference.Share{ConfID: "1"})
		d.Open(token)
	}
	store := &counting{stored: d.store}
	d.config.Store = store
	for range 2 { // the second time there is nothing to write
		if err := d.settle(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if store.writes != 1 {
		t.Errorf("written %d times", store.writes)
	}
	all, err := d.store.Shares(t.Context())
	if err != nil || len(all) != 20 {
		t.Fatalf("%d links, error %v", len(all), err)
	}
	for _, s := range all {
		if s.Seen.IsZero() {
			t.Errorf("%s has not been seen", s.ID)
		}
	}
}

func TestTheNumberOfLinksIsBounded(t *testing.T) {
	d := newLinkDesk(t, newStored(t, t.TempDir()))
	for n := range maxLinks {
		d.add(digestOf(fmt.Sprint(n)), conference.Share{ID: fmt.Sprint(n)})
	}
	if _, _, err := d.Make(t.Context(), conference.Share{ConfID: "1"}); !errors.Is(err, conference.ErrTooManyLinks) || len(d.List("")) != maxLinks {
		t.Errorf("error %v, %d links", err, len(d.List("")))
	}
}

// A clock that was ahead and is set right opens a link again, whose pages then end at its true end.
func TestTheClockIsSetBackAfterALinkExpired(t *testing.T) {
	d := newLinkDesk(t, newStored(t, t.TempDir()))
	now := time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)
	d.config.Now = func() time.Time { return now }
	token, made := d.make(t, conference.Share{ConfID: "1", Expires: now.Add(time.Hour)})
	for _, step := range []struct {
		by    time.Duration
		opens bool
		ended int
	}{{24 * time.Hour, false, 1}, {-24 * time.Hour, true, 1}, {59 * time.Minute, true, 1}, {time.Minute, false, 2}, {time.Minute, false, 2}} {
		now = now.Add(step.by)
		d.expire()
		if _, _, ok := d.Open(token); ok != step.opens || len(d.ended()) != step.ended {
			t.Errorf("at %s: opens %v, ended %d times, want %v and %d", now, ok, len(d.ended()), step.opens, step.ended)
		}
	}
	if _, err := d.Revoke(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	now = now.Add(-2 * time.Hour)
	if d.expire(); len(d.ended()) != 3 || d.Opens(made.ID) {
		t.Errorf("revoked, with the clock set back: ended %d times", len(d.ended()))
	}
}

func TestALinkEndsInTimeAndWithItsMeeting(t *testing.T) {
	s := newStored(t, t.TempDir())
	synctest.Test(t, func(t *testing.T) {
		d := newLinkDesk(t, s)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- d.Run(ctx) }()
		registry := conference.NewRegistry(conference.DefaultPolicy)
		_, stop := registry.Observe(d.Notify)
		defer stop()

		_, brief := d.make(t, conference.Share{ConfID: "900487914", Expires: time.Now().Add(90 * time.Second)})
		token, with := d.make(t, conference.Share{ConfID: "900487914", WithMeeting: true})
		_, stays := d.make(t, conference.Share{ConfID: "900487914"})
		synctest.Wait()
		time.Sleep(89 * time.Second)
		synctest.Wait()
		if got := d.ended(); len(got) > 0 || !d.Opens(brief.ID) {
			t.Errorf("before its time: ended %v", got)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got := d.ended(); !slices.Equal(got, []string{shareOwner(brief.ID)}) || d.Opens(brief.ID) {
			t.Errorf("at its time: ended %v", got)
		}

		about := conference.About{ConfID: "900487914", At: time.Now()}
		registry.Apply(conference.WatchMessage{About: about})
		for day := range 2 {
			registry.Apply(conference.LinkMessage{About: about, Event: conference.LinkUp})
			registry.Apply(conference.StatusMessage{About: about, Envelope: conference.Envelope{Type: conference.StatusType, ConfID: "900487914", Version: conference.FullVersion(day + 1)}})
			if _, _, opens := d.Open(token); opens != (day == 0) {
				t.Errorf("day %d: opens %v", day, opens)
			}
			registry.Apply(conference.LinkMessage{About: about, Event: conference.LinkEnded})
		}
		synctest.Wait()
		if got := d.ended(); !slices.Equal(got, []string{shareOwner(brief.ID), shareOwner(with.ID)}) || !d.Opens(stays.ID) {
			t.Errorf("ended %v", got)
		}

		time.Sleep(keepClosed + 2*time.Hour)
		synctest.Wait()
		if list := d.List(""); len(list) != 1 || list[0].ID != stays.ID {
			t.Errorf("a month later: %+v", list)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestLinksFromManySidesAtOnce(t *testing.T) {
	d := newLinkDesk(t, newStored(t, t.TempDir()))
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		if err := d.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	var making sync.WaitGroup
	for n := range 4 {
		making.Go(func() {
			for range 20 {
				token, made := d.make(t, conference.Share{ConfID: conference.ConfID(fmt.Sprint(n)), WithMeeting: true})
				d.Open(token)
				d.Notify(conference.Change{ConfID: made.ConfID, After: &conference.State{}, Fields: []conference.FieldChange{{Part: conference.PartLink}}})
				d.List("")
				if _, err := d.Revoke(ctx, made.ID); err != nil {
					t.Error(err)
				}
			}
		})
	}
	making.Wait()
	cancel()
	all.Wait()
	if n := len(d.ended()); n != 80 {
		t.Errorf("%d links have ended, want 80", n)
	}
}
