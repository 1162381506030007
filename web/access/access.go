// Package access says who may change something on the board, until there are accounts: whoever has the one-time token that the
// board prints when it starts, and under which names the board may be asked to.
//
// That a request comes from this machine proves nothing: behind a proxy all of them do, and a page of a stranger in a browser
// on this machine can send one, too.
package access

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"confboard/feed/conference"
)

const (
	// A session ends when it has not been used for idleLimit, and in any case after ageLimit.
	idleLimit = 12 * time.Hour
	ageLimit  = 7 * 24 * time.Hour
	// maxSessions bounds the memory; each has cost a token. The one that was used least recently makes room.
	maxSessions = 100
)

// Config is what an Admin needs. Issue is required.
type Config struct {
	// Issue is given every new one-time token, the first one by NewAdmin: it is the only one ever to see it. It is not called
	// twice at a time. What it returns is logged; a token that reached nobody is replaced by the next start.
	Issue func(token conference.Secret) error
	// Path is that of the cookies: the base path with a slash at its end. Default /.
	Path string
	// PublicURL is where people reach the board, empty when that is not known. With https, cookies of its host are for
	// encrypted connections only, though the proxy's connection to us is not.
	PublicURL string
	// Now is the clock. Default time.Now.
	Now func() time.Time
	// Logger hears of tokens that were used, and of wrong ones. Default: none.
	Logger *slog.Logger
}

// Admin holds the one-time token and the sessions that it opened, of both their hashes only. All methods are safe for concurrent
// use.
type Admin struct {
	config Config
	public *url.URL // nil when not known
	tries  tries

	signing sync.Mutex // one sign-in at a time: a token opens one session

	mu       sync.Mutex
	token    digest
	sessions map[digest]*session
}

// digest is the SHA-256 of a token of at least 128 random bits, which needs no salt.
type digest [sha256.Size]byte

type session struct{ began, used time.Time }

// NewAdmin makes the first token and has it issued.
func NewAdmin(c Config) (*Admin, error) {
	if c.Path == "" {
		c.Path = "/"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	a := &Admin{config: c, sessions: map[digest]*session{}}
	if c.PublicURL != "" {
		public, err := url.Parse(c.PublicURL)
		if err != nil {
			return nil, fmt.Errorf("public URL: %w", err)
		}
		a.public = public
	}
	if err := a.renew(); err != nil {
		return nil, err
	}
	return a, nil
}

// renew replaces the token.
func (a *Admin) renew() error {
	token := rand.Text()
	a.mu.Lock()
	a.token = digestOf(token)
	a.mu.Unlock()
	if err := a.config.Issue(conference.NewSecret(token)); err != nil {
		return fmt.Errorf("issue the admin token: %w", err)
	}
	return nil
}

// digestOf takes a token as it was typed: blanks, hyphens and the case of letters do not count.
func digestOf(typed string) digest {
	return sha256.Sum256([]byte(strings.Map(func(r rune) rune {
		switch {
		case r == ' ', r == '\t', r == '\r', r == '\n', r == '-':
			return -1
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		}
		return r
	}, typed)))
}

// SignIn opens a session with the one-time token, which is then worthless, and sets its cookie. address is the client's. When
// the token is wrong, ok is false and wait is how long to wait before the next try; 0: none.
//
// Too many wrong tries only make the wrong ones wait: the right token is taken at any time, so nobody can keep the admin out by
// trying, and none of the 2^128 others is found at any rate.
func (a *Admin) SignIn(w http.ResponseWriter, r *http.Request, address string, token conference.Secret) (wait time.Duration, ok bool) {
	a.signing.Lock()
	defer a.signing.Unlock()
	now := a.config.Now()
	given := digestOf(token.Reveal())
	a.mu.Lock()
	right := subtle.ConstantTimeCompare(given[:], a.token[:]) == 1
	a.mu.Unlock()
	if !right {
		wait := a.tries.wrong(address, now)
		a.config.Logger.Warn("a wrong admin token was tried", "address", address, "wait", wait)
		return wait, false
	}
	if err := a.renew(); err != nil {
		a.config.Logger.Error("the next admin token reached nobody; restart to get another", "error", err)
	}
	secret := rand.Text()
	a.open(digestOf(secret), now)
	http.SetCookie(w, a.cookie(r, secret, int(ageLimit/time.Second)))
	a.config.Logger.Info("an admin signed in; the token was replaced", "address", address)
	return 0, true
}

func (a *Admin) open(d digest, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var oldest digest
	for k, s := range a.sessions {
		if s.over(now) {
			delete(a.sessions, k)
		} else if held := a.sessions[oldest]; held == nil || s.used.Before(held.used) {
			oldest = k
		}
	}
	if len(a.sessions) >= maxSessions {
		delete(a.sessions, oldest)
	}
	a.sessions[d] = &session{began: now, used: now}
}

func (s *session) over(now time.Time) bool {
	return now.Sub(s.used) >= idleLimit || now.Sub(s.began) >= ageLimit
}

// SignedIn reports whether a request belongs to a session, which thereby counts as used.
func (a *Admin) SignedIn(r *http.Request) bool {
	held, err := r.Cookie(a.cookieName(r))
	if err != nil {
		return false
	}
	d, now := digestOf(held.Value), a.config.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.sessions[d]
	if s == nil {
		return false
	}
	if s.over(now) {
		delete(a.sessions, d)
		return false
	}
	s.used = now
	return true
}

// SignOut ends the request's session, if it has one, and takes its cookie back.
func (a *Admin) SignOut(w http.ResponseWriter, r *http.Request) {
	if held, err := r.Cookie(a.cookieName(r)); err == nil {
		a.mu.Lock()
		delete(a.sessions, digestOf(held.Value))
		a.mu.Unlock()
	}
	http.SetCookie(w, a.cookie(r, "", -1))
}

func (a *Admin) cookie(r *http.Request, value string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: a.cookieName(r), Value: value, Path: a.config.Path, MaxAge: maxAge,
		HttpOnly: true, Secure: a.encrypted(r), SameSite: http.SameSiteStrictMode}
}

// cookieName has the prefix that makes browsers refuse such a cookie from a neighbouring host or an unencrypted page, where
// they allow it.
func (a *Admin) cookieName(r *http.Request) string {
	const name = "confboard_admin"
	switch {
	case !a.encrypted(r):
		return name
	case a.config.Path == "/":
		return "__Host-" + name
	}
	return "__Secure-" + name
}

// encrypted reports whether the browser's connection is: with us, or with the proxy that makes the public URL.
func (a *Admin) encrypted(r *http.Request) bool {
	return r.TLS != nil || (a.public != nil && a.public.Scheme == "https" && hostName(r.Host) == hostName(a.public.Host))
}
