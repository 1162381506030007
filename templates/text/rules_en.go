package text

import (
	"fmt"
	"strings"
	"time"

	"confboard/feed/conference"
)

var englishRules = RulesText{
	Name: "Rules", Title: "What needs a person",
	Intro: "These rules and profiles decide when a live meeting says CHECK or ALERT. What is said on this page counts before what the settings say.",

	BuiltIn: "Rules for every meeting", BuiltInHelp: "What the board looks for by itself.",
	Rule: map[conference.Rule]string{
		conference.Overrunning: "Over its planned end", conference.NoHost: "No host", conference.BlankScreen: "Blank screen",
		conference.UnseenSpeaker: "Speaker not shown", conference.UnlockedRecording: "Recorded while not locked",
	},
	Holds: map[conference.Rule]string{
		conference.Overrunning:       "The meeting goes on after its planned end.",
		conference.NoHost:            "There are participants, and none of them is the host.",
		conference.BlankScreen:       "All participants of a screen of the layout are absent.",
		conference.UnseenSpeaker:     "Somebody speaks whom no screen of a fixed or broadcast layout shows.",
		conference.UnlockedRecording: "The meeting is recorded, and anybody can come in.",
	},
	Profiles:     "Profiles: what meetings are expected to be",
	ProfilesHelp: "They count from the top: for each field, the first profile that fits the meeting and expects something of the field. What the cloud did not report is never taken for wrong.",
	Add:          "Add a profile", Full: "There are as many profiles as there can be: 100.",
	None:           "No profiles yet",
	NoneHelp:       "A profile says what meetings are expected to be, such as locked and recorded, for those whose title, ID or group fits a pattern. A meeting that differs from it for longer than it may says CHECK or ALERT, on every page and wall.",
	NoneForViewers: "An admin can add them here, or in the settings.",
	Example:        "Start from an example",
	ExampleSaid:    func(form map[string]string) map[string]string { return exampleProfile(form, "Board", "Board*") },

	Weight: map[conference.Weight]string{conference.Unimportant: "Off: nobody is told", conference.Noteworthy: "CHECK: somebody should look", conference.Urgent: "ALERT: something has to be done now"},
	Off:    "OFF",
	Span:   englishSpan,
	Lasts: func(d time.Duration) string {
		if d == 0 {
			return "at once"
		}
		return "after " + englishSpan(d)
	},
	For: "For", Everybody: "every meeting",
	ForTitle: func(pattern string) string { return "title " + pattern },
	ForID:    func(pattern string) string { return "ID " + pattern },
	ForGroup: func(pattern string) string { return "group " + pattern },
	Expected: "Expected", FromSettings: "From the settings",
	SettingsSay: func(said string) string { return "The settings say: " + said },
	Made:        "Made here", MadeBy: func(name string) string { return "Made here by " + name },
	Changed: "Changed here", ChangedBy: func(name string) string { return "Changed here by " + name },

	Fits:    func(n int) string { return "Fits " + englishMeetings(n) },
	Holding: func(n int) string { return englishMeetings(n) + " now" },
	Differing: func(n int) string {
		if n == 1 {
			return "1 differs"
		}
		return fmt.Sprintf("%d differ", n)
	},
	NotYet: func(n, among int) string {
		if n == among {
			return "not yet for long enough"
		}
		return fmt.Sprintf("%d of them not yet for long enough", n)
	},
	NoneHolds: "No meeting now", NoneDiffers: "none differs",
	Which: "Which?",
	More:  func(n int) string { return fmt.Sprintf("and %d more", n) },

	Change: func(name string) string { return "Change “" + name + "”" }, ChangeShort: "Change",
	Up:           func(name string) string { return "Move “" + name + "” up" },
	Down:         func(name string) string { return "Move “" + name + "” down" },
	MoveConflict: "Somebody has removed one of these profiles meanwhile, so nothing was moved. This is how they stand now.",

	NewProfile: "Add a profile", Back: "All rules and profiles",
	WhichMeetings: "Which meetings", WhichHelp: "All patterns that are given have to match the whole text, in upper or lower case. * stands for any characters, ? for one. Without any, the profile is for every meeting.",
	WhatExpected: "What they are expected to be", WhatExpectedHelp: "Leave what does not matter as it is.",
	WhenDiffers: "When a meeting differs", WhenHolds: "When the rule holds",
	Labels: map[string]string{"name": "Name of the profile", "title": "Title", "confID": "Meeting ID", "group": "Group", "severity": "How much it matters", "grace": "How long it may differ", "after": "How long it has to last"},
	Hints: map[string]string{
		"name": "It is named wherever a meeting differs.", "title": "For instance Board*", "confID": "For instance 9004*", "group": "For instance Sales",
		"grace": "For instance 30s, 5m or 1h30m, up to 24h.", "after": "For instance 30s, 5m or 1h30m, up to 24h.",
	},
	NoMatter: "Does not matter",
	Save:     "Save", Try: "Try", Cancel: "Cancel",
	Remove: "Remove this profile", RemoveHelp: "It stops counting at once, for all meetings.",
	UseSettings: "Use what the settings say",
	BadText:     "One line of at most 200 characters.", BadWord: "Choose one of these.",
	BadSpan: func(least, most time.Duration) string {
		return "A number with its unit, from " + englishSpan(least) + " to " + englishSpan(most) + ": for instance 30s, 5m or 1h30m."
	},
	BadNumber: func(least, most int64) string { return fmt.Sprintf("A whole number from %d to %d.", least, most) },
	NoName:    "Give it a name: people are told which profile expects something.", NameTaken: "There is another profile of this name, here or in the settings. Each needs its own.",
	NothingExpected: "Nothing is expected yet. Choose at least one.",
	NotStored:       "Nothing was changed, because it could not be stored. Check whether the disk is full or cannot be written, or the database does not answer; the log has the reason. What you entered is still here.",
	NotChangeable:   "Nothing can be changed here: the board’s file does not open. The log has the reason.",
	Conflict: func(by string) string {
		who := "Somebody"
		if by != "" {
			who = by
		}
		return who + " has changed this after you opened it. What you entered is still here, and beside it what counts now. Save again to replace that."
	},
	Gone:           "Somebody has removed this profile after you opened it. What you entered is still here: save to add it again.",
	RemoveConflict: "Somebody has changed this profile after you opened it, so it was not removed. This is what it says now.",
	Meanwhile:      func(said string) string { return "Now: " + said }, Unsaid: "nothing",
	Tried: "If this were saved now",
	TriedFits: func(fits, live int) string {
		are := "are"
		if live == 1 {
			are = "is"
		}
		return fmt.Sprintf("It fits %s on the board, of which %d %s live.", englishMeetings(fits), live, are)
	},
	TriedLive: func(live int) string {
		if live == 1 {
			return "1 meeting on the board is live."
		}
		return fmt.Sprintf("%d meetings on the board are live.", live)
	},
	TriedNone: "No meeting would be told about now.",
	TriedSome: func(n int, after time.Duration) string {
		if after == 0 {
			return englishDiffer(n) + " and would be told about at once:"
		}
		return englishDiffer(n) + " and would be told about " + englishSpan(after) + " from now, if it lasts:"
	},
	TriedOff: func(n int) string {
		if n == 0 {
			return "Off: nobody would be told. No meeting differs now."
		}
		return "Off: nobody would be told, though " + englishDiffer(n) + ":"
	},
	HoldsSome: func(n int, after time.Duration) string {
		when := "at once"
		if after > 0 {
			when = englishSpan(after) + " from now, if it lasts"
		}
		return "It holds for " + englishMeetings(n) + ", told about " + when + ":"
	},
	HoldsOff: func(n int) string { return "Off: nobody would be told. It holds for " + englishMeetings(n) + " now." },
	Saved:    func(name string) string { return "The profile “" + name + "” is saved and counts now." },
	Removed:  "The profile is removed.", Moved: "The profiles count in this order now.",
	LimitSaved: func(name string) string { return "The rule “" + name + "” is saved and counts now." },
	LimitSet:   func(name string) string { return "For the rule “" + name + "” the settings count again." },
}

func englishMeetings(n int) string {
	if n == 1 {
		return "1 meeting"
	}
	return fmt.Sprintf("%d meetings", n)
}

func englishDiffer(n int) string {
	if n == 1 {
		return "1 meeting differs"
	}
	return fmt.Sprintf("%d meetings differ", n)
}

func englishSpan(d time.Duration) string {
	hours, minutes, seconds, rest := parted(d)
	var parts []string
	if hours > 0 {
		parts = append(parts, fmt.Sprintf("%d h", hours))
	}
	if minutes > 0 {
		parts = append(parts, fmt.Sprintf("%d min", minutes))
	}
	if rest > 0 {
		parts = append(parts, fmt.Sprintf("%g s", (time.Duration(seconds)*time.Second+rest).Seconds()))
	} else if seconds > 0 || len(parts) == 0 {
		parts = append(parts, fmt.Sprintf("%d s", seconds))
	}
	return strings.Join(parts, " ")
}
