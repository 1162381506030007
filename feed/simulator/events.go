package simulator

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// The events that the cloud makes by itself.
const (
	eventVerify  = "meeting.verify"
	eventCreate  = "meeting.create"
	eventStarted = "meeting.started"
	eventEnd     = "meeting.end" // also of a meeting that can be joined again, until meeting.conclude
	eventJoin    = "meeting.join"
	eventLeft    = "meeting.left"
)

// ErrNoReceiver means that nobody wants the enterprise's events.
var ErrNoReceiver = errors.New("simulator: the push of events is not set up")

// Event is one push of an event of the enterprise. The zero values of all but Name are what the cloud does; the others are
// for the tests of a receiver.
type Event struct {
	// Name is such as meeting.started.
	Name string
	// ConfID is the meeting it is about. Empty: it has no payload, as meeting.verify.
	ConfID string
	// Participant is who joined or left.
	Participant *Participant
	// Time is when the push was made. Default now.
	Time time.Time
	// Nonce is any text of the sender. Default a fresh one.
	Nonce string
	// AppID and Signature replace the right ones.
	AppID, Signature string
	// Spaced writes eventInfo with blanks and line ends; it is signed as it is written.
	Spaced bool
	// SignedCompact signs a Spaced eventInfo as if it had been written without them.
	SignedCompact bool
}

// EventAnswer is what a receiver answered.
type EventAnswer struct {
	Status int
	Body   []byte
}

// SendEvent pushes one event now and once, whether the push is switched on or off, and returns the receiver's answer, whatever
// its status. It waits for that answer. The error is ErrNoReceiver, or says why there was none.
func (c *Cloud) SendEvent(ctx context.Context, e Event) (EventAnswer, error) {
	h := c.events.receiver()
	if h == nil {
		return EventAnswer{}, ErrNoReceiver
	}
	occurrence := ""
	if m := c.Meeting(e.ConfID); m != nil {
		m.mu.Lock()
		occurrence = m.uuid()
		m.mu.Unlock()
	}
	return c.events.post(ctx, h.url, c.eventBody(*h, e, occurrence))
}

// tell makes an event of the meeting, if anybody listens. The caller holds m.mu, so that events are told in their order.
func (m *Meeting) tell(name string, p *Participant) {
	if h := m.cloud.events.listening(); h != nil {
		m.cloud.events.add(h.url, m.cloud.eventBody(*h, Event{Name: name, ConfID: m.confID, Participant: p}, m.uuid()))
	}
}

// eventBody is the body of a push about an occurrence of a meeting. The signature is over the JSON text of eventInfo, so that
// is put together first.
func (c *Cloud) eventBody(h hook, e Event, occurrence string) []byte {
	at := e.Time
	if at.IsZero() {
		at = c.now()
	}
	if e.Nonce == "" {
		e.Nonce = rand.Text()
	}
	if e.AppID == "" {
		e.AppID = h.appID
	}
	info := map[string]any{"event": e.Name, "timestamp": at.UnixMilli()}
	if e.ConfID != "" {
		payload := map[string]any{"meetingInfo": map[string]any{"meetingID": e.ConfID, "meetingUUID": occurrence, "meetingCycleSubID": ""}}
		if e.Participant != nil {
			payload["attendeeInfo"] = attendeeInfo(*e.Participant, at)
		}
		info["payload"] = payload
	}
	var compact bytes.Buffer
	encoder := json.NewEncoder(&compact)
	encoder.SetEscapeHTML(false) // the cloud's language does not
	if err := encoder.Encode(info); err != nil {
		panic("simulator: an event has no JSON text: " + err.Error())
	}
	written := bytes.TrimSpace(compact.Bytes())
	signed := written
	if e.Spaced {
		var spaced bytes.Buffer
		_ = json.Indent(&spaced, written, "\t", "  ") // it was made above
		written = spaced.Bytes()
		if !e.SignedCompact {
			signed = written
		}
	}
	if e.Signature == "" {
		e.Signature = hexHMAC(h.key, e.AppID+strconv.FormatInt(at.UnixMilli(), 10)+e.Nonce+string(signed))
	}
	// json.Marshal would compact eventInfo.
	return fmt.Appendf(nil, `{"appID":%s,"timestamp":%d,"nonce":%s,"signature":%s,"eventInfo":%s}`,
		encode(e.AppID), at.UnixMilli(), encode(e.Nonce), encode(e.Signature), written)
}

func attendeeInfo(p Participant, at time.Time) map[string]any {
	return map[string]any{
		"userUUID": p.Info["userUUID"], "userAgent": p.Info["userAgent"], "account": p.Info["account"], "participantID": p.PID,
		"displayName": p.Info["NAME"], "joinTime": at.UnixMilli(),
	}
}

// post makes one push.
func (s *sender) post(ctx context.Context, url string, body []byte) (EventAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, postLimit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return EventAnswer{}, fmt.Errorf("push an event: %w", err)
	}
	req.Header.Set("Content-Type", "application/json;charset=UTF-8")
	req.Header.Set("X-Request-ID", rand.Text())
	resp, err := s.client.Do(req)
	if err != nil {
		return EventAnswer{}, fmt.Errorf("push an event: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, requestLimit))
	if err != nil {
		return EventAnswer{}, fmt.Errorf("read the answer to an event: %w", err)
	}
	return EventAnswer{Status: resp.StatusCode, Body: answer}, nil
}
