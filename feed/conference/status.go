package conference

import (
	"time"
)

// Field is one field of ConfDynamicInfoNotify that the reference's table explains (meeting_21_1513).
type Field uint8

// The listed fields, in the table's order.
const (
	EndTime          Field = iota // planned end, ms since 1970 UTC as text
	StatusMode                    // FREE, FIXED, ROLLCALL, BROADCAST
	MeetingState                  // Schedule, Created, Destroyed
	VoiceActivation               // vas: 0 off, 1 on
	Lock                          // 0 unlocked, 1 locked
	Mute                          // muted on entry: 0 no, 1 yes
	LockSharing                   // 0 sharing unlocked, 1 locked
	CanUnmute                     // may unmute themselves: 0 no, 1 yes
	ChairView                     // participants shown to the host in turn: 0 no, 1 yes
	PicNum                        // number of screens in continuous presence
	PartViewNum                   // number of participants being focused on
	MaxPartViewNum                // the most participants that can be focused on
	RecState                      // recording: 0 off, 1 on
	MultiPic                      // custom continuous presence
	ConfIMGroupID                 // ID of the meeting's chat group
	ForbiddenChat                 // 0 chat enabled, 1 chat disabled: inverted sense
	RecOccurred                   // has been recorded at some time: 0 no, 1 yes
	RealTimeSubtitle              // live captions: 0 off, any other value on

	// FieldCount is the number of listed fields; every Field is below it.
	FieldCount
)

// Kind says what values a field takes and which JSON type it has in the API.
type Kind uint8

const (
	// KindText is free text.
	KindText Kind = iota
	// KindEnum is one word of a list; a word that is not on the list is kept as it came.
	KindEnum
	// KindFlag is 0 or 1; another number is kept as it came.
	KindFlag
	// KindSwitch is 0 for off and any other number for on.
	KindSwitch
	// KindCount is a number.
	KindCount
	// KindScreens is a number of screens, 0 to MaxScreens.
	KindScreens
	// KindTime is an instant: text of ms since 1970 UTC.
	KindTime
	// KindLayout is a MultiPicInfoNotify.
	KindLayout
)

var fields = [FieldCount]struct {
	name string
	kind Kind
}{
	EndTime:          {"endTime", KindTime},
	StatusMode:       {"mode", KindEnum},
	MeetingState:     {"state", KindEnum},
	VoiceActivation:  {"vas", KindFlag},
	Lock:             {"lock", KindFlag},
	Mute:             {"mute", KindFlag},
	LockSharing:      {"lockSharing", KindFlag},
	CanUnmute:        {"canUnmute", KindFlag},
	ChairView:        {"chairView", KindFlag},
	PicNum:           {"picNum", KindScreens},
	PartViewNum:      {"partViewNum", KindCount},
	MaxPartViewNum:   {"maxPartViewNum", KindCount},
	RecState:         {"recState", KindFlag},
	MultiPic:         {"multiPic", KindLayout},
	ConfIMGroupID:    {"confIMGroupId", KindText},
	ForbiddenChat:    {"forbiddenChat", KindFlag},
	RecOccurred:      {"recOccurred", KindFlag},
	RealTimeSubtitle: {"realTimeSubtitle", KindSwitch},
}

var fieldByName = func() map[string]Field {
	m := make(map[string]Field, FieldCount)
	for f := range FieldCount {
		m[fields[f].name] = f
	}
	return m
}()

// WireName is the field's name in a pushed message.
func (f Field) WireName() string { return fields[f].name }

// Kind is what values the field takes.
func (f Field) Kind() Kind { return fields[f].kind }

// FieldByWireName finds a listed field; names are compared exactly.
func FieldByWireName(name string) (Field, bool) {
	f, ok := fieldByName[name]
	return f, ok
}

// The words of mode and state that the reference lists. Others can occur and are shown as they are.
const (
	ModeFree      = "FREE"
	ModeFixed     = "FIXED"
	ModeRollCall  = "ROLLCALL"
	ModeBroadcast = "BROADCAST"

	StateSchedule  = "Schedule"
	StateCreated   = "Created"
	StateDestroyed = "Destroyed"
)

// Presence tells what is known of a field.
type Presence uint8

const (
	// NotReported: no message has carried the field since the last full one. This is not 0.
	NotReported Presence = iota
	// Empty: the field was pushed as null, or as "" where a number belongs.
	Empty
	// Known: the field was pushed with a value.
	Known
)

// Value is the value of one listed field. Which of Int, Text and Layout counts follows from the field's Kind.
type Value struct {
	Presence Presence
	// Int is set for KindFlag, KindSwitch, KindCount and KindScreens; for KindTime it is ms since 1970 UTC.
	Int int64
	// Text is set for KindText, KindEnum and KindTime.
	Text string
	// Layout is set for KindLayout. It is shared and must not be modified.
	Layout *Layout
}

// Equal reports whether two values of the same field say the same.
func (v Value) Equal(w Value) bool {
	return v.Presence == w.Presence && v.Int == w.Int && v.Text == w.Text && v.Layout.Equal(w.Layout)
}

// take replaces the value by one that was sent.
func (v *Value) take(in Value) {
	if in.Presence != NotReported {
		*v = in
	}
}

// Time is the instant of a KindTime value. ok is false when no instant is known: not reported, empty, or 0,
// which the cloud sends where no end is planned.
func (v Value) Time() (t time.Time, ok bool) {
	if v.Presence != Known || v.Int == 0 {
		return time.Time{}, false
	}
	return time.UnixMilli(v.Int).UTC(), true
}

// Status holds the fields of ConfDynamicInfoNotify: those of one message, or the merged ones of a meeting.
// The zero Status has nothing reported. Assigning copies; Unlisted maps are never modified once shared.
type Status struct {
	values [FieldCount]Value
	// Unlisted holds every other field under its wire name, its value being compact JSON text
	// from which secrets and links have been removed. Nil when there is none.
	Unlisted map[string]string
}

// Value returns what is known of a listed field.
func (s *Status) Value(f Field) Value { return s.values[f] }

// Set stores the value of a listed field.
func (s *Status) Set(f Field, v Value) { s.values[f] = v }

// Int returns the number of a listed field, and whether one is known.
func (s *Status) Int(f Field) (n int64, ok bool) {
	v := s.values[f]
	return v.Int, v.Presence == Known
}

// Text returns the text of a listed field, empty unless known.
func (s *Status) Text(f Field) string { return s.values[f].Text }

// Layout returns the custom continuous presence, nil when none is known.
func (s *Status) Layout() *Layout { return s.values[MultiPic].Layout }

// UnlistedNames returns the wire names of the unlisted fields in alphabetical order.
func (s *Status) UnlistedNames() []string { return sortedNames(s.Unlisted) }

// merged returns s changed by the fields that are present in the incremental message in.
func (s Status) merged(in *Status) Status {
	for f := range FieldCount {
		s.values[f].take(in.values[f])
	}
	s.Unlisted = mergedUnlisted(s.Unlisted, in.Unlisted)
	return s
}

// equal reports whether two statuses say the same.
func (s *Status) equal(t *Status) bool {
	for f := range FieldCount {
		if !s.values[f].Equal(t.values[f]) {
			return false
		}
	}
	return sameUnlisted(s.Unlisted, t.Unlisted)
}
