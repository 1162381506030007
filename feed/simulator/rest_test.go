package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestBrokenRulesAreNoted(t *testing.T) {
	json := map[string]string{"Content-Type": "application/json"}
	with := func(pairs ...string) map[string]string {
		h := map[string]string{"Content-Type": "application/json"}
		for i := 0; i < len(pairs); i += 2 {
			h[pairs[i]] = pairs[i+1]
		}
		return h
	}
	for _, c := range []struct {
		name, path string
		header     map[string]string
		want       []string
	}{
		{"none", controlPath, with("X-Password", pass, "X-Login-Type", "1"), nil},
		{"none when a control token is prolonged", controlPath, with("X-Conference-Authorization", "x"), nil},
		{"the query spells the ID as another call does", controlTokenPath + "?conf_id=" + id, json,
			[]string{"GET " + controlTokenPath + ": no conf_id in its query", "GET " + controlTokenPath + ": conferenceID is missing in the query"}},
		{"an ID that is there twice", controlPath + "&conferenceID=1", json, []string{"GET " + controlTokenPath + ": conferenceID is there more than once"}},
		{"no Content-Type", controlPath, map[string]string{"Content-Type": ""}, []string{"GET " + controlTokenPath + ": Content-Type is not application/json"}},
		{"an access token with a call that needs none", wsTokenPath, with("X-Access-Token", "x"), []string{"GET " + webSocketTokenPath + ": must not carry X-Access-Token"}},
		{"the password with a call that needs none", wsTokenPath, with("X-Password", pass), []string{"GET " + webSocketTokenPath + ": must not carry X-Password"}},
		{"a control token where an access token is wanted", onlinePath, with("X-Conference-Authorization", "x"),
			[]string{"GET " + onlinePath + ": must not carry X-Conference-Authorization"}},
		{"a call that does not exist", "/v1/x", json, []string{"GET /v1/x: there is no such call"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, Config{})
			s.m.Start()
			s.call(c.path, c.header)
			got := s.cloud.Violations()
			slices.Sort(got)
			slices.Sort(c.want)
			if !slices.Equal(got, c.want) {
				t.Errorf("noted %q, want %q", got, c.want)
			}
			s.call(c.path, c.header)
			if again := s.cloud.Violations(); len(again) != len(c.want) {
				t.Errorf("noted twice: %q", again)
			}
			for _, text := range got {
				if strings.Contains(text, pass) {
					t.Errorf("quotes the password: %s", text)
				}
			}
		})
	}
}

func TestCallsAreCountedAndLimited(t *testing.T) {
	clock := &clock{t: time.UnixMilli(1_700_000_000_000)}
	s := serve(t, Config{Now: clock.now, CallsPerMinute: 3})
	s.m.Start()
	statuses := func(n int) (all []int) {
		for range n {
			status, _ := s.call(controlPath, withPassword(pass))
			all = append(all, status)
		}
		return all
	}
	if got := fmt.Sprint(statuses(4)); got != "[200 200 200 429]" {
		t.Errorf("answered %s", got)
	}
	if status, _ := s.call(wsTokenPath, withToken("x")); status != 401 {
		t.Errorf("another call is limited too: %d", status)
	}
	clock.pass(59 * time.Second)
	if got := statuses(1)[0]; got != 429 {
		t.Errorf("answered %d within the minute", got)
	}
	clock.pass(time.Second)
	if got := statuses(1)[0]; got != 200 {
		t.Errorf("answered %d after the minute", got)
	}
	if a, b := s.cloud.Calls(controlTokenPath), s.cloud.Calls(webSocketTokenPath); a != 6 || b != 1 {
		t.Errorf("%d and %d calls, want 6 and 1", a, b)
	}
}

func TestWrongPasswordsInARowLockTheMeetingForAWhile(t *testing.T) {
	clock := &clock{t: time.UnixMilli(1_700_000_000_000)}
	s := serve(t, Config{Now: clock.now})
	s.m.Start()
	try := func(password string) any {
		_, body := s.call(controlPath, withPassword(password))
		return body["error_code"]
	}
	for range 4 {
		try("x")
	}
	if code := try(pass); code != nil {
		t.Fatalf("the right password after four wrong ones: %v", code)
	}
	for i := range 5 {
		if code := try("x"); code != codePassword {
			t.Errorf("wrong password %d: %v", i+1, code)
		}
	}
	for _, password := range []string{"x", pass} {
		status, body := s.call(controlPath, withPassword(password))
		if status != http.StatusLocked || body["error_code"] != codeLocked {
			t.Errorf("locked: %d %v", status, body)
		}
	}
	clock.pass(5 * time.Minute)
	if code := try(pass); code != nil {
		t.Errorf("after the lock: %v", code)
	}
}

func TestNumbersAreWrittenAsTextOnRequest(t *testing.T) {
	s := serve(t, Config{})
	s.m.Start()
	s.m.WriteNumbersAsText(true)
	data := s.control()
	if data["role"] != "1" || data["confTokenExpireTime"] != "1800" {
		t.Errorf("written %v", data)
	}
}
