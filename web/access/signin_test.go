package access

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"confboard/feed/conference"
)

// Unlike the token, a password can be guessed: whoever tries too often is not listened to for a while.
func TestWrongPasswordsMakeAnAddressWait(t *testing.T) {
	l := newLobby(t, t.TempDir())
	l.add(t, "ann", RoleAdmin)
	var wait time.Duration
	for i := range 5 {
		if _, wait = l.try(t, "2001:db8::1", "ann", conference.NewSecret("wrong password")); (wait > 0) != (i == 4) {
			t.Errorf("try %d: wait %s", i, wait)
		}
	}
	if cookie, wait := l.try(t, "2001:db8::2", "ann", password); cookie != nil || wait != tryEvery {
		t.Errorf("the right password from the same network while waiting: %v, wait %s", cookie, wait)
	}
	if cookie, _ := l.try(t, "2001:db8:0:1::2", "ann", password); cookie == nil {
		t.Error("another network has to wait, too")
	}
	l.now = l.now.Add(tryEvery)
	if cookie, _ := l.try(t, "2001:db8::1", "ann", password); cookie == nil {
		t.Error("the right password after the wait")
	}
	v := Visitors{Accounts: l.Accounts}
	if got := v.SignIns()["password"]; got != (SignIns{Right: 2, Wrong: 5, Waiting: 1}) {
		t.Errorf("counted: %+v", got)
	}
}

// Who turns to another board has no tries more for it.
func TestWrongPasswordsAtAnotherBoardCountHere(t *testing.T) {
	here, there := newLobby(t, t.TempDir()), newLobby(t, t.TempDir())
	here.add(t, "ann", RoleAdmin)
	there.add(t, "ann", RoleAdmin)
	var told []string
	there.TellWrong(func(network, name string) {
		told = append(told, name)
		here.CountWrong(network, name)
	})
	for range triesAtOnce {
		there.try(t, "192.0.2.1", "ann", conference.NewSecret("wrong password"))
	}
	if cookie, wait := here.try(t, "192.0.2.1", "ann", password); cookie != nil || wait != tryEvery {
		t.Errorf("the right password from there: %v, wait %s", cookie, wait)
	}
	if cookie, _ := here.try(t, "192.0.2.2", "ann", password); cookie == nil {
		t.Error("another network has to wait, too")
	}
	for i := range triesOfNameOnce {
		here.CountWrong(fmt.Sprint("198.51.100.", i), nameKey("ann"))
	}
	if _, wait := here.try(t, "192.0.2.3", "ann", password); wait == 0 {
		t.Error("the name is tried at any rate")
	}
	there.try(t, "192.0.2.9", "no name!", conference.NewSecret("wrong password"))
	if len(told) != triesAtOnce+1 || told[0] != nameKey("ann") || told[triesAtOnce] != "" {
		t.Errorf("told: %q", told)
	}
	before := len(here.guesses.addresses.keys)
	here.CountWrong(strings.Repeat("9", maxKey+1), "")
	if len(here.guesses.addresses.keys) != before {
		t.Error("what is no network is counted")
	}
}

// One account is not tried at any rate, from however many addresses; whoever is known to sign in to it from one goes on doing so.
// It cannot be told whether there is such an account.
func TestWrongPasswordsMakeANameWait(t *testing.T) {
	l := newLobby(t, t.TempDir())
	l.add(t, "ann", RoleAdmin)
	if cookie, _ := l.try(t, "192.0.2.1", "ann", password); cookie == nil {
		t.Fatal("the right password")
	}
	for _, name := range []string{"ann", "eve"} {
		for i := range triesOfNameOnce - 2 { // a hash for each would take long
			l.guesses.wrong(fmt.Sprint("198.51.100.", i), name, l.now)
		}
		for i, want := range []time.Duration{0, tryOfNameEvery, tryOfNameEvery} {
			if _, wait := l.try(t, fmt.Sprint("198.51.100.", 100+i), name, conference.NewSecret("wrong password")); wait != want {
				t.Errorf("%s, try %d: wait %s, want %s", name, triesOfNameOnce-1+i, wait, want)
			}
		}
	}
	if cookie, wait := l.try(t, "203.0.113.1", "ann", password); cookie != nil || wait != tryOfNameEvery {
		t.Errorf("the right password from a new address: %v, wait %s", cookie, wait)
	}
	if cookie, _ := l.try(t, "192.0.2.1", "ann", password); cookie == nil {
		t.Error("others keep out who has signed in from here before")
	}
	l.now = l.now.Add(tryOfNameEvery)
	if cookie, _ := l.try(t, "203.0.113.1", "ann", password); cookie == nil {
		t.Error("the right password after the wait")
	}
}

// Those who wait for their turn have not been counted yet when they come: of many at once, no more are looked at than one after the
// other.
func TestManyPasswordsAtOnceAreAsManyTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLobby(t, t.TempDir())
		l.add(t, "ann", RoleAdmin)
		for range hashesAtOnce {
			l.hashing <- struct{}{}
		}
		var all sync.WaitGroup
		var in atomic.Int32
		try := func(p conference.Secret) {
			all.Go(func() {
				if _, ok, err := l.SignIn(t.Context(), httptest.NewRecorder(), httptest.NewRequest("POST", "/sign-in", nil), "192.0.2.1", "ann", p); err != nil {
					t.Error(err)
				} else if ok {
					in.Add(1)
				}
			})
			synctest.Wait()
		}
		for range triesAtOnce + hashesAtOnce {
			try(conference.NewSecret("wrong password"))
		}
		for range 20 {
			try(password)
		}
		for range hashesAtOnce {
			<-l.hashing
		}
		all.Wait()
		if n := in.Load(); n != 0 {
			t.Errorf("%d tries beyond the limit were looked at", n)
		}
		if wait := l.guesses.waiting("192.0.2.1", "ann", l.now); wait == 0 {
			t.Error("nothing was counted")
		}
	})
}

// A flood is refused and not queued, so that it costs neither memory nor everybody's time.
func TestAFloodOfSignInsIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLobby(t, t.TempDir())
		for range hashesAtOnce {
			l.hashing <- struct{}{}
		}
		ctx, leave := context.WithCancel(t.Context())
		var all sync.WaitGroup
		var busy, left atomic.Int32
		for i := range signInsAtOnce + 50 {
			all.Go(func() {
				_, _, err := l.SignIn(ctx, httptest.NewRecorder(), httptest.NewRequest("POST", "/sign-in", nil), fmt.Sprint("192.0.2.", i), "ann", password)
				switch {
				case errors.Is(err, ErrBusy):
					busy.Add(1)
				case errors.Is(err, context.Canceled):
					left.Add(1)
				}
			})
		}
		synctest.Wait()
		if n := busy.Load(); n != 50 {
			t.Errorf("%d were refused, want 50", n)
		}
		leave()
		all.Wait()
		if n := left.Load(); n != signInsAtOnce || len(l.queue) > 0 {
			t.Errorf("%d left the queue, %d are still there", n, len(l.queue))
		}
	})
}

func TestAnAccountWhoseHashIsDamagedOpensToNobody(t *testing.T) {
	l := newLobby(t, t.TempDir())
	if err := l.store.AddAccount(t.Context(), Account{Name: "ann", Role: string(RoleAdmin), Hash: "$argon2id$v=19$m=8,t=0,p=1$c29tZXNhbHQ$", Created: l.now, Changed: l.now}); err != nil {
		t.Fatal(err)
	}
	l.catchUp(t)
	if cookie, _ := l.try(t, "192.0.2.1", "ann", password); cookie != nil {
		t.Error("it opens")
	}
}

// Who hangs up after the password was found right has a session all the same, also after a restart.
func TestASessionIsStoredAlthoughTheClientHasGone(t *testing.T) {
	dir := t.TempDir()
	l := newLobby(t, dir)
	l.add(t, "ann", RoleAdmin)
	ctx, leave := context.WithCancel(t.Context())
	asked := 0
	l.config.Now = func() time.Time {
		if asked++; asked == 2 { // its turn has come
			leave()
		}
		return l.now
	}
	w := httptest.NewRecorder()
	if _, ok, err := l.SignIn(ctx, w, httptest.NewRequest("POST", "/sign-in", nil), "192.0.2.1", "ann", password); err != nil || !ok {
		t.Fatalf("%v, error %v", ok, err)
	}
	again := newLobby(t, dir)
	if _, ok := again.Who(with(w.Result().Cookies()[0])); !ok {
		t.Error("the session is not stored")
	}
}
