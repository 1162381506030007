package access

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"
)

// sessionsOf are sessions of which those that ended are noted.
func sessionsOf(most int) (s *sessions, ended *[]digest) {
	ended = &[]digest{}
	s = newSessions(cookies{name: "confboard_session", path: "/", sameSite: http.SameSiteLaxMode}, time.Hour, 24*time.Hour, most, func(d digest) { *ended = append(*ended, d) })
	return s, ended
}

// asked is a request with cookies.
func asked(cookies ...*http.Cookie) *http.Request {
	r := httptest.NewRequest("POST", "/sign-in", nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	return r
}

func TestNobodyPushesOutOthersBySigningIn(t *testing.T) {
	s, ended := sessionsOf(maxSessions)
	now := time.UnixMilli(1_800_000_000_000)
	others := []digest{
		s.open(httptest.NewRecorder(), asked(), session{account: "ann", began: now, used: now}),
		s.open(httptest.NewRecorder(), asked(), session{person: person{issuer: "https://id.example", subject: "bob"}, began: now, used: now}),
	}
	var mine []digest
	for i := range 3 * maxSessionsOfOne {
		now = now.Add(time.Second)
		mine = append(mine, s.open(httptest.NewRecorder(), asked(), session{account: "bob", began: now, used: now}))
		if i == maxSessionsOfOne-1 && len(*ended) > 0 {
			t.Error("a session ended although there is room")
		}
	}
	if !slices.Equal(*ended, mine[:2*maxSessionsOfOne]) {
		t.Errorf("%d sessions ended, not my oldest ones", len(*ended))
	}
	for _, d := range others {
		if s.all[d] == nil {
			t.Error("another's session ended")
		}
	}
	if n := len(s.all); n != maxSessionsOfOne+len(others) {
		t.Errorf("%d sessions", n)
	}
}

func TestAllTogetherTheLeastUsedMakesRoom(t *testing.T) {
	s, ended := sessionsOf(3)
	now := time.UnixMilli(1_800_000_000_000)
	var all []digest
	for i := range 4 {
		now = now.Add(time.Second)
		all = append(all, s.open(httptest.NewRecorder(), asked(), session{account: fmt.Sprint("name", i), began: now, used: now}))
	}
	if !slices.Equal(*ended, all[:1]) {
		t.Errorf("%d ended", len(*ended))
	}
}

// A neighbouring host can set a cookie for this one, and so have somebody act in a session that is not theirs; not with a prefix, where
// the connection is encrypted.
func TestACookieThatANeighbourCanSetIsNoSession(t *testing.T) {
	s, _ := sessionsOf(maxSessions)
	now := time.Now()
	secret := func(w *httptest.ResponseRecorder) string { return w.Result().Cookies()[0].Value }
	encrypted := func(cookies ...*http.Cookie) *http.Request {
		r := asked(cookies...)
		r.TLS = &tls.ConnectionState{}
		return r
	}
	w := httptest.NewRecorder()
	s.open(w, encrypted(), session{account: "eve", began: now, used: now})
	eve := secret(w)
	w = httptest.NewRecorder()
	s.open(w, encrypted(), session{account: "ann", began: now, used: now})
	ann := &http.Cookie{Name: "__Host-confboard_session", Value: secret(w)}
	for _, planted := range []string{"confboard_session", "__Secure-confboard_session"} {
		if found, _, ok := s.find(encrypted(&http.Cookie{Name: planted, Value: eve}), now); ok {
			t.Errorf("%s is taken: %+v", planted, found)
		}
		if found, _, ok := s.find(encrypted(&http.Cookie{Name: planted, Value: eve}, ann), now); !ok || found.account != "ann" {
			t.Errorf("%s comes before one's own: %+v, %v", planted, found, ok)
		}
	}
	if _, _, ok := s.find(asked(&http.Cookie{Name: "confboard_session", Value: eve}), now); !ok {
		t.Error("without encryption, or behind a proxy of which nothing is known, there is no other name")
	}
}

// Who signs in again has one session, whatever the cookie of the former one was called.
func TestSigningInAgainReplacesTheSession(t *testing.T) {
	s, ended := sessionsOf(maxSessions)
	now := time.Now()
	w := httptest.NewRecorder()
	encrypted := asked()
	encrypted.TLS = &tls.ConnectionState{}
	first := s.open(w, encrypted, session{account: "ann", began: now, used: now})
	former := w.Result().Cookies()[0]
	if former.Name != "__Host-confboard_session" {
		t.Fatalf("the cookie is %s", former.Name)
	}

	w = httptest.NewRecorder()
	second := s.open(w, asked(former), session{account: "bob", began: now, used: now})
	if !slices.Equal(*ended, []digest{first}) {
		t.Errorf("ended %d sessions", len(*ended))
	}
	taken, given := w.Result().Cookies()[0], w.Result().Cookies()[1]
	if taken.Name != former.Name || taken.MaxAge >= 0 || given.Name != "confboard_session" {
		t.Errorf("cookies %v and %v", taken, given)
	}
	if found, d, ok := s.find(asked(former, given), now); !ok || d != second || found.account != "bob" {
		t.Errorf("found %+v, %v", found, ok)
	}
}
