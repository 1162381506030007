package huawei_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
)

// shown is what the board shows of a meeting while something is the matter with the cloud. In each case the meeting is live again
// by itself once it is not.
type shown struct {
	// links are the states that the link ends in, and reasons what it says; any of them when there are several.
	links   []conference.LinkState
	reasons []conference.LinkReason
	// heartbeat is brief where a missing echo has to show; patient when it is zero, because large frames hold up the echo.
	heartbeat time.Duration
	// meanwhile is what else is true of the meeting while the fault lasts; nil: nothing.
	meanwhile func(*conference.State) bool
	// end is how the meeting is ended by the test; nil: not at all.
	end func(*simulator.Meeting)
}

var (
	live    = []conference.LinkState{conference.Live}
	offline = []conference.LinkState{conference.Stale, conference.Lost}
)

func down(reasons ...conference.LinkReason) shown { return shown{links: offline, reasons: reasons} }

func stillLive(meanwhile func(*conference.State) bool) shown {
	return shown{links: live, meanwhile: meanwhile}
}

func refusedFrames(kinds ...conference.RefusalKind) func(*conference.State) bool {
	return func(s *conference.State) bool {
		return s.Counts.Refused > 0 && slices.Contains(kinds, s.Counts.LastRefusal.Kind) && s.Link.Connects == 1
	}
}

func dropped(fates ...conference.Fate) func(*conference.State) bool {
	return func(s *conference.State) bool {
		return slices.ContainsFunc(fates, func(f conference.Fate) bool { return s.Counts.Dropped[f] > 0 })
	}
}

var refusing = shown{links: []conference.LinkState{conference.Refusing}, reasons: []conference.LinkReason{conference.ReasonNotPermitted}}

// expectations has a line for each fault.
var expectations = map[simulator.Fault]shown{
	simulator.Refused:                down(conference.ReasonUnreachable, conference.ReasonClosed),
	simulator.Delayed:                stillLive(nil),
	simulator.HalfOpenCalls:          down(conference.ReasonUnreachable),
	simulator.HalfOpenSockets:        {links: offline, reasons: []conference.LinkReason{conference.ReasonUnreachable}, heartbeat: brief},
	simulator.CutMidFrame:            down(conference.ReasonClosed, conference.ReasonUnreachable),
	simulator.GarbageFrames:          stillLive(refusedFrames(conference.RefusedNotJSON, conference.RefusedEnvelope, conference.RefusedOtherMeeting, conference.RefusedValue)),
	simulator.OversizedFrames:        stillLive(refusedFrames(conference.RefusedTooLarge)),
	simulator.HugeFrames:             down(conference.ReasonUnexpected),
	simulator.DuplicatedFrames:       stillLive(dropped(conference.DroppedRepeated)),
	simulator.ReorderedIncrements:    stillLive(dropped(conference.DroppedOlderSequence)),
	simulator.MissingIncrements:      stillLive(nil),
	simulator.EchoWithheld:           {links: offline, reasons: []conference.LinkReason{conference.ReasonNoEcho}, heartbeat: brief},
	simulator.SubscriptionUnanswered: down(conference.ReasonUnreachable),
	simulator.EndWithoutDestroyed:    {links: []conference.LinkState{conference.Over}, end: (*simulator.Meeting).End},
	simulator.Status401:              refusing,
	simulator.Status403:              refusing,
	simulator.Status412:              down(conference.ReasonUnexpected),
	simulator.Status429:              down(conference.ReasonUnavailable),
	simulator.Status500:              down(conference.ReasonUnavailable),
	simulator.Status503:              down(conference.ReasonUnavailable),
	simulator.HTMLAnswer:             down(conference.ReasonUnexpected),
	simulator.HTMLBadGateway:         down(conference.ReasonUnavailable),
	simulator.Redirected:             down(conference.ReasonUnexpected),
	simulator.TruncatedAnswer:        down(conference.ReasonUnexpected),
	simulator.OversizedAnswer:        down(conference.ReasonUnexpected),
	simulator.ErrorInSuccess:         down(conference.ReasonUnexpected),
	simulator.ClockAhead:             stillLive(nil),
	simulator.ClockBehind:            stillLive(nil),
	simulator.FloodedFrames:          down(conference.ReasonFlood),
	simulator.EndlessFrame:           down(conference.ReasonFlood, conference.ReasonUnexpected),
	simulator.EmptyPieces:            down(conference.ReasonFlood),
	simulator.FloodedPings:           down(conference.ReasonFlood),
}

func TestFaultsAreShownAndHealByThemselves(t *testing.T) {
	for _, fault := range append(simulator.Faults(), simulator.Floods()...) {
		want, known := expectations[fault]
		if !known {
			t.Errorf("%s: nobody says what the board shows", fault)
		}
		t.Run(fault.String(), func(t *testing.T) {
			b := start(t, running(simulator.Config{Delay: 20 * time.Millisecond}), cmp.Or(want.heartbeat, patient), func(c *huawei.Config) {
				c.Delays.Limit, c.Delays.AskMin, c.Delays.AskMax = time.Second, time.Millisecond, 50*time.Millisecond
				if slices.Contains(simulator.Floods(), fault) {
					c.Delays.Ahead = time.Second // what it comes to is the same, sooner
				}
			})
			b.untilLink(conference.Live)
			before := b.sink.told()
			b.cloud.Inject(fault)
			switch {
			case want.end != nil:
				want.end(b.meeting)
			case fault.Sleeps():
				b.meeting.CutConnections()
			}
			n := 0
			b.until("it is shown", func() bool {
				n++
				b.meeting.Set(map[string]any{"lock": n % 2})
				s := b.state()
				return slices.Contains(want.links, s.Link.State) && (want.meanwhile == nil || want.meanwhile(s)) &&
					(len(want.reasons) == 0 || againAndAgain(b.sink.since(before), want.reasons))
			})
			b.meeting.Set(map[string]any{"lock": 0})
			b.meeting.Set(map[string]any{"lock": 1})
			b.cloud.Clear()
			if want.end != nil {
				b.meeting.Start()
				b.meeting.Set(map[string]any{"lock": 1})
			}
			b.until("all is well again", func() bool {
				s := b.state()
				lock, _ := s.Status.Int(conference.Lock)
				return s.Link.State == conference.Live && lock == 1 && !s.Partial()
			})
			if v := b.cloud.Violations(); len(v) > 0 {
				t.Errorf("violations %q", v)
			}
		})
	}
}

// againAndAgain reports whether each of several attempts was told to have failed for one of the reasons, and when the next would be.
func againAndAgain(links []conference.LinkMessage, reasons []conference.LinkReason) bool {
	n := 0
	for _, l := range links {
		if slices.Contains(reasons, l.Reason) && l.Next.After(l.At) {
			n++
		}
	}
	return n >= 2
}
