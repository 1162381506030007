package conference_test

import (
	"fmt"
	"testing"

	"confboard/feed/conference"
)

func TestEachMessageTypeHasItsOwnVersions(t *testing.T) {
	b := connected(t)
	for i, m := range []conference.Message{
		full(9*second, created), people(8*second, joined("a")), waiting(7 * second), basic(6*second, conference.BasicInfo{Title: "T"}),
		speaking(5*second, speaker("a", 1)), custom(4*second, geometry(2)), // ever older, yet each the first of its type
		peopleChange(5, 10*second), waitingChange(4, 10*second), customChange(3, 10*second, conference.CustomLayout{}), incremental(2, 10*second),
	} {
		if _, got := b.apply(m); got != (conference.Outcome{Fate: conference.Applied}) {
			t.Errorf("message %d, a %T, was %s, asking %t", i+1, m, got.Fate, got.AskFull)
		}
	}
	for _, m := range []conference.Message{
		full(9 * second), people(8 * second), waiting(7 * second), basic(6*second, conference.BasicInfo{}), speaking(5 * second),
		custom(4*second, conference.CustomLayout{}),
	} {
		change, got := b.apply(m)
		if got.Fate != conference.DroppedOlderFull {
			t.Errorf("a second %T of the same version was %s", m, got.Fate)
		}
		wantParts(t, change, "counts")
	}
	for _, m := range []conference.Message{peopleChange(5, 11*second), waitingChange(4, 11*second), customChange(3, 11*second, conference.CustomLayout{})} {
		if _, got := b.apply(m); got.Fate != conference.DroppedOlderSequence {
			t.Errorf("a repeated sequence of a %T was %s", m, got.Fate)
		}
	}
}

func TestAnIncrementalMessageBeforeTheFullOneOfItsTypeMakesTheMeetingPartial(t *testing.T) {
	for _, m := range []conference.Message{
		peopleChange(1, 2*second, joined("a")), waitingChange(1, 2*second, joined("a")),
		basicChange(1, 2*second, conference.BasicInfo{Title: "T"}), customChange(1, 2*second, geometry(2)),
	} {
		t.Run(fmt.Sprintf("%T", m), func(t *testing.T) {
			b := connected(t)
			b.apply(full(1*second, created))
			change, got := b.apply(m)
			if got.Fate != conference.Applied || !got.AskFull || !b.state.Partial() || b.state.StatusIntake.Partial || !change.Has(conference.PartPartial) {
				t.Errorf("it was %s, asking %t, partial %t, changed %q", got.Fate, got.AskFull, b.state.Partial(), parts(change))
			}
			if b.state.Link.State != conference.Live {
				t.Errorf("the link is %s: it depends on the status alone", b.state.Link.State)
			}
			b.apply(link(3*second, conference.LinkUp))
			for _, m := range []conference.Message{people(4 * second), waiting(4 * second), basic(4*second, conference.BasicInfo{}), custom(4*second, geometry(2))} {
				b.apply(m)
			}
			if b.state.Partial() {
				t.Error("still partial after full messages of all types")
			}
			if b.state.Link.State == conference.Live {
				t.Error("live without the full status")
			}
		})
	}
}

func TestTheLastMessageOfAnyTypeIsKnown(t *testing.T) {
	b := connected(t)
	if got := b.state.LastOfAny(); got.Type != "" {
		t.Errorf("before the first it is %+v", got)
	}
	status := full(5*second, created)
	b.apply(status)
	b.apply(people(4 * second)) // made earlier, applied later
	if got := b.state.LastOfAny(); got != envelope(conference.ParticipantsType, 4*second) {
		t.Errorf("it is %+v", got)
	}
	b.apply(people(3 * second)) // dropped
	b.apply(conference.PassedMessage{About: about(6 * second), Type: "NetworkQualityNotify"})
	if got := b.state.LastOfAny(); got.Type != conference.ParticipantsType || b.state.StatusIntake.Last != status.Envelope {
		t.Errorf("it is %+v, of the status %+v", got, b.state.StatusIntake.Last)
	}
}

func TestAMessageOfAnyTypeHasItsOwnTime(t *testing.T) {
	b := connected(t)
	m := people(4 * second)
	m.At = start.Add(9 * second)
	if change, _ := b.apply(m); !change.At.Equal(start.Add(4 * second)) {
		t.Errorf("the change is at %s", change.At)
	}
	if !b.state.LastChange.IsZero() {
		t.Error("the status did not change")
	}
}

func TestPeopleOfAPastOccurrenceAreForgotten(t *testing.T) {
	ended := incremental(1, 10*second, destroyed)
	again := incremental(2, 20*second, created)
	tests := []struct {
		name     string
		messages []conference.Message // after a full status, participants a and b, w waiting, a speaking
		people   string
		waiting  string
		speakers int
		known    bool
		ask      bool // in the end
	}{
		{"while it goes on they stay", nil, "a b", "w", 1, true, false},
		{"when it ends nobody speaks, and who was there stays to be seen", []conference.Message{ended}, "a b", "w", 0, true, false},
		{"who is told to speak afterwards does not", []conference.Message{ended, speaking(11*second, speaker("a", 3))}, "a b", "w", 0, true, false},
		{"ended by the cloud's answer", []conference.Message{link(10*second, conference.LinkEnded)}, "a b", "w", 0, true, false},
		{"a new occurrence on the same connection begins with nobody, and a full message is asked for", []conference.Message{ended, again}, "", "", 0, false, true},
		{"the next incremental message is then partial", []conference.Message{ended, again, peopleChange(9, 21*second, joined("c"))}, "c", "", 0, false, true},
		{"and the next full message is taken though its version is older", []conference.Message{ended, again, people(0, joined("c"))}, "c", "", 0, true, false},
		{"a full message after the end is of the new occurrence", []conference.Message{ended, people(19*second, joined("c")), waiting(19 * second), speaking(19 * second), again},
			"c", "", 0, true, false},
		{"also when the status tells of the end once more", []conference.Message{ended, people(19*second, joined("c")), waiting(19 * second), speaking(19 * second),
			incremental(2, 20*second, number(conference.RecState, 0)), link(20*second, conference.LinkEnded), incremental(3, 21*second, created)}, "c", "", 0, true, false},
		{"an incremental message after the end is not enough", []conference.Message{ended, peopleChange(1, 19*second, joined("c")), again}, "", "", 0, false, true},
		{"on a new connection the full message can come before the status", []conference.Message{ended, link(18*second, conference.LinkUp),
			people(19*second, joined("c")), speaking(19*second, speaker("c", 1)), full(20*second, created)}, "c", "", 1, true, false},
		{"or after it, and need not be asked for", []conference.Message{ended, link(18*second, conference.LinkUp), full(20*second, created)}, "", "", 0, false, false},
		{"what came between the end and the new connection is of the past", []conference.Message{ended, people(12*second, joined("a")),
			link(18*second, conference.LinkUp), full(20*second, created)}, "", "", 0, false, false},
		{"a new connection to the same occurrence keeps them", []conference.Message{link(10*second, conference.LinkDown), link(18*second, conference.LinkUp),
			full(20*second, created)}, "a b", "w", 1, true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := connected(t)
			b.apply(full(1*second, created))
			b.apply(people(1*second, joined("a"), joined("b")))
			b.apply(waiting(1*second, joined("w")))
			b.apply(speaking(1*second, speaker("a", 5)))
			there := map[string]bool{"a": true, "b": true}
			var outcome conference.Outcome
			for _, m := range tt.messages {
				var change conference.Change
				change, outcome = b.apply(m)
				replayPeople(t, there, change)
			}
			s := b.state
			if pids(s.Participants) != tt.people || pids(s.WaitingRoom) != tt.waiting || len(s.Speakers) != tt.speakers {
				t.Errorf("participants %q, waiting %q, %d speakers", pids(s.Participants), pids(s.WaitingRoom), len(s.Speakers))
			}
			if s.ParticipantsIntake.HasFull != tt.known || outcome.AskFull != tt.ask {
				t.Errorf("known %t, asking %t", s.ParticipantsIntake.HasFull, outcome.AskFull)
			}
			if len(there) != len(s.Participants) {
				t.Errorf("the changes lead to %v", there)
			}
		})
	}
}

func TestANewOccurrenceIsAChangeOfItsPeople(t *testing.T) {
	b := connected(t)
	b.apply(full(1*second, created))
	b.apply(people(1*second, joined("a")))
	b.apply(speaking(1*second, speaker("a", 5)))
	change, _ := b.apply(incremental(1, 2*second, destroyed))
	wantParts(t, change, "state=Created>Destroyed", "speakers", "link=live>ended", "envelope", "counts", "occurrence")
	change, _ = b.apply(incremental(2, 3*second, created))
	wantParts(t, change, "state=Destroyed>Created", "participants known", "participants -a", "speakers", "link=ended>live", "envelope", "counts", "occurrence")
}
