package huawei_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/simulator"
)

// suspend has a meeting be nobody's for now, and watched all the same by who had it; handOver ends that.
func (s *several) suspend(id conference.ConfID) {
	s.set(s.heir, id, s.owners()[id])
	s.set(s.owner, id, nobody)
}

// owned runs an instance that watches the meeting, and returns it when everything of it is known.
func owned(t *testing.T, cloud *simulator.Cloud) (*several, *simulator.Meeting) {
	s := startSeveral(t, cloud, 1, nil)
	s.want(meetingOf(conference.ByHand))
	s.give(meetingID, 0)
	s.untilLink(conference.Live)
	s.until("everything is known", func() bool { return allHere(s.state()) })
	return s, cloud.Meeting(meetingID)
}

func allHere(s *conference.State) bool {
	return s.StatusIntake.FullHere && s.ParticipantsIntake.FullHere && s.BasicIntake.FullHere && s.WaitingIntake.FullHere && s.SpeakersIntake.FullHere
}

// counts reports whether a state has a number of participants that the cloud has set.
func counts(s *conference.State, n int) bool {
	if s == nil {
		return false
	}
	got, _ := s.Status.Int(conference.PartViewNum)
	return got == int64(n)
}

func TestAMeetingThatIsNobodysForNowKeepsItsConnection(t *testing.T) {
	cloud := running(simulator.Config{})
	s, m := owned(t, cloud)
	for n := 1; n < 4; n++ {
		s.suspend(meetingID)
		if l := s.state().Link; l.State != conference.Stale || l.Reason != conference.ReasonNoBus {
			t.Fatalf("nobody can know whose it is, and the link is %+v", l)
		}
		s.clients[0].Reassign() // once more
		told, before := s.sink.told(), s.state()
		m.Join(simulator.Participant{PID: fmt.Sprint(n), Info: map[string]string{"NAME": "Li"}})
		m.Leave(fmt.Sprint(n - 1))
		m.Set(map[string]any{"partViewNum": n})
		s.until("it has been received", func() bool { return counts(s.clients[0].Kept(meetingID), n) })
		if s.sink.told() != told || s.state() != before {
			t.Errorf("told meanwhile: %v; the state is %+v", s.sink.since(told), s.state())
		}
		if !s.clients[0].Ready(func(conference.ConfID) bool { return true }) {
			t.Error("it is not ready, and has been watched all the time")
		}
		s.handOver(meetingID)
		if st := s.state(); !counts(st, n) || st.Link.State != conference.Live || st.Partial() || !allHere(st) ||
			len(st.Participants) != 1 || st.Participants[0].PID != fmt.Sprint(n) {
			t.Errorf("it goes on with %+v", st)
		}
		m.Set(map[string]any{"lock": n % 2}) // what comes next applies to it
		s.untilField(conference.Lock, int64(n%2))
	}
	if c := m.Counts(); c.Connections != 1 || c.Subscribes != 1 || c.ControlTokenCalls != 1 {
		t.Errorf("it was connected again, or asked for again: %+v", c)
	}
	if st := s.state(); st.Occurrence != 1 || st.Counts.DroppedTotal() > 0 || st.Link.TokenExpires.IsZero() {
		t.Errorf("%+v", st)
	}
}

// Between two messages, or while one comes, it can be nobody's and its owner's again: each change is told, in order, and none twice.
func TestNothingIsLostWhileAMeetingIsNobodysForNow(t *testing.T) {
	cloud := running(simulator.Config{})
	s, m := owned(t, cloud)
	var mu sync.Mutex
	var numbers []int64
	_, cancel := s.registry.Observe(func(c conference.Change) {
		mu.Lock()
		defer mu.Unlock()
		if n, ok := c.After.Status.Int(conference.PartViewNum); ok && (len(numbers) == 0 || numbers[len(numbers)-1] != n) {
			numbers = append(numbers, n)
		}
	})
	defer cancel()
	const changes = 300
	var sets sync.WaitGroup
	sets.Go(func() {
		for n := 1; n <= changes; n++ {
			m.Join(simulator.Participant{PID: fmt.Sprint(n), Info: map[string]string{"NAME": "Li"}})
			if n%3 == 0 {
				m.Leave(fmt.Sprint(n - 1))
			}
			m.Set(map[string]any{"partViewNum": n})
		}
	})
	random := rand.New(rand.NewPCG(3, 0))
	for !counts(s.state(), changes) {
		s.suspend(meetingID)
		if st := s.state(); st.Link.State == conference.Live {
			t.Fatal("it is live, and nobody's")
		} else if random.IntN(3) == 0 { // the next one, which is the same, may know less
			s.registry.Apply(conference.SnapshotMessage{About: conference.About{ConfID: meetingID, At: time.Now()}, State: st})
		}
		time.Sleep(time.Duration(random.IntN(300)) * time.Microsecond)
		s.handOver(meetingID)
	}
	sets.Wait()
	s.until("all who are there are known", func() bool { return len(s.state().Participants) == changes-changes/3 })
	mu.Lock()
	defer mu.Unlock()
	if !slices.IsSorted(numbers) {
		t.Errorf("a change was taken back: %v", numbers)
	}
	if c := m.Counts(); c.Connections != 1 || c.Subscribes != 1 || s.state().Partial() {
		t.Errorf("it was connected again, or asked for again: %+v", c)
	}
}

// Who has it next may be given an older state than that from which it was nobody's.
func TestAMeetingGoesOnFromWhatTheBoardWasGivenMeanwhile(t *testing.T) {
	cloud := running(simulator.Config{})
	s, m := owned(t, cloud)
	older := s.state()
	m.Set(map[string]any{"partViewNum": 1, "lock": 1})
	s.untilField(conference.PartViewNum, 1)
	s.suspend(meetingID)
	s.registry.Apply(conference.SnapshotMessage{About: conference.About{ConfID: meetingID, At: time.Now()}, State: older})
	s.handOver(meetingID)
	if st := s.state(); !counts(st, 1) || st.Link.State != conference.Live || st.Partial() {
		t.Errorf("it goes on with %+v", st)
	}
	m.Set(map[string]any{"partViewNum": 2})
	s.untilField(conference.PartViewNum, 2)
	if c := m.Counts(); c.Connections != 1 {
		t.Errorf("it was connected again: %+v", c)
	}
}

func TestWhatBecomesOfAConnectionWhileItsMeetingIsNobodysIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		does func(*several, *simulator.Cloud, *simulator.Meeting)
		// knows reports whether the instance knows of it.
		knows func(kept *conference.State, m *simulator.Meeting) bool
		// want is what the board says then, and last what it says in the end.
		want, last conference.LinkState
	}{
		"it is made again": {func(_ *several, _ *simulator.Cloud, m *simulator.Meeting) {
			m.CutConnections()
			m.Set(map[string]any{"partViewNum": 7})
		}, func(kept *conference.State, m *simulator.Meeting) bool {
			return m.Counts().Connections == 2 && counts(kept, 7) && kept.Link.State == conference.Live
		}, conference.Live, conference.Live},
		"it is lost": {func(_ *several, cloud *simulator.Cloud, m *simulator.Meeting) {
			cloud.Refuse(503, "")
			m.CutConnections()
		}, func(kept *conference.State, _ *simulator.Meeting) bool {
			return kept.Link.Reason != conference.ReasonNone
		}, conference.Stale, conference.Live},
		"the meeting ends": {func(_ *several, _ *simulator.Cloud, m *simulator.Meeting) { m.End() }, func(kept *conference.State, m *simulator.Meeting) bool {
			return kept.Ended() && m.Counts().Open == 0
		}, conference.Over, conference.Over},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := running(simulator.Config{})
			s, m := owned(t, cloud)
			s.suspend(meetingID)
			before := s.state()
			c.does(s, cloud, m)
			s.until("it is known", func() bool { return c.knows(s.clients[0].Kept(meetingID), m) })
			if s.state() != before {
				t.Errorf("it was told before: %+v", s.state().Link)
			}
			s.handOver(meetingID)
			if l := s.state().Link; l.State != c.want {
				t.Errorf("the link is %+v", l)
			}
			cloud.Refuse(0, "")
			s.untilLink(c.last)
		})
	}
}

// A watch whose connection does not come to what the board shows begins anew: it must not go on from something else.
func TestAMeetingThatCannotGoOnIsConnectedAgain(t *testing.T) {
	t.Run("the board has another state", func(t *testing.T) {
		cloud := running(simulator.Config{})
		s, m := owned(t, cloud)
		older := s.state()
		m.CutConnections()
		s.until("another connection is live", func() bool { return s.state().Link.Connects == 2 && s.state().Link.State == conference.Live })
		for _, other := range []*conference.State{older, s.state().Briefly()} {
			before := m.Counts().Connections
			s.registry.Apply(conference.SnapshotMessage{About: conference.About{ConfID: meetingID, At: time.Now()}, State: other})
			s.suspend(meetingID)
			if l := s.state().Link; l.State == conference.Live {
				t.Errorf("the link is %+v", l)
			}
			s.handOver(meetingID)
			s.untilLink(conference.Live)
			s.until("connected once more, and once", func() bool { c := m.Counts(); return c.Connections > before && c.Open == 1 })
		}
	})
	t.Run("it has not begun", func(t *testing.T) {
		cloud := simulator.New(simulator.Config{})
		m := cloud.Add(simulator.MeetingConfig{ConfID: meetingID, HostPassword: password})
		s := startSeveral(t, cloud, 1, nil)
		s.want(meetingOf(conference.ByHand))
		s.give(meetingID, 0)
		s.untilLink(conference.Waiting)
		s.suspend(meetingID)
		m.Start()
		s.until("it is watched", func() bool { return m.Counts().Subscribed == 1 })
		s.handOver(meetingID)
		s.untilLink(conference.Live)
	})
	t.Run("it has ended", func(t *testing.T) {
		cloud := running(simulator.Config{})
		s, m := owned(t, cloud)
		m.End()
		s.untilLink(conference.Over)
		s.suspend(meetingID)
		if l := s.state().Link; l.State != conference.Over {
			t.Errorf("the link is %+v", l)
		}
		s.ready(0, meetingID)
		s.handOver(meetingID)
		m.Start()
		s.untilLink(conference.Live)
		if n := s.state().Occurrence; n != 2 {
			t.Errorf("occurrence %d", n)
		}
	})
}

func TestAMeetingThatBecomesAnothersIsLeft(t *testing.T) {
	cloud := running(simulator.Config{})
	s, m := owned(t, cloud)
	s.suspend(meetingID)
	before := s.state()
	s.prepare(meetingID, nobody)
	s.until("its connection is closed", func() bool { return m.Counts().Open == 0 })
	if s.state() != before {
		t.Errorf("told: %+v", s.state())
	}
}
