package simulator

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// manage makes a call of the settings and returns status and body as text.
func (s *served) manage(method, path, token string, body any) string {
	s.t.Helper()
	var text []byte
	if body != nil {
		text = encode(body)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, bytes.NewReader(text))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Access-Token", token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer bytes.Buffer
	if _, err := answer.ReadFrom(resp.Body); err != nil {
		s.t.Fatal(err)
	}
	return fmt.Sprint(resp.StatusCode, " ", strings.TrimSpace(answer.String()))
}

func TestPushOfEventsIsSetUpByCalls(t *testing.T) {
	rec := receive(t)
	s := serve(t, Config{App: enterprise()})
	token := s.accessToken("")
	settings := map[string]any{"subscriberId": "sub", "subscriberKey": hookKey, "url": rec.server.URL, "corpId": "1"}
	want := func(got, want string) {
		t.Helper()
		if !strings.HasPrefix(got, want) {
			t.Fatalf("answered %s, want %s", got, want)
		}
	}
	want(s.manage("GET", hookPath+"?corpId=1", token, nil), `200 {"returnCode":0,"returnDesc":"SUCCESS"}`)
	want(s.manage("POST", hookPath, "x", settings), "401")
	want(s.manage("POST", hookPath, token, settings), "200")
	shown := s.manage("GET", hookPath, token, nil)
	if !strings.Contains(shown, `"status":1`) || !strings.Contains(shown, `"subscriberId":"sub"`) || strings.Contains(shown, hookKey) {
		t.Errorf("shown as %s", shown)
	}
	hook := s.cloud.events.receiver().id
	change := func(status string) string {
		return s.manage("PUT", hookStatusPath+"?id="+hook+"&status="+status, token, nil)
	}
	s.m.Start()
	if n := s.cloud.Events().Made; n != 0 {
		t.Errorf("%d events before the push is on", n)
	}

	rec.mu.Lock()
	rec.echo = func(string) string { return "another" }
	rec.mu.Unlock()
	want(change("0"), "400")
	want(s.manage("PUT", hookStatusPath+"?id=x&status=0", token, nil), "400")
	want(change("3"), "400")
	rec.mu.Lock()
	rec.echo = func(nonce string) string { return nonce }
	rec.mu.Unlock()
	want(change("0"), "200")
	p := rec.parse(rec.got()[1])
	if !strings.Contains(string(p.EventInfo), `"event":"meeting.verify"`) || p.Signature != p.signedAs(string(p.EventInfo)) {
		t.Errorf("verified by %+v", p)
	}
	s.m.End()
	until(t, "delivered", func() bool { return s.cloud.Events().Delivered == 1 })

	want(change("1"), "200")
	s.m.Start()
	if n := s.cloud.Events().Made; n != 1 {
		t.Errorf("%d events, want none while the push is off", n)
	}
	want(s.manage("DELETE", hookPath+"?id="+hook, token, nil), "200")
	want(s.manage("DELETE", hookPath+"?id="+hook, token, nil), "400")
	if v := s.cloud.Violations(); len(v) > 0 {
		t.Errorf("violations %q", v)
	}
}

func TestReceiverIsCheckedWhenItIsSet(t *testing.T) {
	for url, want := range map[string]string{
		"https://board.example/hooks/huawei": "200", "http://127.0.0.1:1/": "200", "http://board.example/": "400", "board.example": "400", "": "400",
	} {
		s := serve(t, Config{App: enterprise()})
		settings := map[string]any{"subscriberId": "sub", "subscriberKey": "k", "url": url}
		if got := s.manage("POST", hookPath, s.accessToken(""), settings); !strings.HasPrefix(got, want) {
			t.Errorf("%q: %s, want %s", url, got, want)
		}
	}
}

func TestMemberDoesNotSetUpThePush(t *testing.T) {
	app := enterprise()
	app.Member = true
	s := serve(t, Config{App: app})
	if got := s.manage("GET", hookPath, s.accessToken("li"), nil); !strings.HasPrefix(got, "403") {
		t.Errorf("answered %s", got)
	}
}
