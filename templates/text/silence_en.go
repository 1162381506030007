package text

import (
	"fmt"
	"time"
)

var englishSilence = SilenceText{
	AcknowledgedBy: func(who string) string { return "Acknowledged by " + who },
	SilencedBy:     func(who string) string { return "Silenced by " + who },
	Since:          "since", Until: "until", MeetingEnds: "until the meeting ends",
	Note:  func(note string) string { return "“" + note + "”" },
	NotSo: "Not the case at present.", NotKnown: "Not known to be the case at present.",
	Drift: func(profile, field string) string { return "What “" + profile + "” expects of “" + field + "”" },
	Card:  func(said, what string) string { return said + ": " + what },
	More:  func(n int) string { return fmt.Sprintf("and %d more", n) },

	WallAcknowledged: func(what string) string { return what + ", noted" },
	WallSilenced:     func(what string) string { return what + ", silenced" },
	CountLabel:       "acknowledged or silenced", WallCounted: "noted", Filter: "Acknowledged or silenced",

	Acknowledge: "Acknowledge", Silence: "Silence…", Again: "Alert again",

	Title: "Acknowledge or silence", HowLong: "For how long",
	Seen: "Acknowledge: somebody sees to it", SeenHelp: "Until it is no longer so. If it comes back, it alerts again.",
	SilenceFor: func(d time.Duration) string {
		switch {
		case d < time.Hour:
			return fmt.Sprintf("Silence for %d minutes", int(d.Minutes()))
		case d == time.Hour:
			return "Silence for 1 hour"
		}
		return fmt.Sprintf("Silence for %d hours", int(d.Hours()))
	},
	SilenceWithMeeting: "Silence until the meeting ends", AtTime: "Silence until a time of day",
	TimeOfDay: "Time of day in",
	NoteLabel: "Note", NoteHint: "Everybody who sees the meeting can read it. At most 200 characters.",
	Name: "Your name", NameHint: "Shown as who did it. This browser remembers it.",
	Submit:     "Save",
	AgainTitle: "Alert again", AgainHelp: "It counts again at once, on every page and wall.",
	GoneTitle: "It is no longer so", GoneHelp: "What you wanted to acknowledge or silence has been put right meanwhile, or the meeting has ended. Nothing was changed.",
	NoChoice: "Choose for how long.", NoTime: "Enter a time of day, such as 14:30.",
	TimePast: "This time has passed. Enter a later one, within twelve hours if it is tomorrow’s.",
	NoName:   "Enter your name.", BadName: "One line of at most 64 characters.",
	BadNote:   "One line of at most 200 characters.",
	NotStored: "Nothing was acknowledged or silenced, because it could not be stored. Check the disk, or the database; the log has the reason.", NotUnstored: "It stays as it is, because the change could not be stored. Check the disk, or the database; the log has the reason.",

	DidAcknowledge: func(who, what string) string { return who + " acknowledged: " + what },
	DidSilence:     func(who, what string) string { return who + " silenced: " + what },
	DidEnd: func(who, what string) string {
		if who == "" {
			return "Silence is over: " + what
		}
		return who + " has it alert again: " + what
	},
}
