package access

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
)

func TestTheFirstAdminsAccount(t *testing.T) {
	l := newLobby(t, t.TempDir())
	l.add(t, "bob", RoleViewer)
	var issued []string
	admin, err := NewAdmin(context.Background(), Config{Now: func() time.Time { return l.now }, Needed: func() bool { return !l.HasAdmin() },
		Issue: func(token conference.Secret) error { issued = append(issued, token.Reveal()); return nil }})
	if err != nil {
		t.Fatal(err)
	}
	code := issued[0]
	for _, c := range []struct {
		name, code, as, password string
		full                     bool
		want                     error
	}{
		{"a wrong code", "AAAA", "ann", "correct horse 7", false, ErrCode},
		{"no code", "", "ann", "correct horse 7", false, ErrCode},
		{"no name", code, " ", "correct horse 7", false, ErrName},
		{"what is no name", code, "a/b", "correct horse 7", false, ErrName},
		{"a name that is taken", code, "bob", "correct horse 7", false, ErrTaken},
		{"a short password", code, "ann", "short", false, ErrPassword},
		{"a full disk", code, "ann", "correct horse 7", true, errFull},
		{"a right code", strings.ToLower(code), " Ann ", "correct horse 7", false, nil},
		{"the same code again", code, "eve", "correct horse 7", false, ErrNoSetUp},
	} {
		l.store.full.Store(c.full)
		w := httptest.NewRecorder()
		_, err := l.SetUp(t.Context(), w, httptest.NewRequest("POST", "/setup", nil), admin, "192.0.2.1", conference.NewSecret(c.code), c.as, conference.NewSecret(c.password))
		if !errors.Is(err, c.want) || (len(w.Result().Cookies()) == 1) != (c.want == nil) {
			t.Errorf("%s: %v, cookies %v", c.name, err, w.Result().Cookies())
		}
		if c.want != nil {
			continue
		}
		who, ok := l.Who(with(w.Result().Cookies()[0]))
		if !ok || who.Name != "ann" || who.Role != RoleAdmin {
			t.Errorf("%s: %+v", c.name, who)
		}
		l.catchUp(t)
		if _, ok := l.Who(with(w.Result().Cookies()[0])); !ok || !l.HasAdmin() {
			t.Errorf("%s: the session ended when the accounts were read again", c.name)
		}
	}
	if strings.Join(issued, ",") != code+"," {
		t.Errorf("issued %q, want one code and then that there is none", issued)
	}
	if _, ok, _ := admin.SignIn(httptest.NewRecorder(), httptest.NewRequest("POST", "/feed/sign-in", nil), "192.0.2.1", conference.NewSecret(code)); ok {
		t.Error("the code still opens a session")
	}
	if _, ok, _ := admin.SignIn(httptest.NewRecorder(), httptest.NewRequest("POST", "/feed/sign-in", nil), "192.0.2.1", conference.Secret{}); ok {
		t.Error("no code opens a session")
	}
	if strings.Contains(l.log.String(), code) || strings.Contains(l.log.String(), "horse") {
		t.Errorf("logged %s", l.log.String())
	}
}
