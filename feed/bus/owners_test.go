package bus

import (
	"sync/atomic"
	"testing"

	"confboard/feed/conference"
)

func TestAnOwnerOfThePastIsNotHeard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.instance("b")
	// The old one goes on to believe what it knew.
	old := w.instance("old", func(_ *instance, c *Config) {
		c.Owns = func(conference.ConfID) (uint64, bool) { return 1, true }
	})
	s := old.meeting(first)
	b.settle(old, true, first)
	b.want(first)
	b.settle(old, false, first)

	a := w.instance("a")
	a.settle(old, true, first)
	h := a.inherits(first)
	w.roster.give(first, "a")
	a.feed(conference.SnapshotMessage{About: s.about(), State: h[first].State})
	zombie := w.source(first)
	zombie.people, zombie.sequence = 5, 1000
	for n := range 300 {
		a.feed(s.next()...)
		old.feed(zombie.next()...)
		if n%50 == 0 {
			old.out.again(first)
			b.settle(a, false, first)
		}
	}
	b.settle(a, false, first)
	late := w.instance("late")
	late.settle(a, true, first)
	late.want(first)
	late.settle(a, false, first)
	if old.Stats().Outbid == 0 {
		t.Error("the old one does not know")
	}
}

func TestTheNextOwnerGoesOnWithTheWholeState(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	instances := []*instance{w.instance("a"), w.instance("b"), w.instance("c")}
	all := instances[0].crowd(5)
	for turn := range 6 {
		owner, next, other := instances[turn%3], instances[(turn+1)%3], instances[(turn+2)%3]
		all.owner = owner
		other.settle(owner, true, all.ids[3:]...)
		other.want(all.ids[:3]...)
		all.goOn(70)
		eventually(t, "all is published", func() bool { return owner.idle() })

		h := next.inherits(all.ids...)
		if turn%2 == 0 { // it dies
			owner.stop()
			instances[turn%3] = w.instance(owner.name)
			other.MemberGone(owner.name)
			eventually(t, "others are told", other.down(conference.ReasonNoInstance, all.ids...))
		}
		for _, id := range all.ids {
			want := owner.registry.Get(id)
			if got := h[id].State; got == nil || !same(w, got, want) {
				t.Fatalf("turn %d: another state of %s was inherited", turn, id)
			}
			if got, want := h[id].Entries, owner.history.Entries(id); got[len(got)-1].Seq != want[len(want)-1].Seq {
				t.Errorf("turn %d: the last entry is %d, not %d", turn, got[len(got)-1].Seq, want[len(want)-1].Seq)
			}
			next.history.Restore(id, h[id].Entries, want.Link.Since)
			w.roster.give(id, next.name)
		}
		for _, i := range instances {
			i.Reassigned()
		}
		for _, id := range all.ids {
			next.feed(conference.SnapshotMessage{About: conference.About{ConfID: id, At: w.clock.now()}, State: h[id].State})
		}
		all.owner = next
		other.settle(next, false, all.ids[:3]...)
		if turn%2 == 1 {
			owner.settle(next, true, all.ids[3:]...) // it wanted the others in its turn, and may still follow them
		}
	}
}

func TestOwnershipThatChangesWithoutAMessageIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b, c := w.instance("a"), w.instance("b"), w.instance("c")
	a.meeting(first)
	c.settle(a, true, first)
	b.settle(a, true, first)
	b.want(first)
	// b has the whole state, and nothing happens to it.
	w.roster.give(first, "b")
	for _, i := range []*instance{a, b, c} {
		i.Reassigned()
	}
	eventually(t, "the others know", func() bool {
		c.MemberGone("a")
		return c.registry.Get(first).Link.Reason == conference.ReasonNone
	})
	c.want(first)
	c.settle(b, false, first)
	a.settle(b, true, first)
}

func TestWhatIsToldLateDoesNotReplaceWhatWasInherited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.instance("a"), w.instance("b")
	s := a.meeting(first)
	b.settle(a, true, first)
	h := b.inherits(first)
	b.feed(conference.SnapshotMessage{About: s.about(), State: h[first].State})
	// The owner of the past goes on for a moment.
	before := b.Stats().Applied
	for range 20 {
		a.feed(s.next()...)
	}
	eventually(t, "all is published", a.idle)
	other := w.instance("other")
	other.settle(a, true, first)
	if got := b.registry.Get(first); got.Brief || b.Stats().Applied != before {
		t.Errorf("brief %t, %d messages applied", got.Brief, b.Stats().Applied-before)
	}
	w.roster.give(first, "b")
	a.Reassigned()
	b.Reassigned()
	a.settle(b, true, first)
	other.settle(b, true, first)
}

func TestAMemberThatLivesAfterAllIsBelieved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.instance("a"), w.instance("b")
	all := a.crowd(3)
	b.settle(a, true, all.ids...)
	b.want(all.ids[0])
	b.MemberGone("a")
	eventually(t, "they are told", b.down(conference.ReasonNoInstance, all.ids...))
	all.goOn(1)
	b.settle(a, false, all.ids[0])
	b.settle(a, true, all.ids[1:]...)
}

func TestDigestsOfAMemberThatIsDeadAreNotTakenForNews(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.instance("a")
	all := a.crowd(3)
	eventually(t, "all is published", a.idle)
	a.stop()
	b := w.instance("b", func(i *instance, _ *Config) { i.dead["a"] = true })
	eventually(t, "they are known, and not live", b.down(conference.ReasonNoInstance, all.ids...))
	b.want(all.ids[0])
	if s := b.registry.Get(all.ids[0]); s.Brief || s.Link.State == conference.Live {
		t.Errorf("brief %t, link %s", s.Brief, s.Link.State)
	}
}

// idle reports whether all that is known has been published and answered.
func (i *instance) idle() bool {
	p := &i.out
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range p.meetings {
		if o.checkpoint || o.digest {
			return false
		}
	}
	return !p.busy && len(p.pending) == 0 && p.queued == 0 && len(p.ready) == 0
}

// A meeting that is nobody's for now stays as it is with whoever had it, whatever the streams have, and nothing is told of it.
func TestAMeetingThatIsKeptIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var kept atomic.Bool
	a := w.instance("a", func(_ *instance, c *Config) {
		c.Keeps = func(id conference.ConfID) bool { return id == first && kept.Load() }
	})
	b := w.instance("b")
	s := a.meeting(first)
	b.settle(a, true, first)
	kept.Store(true)
	w.roster.give(first, "")
	a.Reassigned()
	b.Reassigned()
	a.feed(s.next()...)
	eventually(t, "nothing is told any more", a.idle)
	before, told := a.registry.Get(first), a.Stats()
	if before.Brief || !a.Whole(first) || a.Want(t.Context(), first) != nil {
		t.Error("it is not whole")
	}
	w.server.Stop()
	eventually(t, "there is no bus", func() bool { return !a.Stats().Open })
	eventually(t, "others are told", b.down(conference.ReasonNoBus, first))
	w.server.Start()
	eventually(t, "there is one again", func() bool { return a.Stats().Open })
	late := w.instance("late") // and digests of before
	eventually(t, "it is known", func() bool { return a.Stats().Known && late.Stats().Known })
	if a.registry.Get(first) != before || a.Stats().Digests != told.Digests || a.Stats().Records != told.Records {
		t.Errorf("it has become another, or was told of: %+v, then %+v", told, a.Stats())
	}
	w.roster.give(first, "a")
	kept.Store(false)
	a.Reassigned()
	b.Reassigned()
	b.settle(a, true, first)
	w.roster.give(first, "b")
	a.Reassigned()
	b.Reassigned()
	a.settle(b, true, first)
}
