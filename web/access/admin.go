package access

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"confboard/feed/conference"
)

// How long the sessions of admin tokens last, and how many there are at most.
const (
	adminIdle        = 12 * time.Hour
	adminAge         = 7 * 24 * time.Hour
	maxAdminSessions = 100
)

// Config is what an Admin needs. Issue is required.
type Config struct {
	// Issue is given every new one-time token, the first one by NewAdmin: it is the only one ever to see it. An empty one says that
	// there is none any more. It is not called twice at a time. What it returns is logged; a token that reached nobody is replaced by
	// the next start.
	Issue func(token conference.Secret) error
	// Needed reports whether a token is good for anything. Once it is not, no further one is issued. Default: it is.
	Needed func() bool
	// Path is that of the cookies: the base path with a slash at its end. Default /.
	Path string
	// PublicURL is where people reach the board, empty when that is not known. With https, who signs in under it gets a cookie for
	// encrypted connections only, though the proxy's connection to us is not.
	PublicURL string
	// Ended is told of every session that ends before its cookie does, by the name that Who calls Owner. It must not call back.
	// Default: nobody is told.
	Ended func(owner string)
	// Now is the clock. Default time.Now.
	Now func() time.Time
	// Logger hears of tokens that were used, and of wrong ones. Default: none.
	Logger *slog.Logger
	// Shared makes the token and the sessions those of several boards; nil: they are this board's own, and end with it.
	Shared AdminStore
	// Secret is one that all these boards have. The tokens follow from it.
	Secret conference.Secret
}

// AdminStore keeps what boards share of the one-time token: how many were used, and the sessions that these opened, which have no account.
// Its methods wait for the server.
type AdminStore interface {
	SessionStore
	AdminSessions(ctx context.Context) ([]Session, error)
	AdminToken(ctx context.Context) (used int64, err error)
	// UseAdminToken notes that one more has been used, after so many; ErrSpent when another board was faster.
	UseAdminToken(ctx context.Context, used int64) error
}

// ErrSpent: the one-time token has just been used.
var ErrSpent = errors.New("the admin token has been used")

// Admin holds the one-time token and the sessions that it opened, of both their hashes only. All methods are safe for concurrent
// use.
type Admin struct {
	config Config
	// wrong tries by address, and all of them.
	tries, all *tries
	unsaid     unsaid
	signIns    signIns
	sessions   *sessions
	wake       chan struct{} // tells Visitors.Run that a session has ended; capacity 1

	signing sync.Mutex // one sign-in at a time: a token opens one session

	following sync.Mutex // what is in memory and what is stored change together
	leftovers leftovers

	mu    sync.Mutex
	token digest
	used  int64 // how many tokens were, of boards that share them
}

// NewAdmin makes the first token and has it issued. Boards that share the token all issue the same.
func NewAdmin(ctx context.Context, c Config) (*Admin, error) {
	if c.Path == "" {
		c.Path = "/"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Ended == nil {
		c.Ended = func(string) {}
	}
	if c.Needed == nil {
		c.Needed = func() bool { return true }
	}
	public, err := parsePublicURL(c.PublicURL)
	if err != nil {
		return nil, err
	}
	a := &Admin{config: c, tries: newTries(tryEvery, triesAtOnce), all: newTries(tryOfAllEvery, triesOfAllAtOnce),
		wake: make(chan struct{}, 1)}
	a.sessions = newSessions(cookies{"confboard_admin", c.Path, public, http.SameSiteStrictMode}, adminIdle, adminAge, maxAdminSessions, a.sessionEnded)
	if c.Shared != nil {
		a.sessions.elsewhere = newElsewhere(a.begunElsewhere, c.Now)
		if err := a.Follow(ctx); err != nil {
			return nil, err
		}
	}
	if err := a.renew(); err != nil {
		return nil, err
	}
	return a, nil
}

// renew replaces the token, by none when none is needed.
func (a *Admin) renew() error {
	var token conference.Secret
	var d digest
	if a.config.Needed() {
		text, err := a.next()
		if err != nil {
			return err
		}
		token, d = conference.NewSecret(text), digestOf(text)
	}
	a.mu.Lock()
	a.token = d
	a.mu.Unlock()
	if err := a.config.Issue(token); err != nil {
		return fmt.Errorf("issue the admin token: %w", err)
	}
	return nil
}

// SignIn opens a session with the one-time token, which is then worthless, and sets its cookie. address is the client's. When
// the token is wrong, ok is false and wait is how long to wait before the next try; 0: none. An error says that boards which share the
// token could not be told that it is used: it stays good.
//
// Too many wrong tries only make the wrong ones wait: the right token is taken at any time, so nobody can keep the admin out by
// trying, and none of the 2^128 others is found at any rate.
func (a *Admin) SignIn(w http.ResponseWriter, r *http.Request, address string, token conference.Secret) (wait time.Duration, ok bool, err error) {
	return a.spend(address, token, func(now time.Time) error {
		if err := a.useToken(r.Context()); err != nil {
			return err
		}
		a.sessions.sweep(now, func(digest) bool { return false })
		opened := session{began: now, used: now, stored: now}
		d := a.sessions.open(w, r, opened)
		a.share(r.Context(), d, opened)
		a.config.Logger.Info("an admin signed in; the token was replaced", "address", address)
		return nil
	})
}

// spend does something for who has the token, one at a time. Afterwards it is worthless, unless there was an error. When the token is
// wrong, ok is false and nothing is done.
func (a *Admin) spend(address string, token conference.Secret, do func(now time.Time) error) (wait time.Duration, ok bool, err error) {
	a.signing.Lock()
	defer a.signing.Unlock()
	now := a.config.Now()
	given := digestOf(token.Reveal())
	a.mu.Lock()
	right := subtle.ConstantTimeCompare(given[:], a.token[:]) == 1
	a.mu.Unlock()
	if !right || !a.config.Needed() {
		a.signIns.wrong.Add(1)
		wait := max(a.tries.wrong(network(address), now), a.all.wrong("", now))
		a.unsaid.warn(a.config.Logger, "admin token", address, wait, now)
		return wait, false, nil
	}
	switch err := do(now); {
	case errors.Is(err, ErrSpent):
		a.signIns.wrong.Add(1)
		return 0, false, nil
	case err != nil:
		return 0, true, err
	}
	a.signIns.right.Add(1)
	if err := a.renew(); err != nil {
		a.config.Logger.Error("the next admin token reached nobody; restart to get another", "error", err)
	}
	return 0, true, nil
}

// SignedIn reports whether a request belongs to a session, which thereby counts as used.
func (a *Admin) SignedIn(r *http.Request) bool {
	_, ok := a.Who(r)
	return ok
}

// Who is who makes a request that belongs to a session.
func (a *Admin) Who(r *http.Request) (Who, bool) {
	_, d, ok := a.sessions.find(r, a.config.Now())
	if !ok {
		return Who{}, false
	}
	return Who{Role: RoleAdmin, Owner: d.owner()}, true
}

// SignOut ends the request's session, if it has one, and takes its cookie back.
func (a *Admin) SignOut(w http.ResponseWriter, r *http.Request) { a.sessions.close(w, r) }
