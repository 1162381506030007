package huawei_test

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
)

// never is a delay that does not pass in a test.
const never = time.Hour

// rarely makes everything that a client does again by itself wait for ever.
func rarely(c *huawei.Config) {
	c.Delays = huawei.Delays{BackoffMin: never, BackoffMax: never, Look: never, LookFar: never, Refused: never}
}

// onlyWhenTold is a client that watches nothing by itself and waits for ever before it does anything again.
func onlyWhenTold(c *huawei.Config) {
	c.Meetings = nil
	rarely(c)
}

func meetingOf(origin conference.Origin) huawei.Meeting {
	return huawei.Meeting{ConfID: meetingID, HostPassword: conference.NewSecret(password), Origin: origin}
}

func (b *board) watch(m huawei.Meeting) {
	b.t.Helper()
	if err := b.client.Watch(m); err != nil {
		b.t.Fatal(err)
	}
}

func (b *board) unwatch(origin conference.Origin) {
	b.t.Helper()
	if err := b.client.Unwatch(meetingID, origin); err != nil {
		b.t.Fatal(err)
	}
}

// done fails the test if one of the orders was not taken.
func (b *board) done(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func TestMeetingsComeAndGoWhileTheCloudIsWatched(t *testing.T) {
	b := start(t, running(simulator.Config{}), patient, onlyWhenTold)
	for i := range 3 {
		b.watch(meetingOf(conference.ByHand))
		if s := b.state(); i > 0 && (s == nil || s.Origin != conference.ByHand) { // Run has begun
			t.Fatalf("on the board when Watch has returned: %+v", s)
		}
		b.untilLink(conference.Live)
		b.unwatch(conference.ByHand)
		if b.state() != nil {
			t.Fatal("on the board when Unwatch has returned")
		}
		b.until("its connection is closed", func() bool { return b.meeting.Counts().Open == 0 })
	}
}

func TestSettingsThenPeopleThenTheListHaveTheirSay(t *testing.T) {
	b := start(t, simulator.New(simulator.Config{}), patient, func(c *huawei.Config) { c.Meetings = nil })
	at := time.Date(2026, 7, 1, 8, 0, 0, 0, time.UTC)
	found, byHand, settings := meetingOf(conference.Found), meetingOf(conference.ByHand), meetingOf(conference.FromSettings)
	found.Group, found.Booking = "found", conference.Booking{Title: "Booked", Start: at}
	byHand.Name, byHand.Group = "by hand", "by hand"
	settings.Name = "settings"
	b.watch(found)
	b.until("Run has begun", func() bool { return b.state() != nil })
	for _, step := range []struct {
		name        string
		do          func()
		origin      conference.Origin
		meetingName string
		group       string
		title       string
	}{
		{"found", func() { b.watch(found) }, conference.Found, "", "found", "Booked"},
		{"added by hand too", func() { b.watch(byHand) }, conference.ByHand, "by hand", "by hand", "by hand"},
		{"and in the settings", func() { b.watch(settings) }, conference.FromSettings, "settings", "by hand", "settings"},
		{"renamed by hand", func() { byHand.Group = "renamed"; b.watch(byHand) }, conference.FromSettings, "settings", "renamed", "settings"},
		{"left by the settings", func() { b.unwatch(conference.FromSettings) }, conference.ByHand, "by hand", "renamed", "by hand"},
		{"left by hand", func() { b.unwatch(conference.ByHand) }, conference.Found, "", "found", "Booked"},
	} {
		step.do()
		s := b.state()
		if s == nil || s.Origin != step.origin || s.Name != step.meetingName || s.Group != step.group || s.Title() != step.title || !s.Booking.Start.Equal(at) {
			t.Errorf("%s: %+v", step.name, s)
		}
	}
	b.until("one watch", func() bool { return b.state().Link.State == conference.Waiting })
}

func TestPasswordOfTheListWins(t *testing.T) {
	b := start(t, running(simulator.Config{}), patient, onlyWhenTold)
	wrong := meetingOf(conference.FromSettings)
	wrong.HostPassword = conference.NewSecret("last week's")
	b.watch(wrong)
	b.untilLink(conference.Refusing)
	b.watch(meetingOf(conference.Found))
	b.untilLink(conference.Live)
	if n := b.meeting.Counts().ControlTokenCalls; n != 2 {
		t.Errorf("%d calls", n)
	}
}

func TestRefusedPasswordIsSentAgainOnlyWhenSomebodySaysSo(t *testing.T) {
	cloud := running(simulator.Config{PasswordTries: 100})
	cloud.Add(simulator.MeetingConfig{ConfID: meetingID, HostPassword: "another"}).Start()
	b := start(t, cloud, patient, onlyWhenTold)
	m := meetingOf(conference.ByHand)
	b.watch(m)
	b.untilLink(conference.Refusing)
	m.Name = "renamed"
	for _, step := range []struct {
		name  string
		do    func()
		calls int // in all
		link  conference.LinkState
	}{
		{"it was refused", func() {}, 1, conference.Refusing},
		{"an event", func() { b.done(b.client.Look(meetingID)) }, 1, conference.Refusing},
		{"the same password again", func() { b.watch(m) }, 1, conference.Refusing},
		{"another origin with the same password", func() { b.watch(meetingOf(conference.Found)) }, 1, conference.Refusing},
		{"somebody asks", func() { b.done(b.client.Retry(meetingID)) }, 2, conference.Refusing},
		{"another password", func() { m.HostPassword = conference.NewSecret("no better"); b.unwatch(conference.Found); b.watch(m) }, 3, conference.Refusing},
		{"the right one", func() { m.HostPassword = conference.NewSecret("another"); b.watch(m) }, 4, conference.Live},
	} {
		step.do()
		b.until(step.name, func() bool {
			return b.meeting.Counts().ControlTokenCalls >= step.calls && b.state().Link.State == step.link
		})
		if s := b.state(); step.link == conference.Refusing && (s.Link.Reason != conference.ReasonPassword || !s.Link.Next.IsZero()) {
			t.Errorf("%s: link %+v", step.name, s.Link)
		}
	}
	b.stop() // whatever was under way has ended
	if n := b.meeting.Counts().ControlTokenCalls; n != 4 {
		t.Errorf("%d calls, want 4", n)
	}
}

func TestLookFindsWhatHasStartedAndEndedAtOnce(t *testing.T) {
	b := start(t, simulator.New(simulator.Config{}), patient, rarely)
	s := b.untilLink(conference.Waiting)
	if until := time.Until(s.Link.Next); until < never/2 || until > never {
		t.Errorf("looks again in %s", until)
	}
	b.meeting.Start()
	b.done(b.client.Look(meetingID))
	b.untilLink(conference.Live)

	b.cloud.Wrap(answering(controlTokenPath, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error_code":"MMC.111072006"}`))
	}))
	b.done(b.client.Look(meetingID)) // the cloud has lost the connection
	b.untilLink(conference.Over)
	b.cloud.Wrap(nil)
	b.done(b.client.Retry(meetingID))
	b.untilLink(conference.Live)
}

// What has left the enterprise's list may be in progress nevertheless.
func TestMeetingThatLeftTheListIsAskedAbout(t *testing.T) {
	t.Run("one that is connected is watched to its end, and then forgotten", func(t *testing.T) {
		b := start(t, running(simulator.Config{}), patient, func(c *huawei.Config) { c.Meetings[0].Origin = conference.Found })
		b.untilLink(conference.Live)
		b.unwatch(conference.Found)
		b.meeting.CutConnections()
		b.until("connected again", func() bool { return b.sink.count(conference.LinkUp) == 2 })
		b.untilLink(conference.Live)
		b.meeting.End()
		b.untilLink(conference.Over)
		b.until("forgotten", func() bool { return errors.Is(b.client.Look(meetingID), huawei.ErrUnknown) })
		if s := b.state(); s == nil || s.Link.State != conference.Over {
			t.Errorf("the end is not shown: %+v", s)
		}
		calls := b.meeting.Counts().ControlTokenCalls
		b.watch(meetingOf(conference.Found))
		b.until("looked for again when it is back on the list", func() bool { return b.meeting.Counts().ControlTokenCalls > calls })
		b.meeting.Start()
		b.untilLink(conference.Live)
	})
	t.Run("one that has ended is forgotten and stays on the board", func(t *testing.T) {
		b := start(t, running(simulator.Config{}), patient, func(c *huawei.Config) { c.Meetings[0].Origin = conference.Found; rarely(c) })
		b.untilLink(conference.Live)
		b.meeting.End()
		b.untilLink(conference.Over)
		b.unwatch(conference.Found)
		b.until("forgotten", func() bool { return errors.Is(b.client.Retry(meetingID), huawei.ErrUnknown) })
		if b.state() == nil {
			t.Error("it has left the board")
		}
	})
	t.Run("one that has not started leaves after one call", func(t *testing.T) {
		b := start(t, simulator.New(simulator.Config{}), patient, func(c *huawei.Config) { c.Meetings[0].Origin = conference.Found; rarely(c) })
		b.untilLink(conference.Waiting)
		b.unwatch(conference.Found)
		b.until("left", func() bool { return b.state() == nil })
		b.stop()
		if n := b.meeting.Counts().ControlTokenCalls; n != 2 {
			t.Errorf("%d calls", n)
		}
	})
	t.Run("one that has started meanwhile is kept", func(t *testing.T) {
		b := start(t, simulator.New(simulator.Config{}), patient, func(c *huawei.Config) { c.Meetings[0].Origin = conference.Found; rarely(c) })
		b.untilLink(conference.Waiting)
		b.meeting.Start()
		b.unwatch(conference.Found)
		b.untilLink(conference.Live)
	})
	t.Run("one whose password was refused leaves without another call", func(t *testing.T) {
		b := start(t, running(simulator.Config{}), patient, func(c *huawei.Config) {
			c.Meetings[0].Origin, c.Meetings[0].HostPassword = conference.Found, conference.NewSecret("wrong")
		})
		b.untilLink(conference.Refusing)
		b.unwatch(conference.Found)
		b.until("left", func() bool { return b.state() == nil })
		b.stop()
		if n := b.meeting.Counts().ControlTokenCalls; n != 1 {
			t.Errorf("%d calls", n)
		}
	})
	t.Run("one that cannot be asked about is kept until it can", func(t *testing.T) {
		cloud := simulator.New(simulator.Config{})
		cloud.Refuse(503, "")
		b := start(t, cloud, patient, func(c *huawei.Config) { c.Meetings[0].Origin = conference.Found })
		b.until("told", func() bool { return b.sink.count(conference.LinkDown) > 0 })
		b.unwatch(conference.Found)
		downs := b.sink.count(conference.LinkDown)
		b.until("tried again", func() bool { return b.sink.count(conference.LinkDown) > downs+2 })
		if b.state() == nil {
			t.Error("it has left the board")
		}
		cloud.Refuse(0, "")
		b.until("left", func() bool { return b.state() == nil })
	})
	t.Run("one that somebody else wants stays", func(t *testing.T) {
		b := start(t, simulator.New(simulator.Config{}), patient, func(c *huawei.Config) { c.Meetings[0].Origin = conference.Found })
		b.watch(meetingOf(conference.ByHand))
		b.unwatch(conference.Found)
		b.untilLink(conference.Waiting)
		b.meeting.Start()
		b.untilLink(conference.Live)
	})
}

// A refusal for good used to be told in the log only when it met the looks for the next occurrence: nobody learnt that these had
// come to an end.
func TestRefusalAfterAnEndIsShownWhenTheEndIsNotAnyMore(t *testing.T) {
	policy := conference.Policy{Heartbeat: patient, KeepEnded: 200 * time.Millisecond}
	b := startBy(t, running(simulator.Config{}), policy, nil)
	b.untilLink(conference.Live)
	b.cloud.Wrap(answering(controlTokenPath, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error_code":"MMC.111072065"}`))
	}))
	b.meeting.Set(map[string]any{"state": "Destroyed"})
	b.untilLink(conference.Over)
	b.meeting.CutConnections()
	s := b.untilLink(conference.Refusing)
	if s.Link.Reason != conference.ReasonPassword || s.Name != "Board meeting" {
		t.Errorf("%+v", s)
	}
	b.cloud.Wrap(nil)
	b.meeting.Set(map[string]any{"state": "Created"})
	b.done(b.client.Retry(meetingID))
	b.untilLink(conference.Live)
}

func TestTokenOfTheNextOccurrenceIsToldAlthoughTheBoardHasDroppedTheLast(t *testing.T) {
	policy := conference.Policy{Heartbeat: patient, KeepEnded: time.Millisecond}
	b := startBy(t, running(simulator.Config{}), policy, rarely)
	b.untilLink(conference.Live)
	b.meeting.End()
	b.until("dropped", func() bool { return b.state() == nil })
	b.until("the end is known", func() bool { return b.sink.count(conference.LinkEnded) > 0 })
	b.meeting.Start()
	b.done(b.client.Look(meetingID))
	if l := b.untilLink(conference.Live).Link; !about(l.TokenAt, 0) || !about(l.TokenExpires, 30*time.Minute) {
		t.Errorf("token of %s until %s", l.TokenAt, l.TokenExpires)
	}
}

func TestTokenOfAMeetingThatHasEndedIsNotTold(t *testing.T) {
	b := start(t, running(simulator.Config{}), patient, rarely)
	if b.untilLink(conference.Live).Link.TokenExpires.IsZero() {
		t.Error("no token while it is live")
	}
	b.meeting.End()
	b.untilLink(conference.Over)
	b.until("the token is let go", func() bool { l := b.state().Link; return l.TokenAt.IsZero() && l.TokenExpires.IsZero() })
}

func TestOrdersAreRefusedByName(t *testing.T) {
	client, err := huawei.New(huawei.Config{Endpoint: "https://example.com", Meetings: []huawei.Meeting{meetingOf("")}})
	if err != nil {
		t.Fatal(err)
	}
	hand := meetingOf(conference.ByHand)
	hand.ConfID = "77"
	bad := hand
	bad.ConfID = "not an ID"
	for _, c := range []struct {
		name string
		err  error
		want error
	}{
		{"a meeting by hand", client.Watch(hand), nil},
		{"the same again", client.Watch(hand), nil},
		{"an ID that is none", client.Watch(bad), huawei.ErrConfID},
		{"to take away what another origin wants", client.Unwatch("77", conference.Found), huawei.ErrUnknown},
		{"to take it away", client.Unwatch("77", conference.ByHand), nil},
		{"to take it away twice", client.Unwatch("77", conference.ByHand), huawei.ErrUnknown},
		{"to try it again", client.Retry("77"), huawei.ErrUnknown},
		{"to look for it", client.Look("77"), huawei.ErrUnknown},
		{"to try again what the settings list", client.Retry(meetingID), nil},
		{"to look for what the settings list", client.Look(meetingID), nil},
		{"to take away what the settings list", client.Unwatch(meetingID, conference.FromSettings), nil},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v", c.name, c.err)
		}
	}
	if client.Watch(meetingOf("nobody")) == nil {
		t.Error("an origin that is not known is taken")
	}
}

func TestOrdersComeFromEverywhereAtOnce(t *testing.T) {
	cloud := running(simulator.Config{})
	const others = 8
	for i := range others {
		m := cloud.Add(simulator.MeetingConfig{ConfID: fmt.Sprint(i), HostPassword: password})
		if i%2 == 0 {
			m.Start()
		}
	}
	b := start(t, cloud, brief, nil)
	var all sync.WaitGroup
	for worker := range 6 {
		all.Go(func() {
			for n := range 200 {
				m := meetingOf([]conference.Origin{conference.FromSettings, conference.ByHand, conference.Found}[(worker+n)%3])
				m.ConfID = conference.ConfID(fmt.Sprint(n % others))
				m.Name = fmt.Sprint(worker)
				switch (worker*31 + n) % 5 {
				case 0, 1:
					b.done(b.client.Watch(m))
				case 2:
					_ = b.client.Unwatch(m.ConfID, m.Origin) // may not be watched
				case 3:
					_ = b.client.Look(m.ConfID) // may not be watched
				case 4:
					_ = b.client.Retry(m.ConfID) // may not be watched
				}
			}
		})
	}
	all.Wait()
	for i := range others {
		m := meetingOf(conference.ByHand)
		m.ConfID = conference.ConfID(fmt.Sprint(i))
		b.watch(m)
		want := conference.Live
		if i%2 != 0 {
			want = conference.Waiting
		}
		b.until("the last word counts", func() bool {
			s := b.registry.Get(m.ConfID)
			return s != nil && s.Link.State == want
		})
	}
}
