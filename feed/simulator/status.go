package simulator

import (
	"bytes"
	"maps"
	"strconv"
)

// Set changes fields of the status, by wire name, and pushes those that differ in one incremental message. A number of
// screens is pushed as text in an incremental message, as the reference's table has it, and as a number in a full one,
// as its example has it. The values are kept: do not modify them.
func (m *Meeting) Set(fields map[string]any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.set(fields)
}

// SetFull changes fields of the status and pushes a full message.
func (m *Meeting) SetFull(fields map[string]any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.Copy(m.fields, fields)
	m.pushFull(statusType)
}

// Unset takes fields out of the status: full messages do not carry them any more. It pushes nothing.
func (m *Meeting) Unset(names ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, name := range names {
		delete(m.fields, name)
	}
}

// Field returns the present value of a status field, nil if there is none.
func (m *Meeting) Field(name string) any {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.fields[name]
}

func (m *Meeting) set(fields map[string]any) {
	changed := map[string]any{}
	for name, value := range fields {
		if old, had := m.fields[name]; !had || !bytes.Equal(encode(old), encode(value)) {
			m.fields[name] = value
			changed[name] = value
		}
	}
	if len(changed) == 0 {
		return
	}
	if n, ok := changed["picNum"].(int); ok {
		changed["picNum"] = strconv.Itoa(n)
	}
	m.push(statusType, incrementalMode, changed)
}

// usualFields are the status fields of a meeting at its beginning: those of the reference's example (meeting_21_1513),
// the ones that its table does not explain included.
func usualFields() map[string]any {
	return map[string]any{
		"state": "Schedule", "mode": "FREE", "vas": 1, "picNum": 16, "lock": 0, "mute": 1, "lockSharing": 0, "canUnmute": 1,
		"chairView": 0, "recState": 0, "recOccurred": 0, "forbiddenChat": 0, "realTimeSubtitle": 0, "partViewNum": 0, "maxPartViewNum": 8,

		"aiRecState": 0, "enableShareSetting": 1, "callInRestriction": 0, "audienceCallInRestriction": 0, "audienceTotalCount": 0,
		"simultaneousInterpretation": 0, "lanChannels": []any{}, "allowAudience": false, "pause": false,
		"audienceVideoLayout": "speakerVideoLayout", "clientRecState": 0, "clientRecMode": 0, "waitingRoomState": 0,
		"showAudienceMode": 0, "audienceCountMultiple": 0, "audienceCountReal": 0,
	}
}

// screen is one place of a layout: PicInfoNotify (meeting_21_1513).
type screen struct {
	Index int      `json:"index"` // from 1
	ID    []string `json:"id"`
	Share int      `json:"share"`
}

// layout is MultiPicInfoNotify (meeting_21_1513).
type layout struct {
	PicNum   int      `json:"picNum"`
	Period   int      `json:"period"` // s
	PicInfos []screen `json:"picInfos"`
}
