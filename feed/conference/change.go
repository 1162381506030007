package conference

import (
	"maps"
	"slices"
	"time"
)

// Change is what a message or the clock did to a meeting. Timeline, rules, fragments, metrics and tests all
// live from this one value. It is shared and must not be modified.
type Change struct {
	ConfID ConfID
	// At is the message's own time where it has one, otherwise when it was received; for the clock, the instant it was asked about.
	At time.Time
	// Before is nil when the meeting came onto the board, After when it left.
	Before, After *State
	// Fields lists what differs.
	Fields []FieldChange
}

// Empty reports whether nothing differs.
func (c Change) Empty() bool { return len(c.Fields) == 0 }

// FieldChange is one thing that differs.
type FieldChange struct {
	Part Part
	// Field is the listed field, for PartStatus.
	Field Field
	// Name is the wire name, for PartUnlisted.
	Name string
	// Old and New are the values of PartStatus; for PartUnlisted, Text is the JSON text; for PartLink, Text is the LinkState.
	Old, New Value
}

// Part is a part of a meeting's state that can differ.
type Part uint8

// The parts.
const (
	PartStatus      Part = iota // a listed field of the status
	PartUnlisted                // an unlisted field of the status
	PartLayoutDated             // whether the layout may not apply any more
	PartPartial                 // whether parts of the status can be missing
	PartLink                    // the link's state or reason
	PartEcho                    // the time of the last echo
	PartEnvelope                // the last message's envelope, and the time of the last change
	PartCounts                  // what became of the frames
	PartClock                   // EndingSoon or Overrun
	PartOccurrence              // a new occurrence began, or the current one ended
	PartName                    // name or group
	PartBoard                   // the meeting came onto the board or left it
)

// Has reports whether any of the parts differs.
func (c Change) Has(parts ...Part) bool {
	for i := range c.Fields {
		for _, p := range parts {
			if c.Fields[i].Part == p {
				return true
			}
		}
	}
	return false
}

// compare lists what differs between two states of the same meeting. Either can be nil.
func compare(id ConfID, at time.Time, before, after *State) Change {
	c := Change{ConfID: id, At: at, Before: before, After: after}
	if before == nil || after == nil {
		if before != after {
			c.Fields = []FieldChange{{Part: PartBoard}}
		}
		return c
	}
	add := func(differs bool, p Part) {
		if differs {
			c.Fields = append(c.Fields, FieldChange{Part: p})
		}
	}
	c.Fields = appendStatusChanges(c.Fields, &before.Status, &after.Status)
	add(before.LayoutDated != after.LayoutDated, PartLayoutDated)
	add(before.Partial() != after.Partial(), PartPartial)
	if before.Link.State != after.Link.State || before.Link.Reason != after.Link.Reason {
		c.Fields = append(c.Fields, FieldChange{Part: PartLink,
			Old: Value{Presence: Known, Text: string(before.Link.State)}, New: Value{Presence: Known, Text: string(after.Link.State)}})
	}
	add(!before.Link.LastEcho.Equal(after.Link.LastEcho), PartEcho)
	add(before.StatusIntake.Last != after.StatusIntake.Last || !before.LastChange.Equal(after.LastChange), PartEnvelope)
	add(before.Counts.Applied != after.Counts.Applied || before.Counts.Refused != after.Counts.Refused ||
		before.Counts.Dropped != after.Counts.Dropped || !sameTotals(before.Counts.Passed, after.Counts.Passed) ||
		!sameTotals(before.Counts.Withheld, after.Counts.Withheld), PartCounts)
	add(before.EndingSoon != after.EndingSoon || before.Overrun != after.Overrun, PartClock)
	add(before.Occurrence != after.Occurrence || before.Ended() != after.Ended(), PartOccurrence)
	add(before.Name != after.Name || before.Group != after.Group, PartName)
	return c
}

func appendStatusChanges(to []FieldChange, before, after *Status) []FieldChange {
	differ := 0
	for f := range FieldCount {
		if !before.values[f].Equal(after.values[f]) {
			differ++
		}
	}
	to = slices.Grow(to, differ+1) // most often the change goes with that of the envelope
	for f := range FieldCount {
		if old, new := before.values[f], after.values[f]; !old.Equal(new) {
			to = append(to, FieldChange{Part: PartStatus, Field: f, Old: old, New: new})
		}
	}
	if maps.Equal(before.Unlisted, after.Unlisted) {
		return to
	}
	to = slices.Grow(to, len(after.Unlisted)+1)
	unlisted := func(s *Status, name string) Value {
		if text, ok := s.Unlisted[name]; ok {
			return Value{Presence: Known, Text: text}
		}
		return Value{}
	}
	for _, name := range after.UnlistedNames() {
		if old, new := unlisted(before, name), unlisted(after, name); old != new {
			to = append(to, FieldChange{Part: PartUnlisted, Name: name, Old: old, New: new})
		}
	}
	for _, name := range before.UnlistedNames() {
		if _, stays := after.Unlisted[name]; !stays {
			to = append(to, FieldChange{Part: PartUnlisted, Name: name, Old: unlisted(before, name)})
		}
	}
	return to
}

func sameTotals(a, b map[string]uint64) bool {
	return total(a) == total(b) // counters only grow
}

func total(m map[string]uint64) (n uint64) {
	for _, v := range m {
		n += v
	}
	return n
}
