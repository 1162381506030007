package simulator

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The application of the tests.
const (
	appID  = "a1b2c3"
	appKey = "app-key-77"
)

func enterprise() *App { return &App{ID: appID, Key: appKey, UserID: "li"} }

// post makes a call with a body and returns the status and the decoded answer.
func (s *served) post(path string, header map[string]string, body any) (status int, answer map[string]any) {
	s.t.Helper()
	text, ok := body.(string)
	if !ok {
		text = string(encode(body))
	}
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+path, bytes.NewBufferString(text))
	if err != nil {
		s.t.Fatal(err)
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	_ = json.NewDecoder(resp.Body).Decode(&answer) // some answers have no body
	return resp.StatusCode, answer
}

// loginCall is a login as the reference wants it; a test changes what it is about.
type loginCall struct {
	header map[string]string
	body   map[string]any
	key    string
	access string
}

func newLogin(s *served) *loginCall {
	return &loginCall{
		header: map[string]string{"Content-Type": "application/json; charset=UTF-8", "X-Token-Type": "LongTicket"},
		body: map[string]any{
			"appId": appID, "clientType": 72, "expireTime": s.cloud.config.Now().Unix() + 600,
			"nonce": fmt.Sprintf("%032d", s.cloud.Calls(loginPath)),
		},
		key: appKey, access: base64.StdEncoding.EncodeToString([]byte(appID)),
	}
}

// do signs the login, unless that is its test, and makes it.
func (l *loginCall) do(s *served) (status int, answer map[string]any) {
	s.t.Helper()
	user, _ := l.body["userId"].(string)
	text := fmt.Sprintf("%v:%s:%v:%v", l.body["appId"], user, l.body["expireTime"], l.body["nonce"])
	header := map[string]string{"Authorization": "HMAC-SHA256 signature=" + hexHMAC(l.key, text) + ",access=" + l.access}
	maps.Copy(header, l.header)
	return s.post(loginPath, header, l.body)
}

// accessToken logs the default administrator in, or the user.
func (s *served) accessToken(user string) string {
	s.t.Helper()
	l := newLogin(s)
	if user != "" {
		l.body["userId"] = user
	}
	status, answer := l.do(s)
	token, _ := answer["accessToken"].(string)
	if status != http.StatusOK || token == "" {
		s.t.Fatalf("login: %d %v", status, answer)
	}
	return token
}

func withAccess(token string) map[string]string { return map[string]string{"X-Access-Token": token} }

func TestLoginIsGrantedByTheRules(t *testing.T) {
	for _, c := range []struct {
		name      string
		change    func(*loginCall)
		status    int
		code      string
		violation string // part of it
	}{
		{"of the default administrator", func(*loginCall) {}, 200, "", ""},
		{"of the user", func(l *loginCall) { l.body["userId"] = "li" }, 200, "", ""},
		{"with a signature that never expires", func(l *loginCall) { l.body["expireTime"] = 0 }, 200, "", ""},
		{"not of another user", func(l *loginCall) { l.body["userId"] = "x" }, 401, codeAccount, ""},
		{"not of another application", func(l *loginCall) { l.body["appId"] = "x" }, 401, codeAccount, ""},
		{"not with another key", func(l *loginCall) { l.key = "x" }, 401, codeSignature, ""},
		{"not with another access", func(l *loginCall) { l.access = "eA==" }, 401, codeSignature, ""},
		{"not past the time of its signature", func(l *loginCall) { l.body["expireTime"] = time.Now().Unix() - 60 }, 401, codeExpired, ""},
		{"not with a time in milliseconds", func(l *loginCall) { l.body["expireTime"] = time.Now().UnixMilli() }, 400, codeParameter, "expireTime is not in seconds"},
		{"not with a time as text", func(l *loginCall) { l.body["expireTime"] = "0" }, 400, codeParameter, "the body is not the JSON"},
		{"not without a time", func(l *loginCall) { delete(l.body, "expireTime") }, 400, codeParameter, "expireTime is missing"},
		{"not of another type of client", func(l *loginCall) { l.body["clientType"] = 1 }, 400, codeParameter, "clientType"},
		{"not with a short nonce", func(l *loginCall) { l.body["nonce"] = strings.Repeat("n", 31) }, 400, codeParameter, "nonce"},
		{"not with a long nonce", func(l *loginCall) { l.body["nonce"] = strings.Repeat("n", 65) }, 400, codeParameter, "nonce"},
		{"not of a service provider", func(l *loginCall) { l.body["corpId"] = "1" }, 400, codeParameter, "corpId"},
		{"not without the type of token", func(l *loginCall) { delete(l.header, "X-Token-Type") }, 400, codeParameter, "X-Token-Type"},
		{"not without Content-Type", func(l *loginCall) { delete(l.header, "Content-Type") }, 400, codeParameter, "Content-Type"},
		{"not with the authorization of older editions", func(l *loginCall) { l.header["Authorization"] = "HMAC-SHA256 signature=00" }, 400, codeParameter, "Authorization"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, Config{App: enterprise()})
			l := newLogin(s)
			c.change(l)
			status, answer := l.do(s)
			if code, _ := answer["error_code"].(string); status != c.status || code != c.code {
				t.Errorf("%d %v, want %d %s", status, answer, c.status, c.code)
			}
			if granted := s.cloud.Logins() == 1; granted != (c.status == 200) || s.cloud.Calls(loginPath) != 1 {
				t.Errorf("%d logins of %d calls", s.cloud.Logins(), s.cloud.Calls(loginPath))
			}
			got := strings.Join(s.cloud.Violations(), "\n")
			if (got != "") != (c.violation != "") || !strings.Contains(got, c.violation) {
				t.Errorf("violations %q, want %q", got, c.violation)
			}
		})
	}
}

func TestLoginAnswersAsTheReferenceSays(t *testing.T) {
	clock := &clock{t: time.UnixMilli(1_700_000_000_123)}
	s := serve(t, Config{App: enterprise(), Now: clock.now})
	l := newLogin(s)
	_, answer := l.do(s)
	if answer["validPeriod"] != 43200.0 || answer["expireTime"] != 1_700_043_200.0 || answer["createTime"] != 1_700_000_000_123.0 {
		t.Errorf("times of %v", answer)
	}
	if user, _ := answer["user"].(map[string]any); user["adminType"] != 0.0 || user["userId"] == "" || user["companyId"] == "" {
		t.Errorf("user of %v", answer)
	}
	if _, again := l.do(s); again["error_code"] != codeParameter {
		t.Errorf("the same nonce again: %v", again)
	}
}

func TestAccessTokenDiesInTimeAndOnRequest(t *testing.T) {
	clock := &clock{t: time.UnixMilli(1_700_000_000_000)}
	s := serve(t, Config{App: enterprise(), Now: clock.now, AccessTokenLife: time.Hour})
	takes := func(token string) bool {
		status, _ := s.call(onlinePath, withAccess(token))
		if status != 200 && status != 401 {
			t.Fatalf("status %d", status)
		}
		return status == 200
	}
	if takes("") || takes("x") {
		t.Error("anybody gets the list")
	}
	token := s.accessToken("")
	clock.pass(time.Hour - time.Second)
	if !takes(token) {
		t.Error("refused within its life")
	}
	clock.pass(time.Second)
	if takes(token) {
		t.Error("taken after its life")
	}
	token = s.accessToken("")
	s.cloud.ExpireAccessTokens()
	if takes(token) {
		t.Error("taken after it was ended")
	}
	token, user := s.accessToken(""), s.accessToken("li")
	for range loginsPerUser {
		s.accessToken("")
	}
	if takes(token) {
		t.Error("the 65th login does not end the first")
	}
	if !takes(user) {
		t.Error("the logins of one user end those of another")
	}
}

func TestNobodyLogsInWithoutAnApplication(t *testing.T) {
	s := serve(t, Config{})
	if status, answer := newLogin(s).do(s); status != 401 || answer["error_code"] != codeAccount {
		t.Errorf("%d %v", status, answer)
	}
	s.cloud.SetApp(enterprise())
	s.accessToken("")
}

func TestSecretsOfTheCloudAreEverythingThatItGaveAway(t *testing.T) {
	s := serve(t, Config{App: enterprise()})
	s.m.Start()
	access, data := s.accessToken(""), s.control()
	_, body := s.call(wsTokenPath, withToken(data["token"].(string)))
	all := strings.Join(s.cloud.Secrets(), "\n")
	for _, secret := range []string{appKey, access, data["token"].(string), data["tmpWsToken"].(string), body["webSocketToken"].(string), pass} {
		if !strings.Contains(all, secret) {
			t.Errorf("%s is missing", secret)
		}
	}
}
