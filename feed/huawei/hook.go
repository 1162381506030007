package huawei

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"confboard/feed/conference"
)

const (
	// oldestEvent and newestEvent bound the timestamp of an event: a push that failed is repeated for a day, and clocks differ.
	oldestEvent = 24 * time.Hour
	newestEvent = 5 * time.Minute
	// nonceLength is the longest nonce, in bytes.
	nonceLength = 256
	// kindLength is how much of the name of an event is shown, in characters. The longest that is listed has 15.
	kindLength = 64
)

// Effects is what events have done; *Cloud does it. Its methods must not wait.
type Effects interface {
	MeetingStarted(conference.ConfID)
	MeetingEnded(conference.ConfID)
	// BookingsChanged: a meeting was booked, changed or cancelled.
	BookingsChanged()
}

// HookConfig says whose events are taken. All but Now and Nonces are required.
type HookConfig struct {
	// AppID is what the cloud names itself by, and Key what it signs with.
	AppID string
	Key   conference.Secret
	// Effects is told what is news. An event that does nothing but say so is not: it comes late and twice.
	Effects Effects
	// To is told how the events fare.
	To conference.Sink
	// Now is the clock. Default time.Now.
	Now func() time.Time
	// Nonces is how many events are remembered. When there are more within a day, the oldest are forgotten, and events as old as these
	// are refused, so that none takes effect twice. Default 100,000.
	Nonces int
}

// Hook takes the events of the enterprise that the cloud pushes by HTTP. It is safe for concurrent use.
type Hook struct {
	config HookConfig

	mu     sync.Mutex
	nonces *nonces
	events conference.Events
}

// NewHook returns a hook, and tells the sink that events are taken.
func NewHook(c HookConfig) (*Hook, error) {
	if c.AppID == "" || c.Key.IsZero() || c.Effects == nil || c.To == nil {
		return nil, errors.New("a hook needs an app ID, a key, and somebody to tell")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	h := &Hook{config: c, nonces: newNonces(cmp.Or(c.Nonces, 100_000)), events: conference.Events{Enabled: true}}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tell(c.Now())
	return h, nil
}

// event is a pushed event, as far as it is used.
type event struct {
	appID, timestamp, nonce, signature string
	at                                 time.Time
	info                               json.RawMessage   // as it came: it is what was signed
	kind                               string            // as it came
	meeting                            conference.ConfID // empty when it names none
}

// Receive takes the body of a push and returns the body of the answer, nil for an empty one; the status is 200 in both cases. An
// event that came before is answered like the first time, and does nothing. The error is a *conference.EventError. The caller bounds the
// body: 64 KiB are plenty.
func (h *Hook) Receive(body []byte) (answer []byte, err error) {
	now := h.config.Now()
	e, fault := h.check(body, now)
	h.mu.Lock()
	fresh := false
	if fault == "" {
		if fresh = h.nonces.take(e.nonce, e.at, now); !fresh && !h.nonces.has(e.nonce) {
			fault = conference.EventTime // as old as what was forgotten
		}
	}
	switch {
	case fault != "":
		h.events.Refused++
		h.events.LastRefused, h.events.LastFault = now, fault
	case !fresh:
		h.events.Repeated++
	default:
		h.events.Accepted++
		h.events.Last, h.events.LastKind = now, cut(graphic(e.kind), kindLength)
	}
	h.tell(now)
	h.mu.Unlock()

	if fault != "" {
		return nil, &conference.EventError{Fault: fault}
	}
	if fresh {
		h.effect(e)
	}
	if e.kind != "meeting.verify" {
		return nil, nil
	}
	return json.Marshal(struct {
		Event string `json:"event"`
		Nonce string `json:"nonce"`
	}{e.kind, e.nonce})
}

// check reads an event and returns what is wrong with it.
func (h *Hook) check(body []byte, now time.Time) (event, conference.EventFault) {
	e, ok := readEvent(body)
	switch {
	case !ok:
		return e, conference.EventMalformed
	case e.appID != h.config.AppID:
		return e, conference.EventApp
	case !e.signedWith(h.config.Key):
		return e, conference.EventSignature
	case e.at.Before(now.Add(-oldestEvent)), e.at.After(now.Add(newestEvent)):
		return e, conference.EventTime
	}
	return e, ""
}

// readEvent reads a pushed event. A timestamp is a number or a text of digits, in ms.
func readEvent(body []byte) (event, bool) {
	var top object
	if json.Unmarshal(body, &top) != nil {
		return event{}, false
	}
	e := event{appID: top.text("appID"), timestamp: top.text("timestamp"), nonce: top.text("nonce"), signature: top.text("signature"), info: top["eventInfo"]}
	ms, err := strconv.ParseInt(e.timestamp, 10, 64)
	var info object
	if err != nil || json.Unmarshal(e.info, &info) != nil || info == nil || e.appID == "" || e.nonce == "" || len(e.nonce) > nonceLength || e.signature == "" {
		return event{}, false
	}
	e.at = time.UnixMilli(ms)
	e.kind = info.text("event")
	if e.kind == "" {
		return event{}, false
	}
	payload := objectOf(info["payload"])
	if id := conference.ConfID(objectOf(payload["meetingInfo"]).text("meetingID")); id.Valid() {
		e.meeting = id
	}
	return e, true
}

// signedWith reports whether the event is signed with the key: over the text of eventInfo as it came, or without the white
// space that something in between may have put in.
func (e event) signedWith(key conference.Secret) bool {
	given, err := hex.DecodeString(strings.TrimSpace(e.signature))
	if err != nil {
		return false
	}
	var compact bytes.Buffer
	if json.Compact(&compact, e.info) != nil {
		return false
	}
	for _, info := range [][]byte{e.info, compact.Bytes()} {
		mac := hmac.New(sha256.New, []byte(key.Reveal()))
		_, _ = mac.Write(append([]byte(e.appID+e.timestamp+e.nonce), info...)) // never fails
		if hmac.Equal(mac.Sum(nil), given) {
			return true
		}
	}
	return false
}

// effect has done what an event is about. Those that are not listed are only counted: joins and leaves come by the meeting's own
// connection.
func (h *Hook) effect(e event) {
	switch e.kind {
	case "meeting.started":
		if e.meeting != "" {
			h.config.Effects.MeetingStarted(e.meeting)
		}
	case "meeting.end", "meeting.conclude":
		if e.meeting != "" {
			h.config.Effects.MeetingEnded(e.meeting)
		}
	case "meeting.create", "meeting.modify", "meeting.cancel":
		h.config.Effects.BookingsChanged()
	}
}

// tell passes on how events fare. The caller holds the lock, so that the sink gets them in order.
func (h *Hook) tell(now time.Time) {
	events := h.events
	h.config.To.Apply(conference.DiscoveryMessage{At: now, Events: &events})
}
