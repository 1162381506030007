package conference

import (
	"cmp"
	"slices"
	"time"
)

// Change is what a message or the clock did to a meeting, or to all of them (see PartDiscovery and PartPolicy). Timeline, rules, fragments, metrics and tests all
// live from this one value. It is shared and must not be modified.
type Change struct {
	ConfID ConfID
	// At is the message's own time where it has one, otherwise when it was received; for the clock, the instant it was asked about.
	At time.Time
	// Received is when we got to know, by our own clock.
	Received time.Time
	// Cause is the message that brought the change, nil for the clock and for a policy.
	Cause Message
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
	// Name is the wire name, for PartUnlisted and PartBasic; the pid for PartParticipants and PartWaiting, empty if what
	// differs is whether the list is known, whether it is here (see State.Brief), or what one comes to that is not; the message type for
	// PartIntake.
	Name string
	// Old and New are the values of PartStatus and PartBasic; for unlisted fields, Text is the JSON text; for PartLink, Text
	// is the LinkState. For a participant, NotReported became Known: joined; Known became NotReported: left; both Known:
	// Text is what differs, KEY=value in order of the keys, one a line.
	Old, New Value
	// Cause is set for PartConcerns and PartSilences: Old and New are Known when the concern counted or counts, or when there was or is
	// a silence. Both are when another board has told since when it has. New.Text is who ended a silence by hand. It must not be modified.
	Cause *Cause
}

// Part is a part of a meeting's state that can differ.
type Part uint8

// The parts.
const (
	PartStatus      Part = iota // a listed field of the status
	PartUnlisted                // an unlisted field of the status
	PartLayoutDated             // whether the layout may not apply any more
	PartPartial                 // whether parts of the status can be missing
	PartLink                    // the link's state, reason or detail; of one that is lost, since when
	PartEcho                    // the time of the last echo
	PartEnvelope                // the envelope of the last status message, and the time of the last change
	PartCounts                  // what became of the frames
	PartClock                   // EndingSoon, NearEnd or Overrun
	PartOccurrence              // a new occurrence began, or the current one ended
	PartName                    // name, group, origin or booking
	PartBoard                   // the meeting came onto the board or left it

	PartBasic        // a field of the basic information
	PartParticipants // a participant, or whether the participants are known
	PartSpeakers     // the speakers, or whether they are known
	PartCustomLayout // the custom layout, or whether its geometry is that of the layout
	PartWaiting      // somebody in the waiting room, or whether it is known
	PartIntake       // how the messages of a type other than the status were taken in: the last envelope, whether they are partial

	PartConnection // when the connection was made and how many there have been, its token, the next attempt
	PartHeard      // of the link nothing else: when the cloud was last heard of, or what its state hides
	PartConcerns   // what needs a person: a concern became active or ceased to be
	PartSilences   // what somebody has taken note of: a silence was made, replaced or ended
	PartDiscovery  // how meetings are found: of no meeting, Before and After being nil
	PartPolicy     // that by which meetings are judged: of no meeting, when all have been judged by it
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
func compare(id ConfID, at, received time.Time, before, after *State) Change {
	c := Change{ConfID: id, At: at, Received: received, Before: before, After: after}
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
	c.Fields = appendBasicChanges(c.Fields, &before.Basic, &after.Basic)
	if before.Brief || after.Brief {
		came := before.Brief != after.Brief
		add(came || before.attendance != after.attendance || before.ParticipantsIntake.HasFull != after.ParticipantsIntake.HasFull, PartParticipants)
		add(came || before.waiting != after.waiting || before.WaitingIntake.HasFull != after.WaitingIntake.HasFull, PartWaiting)
	} else {
		c.Fields = appendPeopleChanges(c.Fields, PartParticipants, before.Participants, after.Participants,
			before.ParticipantsIntake.HasFull != after.ParticipantsIntake.HasFull)
		c.Fields = appendPeopleChanges(c.Fields, PartWaiting, before.WaitingRoom, after.WaitingRoom,
			before.WaitingIntake.HasFull != after.WaitingIntake.HasFull)
	}
	add(!slices.Equal(before.Speakers, after.Speakers) || before.SpeakersIntake.HasFull != after.SpeakersIntake.HasFull, PartSpeakers)
	add(!before.Custom.same(after.Custom) || before.gridCurrent != after.gridCurrent, PartCustomLayout)
	add(before.LayoutDated != after.LayoutDated, PartLayoutDated)
	add(before.Partial() != after.Partial(), PartPartial)
	rest := len(c.Fields)
	if before.Link.State != after.Link.State || !before.Link.Since.Equal(after.Link.Since) || before.Link.Reason != after.Link.Reason || before.Link.Detail != after.Link.Detail ||
		after.Link.State == Lost && !before.Link.heard.Equal(after.Link.heard) {
		c.Fields = append(c.Fields, FieldChange{Part: PartLink,
			Old: Value{Presence: Known, Text: string(before.Link.State)}, New: Value{Presence: Known, Text: string(after.Link.State)}})
	}
	add(!before.Link.LastEcho.Equal(after.Link.LastEcho), PartEcho)
	add(before.Link.Connects != after.Link.Connects || !before.Link.ConnectedAt.Equal(after.Link.ConnectedAt) ||
		!before.Link.TokenAt.Equal(after.Link.TokenAt) || !before.Link.Next.Equal(after.Link.Next), PartConnection)
	add(len(c.Fields) == rest && before.Link != after.Link, PartHeard)
	add(before.StatusIntake.Last != after.StatusIntake.Last || !before.LastChange.Equal(after.LastChange), PartEnvelope)
	old, now := before.intakes(), after.intakes()
	for i := 1; i < len(now); i++ {
		if old[i].Last != now[i].Last || old[i].Partial != now[i].Partial {
			c.Fields = append(c.Fields, FieldChange{Part: PartIntake, Name: string(cmp.Or(now[i].Last.Type, old[i].Last.Type))})
		}
	}
	add(before.Counts.Applied != after.Counts.Applied || before.Counts.Refused != after.Counts.Refused ||
		before.Counts.Dropped != after.Counts.Dropped || !sameTotals(before.Counts.Passed, after.Counts.Passed) ||
		!sameTotals(before.Counts.Withheld, after.Counts.Withheld), PartCounts)
	add(before.EndingSoon != after.EndingSoon || before.NearEnd != after.NearEnd || before.Overrun != after.Overrun, PartClock)
	c.Fields = appendConcernChanges(c.Fields, before, after)
	add(before.Occurrence != after.Occurrence || before.Ended() != after.Ended(), PartOccurrence)
	add(before.Name != after.Name || before.Group != after.Group || before.Origin != after.Origin || before.Booking != after.Booking, PartName)
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
	return appendUnlistedChanges(to, PartUnlisted, before.Unlisted, after.Unlisted)
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
