// Package wire turns pushed frames into messages of the domain. It accepts what the reference describes and what was
// observed besides, and it is where secrets and links end: nothing that a frame can hold of them gets past it.
//
// The domain knows no JSON; this package knows no socket. Each message type has a file of its own.
package wire

import (
	"time"

	"confboard/feed/conference"

	"github.com/go-faster/jx"
)

// MaxFrame is the largest frame that is decoded, in bytes. The status takes about one kilobyte; the room is for the list
// of participants: some 800 bytes for each in the reference's example, of conference.MaxParticipants.
const MaxFrame = 8 << 20

// MaxText is the longest text, or number, that is taken, in bytes.
const MaxText = 8 << 10

// The limits against nonsense. A frame that exceeds one is refused whole. Each is some ten times what a
// real meeting needs, and together they bound what a meeting can hold in memory.
const (
	maxDepth    = 32        // nested objects and arrays, the frame itself being the first
	maxFields   = 512       // fields of one object
	maxElements = 4096      // elements of one unlisted array
	maxIDs      = 512       // participants of one screen
	maxSpeakers = 64        // speakers of one message, of whom the loudest count
	maxName     = 128       // bytes of a field's name
	maxMsgID    = 128       // bytes of a msgID
	maxUnlisted = 128 << 10 // bytes of JSON text that is kept of all unlisted fields together
)

// Decode turns a frame into a message about the meeting confID, whose connection it came on, received at the given
// instant. It never fails: the result is the message of the frame's type, such as a conference.StatusMessage, a
// conference.PassedMessage for a type that is not used, or a conference.RefusedMessage that names the fault. The result
// keeps nothing of the frame's memory. Decode is safe for concurrent use.
func Decode(frame []byte, confID conference.ConfID, at time.Time) conference.Message {
	about := conference.About{ConfID: confID, At: at}
	head := new(head)
	m, err := decode(frame, about, head)
	if err != nil {
		return conference.RefusedMessage{About: about, Refusal: explain(err, frame, head, at)}
	}
	return m
}

func decode(frame []byte, about conference.About, head *head) (conference.Message, error) {
	if len(frame) > MaxFrame {
		return nil, refuse(conference.RefusedTooLarge, "")
	}
	d := decoder{d: jx.DecodeBytes(frame), head: head}
	if err := head.read(d.d); err != nil {
		return nil, err
	}
	messageType, err := head.messageType()
	if err != nil {
		return nil, err
	}
	read := decoderOf(messageType)
	if err := head.checkMeeting(about.ConfID, read != nil); err != nil {
		return nil, err
	}
	if read == nil {
		return conference.PassedMessage{About: about, Type: messageType}, nil
	}
	d.d.ResetBytes(frame)
	envelope, err := head.envelope(messageType, about.ConfID, &d.cleaner)
	if err != nil {
		return nil, err
	}
	return read(&d, about, envelope)
}

// decoderOf returns what decodes the messages of a type, nil for a type that is not used.
func decoderOf(t conference.MessageType) func(*decoder, conference.About, conference.Envelope) (conference.Message, error) {
	switch t {
	case conference.StatusType:
		return decodeStatus
	case conference.BasicType:
		return decodeBasic
	case conference.ParticipantsType:
		return decodeParticipants
	case conference.WaitingType:
		return decodeWaiting
	case conference.SpeakersType:
		return decodeSpeakers
	case conference.CustomLayoutType:
		return decodeCustomLayout
	}
	return nil
}

// object reads an object, calling read for each field with the decoder before the field's value, which read
// must consume. A repeated field is read again: the last one wins where read overwrites.
func object(d *jx.Decoder, path string, read func(key []byte) error) error {
	iter, err := d.ObjIter()
	if err != nil {
		return err
	}
	for n := 1; iter.Next(); n++ {
		if n > maxFields {
			return refuse(conference.RefusedTooMany, path)
		}
		if err := read(iter.Key()); err != nil {
			return err
		}
	}
	return iter.Err()
}

// array reads an array of at most limit elements, calling read with the decoder before each, which read must consume.
func array(d *jx.Decoder, path string, limit int, read func() error) error {
	iter, err := d.ArrIter()
	if err != nil {
		return err
	}
	for n := 1; iter.Next(); n++ {
		if n > limit {
			return refuse(conference.RefusedTooMany, path)
		}
		if err := read(); err != nil {
			return err
		}
	}
	return iter.Err()
}
