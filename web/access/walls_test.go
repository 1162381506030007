package access

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/web/store"
)

func (s *stored) Walls(ctx context.Context) ([]StoredWall, error) {
	all, err := s.DB.Walls(ctx)
	return converted(all, err, func(w store.Wall) StoredWall { return StoredWall(w) })
}

func (s *stored) AddWall(ctx context.Context, w StoredWall) error {
	return errors.Join(s.fault(), s.unlessFull(func() error { return s.DB.AddWall(ctx, store.Wall(w)) }))
}

func (s *stored) UpdateWall(ctx context.Context, w StoredWall) error {
	return errors.Join(s.fault(), s.unlessFull(func() error { return s.DB.UpdateWall(ctx, store.Wall(w)) }))
}

func (s *stored) SeeWall(ctx context.Context, w conference.Wall) error {
	return errors.Join(s.fault(), s.unlessFull(func() error { return s.DB.SeeWall(ctx, w) }))
}

func (s *stored) RemoveWall(ctx context.Context, id string) error {
	return errors.Join(s.fault(), s.unlessFull(func() error { return s.DB.RemoveWall(ctx, id) }))
}

func (s *stored) unlessFull(f func() error) error {
	if s.full.Load() {
		return nil
	}
	return f()
}

// hall is where walls hang: Walls on a real file, with a clock and what they told.
type hall struct {
	*Walls
	store *stored
	now   time.Time
	mu    sync.Mutex
	told  []string
}

func newHall(t *testing.T, dir string) *hall {
	t.Helper()
	h := &hall{store: newStored(t, dir), now: time.UnixMilli(1_800_000_000_000).UTC()}
	h.open(t)
	return h
}

// open reads the file, as a board does that starts.
func (h *hall) open(t *testing.T) {
	t.Helper()
	note := func(what string) func(string) {
		return func(owner string) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.told = append(h.told, what+" "+owner)
		}
	}
	walls, err := NewWalls(t.Context(), WallsConfig{Store: h.store, Now: func() time.Time { return h.now }, Ended: note("ended"), Renewed: note("renewed")})
	if err != nil {
		t.Fatal(err)
	}
	h.Walls = walls
}

func (h *hall) hang(t *testing.T, name string) (conference.Secret, conference.Wall) {
	t.Helper()
	token, made, err := h.Make(t.Context(), conference.Wall{Name: name, Query: "group=North"})
	if err != nil {
		t.Fatal(err)
	}
	return token, made
}

// cookieOf exchanges a token, nil when it is not taken.
func (h *hall) cookieOf(token string) *http.Cookie {
	w := httptest.NewRecorder()
	if _, ok := h.Open(w, httptest.NewRequest("GET", "/w/x", nil), token); !ok {
		return nil
	}
	return w.Result().Cookies()[0]
}

func TestATokenOfAWallIsExchangedForACookie(t *testing.T) {
	h := newHall(t, t.TempDir())
	token, made := h.hang(t, "Lobby")
	if len(token.Reveal()) < 26 || made.ID == "" || made.Revision != 1 || !made.Created.Equal(h.now) {
		t.Errorf("made %+v with a token of %d characters", made, len(token.Reveal()))
	}
	cookie := h.cookieOf(token.Reveal())
	if cookie == nil || !cookie.HttpOnly || cookie.MaxAge < 300*24*3600 || cookie.SameSite != http.SameSiteLaxMode {
		t.Fatalf("the cookie is %v", cookie)
	}
	if who, ok := h.Who(with(cookie)); !ok || who != (Who{Role: RoleWall, Wall: made.ID, Owner: "wall " + made.ID}) {
		t.Errorf("with the cookie it is %+v", who)
	}
	for name, r := range map[string]*http.Request{"no cookie": with(nil), "an empty one": with(&http.Cookie{Name: cookie.Name}),
		"a made-up one": with(&http.Cookie{Name: cookie.Name, Value: "guess"}), "the ID": with(&http.Cookie{Name: cookie.Name, Value: made.ID})} {
		if who, ok := h.Who(r); ok {
			t.Errorf("with %s it is %+v", name, who)
		}
	}
	for _, wrong := range []string{"", "x", made.ID} {
		if h.cookieOf(wrong) != nil {
			t.Errorf("%q was taken for a token", wrong)
		}
	}
	again := httptest.NewRecorder()
	if h.Keep(again, with(cookie)); again.Result().Cookies()[0].Value != cookie.Value {
		t.Error("the cookie was not renewed")
	}
	// It outlives the board, and what is stored does not open it.
	h.open(t)
	if _, ok := h.Who(with(cookie)); !ok {
		t.Error("the cookie is not taken after a restart")
	}
	all, err := h.store.DB.Walls(t.Context())
	if err != nil || len(all) != 1 || h.cookieOf(all[0].Digest) != nil || strings.Contains(all[0].Digest, token.Reveal()) {
		t.Errorf("stored are %+v, error %v", all, err)
	}
}

func TestTheCookieOfAWallIsForEncryptedConnectionsWhereThereAreAny(t *testing.T) {
	h := newHall(t, t.TempDir())
	token, _ := h.hang(t, "Lobby")
	r, w := httptest.NewRequest("GET", "/w/x", nil), httptest.NewRecorder()
	r.TLS = &tls.ConnectionState{}
	h.Open(w, r, token.Reveal())
	if c := w.Result().Cookies()[0]; c.Name != "__Host-confboard_wall" || !c.Secure || c.Path != "/" {
		t.Errorf("the cookie is %v", c)
	}
}

func TestAWallThatIsRemovedOrHasAnotherAddressIsLetInNoMore(t *testing.T) {
	h := newHall(t, t.TempDir())
	token, made := h.hang(t, "Lobby")
	cookie := h.cookieOf(token.Reveal())
	fresh, err := h.Readdress(t.Context(), made.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := h.Who(with(cookie)); ok || h.cookieOf(token.Reveal()) != nil {
		t.Error("the old address still counts")
	}
	cookie = h.cookieOf(fresh.Reveal())
	if found, err := h.Remove(t.Context(), made.ID); !found || err != nil {
		t.Errorf("removed %v, error %v", found, err)
	}
	if _, ok := h.Who(with(cookie)); ok || h.cookieOf(fresh.Reveal()) != nil {
		t.Error("a removed wall is let in")
	}
	if want := []string{"ended wall " + made.ID, "ended wall " + made.ID}; !slices.Equal(h.told, want) {
		t.Errorf("told %v, want %v", h.told, want)
	}
	if found, err := h.Remove(t.Context(), made.ID); found || err != nil {
		t.Errorf("removed again: %v, error %v", found, err)
	}
	if _, _, ok := h.Enter(made.ID, conference.WallReport{}); ok {
		t.Error("a removed wall has a page")
	}
	for what, err := range map[string]error{"rename": h.Rename(t.Context(), made.ID, "x"), "show": h.Show(t.Context(), made.ID, ""), "reload": h.Reload(made.ID)} {
		if !errors.Is(err, conference.ErrNoWall) {
			t.Errorf("%s: %v", what, err)
		}
	}
	h.open(t)
	if len(h.List()) != 0 {
		t.Error("it is back after a restart")
	}
}

func TestWhatAnAdminChangesOfAWallIsKept(t *testing.T) {
	h := newHall(t, t.TempDir())
	_, made := h.hang(t, "Lobby")
	_, other := h.hang(t, "Control room")
	if err := errors.Join(h.Rename(t.Context(), made.ID, "LOBBY"), h.Show(t.Context(), made.ID, "group=South"), h.Reload(made.ID)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Make(t.Context(), conference.Wall{Name: "lobby"}); !errors.Is(err, conference.ErrWallName) {
		t.Errorf("a second wall of a name: %v", err)
	}
	if err := h.Rename(t.Context(), other.ID, "Lobby"); !errors.Is(err, conference.ErrWallName) {
		t.Errorf("renamed to the name of another: %v", err)
	}
	if want := []string{"renewed wall " + made.ID, "renewed wall " + made.ID}; !slices.Equal(h.told, want) {
		t.Errorf("told %v, want %v", h.told, want)
	}
	if err := h.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.open(t)
	got, ok := h.Get(made.ID)
	made.Name, made.Query, made.Revision = "LOBBY", "group=South", 3
	if !ok || got != made {
		t.Errorf("%+v, want %+v", got, made)
	}
	var names []string
	for _, w := range h.List() {
		names = append(names, w.Name)
	}
	if !slices.Equal(names, []string{"Control room", "LOBBY"}) {
		t.Errorf("the list is %v", names)
	}
}

func TestWhenAWallWasThere(t *testing.T) {
	h := newHall(t, t.TempDir())
	_, made := h.hang(t, "Lobby")
	expect := func(what string, screens int, since, seen time.Time) {
		t.Helper()
		if got, _ := h.Get(made.ID); got.Screens != screens || !got.Since.Equal(since) || !got.Seen.Equal(seen) {
			t.Errorf("%s: %d screens since %v, seen %v; want %d, %v, %v", what, got.Screens, got.Since, got.Seen, screens, since, seen)
		}
	}
	expect("before it is opened", 0, time.Time{}, time.Time{})
	start := h.now
	_, leave, _ := h.Enter(made.ID, conference.WallReport{Build: "one", Screen: "1920x1080"})
	expect("when it comes", 1, start, start)
	h.now = start.Add(time.Hour)
	expect("while it is there", 1, start, h.now)
	_, second, _ := h.Enter(made.ID, conference.WallReport{Build: "two"})
	leave()
	leave() // counts once
	expect("on another screen", 1, start, h.now)
	second()
	left := h.now
	h.now = left.Add(conference.WallGap)
	expect("when it has gone", 0, start, left)
	_, third, _ := h.Enter(made.ID, conference.WallReport{Build: "two", Screen: "3840x2160"})
	expect("after a short while", 1, start, h.now)

	// The board restarts meanwhile.
	if err := h.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	third()
	h.open(t)
	h.now = h.now.Add(time.Minute)
	_, leave, _ = h.Enter(made.ID, conference.WallReport{Build: "two", Screen: "3840x2160"})
	expect("after a restart", 1, start, h.now)
	if got, _ := h.Get(made.ID); got.Build != "two" || got.Screen != "3840x2160" {
		t.Errorf("it reports %+v", got.WallReport)
	}
	leave()
	h.now = h.now.Add(conference.WallGap + time.Second)
	h.Enter(made.ID, conference.WallReport{})
	expect("after a long while", 1, h.now, h.now)
}

// A disk that is full refuses what is new, and keeps nobody from taking something back.
func TestWallsOnAFullDisk(t *testing.T) {
	h := newHall(t, t.TempDir())
	token, made := h.hang(t, "Lobby")
	h.store.full.Store(true)
	if _, _, err := h.Make(t.Context(), conference.Wall{Name: "Other"}); !errors.Is(err, errFull) || len(h.List()) != 1 {
		t.Errorf("another wall: %v", err)
	}
	for what, err := range map[string]error{"rename": h.Rename(t.Context(), made.ID, "x"), "show": h.Show(t.Context(), made.ID, "group=x")} {
		if !errors.Is(err, errFull) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := h.Readdress(t.Context(), made.ID); !errors.Is(err, errFull) || h.cookieOf(token.Reveal()) == nil {
		t.Errorf("another address: %v", err)
	}
	if got, _ := h.Get(made.ID); got != made {
		t.Errorf("it has become %+v", got)
	}
	if err := h.Reload(made.ID); err != nil {
		t.Errorf("reload: %v", err)
	}
	if found, err := h.Remove(t.Context(), made.ID); !found || !errors.Is(err, errFull) || h.cookieOf(token.Reveal()) != nil {
		t.Errorf("removed %v: %v", found, err)
	}
	if err := h.settle(t.Context()); !errors.Is(err, errFull) {
		t.Errorf("stored: %v", err)
	}
	h.store.full.Store(false)
	if err := h.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if h.open(t); len(h.List()) != 0 {
		t.Error("the removed wall is back")
	}
}

func TestWallsAreUsedByManyAtOnce(t *testing.T) {
	h := newHall(t, t.TempDir())
	token, made := h.hang(t, "Lobby")
	cookie := h.cookieOf(token.Reveal())
	ctx, cancel := context.WithCancel(t.Context())
	var running, all sync.WaitGroup
	running.Go(func() {
		if err := h.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	for i := range 8 {
		all.Go(func() {
			for range 20 {
				h.Who(with(cookie))
				if _, leave, ok := h.Enter(made.ID, conference.WallReport{Build: "b"}); ok {
					leave()
				}
				_ = h.Reload(made.ID)
				h.List()
				switch i {
				case 0:
					if err := h.Show(t.Context(), made.ID, "group=x"); err != nil && !errors.Is(err, conference.ErrNoWall) {
						t.Error(err)
					}
				case 1:
					if err := h.Rename(t.Context(), made.ID, "Hall"); err != nil && !errors.Is(err, conference.ErrNoWall) {
						t.Error(err)
					}
				}
			}
			if i == 7 {
				if _, err := h.Remove(t.Context(), made.ID); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	cancel()
	running.Wait()
	if _, ok := h.Who(with(cookie)); ok || len(h.List()) != 0 || len(h.byKey) != 0 {
		t.Error("the wall is still there")
	}
}

func TestAWallIsNobodyElse(t *testing.T) {
	h := newHall(t, t.TempDir())
	token, made := h.hang(t, "Lobby")
	r := with(h.cookieOf(token.Reveal()))
	for _, c := range []struct {
		name          string
		given         Visitors
		role, program Role
	}{
		{"an open board, where it is a viewer too", Visitors{Open: true, Walls: h.Walls}, RoleViewer, RoleViewer},
		{"a closed one", Visitors{Walls: h.Walls}, RoleWall, RoleNone},
		{"one behind a proxy", Visitors{Walls: h.Walls, Proxy: &Proxy{}}, RoleWall, RoleNone},
	} {
		if who := c.given.Who(r); who.Role != c.role || who.Wall != made.ID {
			t.Errorf("%s: %+v", c.name, who)
		}
		if who := c.given.Program(r); who.Role != c.program {
			t.Errorf("%s, as a program: %+v", c.name, who)
		}
	}
	if RoleWall.Known() {
		t.Error("an account can be a wall")
	}
}
