package timeline_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/timeline"
)

// copied are entries as another board gets them: written and read.
func copied(t *testing.T, entries []timeline.Entry) []timeline.Entry {
	t.Helper()
	var all []timeline.Entry
	for i := range entries {
		s, err := entries[i].Store()
		if err != nil {
			t.Fatal(err)
		}
		e, ok := s.Entry()
		if !ok {
			t.Fatalf("%+v cannot be read", s)
		}
		all = append(all, e)
	}
	return all
}

// numbered writes entries with their numbers.
func numbered(entries []timeline.Entry) (all []string) {
	for i := range entries {
		all = append(all, fmt.Sprintf("%d/%d %s at %s", entries[i].Seq, entries[i].Group, tell(&entries[i]), entries[i].Received.Format(time.RFC3339Nano)))
	}
	return all
}

// Whatever comes twice, late or not at all, the other board has what the one that watches the meeting has, or the newest part of it.
func TestWhatIsAdoptedIsWhatTheOtherBoardHas(t *testing.T) {
	for seed := range uint64(15) {
		h := newRandom(t, seed)
		there := timeline.NewHistory(timeline.DefaultLimits)
		var missed bool
		adopt := func(entries []timeline.Entry) { there.Adopt(meetingID, 1, copied(t, entries)) }
		h.noted = func(c conference.Change) {
			entries := h.history.Keep(c)
			switch n := h.r.IntN(12); {
			case len(entries) == 0:
			case n == 0: // a break: after it comes a checkpoint
				missed = true
			case n == 1 || missed:
				adopt(h.history.Recent(meetingID, 1+h.r.IntN(30)))
				missed = false
			case n == 2: // what came before comes again
				adopt(entries)
				if all := h.history.Recent(meetingID, 20); len(all) > 5 {
					adopt(all[:5])
				}
			default:
				adopt(entries)
			}
			if !missed {
				there.Follow(c)
			}
		}
		for range 150 {
			h.step()
		}
		adopt(h.history.Recent(meetingID, 20))
		got, want := numbered(there.Entries(meetingID)), numbered(h.history.Entries(meetingID))
		if len(got) < 20 || !slices.Equal(got, want[len(want)-len(got):]) {
			t.Fatalf("seed %d: adopted\n%q\nof\n%q", seed, got, want)
		}
		moments := h.history.Moments(meetingID)
		for _, m := range there.Moments(meetingID) {
			at := slices.IndexFunc(moments, func(o timeline.Moment) bool { return o.Seq == m.Seq })
			if at < 0 || moments[at].State != m.State || !moments[at].Received.Equal(m.Received) || !moments[at].At.Equal(m.At) {
				t.Fatalf("seed %d: the moment of %d is %+v", seed, m.Seq, m)
			}
		}
	}
}

func TestWhereTheNumbersBeginAnewTheNewerEntriesStay(t *testing.T) {
	first, second := watched(t), watched(t)
	for n := range 4 {
		first.link(time.Duration(n)*time.Minute, conference.LinkEvent(1+n%2*2))
	}
	second.delay = time.Hour
	for n := range 3 {
		second.link(time.Duration(n)*time.Minute, conference.LinkEvent(1+n%2*2))
	}
	there := timeline.NewHistory(timeline.DefaultLimits)
	old, newer := first.history.Entries(meetingID), second.history.Entries(meetingID)
	there.Adopt(meetingID, 1, old)
	there.Adopt(meetingID, 2, newer)
	if got, want := numbered(there.Entries(meetingID)), numbered(newer); !slices.Equal(got, want) {
		t.Errorf("it has %q, want %q", got, want)
	}
	there.Adopt(meetingID, 1, old)
	if got, want := numbered(there.Entries(meetingID)), numbered(newer); !slices.Equal(got, want) {
		t.Errorf("after those of before came once more it has %q, want %q", got, want)
	}
}

func TestAHoleIsNotTold(t *testing.T) {
	h := newRandom(t, 1)
	for range 60 {
		h.step()
	}
	all := h.history.Entries(meetingID)
	there := timeline.NewHistory(timeline.DefaultLimits)
	there.Adopt(meetingID, 1, all[:10])
	there.Adopt(meetingID, 1, all[20:25])
	if got := there.Entries(meetingID); len(got) != 5 || got[0].Seq != all[20].Seq {
		t.Errorf("it has %q", numbered(got))
	}
	there.Adopt(meetingID, 1, all[12:22]) // what is before joins on
	if got := there.Entries(meetingID); len(got) != 13 || got[0].Seq != all[12].Seq {
		t.Errorf("with what came before it has %q", numbered(got))
	}
	there.Adopt(meetingID, 1, nil)
	there.Adopt(meetingID, 1, all[:5]) // from before the hole
	if got := there.Entries(meetingID); len(got) != 13 {
		t.Errorf("it has %q", numbered(got))
	}
}

func TestOnlyAWholeStateIsRememberedWithWhatIsAdopted(t *testing.T) {
	m := live(t)
	c := m.set(time.Minute, num(conference.Lock, 1))
	entries := m.history.Entries(meetingID)
	there := timeline.NewHistory(timeline.DefaultLimits)
	brief := c
	brief.After = c.After.Briefly()
	there.Adopt(meetingID, 1, entries[:1])
	there.Follow(brief)
	if got := there.Moments(meetingID); len(got) != 0 {
		t.Errorf("of a brief state: %+v", got)
	}
	there.Follow(c)
	there.Follow(c) // no entry came
	if got := there.Moments(meetingID); len(got) != 1 || got[0].State != c.After || got[0].Seq != entries[0].Seq {
		t.Errorf("of the whole state: %+v", got)
	}
	there.Follow(conference.Change{ConfID: meetingID, Before: c.After})
	if there.Entries(meetingID) != nil || there.Bytes() != 0 {
		t.Errorf("when it has left there are %d bytes", there.Bytes())
	}
	there.Follow(c) // of a meeting with no entries
}

func TestWhatIsAdoptedKeepsWithinTheLimits(t *testing.T) {
	h := newRandom(t, 3)
	there := timeline.NewHistory(timeline.Limits{Memory: 1 << 20, Entries: 40, Moments: 5, Bytes: 1 << 20})
	h.noted = func(c conference.Change) {
		there.Adopt(meetingID, 1, h.history.Keep(c))
		there.Follow(c)
	}
	for range 300 {
		h.step()
	}
	if entries, moments := there.Entries(meetingID), there.Moments(meetingID); len(entries) > 40 || len(moments) > 5 || len(entries) < 20 || len(moments) == 0 {
		t.Errorf("%d entries, %d moments", len(entries), len(moments))
	}
}

// The state that another board told is nothing that happened: its entries come from there.
func TestAStateThatWasToldMakesNoEntries(t *testing.T) {
	there := live(t, num(conference.Lock, 0))
	there.people(conference.Full, time.Minute, in("a"), in("b"))
	m := watched(t)
	for _, s := range []*conference.State{there.state.Briefly(), there.state, there.state.Briefly()} {
		c := m.apply(conference.SnapshotMessage{About: m.about(2 * time.Minute), State: s})
		if entries := timeline.Entries(c); entries != nil {
			t.Errorf("brief %t: %q", s.Brief, told(entries))
		}
		if timeline.Touches(c) == s.Brief || timeline.DoingsOnly(c) {
			t.Errorf("brief %t: it can have brought entries: %t", s.Brief, timeline.Touches(c))
		}
	}
	if got := told(m.history.Entries(meetingID)); !slices.Equal(got, []string{"watched first"}) {
		t.Errorf("kept %q", got)
	}
}

func TestEntriesAreAdoptedAndReadAtOnce(t *testing.T) {
	h := newRandom(t, 5)
	there := timeline.NewHistory(timeline.DefaultLimits)
	done := make(chan struct{})
	var readers sync.WaitGroup
	readers.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				told(there.Recent(meetingID, 5))
				there.Moments(meetingID)
			}
		}
	})
	h.noted = func(c conference.Change) {
		there.Adopt(meetingID, 1, h.history.Keep(c))
		there.Follow(c)
	}
	for range 200 {
		h.step()
	}
	close(done)
	readers.Wait()
}
