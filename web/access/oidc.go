package access

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"confboard/feed/conference"
)

// Why somebody is not signed in by OpenID Connect.
var (
	// ErrOIDCDown: the provider cannot be reached, or has a fault.
	ErrOIDCDown = errors.New("the OpenID provider cannot be reached")
	// ErrOIDCStale: this browser did not begin the sign-in, or it was used before, or it took too long. Beginning anew helps.
	ErrOIDCStale = errors.New("the sign-in is over, or was begun elsewhere")
	// ErrOIDCDenied: the provider says that it was not allowed, as a rule because the person has cancelled it.
	ErrOIDCDenied = errors.New("the OpenID provider did not allow the sign-in")
	// ErrOIDCRefused: the provider knows the person, who is in none of the groups that may see the board.
	ErrOIDCRefused = errors.New("in none of the groups that may see the board")
	// ErrOIDCAnswer: what the provider answered is not what it should. Somebody has to mend its settings or ours.
	ErrOIDCAnswer = errors.New("the answer of the OpenID provider is not accepted")
	// ErrOIDCTooMany: too many sign-ins from one address have failed.
	ErrOIDCTooMany = errors.New("too many sign-ins failed")
)

// exchangesAtOnce bounds the calls that strangers can have us make at a time.
const exchangesAtOnce = 8

// OIDCSession is a session as it is stored: of its secret, the digest only. Issuer and Subject together say who it is.
type OIDCSession struct {
	Digest, Issuer, Subject, Name, Role string
	// Terms is a digest of the settings that gave the role.
	Terms string
	Began time.Time
}

// OIDCStore keeps sessions. Its methods wait for the disk.
type OIDCStore interface {
	OIDCSessions(ctx context.Context) ([]OIDCSession, error)
	// OIDCSession returns one; found is false when there is none.
	OIDCSession(ctx context.Context, digest string) (s OIDCSession, found bool, err error)
	PutOIDCSession(ctx context.Context, s OIDCSession) error
	RemoveOIDCSession(ctx context.Context, digest string) error
}

// OIDCConfig is what an OIDC needs. Store, Issuer, ClientID, Callback and SessionAge are required.
type OIDCConfig struct {
	Store OIDCStore
	// Issuer is the provider's URL, exactly as it writes it itself.
	Issuer       string
	ClientID     string
	ClientSecret conference.Secret
	// Callback is the address to which the provider sends people back.
	Callback string
	// Scopes are asked for beside openid.
	Scopes []string
	// NameClaim says what to call somebody, GroupsClaim in which groups they are. Dots lead into objects where no claim has the whole
	// name.
	NameClaim, GroupsClaim string
	// AdminGroups and ViewerGroups are as in Proxy.
	AdminGroups, ViewerGroups []string
	// SessionAge is how long a session lasts, whatever happens: what became of somebody's groups is only seen at the next sign-in.
	SessionAge time.Duration
	// Path, PublicURL, Ended, Now and Logger are as in Config.
	Path, PublicURL string
	Ended           func(owner string)
	Now             func() time.Time
	Logger          *slog.Logger
	// Shared is a secret that all boards have which use the same store: who has begun to sign in at one of them can end at any. Zero: there
	// are no others.
	Shared conference.Secret
}

// OIDC lets people sign in where their organisation does, by OpenID Connect: authorization code flow with PKCE. They need no account of
// the board. Who makes a request is answered from memory. All methods are safe for concurrent use.
type OIDC struct {
	config     OIDCConfig
	client     *http.Client
	sessions   *sessions
	attempts   *attempts
	tries      *tries // by network
	signIns    signIns
	exchanging chan struct{} // a slot for each exchange of a code
	terms      string

	provider atomic.Pointer[reachedProvider] // nil until it was reached

	following sync.Mutex // what is in memory and what is stored change together
	leftovers leftovers
	wake      chan struct{} // tells Run that a session has ended; capacity 1
}

// NewOIDC reads the sessions from the store. The provider is not asked for anything before Run.
func NewOIDC(ctx context.Context, c OIDCConfig) (*OIDC, error) {
	if c.Path == "" {
		c.Path = "/"
	}
	if c.Ended == nil {
		c.Ended = func(string) {}
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
	// Lax, because the provider sends people back by a link of another site.
	jar := cookies{"confboard_oidc", c.Path, public, http.SameSiteLaxMode}
	begun, err := newAttempts(jar, c.Shared)
	if err != nil {
		return nil, err
	}
	o := &OIDC{config: c, client: newOIDCClient(), attempts: begun, tries: newTries(tryEvery, triesAtOnce),
		exchanging: make(chan struct{}, exchangesAtOnce), terms: c.terms(), wake: make(chan struct{}, 1)}
	o.sessions = newSessions(jar, c.SessionAge, c.SessionAge, maxSessions, o.sessionEnded)
	if !c.Shared.IsZero() {
		o.sessions.elsewhere = newElsewhere(o.begunElsewhere, c.Now)
	}
	if err := o.Follow(ctx); err != nil {
		return nil, err
	}
	return o, nil
}

// heldAs is a stored session as it is held, nil when it has ended because the settings are others.
func (o *OIDC) heldAs(s OIDCSession) *session {
	if s.Terms != o.terms || !Role(s.Role).Known() {
		return nil
	}
	return &session{person: person{s.Issuer, s.Subject, s.Name, Role(s.Role)}, began: s.Began, used: s.Began}
}

// begunElsewhere returns a session that the store has.
func (o *OIDC) begunElsewhere(ctx context.Context, d digest) (*session, error) {
	s, found, err := o.config.Store.OIDCSession(ctx, d.String())
	if err != nil || !found || o.leftovers.all()[d] {
		return nil, err
	}
	return o.heldAs(s), nil
}

// Follow takes over which sessions the store has. It is to be called when some of them began or ended beside this board.
func (o *OIDC) Follow(ctx context.Context) error {
	o.following.Lock()
	defer o.following.Unlock()
	before := o.sessions.known()
	held, err := o.config.Store.OIDCSessions(ctx)
	if err != nil {
		return fmt.Errorf("read the sessions by OpenID Connect: %w", err)
	}
	stored := make(map[digest]*session, len(held))
	ending := o.leftovers.all()
	for _, s := range held {
		d, ok := digestFrom(s.Digest)
		if !ok {
			continue
		}
		if one := o.heldAs(s); one != nil {
			stored[d] = one
		} else if !ending[d] {
			o.leftovers.add(d)
		}
	}
	o.sessions.follow(stored, before, ending)
	return nil
}

// terms is a digest of the settings by which roles are given: others mean that everybody signs in again.
func (c OIDCConfig) terms() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %q %q", c.Issuer, c.ClientID, c.GroupsClaim, c.AdminGroups, c.ViewerGroups)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Reachable reports whether the provider has been reached. If not, that is tried again and again.
func (o *OIDC) Reachable() bool { return o.provider.Load() != nil }

// Begin begins a sign-in after which somebody wants to go to a page, and returns the address of the provider to which the browser is to
// be sent. lang is the person's language, such as zh-CN. The error is ErrOIDCDown.
func (o *OIDC) Begin(w http.ResponseWriter, r *http.Request, to, lang string) (address string, err error) {
	p := o.provider.Load()
	if p == nil {
		return "", ErrOIDCDown
	}
	a, err := o.attempts.begin(w, r, to, o.config.Now())
	if err != nil {
		return "", err
	}
	return p.authorize(a, lang), nil
}

// Finish opens a session for somebody whom the provider has sent back, and sets its cookie. address is the client's. to is the page
// that was wanted as far as that is known, whether or not there is an error, which is one of those above or that of ctx.
func (o *OIDC) Finish(ctx context.Context, w http.ResponseWriter, r *http.Request, address string) (to string, err error) {
	now, from := o.config.Now(), network(address)
	q := r.URL.Query()
	a, err := o.attempts.find(r, q.Get("state"), now)
	if err != nil {
		return a.To, err
	}
	if code := q.Get("error"); code != "" {
		return a.To, o.providerSays(code)
	}
	if iss := q.Get("iss"); iss != "" && iss != o.config.Issuer {
		o.config.Logger.Warn("a sign-in came back from another OpenID provider", "address", address)
		return a.To, ErrOIDCAnswer
	}
	if wait := o.tries.waiting(from, now); wait > 0 {
		o.signIns.waiting.Add(1)
		return a.To, ErrOIDCTooMany
	}
	who, err := o.identify(ctx, a, q.Get("code"))
	if err != nil {
		return a.To, o.failed(err, address, now)
	}
	if !o.attempts.spend(a, now) {
		return a.To, ErrOIDCStale
	}
	o.signIns.right.Add(1)
	o.open(ctx, w, r, who, address)
	return a.To, nil
}

// providerSays turns an error of the provider (RFC 6749, 4.1.2.1) into ours. What it says besides can be anything and is not passed on.
func (o *OIDC) providerSays(code string) error {
	o.signIns.wrong.Add(1)
	o.config.Logger.Warn("the OpenID provider did not sign somebody in", "error", word(code))
	switch code {
	case "access_denied":
		return ErrOIDCDenied
	case "server_error", "temporarily_unavailable":
		return ErrOIDCDown
	}
	return ErrOIDCAnswer
}

// failed logs why a code was not taken, and counts what can be somebody's trying.
func (o *OIDC) failed(err error, address string, now time.Time) error {
	if errors.Is(err, context.Canceled) {
		return err // the browser has gone
	}
	o.signIns.wrong.Add(1)
	o.config.Logger.Warn("a sign-in by OpenID Connect failed", "address", address, "error", err)
	if errors.Is(err, ErrOIDCStale) || errors.Is(err, ErrOIDCAnswer) {
		o.tries.wrong(network(address), now)
	}
	return err
}

// identify has the provider say who has come back.
func (o *OIDC) identify(ctx context.Context, a attempt, code string) (who person, err error) {
	p := o.provider.Load()
	if p == nil {
		return who, ErrOIDCDown
	}
	select {
	case o.exchanging <- struct{}{}:
		defer func() { <-o.exchanging }()
	case <-ctx.Done():
		return who, ctx.Err()
	}
	claims, err := p.exchange(ctx, o.config, a, code)
	if err != nil {
		return who, err
	}
	return claims.person(o.config)
}

// open begins a session in place of the one that this browser may have had.
func (o *OIDC) open(ctx context.Context, w http.ResponseWriter, r *http.Request, who person, address string) {
	now := o.config.Now()
	opened := session{person: who, began: now, used: now}
	d := o.sessions.open(w, r, opened)
	patient, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	if err := o.config.Store.PutOIDCSession(patient, o.asStored(d, opened)); err != nil {
		o.config.Logger.Error("a session cannot be stored; it is tried again", "name", who.name, "error", err)
	} else {
		o.sessions.keep(d)
	}
	o.config.Logger.Info("signed in by OpenID Connect", "name", who.name, "role", who.role, "address", address)
}

func (o *OIDC) asStored(d digest, s session) OIDCSession {
	return OIDCSession{Digest: d.String(), Issuer: s.person.issuer, Subject: s.person.subject, Name: s.person.name, Role: string(s.person.role), Terms: o.terms, Began: s.began}
}

// Who is who makes a request that belongs to a session.
func (o *OIDC) Who(r *http.Request) (Who, bool) {
	s, d, ok := o.sessions.find(r, o.config.Now())
	if !ok {
		return Who{}, false
	}
	return Who{Name: s.person.name, Role: s.person.role, Owner: d.owner()}, true
}

// SignOut ends the request's session, if it has one, or with everywhere all of the same person on this board; it takes the cookie back.
// That somebody is signed in at the provider is between the two.
func (o *OIDC) SignOut(w http.ResponseWriter, r *http.Request, everywhere bool) {
	if s, _, ok := o.sessions.find(r, o.config.Now()); ok && everywhere {
		o.sessions.end(func(_ digest, other *session) bool {
			return other.person.issuer == s.person.issuer && other.person.subject == s.person.subject
		})
	}
	o.sessions.close(w, r)
}

// sessionEnded ends the pages of a session, and leaves it to Run to tell the store.
func (o *OIDC) sessionEnded(d digest) {
	o.leftovers.add(d)
	poke(o.wake)
	o.config.Ended(d.owner())
}

// Run looks for the provider until it is there, and now and then afterwards, and ends sessions when their time is up. It returns nil
// when ctx ends.
func (o *OIDC) Run(ctx context.Context) error {
	var group errgroup.Group
	group.Go(func() error { o.discover(ctx); return nil })
	group.Go(func() error { o.keepSessions(ctx); return nil })
	return group.Wait()
}

func (o *OIDC) keepSessions(ctx context.Context) {
	tick := time.NewTicker(settleSessionsEvery)
	defer tick.Stop()
	failing := false
	note := func(err error) {
		if err != nil && !failing {
			o.config.Logger.Error("what became of sessions cannot be stored; it is tried again", "error", err)
		}
		failing = err != nil
	}
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			note(o.settle(last))
			return
		case <-tick.C:
			o.sessions.sweep(o.config.Now(), func(digest) bool { return false })
		case <-o.wake:
		}
		if err := o.settle(ctx); ctx.Err() == nil {
			note(err)
		}
	}
}

// settle stores which sessions have begun and ended.
func (o *OIDC) settle(ctx context.Context) error {
	o.following.Lock()
	defer o.following.Unlock()
	if err := o.leftovers.settle(func(d digest) error { return o.config.Store.RemoveOIDCSession(ctx, d.String()) }); err != nil {
		return err
	}
	return o.sessions.storeNew(func(d digest, s session) error { return o.config.Store.PutOIDCSession(ctx, o.asStored(d, s)) })
}

// word is what may be told of a code that somebody else has sent: nothing but a plain word.
func word(code string) string {
	if len(code) > 40 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return "not a known one"
	}
	return code
}
