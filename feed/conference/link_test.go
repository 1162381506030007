package conference_test

import (
	"testing"
	"time"

	"confboard/feed/conference"
)

// With the documented heartbeat of 60 s a link is stale 75 s and lost 135 s after the last sign of life.
const (
	stale = 75 * second
	lost  = 135 * second
	tick  = time.Nanosecond
)

func TestTheLinkIsJudgedByTheEchoAndTheFullStatus(t *testing.T) {
	up, down, echo := conference.LinkUp, conference.LinkDown, conference.LinkEcho
	live := []conference.Message{link(0, up), full(1 * second)}
	after := func(more ...conference.Message) []conference.Message { return append(live[:2:2], more...) }
	tests := []struct {
		name     string
		messages []conference.Message
		at       time.Duration
		want     conference.LinkState
		due      time.Duration // 0: only after the next message
	}{
		{"a meeting just put on the board is connecting", nil, 0, conference.Connecting, lost},
		{"never reached, it is still connecting just before the limit", nil, lost - tick, conference.Connecting, lost},
		{"never reached, it is lost at the limit", nil, lost, conference.Lost, 0},
		{"connected without its status it is connecting", []conference.Message{link(0, up)}, 10 * second, conference.Connecting, lost},
		{"an incremental message alone does not make it live", []conference.Message{link(0, up), incremental(1, 1*second)}, 10 * second, conference.Stale, lost},
		{"with the full status it is live", live, 10 * second, conference.Live, stale},
		{"it is live until 1.25 heartbeats after the last sign of life", live, stale - tick, conference.Live, stale},
		{"it is stale at 1.25 heartbeats", live, stale, conference.Stale, lost},
		{"it is stale until 2.25 heartbeats", live, lost - tick, conference.Stale, lost},
		{"it is lost at 2.25 heartbeats", live, lost, conference.Lost, 0},
		{"an echo begins the count anew", after(link(60*second, echo)), 60*second + stale - tick, conference.Live, 60*second + stale},
		{"a push does not", after(incremental(1, 60*second)), stale, conference.Stale, lost},
		{"a late echo makes a stale link live", after(link(100*second, echo)), 100 * second, conference.Live, 100*second + stale},
		{"a late echo makes a lost link live", after(link(500*second, echo)), 500 * second, conference.Live, 500*second + stale},
		{"a closed connection is stale at once", after(link(2*second, down, conference.ReasonClosed)), 2 * second, conference.Stale, lost},
		{"a closed connection is lost 2.25 heartbeats after the last sign of life", after(link(60*second, echo), link(70*second, down)), 60*second + lost, conference.Lost, 0},
		{"a new connection is stale until its full status", after(link(2*second, down), link(3*second, up)), 4 * second, conference.Stale, 3*second + lost},
		{"a new connection is live with its full status", after(link(2*second, down), link(3*second, up), full(4*second)), 4 * second, conference.Live, 3*second + stale},
		{"an incremental message does not make the new connection live", after(link(3*second, up), incremental(1, 4*second)), 4 * second, conference.Stale, 3*second + lost},
		{"a dropped full message does not make a link live", after(link(3*second, down), full(0)), 4 * second, conference.Stale, lost},
		{"a meeting that has not started is waiting, for ever", []conference.Message{link(1*second, conference.LinkWaiting, conference.ReasonNotStarted)}, 5 * time.Hour, conference.Waiting, 0},
		{"after waiting it is connecting", []conference.Message{link(100*second, conference.LinkWaiting), link(101*second, up)}, 102 * second, conference.Connecting, 101*second + lost},
		{"after waiting a failed attempt counts from the last answer", []conference.Message{link(200*second, conference.LinkWaiting), link(201*second, down)}, 202 * second, conference.Connecting, 200*second + lost},
		{"refused stays refused", after(link(2*second, conference.LinkRefused, conference.ReasonPassword)), 5 * time.Hour, conference.Refusing, 0},
		{"refused ends with a connection", after(link(2*second, conference.LinkRefused), link(3*second, up), full(4*second)), 4 * second, conference.Live, 3*second + stale},
		{"refused ends with another attempt that fails", after(link(2*second, conference.LinkRefused), link(3*second, down)), 4 * second, conference.Stale, lost},
		{"an ended meeting has no link to judge", after(link(2*second, conference.LinkEnded)), 3 * second, conference.Over, 2*second + 30*minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := watched(t)
			for _, m := range tt.messages {
				b.apply(m)
			}
			_, due := b.pass(tt.at)
			if got := b.state.Link.State; got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			switch {
			case tt.due == 0 && !due.IsZero(), tt.due != 0 && !due.Equal(start.Add(tt.due)):
				t.Errorf("due again %s after the start, want %s", due.Sub(start), tt.due)
			}
		})
	}
}

func TestTheThresholdsScaleWithTheHeartbeat(t *testing.T) {
	b := watched(t)
	b.policy.Heartbeat = 4 * second
	b.apply(link(0, conference.LinkUp))
	b.apply(full(1 * second))
	for _, want := range []struct {
		at    time.Duration
		state conference.LinkState
	}{{5*second - tick, conference.Live}, {5 * second, conference.Stale}, {9*second - tick, conference.Stale}, {9 * second, conference.Lost}} {
		if b.pass(want.at); b.state.Link.State != want.state {
			t.Errorf("after %s %s, want %s", want.at, b.state.Link.State, want.state)
		}
	}
}

func TestLinkChangesNameStateReasonAndEcho(t *testing.T) {
	b := watched(t)
	steps := []struct {
		message conference.Message
		parts   []string
	}{
		{link(0, conference.LinkUp), []string{"connection"}},
		{full(1 * second), []string{"link=connecting>live", "envelope", "counts"}},
		{link(2*second, conference.LinkEcho), []string{"echo"}},
		{link(3*second, conference.LinkDown, conference.ReasonClosed), []string{"link=live>stale", "connection"}},
		{link(4*second, conference.LinkDown, conference.ReasonDNS), []string{"link=stale>stale"}},
		{link(5*second, conference.LinkDown, conference.ReasonDNS), nil},
		{link(6*second, conference.LinkRefused, conference.ReasonPassword), []string{"link=stale>refused"}},
		{link(7*second, conference.LinkUp), []string{"link=refused>stale", "connection"}},
	}
	for _, s := range steps {
		change, _ := b.apply(s.message)
		wantParts(t, change, s.parts...)
	}
	if b.state.Link.Reason != conference.ReasonNone {
		t.Errorf("connected with the reason %q", b.state.Link.Reason)
	}
	if want := start.Add(2 * second); !b.state.Link.LastEcho.Equal(want) {
		t.Errorf("last echo at %s", b.state.Link.LastEcho)
	}
	if want := start.Add(7 * second); !b.state.Link.Since.Equal(want) {
		t.Errorf("stale since %s", b.state.Link.Since)
	}
}

func TestSinceIsWhenTheStateBegan(t *testing.T) {
	b := connected(t)
	b.apply(full(1 * second))
	b.apply(link(30*second, conference.LinkEcho))
	if want := start.Add(1 * second); !b.state.Link.Since.Equal(want) {
		t.Errorf("live since %s", b.state.Link.Since.Sub(start))
	}
	b.pass(30*second + stale + 2*second)
	if want := start.Add(30*second + stale + 2*second); !b.state.Link.Since.Equal(want) {
		t.Errorf("stale since %s", b.state.Link.Since.Sub(start))
	}
}
