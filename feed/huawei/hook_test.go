package huawei_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
)

const (
	hookApp = "board-1"
	hookKey = "hook-s3cret-88101"
)

// effects notes what events have done.
type effects struct {
	mu   sync.Mutex
	done []string
}

func (e *effects) note(what string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.done = append(e.done, what)
}

func (e *effects) MeetingStarted(id conference.ConfID) { e.note("started " + string(id)) }
func (e *effects) MeetingEnded(id conference.ConfID)   { e.note("ended " + string(id)) }
func (e *effects) BookingsChanged()                    { e.note("changed") }

func (e *effects) all() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return strings.Join(e.done, ", ")
}

// receiver is a hook behind a socket, with a simulated cloud that pushes to it.
type receiver struct {
	*huawei.Hook
	cloud    *simulator.Cloud
	effects  *effects
	registry *conference.Registry
	now      time.Time

	mu    sync.Mutex
	fault conference.EventFault // of the last push
}

func receive(t *testing.T, nonces int) *receiver {
	t.Helper()
	r := &receiver{effects: &effects{}, registry: conference.NewRegistry(conference.DefaultPolicy), now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	hook, err := huawei.NewHook(huawei.HookConfig{
		AppID: hookApp, Key: conference.NewSecret(hookKey), Effects: r.effects, To: r.registry, Nonces: nonces,
		Now: func() time.Time { return r.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	r.Hook = hook
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		answer, err := hook.Receive(body)
		var refused *conference.EventError
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.fault = ""; errors.As(err, &refused) {
			r.fault = refused.Fault
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = w.Write(answer)
	}))
	t.Cleanup(server.Close)
	r.cloud = simulator.New(simulator.Config{Now: func() time.Time { return r.now }})
	t.Cleanup(func() { _ = r.cloud.Close() })
	r.cloud.SendEvents(server.URL, hookApp, hookKey)
	return r
}

func (r *receiver) push(t *testing.T, e simulator.Event) (simulator.EventAnswer, conference.EventFault) {
	t.Helper()
	a, err := r.cloud.SendEvent(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return a, r.fault
}

func TestEventsAreTakenOrRefused(t *testing.T) {
	at := receive(t, 0).now
	for _, c := range []struct {
		name   string
		event  simulator.Event
		fault  conference.EventFault
		effect string
	}{
		{"a start", simulator.Event{Name: "meeting.started", ConfID: "900487914"}, "", "started 900487914"},
		{"an end", simulator.Event{Name: "meeting.end", ConfID: "900487914"}, "", "ended 900487914"},
		{"an end for good", simulator.Event{Name: "meeting.conclude", ConfID: "900487914"}, "", "ended 900487914"},
		{"a booking", simulator.Event{Name: "meeting.create", ConfID: "900487914"}, "", "changed"},
		{"a changed booking", simulator.Event{Name: "meeting.modify", ConfID: "900487914"}, "", "changed"},
		{"a cancelled booking", simulator.Event{Name: "meeting.cancel", ConfID: "900487914"}, "", "changed"},
		{"a join", simulator.Event{Name: "meeting.join", ConfID: "900487914", Participant: &simulator.Participant{PID: "p"}}, "", ""},
		{"a recording", simulator.Event{Name: "record.finish", ConfID: "900487914"}, "", ""},
		{"one that nobody listed", simulator.Event{Name: "meeting.moved", ConfID: "900487914"}, "", ""},
		{"a start of no meeting", simulator.Event{Name: "meeting.started"}, "", ""},
		{"a start of what is no meeting ID", simulator.Event{Name: "meeting.started", ConfID: "9 \n4"}, "", ""},
		{"written with white space and signed so", simulator.Event{Name: "meeting.started", ConfID: "1", Spaced: true}, "", "started 1"},
		{"written with white space and signed without", simulator.Event{Name: "meeting.started", ConfID: "1", Spaced: true, SignedCompact: true}, "", "started 1"},
		{"signed in upper case", simulator.Event{Name: "meeting.started", Signature: strings.Repeat("A", 64)}, conference.EventSignature, ""},
		{"signed with another key", simulator.Event{Name: "meeting.started", Signature: strings.Repeat("0", 64)}, conference.EventSignature, ""},
		{"signed with no hex", simulator.Event{Name: "meeting.started", Signature: "signed"}, conference.EventSignature, ""},
		{"signed for another length", simulator.Event{Name: "meeting.started", Signature: "00"}, conference.EventSignature, ""},
		{"of another app", simulator.Event{Name: "meeting.started", AppID: "other"}, conference.EventApp, ""},
		{"a day old", simulator.Event{Name: "meeting.create", Time: at.Add(-24 * time.Hour)}, "", "changed"},
		{"older than a day", simulator.Event{Name: "meeting.create", Time: at.Add(-24*time.Hour - time.Millisecond)}, conference.EventTime, ""},
		{"five minutes from now", simulator.Event{Name: "meeting.create", Time: at.Add(5 * time.Minute)}, "", "changed"},
		{"further from now", simulator.Event{Name: "meeting.create", Time: at.Add(5*time.Minute + time.Millisecond)}, conference.EventTime, ""},
		{"with an endless nonce", simulator.Event{Name: "meeting.create", Nonce: strings.Repeat("n", 1000)}, conference.EventMalformed, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := receive(t, 0)
			a, fault := r.push(t, c.event)
			if fault != c.fault || r.effects.all() != c.effect {
				t.Errorf("fault %q, effects %q; want %q, %q", fault, r.effects.all(), c.fault, c.effect)
			}
			if len(a.Body) != 0 {
				t.Errorf("answered %s", a.Body)
			}
			events := r.registry.Discovery().Events
			want := conference.Events{Enabled: true}
			if c.fault == "" {
				want.Accepted, want.Last, want.LastKind = 1, r.now, c.event.Name
			} else {
				want.Refused, want.LastRefused, want.LastFault = 1, r.now, c.fault
			}
			if events != want {
				t.Errorf("told %+v\nwant %+v", events, want)
			}
		})
	}
}

func TestNameOfAnEventIsShownInOneShortLine(t *testing.T) {
	for _, c := range []struct{ name, shown string }{
		{"meeting.\u202estarted\n", "meeting.started"},
		{"meeting." + strings.Repeat("m", 5000), "meeting." + strings.Repeat("m", 56)},
	} {
		r := receive(t, 0)
		if _, fault := r.push(t, simulator.Event{Name: c.name, ConfID: "900487914"}); fault != "" || r.effects.all() != "" {
			t.Errorf("%.20q: fault %q, effects %q", c.name, fault, r.effects.all())
		}
		if got := r.registry.Discovery().Events.LastKind; got != c.shown {
			t.Errorf("%.20q is shown as %q", c.name, got)
		}
	}
}

func TestEventsThatAreNoneAreRefused(t *testing.T) {
	r := receive(t, 0)
	whole := `{"appID":"board-1","timestamp":1,"nonce":"n","signature":"00","eventInfo":{"event":"meeting.started"}}`
	if _, err := r.Receive([]byte(whole)); faultOf(err) != conference.EventSignature {
		t.Fatalf("the event that is broken below is not whole: %v", err)
	}
	for name, body := range map[string]string{
		"empty":                      "",
		"no JSON":                    "<html>",
		"truncated":                  whole[:len(whole)-1],
		"no object":                  `["meeting.started"]`,
		"no appID":                   strings.Replace(whole, "appID", "app", 1),
		"no timestamp":               strings.Replace(whole, "timestamp", "time", 1),
		"timestamp that is no time":  strings.Replace(whole, `:1,`, `:"soon",`, 1),
		"no nonce":                   strings.Replace(whole, `"n"`, `""`, 1),
		"no signature":               strings.Replace(whole, `"00"`, `null`, 1),
		"no eventInfo":               strings.Replace(whole, "eventInfo", "info", 1),
		"eventInfo that is null":     strings.Replace(whole, `{"event":"meeting.started"}`, `null`, 1),
		"eventInfo without an event": strings.Replace(whole, `"event"`, `"kind"`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := r.Receive([]byte(body)); faultOf(err) != conference.EventMalformed {
				t.Errorf("error %v", err)
			}
		})
	}
}

func faultOf(err error) conference.EventFault {
	var e *conference.EventError
	if errors.As(err, &e) {
		return e.Fault
	}
	return ""
}

func TestTimestampAsTextIsSignedAsItIsWritten(t *testing.T) {
	r := receive(t, 0)
	info := `{"event":"meeting.started","payload":{"meetingInfo":{"meetingID":900487914}}}`
	ms := fmt.Sprint(r.now.UnixMilli())
	body := fmt.Sprintf(`{"appID":%q,"timestamp":%q,"nonce":"n1","signature":%q,"eventInfo":%s}`, hookApp, ms, hexHMAC(hookKey, hookApp+ms+"n1"+info), info)
	if _, err := r.Receive([]byte(body)); err != nil || r.effects.all() != "started 900487914" {
		t.Errorf("error %v, effects %q", err, r.effects.all())
	}
}

func TestRepeatedEventHasNoSecondEffect(t *testing.T) {
	r := receive(t, 0)
	e := simulator.Event{Name: "meeting.started", ConfID: "1", Nonce: "same"}
	r.push(t, e)
	r.now = r.now.Add(23 * time.Hour)
	e.Time = r.now.Add(-23 * time.Hour)
	if a, fault := r.push(t, e); fault != "" || a.Status != http.StatusOK {
		t.Errorf("refused as %q, status %d", fault, a.Status)
	}
	if got := r.registry.Discovery().Events; got.Accepted != 1 || got.Repeated != 1 || r.effects.all() != "started 1" {
		t.Errorf("effects %q, told %+v", r.effects.all(), got)
	}
}

func TestVerificationIsAnsweredWithItsNonceEachTime(t *testing.T) {
	r := receive(t, 0)
	for range 2 {
		a, _ := r.push(t, simulator.Event{Name: "meeting.verify", Nonce: `n"1<`})
		var answer map[string]string
		if err := json.Unmarshal(a.Body, &answer); err != nil || len(answer) != 2 || answer["event"] != "meeting.verify" || answer["nonce"] != `n"1<` {
			t.Errorf("answered %s", a.Body)
		}
	}
	if a, fault := r.push(t, simulator.Event{Name: "meeting.verify", Signature: "00"}); fault != conference.EventSignature || len(a.Body) != 0 {
		t.Errorf("an unsigned one: %q, answered %s", fault, a.Body)
	}
}

func TestMoreEventsThanAreRememberedTakeNoSecondEffect(t *testing.T) {
	const remembered = 3
	r := receive(t, remembered)
	var sent []simulator.Event
	for i := range 10 {
		e := simulator.Event{Name: "meeting.started", ConfID: fmt.Sprint(i), Nonce: fmt.Sprint("n", i), Time: r.now.Add(time.Duration(i) * time.Minute)}
		sent = append(sent, e)
	}
	r.now = r.now.Add(time.Hour)
	for _, e := range sent {
		if _, fault := r.push(t, e); fault != "" {
			t.Fatalf("%s refused as %q", e.ConfID, fault)
		}
	}
	before := r.effects.all()
	for i, e := range sent {
		_, fault := r.push(t, e)
		if forgotten := i < len(sent)-remembered; forgotten != (fault == conference.EventTime) {
			t.Errorf("event %d again: %q", i, fault)
		}
	}
	if after := r.effects.all(); after != before {
		t.Errorf("effects %q, then %q", before, after)
	}
	r.now = r.now.Add(25 * time.Hour)
	if _, fault := r.push(t, simulator.Event{Name: "meeting.started", ConfID: "x"}); fault != "" || !strings.HasSuffix(r.effects.all(), "started x") {
		t.Errorf("a day later: %q", fault)
	}
}

func TestOneEventTwiceAtOnceHasOneEffect(t *testing.T) {
	r := receive(t, 0)
	info := `{"event":"meeting.create"}`
	ms := fmt.Sprint(r.now.UnixMilli())
	body := fmt.Appendf(nil, `{"appID":%q,"timestamp":%s,"nonce":"n","signature":%q,"eventInfo":%s}`, hookApp, ms, hexHMAC(hookKey, hookApp+ms+"n"+info), info)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() { _, _ = r.Receive(body) })
	}
	all.Wait()
	if got := r.registry.Discovery().Events; r.effects.all() != "changed" || got.Accepted != 1 || got.Repeated != 15 {
		t.Errorf("effects %q, told %+v", r.effects.all(), got)
	}
}

func TestHookNeedsItsSettings(t *testing.T) {
	whole := huawei.HookConfig{AppID: "a", Key: conference.NewSecret("k"), Effects: &effects{}, To: conference.NewRegistry(conference.DefaultPolicy)}
	if _, err := huawei.NewHook(whole); err != nil {
		t.Fatal(err)
	}
	for i, without := range []func(*huawei.HookConfig){
		func(c *huawei.HookConfig) { c.AppID = "" },
		func(c *huawei.HookConfig) { c.Key = conference.Secret{} },
		func(c *huawei.HookConfig) { c.Effects = nil },
		func(c *huawei.HookConfig) { c.To = nil },
	} {
		c := whole
		without(&c)
		if _, err := huawei.NewHook(c); err == nil {
			t.Errorf("case %d is taken", i)
		}
	}
}

func FuzzEventsAreReadWithoutPanic(f *testing.F) {
	f.Add([]byte(`{"appID":"board-1","timestamp":1,"nonce":"n","signature":"00","eventInfo":{"event":"meeting.started","payload":{"meetingInfo":[]}}}`))
	hook, err := huawei.NewHook(huawei.HookConfig{AppID: hookApp, Key: conference.NewSecret(hookKey), Effects: &effects{}, To: conference.NewRegistry(conference.DefaultPolicy)})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		answer, err := hook.Receive(body)
		if err == nil || answer != nil {
			t.Errorf("unsigned, and answered %q", answer)
		}
		if !slices.Contains([]conference.EventFault{conference.EventMalformed, conference.EventApp, conference.EventSignature}, faultOf(err)) {
			t.Errorf("error %v", err)
		}
	})
}

// hexHMAC is how the cloud signs an event.
func hexHMAC(key, text string) string {
	mac := hmac.New(sha256.New, []byte(key))
	_, _ = mac.Write([]byte(text)) // never fails
	return hex.EncodeToString(mac.Sum(nil))
}
