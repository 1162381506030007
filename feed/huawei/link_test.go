package huawei_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
)

// brief is a heartbeat short enough to wait for its thresholds.
const brief = 200 * time.Millisecond

func TestMeetingInProgressBecomesLiveAndFollowsChanges(t *testing.T) {
	b := start(t, running(simulator.Config{}), patient, nil)
	s := b.untilLink(conference.Live)
	if s.Name != "Board meeting" || s.Group != "HQ" {
		t.Errorf("name %q, group %q", s.Name, s.Group)
	}
	b.untilField(conference.Lock, 0)
	b.meeting.Set(map[string]any{"lock": 1, "picNum": 9})
	b.untilField(conference.Lock, 1)
	b.untilField(conference.PicNum, 9)
	n := b.meeting.Counts()
	if n.ControlTokenCalls != 1 || n.WebSocketTokens != 0 || n.Connections != 1 || n.Subscribes != 1 {
		t.Errorf("the first connection took %+v; want one control token, its tmpWsToken, one connection, one subscription", n)
	}
}

func TestHeartbeatsAreEchoedFromTheBeginning(t *testing.T) {
	b := start(t, running(simulator.Config{}), brief, nil)
	first := b.untilLink(conference.Live)
	b.until("echoes move on", func() bool {
		return b.sink.count(conference.LinkEcho) >= 3 && b.state().Link.LastEcho.After(first.Link.Since.Add(brief))
	})
}

func TestMissingEchoesMakeTheLinkStaleThenLostThenReplaceTheSocket(t *testing.T) {
	b := start(t, running(simulator.Config{}), 2*brief, nil)
	b.untilLink(conference.Live)
	var seen []conference.LinkState
	lost := make(chan struct{})
	_, cancel := b.registry.Observe(func(c conference.Change) {
		if c.Before.Link.State == c.After.Link.State || slices.Contains(seen, conference.Lost) {
			return
		}
		if seen = append(seen, c.After.Link.State); c.After.Link.State == conference.Lost {
			close(lost)
		}
	})
	b.meeting.SetEcho(false)
	<-lost
	cancel()
	b.meeting.SetEcho(true)
	b.untilLink(conference.Live)
	if n := b.meeting.Counts().Connections; n < 2 {
		t.Errorf("%d connections, want a second one", n)
	}
	if !slices.Contains(seen, conference.Stale) {
		t.Errorf("the link went through %v, want stale before lost", seen)
	}
}

func TestCutConnectionIsStaleAtOnceAndComesBackWithAFreshWebSocketToken(t *testing.T) {
	b := start(t, running(simulator.Config{}), patient, nil)
	b.untilLink(conference.Live)
	b.cloud.Refuse(503, "") // until we have seen it down
	b.meeting.CutConnections()
	s := b.untilLink(conference.Stale)
	if s.Link.Reason == conference.ReasonNone {
		t.Error("a stale link has no reason")
	}
	b.until("the refused calls are told", func() bool { return b.state().Link.Reason == conference.ReasonUnavailable })
	b.cloud.Refuse(0, "")
	b.untilLink(conference.Live)
	if n := b.meeting.Counts(); n.WebSocketTokens != 1 || n.Connections != 2 {
		t.Errorf("the second connection took %+v, want a WebSocket token of its own", n)
	}
}

func TestWrongPasswordIsRefusedAndNeverTriedAgain(t *testing.T) {
	cloud := running(simulator.Config{})
	cloud.Add(simulator.MeetingConfig{ConfID: meetingID, HostPassword: "another"}).Start()
	b := start(t, cloud, brief, nil)
	s := b.untilLink(conference.Refusing)
	if s.Link.Reason != conference.ReasonPassword {
		t.Errorf("reason %q", s.Link.Reason)
	}
	b.stop() // whatever was under way has ended
	if n := b.meeting.Counts().ControlTokenCalls; n != 1 {
		t.Errorf("%d calls for a control token, want exactly 1", n)
	}
	if !strings.Contains(b.log.String(), "code 111072065") {
		t.Errorf("the log does not name the code:\n%s", b.log)
	}
}

func TestMeetingThatHasNotStartedIsWaitedFor(t *testing.T) {
	b := start(t, simulator.New(simulator.Config{}), patient, nil)
	b.untilLink(conference.Waiting)
	b.until("looked again", func() bool { return b.meeting.Counts().ControlTokenCalls > 2 })
	if s := b.state().Link; s.State != conference.Waiting || s.Reason != conference.ReasonNotStarted {
		t.Errorf("link %+v", s)
	}
	b.meeting.Start()
	b.untilLink(conference.Live)
}

func TestEndIsSeenAndTheNextOccurrenceToo(t *testing.T) {
	for name, end := range map[string]func(*simulator.Meeting){
		"by Destroyed":                   (*simulator.Meeting).End,
		"by asking after a silent close": (*simulator.Meeting).EndSilently,
	} {
		t.Run(name, func(t *testing.T) {
			b := start(t, running(simulator.Config{}), patient, nil)
			b.untilLink(conference.Live)
			end(b.meeting)
			b.until("the end is told", func() bool { return b.sink.count(conference.LinkEnded) > 0 })
			first := b.untilLink(conference.Over)
			b.until("looked again", func() bool { return b.sink.count(conference.LinkEnded) > 2 })
			if s := b.state(); !s.EndedAt.Equal(first.EndedAt) || !s.Link.Since.Equal(first.Link.Since) || !s.Link.Next.After(first.Link.Next) {
				t.Errorf("the link was %+v, ended at %s, and is %+v, ended at %s", first.Link, first.EndedAt, s.Link, s.EndedAt)
			}
			if n := b.sink.watched(); n != 1 {
				t.Errorf("watched %d times while it has ended", n)
			}
			b.meeting.Start()
			b.until("the next occurrence", func() bool { return b.state().Occurrence == 2 })
			b.untilLink(conference.Live)
			if n := b.sink.watched(); n != 2 {
				t.Errorf("watched %d times, want again for the new occurrence", n)
			}
		})
	}
}

func TestDestroyedWithoutAClosedConnectionEndsTheMeetingAfterAHeartbeat(t *testing.T) {
	b := start(t, running(simulator.Config{}), brief, nil)
	b.untilLink(conference.Live)
	b.meeting.Set(map[string]any{"state": "Destroyed"})
	b.untilLink(conference.Over)
	b.until("the connection is given up", func() bool { return b.sink.count(conference.LinkEnded) > 0 })
}

func TestFramesThatCannotBeUsedKeepTheConnection(t *testing.T) {
	b := start(t, running(simulator.Config{}), patient, nil)
	b.untilLink(conference.Live)
	frames := []string{
		"", "garbage", "[]", `{"action":"ConfDynamicInfoNotify"}`, "\x00\xff",
		`{"lock":"x","action":"ConfDynamicInfoNotify","confID":"900487914","msgID":"a","msgMode":1,"version":50,"createTime":1}`,
		`{"sequence":"1","action":"Whatever"}`,
		strings.Repeat(" ", 5<<20), // over the limit of a frame
	}
	for _, f := range frames {
		b.meeting.PushRaw([]byte(f))
	}
	b.meeting.Set(map[string]any{"lock": 1})
	b.untilField(conference.Lock, 1)
	s := b.state()
	if s.Counts.Refused < 6 || s.Link.State != conference.Live {
		t.Errorf("refused %d, link %s", s.Counts.Refused, s.Link.State)
	}
	if n := b.meeting.Counts().Connections; n != 1 {
		t.Errorf("%d connections, want 1", n)
	}
}

func TestRepeatedFrameIsDropped(t *testing.T) {
	b := start(t, running(simulator.Config{}), patient, nil)
	b.untilLink(conference.Live)
	frame := []byte(`{"lock":1,"action":"ConfDynamicInfoNotify","confID":"900487914","msgID":"a","msgMode":1,"version":50,"createTime":99999999999999}`)
	b.meeting.PushRaw(frame)
	b.meeting.PushRaw(frame)
	b.until("dropped", func() bool { return b.state().Counts.Dropped[conference.DroppedRepeated] == 1 })
	b.untilField(conference.Lock, 1)
}

// loseSequence pushes a sequence far above the cloud's own and then some messages that count as old because of it, so that a full
// message is needed. It counts the participants being focused on up from n and returns the last. It waits until as many messages
// were taken, because the cloud cuts a client that falls behind.
func (b *board) loseSequence(n int) int {
	taken := func() uint64 { s := b.state(); return s.Counts.Applied + s.Counts.DroppedTotal() }
	in, before := b.state().StatusIntake, taken()
	b.meeting.PushRaw(fmt.Appendf(nil, `{"action":"ConfDynamicInfoNotify","confID":"900487914","msgID":"lost-%d","msgMode":1,"version":%d,"createTime":%d}`,
		n, int64(in.Sequence)+1000, in.FullTime.UnixMilli()))
	for range 5 {
		n++
		b.meeting.Set(map[string]any{"partViewNum": n})
	}
	b.until("taken", func() bool { return taken() >= before+6 })
	return n
}

func TestNeedForAFullStatusSubscribesAgain(t *testing.T) {
	b := start(t, running(simulator.Config{}), patient, func(c *huawei.Config) {
		c.Delays.AskMin, c.Delays.AskMax = time.Millisecond, 5*time.Millisecond
	})
	b.untilLink(conference.Live)
	before := b.meeting.Counts().Subscribes
	// Messages made in the same millisecond as the last applied one are no sign that our sequence is wrong, so now and then it
	// has to be lost again.
	focused, polls := 0, 0
	b.until("subscribed again and healed", func() bool {
		n, _ := b.state().Status.Int(conference.PartViewNum)
		if focused > 0 && n == int64(focused) && b.meeting.Counts().Subscribes > before && b.state().Counts.Dropped[conference.DroppedOlderSequence] > 0 {
			return true
		}
		if polls%20 == 0 {
			focused = b.loseSequence(focused)
		}
		polls++
		return false
	})
	if n := b.meeting.Counts().Connections; n != 1 {
		t.Errorf("%d connections, want the open one to be used", n)
	}
}

func TestRefusedSubscriptionIsToldAndTriedAgain(t *testing.T) {
	cloud := running(simulator.Config{})
	cloud.Meeting(meetingID).RefuseSubscribe(99)
	b := start(t, cloud, patient, nil)
	s := b.untilLink(conference.Refusing)
	if s.Link.Reason != conference.ReasonSubscription {
		t.Errorf("reason %q", s.Link.Reason)
	}
	if s.Link.Detail != "REFUSED_BY_TEST" {
		t.Errorf("detail %q", s.Link.Detail)
	}
	b.meeting.RefuseSubscribe(0)
	if s := b.untilLink(conference.Live); s.Link.Detail != "" {
		t.Errorf("while it is live: detail %q", s.Link.Detail)
	}
	if !strings.Contains(b.log.String(), "REFUSED_BY_TEST") {
		t.Errorf("the log does not say why:\n%s", b.log)
	}
}
