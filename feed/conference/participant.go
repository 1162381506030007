package conference

import (
	"slices"
	"strings"
	"time"
)

// Participant is somebody, or a room, in a meeting or in its waiting room. It is shared and never modified.
type Participant struct {
	PID string
	// Attributes are all that is known, by the keys of pinfoMap in upper case (meeting_21_1514; observed in any case).
	// A value that is not a text came as a number, a boolean or, for a key that the reference does not explain, as an object
	// or array, and is its JSON text. Nil when nothing is known.
	Attributes Attributes
}

// What the participants of a meeting can come to, and separately those of its waiting room. A message that would exceed
// it is refused.
const (
	MaxParticipants      = 5000
	MaxAttributes        = 128      // of one participant
	MaxParticipantsBytes = 16 << 20 // of the texts of all
)

// The keys of pinfoMap that mean something to us.
const (
	AttrName      = "NAME"
	AttrTel       = "TEL"
	AttrRole      = "ROLE"
	AttrState     = "STATE"
	AttrHand      = "HAND"
	AttrBroadcast = "BROADCAST"
	AttrRollCall  = "ROLLCALL"
	AttrShare     = "SHARE"
	AttrMute      = "MUTE"
	AttrVideo     = "VIDEO"
	AttrAddTime   = "ADDTIME"
	AttrCoHost    = "IS_COHOST" // in the reference's example
	AttrIsCoHost  = "ISCOHOST"  // isCohost, as observed
	AttrM         = "M"
	AttrT         = "T"
)

// Role is what a participant is in the meeting, as the wire spells it; empty when it was not told.
type Role string

// The roles that the reference lists. Another one is shown as it is.
const (
	Ordinary Role = "0"
	Host     Role = "1"
	Attendee Role = "2" // of a webinar
)

// Name is the participant's name, up to 96 characters by the reference; empty when not known.
func (p *Participant) Name() string { return p.Attributes.Get(AttrName) }

// Tel is the participant's SIP or telephone number; empty when not known. It can be a person's number.
func (p *Participant) Tel() string { return p.Attributes.Get(AttrTel) }

// M is the wire's M, one of the numbers by which a layout can name a participant; empty when not known.
func (p *Participant) M() string { return p.Attributes.Get(AttrM) }

// T is the wire's T, the last of these numbers; empty when not known.
func (p *Participant) T() string { return p.Attributes.Get(AttrT) }

// Role is the participant's role.
func (p *Participant) Role() Role { return Role(strings.TrimSpace(p.Attributes.Get(AttrRole))) }

// Calling reports whether the participant is being called and not in the meeting yet.
func (p *Participant) Calling() bool { return p.is(AttrState) }

// HandRaised reports whether the participant has a hand up.
func (p *Participant) HandRaised() bool { return p.is(AttrHand) }

// Broadcast reports whether the participant is the one who is broadcast; it counts in ModeBroadcast.
func (p *Participant) Broadcast() bool { return p.is(AttrBroadcast) }

// RollCall reports whether the participant has been given the floor; it counts in ModeRollCall.
func (p *Participant) RollCall() bool { return p.is(AttrRollCall) }

// Sharing reports whether the participant shares a screen.
func (p *Participant) Sharing() bool { return p.is(AttrShare) }

// CoHost reports whether the participant is a co-host.
func (p *Participant) CoHost() bool { return p.is(AttrCoHost) || p.is(AttrIsCoHost) }

// Muted reports whether the participant is muted, and whether that is known.
func (p *Participant) Muted() (muted, known bool) { return flag(p.Attributes.Get(AttrMute)) }

// Video reports whether the participant takes part with video, and whether that is known.
func (p *Participant) Video() (video, known bool) { return flag(p.Attributes.Get(AttrVideo)) }

// JoinedAt is when the participant joined. ok is false when that is not known.
func (p *Participant) JoinedAt() (t time.Time, ok bool) {
	return instant(p.Attributes.Get(AttrAddTime))
}

func (p *Participant) is(attribute string) bool {
	on, _ := flag(p.Attributes.Get(attribute))
	return on
}

// flag reads the text of 0 or 1, or of a boolean. Nothing else is known to mean either.
func flag(text string) (on, known bool) {
	switch text = strings.TrimSpace(text); {
	case text == "1", strings.EqualFold(text, "true"):
		return true, true
	case text == "0", strings.EqualFold(text, "false"):
		return false, true
	}
	return false, false
}

// with returns the participant changed by what a message carries: the participant itself if that says nothing new.
func (p *Participant) with(attributes Attributes) *Participant {
	all := p.Attributes.merged(attributes)
	if len(all) == 0 || len(p.Attributes) > 0 && &all[0] == &p.Attributes[0] {
		return p
	}
	return &Participant{PID: p.PID, Attributes: all}
}

func (p *Participant) equal(q *Participant) bool {
	return p == q || p.PID == q.PID && slices.Equal(p.Attributes, q.Attributes)
}

// size is the number of bytes of the participant's texts.
func (p *Participant) size() int {
	n := len(p.PID)
	for _, a := range p.Attributes {
		n += len(a.Key) + len(a.Value)
	}
	return n
}
