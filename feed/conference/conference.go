// Package conference is the shared vocabulary of the house: what a meeting is, what can be told about it
// (messages), and how a message or the passing of time changes its state.
//
// The heart is pure: Apply takes a state and a message, Due takes a state and an instant; both return a new
// state and a Change that lists, field by field, what was and what is. A State that was handed out is never
// modified again, so it can be read without a lock and kept for as long as one likes. The Registry keeps the
// current states, serialises the messages and tells observers of every change.
//
// The package knows no wire format, no socket, no page, and imports nothing of ours.
package conference

import "time"

// ConfID identifies a meeting. It consists of digits but is an identifier, not a number. The REST calls spell
// it conferenceID.
type ConfID string

// MaxConfIDLength is the longest confID that is taken in from anywhere, in bytes.
const MaxConfIDLength = 64

// Valid reports whether the text can be the ID of a meeting: 1 to MaxConfIDLength ASCII letters, digits, '-' or '_'.
// The cloud uses digits only; the wider set keeps the simulator and other vendors possible and is still
// safe in a URL, a DOM id and a log line.
func (id ConfID) Valid() bool {
	if len(id) == 0 || len(id) > MaxConfIDLength {
		return false
	}
	for i := 0; i < len(id); i++ {
		c := id[i]
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

// MessageType is the type of a pushed message, as named in a subscription and in the field action
// (meeting_21_1511).
type MessageType string

// The message types that are used. Any other is counted and passed over.
const (
	StatusType       MessageType = "ConfDynamicInfoNotify" // the status of a meeting (meeting_21_1513)
	BasicType        MessageType = "ConfBasicInfoNotify"   // title, owner and times (meeting_21_1512)
	ParticipantsType MessageType = "ParticipantsNotify"    // who is in the meeting (meeting_21_1514)
	SpeakersType     MessageType = "SpeakerChangeNotify"   // who speaks (meeting_21_1516)
	CustomLayoutType MessageType = "CustomMultiPicNotify"  // the exact picture; observed, not in the reference
	WaitingType      MessageType = "WaitingListNotify"     // who waits to be let in
)

// Mode says whether a message replaces the state of its type or changes parts of it.
type Mode uint8

// The wire's msgMode. The reference fixes it at 0 and then lists both; both occur.
const (
	Full        Mode = 0 // msgMode 0
	Incremental Mode = 1 // msgMode 1
)

// FullVersion is the version of a full message: ms since 1970 UTC when it was made. It is a type of its own so
// that comparing it with a Sequence does not compile.
type FullVersion int64

// Sequence is the version of an incremental message: ascending, not necessarily consecutive, and possibly
// starting again after a full message or on a new connection.
type Sequence int64

// Envelope is what every pushed message carries (protocol.md section 2).
type Envelope struct {
	Type   MessageType
	ConfID ConfID
	// MsgID is the unique ID of the message; empty when it was not sent.
	MsgID string
	Mode  Mode
	// Version is set for a full message only, Sequence for an incremental one only.
	Version  FullVersion
	Sequence Sequence
	// CreateTime is when the cloud made the message; zero when it was not sent.
	CreateTime time.Time
}

// RawVersion is the number the wire carried as version, for showing only.
func (e Envelope) RawVersion() int64 {
	if e.Mode == Full {
		return int64(e.Version)
	}
	return int64(e.Sequence)
}

// made is when the message was made, or else when it was received.
func (e Envelope) made(received time.Time) time.Time {
	if e.CreateTime.IsZero() {
		return received
	}
	return e.CreateTime
}
