package simulator

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

const (
	id   = "900487914"
	pass = "135790"
	seq  = "000000000000000001611993595043"
)

// served is a started cloud with one meeting, and the calls that a client makes.
type served struct {
	t     *testing.T
	cloud *Cloud
	m     *Meeting
	url   string
}

func serve(t *testing.T, c Config) *served {
	t.Helper()
	cloud := New(c)
	s := &served{t: t, cloud: cloud, m: cloud.Add(MeetingConfig{ConfID: id, HostPassword: pass, Name: "Board"})}
	var err error
	if s.url, err = cloud.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cloud.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// call returns the status and the decoded body of an answer.
func (s *served) call(path string, header map[string]string) (status int, body map[string]any) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for name, value := range header {
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, body
}

func withPassword(password string) map[string]string {
	return map[string]string{"X-Password": password, "X-Login-Type": "1"}
}

func withToken(token string) map[string]string {
	return map[string]string{"X-Conference-Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(token))}
}

const (
	controlPath = controlTokenPath + "?conferenceID=" + id
	wsTokenPath = webSocketTokenPath + "?conferenceID=" + id
)

// control returns the data of a control token.
func (s *served) control() map[string]any {
	s.t.Helper()
	status, body := s.call(controlPath, withPassword(pass))
	if status != http.StatusOK {
		s.t.Fatalf("control token: %d %v", status, body)
	}
	return body["data"].(map[string]any)
}

// open opens a connection with a WebSocket token.
func (s *served) open(token string) *websocket.Conn {
	s.t.Helper()
	return s.openWith(websocket.DefaultDialer, token)
}

func (s *served) openWith(dialer *websocket.Dialer, token string) *websocket.Conn {
	s.t.Helper()
	url := strings.Replace(s.url, "http", "ws", 1) + "/cms/open/websocket/confctl/increment/conn?confID=" + id + "&tmpToken=" + token
	socket, _, err := dialer.DialContext(s.t.Context(), url, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = socket.Close() })
	if err := socket.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		s.t.Fatal(err)
	}
	return socket
}

// next returns the next frame; ok is false when the cloud has closed the connection.
func (s *served) next(socket *websocket.Conn) (frame map[string]any, ok bool) {
	s.t.Helper()
	_, text, err := socket.ReadMessage()
	if err != nil {
		if timeout, is := err.(interface{ Timeout() bool }); is && timeout.Timeout() {
			s.t.Fatal("nothing came")
		}
		return nil, false
	}
	if err := json.Unmarshal(text, &frame); err != nil {
		s.t.Fatal(err)
	}
	return frame, true
}

func (s *served) send(socket *websocket.Conn, action, sequence, data string) {
	s.t.Helper()
	if err := socket.WriteJSON(map[string]any{"action": action, "sequence": sequence, "data": data}); err != nil {
		s.t.Fatal(err)
	}
}

func subscribeData(token string, types ...string) string {
	text, _ := json.Marshal(map[string]any{"subscribeType": types, "confToken": token})
	return string(text)
}

// subscribed opens a connection and subscribes; the first frame to read is the full message.
func (s *served) subscribed() *websocket.Conn {
	s.t.Helper()
	data := s.control()
	socket := s.open(data["tmpWsToken"].(string))
	s.send(socket, "Subscribe", seq, subscribeData(data["token"].(string), statusType))
	frame, ok := s.next(socket)
	if result, _ := frame["data"].(map[string]any); !ok || result["returnCode"] != 0.0 || result["returnDesc "] != "SUCCESS" || frame["sequence"] != seq {
		s.t.Fatalf("answer to the subscription: %v", frame)
	}
	return socket
}

func TestControlTokenIsGrantedByTheRules(t *testing.T) {
	start, end := (*Meeting).Start, func(m *Meeting) { m.Start(); m.End() }
	for _, c := range []struct {
		name   string
		before func(*Meeting)
		path   string
		header map[string]string
		status int
		code   string
	}{
		{"with the host password", start, controlPath, withPassword(pass), 200, ""},
		{"not with another password", start, controlPath, withPassword("x"), 400, codePassword},
		{"not without the login type", start, controlPath, map[string]string{"X-Password": pass}, 400, codePassword},
		{"not for another meeting", start, controlPath + "1", withPassword(pass), 400, codePassword},
		{"not before the start", func(*Meeting) {}, controlPath, withPassword(pass), 400, codeNotFound},
		{"not after the end", end, controlPath, withPassword(pass), 400, codeEnded},
		{"not on another site", func(m *Meeting) { m.Start(); m.SetSite("elsewhere") }, controlPath, withPassword(pass), 400, codeOtherSite},
		{"not for a token that is none", start, controlPath, withToken("x"), 400, codePassword},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, Config{})
			c.before(s.m)
			status, body := s.call(c.path, c.header)
			code, _ := body["error_code"].(string)
			if status != c.status || code != c.code {
				t.Errorf("%d %v, want %d %s", status, body, c.status, c.code)
			}
		})
	}
}

func TestControlTokenIsProlongedWithoutAPasswordAndDiesInTime(t *testing.T) {
	clock := &clock{t: time.UnixMilli(1_700_000_000_000)}
	s := serve(t, Config{Now: clock.now})
	s.m.Start()
	token := s.control()["token"].(string)
	clock.pass(29 * time.Minute)
	if status, body := s.call(controlPath, withToken(token)); status != 200 || body["data"].(map[string]any)["token"] != token {
		t.Errorf("prolonging: %d %v", status, body)
	}
	clock.pass(29 * time.Minute)
	if status, _ := s.call(wsTokenPath, withToken(token)); status != 200 {
		t.Errorf("a prolonged token is not taken: %d", status)
	}
	clock.pass(2 * time.Minute)
	if status, body := s.call(wsTokenPath, withToken(token)); status != 401 || body["error_code"] != codeToken {
		t.Errorf("an expired token: %d %v", status, body)
	}
	token = s.control()["token"].(string)
	s.m.End()
	s.m.Start()
	if status, _ := s.call(wsTokenPath, withToken(token)); status != 401 {
		t.Errorf("a token of the last occurrence: %d", status)
	}
}

func TestWebSocketTokenOpensOneConnectionWithinAMinute(t *testing.T) {
	clock := &clock{t: time.UnixMilli(1_700_000_000_000)}
	s := serve(t, Config{Now: clock.now})
	s.m.Start()
	data := s.control()
	_, body := s.call(wsTokenPath, withToken(data["token"].(string)))
	token := body["webSocketToken"].(string)
	opens := func(token string) bool {
		before := s.m.Counts().Connections
		socket := s.open(token)
		s.send(socket, "HeartBeat", seq, "")
		_, ok := s.next(socket)
		return ok && s.m.Counts().Connections == before+1
	}
	if !opens(token) {
		t.Error("a fresh token does not open")
	}
	if opens(token) {
		t.Error("a token opens twice")
	}
	if opens("x") {
		t.Error("any token opens")
	}
	clock.pass(time.Minute)
	if opens(data["tmpWsToken"].(string)) {
		t.Error("a token opens after a minute")
	}
}

func TestSubscriptionIsCheckedAndAnsweredWithAFullMessage(t *testing.T) {
	s := serve(t, Config{})
	s.m.Start()
	data := s.control()
	token := data["token"].(string)
	socket := s.open(data["tmpWsToken"].(string))
	for _, c := range []struct {
		name, sequence, data string
		code                 float64
	}{
		{"a wrong token", seq, subscribeData("x", statusType), 111070111},
		{"no types", seq, subscribeData(token), 111070001},
		{"an unknown type", seq, subscribeData(token, "X"), 111070001},
		{"data that is not JSON", seq, "x", 111070001},
		{"a short sequence", "1", subscribeData(token, statusType), 111070001},
		{"a sequence with letters", strings.Repeat("a", 30), subscribeData(token, statusType), 111070001},
		{"another meeting", seq, `{"subscribeType":["ConfDynamicInfoNotify"],"confToken":"` + token + `","conferenceID":"1"}`, 111070001},
	} {
		s.send(socket, "Subscribe", c.sequence, c.data)
		frame, ok := s.next(socket)
		if !ok || frame["data"].(map[string]any)["returnCode"] != c.code {
			t.Errorf("%s: %v, want code %v", c.name, frame, c.code)
		}
	}
	if n := s.m.Counts(); n.Subscribes != 0 || n.Subscribed != 0 {
		t.Errorf("counted %+v", n)
	}

	for _, confToken := range []string{token, "Basic " + base64.StdEncoding.EncodeToString([]byte(token))} {
		s.send(socket, "Subscribe", seq, subscribeData(confToken, statusType))
		if frame, _ := s.next(socket); frame["data"].(map[string]any)["returnCode"] != 0.0 {
			t.Errorf("refused: %v", frame)
		}
		full, _ := s.next(socket)
		if full["action"] != statusType || full["msgMode"] != 0.0 || full["state"] != "Created" || full["picNum"] != 16.0 || full["audienceVideoLayout"] != "speakerVideoLayout" {
			t.Errorf("full message %v", full)
		}
		if full["version"] != full["createTime"] || full["confID"] != id || full["msgID"] == "" {
			t.Errorf("envelope of %v", full)
		}
	}
}

func TestIncrementalMessagesCarryWhatChanged(t *testing.T) {
	s := serve(t, Config{})
	s.m.Start()
	socket := s.subscribed()
	full, _ := s.next(socket)
	s.m.Set(map[string]any{"lock": 0}) // is as before: nothing to push
	s.m.Set(map[string]any{"lock": 1, "mute": 1, "picNum": 9})
	first, _ := s.next(socket)
	if first["lock"] != 1.0 || first["picNum"] != "9" || first["msgMode"] != 1.0 || first["version"] != 1.0 {
		t.Errorf("incremental message %v", first)
	}
	if _, pushed := first["mute"]; pushed || len(first) != 8 {
		t.Errorf("carries what has not changed: %v", first)
	}
	if first["createTime"].(float64) < full["createTime"].(float64) {
		t.Error("was made before the full one")
	}
	s.m.Unset("vas")
	s.m.SetFull(map[string]any{"mode": "FIXED"})
	second, _ := s.next(socket)
	if _, kept := second["vas"]; kept || second["mode"] != "FIXED" || second["picNum"] != 9.0 || second["msgMode"] != 0.0 {
		t.Errorf("full message %v", second)
	}
	if second["version"].(float64) <= full["version"].(float64) {
		t.Error("versions of full messages do not ascend")
	}
	s.m.PushRaw([]byte(`{"any":"thing"}`))
	if raw, _ := s.next(socket); raw["any"] != "thing" {
		t.Errorf("raw frame %v", raw)
	}
}

func TestEndIsPushedAndClosesConnections(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(*Meeting)
		said bool
	}{
		{"with Destroyed", (*Meeting).End, true},
		{"silently", (*Meeting).EndSilently, false},
		{"not at all, cut", (*Meeting).CutConnections, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, Config{})
			s.m.Start()
			socket := s.subscribed()
			s.next(socket) // the full message
			c.end(s.m)
			if c.said {
				if frame, _ := s.next(socket); frame["state"] != "Destroyed" {
					t.Errorf("pushed %v", frame)
				}
			}
			if frame, ok := s.next(socket); ok {
				t.Errorf("still open, pushed %v", frame)
			}
		})
	}
}

func TestHeartbeatsAreEchoedUnlessSwitchedOff(t *testing.T) {
	s := serve(t, Config{})
	s.m.Start()
	socket := s.subscribed()
	s.next(socket) // the full message
	s.send(socket, "HeartBeat", seq, "")
	if frame, _ := s.next(socket); frame["action"] != "HeartBeat" || frame["sequence"] != seq {
		t.Errorf("echo %v", frame)
	}
	s.m.SetEcho(false)
	s.send(socket, "HeartBeat", seq, "")
	s.send(socket, "Subscribe", seq, "x") // is answered after the heartbeat was taken
	if frame, _ := s.next(socket); frame["action"] != "Subscribe" {
		t.Errorf("echoed: %v", frame)
	}
	if n := s.m.Counts().Heartbeats; n != 2 {
		t.Errorf("%d heartbeats", n)
	}
}

func TestConnectionWithoutHeartbeatsIsClosed(t *testing.T) {
	s := serve(t, Config{Heartbeat: 20 * time.Millisecond})
	s.m.Start()
	socket := s.open(s.control()["tmpWsToken"].(string))
	if frame, ok := s.next(socket); ok {
		t.Errorf("pushed %v", frame)
	}
	if n := s.m.Counts().Connections; n != 1 {
		t.Errorf("%d connections, want one that was taken", n)
	}
}

func TestRefusalIsSwitchedOnAndOff(t *testing.T) {
	s := serve(t, Config{})
	s.m.Start()
	s.cloud.Refuse(503, `{"busy":true}`)
	if status, body := s.call(controlPath, withPassword(pass)); status != 503 || body["busy"] != true {
		t.Errorf("%d %v", status, body)
	}
	s.cloud.Refuse(0, "")
	s.control()
}

func TestClientThatDoesNotReadIsCut(t *testing.T) {
	s := serve(t, Config{})
	s.m.Start()
	s.subscribed() // and reads no more
	frame := []byte(`{"filler":"` + strings.Repeat("x", 64<<10) + `"}`)
	for i := 0; s.m.Counts().Open > 0; i++ {
		if i > 100*queueLimit {
			t.Fatal("never cut")
		}
		s.m.PushRaw(frame)
	}
}
