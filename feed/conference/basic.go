package conference

import (
	"strconv"
	"time"
)

// BasicInfo is what a meeting is called and whose it is (meeting_21_1512). A text that is empty, or a time that is zero, was
// not told. The passwords (pwds) and the link for guests (guestJoinUri) that the message carries never get here.
type BasicInfo struct {
	DisplayID string // the ID to show to people; for most meetings the confID
	Title     string
	// StartTime is when the meeting began, ScheduledStart when it was to begin.
	StartTime, ScheduledStart time.Time
	// Owner is the account of who booked the meeting, OwnerID the account's ID.
	Owner, OwnerID string
	// RecType is 0 for no recording, 1 for recording, 2 for recording and live broadcast, 3 for live broadcast.
	RecType Value
	// Media is 1 for voice, 2 for video.
	Media             Value
	UserType          Value
	SupportWatermark  Value
	CallInRestriction Value
	ConfMode          string
	// Unlisted holds other fields as Status.Unlisted does.
	Unlisted map[string]string
}

// basicField is a field of BasicInfo under its wire name.
type basicField struct {
	name  string
	value Value
}

// fields lists the listed fields in the reference's order.
func (b *BasicInfo) fields() []basicField {
	text := func(s string) Value {
		if s == "" {
			return Value{}
		}
		return Value{Presence: Known, Text: s}
	}
	at := func(t time.Time) Value {
		if t.IsZero() {
			return Value{}
		}
		ms := t.UnixMilli()
		return Value{Presence: Known, Int: ms, Text: strconv.FormatInt(ms, 10)}
	}
	return []basicField{
		{"displayID", text(b.DisplayID)}, {"title", text(b.Title)},
		{"startTime", at(b.StartTime)}, {"scheduledStartTime", at(b.ScheduledStart)},
		{"recType", b.RecType}, {"media", b.Media}, {"owner", text(b.Owner)}, {"ownerID", text(b.OwnerID)},
		{"userType", b.UserType}, {"supportWatermark", b.SupportWatermark},
		{"callInRestriction", b.CallInRestriction}, {"confMode", text(b.ConfMode)},
	}
}

// merged returns b changed by the fields to which in gives a value.
func (b BasicInfo) merged(in *BasicInfo) BasicInfo {
	for _, to := range []struct{ text, from *string }{
		{&b.DisplayID, &in.DisplayID}, {&b.Title, &in.Title}, {&b.Owner, &in.Owner}, {&b.OwnerID, &in.OwnerID}, {&b.ConfMode, &in.ConfMode},
	} {
		if *to.from != "" {
			*to.text = *to.from
		}
	}
	for _, to := range []struct{ time, from *time.Time }{{&b.StartTime, &in.StartTime}, {&b.ScheduledStart, &in.ScheduledStart}} {
		if !to.from.IsZero() {
			*to.time = *to.from
		}
	}
	for _, to := range []struct{ value, from *Value }{
		{&b.RecType, &in.RecType}, {&b.Media, &in.Media}, {&b.UserType, &in.UserType},
		{&b.SupportWatermark, &in.SupportWatermark}, {&b.CallInRestriction, &in.CallInRestriction},
	} {
		to.value.take(*to.from)
	}
	b.Unlisted = mergedUnlisted(b.Unlisted, in.Unlisted)
	return b
}

// equal reports whether two say the same.
func (b *BasicInfo) equal(c *BasicInfo) bool {
	return b.DisplayID == c.DisplayID && b.Title == c.Title && b.Owner == c.Owner && b.OwnerID == c.OwnerID && b.ConfMode == c.ConfMode &&
		b.StartTime.Equal(c.StartTime) && b.ScheduledStart.Equal(c.ScheduledStart) &&
		b.RecType == c.RecType && b.Media == c.Media && b.UserType == c.UserType &&
		b.SupportWatermark == c.SupportWatermark && b.CallInRestriction == c.CallInRestriction &&
		sameUnlisted(b.Unlisted, c.Unlisted)
}

// appendBasicChanges appends one change for each field that differs, the unlisted ones last and by name.
func appendBasicChanges(to []FieldChange, before, after *BasicInfo) []FieldChange {
	if before.equal(after) {
		return to
	}
	old := before.fields()
	for i, f := range after.fields() {
		if !f.value.Equal(old[i].value) {
			to = append(to, FieldChange{Part: PartBasic, Name: f.name, Old: old[i].value, New: f.value})
		}
	}
	return appendUnlistedChanges(to, PartBasic, before.Unlisted, after.Unlisted)
}
