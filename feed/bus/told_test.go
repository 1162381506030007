package bus

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"confboard/feed/conference"
	"confboard/feed/timeline"
)

// When an owner dies, whoever goes on finds in the streams at least what was said to be there, and a state that is neither older nor newer than
// the last entry: otherwise what happened in between would be told again, or never.
func TestWhatIsToldIsThereWhenTheOwnerDies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.instance("b")
	for n, id := range meetings(6) {
		var told atomic.Uint64
		a := w.instance("a", func(_ *instance, c *Config) {
			c.Told = func(_ conference.ConfID, seq uint64) {
				if before := told.Swap(seq); before >= seq {
					t.Errorf("%d is told after %d", seq, before)
				}
			}
		})
		eventually(t, "the bus is open", func() bool { return a.Stats().Open })
		after := map[uint64][]*conference.State{} // each entry: not every change makes another one
		feed := func(messages ...conference.Message) {
			for _, m := range messages {
				a.feed(m)
				seq := lastSeq(a.history.Entries(id))
				after[seq] = append(after[seq], a.registry.Get(id))
			}
		}
		w.roster.give(id, a.name)
		s := w.source(id)
		feed(s.begin()...)
		for i := range 150 + 40*n {
			feed(s.next()...)
			if i == 100 {
				eventually(t, "something is told", func() bool { return told.Load() > 0 })
			}
			if i%30 == 0 {
				a.out.again(id)
			}
		}
		a.stop()
		h := b.inherits(id)[id]
		last := lastSeq(h.Entries)
		if last < told.Load() {
			t.Errorf("the streams have entries until %d, and %d was told", last, told.Load())
		}
		if h.State == nil || after[last] == nil {
			t.Fatalf("no state after %d", last)
		}
		if !slices.ContainsFunc(after[last], func(s *conference.State) bool {
			return reflect.DeepEqual(h.State.Status, s.Status) && reflect.DeepEqual(h.State.Participants, s.Participants)
		}) {
			t.Errorf("after entry %d the state is one of another time:\n%+v %+v", last, h.State.Status, h.State.Participants)
		}
	}
}

func TestAllIsToldInTheEndWhateverFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var told atomic.Uint64
	a := w.instance("a", func(_ *instance, c *Config) {
		c.Told = func(_ conference.ConfID, seq uint64) { told.Store(seq) }
	})
	eventually(t, "the bus is open", func() bool { return a.Stats().Open })
	s := a.meeting(first)
	all := func() bool { return told.Load() == lastSeq(a.history.Entries(first)) }
	eventually(t, "all is told", all)
	w.server.Stop()
	before := told.Load()
	for range 50 {
		a.feed(s.next()...)
	}
	if told.Load() != before {
		t.Error("something is told without a server")
	}
	w.server.Start()
	eventually(t, "all is told when there is one again", all)
}

func TestWhatFollowsSomethingThatIsMissingIsNotTold(t *testing.T) {
	var o told
	parts := []*part{{seq: 4, whole: true}, {seq: 5}, {}, {seq: 7}, {seq: 8}}
	for _, p := range parts {
		o.sent(p)
	}
	for _, step := range []struct {
		part *part
		want uint64
	}{{parts[1], 0}, {parts[0], 5}, {parts[3], 0}, {parts[2], 7}} {
		if got := o.stored(step.part); got != step.want {
			t.Errorf("until %d, want %d", got, step.want)
		}
	}
	o.missed()
	if late := (&part{seq: 9}); o.stored(parts[4]) != 0 {
		t.Error("what was on its way counts")
	} else if o.sent(late); o.stored(late) != 0 {
		t.Error("what came behind counts")
	}
	next := &part{seq: 9, whole: true}
	if o.sent(next); o.stored(next) != 9 {
		t.Error("a checkpoint does not make it good")
	}
}

func TestTheTimelineOfAMeetingThatIsTooLargeForTheServersDoesNotWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var told atomic.Uint64
	a := w.instance("a", func(_ *instance, c *Config) {
		c.Told = func(_ conference.ConfID, seq uint64) { told.Store(seq) }
	})
	eventually(t, "the bus is open", func() bool { return a.Stats().Open })
	s := a.meeting(first)
	eventually(t, "something is told", func() bool { return told.Load() > 0 })
	noise := make([]byte, 400)
	crowd := conference.ParticipantsMessage{About: s.about(), Envelope: s.envelope(conference.ParticipantsType, conference.Full)}
	for n := range 4000 {
		for i := range noise {
			noise[i] = byte('0' + s.random.IntN(75))
		}
		e := conference.ParticipantEntry{PID: fmt.Sprint("pid", n)}
		e.Attributes.Set(conference.AttrName, string(noise))
		crowd.Entries = append(crowd.Entries, e)
	}
	a.feed(crowd)
	all := func() bool { return told.Load() == lastSeq(a.history.Entries(first)) }
	eventually(t, "it is told nevertheless", all)
	for range 100 {
		a.feed(s.next()...)
	}
	if !all() {
		t.Errorf("until %d of %d", told.Load(), lastSeq(a.history.Entries(first)))
	}
}

// The servers can answer about a meeting so late that it was given up meanwhile. Who inherits it, if it is the same instance, numbers anew from where the
// stream was: what was answered then is of no entries that there are now.
func TestALateAnswerSaysNothingOfATimelineThatWasInherited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var told atomic.Uint64
	a := w.instance("a", func(_ *instance, c *Config) {
		c.Told = func(_ conference.ConfID, seq uint64) { told.Store(max(told.Load(), seq)) }
	})
	eventually(t, "the bus is open", func() bool { return a.Stats().Open })
	a.meeting(first)
	eventually(t, "all is told", func() bool { return a.idle() && told.Load() > 0 })
	const later = 1000
	late, answered := &nats.Msg{}, &part{seq: later}
	outgoing := func() *outgoing {
		a.out.mu.Lock()
		defer a.out.mu.Unlock()
		return a.out.meetings[first]
	}
	before := outgoing()
	a.out.mu.Lock()
	a.out.pending[late] = sent{before, sentRecord, answered}
	before.inFlight++
	before.told.sent(answered)
	a.out.mu.Unlock()
	w.roster.give(first, "another")
	a.Reassigned()
	eventually(t, "it is given up", func() bool { return outgoing() == nil })
	w.roster.give(first, "a")
	a.Reassigned()
	eventually(t, "it is told of again", func() bool { return outgoing() != nil })
	a.stored(a.js, late, &jetstream.PubAck{})
	if n := told.Load(); n >= later {
		t.Errorf("told until %d", n)
	}
}

// Whoever inherits a checkpoint alone would be told once more of what came after its state, or never.
func TestACheckpointHasNoEntriesThatItsStateDoesNotKnow(t *testing.T) {
	t.Parallel()
	for _, changed := range []bool{false, true} {
		w := newWorld(t)
		var during sync.Once
		a := w.instance("a", func(i *instance, c *Config) {
			recent := c.Recent
			c.Recent = func(id conference.ConfID, most int) []timeline.Entry {
				if most == checkpointRows { // and its state has been chosen
					during.Do(func() { i.history.Keep(begins(i.registry.Get(id), w.clock.now())) })
				}
				return recent(id, most)
			}
		})
		b := w.instance("b")
		eventually(t, "the bus is open", func() bool { return a.Stats().Open && b.Stats().Open })
		w.roster.give(first, "b")
		s := b.meeting(first)
		a.settle(b, true, first)
		h := a.inherits(first)[first]
		a.history.Inherit(first, h.Epoch, h.Entries)
		a.feed(conference.SnapshotMessage{About: s.about(), State: h.State})
		before := lastSeq(a.history.Entries(first))
		w.roster.give(first, "a")
		if changed {
			a.feed(conference.LinkMessage{About: s.about(), Event: conference.LinkEcho})
		}
		a.Reassigned()
		b.Reassigned()
		var read []reading
		eventually(t, "there is a checkpoint", func() bool {
			var err error
			read, err = b.readAll(t.Context(), []conference.ConfID{first})
			return err == nil && len(read[0].records) > 0 && read[0].records[0].Member == "a"
		})
		if got := lastSeq(read[0].records[0].entries); before == 0 || got != before {
			t.Errorf("a change told of it %t: its last entry is %d, want %d", changed, got, before)
		}
	}
}

// begins is a change that makes an entry.
func begins(s *conference.State, now time.Time) conference.Change {
	again := *s
	again.Occurrence++
	return conference.Change{ConfID: s.ConfID, At: now, Received: now, Before: s, After: &again, Fields: []conference.FieldChange{{Part: conference.PartOccurrence}}}
}
