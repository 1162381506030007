package wire

import (
	"io"
	"time"

	"confboard/feed/conference"

	"github.com/go-faster/jx"
)

// head holds the fields that every pushed message carries (meeting_21_1512 to _1516), as they came: whether they are
// usable depends on the message type, and the frames of the reference name theirs last.
type head struct {
	action, confID, msgID, msgMode, version, createTime scalar
}

// field returns where an envelope field is kept, nil for any other field.
func (h *head) field(key []byte) *scalar {
	switch string(key) {
	case "action":
		return &h.action
	case "confID":
		return &h.confID
	case "msgID":
		return &h.msgID
	case "msgMode":
		return &h.msgMode
	case "version":
		return &h.version
	case "createTime":
		return &h.createTime
	}
	return nil
}

// read checks that the frame is one JSON object and nothing else, and takes the envelope from it. Of a frame at fault the head
// has what came before the fault.
func (h *head) read(d *jx.Decoder) error {
	iter, err := d.ObjIter()
	if err != nil {
		return err
	}
	for iter.Next() {
		if to := h.field(iter.Key()); to != nil {
			*to, err = readScalar(d)
		} else {
			err = d.Skip()
		}
		if err != nil {
			return err
		}
	}
	if err := iter.Err(); err != nil {
		return err
	}
	if err := d.Skip(); err != io.EOF {
		return refuse(conference.RefusedNotJSON, "")
	}
	return nil
}

// messageType is the action. One that no sane cloud sends becomes oddName: it is counted, and need not be quoted.
func (h *head) messageType() (conference.MessageType, error) {
	if h.action.kind != jx.String {
		return "", refuse(conference.RefusedEnvelope, "action")
	}
	for _, known := range [...]conference.MessageType{
		conference.StatusType, conference.ParticipantsType, conference.SpeakersType, conference.BasicType, conference.CustomLayoutType, conference.WaitingType,
	} {
		if string(h.action.text) == string(known) {
			return known, nil
		}
	}
	return conference.MessageType(plainName(h.action.text)), nil
}

// checkMeeting refuses a message about another meeting. A confID that was not sent means the connection's. strict
// refuses one that cannot be a confID at all.
func (h *head) checkMeeting(id conference.ConfID, strict bool) error {
	switch {
	case h.confID.empty():
	case h.confID.kind == jx.String || h.confID.kind == jx.Number:
		if string(h.confID.text) != string(id) {
			return refuse(conference.RefusedOtherMeeting, "confID")
		}
	case strict:
		return refuse(conference.RefusedEnvelope, "confID")
	}
	return nil
}

// envelope converts the rest of the head of a message of a type that is used. A msgMode that was not sent means full, because the reference fixes it at
// 0 (and then lists both). A createTime of 0 was not sent.
func (h *head) envelope(t conference.MessageType, id conference.ConfID, c *cleaner) (conference.Envelope, error) {
	e := conference.Envelope{Type: t, ConfID: id}
	if !h.msgMode.empty() {
		switch mode, ok := h.msgMode.integer(); {
		case ok && mode == int64(conference.Full):
		case ok && mode == int64(conference.Incremental):
			e.Mode = conference.Incremental
		default:
			return e, refuse(conference.RefusedEnvelope, "msgMode")
		}
	}
	version, ok := h.version.integer()
	if !ok {
		return e, refuse(conference.RefusedEnvelope, "version")
	}
	if e.Mode == conference.Full {
		e.Version = conference.FullVersion(version)
	} else {
		e.Sequence = conference.Sequence(version)
	}
	if !h.createTime.empty() {
		ms, ok := h.createTime.integer()
		if !ok || ms < 0 || ms > conference.MaxInstant {
			return e, refuse(conference.RefusedEnvelope, "createTime")
		}
		if ms != 0 {
			e.CreateTime = time.UnixMilli(ms).UTC()
		}
	}
	if !h.msgID.empty() {
		if !h.msgID.isText() {
			return e, refuse(conference.RefusedEnvelope, "msgID")
		}
		if len(h.msgID.text) > maxMsgID {
			return e, refuse(conference.RefusedTooLarge, "msgID")
		}
		text, _, err := c.text(h.msgID.text, []byte("msgID"), 1)
		if err != nil {
			return e, err
		}
		if len(text) > maxMsgID { // what is not UTF-8 grows
			return e, refuse(conference.RefusedTooLarge, "msgID")
		}
		e.MsgID = text
	}
	return e, nil
}
