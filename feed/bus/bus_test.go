package bus

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"confboard/feed/conference"
)

const first = conference.ConfID("900487914")

// meetings are so many IDs.
func meetings(n int) (ids []conference.ConfID) {
	for i := range n {
		ids = append(ids, conference.ConfID(fmt.Sprint(900000000+i)))
	}
	return ids
}

func TestOtherInstancesHaveTheBriefStateOfEveryMeeting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.instance("a"), w.instance("b")
	var sources []*source
	ids := meetings(20)
	for _, id := range ids {
		sources = append(sources, a.meeting(id))
	}
	b.settle(a, true, ids...)
	for range 20 {
		for _, s := range sources {
			a.feed(s.next()...)
		}
	}
	b.settle(a, true, ids...)
	late := w.instance("c")
	late.settle(a, true, ids...)
}

func TestAWholeStateIsThatOfTheOwner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.instance("a"), w.instance("b")
	ids := meetings(5)
	var sources []*source
	for _, id := range ids {
		sources = append(sources, a.meeting(id))
	}
	for range 100 {
		for _, s := range sources {
			a.feed(s.next()...)
		}
	}
	b.settle(a, true, ids...)
	b.want(ids...)
	b.settle(a, false, ids...)
	for range 700 { // which makes some checkpoints
		for _, s := range sources {
			a.feed(s.next()...)
		}
	}
	b.settle(a, false, ids...)
	for _, id := range ids {
		if want, got := a.history.Entries(id), b.entries(id); len(got) < 50 || got[len(got)-1].Seq != want[len(want)-1].Seq {
			t.Errorf("of %s %d entries were told, of %d", id, len(got), len(want))
		}
	}
	eventually(t, "all are whole", func() bool { return b.Stats().Whole == len(ids) })
}

func TestAMeetingThatNobodyKnowsCannotBeMadeWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.instance("a"), w.instance("b")
	a.meeting(first)
	b.settle(a, true, first)
	if err := b.Want(t.Context(), "404"); !errors.Is(err, ErrUnknown) {
		t.Errorf("error %v", err)
	}
	if err := a.Want(t.Context(), first); err != nil {
		t.Errorf("the owner's own: %v", err)
	}
}

func TestAMeetingThatLeavesTheBoardLeavesThemAllAndCanComeAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.instance("a"), w.instance("b")
	s := a.meeting(first)
	b.settle(a, true, first)
	b.want(first)
	for range 3 {
		a.feed(conference.UnwatchMessage{About: s.about()})
		eventually(t, "it has left the other board", func() bool { return b.registry.Get(first) == nil })
		if err := b.Want(t.Context(), first); !errors.Is(err, ErrUnknown) {
			t.Errorf("error %v", err)
		}
		a.feed(s.begin()...)
		eventually(t, "it is known again", func() bool { return b.Want(t.Context(), first) == nil })
		b.settle(a, false, first)
	}
	eventually(t, "nothing is left of what was", func() bool { return a.Stats().Own == 1 })
}

func TestWhatNobodyLooksAtBecomesBriefAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.instance("a")
	a.meeting(first)
	c := w.instance("c", func(_ *instance, c *Config) { c.interest = 10 * time.Millisecond })
	c.settle(a, true, first)
	release := c.Hold(first)
	c.settle(a, false, first)
	for range 2 { // twice is harmless
		release()
	}
	c.settle(a, true, first)
	c.want(first)
}

// What is read late is judged by the clock when all of it is there: a link that was heard of all the time was never anything but live.
func TestAStateThatIsReadLateIsThatOfTheOwner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.instance("a")
	s := a.meeting(first)
	eventually(t, "the checkpoint is published", a.idle)
	since := a.registry.Get(first).Link.Since
	for range 4 {
		w.clock.pass(time.Minute)
		a.feed(conference.LinkMessage{About: s.about(), Event: conference.LinkEcho, RoundTrip: time.Millisecond})
	}
	eventually(t, "all is published", a.idle)
	b := w.instance("b")
	b.settle(a, true, first)
	b.want(first)
	b.settle(a, false, first)
	if l := b.registry.Get(first).Link; l.State != conference.Live || !l.Since.Equal(since) {
		t.Errorf("the link is %s since %s, want live since %s", l.State, l.Since, since)
	}
}
