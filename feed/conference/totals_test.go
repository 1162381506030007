package conference_test

import (
	"testing"
	"time"

	"confboard/feed/conference"
)

func TestTotalsOnlyGrowWhateverLeavesTheBoard(t *testing.T) {
	r := conference.NewRegistry(conference.DefaultPolicy)
	r.Apply(full(time.Second)) // nobody watches it
	r.Apply(conference.WatchMessage{About: about(0)})
	r.Apply(link(time.Second, conference.LinkDown, conference.ReasonDNS))
	r.Apply(link(2*time.Second, conference.LinkUp))
	r.Apply(full(3 * time.Second))
	r.Apply(incremental(2, 4*time.Second))
	r.Apply(incremental(1, 5*time.Second))
	r.Apply(link(5*time.Second, conference.LinkEcho))
	r.Apply(conference.RefusedMessage{About: about(6 * time.Second), Refusal: conference.Refusal{Kind: conference.RefusedValue, Type: conference.SpeakersType}})
	r.Apply(conference.RefusedMessage{About: about(6 * time.Second), Refusal: conference.Refusal{Kind: conference.RefusedNotJSON}})
	r.Apply(conference.PassedMessage{About: about(7 * time.Second), Type: "SomethingNotify"})
	r.Apply(link(8*time.Second, conference.LinkRefused, conference.ReasonPassword))
	for _, m := range []conference.Message{
		link(8*time.Second, conference.LinkUp), full(8 * time.Second), incremental(2, 8*time.Second), incremental(2, 8*time.Second),
		conference.PassedMessage{About: about(8 * time.Second), Type: "SomethingNotify"},
	} {
		r.Relay(m)
	}
	r.Apply(conference.UnwatchMessage{About: about(9 * time.Second)})

	type frame struct {
		kind conference.MessageType
		fate conference.Fate
	}
	want := map[frame]uint64{
		{conference.StatusType, conference.NotWatched}: 1, {conference.StatusType, conference.Applied}: 2, {conference.StatusType, conference.DroppedOlderSequence}: 1,
		{conference.SpeakersType, conference.Refused}: 1, {"", conference.Refused}: 1, {"", conference.Passed}: 1,
	}
	got := r.Totals()
	seen := map[frame]bool{}
	for _, f := range got.Frames {
		key := frame{f.Type, f.Fate}
		if f.Count != want[key] || f.Fate.String() == "" || seen[key] {
			t.Errorf("%q %s: %d, want %d, listed before: %t", f.Type, f.Fate, f.Count, want[key], seen[key])
		}
		seen[key] = true
	}
	for key := range want {
		if !seen[key] {
			t.Errorf("%q %s is not listed", key.kind, key.fate)
		}
	}
	if got.Relayed != 2 {
		t.Errorf("%d frames of others were applied, want 2", got.Relayed)
	}
	if got.Connects != 1 || got.Echoes != 1 || len(got.Faults) != 2 || got.Faults[conference.ReasonDNS] != 1 || got.Faults[conference.ReasonPassword] != 1 {
		t.Errorf("links: %+v", got)
	}
}
