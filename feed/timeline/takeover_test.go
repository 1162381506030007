package timeline_test

import (
	"slices"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/timeline"
)

// split is a meeting whose owner tells the others nothing any more after some of its entries, and the one that goes on from there.
func split(t *testing.T) (before, void, after []timeline.Entry) {
	old, next := live(t, num(conference.Lock, 0)), live(t, num(conference.Lock, 0))
	common := old.history.Entries(meetingID)
	old.set(minute, num(conference.Lock, 1))
	old.set(minute+second, num(conference.PartViewNum, 1))
	old.set(minute+2*second, num(conference.PartViewNum, 2))
	next.set(2*minute, num(conference.Lock, 1))
	next.set(3*minute, num(conference.Lock, 0))
	return common, old.history.Entries(meetingID), next.history.Entries(meetingID)
}

func TestWhatWhoeverGoesOnDoesNotKnowDidNotHappen(t *testing.T) {
	before, void, after := split(t)
	n := len(before)
	for name, c := range map[string]struct {
		does func(h *timeline.History)
		want []timeline.Entry
	}{
		"another board follows the next owner": {func(h *timeline.History) { h.Adopt(meetingID, 2, before) }, before},
		"another board follows the next owner, who has told more": {func(h *timeline.History) {
			h.Adopt(meetingID, 2, before)
			h.Adopt(meetingID, 2, after[n:])
		}, after},
		"another board hears of it by what is next":   {func(h *timeline.History) { h.Adopt(meetingID, 2, after[n-1:]) }, after},
		"what the first one told comes late":          {func(h *timeline.History) { h.Adopt(meetingID, 2, after); h.Adopt(meetingID, 1, void) }, after},
		"the owner goes on from what the others have": {func(h *timeline.History) { h.Inherit(meetingID, 1, before) }, before},
		"the same one numbers anew":                   {func(h *timeline.History) { h.Adopt(meetingID, 1, after[n-1:]) }, after},
		"what is stored goes on otherwise":            {func(h *timeline.History) { h.Recall(meetingID, after) }, after},
		"less is stored":                              {func(h *timeline.History) { h.Recall(meetingID, before) }, void},
		"nothing is stored":                           {func(h *timeline.History) { h.Recall(meetingID, nil) }, void},
	} {
		h := timeline.NewHistory(timeline.DefaultLimits)
		h.Adopt(meetingID, 1, void)
		seen := h.Entries(meetingID)
		c.does(h)
		if got, want := numbered(h.Entries(meetingID)), numbered(c.want); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		if !slices.Equal(numbered(seen), numbered(void)) {
			t.Errorf("%s: what was handed out has become another", name)
		}
		h.Follow(conference.Change{ConfID: meetingID, Before: &conference.State{ConfID: meetingID}})
		if h.Bytes() != 0 {
			t.Errorf("%s: when it has left there are %d bytes", name, h.Bytes())
		}
	}
}

func TestStatesAfterWhatDidNotHappenAreGone(t *testing.T) {
	m := live(t, num(conference.Lock, 0))
	common := m.history.Entries(meetingID)
	want := m.history.Moments(meetingID)
	m.set(minute, num(conference.Lock, 1))
	m.history.Inherit(meetingID, 1, common)
	if got := m.history.Moments(meetingID); !slices.Equal(got, want) {
		t.Errorf("%d states, want %d", len(got), len(want))
	}
	m.set(minute+second, num(conference.Lock, 0))
	if next := m.history.Entries(meetingID)[len(common):]; len(next) != 1 || next[0].Seq != common[len(common)-1].Seq+1 {
		t.Errorf("it goes on with %q", numbered(next))
	}
}

func TestItIsKnownThatAPageDoesNotShowWhatWasAdopted(t *testing.T) {
	m := live(t)
	c := m.set(minute, num(conference.Lock, 1))
	all := m.history.Entries(meetingID)
	h := timeline.NewHistory(timeline.DefaultLimits)
	unshown := func(what string, want bool) {
		t.Helper()
		if got := h.Unshown(meetingID); got != want {
			t.Errorf("%s: %t", what, got)
		}
	}
	unshown("nothing is known", false)
	h.Adopt(meetingID, 1, all[2:])
	h.Follow(c)
	unshown("a change told of it", false)
	h.Adopt(meetingID, 1, all[2:])
	unshown("it was known", false)
	h.Adopt(meetingID, 1, all[1:])
	h.Follow(m.apply(conference.LinkMessage{About: m.about(minute), Event: conference.LinkEcho}))
	unshown("a change told of something else", true)
	unshown("it is asked twice", false)
	h.Complete(meetingID, all)
	unshown("the beginning came", true)
}

func TestATimelineThatIsShortGetsItsBeginning(t *testing.T) {
	r := newRandom(t, 5)
	for range 80 {
		r.step()
	}
	all := r.history.Entries(meetingID)
	n := len(all)
	for name, c := range map[string]struct {
		stored []timeline.Entry
		want   int // entries
		short  bool
	}{
		"all of it is stored":                {all, n, false},
		"the last is not stored yet":         {all[:n-1], n, false},
		"what joins on is stored":            {all[:n-10], n, false},
		"what joins on is not stored yet":    {all[:n-11], 10, true},
		"nothing is stored yet":              {nil, 10, true},
		"the oldest is not kept any more":    {all[5:], n - 5, false},
		"nothing older is kept than is here": {all[n-5:], 10, false},
	} {
		h := timeline.NewHistory(timeline.DefaultLimits)
		h.Adopt(meetingID, 1, all[n-10:])
		if !h.Short(meetingID) {
			t.Fatal("it is not short")
		}
		h.Complete(meetingID, copied(t, c.stored))
		if got := h.Entries(meetingID); len(got) != c.want || h.Short(meetingID) != c.short || !slices.Equal(numbered(got), numbered(copied(t, all[n-c.want:]))) {
			t.Errorf("%s: %d entries, want %d; short %t", name, len(got), c.want, h.Short(meetingID))
		}
	}
	h := timeline.NewHistory(timeline.Limits{Memory: 1 << 20, Entries: 30, Moments: 5, Bytes: 1 << 20, Keep: 1000 * time.Hour})
	h.Adopt(meetingID, 1, all[n-10:])
	h.Complete(meetingID, all)
	if got := len(h.Entries(meetingID)); got != 30 || h.Short(meetingID) {
		t.Errorf("%d entries, short %t", got, h.Short(meetingID))
	}
	h.Complete("404", all)
	if h.Short("404") || h.Entries("404") != nil {
		t.Error("a meeting that is not known has a beginning")
	}
}
