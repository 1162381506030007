package access

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"confboard/feed/conference"
)

// StoredShare is a link as it is stored: of its token, the digest only.
type StoredShare struct {
	conference.Share
	Digest string
}

// ShareStore keeps links. Its methods wait for the disk.
type ShareStore interface {
	Shares(ctx context.Context) ([]StoredShare, error)
	AddShare(ctx context.Context, s StoredShare) error
	// UpdateShares keeps what became of links; after an error, of none of them.
	UpdateShares(ctx context.Context, all []conference.Share) error
	// ForgetShares removes the links that have not opened since an instant.
	ForgetShares(ctx context.Context, before time.Time) error
}

const (
	// maxLinks bounds the memory.
	maxLinks = 10_000
	// keepClosed is how long a link that does not open any more stays on the lists.
	keepClosed = 30 * 24 * time.Hour
	// seenEvery is how often it is stored when links were seen, settleAtOnce of how many at a time: others wait for the file, too.
	seenEvery    = time.Minute
	settleAtOnce = 500
)

// LinksConfig is what Links need. Store is required.
type LinksConfig struct {
	Store ShareStore
	// Ended is told of every link that ends, by its Owner. It must not call back.
	Ended func(owner string)
	// Now is the clock of the links' ends. Default time.Now.
	Now    func() time.Time
	Logger *slog.Logger
}

// Links are the links to single meetings. Whether one opens is answered from memory. All methods are safe for concurrent use.
type Links struct {
	config LinksConfig
	wake   chan struct{} // tells Run that something is to be stored or will expire; capacity 1

	mu        sync.Mutex
	byKey     map[digest]*link
	byID      map[string]*link
	byMeeting map[conference.ConfID][]*link
}

type link struct {
	conference.Share
	closed bool // its pages have been ended
	// changed: what became of it is to be stored; seen: only that it was seen.
	changed, seen bool
}

// NewLinks reads the links from the store.
func NewLinks(ctx context.Context, c LinksConfig) (*Links, error) {
	if c.Ended == nil {
		c.Ended = func(string) {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	l := &Links{config: c, wake: make(chan struct{}, 1), byKey: map[digest]*link{}, byID: map[string]*link{}, byMeeting: map[conference.ConfID][]*link{}}
	if err := l.Follow(ctx); err != nil {
		return nil, err
	}
	return l, nil
}

// Follow takes over what the store says of links. It is to be called when links were made, revoked or ended beside this board; the pages
// of those that open no more end.
func (l *Links) Follow(ctx context.Context) error {
	stored, err := l.config.Store.Shares(ctx)
	if err != nil {
		return fmt.Errorf("read the links: %w", err)
	}
	now := l.config.Now()
	var over []string
	l.mu.Lock()
	for _, s := range stored {
		d, ok := digestFrom(s.Digest)
		if !ok {
			continue
		}
		held := l.byID[s.ID]
		if held == nil {
			l.add(d, s.Share)
			continue
		}
		if held.learn(s.Share); !held.closed && held.State(now) != conference.ShareOpen {
			held.closed = true
			over = append(over, held.ID)
		}
	}
	l.mu.Unlock()
	for _, id := range over {
		l.config.Ended(shareOwner(id))
	}
	l.stir() // one may expire
	return nil
}

// learn takes over what became of a link elsewhere. None of it is ever taken back.
func (h *link) learn(s conference.Share) {
	for _, at := range []struct{ held, told *time.Time }{{&h.Began, &s.Began}, {&h.Ended, &s.Ended}, {&h.Revoked, &s.Revoked}} {
		if at.held.IsZero() {
			*at.held = *at.told
		}
	}
	if h.Seen.Before(s.Seen) {
		h.Seen = s.Seen
	}
}

// add puts a link on the lists. l.mu is held, or l not shared yet.
func (l *Links) add(d digest, s conference.Share) {
	held := &link{Share: s}
	l.byKey[d], l.byID[s.ID] = held, held
	l.byMeeting[s.ConfID] = append(l.byMeeting[s.ConfID], held)
}

// shareOwner names a link to the streams; it does not open it.
func shareOwner(id string) string { return "link " + id }

// Make makes a link and returns its token, which is in its address and nowhere else. ID and Created are set by Make. It waits for
// the disk; after an error, such as conference.ErrTooManyLinks, there is no link.
func (l *Links) Make(ctx context.Context, s conference.Share) (token conference.Secret, made conference.Share, err error) {
	l.mu.Lock()
	full := len(l.byID) >= maxLinks
	l.mu.Unlock()
	if full {
		return token, made, conference.ErrTooManyLinks
	}
	secret := rand.Text() // at least 128 bits
	s.ID, s.Created = rand.Text()[:12], l.config.Now().UTC().Truncate(time.Millisecond)
	s.Expires = s.Expires.UTC().Truncate(time.Millisecond)
	d := digestOf(secret)
	if err := l.config.Store.AddShare(ctx, StoredShare{Share: s, Digest: d.String()}); err != nil {
		return token, made, err
	}
	l.mu.Lock()
	if l.byID[s.ID] == nil { // Follow can have been faster
		l.add(d, s)
	}
	l.mu.Unlock()
	l.stir() // it may expire
	return conference.NewSecret(secret), s, nil
}

// Open returns the link with a token, which thereby counts as seen, and its name to the streams; ok is false when it does not open,
// for whatever reason.
func (l *Links) Open(token string) (s conference.Share, owner string, ok bool) {
	now := l.config.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	held := l.byKey[digestOf(token)]
	if held == nil || held.State(now) != conference.ShareOpen {
		return conference.Share{}, "", false
	}
	held.Seen, held.seen = now.UTC().Truncate(time.Millisecond), true
	return held.Share, shareOwner(held.ID), true
}

// Opens reports whether a link with an ID opens still.
func (l *Links) Opens(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	held := l.byID[id]
	return held != nil && held.State(l.config.Now()) == conference.ShareOpen
}

// List returns the links of a meeting, or all of them for an empty ID, the newest first.
func (l *Links) List(id conference.ConfID) []conference.Share {
	l.mu.Lock()
	var all []conference.Share
	for _, held := range l.byID {
		if id == "" || held.ConfID == id {
			all = append(all, held.Share)
		}
	}
	l.mu.Unlock()
	slices.SortFunc(all, func(a, b conference.Share) int { return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.ID, b.ID)) })
	return all
}

// Revoke takes a link back: its pages end at once, whatever the disk does. An error means that it opens again after a restart unless
// it can be stored until then, which goes on being tried. found is false when there is no such link.
func (l *Links) Revoke(ctx context.Context, id string) (found bool, err error) {
	l.mu.Lock()
	held := l.byID[id]
	if held == nil {
		l.mu.Unlock()
		return false, nil
	}
	if held.Revoked.IsZero() {
		held.Revoked = l.config.Now().UTC().Truncate(time.Millisecond)
	}
	held.closed, held.changed = true, true
	s := held.Share
	l.mu.Unlock()
	l.config.Ended(shareOwner(id))
	if err := l.config.Store.UpdateShares(ctx, []conference.Share{s}); err != nil {
		l.stir()
		return true, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	held.changed = held.Share != s
	return true, nil
}

// Notify follows what happens to the meetings of links. It is for conference.Registry.Observe and does not block.
func (l *Links) Notify(c conference.Change) {
	if !c.Has(conference.PartOccurrence, conference.PartLink, conference.PartBasic, conference.PartStatus) {
		return
	}
	var over []string
	changed := false
	l.mu.Lock()
	for _, held := range l.byMeeting[c.ConfID] {
		if followed := held.Follow(c); followed != held.Share {
			if held.Ended.IsZero() && !followed.Ended.IsZero() {
				held.closed = true
				over = append(over, held.ID)
			}
			held.Share, held.changed, changed = followed, true, true
		}
	}
	l.mu.Unlock()
	for _, id := range over {
		l.config.Ended(shareOwner(id))
	}
	if changed {
		l.stir()
	}
}

func (l *Links) stir() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Run ends links when their time is up and stores what became of them. It returns nil when ctx ends.
func (l *Links) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	failing, forgot := false, time.Time{}
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			if err := l.settle(last); err != nil {
				l.config.Logger.Error("what became of links cannot be stored", "error", err)
			}
			return nil
		case <-l.wake:
		case <-timer.C:
		}
		now := l.config.Now()
		err := l.settle(ctx)
		if now.Sub(forgot) > time.Hour && err == nil {
			err = l.forget(ctx, now.Add(-keepClosed))
			forgot = now
		}
		if err != nil && !failing && ctx.Err() == nil {
			l.config.Logger.Error("what became of links cannot be stored; it is tried again", "error", err)
		}
		failing = err != nil
		timer.Reset(min(seenEvery, l.expire()))
	}
}

// expire ends the pages of the links whose time is up, and returns how long until the next one's is.
func (l *Links) expire() time.Duration {
	now, next := l.config.Now(), seenEvery
	var over []string
	l.mu.Lock()
	for _, held := range l.byID {
		switch {
		case held.Expires.IsZero():
		case held.State(now) == conference.ShareOpen:
			held.closed = false // the clock can have been set back
			next = min(next, held.Expires.Sub(now))
		case !held.closed:
			held.closed = true
			over = append(over, held.ID)
		}
	}
	l.mu.Unlock()
	for _, id := range over {
		l.config.Ended(shareOwner(id))
	}
	return next
}

// settle stores what became of links, and whether they were seen.
func (l *Links) settle(ctx context.Context) error {
	l.mu.Lock()
	var due []conference.Share
	for _, held := range l.byID {
		if held.changed || held.seen {
			due = append(due, held.Share)
			held.changed, held.seen = false, false
		}
	}
	l.mu.Unlock()
	for len(due) > 0 {
		some := due[:min(len(due), settleAtOnce)]
		if err := l.config.Store.UpdateShares(ctx, some); err != nil {
			l.mu.Lock()
			for _, s := range due {
				if held := l.byID[s.ID]; held != nil {
					held.changed = true
				}
			}
			l.mu.Unlock()
			return err
		}
		due = due[len(some):]
	}
	return nil
}

// forget removes the links that have not opened since an instant.
func (l *Links) forget(ctx context.Context, before time.Time) error {
	if err := l.config.Store.ForgetShares(ctx, before); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for d, held := range l.byKey {
		if held.State(before) != conference.ShareOpen && !held.Revoked.After(before) && !held.Ended.After(before) {
			delete(l.byKey, d)
			delete(l.byID, held.ID)
			if others := slices.DeleteFunc(l.byMeeting[held.ConfID], func(o *link) bool { return o == held }); len(others) > 0 {
				l.byMeeting[held.ConfID] = others
			} else {
				delete(l.byMeeting, held.ConfID)
			}
		}
	}
	return nil
}
