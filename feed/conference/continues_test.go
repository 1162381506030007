package conference_test

import (
	"testing"
	"time"

	"confboard/feed/conference"
)

func continuing(after time.Duration) conference.LinkMessage {
	m := link(after, conference.LinkUp)
	m.Continues = true
	return m
}

func TestAConnectionThatTakesTheOthersPlaceLeavesTheLinkLive(t *testing.T) {
	b := connected(t)
	b.apply(full(1*second, number(conference.Lock, 1)))
	b.apply(incremental(70, 2*second, number(conference.RecState, 1)))
	b.apply(link(20*second, conference.LinkEcho))

	b.apply(continuing(12 * second)) // heard of when the other one had an echo already
	if l := b.state.Link; l.State != conference.Live || l.Connects != 2 || !l.ConnectedAt.Equal(start.Add(12*second)) || !l.Heard().Equal(start.Add(20*second)) {
		t.Errorf("link %+v", l)
	}
	wantParts(t, first(b.apply(full(10*second, number(conference.Lock, 1), number(conference.RecState, 1)))), "envelope", "counts") // older than what was applied last, and the first here
	if change, outcome := b.apply(incremental(3, 21*second, number(conference.Lock, 0))); outcome.Fate != conference.Applied || len(change.Fields) == 0 {
		t.Errorf("its sequences are of its own: %+v", outcome)
	}
}

func TestAConnectionContinuesNothingThatIsNotLive(t *testing.T) {
	for name, before := range map[string][]conference.Message{
		"never connected":       nil,
		"without its status":    {link(1*second, conference.LinkUp)},
		"down":                  {link(1*second, conference.LinkUp), full(2 * second), link(3*second, conference.LinkDown, conference.ReasonClosed)},
		"waiting":               {link(1*second, conference.LinkWaiting, conference.ReasonNotStarted)},
		"refused after a while": {link(1*second, conference.LinkUp), full(2 * second), link(3*second, conference.LinkRefused, conference.ReasonPassword)},
	} {
		t.Run(name, func(t *testing.T) {
			b := watched(t)
			for _, m := range before {
				b.apply(m)
			}
			b.apply(continuing(4 * second))
			if s := b.state.Link.State; s == conference.Live {
				t.Error("it is live before its status came")
			}
			b.apply(full(5 * second))
			if s := b.state.Link.State; s != conference.Live {
				t.Errorf("it is %s although its status came", s)
			}
		})
	}
}
