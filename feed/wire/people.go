package wire

import (
	"bytes"
	"strings"

	"confboard/feed/conference"

	"github.com/go-faster/jx"
)

// decodeParticipants decodes a ParticipantsNotify (meeting_21_1514). A field of the frame beside data has no place in the
// domain.
func decodeParticipants(s *decoder, about conference.About, e conference.Envelope) (conference.Message, error) {
	m := conference.ParticipantsMessage{About: about, Envelope: e}
	var err error
	if m.Entries, err = s.people(); err != nil {
		return nil, err
	}
	m.Withheld = s.withheld
	return m, nil
}

// decodeWaiting decodes a WaitingListNotify, which the reference describes in the form of meeting_21_1514.
func decodeWaiting(s *decoder, about conference.About, e conference.Envelope) (conference.Message, error) {
	m := conference.WaitingMessage{About: about, Envelope: e}
	var err error
	if m.Entries, err = s.people(); err != nil {
		return nil, err
	}
	m.Withheld = s.withheld
	return m, nil
}

// people reads data: an array of ParticipantNotifyDTO (meeting_21_1514, Table 2). No data means nobody.
func (s *decoder) people() (entries []conference.ParticipantEntry, err error) {
	err = s.body(func(key []byte) error {
		if string(key) != "data" {
			return s.unkept(key, "", 1)
		}
		entries = nil // of a repeated field the last one wins
		return s.objects("data", conference.MaxParticipants, func() error {
			entry, err := s.person()
			entries = append(entries, entry)
			return err
		})
	})
	return entries, err
}

// person reads a ParticipantNotifyDTO. What it carries besides (delType in a waiting room) is kept among the attributes,
// which it does not replace. A participant without pid could not be told from another, so the frame is refused.
func (s *decoder) person() (entry conference.ParticipantEntry, err error) {
	defer func() { entry.Attributes = append(conference.Attributes(nil), entry.Attributes...) }() // out of the room for all, in its own size
	var besides conference.Attributes
	err = object(s.d, "data", func(key []byte) error {
		switch string(key) {
		case "pid": // string
			v, err := s.textValue("pid", "data.pid", 3)
			entry.PID = v.Text
			return err
		case "mode": // int, 0 refresh, 1 remove
			v, err := s.number(conference.KindFlag, "data.mode")
			if err == nil && v.Int != 0 && v.Int != 1 {
				err = refuse(conference.RefusedValue, "data.mode")
			}
			entry.Removed = v.Int == 1
			return err
		case "pinfoMap": // map of string to string
			entry.Attributes, err = s.attributes()
			return err
		}
		return s.attribute(&besides, key, "data.", 3)
	})
	if err == nil && entry.PID == "" {
		err = refuse(conference.RefusedValue, "data.pid")
	}
	for _, b := range besides {
		if _, known := entry.Attributes.Lookup(b.Key); !known {
			entry.Attributes.Set(b.Key, b.Value)
		}
	}
	if err == nil && len(entry.Attributes) > conference.MaxAttributes {
		err = refuse(conference.RefusedTooMany, "data.pinfoMap")
	}
	return entry, err
}

// attributes reads a pinfoMap (meeting_21_1514, Table 3) into the decoder's room for it. Its keys are compared without case.
func (s *decoder) attributes() (attributes conference.Attributes, err error) {
	empty, err := s.empty("data.pinfoMap", jx.Object)
	if err != nil || empty {
		return nil, err
	}
	attributes = s.room[:0]
	err = object(s.d, "data.pinfoMap", func(key []byte) error {
		return s.attribute(&attributes, key, "data.pinfoMap.", 4)
	})
	s.room = attributes
	return attributes, err
}

// attribute reads one value of a pinfoMap. Numbers and booleans are accepted for texts, null for an empty one, and an object
// or array where the reference does not promise a text. prefix and depth are as for unlisted.
func (s *decoder) attribute(into *conference.Attributes, key []byte, prefix string, depth int) error {
	name, promised := attributeName(key)
	var value string
	kept, err := true, error(nil)
	switch kind := s.d.Next(); {
	case len(name) > maxName: // some characters are longer in upper case
		return refuse(conference.RefusedTooLarge, prefix+plainName(key))
	case !promised && (namesSecret(key) || holdsURL(key)):
		kept, err = s.field(s.d, key, depth) // withholds or refuses it
	case kind == jx.Null:
		err = s.d.Null()
	case kind == jx.Object || kind == jx.Array:
		if promised {
			return refuse(conference.RefusedValue, prefix+plainName(key))
		}
		s.out.Reset()
		if kept, err = s.value(s.d, key, depth); kept {
			value = string(s.out.Buf)
			s.kept += len(value)
		}
	default:
		var v scalar
		if v, err = readScalar(s.d); err == nil {
			value, kept, err = s.text(v.text, key, depth)
		}
	}
	switch {
	case err != nil:
		return refusedAt(err, prefix+plainName(key))
	case !kept:
		into.Delete(name) // of a repeated attribute the last one wins, also when it cannot be kept
	default:
		into.Set(name, value)
	}
	return nil
}

// promisedText holds the keys of pinfoMap whose values the reference promises to be texts, in upper case, each under itself: the
// one copy of a name serves every participant.
var promisedText = func() map[string]string {
	names := make(map[string]string)
	for name := range strings.FieldsSeq(`NAME TEL ROLE STATE HAND BROADCAST ROLLCALL SHARE MUTE VIDEO ADDTIME M T ANONYMOUS LOCALREC
		CAMERASTATE ORG_ID ORGID LOCKED_VIEW LOCKEDVIEW ACCOUNT_ID ACCOUNT ALLOW_CLIENT_REC CLIENT_REC_STATE CLIENT_CAPABILITIES ROLE_SWITCH_OVER
		RTC_USER_ID RTCUSERID CLIENT_LOGIN_TYPE CLIENTLOGINTYPE IS_COHOST ISCOHOST IS_SVC THIRDACCOUNT INVITE_SHARE_STATE USERAGENT WAITINGSTATE`) {
		names[name] = name
	}
	return names
}()

// attributeName is a key of pinfoMap in upper case, and whether the reference promises a text for it.
func attributeName(key []byte) (name string, promised bool) {
	var room [64]byte
	if len(key) <= len(room) && isASCII(key) {
		upper := append(room[:0], key...)
		for i, c := range upper {
			if 'a' <= c && c <= 'z' {
				upper[i] = c - 'a' + 'A'
			}
		}
		if name, ok := promisedText[string(upper)]; ok {
			return name, true
		}
		return string(upper), false
	}
	return string(bytes.ToUpper([]byte(validText(key)))), false
}
