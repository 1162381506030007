package huawei_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
	"confboard/feed/wire"
)

// watchedByOne waits until each meeting has one connection, and its owner is the one who can be asked about it.
func (s *several) watchedByOne(meetings []*simulator.Meeting) {
	s.t.Helper()
	owners := s.owners()
	for _, m := range meetings {
		id := conference.ConfID(m.ConfID())
		s.until("meeting "+m.ConfID()+" is live and watched once", func() bool {
			state := s.registry.Get(id)
			return m.Counts().Open == 1 && state != nil && state.Link.State == conference.Live
		})
		for i, c := range s.clients {
			err := c.Look(id)
			if i == owners[id] && err != nil || i != owners[id] && !errors.Is(err, huawei.ErrNotMine) {
				s.t.Errorf("meeting %s of instance %d: instance %d says %v", id, owners[id], i, err)
			}
		}
	}
}

func TestEachMeetingIsWatchedByOneWhateverChangesHands(t *testing.T) {
	cloud := simulator.New(simulator.Config{})
	var meetings []*simulator.Meeting
	for i := range 20 {
		m := cloud.Add(simulator.MeetingConfig{ConfID: fmt.Sprint(1000 + i), HostPassword: password})
		m.Start()
		meetings = append(meetings, m)
	}
	s := startSeveral(t, cloud, 3, nil)
	for _, m := range meetings {
		s.want(huawei.Meeting{ConfID: conference.ConfID(m.ConfID()), HostPassword: conference.NewSecret(password)})
	}
	const seed = 7
	draw := rand.New(rand.NewPCG(seed, 0))
	for round := range 6 {
		for _, m := range meetings {
			id, to := conference.ConfID(m.ConfID()), draw.IntN(len(s.clients))
			switch how := draw.IntN(4); {
			case how == 0 && round > 0: // it stays
			case how == 1: // prepared, and then another one after all
				s.prepare(id, draw.IntN(len(s.clients)))
				s.prepare(id, nobody)
				s.give(id, to)
			case how == 2:
				s.prepare(id, to)
				s.handOver(id)
			default:
				s.give(id, to)
			}
		}
		s.watchedByOne(meetings)
		for _, m := range meetings {
			m.Set(map[string]any{"maxPartViewNum": round + 1})
		}
		for _, m := range meetings {
			s.until("what the cloud says is shown", func() bool {
				n, ok := s.registry.Get(conference.ConfID(m.ConfID())).Status.Int(conference.MaxPartViewNum)
				return ok && n == int64(round+1)
			})
		}
	}
	if left, _ := s.seen(); len(left) > 0 {
		t.Errorf("left the board: %v", left)
	}
}

// From the board's side a handover is the same connection going on: nothing that was seen is seen again, and nothing is missed.
func TestAHandoverKeepsTheLinkLiveAndTellsOfEveryChangeOnce(t *testing.T) {
	cloud := running(simulator.Config{})
	m := cloud.Meeting(meetingID)
	m.Join(simulator.Participant{PID: "1", Info: map[string]string{"NAME": "Wang", "ADDTIME": "1"}})
	s := startSeveral(t, cloud, 2, nil)
	s.want(meetingOf(conference.ByHand))
	s.give(meetingID, 0)
	s.untilLink(conference.Live)
	s.until("everything is known", func() bool {
		st := s.state()
		return st.ParticipantsIntake.FullHere && st.BasicIntake.FullHere && st.WaitingIntake.FullHere && st.SpeakersIntake.FullHere
	})
	s.seen()

	var mu sync.Mutex
	var numbers []int64
	var parts []conference.Part
	_, cancel := s.registry.Observe(func(c conference.Change) {
		mu.Lock()
		defer mu.Unlock()
		for _, f := range c.Fields {
			parts = append(parts, f.Part)
		}
		if n, ok := c.After.Status.Int(conference.PartViewNum); ok && (len(numbers) == 0 || numbers[len(numbers)-1] != n) {
			numbers = append(numbers, n)
		}
	})
	defer cancel()
	for i := range 6 {
		heir := (i + 1) % 2
		told := func() [3]int {
			return [3]int{s.sink.watched(), s.sink.count(conference.LinkUp), s.sink.count(conference.LinkToken)}
		}
		before := told()
		s.prepare(meetingID, heir)
		s.ready(heir, meetingID)
		if n := m.Counts().Open; n != 2 {
			t.Errorf("%d connections during a handover", n)
		}
		if told() != before {
			t.Errorf("told by who is only to have it: %v, then %v", before, told())
		}
		m.Set(map[string]any{"partViewNum": 2*i + 1}) // both have it, and it is told once
		s.untilField(conference.PartViewNum, int64(2*i+1))
		s.handOver(meetingID)
		m.Set(map[string]any{"partViewNum": 2*i + 2})
		s.untilField(conference.PartViewNum, int64(2*i+2))
		s.until("the former one has gone", func() bool { return m.Counts().Open == 1 })
	}
	s.untouched()
	mu.Lock()
	defer mu.Unlock()
	if !slices.IsSorted(numbers) {
		t.Errorf("a change was taken back: %v", numbers)
	}
	for _, part := range []conference.Part{conference.PartLink, conference.PartBasic, conference.PartParticipants, conference.PartSpeakers,
		conference.PartWaiting, conference.PartPartial, conference.PartOccurrence, conference.PartName} {
		if slices.Contains(parts, part) {
			t.Errorf("part %d changed", part)
		}
	}
	if st := s.state(); st.Partial() || len(st.Participants) != 1 || st.Link.Reason != conference.ReasonNone || st.Occurrence != 1 || st.Link.TokenExpires.IsZero() {
		t.Errorf("%+v", st)
	}
}

// The heir had no connection when its time came: then that is told, and the link is live again when it has one.
func TestAHandoverThatIsNotReadyIsTold(t *testing.T) {
	cloud := running(simulator.Config{})
	s := startSeveral(t, cloud, 2, nil)
	s.want(meetingOf(conference.ByHand))
	s.give(meetingID, 0)
	s.untilLink(conference.Live)
	cloud.Refuse(503, "")
	s.prepare(meetingID, 1)
	s.until("the heir has tried", func() bool { return s.triedBy(1) })
	if s.clients[1].Ready(func(conference.ConfID) bool { return true }) {
		t.Error("ready without a connection")
	}
	s.untouched()
	s.handOver(meetingID)
	if l := s.state().Link; l.State != conference.Stale {
		t.Errorf("nobody is connected, and the link is %+v", l)
	}
	cloud.Refuse(0, "")
	s.untilLink(conference.Live)
}

// triedBy reports whether an instance has logged an attempt that failed.
func (s *several) triedBy(i int) bool {
	for line := range strings.Lines(s.log.String()) {
		if strings.Contains(line, "meeting not connected") && strings.Contains(line, fmt.Sprintf("instance=%d ", i)) {
			return true
		}
	}
	return false
}

func TestAMeetingThatIsGivenUpStaysOnTheBoard(t *testing.T) {
	cloud := running(simulator.Config{})
	s := startSeveral(t, cloud, 2, nil)
	s.want(meetingOf(conference.ByHand))
	s.give(meetingID, 0)
	s.untilLink(conference.Live)
	s.seen()
	told := s.sink.told()
	s.give(meetingID, nobody)
	s.until("its connection is closed", func() bool { return cloud.Meeting(meetingID).Counts().Open == 0 })
	s.untouched()
	echo := func(l conference.LinkMessage) bool { return l.Event == conference.LinkEcho } // of before
	if news := slices.DeleteFunc(s.sink.since(told), echo); len(news) > 0 {
		t.Errorf("told: %v", news)
	}
	s.give(meetingID, 1) // who took it for live sees that nobody had it
	s.untilLink(conference.Live)
	if left, unlive := s.seen(); len(left) > 0 || !slices.Equal(unlive, []conference.LinkState{conference.Stale}) {
		t.Errorf("left the board: %v; not live any more: %v", left, unlive)
	}
}

func TestWhatTheFormerInstanceKnewCountsForTheNext(t *testing.T) {
	t.Run("a meeting that has ended meanwhile has ended", func(t *testing.T) {
		cloud := running(simulator.Config{})
		s := startSeveral(t, cloud, 2, nil)
		s.want(meetingOf(conference.ByHand))
		s.give(meetingID, 0)
		s.untilLink(conference.Live)
		s.give(meetingID, nobody)
		cloud.Meeting(meetingID).EndSilently()
		s.give(meetingID, 1)
		s.untilLink(conference.Over)
	})
	t.Run("one that had ended does not wait to start", func(t *testing.T) {
		cloud := running(simulator.Config{})
		s := startSeveral(t, cloud, 2, nil)
		s.want(meetingOf(conference.ByHand))
		s.give(meetingID, 0)
		s.untilLink(conference.Live)
		cloud.Meeting(meetingID).End()
		s.untilLink(conference.Over)
		told := s.sink.told()
		s.prepare(meetingID, 1)
		s.ready(1, meetingID)
		s.handOver(meetingID)
		s.until("it is looked for", func() bool { return s.sink.told() > told })
		if l := s.state().Link; l.State != conference.Over {
			t.Errorf("link %+v", l)
		}
		cloud.Meeting(meetingID).Start()
		s.untilLink(conference.Live)
		if n := s.state().Occurrence; n != 2 {
			t.Errorf("occurrence %d", n)
		}
	})
	t.Run("a password that was refused for good is not sent again", func(t *testing.T) {
		cloud := running(simulator.Config{})
		s := startSeveral(t, cloud, 2, nil)
		wrong := meetingOf(conference.ByHand)
		wrong.HostPassword = conference.NewSecret("wrong")
		s.want(wrong)
		s.give(meetingID, 0)
		s.untilLink(conference.Refusing)
		s.prepare(meetingID, 1)
		s.ready(1, meetingID)
		s.handOver(meetingID)
		s.give(meetingID, 0)
		s.until("it is told again", func() bool { return s.sink.count(conference.LinkRefused) >= 3 })
		if n := cloud.Meeting(meetingID).Counts().ControlTokenCalls; n != 1 {
			t.Errorf("%d calls", n)
		}
		s.give(meetingID, nobody)
		s.want(meetingOf(conference.ByHand)) // while nobody has it
		s.give(meetingID, 1)
		s.untilLink(conference.Live)
	})
}

func TestAMeetingThatLeftTheListIsWatchedToItsEndByWhoeverHasIt(t *testing.T) {
	cloud := running(simulator.Config{})
	s := startSeveral(t, cloud, 2, nil)
	s.want(meetingOf(conference.Found))
	s.give(meetingID, 0)
	s.untilLink(conference.Live)
	for _, c := range s.clients {
		s.done(c.Unwatch(meetingID, conference.Found))
	}
	s.prepare(meetingID, 1)
	s.ready(1, meetingID)
	s.handOver(meetingID)
	s.untouched()
	cloud.Meeting(meetingID).End()
	s.untilLink(conference.Over)
	s.until("forgotten by both", func() bool {
		s.clients[0].Reassign()
		return !s.clients[0].Knows(meetingID) && !s.clients[1].Knows(meetingID)
	})
	if s.state() == nil {
		t.Error("its end is not shown")
	}
}

func TestAMeetingThatNobodyWantsLeavesTheBoardOnce(t *testing.T) {
	s := startSeveral(t, running(simulator.Config{}), 2, nil)
	s.want(meetingOf(conference.ByHand))
	s.give(meetingID, 1)
	s.untilLink(conference.Live)
	s.done(s.clients[0].Unwatch(meetingID, conference.ByHand))
	if s.state() == nil || s.clients[0].Knows(meetingID) || !s.clients[1].Knows(meetingID) {
		t.Errorf("taken off by who does not have it: %+v", s.state())
	}
	s.done(s.clients[1].Unwatch(meetingID, conference.ByHand))
	if left, _ := s.seen(); !slices.Equal(left, []conference.ConfID{meetingID}) {
		t.Errorf("left the board: %v", left)
	}
}

// What is tapped of a meeting that has been taken over begins with its state, so that a recording of it can be played.
func TestWhatIsTappedBeginsWithTheWholeStateWhenAMeetingIsTakenOver(t *testing.T) {
	cloud := running(simulator.Config{})
	m := cloud.Meeting(meetingID)
	m.Join(simulator.Participant{PID: "1", Info: map[string]string{"NAME": "Wang"}})
	var mu sync.Mutex
	var frames []conference.Message
	s := startSeveral(t, cloud, 2, func(i int, c *huawei.Config) {
		if i == 1 {
			c.Tap = func(id conference.ConfID, at time.Time, frame []byte) {
				mu.Lock()
				defer mu.Unlock()
				frames = append(frames, wire.Decode(frame, id, at))
			}
		}
	})
	tapped := func() []conference.Message {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(frames)
	}
	s.want(meetingOf(conference.ByHand))
	s.give(meetingID, 0)
	s.untilLink(conference.Live)
	s.prepare(meetingID, 1)
	s.ready(1, meetingID)
	m.Set(map[string]any{"lock": 1})
	s.untilField(conference.Lock, 1)
	if early := tapped(); len(early) > 0 {
		t.Errorf("%d frames before it was told", len(early))
	}
	s.handOver(meetingID)
	full, ok := tapped()[0].(conference.StatusMessage)
	if n, known := full.Status.Int(conference.Lock); !ok || full.Envelope.Mode != conference.Full || !known || n != 1 {
		t.Errorf("the first is %+v", tapped()[0])
	}
	m.Set(map[string]any{"lock": 0})
	s.untilField(conference.Lock, 0)
	m.Join(simulator.Participant{PID: "2", Info: map[string]string{"NAME": "Li"}})
	s.until("what is played comes to the same", func() bool {
		played := conference.NewRegistry(policyOf(patient))
		about := conference.About{ConfID: meetingID, At: time.Now()}
		played.Apply(conference.WatchMessage{About: about})
		played.Apply(conference.LinkMessage{About: about, Event: conference.LinkUp})
		for _, m := range tapped() {
			played.Apply(m)
		}
		got := played.Get(meetingID)
		n, _ := got.Status.Int(conference.Lock)
		return got.Link.State == conference.Live && !got.Partial() && len(got.Participants) == 2 && got.Title() == s.state().Title() && n == 0
	})
}

// All instances call with one account, whose calls the cloud counts together.
func TestInstancesTogetherKeepToTheCallsThatTheCloudAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit, meetings = 30, 40
		cloud := simulator.New(simulator.Config{CallsPerMinute: limit})
		defer cloud.Close()
		ctx, cancel := context.WithCancel(t.Context())
		var runs sync.WaitGroup
		var clients []*huawei.Cloud
		registry := conference.NewRegistry(policyOf(time.Minute))
		for i := range 3 {
			config := huawei.Config{Endpoint: "http://127.0.0.1:1", CallsPerMinute: limit, HTTPClient: &http.Client{Transport: direct{cloud}},
				Mine: func(id conference.ConfID) bool { return int(id[len(id)-1])%3 == i }}
			for n := range meetings {
				id := conference.ConfID(fmt.Sprint(1000 + n))
				if i == 0 {
					cloud.Add(simulator.MeetingConfig{ConfID: string(id), HostPassword: password})
				}
				config.Meetings = append(config.Meetings, huawei.Meeting{ConfID: id, HostPassword: conference.NewSecret(password)})
			}
			client, err := huawei.New(config)
			if err != nil {
				t.Fatal(err)
			}
			client.SetShare(1, 3)
			clients = append(clients, client)
			runs.Go(func() { _ = client.Run(ctx, registry) }) // returns nil always
		}
		time.Sleep(30 * time.Minute)
		cancel()
		runs.Wait()
		calls := map[huawei.CallOutcome]uint64{}
		for _, c := range clients {
			for _, n := range c.Calls() {
				calls[n.Outcome] += n.Count
			}
		}
		if calls[huawei.CallThrottled] > 0 || calls[huawei.CallRefused] < 30*limit*9/10 { // none is in progress
			t.Errorf("calls %v", calls)
		}
		if n := len(registry.All()); n != meetings {
			t.Errorf("%d meetings on the board", n)
		}
	})
}
