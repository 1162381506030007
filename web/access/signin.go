package access

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"confboard/feed/conference"
)

// signInsAtOnce is how many sign-ins may wait for their turn. At some twenty a second, the last one waits for as long as a person would.
const signInsAtOnce = 100

// ErrBusy: too many sign in at the moment.
var ErrBusy = errors.New("too many sign in at the moment")

// nobodysHash is of a random text that nobody has, at the cost of today's hashes.
const nobodysHash = "$argon2id$v=19$m=19456,t=2,p=1$xqrXBRySVMZ7e0UB0te8Ow$BQtHYbzWureA7r5xbJljS1sPWvtfc/pfBGWi7eimAg4"

// storeTimeout bounds the storing of a session: who has signed in is let in, whatever the disk does.
const storeTimeout = 5 * time.Second

// SignIn opens a session for who knows an account's password, and sets its cookie. address is the client's. When name or password
// is wrong, which is not told apart, ok is false; wait is how long to wait before the next try, in which nothing is looked at; 0: none.
// An error is ErrBusy, or that of ctx.
func (a *Accounts) SignIn(ctx context.Context, w http.ResponseWriter, r *http.Request, address, name string, password conference.Secret) (wait time.Duration, ok bool, err error) {
	name = CleanName(name)
	from := network(address)
	if wait := a.guesses.waiting(from, name, a.config.Now()); wait > 0 {
		a.signIns.waiting.Add(1)
		return wait, false, nil
	}
	select {
	case a.queue <- struct{}{}:
		defer func() { <-a.queue }()
	default:
		return 0, false, ErrBusy
	}
	select {
	case a.hashing <- struct{}{}:
	case <-ctx.Done():
		return 0, false, ctx.Err()
	}
	account, wait, ok := a.check(address, from, name, password)
	<-a.hashing
	if !ok {
		return wait, false, nil
	}
	a.open(ctx, w, r, account, address)
	return 0, true, nil
}

// open begins a session of an account.
func (a *Accounts) open(ctx context.Context, w http.ResponseWriter, r *http.Request, account Account, address string) {
	now := a.config.Now()
	opened := session{account: account.Name, changed: account.Changed, began: now, used: now, stored: now}
	d := a.sessions.open(w, r, opened)
	stored, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	if err := a.config.Store.PutSession(stored, opened.asStored(d)); err != nil {
		a.config.Logger.Error("a session cannot be stored; it is tried again", "account", account.Name, "error", err)
	} else {
		a.sessions.keep(d)
	}
	a.config.Logger.Info("signed in", "account", account.Name, "address", address)
}

// check looks a password up, in a slot for hashes. Those who were before in the queue may have used up the tries.
func (a *Accounts) check(address, from, name string, password conference.Secret) (account Account, wait time.Duration, ok bool) {
	now := a.config.Now()
	if wait := a.guesses.waiting(from, name, now); wait > 0 {
		a.signIns.waiting.Add(1)
		return account, wait, false
	}
	a.mu.RLock()
	account, known := a.accounts[name]
	a.mu.RUnlock()
	hash, err := parseHash(account.Hash)
	if err != nil {
		hash = a.nobody
	}
	if hash.matches(password) && known && err == nil {
		a.guesses.right(from, name)
		a.signIns.right.Add(1)
		return account, 0, true
	}
	a.signIns.wrong.Add(1)
	wait, said := a.guesses.wrong(from, name, now)
	if a.guessed != nil {
		a.guessed(from, a.guesses.key(from, name))
	}
	a.unsaid.warn(a.config.Logger, "name or password", address, said, now)
	return account, wait, false
}

// TellWrong has f told of each wrong password that is tried here: from which network, and for which name, as a digest, since people type
// passwords where names belong; empty if it does not count for one. It is called before anybody signs in; f must return at once.
func (a *Accounts) TellWrong(f func(network, name string)) { a.guessed = f }

// CountWrong counts a wrong password of which another board's TellWrong has told as if it had been tried here.
func (a *Accounts) CountWrong(network, name string) {
	if len(network) <= maxKey && len(name) <= maxKey {
		a.guesses.count(network, name, a.config.Now())
	}
}

// maxKey is as long as a digest in writing, and longer than any network.
const maxKey = 64

func (s session) asStored(d digest) Session {
	return Session{Digest: d.String(), Account: s.account, Changed: s.changed, Began: s.began, Used: s.used}
}

// guesses are the wrong passwords that were tried, for names that there are and others alike. Safe for concurrent use.
type guesses struct {
	addresses, names, all *tries

	mu sync.Mutex
	// familiar are the networks from which the right password of a name came last. Whoever else tries the name from everywhere does
	// not keep them out.
	familiar map[string][]string
}

// familiarOfName is how many networks are familiar for one name.
const familiarOfName = 8

func newGuesses() guesses {
	return guesses{addresses: newTries(tryEvery, triesAtOnce), names: newTries(tryOfNameEvery, triesOfNameOnce), all: newTries(tryOfAllEvery, triesOfAllAtOnce),
		familiar: map[string][]string{}}
}

// waiting returns how long a network has to wait before it may try a name, 0 if it need not.
func (g *guesses) waiting(from, name string, now time.Time) time.Duration {
	wait := g.addresses.waiting(from, now)
	if !g.knows(from, name) {
		wait = max(wait, g.names.waiting(nameKey(name), now))
	}
	return wait
}

func (g *guesses) knows(from, name string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Contains(g.familiar[name], from)
}

// right takes note of the right password. The name is an account's, so their number is bounded.
func (g *guesses) right(from, name string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	before := slices.DeleteFunc(g.familiar[name], func(f string) bool { return f == from })
	if len(before) >= familiarOfName {
		before = slices.Delete(before, 0, 1)
	}
	g.familiar[name] = append(before, from)
}

// wrong counts a wrong password and returns how long to wait before the next. said is what the log goes by: that many try from many
// addresses makes nobody wait, and is not worth a line each.
func (g *guesses) wrong(from, name string, now time.Time) (wait, said time.Duration) {
	return g.count(from, g.key(from, name), now)
}

// key is by what wrong passwords for a name from a network are counted beside the network, empty if by nothing.
func (g *guesses) key(from, name string) string {
	if g.knows(from, name) || !ValidName(name) { // no other is an account's
		return ""
	}
	return nameKey(name)
}

func nameKey(name string) string { return digestOf(name).String() }

func (g *guesses) count(from, key string, now time.Time) (wait, said time.Duration) {
	wait = g.addresses.wrong(from, now)
	if key != "" {
		wait = max(wait, g.names.wrong(key, now))
	}
	return wait, max(wait, g.all.wrong("", now))
}

// network is what counts as one address: of IPv6, everybody has a whole network.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Is4() || ip.Is4In6() {
		return address
	}
	prefix, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}
