package access

import (
	"context"
	"sync"
	"time"
)

// leftovers are sessions that have ended here and that the store still has. Safe for concurrent use.
type leftovers struct {
	mu   sync.Mutex
	list []digest
}

func (l *leftovers) add(d ...digest) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, d...)
}

func (l *leftovers) all() map[digest]bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make(map[digest]bool, len(l.list))
	for _, d := range l.list {
		all[d] = true
	}
	return all
}

// settle removes them from the store; after an error those that are left are tried again the next time.
func (l *leftovers) settle(remove func(d digest) error) error {
	l.mu.Lock()
	some := l.list
	l.mu.Unlock()
	for n, d := range some {
		if err := remove(d); err != nil {
			l.drop(n)
			return err
		}
	}
	l.drop(len(some))
	return nil
}

// drop forgets the first n, which the store does not have any more. Until then follow must not take them for sessions of another board.
func (l *leftovers) drop(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = l.list[n:]
}

// recent are digests that were added a while ago at most: longer than anything takes that is asked of a store.
type recent struct {
	now, before map[digest]bool
	turned      time.Time
}

const keepRecent = time.Minute

func (r *recent) add(d digest, now time.Time) {
	if r.now == nil || now.Sub(r.turned) > keepRecent {
		r.now, r.before, r.turned = map[digest]bool{}, r.now, now
	}
	r.now[d] = true
}

func (r *recent) has(d digest) bool { return r.now[d] || r.before[d] }

// follow brings sessions up to date with those that are stored: those that began at another board count here as well, and those that
// ended there end. before are those that were known to be stored before the store was asked, ending those that it still has although
// they have ended.
func (s *sessions) follow(stored map[digest]*session, before, ending map[digest]bool) {
	var gone []digest
	s.mu.Lock()
	for d, there := range stored {
		switch held := s.all[d]; {
		case ending[d], s.gone.has(d):
		case held == nil:
			if len(s.all) < s.most {
				there.kept = true
				s.all[d] = there
			}
		default:
			held.kept = true
			if held.used.Before(there.used) {
				held.used = there.used
			}
			if held.stored.Before(there.stored) {
				held.stored = there.stored
			}
		}
	}
	for d := range before {
		if stored[d] == nil && s.all[d] != nil {
			s.drop(d)
			gone = append(gone, d)
		}
	}
	s.mu.Unlock()
	for _, d := range gone {
		s.ended(d)
	}
}

// known are the sessions that are known to be stored.
func (s *sessions) known() map[digest]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make(map[digest]bool, len(s.all))
	for d, held := range s.all {
		if held.kept {
			all[d] = true
		}
	}
	return all
}

// keep notes that a session is stored.
func (s *sessions) keep(d digest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if held := s.all[d]; held != nil {
		held.kept = true
	}
}

// storeNew stores those sessions that could not be stored when they began.
func (s *sessions) storeNew(put func(d digest, held session) error) error {
	s.mu.Lock()
	unkept := map[digest]session{}
	for d, held := range s.all {
		if !held.kept {
			unkept[d] = *held
		}
	}
	s.mu.Unlock()
	for d, held := range unkept {
		if err := put(d, held); err != nil {
			return err
		}
		s.keep(d)
	}
	return nil
}

const (
	// asksAtOnce is how many questions of elsewhere may be under way, askAgainAfter how soon the same one is asked again.
	asksAtOnce    = 4
	askAgainAfter = time.Second
	// askFor is how long one may take: a request waits for it.
	askFor = 2 * time.Second
	// asksEvery is the time in which one more may be asked, asksAhead how many may be ahead of that.
	asksEvery = 20 * time.Millisecond
	asksAhead = 100
)

// elsewhere finds sessions that began at another board a moment ago, by asking the store: a balancer may lead who has signed in there
// here at once. Strangers can send any cookie, so what is asked is bounded, and who asks too much is not known for a moment.
type elsewhere struct {
	ask   func(ctx context.Context, d digest) (*session, error)
	now   func() time.Time
	slots chan struct{}

	mu    sync.Mutex
	asked map[digest]time.Time
	until time.Time // when all that was asked is paid for
}

// newElsewhere returns nil when there is nothing to ask.
func newElsewhere(ask func(context.Context, digest) (*session, error), now func() time.Time) *elsewhere {
	if ask == nil {
		return nil
	}
	return &elsewhere{ask: ask, now: now, slots: make(chan struct{}, asksAtOnce), asked: map[digest]time.Time{}}
}

// find returns the first of some sessions that there is elsewhere.
func (e *elsewhere) find(ctx context.Context, all []digest) (*session, digest) {
	for _, d := range all {
		if !e.may(d) {
			continue
		}
		select {
		case e.slots <- struct{}{}:
		default:
			continue
		}
		patient, cancel := context.WithTimeout(ctx, askFor)
		found, err := e.ask(patient, d)
		cancel()
		<-e.slots
		if err == nil && found != nil {
			return found, d
		}
	}
	return nil, digest{}
}

// may reports whether a session may be asked for, which is thereby noted.
func (e *elsewhere) may(d digest) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	if at, asked := e.asked[d]; asked && now.Sub(at) < askAgainAfter {
		return false
	}
	if e.until.Before(now) {
		e.until = now
	}
	if e.until.Sub(now) > asksAhead*asksEvery {
		return false
	}
	if len(e.asked) >= maxKeys {
		clear(e.asked)
	}
	e.until = e.until.Add(asksEvery)
	e.asked[d] = now
	return true
}
