package conference

import (
	"maps"
	"slices"
)

// Totals is what happened to all meetings since the process started, also to those that have left the board: it only grows, which Counts,
// that of one meeting, does not when meetings come and go. What other instances received is not in it, but for Relayed.
type Totals struct {
	// Frames are by type and fate, and all that there can be; those of types that are not used have an empty type.
	Frames []FrameTotal
	// Connects counts the connections made, Echoes the heartbeats that were echoed.
	Connects, Echoes uint64
	// Faults counts, by reason, the connections and the attempts to make one that ended with LinkDown or LinkRefused.
	Faults map[LinkReason]uint64
	// Relayed counts the frames that other instances received and that were applied here, too.
	Relayed uint64
}

// FrameTotal is how many frames of a type had a fate.
type FrameTotal struct {
	Type  MessageType
	Fate  Fate
	Count uint64
}

// countedTypes are those whose frames are counted by themselves. The last gathers all others.
var countedTypes = [...]MessageType{StatusType, BasicType, ParticipantsType, SpeakersType, CustomLayoutType, WaitingType, ""}

// totals is the registry's own, under its lock.
type totals struct {
	frames           [len(countedTypes)][NotWatched + 1]uint64
	connects, echoes uint64
	faults           map[LinkReason]uint64
	relayed          uint64
}

// count counts a message that was received here by what became of it.
func (t *totals) count(m Message, f Fate) {
	if l, is := m.(LinkMessage); is {
		t.link(l)
	} else if kind, is := kindOf(m); is {
		t.frames[kind][f]++
	}
}

// relay counts a message that another instance received.
func (t *totals) relay(m Message, f Fate) {
	if _, is := kindOf(m); is && f == Applied {
		t.relayed++
	}
}

// kindOf says where in countedTypes a message stands, if it is a frame.
func kindOf(m Message) (kind int, is bool) {
	switch m := m.(type) {
	case StatusMessage:
		return 0, true
	case BasicMessage:
		return 1, true
	case ParticipantsMessage:
		return 2, true
	case SpeakersMessage:
		return 3, true
	case CustomLayoutMessage:
		return 4, true
	case WaitingMessage:
		return 5, true
	case RefusedMessage:
		if kind := slices.Index(countedTypes[:], m.Refusal.Type); kind >= 0 {
			return kind, true
		}
		return len(countedTypes) - 1, true
	case PassedMessage:
		return len(countedTypes) - 1, true
	}
	return 0, false
}

func (t *totals) link(m LinkMessage) {
	switch m.Event {
	case LinkUp:
		t.connects++
	case LinkEcho:
		t.echoes++
	case LinkDown, LinkRefused:
		if t.faults == nil {
			t.faults = map[LinkReason]uint64{}
		}
		t.faults[m.Reason]++
	}
}

// Totals returns what happened since the process started.
func (r *Registry) Totals() Totals {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := Totals{Connects: r.totals.connects, Echoes: r.totals.echoes, Faults: maps.Clone(r.totals.faults), Relayed: r.totals.relayed}
	for i, kind := range countedTypes {
		for fate, n := range r.totals.frames[i] {
			if Fate(fate) != dropFates {
				t.Frames = append(t.Frames, FrameTotal{kind, Fate(fate), n})
			}
		}
	}
	return t
}
