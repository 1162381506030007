package huawei

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"confboard/feed/conference"
)

// Requests that we send and the cloud answers (meeting_21_1511, meeting_21_1520).
const (
	subscribeAction = "Subscribe"
	heartbeatAction = "HeartBeat"
)

// knownTypes are the message types that we subscribe (meeting_21_1511; CustomMultiPicNotify as observed).
var knownTypes = [...]string{
	string(conference.BasicType), string(conference.StatusType), string(conference.ParticipantsType), string(conference.SpeakersType),
	string(conference.CustomLayoutType), string(conference.WaitingType),
}

// request is what we send on the connection. Data is JSON in a string.
type request struct {
	Action   string `json:"action"`
	Sequence string `json:"sequence"`
	Data     string `json:"data,omitempty"`
}

// subscribeRequest subscribes to the known types that the meeting supports (nil: to all known), and in any case to the status.
func subscribeRequest(sequence string, id conference.ConfID, token conference.Secret, supported []string) (request, error) {
	var types []string
	for _, t := range knownTypes {
		if supported == nil || t == string(conference.StatusType) || slices.Contains(supported, t) {
			types = append(types, t)
		}
	}
	data, err := json.Marshal(map[string]any{
		"subscribeType": types,
		"confToken":     authorization(token),
		"conferenceID":  string(id),
	})
	if err != nil {
		return request{}, fmt.Errorf("encode subscription: %w", err)
	}
	return request{Action: subscribeAction, Sequence: sequence, Data: string(data)}, nil
}

// kindOf returns the type and mode of a push, of a refused one as far as it said; the type is empty for a message that has none.
func kindOf(m conference.Message) (conference.MessageType, conference.Mode) {
	switch m := m.(type) {
	case conference.Push:
		e := m.Pushed()
		return e.Type, e.Mode
	case conference.RefusedMessage:
		return m.Refusal.Type, m.Refusal.Mode
	}
	return "", conference.Full
}

// sequencer makes the sequences of requests: ms since 1970, padded to the 30 digits of the reference's example
// (meeting_21_1508), and each above the last.
type sequencer struct{ last int64 }

func (s *sequencer) next(now time.Time) string {
	s.last = max(s.last+1, now.UnixMilli())
	return fmt.Sprintf("%030d", s.last)
}

// reply is the cloud's answer to a request of ours.
type reply struct {
	action   string
	sequence string
	// code is the returnCode, empty for success; of a heartbeat it is of no interest.
	code string
	// understood is whether there is a returnCode at all.
	understood bool
	// desc is what said leaves of the returnDesc.
	desc string
}

// parseReply reports whether a frame is the answer to a request rather than a push. Only answers have a sequence; the
// search for it spares parsing every push twice.
func parseReply(frame []byte) (reply, bool) {
	if !bytes.Contains(frame, []byte(`"sequence"`)) {
		return reply{}, false
	}
	o := objectOf(frame)
	r := reply{sequence: o.text("sequence")}
	switch action := o.text("action"); {
	case strings.EqualFold(action, subscribeAction):
		r.action = subscribeAction
	case strings.EqualFold(action, heartbeatAction):
		r.action = heartbeatAction
	default:
		return reply{}, false
	}
	result := objectOf(o["data"])
	if _, ok := result["returnCode"]; !ok {
		result = o
	}
	r.understood = result.text("returnCode") != ""
	r.code = codeOf(result)
	r.desc = said(cmp.Or(result.text("returnDesc"), result.text("returnDesc "))) // the reference's example has the blank
	return r, true
}

// answers reports whether the reply has the sequence of a request. It may come back as a number, that is without its
// leading zeros; an answer without one is taken.
func (r reply) answers(sequence string) bool {
	return r.sequence == "" || strings.TrimLeft(r.sequence, "0") == strings.TrimLeft(sequence, "0")
}
