package access

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"confboard/feed/conference"
)

// How long the sessions of accounts last: a board on a desk is not signed in every morning.
const (
	accountIdle = 30 * 24 * time.Hour
	accountAge  = 180 * 24 * time.Hour
)

const (
	// settleSessionsEvery is how often it is stored which sessions were used, and looked which are over.
	settleSessionsEvery = 2 * time.Second
	// storeUseAfter is how old the stored last use of a session may get.
	storeUseAfter = time.Hour
)

// Account is somebody who can sign in. Hash is from HashPassword.
type Account struct {
	Name, Role, Hash string
	// Changed is when the password or the role was set last: sessions that began before have ended.
	Created, Changed time.Time
}

// Session is a session as it is stored: of its secret, the digest only.
type Session struct {
	Digest, Account string
	// Changed is the account's when the session began.
	Changed     time.Time
	Began, Used time.Time
}

// Token lets a program read, by its digest.
type Token struct {
	Name, Digest string
	Created      time.Time
}

// AccountStore keeps accounts, sessions and tokens. Its methods wait for the disk.
type AccountStore interface {
	Accounts(ctx context.Context) ([]Account, error)
	// AddAccount adds an account; ErrTaken when there is one of this name.
	AddAccount(ctx context.Context, a Account) error
	Tokens(ctx context.Context) ([]Token, error)
	SessionStore
	Sessions(ctx context.Context) ([]Session, error)
}

// SessionStore keeps sessions of one kind.
type SessionStore interface {
	// Session returns one of any kind; found is false when there is none.
	Session(ctx context.Context, digest string) (s Session, found bool, err error)
	PutSession(ctx context.Context, s Session) error
	// UseSession keeps when one was last used, if there is such a one.
	UseSession(ctx context.Context, digest string, used time.Time) error
	RemoveSession(ctx context.Context, digest string) error
}

// AccountsConfig is what Accounts need. Store is required.
type AccountsConfig struct {
	Store AccountStore
	// Path, PublicURL, Ended, Now and Logger are as in Config.
	Path, PublicURL string
	Ended           func(owner string)
	Now             func() time.Time
	Logger          *slog.Logger
	// InUse reports whether an owner has an open page: its session is then being used. Default: none has.
	InUse func(owner string) bool
	// Shared: other boards use the same store, and who has signed in there is signed in here.
	Shared bool
}

// Accounts lets people sign in with a name and a password, and programs read with a token. Who makes a request is answered from
// memory, so that a disk that fails keeps nobody out. All methods are safe for concurrent use.
type Accounts struct {
	config   AccountsConfig
	sessions *sessions
	guesses  guesses
	unsaid   unsaid
	signIns  signIns
	queue    chan struct{}              // a place for each sign-in under way
	hashing  chan struct{}              // a slot for each hash that is computed
	guessed  func(network, name string) // see TellWrong
	nobody   hashed                     // what the password of an unknown name is compared with, so that it takes as long

	following sync.Mutex // what is in memory and what is stored change together

	mu       sync.RWMutex
	accounts map[string]Account
	tokens   map[digest]string
	failing  bool // the last attempt to use the store failed, which has been logged

	leftovers leftovers
	wake      chan struct{} // tells Run that a session has ended; capacity 1
}

// NewAccounts reads accounts, tokens and sessions from the store.
func NewAccounts(ctx context.Context, c AccountsConfig) (*Accounts, error) {
	if c.Path == "" {
		c.Path = "/"
	}
	if c.Ended == nil {
		c.Ended = func(string) {}
	}
	if c.InUse == nil {
		c.InUse = func(string) bool { return false }
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	public, err := parsePublicURL(c.PublicURL)
	if err != nil {
		return nil, err
	}
	a := &Accounts{config: c, guesses: newGuesses(), queue: make(chan struct{}, signInsAtOnce), hashing: make(chan struct{}, hashesAtOnce), wake: make(chan struct{}, 1)}
	// Lax, because people come here by links in their mail and are to be signed in then; Guard keeps out what others' pages send.
	a.sessions = newSessions(cookies{"confboard_session", c.Path, public, http.SameSiteLaxMode}, accountIdle, accountAge, maxSessions, a.sessionEnded)
	if c.Shared {
		a.sessions.elsewhere = newElsewhere(a.begunElsewhere, c.Now)
	}
	if a.nobody, err = parseHash(nobodysHash); err != nil {
		return nil, err
	}
	if err := a.Follow(ctx); err != nil {
		return nil, err
	}
	return a, nil
}

// heldAs is a stored session as it is held.
func (s Session) heldAs() *session {
	return &session{account: s.Account, changed: s.Changed, began: s.Began, used: s.Used, stored: s.Used}
}

// begunElsewhere returns a session that the store has.
func (a *Accounts) begunElsewhere(ctx context.Context, d digest) (*session, error) {
	s, found, err := a.config.Store.Session(ctx, d.String())
	if err != nil || !found || s.Account == "" || a.leftovers.all()[d] {
		return nil, err
	}
	return s.heldAs(), nil
}

// Follow takes over what the store says of accounts, tokens and sessions, and ends the sessions of those who were changed. It is to be
// called when something of these was changed beside this board.
func (a *Accounts) Follow(ctx context.Context) error {
	err := a.follow(ctx)
	if err != nil {
		return fmt.Errorf("read the accounts: %w", err)
	}
	return nil
}

func (a *Accounts) follow(ctx context.Context) error {
	a.following.Lock()
	defer a.following.Unlock()
	before := a.sessions.known()
	held, err := a.config.Store.Sessions(ctx)
	if err != nil {
		return err
	}
	list, err := a.config.Store.Accounts(ctx)
	if err != nil {
		return err
	}
	tokens, err := a.config.Store.Tokens(ctx)
	if err != nil {
		return err
	}
	accounts, digests := make(map[string]Account, len(list)), make(map[digest]string, len(tokens))
	for _, account := range list {
		accounts[account.Name] = account
	}
	for _, t := range tokens {
		if d, ok := digestFrom(t.Digest); ok {
			digests[d] = t.Name
		}
	}
	stored := make(map[digest]*session, len(held))
	for _, s := range held {
		if d, ok := digestFrom(s.Digest); ok {
			stored[d] = s.heldAs()
		}
	}
	a.mu.Lock()
	a.accounts, a.tokens = accounts, digests
	a.mu.Unlock()
	a.sessions.follow(stored, before, a.leftovers.all())
	a.sessions.end(func(_ digest, s *session) bool {
		account, there := accounts[s.account]
		return !there || !account.Changed.Equal(s.changed)
	})
	return nil
}

// HasAdmin reports whether any account is an admin's.
func (a *Accounts) HasAdmin() bool {
	a.mu.RLock()
	defer a.mu.RUnlock()
	for _, account := range a.accounts {
		if Role(account.Role) == RoleAdmin {
			return true
		}
	}
	return false
}

// Who is who makes a request that belongs to a session.
func (a *Accounts) Who(r *http.Request) (Who, bool) {
	s, d, ok := a.sessions.find(r, a.config.Now())
	if !ok {
		return Who{}, false
	}
	a.mu.RLock()
	account, ok := a.accounts[s.account]
	a.mu.RUnlock()
	if !ok || !account.Changed.Equal(s.changed) || !Role(account.Role).Known() {
		return Who{}, false
	}
	return Who{Name: account.Name, Role: Role(account.Role), Owner: d.owner()}, true
}

// Bearer is the program that makes a request with a token in its Authorization header. It may read.
func (a *Accounts) Bearer(r *http.Request) (Who, bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return Who{}, false
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	name, ok := a.tokens[digestOf(token)]
	if !ok {
		return Who{}, false
	}
	return Who{Name: name, Role: RoleViewer}, true
}

// SignOut ends the request's session, if it has one, or with everywhere all of the account; it takes the cookie back.
func (a *Accounts) SignOut(w http.ResponseWriter, r *http.Request, everywhere bool) {
	if s, _, ok := a.sessions.find(r, a.config.Now()); ok && everywhere {
		a.sessions.end(func(_ digest, other *session) bool { return other.account == s.account })
	}
	a.sessions.close(w, r)
}

// sessionEnded ends the pages of a session, and leaves it to Run to tell the store.
func (a *Accounts) sessionEnded(d digest) {
	a.leftovers.add(d)
	poke(a.wake)
	a.config.Ended(d.owner())
}

// poke wakes who waits on a channel of capacity 1.
func poke(wake chan<- struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

// Run ends sessions when their time is up, and stores what became of them. It returns nil when ctx ends.
func (a *Accounts) Run(ctx context.Context) error {
	tick := time.NewTicker(settleSessionsEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			a.note(a.settle(last))
			return nil
		case <-tick.C:
			a.sessions.sweep(a.config.Now(), func(d digest) bool { return a.config.InUse(d.owner()) })
		case <-a.wake:
		}
		if err := a.settle(ctx); ctx.Err() == nil {
			a.note(err)
		}
	}
}

// note logs the beginning of a failure.
func (a *Accounts) note(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil && !a.failing {
		a.config.Logger.Error("what became of sessions cannot be stored; it is tried again", "error", err)
	}
	a.failing = err != nil
}

// settle stores which sessions have ended and which were used.
func (a *Accounts) settle(ctx context.Context) error {
	a.following.Lock()
	defer a.following.Unlock()
	if err := a.leftovers.settle(func(d digest) error { return a.config.Store.RemoveSession(ctx, d.String()) }); err != nil {
		return err
	}
	return a.sessions.settle(ctx, a.config.Store)
}

// settle stores which sessions have begun and were used.
func (s *sessions) settle(ctx context.Context, to SessionStore) error {
	if err := s.storeNew(func(d digest, held session) error { return to.PutSession(ctx, held.asStored(d)) }); err != nil {
		return err
	}
	for _, used := range s.unstored() {
		if err := to.UseSession(ctx, used.Digest, used.Used); err != nil {
			return err
		}
	}
	return nil
}

// unstored are the sessions whose last use should be stored, and from now on counts as stored.
func (s *sessions) unstored() (list []Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for d, held := range s.all {
		if held.used.Sub(held.stored) >= storeUseAfter {
			held.stored = held.used
			list = append(list, held.asStored(d))
		}
	}
	return list
}

var accountName = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{0,63}$`)

// CleanName is a name as it counts: without blanks around it, in small letters.
func CleanName(typed string) string { return strings.ToLower(strings.TrimSpace(typed)) }

// ValidName reports whether an account or a token can have this name, which has been cleaned.
func ValidName(name string) bool { return accountName.MatchString(name) }

// NewToken makes a token for a program. It is to be shown once, and its digest kept.
func NewToken(name string, now time.Time) (conference.Secret, Token) {
	secret := rand.Text()
	return conference.NewSecret(secret), Token{Name: name, Digest: digestOf(secret).String(), Created: now}
}
