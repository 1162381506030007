package simulator

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// The types of the messages that the cloud makes by itself (meeting_21_1512 to _1516; CustomMultiPicNotify and
// NetworkQualityNotify as observed).
const (
	basicType          = "ConfBasicInfoNotify"
	statusType         = "ConfDynamicInfoNotify"
	participantsType   = "ParticipantsNotify"
	speakersType       = "SpeakerChangeNotify"
	geometryType       = "CustomMultiPicNotify"
	waitingType        = "WaitingListNotify"
	networkQualityType = "NetworkQualityNotify"
)

// supported are the message types that can be subscribed (meeting_21_1511, and CustomMultiPicNotify as observed).
var supported = []string{
	basicType, statusType, participantsType, "AttendeesNotify", speakersType, "InviteResultNotify",
	"RealTimeSubtitleNotify", waitingType, "InterpreterGroupNotify", geometryType,
}

// The values of msgMode.
const (
	fullMode        = 0
	incrementalMode = 1
)

// scales are the versions of the messages of one type, a scale for each mode.
type scales struct {
	full     int64 // ms, of the last full message
	sequence int64 // of the last incremental one
}

// Push pushes a message with any fields: to those who subscribed to its type, or to every subscriber when it is a type that
// cannot be subscribed, as a cloud newer than the reference does. The envelope is made as for any message (mode 0 full,
// 1 incremental); fields of it that are given replace ours. Nothing of it is kept, so later full messages do not have it.
func (m *Meeting) Push(action string, mode int, fields map[string]any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.push(action, mode, fields)
}

// PushRaw pushes any bytes as a text frame to every subscriber.
func (m *Meeting) PushRaw(frame []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.spread("", rawMode, append([]byte{}, frame...)) // nil would mean to close
}

// PushFull pushes a full message of each type, of the status when none is named. A type of which there is nothing to say is
// left out, as it is at a subscription.
func (m *Meeting) PushFull(types ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(types) == 0 {
		types = []string{statusType}
	}
	for _, t := range types {
		m.pushFull(t)
	}
}

func (m *Meeting) push(action string, mode int, fields map[string]any) {
	if m.heard(action) {
		m.spread(action, mode, m.message(action, mode, fields))
	} else {
		m.number(action, mode)
	}
}

func (m *Meeting) pushFull(action string) {
	if fields := m.whole(action); fields != nil {
		m.push(action, fullMode, fields)
	}
}

// spread sends a frame to everybody whom its type concerns.
func (m *Meeting) spread(action string, mode int, frame []byte) {
	for conn, types := range m.connections {
		if concerns(action, types) {
			conn.push(m, action, mode, frame)
		}
	}
}

// heard reports whether a message of the type concerns anybody.
func (m *Meeting) heard(action string) bool {
	for _, types := range m.connections {
		if concerns(action, types) {
			return true
		}
	}
	return false
}

// concerns reports whether a message of the type is for somebody who has subscribed to the types. Those that cannot be subscribed
// are for every subscriber.
func concerns(action string, types []string) bool {
	return len(types) > 0 && (slices.Contains(types, action) || !slices.Contains(supported, action))
}

// whole returns what a full message of the type says now, nil when there is nothing to say.
func (m *Meeting) whole(action string) map[string]any {
	switch action {
	case basicType:
		return m.basic
	case statusType:
		return m.fields
	case participantsType:
		return map[string]any{"data": m.present.entries()}
	case speakersType:
		return m.speakersFields()
	case geometryType:
		return m.geometryFields()
	case waitingType:
		return map[string]any{"data": m.waiting.entries()}
	}
	return nil
}

// number makes the version and the createTime of a message (meeting_21_1513): the versions of a type are on two scales, ms for
// full messages and a sequence for incremental ones.
func (m *Meeting) number(action string, mode int) (version, createTime int64) {
	v := m.versions[action]
	at := m.stamp()
	version = at
	if mode == incrementalMode {
		v.sequence++
		version = v.sequence
	} else {
		if at <= v.full { // two in one millisecond: each needs a version of its own
			at = v.full + 1
			m.lastTime = at
		}
		v.full, version = at, at
	}
	m.versions[action] = v
	return version, at
}

// message returns a frame with its envelope.
func (m *Meeting) message(action string, mode int, fields map[string]any) []byte {
	version, at := m.number(action, mode)
	frame := map[string]any{
		"action": action, "confID": m.confID, "msgID": fmt.Sprintf("%016x%016x", m.ids.Uint64(), m.ids.Uint64()),
		"msgMode": mode, "version": version, "createTime": at,
	}
	maps.Copy(frame, fields)
	return encode(frame)
}

// stamp returns the time of a message in ms. It never goes back, also when the clock does.
func (m *Meeting) stamp() int64 {
	m.lastTime = max(m.lastTime, m.now())
	return m.lastTime
}

// now is the meeting's time in ms.
func (m *Meeting) now() int64 { return m.clock().UnixMilli() }

// clock is the meeting's time: the cloud's, unless a fault has moved the meeting's own.
func (m *Meeting) clock() time.Time { return m.cloud.config.Now().Add(m.faultsNow().offset()) }
