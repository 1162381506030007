package access

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"sync"
	"time"
)

// maxSessions bounds the memory; each has cost a token or a password. The one that was used least recently makes room.
const maxSessions = 10_000

// sessions are those of one kind of cookie: of the secrets in the cookies, the digests only. Safe for concurrent use.
type sessions struct {
	cookies
	idle, age time.Duration
	most      int
	// ended is told of every session that ends before its cookie does; it must not call back.
	ended func(d digest)

	mu  sync.Mutex
	all map[digest]*session
}

// session ends when it has not been used for idle, and in any case after age.
type session struct {
	account     string    // empty for the admin token's, and those by OpenID Connect
	person      person    // of those by OpenID Connect
	changed     time.Time // the account's
	began, used time.Time
	stored      time.Time // the use that the store knows
}

func newSessions(c cookies, idle, age time.Duration, most int, ended func(d digest)) *sessions {
	return &sessions{cookies: c, idle: idle, age: age, most: most, ended: ended, all: map[digest]*session{}}
}

// open begins a session and sets its cookie.
func (s *sessions) open(w http.ResponseWriter, r *http.Request, opened session) digest {
	secret := rand.Text()
	d := digestOf(secret)
	if evicted, some := s.add(d, &opened); some {
		s.ended(evicted)
	}
	http.SetCookie(w, s.cookie(s.cookieName(r), secret, int(s.age/time.Second)))
	return d
}

func (s *sessions) add(d digest, opened *session) (evicted digest, some bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, held := range s.all {
		if oldest := s.all[evicted]; !some || held.used.Before(oldest.used) {
			evicted, some = k, true
		}
	}
	if some = len(s.all) >= s.most; some {
		delete(s.all, evicted)
	}
	s.all[d] = opened
	return evicted, some
}

// find returns the request's session, which thereby counts as used.
func (s *sessions) find(r *http.Request, now time.Time) (session, digest, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.held(r) {
		d := digestOf(c.Value)
		if found := s.all[d]; found != nil && !s.over(found, now) { // sweep removes it otherwise
			found.used = now
			return *found, d, true
		}
	}
	return session{}, digest{}, false
}

func (s *sessions) over(held *session, now time.Time) bool {
	return now.Sub(held.used) >= s.idle || now.Sub(held.began) >= s.age
}

// forget ends the request's session, if it has one, and leaves its cookie to be replaced.
func (s *sessions) forget(r *http.Request) {
	for _, c := range s.held(r) {
		d := digestOf(c.Value)
		s.end(func(k digest, _ *session) bool { return k == d })
	}
}

// close ends the request's session, if it has one, and takes its cookie back.
func (s *sessions) close(w http.ResponseWriter, r *http.Request) {
	s.forget(r)
	for _, c := range s.held(r) {
		http.SetCookie(w, s.cookie(c.Name, "", -1))
	}
}

// end ends the sessions of which something is true.
func (s *sessions) end(is func(digest, *session) bool) {
	s.mu.Lock()
	var gone []digest
	for d, held := range s.all {
		if is(d, held) {
			delete(s.all, d)
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
