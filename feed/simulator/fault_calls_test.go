package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// get makes a call on a connection of its own and follows nothing.
func (s *served) get(path string, header map[string]string) (*http.Response, []byte, error) {
	s.t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for name, value := range header {
		req.Header.Set(name, value)
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp, body, err
}

func TestFaultsOfCallsAnswerAsTheySay(t *testing.T) {
	for _, c := range []struct {
		fault  Fault
		status int
		check  func(header http.Header, body []byte) bool
		opens  bool // WebSockets as ever
	}{
		{Status401, 401, errorWithoutCode, false},
		{Status403, 403, errorWithoutCode, false},
		{Status412, 412, errorWithoutCode, false},
		{Status429, 429, func(h http.Header, b []byte) bool { return h.Get("Retry-After") == "1" && errorWithoutCode(h, b) }, false},
		{Status500, 500, errorWithoutCode, false},
		{Status503, 503, errorWithoutCode, false},
		{HTMLAnswer, 200, isPage, false},
		{HTMLBadGateway, 502, isPage, false},
		{Redirected, 302, func(h http.Header, _ []byte) bool { return h.Get("Location") == "/redirected" }, false},
		{TruncatedAnswer, 200, func(_ http.Header, b []byte) bool {
			return bytes.HasPrefix(b, []byte(`{"addressToken":`)) && !json.Valid(b)
		}, true},
		{OversizedAnswer, 200, func(_ http.Header, b []byte) bool { return len(b) > 8<<20 && json.Valid(b) }, true},
		{ErrorInSuccess, 200, func(_ http.Header, b []byte) bool { return strings.Contains(string(b), `"error_code":"MMC.100000001"`) }, true},
	} {
		for _, whole := range []bool{true, false} {
			t.Run(fmt.Sprint(c.fault, ", of the whole cloud ", whole), func(t *testing.T) {
				s := serve(t, Config{})
				s.m.Start()
				s.cloud.Add(MeetingConfig{ConfID: "7", HostPassword: pass}).Start()
				token := s.control()["tmpWsToken"].(string)
				if whole {
					s.cloud.Inject(c.fault)
				} else {
					s.m.Inject(c.fault)
				}
				resp, body, err := s.get(controlPath, withPassword(pass))
				if err != nil || resp.StatusCode != c.status || !c.check(resp.Header, body) {
					t.Errorf("answered %v, %v, %.100s", resp, err, body)
				}
				if _, status, err := s.dial(token); (err == nil) != c.opens || !c.opens && status != c.status {
					t.Errorf("opening: %d, %v", status, err)
				}
				if resp, _, err := s.get(controlTokenPath+"?conferenceID=7", withPassword(pass)); err != nil || !whole && resp.StatusCode != 200 {
					t.Errorf("another meeting: %v, %v", resp, err)
				}
				if whole {
					s.cloud.Clear()
				} else {
					s.m.Clear()
				}
				s.control()
				if v := s.cloud.Violations(); len(v) > 0 {
					t.Errorf("violations %q", v)
				}
			})
		}
	}
}

func errorWithoutCode(_ http.Header, body []byte) bool {
	return json.Valid(body) && bytes.Contains(body, []byte("error_msg")) && !bytes.Contains(body, []byte("error_code"))
}

func isPage(h http.Header, body []byte) bool {
	return strings.HasPrefix(h.Get("Content-Type"), "text/html") && bytes.HasPrefix(body, []byte("<!DOCTYPE html>"))
}

func TestHalfOpenCallsAreNeverAnswered(t *testing.T) {
	s := serve(t, Config{})
	s.m.Start()
	socket := s.subscribed()
	s.next(socket)
	token := s.control()["tmpWsToken"].(string)
	before := s.cloud.Calls(controlTokenPath)
	s.cloud.Inject(HalfOpenCalls)
	broken := make(chan error, 1)
	go func() {
		_, _, err := s.get(controlPath, withPassword(pass))
		broken <- err
	}()
	until(t, "the call has come", func() bool { return s.cloud.Calls(controlTokenPath) == before+1 })
	if _, _, err := s.dial(token); err != nil {
		t.Errorf("an opening: %v", err)
	}
	s.m.Set(map[string]any{"lock": 1})
	if frame, _ := s.next(socket); frame["lock"] != 1.0 {
		t.Errorf("pushed %v", frame)
	}
	select {
	case err := <-broken:
		t.Errorf("ended with %v", err)
	default:
	}
	s.cloud.Clear()
	if err := <-broken; err == nil {
		t.Error("answered after all")
	}
	s.control()
}
