package conference

import (
	"slices"
	"time"
)

const (
	// recentMsgIDs is how many msgIDs of a type are remembered. Repeats come within seconds, from a cloud that
	// sends again what it thinks was lost.
	recentMsgIDs = 32
	// newerDropsBeforeAsking is after how many drops in a row, of messages made after the last applied one, our sequence
	// is taken for wrong and a full message asked for.
	newerDropsBeforeAsking = 3
	// rememberedGaps is how many gaps in the sequence are remembered. What comes late comes within seconds.
	rememberedGaps = 8
)

// Intake is how the messages of one type were taken in (protocol.md section 2): each type has its own.
type Intake struct {
	// Last is the envelope of the last message that was applied; its Type is empty before the first.
	Last Envelope
	// FullVersion and FullTime are the version and createTime of the last full message.
	FullVersion FullVersion
	FullTime    time.Time
	// HasFull is set once any full message has come, FullHere once one has come on this connection.
	HasFull, FullHere bool
	// Sequence is that of the last incremental message applied since the last full one, on this connection.
	Sequence    Sequence
	HasSequence bool
	Partial     bool
	// past: what the messages told is of an occurrence that has ended.
	past bool
	// gaps are the sequences that were missing between incremental messages applied since the last full one, on this connection, newest
	// last. Never modified, always replaced.
	gaps []gap
	// newerDrops counts incremental messages dropped in a row although made after the last applied one.
	newerDrops int
	// recent stands for the msgIDs of the last messages, newest last. Never modified, always replaced.
	recent []messageKey

	Tally Tally
}

// gap is a range of sequences, both ends included.
type gap struct{ first, last Sequence }

// Tally is what became of the messages of one type since the meeting came onto the board.
type Tally struct {
	Applied, Refused uint64
	Dropped          [dropFates]uint64
}

// DroppedTotal is the number of messages that were dropped, for whatever reason.
func (t *Tally) DroppedTotal() (n uint64) {
	for _, d := range t.Dropped {
		n += d
	}
	return n
}

// connected starts a new connection: its first full message is accepted whatever its version, and its sequence
// starts anew.
func (in *Intake) connected() {
	in.FullHere, in.HasSequence, in.Sequence, in.newerDrops, in.gaps = false, false, 0, 0, nil
}

// forget takes back what the messages of a past occurrence told, all but the last envelope. It reports whether a full one had
// come on this connection, which then has no reason to send another by itself.
func (in *Intake) forget() (hadFull bool) {
	hadFull = in.FullHere
	*in = Intake{Last: in.Last, Tally: in.Tally}
	return hadFull
}

// take judges a message of this type by its envelope and, unless it is dropped, notes it as the last one.
func (in *Intake) take(e Envelope) Outcome {
	firstFullHere := e.Mode == Full && !in.FullHere
	if fate := in.judge(e, firstFullHere); fate != Applied {
		if e.Mode == Incremental && fate != DroppedRepeated {
			if e.CreateTime.After(in.Last.CreateTime) {
				in.newerDrops++
			} else {
				in.newerDrops = 0
			}
		}
		return Outcome{Fate: fate, AskFull: in.newerDrops >= newerDropsBeforeAsking || fate == DroppedOlderSequence && in.missed(e)}
	}
	in.newerDrops = 0
	in.Last = e
	if firstFullHere {
		in.recent = nil // a cloud that starts over may send the same messages again, and they count again
	}
	in.remember(e.MsgID)
	if e.Mode == Full {
		in.FullVersion, in.FullTime = e.Version, e.CreateTime
		in.HasFull, in.FullHere, in.Partial, in.past = true, true, false, false
		in.Sequence, in.HasSequence, in.gaps = 0, false, nil
		return Outcome{Fate: Applied}
	}
	if in.HasSequence && e.Sequence-in.Sequence > 1 {
		kept := in.gaps[max(0, len(in.gaps)-rememberedGaps+1):]
		in.gaps = append(slices.Clip(kept), gap{in.Sequence + 1, e.Sequence - 1}) // Clip: append copies, the old state keeps its own
	}
	in.Sequence, in.HasSequence = e.Sequence, true
	if !in.FullHere {
		in.Partial = true
	}
	return Outcome{Fate: Applied, AskFull: in.Partial}
}

func (in *Intake) judge(e Envelope, firstFullHere bool) Fate {
	switch {
	case firstFullHere:
		return Applied
	case e.MsgID != "" && slices.Contains(in.recent, keyOf(e.MsgID)):
		return DroppedRepeated
	case e.Mode == Full && e.Version <= in.FullVersion:
		return DroppedOlderFull
	case e.Mode == Incremental && in.HasSequence && e.Sequence <= in.Sequence:
		return DroppedOlderSequence
	case e.Mode == Incremental && in.HasFull && !e.CreateTime.IsZero() && e.CreateTime.Before(in.FullTime):
		return DroppedBeforeFull
	}
	return Applied
}

// missed reports whether a message that came too late was not applied before: it fills a gap in the sequence. What it changed may have
// been changed again by a later one or not, which only a full message can tell.
func (in *Intake) missed(e Envelope) bool {
	return (e.CreateTime.IsZero() || !e.CreateTime.Before(in.FullTime)) &&
		slices.ContainsFunc(in.gaps, func(g gap) bool { return g.first <= e.Sequence && e.Sequence <= g.last })
}

func (in *Intake) remember(msgID string) {
	if msgID == "" {
		return
	}
	kept := in.recent
	if len(kept) >= recentMsgIDs {
		kept = kept[len(kept)-recentMsgIDs+1:]
	}
	next := make([]messageKey, len(kept)+1) // the old state keeps its own
	next[copy(next, kept)] = keyOf(msgID)
	in.recent = next
}

// messageKey stands for a msgID. That two of the last few have the same one by accident happens to nobody; a cloud that goes out of its
// way to bring it about would have its own message dropped.
type messageKey uint64

// keyOf is FNV-1a.
func keyOf(msgID string) messageKey {
	key := messageKey(14695981039346656037)
	for i := range len(msgID) {
		key = (key ^ messageKey(msgID[i])) * 1099511628211
	}
	return key
}

// TypeIntake is the intake of one message type.
type TypeIntake struct {
	Type MessageType
	*Intake
}

// Intakes lists the intakes of all message types, that of the status first. They must not be modified.
func (s *State) Intakes() []TypeIntake {
	types := [...]MessageType{StatusType, BasicType, ParticipantsType, SpeakersType, CustomLayoutType, WaitingType}
	list := make([]TypeIntake, len(types))
	for i, in := range s.intakes() {
		list[i] = TypeIntake{types[i], in}
	}
	return list
}

// intakeOf returns the intake of a message type, nil if it is not used.
func (s *State) intakeOf(t MessageType) *Intake {
	switch t {
	case StatusType:
		return &s.StatusIntake
	case BasicType:
		return &s.BasicIntake
	case ParticipantsType:
		return &s.ParticipantsIntake
	case SpeakersType:
		return &s.SpeakersIntake
	case CustomLayoutType:
		return &s.CustomIntake
	case WaitingType:
		return &s.WaitingIntake
	}
	return nil
}

// intakes lists the intakes of all message types, in the order of Intakes.
func (s *State) intakes() [6]*Intake {
	return [...]*Intake{&s.StatusIntake, &s.BasicIntake, &s.ParticipantsIntake, &s.SpeakersIntake, &s.CustomIntake, &s.WaitingIntake}
}
