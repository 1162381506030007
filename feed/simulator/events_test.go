package simulator

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const hookKey = "hook-key-88"

// receiver takes events as an enterprise's server does, and remembers them.
type receiver struct {
	t      *testing.T
	server *httptest.Server

	mu     sync.Mutex
	status int // instead of 200
	echo   func(nonce string) string
	bodies []string
}

// pushed is the body of an event; the texts of the parts are as they came.
type pushed struct {
	AppID, Nonce, Signature string
	Timestamp               json.Number
	EventInfo               json.RawMessage
}

func receive(t *testing.T) *receiver {
	rec := &receiver{t: t, echo: func(nonce string) string { return nonce }}
	rec.server = httptest.NewServer(rec)
	t.Cleanup(rec.server.Close)
	return rec
}

func (rec *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Method != http.MethodPost || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		rec.t.Errorf("%s with Content-Type %q, error %v", r.Method, r.Header.Get("Content-Type"), err)
	}
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.bodies = append(rec.bodies, string(body))
	if rec.status != 0 {
		w.WriteHeader(rec.status)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"event": eventVerify, "nonce": rec.echo(rec.parse(string(body)).Nonce)})
}

func (rec *receiver) parse(body string) (p pushed) {
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		rec.t.Errorf("%v in %s", err, body)
	}
	return p
}

func (rec *receiver) got() []string {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	return slices.Clone(rec.bodies)
}

func (rec *receiver) answer(status int) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.status = status
}

// until waits for a condition.
func until(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// signedAs is the signature over a text in place of eventInfo.
func (p pushed) signedAs(eventInfo string) string {
	return hexHMAC(hookKey, p.AppID+p.Timestamp.String()+p.Nonce+eventInfo)
}

func TestWhatHappensToMeetingsIsPushedInItsOrder(t *testing.T) {
	rec := receive(t)
	s := serve(t, Config{})
	s.cloud.Add(MeetingConfig{ConfID: "7"}) // nobody listens yet
	s.cloud.SendEvents(rec.server.URL, "sub", hookKey)
	m := s.cloud.Add(MeetingConfig{ConfID: "8"})
	m.Join(Participant{PID: "early"}) // before the start nobody is in the meeting
	m.Start()
	m.Join(Participant{PID: "p", Info: map[string]string{"NAME": "Lab <2>"}})
	m.Join(Participant{PID: "q", Info: map[string]string{"STATE": "1"}}) // is being called
	m.Update("q", map[string]string{"STATE": "0"})
	m.Update("q", map[string]string{"MUTE": "1"})
	m.Wait(Participant{PID: "w"})
	m.Admit("w")
	m.Leave("p")
	m.End()
	m.End()
	m.Start()
	m.EndSilently()
	want := []string{"create", "started", "join p", "join q", "join w", "left p", "end", "started", "end"}
	until(t, "all delivered", func() bool { return s.cloud.Events().Delivered == len(want) })

	var got, uuids []string
	nonces := map[string]bool{}
	for _, body := range rec.got() {
		p := rec.parse(body)
		var info struct {
			Event     string
			Timestamp int64
			Payload   struct {
				MeetingInfo  struct{ MeetingID, MeetingUUID string }
				AttendeeInfo *struct{ ParticipantID, DisplayName string }
			}
		}
		if err := json.Unmarshal(p.EventInfo, &info); err != nil {
			t.Fatal(err)
		}
		if p.AppID != "sub" || p.Signature != p.signedAs(string(p.EventInfo)) || info.Payload.MeetingInfo.MeetingID != "8" || nonces[p.Nonce] {
			t.Errorf("pushed %s", body)
		}
		nonces[p.Nonce] = true
		uuids = append(uuids, info.Payload.MeetingInfo.MeetingUUID)
		name := strings.TrimPrefix(info.Event, "meeting.")
		if a := info.Payload.AttendeeInfo; a != nil {
			name += " " + a.ParticipantID
			if a.ParticipantID == "p" && a.DisplayName != "Lab <2>" {
				t.Errorf("named %q", a.DisplayName)
			}
		}
		got = append(got, name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("pushed %q, want %q", got, want)
	}
	if uuids[1] != uuids[6] || uuids[1] == uuids[7] {
		t.Errorf("UUIDs %q, want one for each occurrence", uuids)
	}
}

func TestEventIsRepeatedUntilItIsTaken(t *testing.T) {
	rec := receive(t)
	s := serve(t, Config{EventRetry: time.Millisecond})
	s.cloud.SendEvents(rec.server.URL, "sub", hookKey)
	rec.answer(500)
	s.m.Start()
	until(t, "three tries", func() bool { return s.cloud.Events().Tries >= 3 })
	rec.answer(0)
	until(t, "delivered", func() bool { return s.cloud.Events().Delivered == 1 })
	bodies := rec.got()
	for _, body := range bodies {
		if body != bodies[0] {
			t.Errorf("repeated as %s, was %s", body, bodies[0])
		}
	}
	if n := s.cloud.Events(); n.Made != 1 || n.Waiting != 0 || n.Dropped != 0 || n.Tries != len(bodies) {
		t.Errorf("counted %+v of %d", n, len(bodies))
	}
}

func TestEventIsGivenUpInTheEnd(t *testing.T) {
	rec := receive(t)
	rec.answer(404)
	s := serve(t, Config{EventRetry: time.Millisecond, EventPatience: 10 * time.Millisecond})
	s.cloud.SendEvents(rec.server.URL, "sub", hookKey)
	s.m.Start()
	until(t, "given up", func() bool { return s.cloud.Events().Dropped == 1 })
	if n := s.cloud.Events(); n.Waiting != 0 || n.Delivered != 0 {
		t.Errorf("counted %+v", n)
	}
}

func TestEventThatFailsDoesNotHoldUpOthers(t *testing.T) {
	rec := receive(t)
	rec.answer(503)
	s := serve(t, Config{EventRetry: time.Hour})
	s.cloud.SendEvents(rec.server.URL, "sub", hookKey)
	s.m.Start()
	until(t, "tried", func() bool { return s.cloud.Events().Tries == 1 })
	rec.answer(0)
	s.m.End()
	until(t, "delivered", func() bool { return s.cloud.Events().Delivered == 1 })
	if n := s.cloud.Events(); n.Waiting != 1 {
		t.Errorf("counted %+v", n)
	}
}

func TestSingleEventIsWhatItsSenderWants(t *testing.T) {
	rec := receive(t)
	s := serve(t, Config{})
	if _, err := s.cloud.SendEvent(t.Context(), Event{Name: eventVerify}); !errors.Is(err, ErrNoReceiver) {
		t.Errorf("without a receiver: %v", err)
	}
	s.cloud.SendEvents(rec.server.URL, "sub", hookKey)
	compact := func(p pushed) string {
		var v any
		if err := json.Unmarshal(p.EventInfo, &v); err != nil {
			t.Fatal(err)
		}
		return string(encode(v)) // sorted, as the maps it was made of
	}
	for _, c := range []struct {
		name  string
		event Event
		want  func(p pushed) bool
	}{
		{"right", Event{Name: "meeting.modify", ConfID: id}, func(p pushed) bool { return p.Signature == p.signedAs(compact(p)) && string(p.EventInfo) == compact(p) }},
		{"without a payload", Event{Name: eventVerify}, func(p pushed) bool { return !strings.Contains(string(p.EventInfo), "payload") }},
		{"wrongly signed", Event{Name: eventStarted, Signature: "00"}, func(p pushed) bool { return p.Signature == "00" }},
		{"of another application", Event{Name: eventStarted, AppID: "x"}, func(p pushed) bool { return p.AppID == "x" && p.Signature == p.signedAs(compact(p)) }},
		{"old", Event{Name: eventStarted, Time: time.UnixMilli(5)}, func(p pushed) bool { return p.Timestamp == "5" && p.Signature == p.signedAs(compact(p)) }},
		{"with a nonce that is given", Event{Name: eventStarted, Nonce: "n"}, func(p pushed) bool { return p.Nonce == "n" }},
		{"spaced, signed as it is", Event{Name: eventStarted, ConfID: id, Spaced: true}, func(p pushed) bool {
			return strings.Contains(string(p.EventInfo), "\n") && p.Signature == p.signedAs(string(p.EventInfo))
		}},
		{"spaced, signed compact", Event{Name: eventStarted, ConfID: id, Spaced: true, SignedCompact: true}, func(p pushed) bool {
			return strings.Contains(string(p.EventInfo), "\n") && p.Signature == p.signedAs(compact(p))
		}},
	} {
		answer, err := s.cloud.SendEvent(t.Context(), c.event)
		if err != nil || answer.Status != 200 || !strings.Contains(string(answer.Body), "nonce") {
			t.Errorf("%s: %+v, %v", c.name, answer, err)
		}
		bodies := rec.got()
		if body := bodies[len(bodies)-1]; !c.want(rec.parse(body)) {
			t.Errorf("%s: pushed %s", c.name, body)
		}
	}
	rec.server.Close()
	if _, err := s.cloud.SendEvent(t.Context(), Event{Name: eventVerify}); err == nil {
		t.Error("no error without an answer")
	}
}

func TestCloudClosesWhileAReceiverDoesNotAnswer(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(arrived)
		<-release
	}))
	defer server.Close()
	defer close(release)
	cloud := New(Config{})
	cloud.SendEvents(server.URL, "sub", hookKey)
	cloud.Add(MeetingConfig{ConfID: "1"})
	<-arrived
	if err := cloud.Close(); err != nil {
		t.Error(err)
	}
	cloud.Add(MeetingConfig{ConfID: "2"})
	if n := cloud.Events(); n.Made != 2 || n.Dropped == 0 {
		t.Errorf("counted %+v", n)
	}
}
