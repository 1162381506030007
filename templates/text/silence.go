package text

import "time"

// SilenceText is what is said of concerns that somebody has acknowledged or silenced, and where that is done.
type SilenceText struct {
	// AcknowledgedBy stands before Since and an instant, SilencedBy before Until and an instant, or before MeetingEnds.
	AcknowledgedBy, SilencedBy func(who string) string
	Since, Until, MeetingEnds  string
	Note                       func(note string) string
	// NotSo and NotKnown say of what is silenced that it is not the case, or not known to be.
	NotSo, NotKnown string
	// Drift is what a profile expects of a field.
	Drift func(profile, field string) string
	// Card tells on a card what was acknowledged or silenced; More stands for what else was.
	Card func(said, what string) string
	More func(n int) string
	// WallAcknowledged and WallSilenced say it from afar.
	WallAcknowledged, WallSilenced func(what string) string
	// CountLabel stands behind the number of meetings that have something acknowledged or silenced, WallCounted as well, in a word; Filter is
	// the filter for them.
	CountLabel, WallCounted, Filter string

	// What an admin can do; Silence leads to a page, and Again ends either.
	Acknowledge, Silence, Again string

	// The page.
	Title, HowLong             string
	Seen, SeenHelp             string
	SilenceFor                 func(d time.Duration) string
	SilenceWithMeeting, AtTime string
	// TimeOfDay stands before the name of the zone.
	TimeOfDay              string
	NoteLabel, NoteHint    string
	Name, NameHint         string
	Submit                 string
	AgainTitle, AgainHelp  string
	GoneTitle, GoneHelp    string
	NoChoice, NoTime       string
	TimePast               string
	NoName, BadName        string
	BadNote                string
	NotStored, NotUnstored string

	// Told in the timeline. who is empty when the time of a silence was up.
	DidAcknowledge, DidSilence func(who, what string) string
	DidEnd                     func(who, what string) string
}
