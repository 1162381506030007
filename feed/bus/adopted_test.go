package bus

import (
	"sync"
	"testing"

	"confboard/feed/conference"
	"confboard/feed/timeline"
)

func TestItIsToldOfEntriesWhateverMadeThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var mu sync.Mutex
	var told []int // how many entries there were then
	a := w.instance("a")
	b := w.instance("b", func(i *instance, c *Config) {
		c.Adopted = func(id conference.ConfID) {
			i.mu.Lock()
			n := len(i.adopted[id])
			i.mu.Unlock()
			mu.Lock()
			defer mu.Unlock()
			told = append(told, n)
		}
	})
	a.meeting(first)
	release := b.Hold(first)
	defer release()
	eventually(t, "the meeting is whole", func() bool { return b.Whole(first) })
	mu.Lock()
	before := len(told)
	mu.Unlock()
	if before == 0 {
		t.Error("nothing is told of what came with the state")
	}
	entries := a.history.Entries(first)
	s := a.registry.Get(first)
	now := w.clock.now()
	overrun := timeline.Entry{Seq: entries[len(entries)-1].Seq + 1, Group: entries[len(entries)-1].Seq + 1, Kind: timeline.Raised, At: now, Received: now, Rule: conference.Overrunning}
	a.Notify(conference.Change{ConfID: first, At: now, Received: now, Before: s, After: s}, []timeline.Entry{overrun})
	eventually(t, "it is told", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(told) > before
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	if kept := b.adopted[first]; told[before] != len(kept) || kept[len(kept)-1].Kind != timeline.Raised {
		t.Errorf("told when there were %d of %d entries", told[before], len(kept))
	}
}
