package huawei_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
)

// about reports whether a time is that far away, within what a busy machine and the cut seconds of a header take.
func about(at time.Time, d time.Duration) bool {
	off := time.Until(at) - d
	return off > -20*time.Second && off <= time.Second
}

func TestBoardLearnsOfTokensAndRoundTripsWhateverTheClocksSay(t *testing.T) {
	for name, off := range map[string]time.Duration{
		"our clock and the cloud's agree": 0, "the cloud's clock is an hour ahead": time.Hour, "the cloud's clock is an hour behind": -time.Hour,
	} {
		t.Run(name, func(t *testing.T) {
			b := start(t, running(simulator.Config{Now: func() time.Time { return time.Now().Add(off) }}), brief, nil)
			b.untilLink(conference.Live)
			b.until("echoed", func() bool { return b.state().Link.RoundTrip > 0 })
			l := b.state().Link
			if !about(l.TokenAt, 0) || !about(l.TokenExpires, 30*time.Minute) || l.RoundTrip > time.Minute {
				t.Errorf("token of %s until %s, round trip %s", l.TokenAt, l.TokenExpires, l.RoundTrip)
			}
			// Messages of the cloud's own time are taken in order.
			b.meeting.Set(map[string]any{"lock": 1})
			b.untilField(conference.Lock, 1)
			b.meeting.CutConnections()
			b.until("live again", func() bool { s := b.state(); return s.Link.Connects == 2 && s.Link.State == conference.Live })
			b.meeting.Set(map[string]any{"lock": 0})
			b.untilField(conference.Lock, 0)
			if n := b.state().Counts.DroppedTotal(); n != 0 {
				t.Errorf("%d messages were dropped", n)
			}
		})
	}
}

func TestNextAttemptIsToldAndKeepsToWhatTheCloudAsksFor(t *testing.T) {
	refuse := func(status int, header map[string]string, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for name, value := range header {
				w.Header().Set(name, value)
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	theirs := time.Now().Add(-time.Hour) // the cloud's clock
	date := theirs.UTC().Format(http.TimeFormat)
	after := theirs.Add(100 * time.Second).UTC().Format(http.TimeFormat)
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		link   conference.LinkState
		next   time.Duration // 0: none
	}{
		{"a fault that passes", refuse(503, nil, ""), conference.Connecting, 10 * time.Second},
		{"a fault, to be tried again in seconds", refuse(503, map[string]string{"Retry-After": "100"}, ""), conference.Connecting, 100 * time.Second},
		{"too many calls, until an instant of their clock", refuse(429, map[string]string{"Retry-After": after, "Date": date}, ""), conference.Connecting, 100 * time.Second},
		{"a wait that makes no sense", refuse(503, map[string]string{"Retry-After": "100000"}, ""), conference.Connecting, 5 * time.Minute},
		{"not started", refuse(400, nil, `{"error_code":"MMC.111070005"}`), conference.Waiting, 20 * time.Second},
		{"not permitted", refuse(401, nil, ""), conference.Refusing, 5 * time.Minute},
		{"a wrong password", refuse(400, nil, `{"error_code":"MMC.111072065"}`), conference.Refusing, 0},
		{"ended", refuse(400, nil, `{"error_code":"MMC.111072006"}`), conference.Over, 20 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			cloud := running(simulator.Config{})
			cloud.Wrap(answering(controlTokenPath, c.answer))
			b := start(t, cloud, patient, func(config *huawei.Config) {
				config.Delays = huawei.Delays{BackoffMin: 10 * time.Second, BackoffMax: 10 * time.Second}
			})
			b.until("told", func() bool { return b.sink.told() > 0 })
			l := b.untilLink(c.link).Link
			switch {
			case c.next == 0 && !l.Next.IsZero():
				t.Errorf("tried again at %s", l.Next)
			case c.next > 0 && (time.Until(l.Next) > c.next || time.Until(l.Next) < c.next*4/10):
				t.Errorf("tried again in %s, want %s", time.Until(l.Next), c.next)
			}
		})
	}
}

// Two thousand meetings at a hundred calls a minute wait for twenty minutes: that is told, not hidden.
func TestWaitForTheCallsOfAMinuteIsTold(t *testing.T) {
	cloud := running(simulator.Config{})
	ids := []conference.ConfID{meetingID, "2", "3"}
	for _, id := range ids[1:] {
		cloud.Add(simulator.MeetingConfig{ConfID: string(id), HostPassword: password}).Start()
	}
	b := start(t, cloud, patient, func(c *huawei.Config) {
		c.CallsPerMinute = 1
		for _, id := range ids[1:] {
			c.Meetings = append(c.Meetings, huawei.Meeting{ConfID: id, HostPassword: conference.NewSecret(password)})
		}
	})
	b.until("one is live and the others know when", func() bool {
		var waits []time.Duration
		live := 0
		for _, id := range ids {
			s := b.registry.Get(id)
			switch {
			case s == nil:
			case s.Link.State == conference.Live:
				live++
			case s.Link.State == conference.Connecting && !s.Link.Next.IsZero():
				waits = append(waits, time.Until(s.Link.Next).Round(time.Minute))
			}
		}
		slices.Sort(waits)
		return live == 1 && slices.Equal(waits, []time.Duration{time.Minute, 2 * time.Minute})
	})
}

// To wait for a turn is nothing that the cloud has said: a meeting that has not started must not look as if it had been asked for.
func TestWaitForATurnIsNoSignOfLife(t *testing.T) {
	b := start(t, simulator.New(simulator.Config{}), patient, func(c *huawei.Config) { c.CallsPerMinute = 1 })
	heard := b.untilLink(conference.Waiting).Link.Heard()
	b.until("the next look is told to be late", func() bool { return time.Until(b.state().Link.Next) > 30*time.Second })
	if l := b.state().Link; l.State != conference.Waiting || l.Reason != conference.ReasonNotStarted || !l.Heard().Equal(heard) {
		t.Errorf("link %+v, heard %s and then %s", l, heard, l.Heard())
	}
}

func TestEveryPushIsTapped(t *testing.T) {
	var mu sync.Mutex
	var frames []string
	b := start(t, running(simulator.Config{}), brief, func(c *huawei.Config) {
		c.Tap = func(id conference.ConfID, at time.Time, frame []byte) {
			if id != meetingID || !about(at, 0) {
				t.Errorf("a frame of %s at %s", id, at)
			}
			mu.Lock()
			defer mu.Unlock()
			frames = append(frames, string(frame))
		}
	})
	b.untilLink(conference.Live)
	b.meeting.PushRaw([]byte("no JSON"))
	b.until("refused, and echoed", func() bool { return b.state().Counts.Refused == 1 && b.sink.count(conference.LinkEcho) > 0 })
	mu.Lock()
	defer mu.Unlock()
	c := b.state().Counts
	if n := uint64(len(frames)); n != c.Applied+c.DroppedTotal()+c.Refused || !slices.Contains(frames, "no JSON") {
		t.Errorf("%d frames for %+v: %q", n, c, frames)
	}
	for _, f := range frames {
		if strings.Contains(f, "HeartBeat") || strings.Contains(f, `"Subscribe"`) {
			t.Errorf("an answer was tapped: %s", f)
		}
	}
}

// A renewal sends the password too.
func TestPasswordThatARenewalWasRefusedForIsNotSentAgain(t *testing.T) {
	var refusals atomic.Int64
	cloud := running(simulator.Config{ControlTokenLife: 3 * time.Second})
	b := start(t, cloud, patient, nil)
	b.untilLink(conference.Live)
	cloud.Wrap(answering(controlTokenPath, func(w http.ResponseWriter, _ *http.Request) {
		refusals.Add(1)
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprint(w, `{"error_code":"MMC.111072065"}`)
	}))
	b.until("the renewal is refused", func() bool { return refusals.Load() > 0 })
	if s := b.state(); s.Link.State != conference.Live {
		t.Errorf("the connection stands: %+v", s.Link)
	}
	b.until("the token has expired", func() bool { return time.Now().After(b.state().Link.TokenExpires) })
	b.meeting.CutConnections()
	if s := b.untilLink(conference.Refusing); s.Link.Reason != conference.ReasonPassword {
		t.Errorf("reason %q", s.Link.Reason)
	}
	b.done(b.client.Look(meetingID))
	if n := refusals.Load(); n != 1 {
		t.Errorf("the password was sent %d times", n)
	}
	cloud.Wrap(nil)
	b.done(b.client.Retry(meetingID))
	b.untilLink(conference.Live)
	if n := refusals.Load(); n != 1 {
		t.Errorf("the password was sent %d times", n)
	}
}

func TestMeetingThatSomebodyLooksAtIsConnectedFirst(t *testing.T) {
	const watched = "4"
	cloud := running(simulator.Config{})
	ids := []conference.ConfID{"2", "3", watched, "5", "6"}
	for _, id := range ids {
		cloud.Add(simulator.MeetingConfig{ConfID: string(id), HostPassword: password}).Start()
	}
	b := start(t, cloud, patient, func(c *huawei.Config) {
		c.AttemptsPerSecond = 1
		c.Viewers = func(id conference.ConfID) int {
			if id == watched {
				return 1
			}
			return 0
		}
		for _, id := range ids {
			c.Meetings = append(c.Meetings, huawei.Meeting{ConfID: id, HostPassword: conference.NewSecret(password)})
		}
	})
	b.until("it is live", func() bool {
		s := b.registry.Get(watched)
		return s != nil && s.Link.State == conference.Live
	})
	live := 0
	for _, s := range b.registry.All() {
		if s.Link.Connects > 0 {
			live++
		}
	}
	if live > 2 { // one had its turn before anybody had to wait
		t.Errorf("%d others came before it", live-1)
	}
}
