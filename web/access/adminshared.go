package access

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
)

// What boards do that share the one-time token. It follows from their secret and from how many were used before, so that each board can
// tell it to the operator, and none of them has to be there for that.

// next is the token that is good now.
func (a *Admin) next() (string, error) {
	if a.config.Shared == nil {
		return rand.Text(), nil
	}
	a.mu.Lock()
	used := a.used
	a.mu.Unlock()
	key, err := hkdf.Key(sha256.New, []byte(a.config.Secret.Reveal()), nil, fmt.Sprint("confboard admin token ", used), 20)
	if err != nil {
		return "", fmt.Errorf("derive the admin token: %w", err)
	}
	return base32.StdEncoding.EncodeToString(key), nil // as long as the texts of package rand are
}

// useToken tells the other boards that the token is used. a.signing is held.
func (a *Admin) useToken(ctx context.Context) error {
	if a.config.Shared == nil {
		return nil
	}
	a.mu.Lock()
	used := a.used
	a.mu.Unlock()
	if err := a.config.Shared.UseAdminToken(ctx, used); err != nil {
		return err
	}
	a.mu.Lock()
	a.used = max(a.used, used+1)
	a.mu.Unlock()
	return nil
}

// share stores a session, so that it counts at the other boards.
func (a *Admin) share(ctx context.Context, d digest, opened session) {
	if a.config.Shared == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	if err := a.config.Shared.PutSession(ctx, opened.asStored(d)); err != nil {
		a.config.Logger.Error("a session cannot be stored; it is tried again", "error", err)
		return
	}
	a.sessions.keep(d)
}

// sessionEnded ends the pages of a session, and leaves it to Visitors.Run to tell the store.
func (a *Admin) sessionEnded(d digest) {
	if a.config.Shared != nil {
		a.leftovers.add(d)
		poke(a.wake)
	}
	a.config.Ended(d.owner())
}

// begunElsewhere returns a session that the store has.
func (a *Admin) begunElsewhere(ctx context.Context, d digest) (*session, error) {
	s, found, err := a.config.Shared.Session(ctx, d.String())
	if err != nil || !found || s.Account != "" || a.leftovers.all()[d] {
		return nil, err
	}
	return s.heldAs(), nil
}

// Follow takes over what other boards that share the token have done: sessions that began or ended there, and a token that was used, after
// which the next one is issued. It is to be called when something of these was changed, or whether a token is needed.
func (a *Admin) Follow(ctx context.Context) error {
	if a.config.Shared == nil {
		return nil
	}
	if err := a.followSessions(ctx); err != nil {
		return fmt.Errorf("read the sessions of admins: %w", err)
	}
	used, err := a.config.Shared.AdminToken(ctx)
	if err != nil {
		return fmt.Errorf("read which admin token is good: %w", err)
	}
	a.signing.Lock()
	defer a.signing.Unlock()
	a.mu.Lock()
	first := a.token == digest{}
	another := a.used != used
	a.used = max(a.used, used)
	a.mu.Unlock()
	if another && !first || !first && !a.config.Needed() {
		return a.renew()
	}
	return nil
}

func (a *Admin) followSessions(ctx context.Context) error {
	a.following.Lock()
	defer a.following.Unlock()
	before := a.sessions.known()
	held, err := a.config.Shared.AdminSessions(ctx)
	if err != nil {
		return err
	}
	stored := make(map[digest]*session, len(held))
	for _, s := range held {
		if d, ok := digestFrom(s.Digest); ok {
			stored[d] = s.heldAs()
		}
	}
	a.sessions.follow(stored, before, a.leftovers.all())
	return nil
}

// settle stores which sessions have ended and which were used.
func (a *Admin) settle(ctx context.Context) error {
	if a.config.Shared == nil {
		return nil
	}
	a.following.Lock()
	defer a.following.Unlock()
	if err := a.leftovers.settle(func(d digest) error { return a.config.Shared.RemoveSession(ctx, d.String()) }); err != nil {
		return err
	}
	return a.sessions.settle(ctx, a.config.Shared)
}
