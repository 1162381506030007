package conference_test

import (
	"fmt"
	"testing"
	"time"

	"confboard/feed/conference"
)

const (
	second = time.Second
	minute = time.Minute
)

type step struct {
	message conference.Message
	fate    conference.Fate
	askFull bool
}

func applied(m conference.Message) step       { return step{m, conference.Applied, false} }
func appliedAsking(m conference.Message) step { return step{m, conference.Applied, true} }
func dropped(m conference.Message, why conference.Fate) step {
	return step{m, why, false}
}
func droppedAsking(m conference.Message, why conference.Fate) step {
	return step{m, why, true}
}

func TestMessagesAreTakenInByTheRulesOfState(t *testing.T) {
	lock := func(n int64) setting { return number(conference.Lock, n) }
	reconnect := applied(link(5*second, conference.LinkUp))
	tests := []struct {
		name  string
		steps []step
		lock  conference.Value // in the end
	}{
		{"a full message replaces everything", []step{
			applied(full(1*second, lock(1), number(conference.Mute, 1))),
			applied(full(2*second, number(conference.Mute, 0))),
		}, conference.Value{}},
		{"the first full message on a connection is accepted", []step{
			applied(full(1*second, lock(1))),
		}, known(1)},
		{"the first full message on a new connection is accepted although it is older", []step{
			applied(full(4*second, lock(0))), reconnect, applied(full(1*second, lock(1))),
		}, known(1)},
		{"the first full message on a new connection is accepted although it is the same", []step{
			applied(full(4*second, lock(0), msgID("a"))), reconnect, applied(full(4*second, lock(1), msgID("a"))),
		}, known(1)},
		{"a later full message that is older is dropped", []step{
			applied(full(4*second, lock(0))), dropped(full(3*second, lock(1)), conference.DroppedOlderFull),
		}, known(0)},
		{"a later full message of the same version is dropped", []step{
			applied(full(4*second, lock(0))), dropped(full(4*second, lock(1)), conference.DroppedOlderFull),
		}, known(0)},
		{"the version of a full message decides, not when it was made", []step{
			applied(full(4*second, lock(0))), applied(full(3*second, lock(1), version(conference.FullVersion(start.Add(minute).UnixMilli())))),
		}, known(1)},
		{"a clock that stepped back on the new connection is the new measure", []step{
			applied(full(40*second, lock(0))), reconnect, applied(full(1*second, lock(0))), applied(full(2*second, lock(1))),
		}, known(1)},
		{"an incremental message changes what it carries", []step{
			applied(full(1*second, lock(0))), applied(incremental(1, 2*second, lock(1))),
		}, known(1)},
		{"an incremental message leaves alone what it does not carry", []step{
			applied(full(1*second, lock(1))), applied(incremental(1, 2*second, number(conference.Mute, 1))),
		}, known(1)},
		{"null in an incremental message is a value", []step{
			applied(full(1*second, lock(1))), applied(incremental(1, 2*second, null(conference.Lock))),
		}, conference.Value{Presence: conference.Empty}},
		{"a sequence below the last is dropped", []step{
			applied(full(1 * second)), applied(incremental(7, 2*second, lock(0))), dropped(incremental(6, 2*second, lock(1)), conference.DroppedOlderSequence),
		}, known(0)},
		{"a repeated sequence is dropped", []step{
			applied(full(1 * second)), applied(incremental(7, 2*second, lock(0))), dropped(incremental(7, 2*second, lock(1)), conference.DroppedOlderSequence),
		}, known(0)},
		{"a jump in the sequence is applied", []step{
			applied(full(1 * second)), applied(incremental(7, 2*second, lock(0))), applied(incremental(900, 3*second, lock(1))),
		}, known(1)},
		{"the first sequence after a full message can be any", []step{
			applied(full(1 * second)), applied(incremental(7, 2*second, lock(0))), applied(full(3 * second)), applied(incremental(-3, 4*second, lock(1))),
		}, known(1)},
		{"the first sequence on a new connection can be any", []step{
			applied(full(1 * second)), applied(incremental(7, 2*second, lock(0))), reconnect, appliedAsking(incremental(1, 6*second, lock(1))),
		}, known(1)},
		{"a dropped message does not move the sequence", []step{
			applied(full(1 * second)), applied(incremental(7, 2*second)), dropped(incremental(9, 0, lock(0)), conference.DroppedBeforeFull),
			applied(incremental(8, 3*second, lock(1))),
		}, known(1)},
		{"an incremental message made before the last full one is dropped", []step{
			applied(full(4*second, lock(0))), dropped(incremental(1, 3*second, lock(1)), conference.DroppedBeforeFull),
		}, known(0)},
		{"an incremental message made with the last full one is applied", []step{
			applied(full(4*second, lock(0))), applied(incremental(1, 4*second, lock(1))),
		}, known(1)},
		{"an incremental message made at an unknown time is applied", []step{
			applied(full(4*second, lock(0))), applied(incremental(1, 5*second, lock(1), madeAtNoTime)),
		}, known(1)},
		{"before any full message an incremental one is applied and a full one asked for", []step{
			appliedAsking(incremental(5, 1*second, lock(0))), appliedAsking(incremental(6, 2*second, lock(1))),
		}, known(1)},
		{"a repeated msgID is dropped", []step{
			applied(full(1*second, lock(0))), applied(incremental(1, 2*second, msgID("a"))), applied(incremental(2, 3*second, msgID("b"))),
			dropped(incremental(3, 4*second, lock(1), msgID("a")), conference.DroppedRepeated),
		}, known(0)},
		{"a full message with a repeated msgID is dropped", []step{
			applied(full(1*second, lock(0), msgID("a"))), dropped(full(2*second, lock(1), msgID("a")), conference.DroppedRepeated),
		}, known(0)},
		{"messages without a msgID are no repetitions", []step{
			applied(full(1*second, lock(0))), applied(incremental(1, 2*second)), applied(incremental(2, 3*second, lock(1))),
		}, known(1)},
		{"the msgID of a dropped message is not remembered", []step{
			applied(full(4*second, lock(0))), dropped(incremental(1, 3*second, msgID("a")), conference.DroppedBeforeFull), applied(incremental(2, 5*second, lock(1), msgID("a"))),
		}, known(1)},
		{"a cloud that starts over sends the same msgIDs after its full message and they count", []step{
			applied(full(1*second, lock(0), msgID("f"))), applied(incremental(1, 2*second, lock(1), msgID("a"))),
			reconnect, applied(full(1*second, lock(0), msgID("f"))), applied(incremental(1, 2*second, lock(1), msgID("a"))),
			dropped(incremental(1, 2*second, lock(0), msgID("a")), conference.DroppedRepeated),
		}, known(1)},
		{"a repeated msgID on a new connection before its full message is dropped", []step{
			applied(full(1*second, lock(0))), applied(incremental(1, 2*second, lock(1), msgID("a"))),
			reconnect, dropped(incremental(1, 6*second, lock(0), msgID("a")), conference.DroppedRepeated),
		}, known(1)},
		{"three drops in a row of messages newer than the last applied ask for a full one", []step{
			applied(full(1 * second)), applied(incremental(50, 2*second, lock(0))),
			dropped(incremental(1, 3*second, lock(1)), conference.DroppedOlderSequence),
			dropped(incremental(2, 4*second, lock(1)), conference.DroppedOlderSequence),
			droppedAsking(incremental(3, 5*second, lock(1)), conference.DroppedOlderSequence),
			droppedAsking(incremental(4, 6*second, lock(1)), conference.DroppedOlderSequence),
			applied(full(7*second, lock(0))), applied(incremental(5, 8*second, lock(1))),
		}, known(1)},
		{"drops of messages not newer than the last applied ask for nothing", []step{
			applied(full(1 * second)), applied(incremental(50, 2*second, lock(0))),
			dropped(incremental(1, 2*second), conference.DroppedOlderSequence), dropped(incremental(2, 2*second), conference.DroppedOlderSequence),
			dropped(incremental(3, 2*second), conference.DroppedOlderSequence), dropped(incremental(4, 2*second), conference.DroppedOlderSequence),
		}, known(0)},
		{"a late message that was missing between applied ones asks for a full one", []step{
			applied(full(1 * second)), applied(incremental(7, 2*second, lock(0))), applied(incremental(9, 4*second)),
			droppedAsking(incremental(8, 3*second, lock(1)), conference.DroppedOlderSequence),
			applied(full(5*second, lock(1))),
		}, known(1)},
		{"a late message that was applied before asks for nothing", []step{
			applied(full(1 * second)), applied(incremental(7, 2*second, lock(0))), applied(incremental(9, 4*second)), applied(incremental(10, 4*second)),
			dropped(incremental(7, 2*second, lock(1)), conference.DroppedOlderSequence), dropped(incremental(9, 4*second, lock(1)), conference.DroppedOlderSequence),
		}, known(0)},
		{"what was missing before a full message is in it", []step{
			applied(full(1 * second)), applied(incremental(7, 2*second)), applied(incremental(9, 4*second)), applied(full(5*second, lock(0))),
			applied(incremental(10, 6*second)), dropped(incremental(8, 3*second, lock(1)), conference.DroppedOlderSequence),
		}, known(0)},
		{"what was missing on another connection is of no interest", []step{
			applied(full(1*second, lock(0))), applied(incremental(7, 2*second)), applied(incremental(9, 4*second)), reconnect,
			applied(full(6*second, lock(0))), applied(incremental(20, 7*second)), dropped(incremental(8, 6*second, lock(1)), conference.DroppedOlderSequence),
		}, known(0)},
		{"of the gaps only the last eight are remembered", []step{
			applied(full(1*second, lock(0))), applied(incremental(1, 2*second)), applied(incremental(3, 2*second)), applied(incremental(5, 2*second)),
			applied(incremental(7, 2*second)), applied(incremental(9, 2*second)), applied(incremental(11, 2*second)), applied(incremental(13, 2*second)),
			applied(incremental(15, 2*second)), applied(incremental(17, 2*second)), applied(incremental(19, 2*second)),
			dropped(incremental(2, 2*second, lock(1)), conference.DroppedOlderSequence),
			droppedAsking(incremental(4, 2*second, lock(1)), conference.DroppedOlderSequence),
			droppedAsking(incremental(18, 2*second, lock(1)), conference.DroppedOlderSequence),
		}, known(0)},
		{"an older drop between newer ones begins the row again", []step{
			applied(full(1 * second)), applied(incremental(50, 2*second, lock(0))),
			dropped(incremental(1, 3*second), conference.DroppedOlderSequence), dropped(incremental(2, 4*second), conference.DroppedOlderSequence),
			dropped(incremental(3, 2*second), conference.DroppedOlderSequence), dropped(incremental(4, 5*second), conference.DroppedOlderSequence),
		}, known(0)},
		{"an applied message between drops begins the row again", []step{
			applied(full(1 * second)), applied(incremental(50, 2*second, lock(0))),
			dropped(incremental(1, 3*second), conference.DroppedOlderSequence), dropped(incremental(2, 4*second), conference.DroppedOlderSequence),
			applied(incremental(51, 5*second)), dropped(incremental(3, 6*second), conference.DroppedOlderSequence),
		}, known(0)},
		{"repetitions do not count as newer drops", []step{
			applied(full(1 * second)), applied(incremental(50, 2*second, lock(0), msgID("a"))),
			dropped(incremental(51, 3*second, msgID("a")), conference.DroppedRepeated), dropped(incremental(52, 4*second, msgID("a")), conference.DroppedRepeated),
			dropped(incremental(53, 5*second, msgID("a")), conference.DroppedRepeated), dropped(incremental(54, 6*second, msgID("a")), conference.DroppedRepeated),
		}, known(0)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := connected(t)
			var want [4]uint64
			for i, s := range tt.steps {
				before := b.state
				change, got := b.apply(s.message)
				if got.Fate != s.fate || got.AskFull != s.askFull {
					t.Fatalf("step %d was %s, asking %t; want %s, asking %t", i+1, got.Fate, got.AskFull, s.fate, s.askFull)
				}
				if s.fate.Dropped() {
					want[s.fate]++
					wantParts(t, change, "counts")
					if b.state.StatusIntake.Last != before.StatusIntake.Last {
						t.Errorf("step %d: a dropped message was noted as the last one", i+1)
					}
				}
			}
			if got := b.state.Status.Value(conference.Lock); !got.Equal(tt.lock) {
				t.Errorf("lock is %+v, want %+v", got, tt.lock)
			}
			for _, fate := range conference.DropFates() {
				if got := b.state.Counts.Dropped[fate]; got != want[fate] {
					t.Errorf("%d counted as %s, want %d", got, fate, want[fate])
				}
			}
		})
	}
}

func TestAnOldMsgIDIsForgottenAfterThirtyTwoOthers(t *testing.T) {
	b := connected(t)
	b.apply(full(1 * second))
	b.apply(incremental(1, 2*second, msgID("first")))
	for i := range 31 {
		b.apply(incremental(conference.Sequence(2+i), 2*second, msgID(fmt.Sprint(i))))
	}
	if _, got := b.apply(incremental(90, 3*second, msgID("first"))); got.Fate != conference.DroppedRepeated {
		t.Errorf("after 31 others it was %s", got.Fate)
	}
	b.apply(incremental(91, 3*second, msgID("last")))
	if _, got := b.apply(incremental(92, 3*second, msgID("first"))); got.Fate != conference.Applied {
		t.Errorf("after 32 others it was %s", got.Fate)
	}
}

func TestAMeetingIsPartialFromItsFirstIncrementalMessageToItsNextFullOne(t *testing.T) {
	b := connected(t)
	b.apply(incremental(1, 1*second, number(conference.Lock, 1)))
	if !b.state.Partial() {
		t.Error("not partial before any full message")
	}
	b.apply(full(2 * second))
	if b.state.Partial() {
		t.Error("partial after the full message")
	}
	b.apply(link(3*second, conference.LinkUp))
	if b.state.Partial() {
		t.Error("partial although nothing was applied on the new connection")
	}
	b.apply(incremental(1, 4*second))
	if !b.state.Partial() {
		t.Error("not partial before the full message of the new connection")
	}
}

func TestTheLastEnvelopeIsThatOfTheLastAppliedMessage(t *testing.T) {
	b := connected(t)
	f := full(1*second, msgID("f"))
	b.apply(f)
	if got := b.state.StatusIntake.Last; got != f.Envelope || got.RawVersion() != int64(f.Envelope.Version) {
		t.Errorf("last is %+v", got)
	}
	i := incremental(12, 2*second, msgID("i"))
	b.apply(i)
	if got := b.state.StatusIntake.Last; got != i.Envelope || got.RawVersion() != 12 {
		t.Errorf("last is %+v", got)
	}
}

// States are shared: what one message leads to must not show in what another led to from the same state.
func TestTwoMessagesAppliedToOneStateLeadToTwoIndependentStates(t *testing.T) {
	for before := range 40 {
		b := connected(t)
		b.apply(full(1 * second))
		for n := range before {
			b.apply(incremental(conference.Sequence(n), 2*second, msgID(fmt.Sprint(n))))
		}
		one, other := *b, *b
		one.apply(incremental(100, 3*second, msgID("one")))
		other.apply(incremental(100, 3*second, msgID("other")))
		if _, got := one.apply(incremental(101, 4*second, msgID("one"))); got.Fate != conference.DroppedRepeated {
			t.Fatalf("after %d messages a repetition was %s", before, got.Fate)
		}
		if _, got := one.apply(incremental(101, 4*second, msgID("other"))); got.Fate != conference.Applied {
			t.Fatalf("after %d messages the message of the other future was %s", before, got.Fate)
		}
	}
}
