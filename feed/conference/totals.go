package conference

import "maps"

// Totals is what happened to all meetings since the process started, also to those that have left the board: it only grows, which Counts,
// that of one meeting, does not when meetings come and go.
type Totals struct {
	// Frames are by type and fate, and all that there can be; those of types that are not used have an empty type.
	Frames []FrameTotal
	// Connects counts the connections made, Echoes the heartbeats that were echoed.
	Connects, Echoes uint64
	// Faults counts, by reason, the connections and the attempts to make one that ended with LinkDown or LinkRefused.
	Faults map[LinkReason]uint64
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
}

// count counts a message by what became of it.
func (t *totals) count(m Message, f Fate) {
	kind := len(countedTypes) - 1
	switch m := m.(type) {
	case StatusMessage:
		kind = 0
	case BasicMessage:
		kind = 1
	case ParticipantsMessage:
		kind = 2
	case SpeakersMessage:
		kind = 3
	case CustomLayoutMessage:
		kind = 4
	case WaitingMessage:
		kind = 5
	case RefusedMessage:
		for i, known := range countedTypes {
			if known == m.Refusal.Type {
				kind = i
			}
		}
	case PassedMessage:
	case LinkMessage:
		t.link(m)
		return
	default:
		return // no frame
	}
	t.frames[kind][f]++
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
	t := Totals{Connects: r.totals.connects, Echoes: r.totals.echoes, Faults: maps.Clone(r.totals.faults)}
	for i, kind := range countedTypes {
		for fate, n := range r.totals.frames[i] {
			if Fate(fate) != dropFates {
				t.Frames = append(t.Frames, FrameTotal{kind, Fate(fate), n})
			}
		}
	}
	return t
}
