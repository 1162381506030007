package access

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
)

// twoLobbies are boards with the same accounts.
func twoLobbies(t *testing.T) (a, b *lobby) {
	t.Helper()
	dir := t.TempDir()
	a, b = newLobby(t, dir), newLobby(t, dir)
	for _, l := range []*lobby{a, b} {
		l.sessions.elsewhere = newElsewhere(l.begunElsewhere, func() time.Time { return l.now })
	}
	a.add(t, "ann", RoleAdmin)
	b.catchUp(t)
	return a, b
}

func TestASessionThatBeganElsewhereCountsAtOnceAndUntilItEndsThere(t *testing.T) {
	a, b := twoLobbies(t)
	cookie, _ := a.try(t, "1", "ann", password)
	who, ok := b.Who(with(cookie))
	if !ok || who.Name != "ann" {
		t.Fatalf("elsewhere it is %+v", who)
	}
	later, _ := a.try(t, "1", "ann", password)
	b.catchUp(t) // before anybody asks
	if _, ok := b.Who(with(later)); !ok {
		t.Error("a session that was followed does not count")
	}
	a.SignOut(httptest.NewRecorder(), with(cookie), false)
	a.catchUp(t)
	b.now = b.now.Add(storeUseAfter)
	if _, ok := b.Who(with(cookie)); !ok { // b has not heard of it, and uses the session
		t.Error("the session has ended before b can know")
	}
	if err := b.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.catchUp(t)
	if _, ok := b.Who(with(cookie)); ok || !slices.Contains(b.over, who.Owner) {
		t.Errorf("the session goes on elsewhere; ended are %v", b.over)
	}
	a.catchUp(t)
	if _, ok := a.Who(with(cookie)); ok {
		t.Error("what was used elsewhere has brought it back")
	}
	if _, ok := b.Who(with(later)); !ok {
		t.Error("another session has ended, too")
	}
}

func TestASessionThatIsEndingIsNotTakenForOneOfAnotherBoard(t *testing.T) {
	a, b := twoLobbies(t)
	cookie, _ := a.try(t, "1", "ann", password)
	b.catchUp(t)
	a.SignOut(httptest.NewRecorder(), with(cookie), false)
	a.store.full.Store(true)
	if err := a.settle(t.Context()); err != nil && !errors.Is(err, errFull) {
		t.Fatal(err)
	}
	a.store.full.Store(false)
	if _, ok := a.Who(with(cookie)); ok {
		t.Error("it is found in the store")
	}
	if err := a.follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, ok := a.Who(with(cookie)); ok {
		t.Error("it is followed")
	}
}

func TestStrangersCannotHaveTheStoreAskedWithoutEnd(t *testing.T) {
	now, asked := time.UnixMilli(1_800_000_000_000), 0
	e := newElsewhere(func(context.Context, digest) (*session, error) { asked++; return nil, nil }, func() time.Time { return now })
	for n := range 1000 {
		e.find(t.Context(), []digest{digestOf(fmt.Sprint(n))})
	}
	if asked < asksAhead || asked > asksAhead+1 {
		t.Errorf("asked %d times", asked)
	}
	now, asked = now.Add(time.Minute), 0
	for range 10 {
		e.find(t.Context(), []digest{digestOf("the same")})
	}
	if asked != 1 {
		t.Errorf("asked %d times for the same", asked)
	}
	now = now.Add(askAgainAfter)
	if e.find(t.Context(), []digest{digestOf("the same")}); asked != 2 {
		t.Errorf("asked %d times a moment later", asked)
	}
	if newElsewhere(nil, time.Now) != nil {
		t.Error("nothing can be asked for")
	}
}

func TestBoardsFollowSessionsWhileTheyAreUsed(t *testing.T) {
	a, b := twoLobbies(t)
	var all sync.WaitGroup
	for n := range 4 {
		l, other := a, b
		if n%2 > 0 {
			l, other = b, a
		}
		all.Go(func() {
			for range 5 {
				w := httptest.NewRecorder()
				account := Account{Name: "ann", Role: string(RoleAdmin), Changed: l.now}
				l.open(t.Context(), w, httptest.NewRequest("POST", "/", nil), account, "1")
				cookie := w.Result().Cookies()[0]
				if _, ok := l.Who(with(cookie)); !ok {
					t.Error("a session that has just begun has ended")
				}
				if _, ok := other.Who(with(cookie)); !ok {
					t.Error("elsewhere it does not count")
				}
				l.SignOut(httptest.NewRecorder(), with(cookie), false)
				if _, ok := l.Who(with(cookie)); ok {
					t.Error("a session that has been ended goes on")
				}
			}
		})
		all.Go(func() {
			for range 10 {
				if err := errors.Join(l.follow(t.Context()), l.settle(t.Context())); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

// sharedAdmin is of a board whose admin token is that of several.
func sharedAdmin(t *testing.T, dir string, needed func() bool) (*Admin, func() string, *stored) {
	t.Helper()
	s := newStored(t, dir)
	var mu sync.Mutex
	var token string
	a, err := NewAdmin(t.Context(), Config{Shared: s, Secret: conference.NewSecret("Hush-3f9c1b7a5d2e8640c7b1a9f3e5d70628"), Needed: needed,
		Now: func() time.Time { return time.UnixMilli(1_800_000_000_000) }, Issue: func(t conference.Secret) error {
			mu.Lock()
			defer mu.Unlock()
			token = t.Reveal()
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	return a, func() string {
		mu.Lock()
		defer mu.Unlock()
		return token
	}, s
}

func TestBoardsHaveOneAdminToken(t *testing.T) {
	dir := t.TempDir()
	needed := true
	a, tokenOfA, storeOfA := sharedAdmin(t, dir, nil)
	b, tokenOfB, _ := sharedAdmin(t, dir, func() bool { return needed })
	first := tokenOfA()
	if len(first) < 26 || tokenOfB() != first {
		t.Fatalf("the tokens have %d and %d characters", len(first), len(tokenOfB()))
	}
	try := func(a *Admin, token string) (*http.Cookie, bool, error) {
		w := httptest.NewRecorder()
		_, ok, err := a.SignIn(w, httptest.NewRequest("POST", "/feed/sign-in", nil), "192.0.2.1", conference.NewSecret(token))
		if cookies := w.Result().Cookies(); err == nil && ok {
			return cookies[0], ok, err
		}
		return nil, ok, err
	}
	storeOfA.full.Store(true)
	if cookie, _, err := try(a, first); !errors.Is(err, errFull) || cookie != nil {
		t.Errorf("while the store is away: %v", err)
	}
	storeOfA.full.Store(false)
	cookie, ok, err := try(a, first)
	if err != nil || !ok {
		t.Fatalf("%v, %v", ok, err)
	}
	if _, ok, err := try(b, first); ok || err != nil {
		t.Errorf("the same token elsewhere: %v, %v", ok, err)
	}
	if !b.SignedIn(with(cookie)) {
		t.Error("the session does not count elsewhere")
	}
	if err := b.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	if tokenOfA() == first || tokenOfB() != tokenOfA() {
		t.Error("the next token is not one for both")
	}
	a.SignOut(httptest.NewRecorder(), with(cookie))
	if err := errors.Join(a.settle(t.Context()), b.Follow(t.Context())); err != nil {
		t.Fatal(err)
	}
	if b.SignedIn(with(cookie)) {
		t.Error("the session goes on elsewhere")
	}
	needed = false
	if err := b.Follow(t.Context()); err != nil || tokenOfB() != "" {
		t.Errorf("a token that is not needed stays; error %v", err)
	}
	if c, _, _ := sharedAdmin(t, dir, nil); c.token != a.token {
		t.Error("a board that starts has another token")
	}
}

func TestLinksOfOtherBoardsAreFollowed(t *testing.T) {
	dir := t.TempDir()
	a, err := NewLinks(t.Context(), LinksConfig{Store: newStored(t, dir)})
	if err != nil {
		t.Fatal(err)
	}
	var ended []string
	b, err := NewLinks(t.Context(), LinksConfig{Store: newStored(t, dir), Ended: func(owner string) { ended = append(ended, owner) }})
	if err != nil {
		t.Fatal(err)
	}
	token, made, err := a.Make(t.Context(), conference.Share{ConfID: "900487914", Expires: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := errors.Join(a.Follow(t.Context()), b.Follow(t.Context())); err != nil {
			t.Fatal(err)
		}
		if _, _, ok := b.Open(token.Reveal()); !ok || len(a.List("")) != 1 || len(b.List("")) != 1 {
			t.Errorf("it opens elsewhere: %v, of %d and %d", ok, len(a.List("")), len(b.List("")))
		}
	}
	if _, err := a.Revoke(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := b.Follow(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, ok := b.Open(token.Reveal()); ok || !slices.Equal(ended, []string{shareOwner(made.ID)}) {
		t.Errorf("it opens after it was revoked elsewhere: %v, ended are %v", ok, ended)
	}
}

func TestWallsOfOtherBoardsAreFollowed(t *testing.T) {
	dir := t.TempDir()
	a, b := newHall(t, dir), newHall(t, dir)
	b.Walls.config.Instance = "b" // whose name the store is not told of
	follow := func() []string {
		t.Helper()
		b.told = nil
		if err := b.Follow(t.Context()); err != nil {
			t.Fatal(err)
		}
		return b.told
	}
	token, made := a.hang(t, "Lobby")
	if told := follow(); len(told) > 0 || b.cookieOf(token.Reveal()) == nil {
		t.Errorf("a new wall: told %v", told)
	}
	owner := wallOwner(made.ID)
	for _, c := range []struct {
		name   string
		change func() error
		told   []string
	}{
		{"nothing", func() error { return nil }, nil},
		{"another name", func() error { return a.Rename(t.Context(), made.ID, "Hall") }, nil},
		{"something else to show", func() error { return a.Show(t.Context(), made.ID, "group=South") }, []string{"renewed " + owner}},
		{"reloading", func() error { return errors.Join(a.Reload(made.ID), a.settle(t.Context())) }, []string{"renewed " + owner}},
		{"another address", func() error { _, err := a.Readdress(t.Context(), made.ID); return err }, []string{"ended " + owner}},
	} {
		if err := c.change(); err != nil {
			t.Fatal(err)
		}
		if told := follow(); !slices.Equal(told, c.told) {
			t.Errorf("%s: told %v, want %v", c.name, told, c.told)
		}
		one, _ := a.Get(made.ID)
		if other, ok := b.Get(made.ID); !ok || other.Name != one.Name || other.Query != one.Query || other.Revision != one.Revision {
			t.Errorf("%s: %+v, want %+v", c.name, other, one)
		}
	}
	if b.cookieOf(token.Reveal()) != nil {
		t.Error("the old address opens")
	}
	a.store.full.Store(true)
	if _, err := a.Remove(t.Context(), made.ID); err == nil {
		t.Error("it is removed though it cannot be stored")
	}
	a.store.full.Store(false)
	if err := a.Follow(t.Context()); err != nil || len(a.List()) > 0 {
		t.Errorf("a wall that is being removed is taken over again: %v, error %v", a.List(), err)
	}
	if err := a.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if told := follow(); !slices.Equal(told, []string{"ended " + owner}) || len(b.List()) > 0 {
		t.Errorf("removed: told %v, there are %v", told, b.List())
	}
}
