package access

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"sync"
	"time"
)

// maxSessions bounds the memory, and maxSessionsOfOne what one person has of it: nobody can push the others out. The session that was
// used least recently makes room.
const (
	maxSessions      = 10_000
	maxSessionsOfOne = 100
)

// sessions are those of one kind of cookie: of the secrets in the cookies, the digests only. Safe for concurrent use.
type sessions struct {
	cookies
	idle, age time.Duration
	most      int
	// ended is told of every session that ends before its cookie does; it must not call back.
	ended func(d digest)
	// elsewhere finds those that began at another board; nil: there is none.
	elsewhere *elsewhere

	mu   sync.Mutex
	all  map[digest]*session
	gone recent // those that have ended: what was read of the store before must not bring them back
}

// session ends when it has not been used for idle, and in any case after age.
type session struct {
	account     string    // empty for the admin token's, and those by OpenID Connect
	person      person    // of those by OpenID Connect
	changed     time.Time // the account's
	began, used time.Time
	stored      time.Time // the use that the store knows
	kept        bool      // the store has it
}

func newSessions(c cookies, idle, age time.Duration, most int, ended func(d digest)) *sessions {
	return &sessions{cookies: c, idle: idle, age: age, most: most, ended: ended, all: map[digest]*session{}}
}

// whose is one text for all sessions of one person.
func (s *session) whose() string { return s.account + "\n" + s.person.issuer + "\n" + s.person.subject }

// open begins a session in place of the one that this browser may have had, and sets its cookie.
func (s *sessions) open(w http.ResponseWriter, r *http.Request, opened session) digest {
	name := s.cookieName(r)
	s.forget(r)
	for _, c := range s.own(r) {
		if c.Name != name { // of a connection of another kind
			http.SetCookie(w, s.cookie(c.Name, "", -1))
		}
	}
	secret := rand.Text()
	d := digestOf(secret)
	if evicted, some := s.add(d, &opened); some {
		s.ended(evicted)
	}
	http.SetCookie(w, s.cookie(name, secret, int(s.age/time.Second)))
	return d
}

func (s *sessions) add(d digest, opened *session) (evicted digest, some bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.place(d, opened)
}

// admit puts a session on the list that the store has.
func (s *sessions) admit(d digest, stored *session) {
	s.mu.Lock()
	var evicted digest
	some := false
	if s.all[d] == nil && !s.gone.has(d) {
		stored.kept = true
		evicted, some = s.place(d, stored)
	}
	s.mu.Unlock()
	if some {
		s.ended(evicted)
	}
}

// drop takes a session off the list. s.mu is held.
func (s *sessions) drop(d digest) {
	delete(s.all, d)
	s.gone.add(d, time.Now())
}

// place puts a session on the list, in which it may take the place of another. s.mu is held.
func (s *sessions) place(d digest, opened *session) (evicted digest, some bool) {
	var own int
	var least, leastOwn digest // the least recently used
	for k, held := range s.all {
		if oldest := s.all[least]; oldest == nil || held.used.Before(oldest.used) {
			least = k
		}
		if held.whose() != opened.whose() {
			continue
		}
		own++
		if oldest := s.all[leastOwn]; oldest == nil || held.used.Before(oldest.used) {
			leastOwn = k
		}
	}
	switch {
	case own >= maxSessionsOfOne:
		evicted, some = leastOwn, true
	case len(s.all) >= s.most:
		evicted, some = least, true
	}
	if some {
		s.drop(evicted)
	}
	s.all[d] = opened
	return evicted, some
}

// find returns the request's session, which thereby counts as used.
func (s *sessions) find(r *http.Request, now time.Time) (session, digest, bool) {
	held := s.digests(r)
	if found, d, ok := s.use(held, now); ok || len(held) == 0 || s.elsewhere == nil {
		return found, d, ok
	}
	if begun, d := s.elsewhere.find(r.Context(), held); begun != nil {
		s.admit(d, begun)
	}
	return s.use(held, now)
}

// use returns the first of some sessions that there is, which thereby counts as used.
func (s *sessions) use(all []digest, now time.Time) (session, digest, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range all {
		if found := s.all[d]; found != nil && !s.over(found, now) { // sweep removes it otherwise
			found.used = now
			return *found, d, true
		}
	}
	return session{}, digest{}, false
}

// digests are those of the cookies of a request.
func (s *sessions) digests(r *http.Request) (all []digest) {
	for _, c := range s.own(r) {
		all = append(all, digestOf(c.Value))
	}
	return all
}

func (s *sessions) over(held *session, now time.Time) bool {
	return now.Sub(held.used) >= s.idle || now.Sub(held.began) >= s.age
}

// forget ends the request's session, if it has one, and leaves its cookie to be replaced.
func (s *sessions) forget(r *http.Request) {
	var gone []digest
	held := s.digests(r)
	s.mu.Lock()
	for _, d := range held {
		if s.all[d] != nil {
			s.drop(d)
			gone = append(gone, d)
		}
	}
	s.mu.Unlock()
	for _, d := range gone {
		s.ended(d)
	}
}

// close ends the request's session, if it has one, and takes its cookie back.
func (s *sessions) close(w http.ResponseWriter, r *http.Request) {
	s.forget(r)
	for _, c := range s.own(r) {
		http.SetCookie(w, s.cookie(c.Name, "", -1))
	}
}

// end ends the sessions of which something is true.
func (s *sessions) end(is func(digest, *session) bool) {
	s.mu.Lock()
	var gone []digest
	for d, held := range s.all {
		if is(d, held) {
			s.drop(d)
			gone = append(gone, d)
		}
	}
	s.mu.Unlock()
	for _, d := range gone {
		s.ended(d)
	}
}

// sweep ends the sessions that are over. Those of which something is true are being used.
func (s *sessions) sweep(now time.Time, inUse func(digest) bool) {
	s.end(func(d digest, held *session) bool {
		if inUse(d) {
			held.used = now
		}
		return s.over(held, now)
	})
}

// owner names a session to the streams; it does not open it.
func (d digest) owner() string { return "session " + d.String() }

// String is the digest as it is stored.
func (d digest) String() string { return hex.EncodeToString(d[:]) }

// digestFrom reads what String wrote; ok is false for anything else.
func digestFrom(text string) (d digest, ok bool) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(d) {
		return d, false
	}
	return digest(b), true
}
