package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func TestFaultsHaveNamesOfTheirOwn(t *testing.T) {
	names := map[string]bool{}
	for _, f := range append(Faults(), Floods()...) {
		if f.String() == "" || names[f.String()] {
			t.Errorf("fault %d is called %q", f, f)
		}
		names[f.String()] = true
	}
	if len(Faults()) != 28 || len(Floods()) != 4 {
		t.Errorf("%d faults", len(names))
	}
	if Fault(0).String() != "fault 0" || endOfFaults.String() != fmt.Sprintf("fault %d", endOfFaults) {
		t.Error("what is no fault has a name")
	}
}

// dial opens a connection with a token and returns the status of a refusal.
func (s *served) dial(token string) (*websocket.Conn, int, error) {
	url := strings.Replace(s.url, "http", "ws", 1) + connectionPath + "?confID=" + id + "&tmpToken=" + token
	socket, resp, err := websocket.DefaultDialer.DialContext(s.t.Context(), url, nil)
	status := 0
	if resp != nil {
		status = resp.StatusCode
	}
	if err == nil {
		s.t.Cleanup(func() { _ = socket.Close() })
	}
	return socket, status, err
}

func TestRefusedBreaksEveryConnection(t *testing.T) {
	s := serve(t, Config{})
	s.m.Start()
	socket := s.subscribed()
	s.next(socket)
	s.cloud.Inject(Refused)
	if frame, ok := s.next(socket); ok {
		t.Errorf("still open: %v", frame)
	}
	if _, _, err := s.get(controlPath, withPassword(pass)); err == nil {
		t.Error("a call is answered")
	}
	if _, status, err := s.dial("x"); err == nil || status != 0 {
		t.Errorf("an opening is answered: %d, %v", status, err)
	}
	s.cloud.Clear()
	s.next(s.subscribed())
}

func TestDelayedHoldsBackAnswersAndFrames(t *testing.T) {
	const delay = 80 * time.Millisecond
	s := serve(t, Config{Delay: delay})
	s.m.Start()
	socket := s.subscribed()
	s.next(socket)
	s.cloud.Inject(Delayed)
	begin := time.Now()
	s.control()
	if took := time.Since(begin); took < delay {
		t.Errorf("answered after %v", took)
	}
	begin = time.Now()
	for i := range 3 {
		s.m.Set(map[string]any{"partViewNum": i + 1})
	}
	for i := range 3 {
		if frame, _ := s.next(socket); frame["partViewNum"] != float64(i+1) {
			t.Errorf("pushed %v", frame)
		}
	}
	if took := time.Since(begin); took < delay {
		t.Errorf("pushed after %v", took)
	}
}

func TestWhatIsDelayedComesAtOnceWhenTheFaultIsCleared(t *testing.T) {
	s := serve(t, Config{Delay: time.Hour})
	s.m.Start()
	socket := s.subscribed()
	s.next(socket)
	s.cloud.Inject(Delayed)
	s.m.Set(map[string]any{"lock": 1})
	answered := make(chan error, 1)
	go func() {
		_, _, err := s.get(controlPath, withPassword(pass))
		answered <- err
	}()
	until(t, "the call has come", func() bool { return s.cloud.Calls(controlTokenPath) == 2 })
	s.cloud.Clear()
	if frame, _ := s.next(socket); frame["lock"] != 1.0 {
		t.Errorf("pushed %v", frame)
	}
	if err := <-answered; err != nil {
		t.Error(err)
	}
}

func TestHalfOpenSocketsSayNothingAndKeepWhatTheyWouldHaveSaid(t *testing.T) {
	s := serve(t, Config{})
	s.m.Start()
	socket := s.subscribed()
	s.next(socket)
	token := s.control()["tmpWsToken"].(string)
	s.m.Inject(HalfOpenSockets)
	failed := make(chan error, 1)
	go func() {
		_, _, err := s.dial(token)
		failed <- err
	}()
	until(t, "the opening has come", func() bool { return s.cloud.Calls(connectionPath) == 2 })
	s.m.Set(map[string]any{"lock": 1})
	s.send(socket, "HeartBeat", seq, "")
	until(t, "the heartbeat has come", func() bool { return s.m.Counts().Heartbeats == 1 })
	if n := s.m.Counts().Open; n != 1 {
		t.Errorf("%d open", n)
	}
	s.m.mu.Lock()
	for conn := range s.m.connections {
		conn.mu.Lock()
		if len(conn.queue) != 2 {
			t.Errorf("%d frames wait, want the change and the echo", len(conn.queue))
		}
		conn.mu.Unlock()
	}
	s.m.mu.Unlock()
	s.m.Clear()
	if frame, _ := s.next(socket); frame["lock"] != 1.0 {
		t.Errorf("pushed %v", frame)
	}
	if frame, _ := s.next(socket); frame["action"] != "HeartBeat" {
		t.Errorf("answered %v", frame)
	}
	if err := <-failed; err == nil {
		t.Error("opened after all")
	}
}

func TestCloudClosesWhileFaultsHoldEverythingUp(t *testing.T) {
	cloud := New(Config{Delay: time.Hour})
	m := cloud.Add(MeetingConfig{ConfID: id, HostPassword: pass})
	m.Start()
	url, err := cloud.Start()
	if err != nil {
		t.Fatal(err)
	}
	s := &served{t: t, cloud: cloud, m: m, url: url}
	s.subscribed()
	cloud.Inject(HalfOpenCalls, HalfOpenSockets, Delayed)
	failed := make(chan error, 1)
	go func() {
		_, _, err := s.get(controlPath, withPassword(pass))
		failed <- err
	}()
	until(t, "the call has come", func() bool { return cloud.Calls(controlTokenPath) == 2 })
	if err := cloud.Close(); err != nil {
		t.Error(err)
	}
	if err := <-failed; err == nil {
		t.Error("answered")
	}
}

func TestHeartbeatsAreNotEchoedAndSubscriptionsNotAnswered(t *testing.T) {
	s := serve(t, Config{})
	s.m.Start()
	data := s.control()
	socket := s.open(data["tmpWsToken"].(string))
	s.cloud.Inject(EchoWithheld, SubscriptionUnanswered)
	subscribe := func() { s.send(socket, "Subscribe", seq, subscribeData(data["token"].(string), statusType)) }
	subscribe()
	s.send(socket, "HeartBeat", seq, "")
	until(t, "both have come", func() bool { return s.m.Counts().Heartbeats == 1 })
	if n := s.m.Counts(); n.Subscribed != 0 || n.Open != 1 {
		t.Errorf("counted %+v", n)
	}
	s.cloud.Clear()
	subscribe()
	if frame, _ := s.next(socket); frame["action"] != "Subscribe" {
		t.Errorf("the first answer is %v", frame)
	}
}

func TestEndWithoutDestroyedIsSilent(t *testing.T) {
	s := serve(t, Config{})
	s.m.Start()
	socket := s.subscribed()
	s.next(socket)
	s.m.Inject(EndWithoutDestroyed)
	s.m.End()
	if frame, ok := s.next(socket); ok {
		t.Errorf("pushed %v", frame)
	}
	if status, body := s.call(controlPath, withPassword(pass)); body["error_code"] != codeEnded {
		t.Errorf("%d %v", status, body)
	}
}

func TestClockIsAnHourOff(t *testing.T) {
	for fault, want := range map[Fault]time.Duration{ClockAhead: time.Hour, ClockBehind: -time.Hour} {
		t.Run(fault.String(), func(t *testing.T) {
			now := time.UnixMilli(1_700_000_000_000)
			s := serve(t, Config{Now: func() time.Time { return now }, App: enterprise()})
			s.m.Start()
			socket := s.subscribed()
			first, _ := s.next(socket)
			s.cloud.Inject(fault)
			if frame, ok := s.next(socket); ok {
				t.Errorf("still open: %v", frame)
			}
			resp, body, err := s.get(controlPath, withPassword(pass))
			if err != nil {
				t.Fatal(err)
			}
			if date, err := http.ParseTime(resp.Header.Get("Date")); err != nil || !date.Equal(now.Add(want)) {
				t.Errorf("dated %v, %v", date, err)
			}
			var answer struct{ Data struct{ ExpireTime int64 } }
			if err := json.Unmarshal(body, &answer); err != nil || answer.Data.ExpireTime != now.Add(want+30*time.Minute).UnixMilli() {
				t.Errorf("expires at %d, %v", answer.Data.ExpireTime, err)
			}
			full, _ := s.next(s.subscribed())
			if at := full["createTime"].(float64) - first["createTime"].(float64); at != float64(want.Milliseconds()) || full["version"] != full["createTime"] {
				t.Errorf("made %v ms later: %v", at, full)
			}
			l := newLogin(s)
			if status, _ := l.do(s); (status == 200) != (fault == ClockBehind) {
				t.Errorf("a login that expires in ten minutes: %d", status)
			}
			s.cloud.Clear()
			if full, _ := s.next(s.subscribed()); full["createTime"] != first["createTime"] {
				t.Errorf("made at %v, want the old time %v", full["createTime"], first["createTime"])
			}
			if v := s.cloud.Violations(); len(v) > 0 {
				t.Errorf("violations %q", v)
			}
		})
	}
}

// Whatever was the matter, somebody who comes afterwards knows what happened meanwhile.
func TestStateIsTrueAfterEachFault(t *testing.T) {
	for _, f := range append(Faults(), Floods()...) {
		t.Run(f.String(), func(t *testing.T) {
			s := serve(t, Config{Delay: time.Millisecond})
			s.m.Start()
			s.cloud.Inject(f)
			s.m.Set(map[string]any{"lock": 1})
			s.m.Join(Participant{PID: "p"})
			s.cloud.Clear()
			socket := s.subscribedTo(statusType, participantsType)
			if frame, _ := s.next(socket); frame["lock"] != 1.0 {
				t.Errorf("the status is %v", frame)
			}
			if frame, _ := s.next(socket); len(frame["data"].([]any)) != 1 {
				t.Errorf("the participants are %v", frame)
			}
			s.m.Set(map[string]any{"lock": 0})
			if frame, _ := s.next(socket); frame["lock"] != 0.0 {
				t.Errorf("pushed %v", frame)
			}
		})
	}
}

func TestFaultsOfOneMeetingAreItsOwnAndThoseOfTheCloudStay(t *testing.T) {
	s := serve(t, Config{})
	other := s.cloud.Add(MeetingConfig{ConfID: "7", HostPassword: pass})
	s.m.Inject(Status500, EchoWithheld)
	s.cloud.Inject(Status503)
	if s.m.faultsNow() != setOf(Status500, Status503, EchoWithheld) || other.faultsNow() != setOf(Status503) {
		t.Errorf("faults %b and %b", s.m.faultsNow(), other.faultsNow())
	}
	s.m.Clear()
	if s.m.faultsNow() != setOf(Status503) {
		t.Errorf("faults %b after the meeting's own are cleared", s.m.faultsNow())
	}
	s.m.Inject(Status500)
	s.cloud.Clear()
	if s.m.faultsNow() != 0 {
		t.Errorf("faults %b after all are cleared", s.m.faultsNow())
	}
	s.cloud.Inject(Fault(0), endOfFaults, Fault(63), Fault(200))
	if s.m.faultsNow() != 0 {
		t.Errorf("faults %b that are none", s.m.faultsNow())
	}
}
