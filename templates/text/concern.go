package text

import (
	"cmp"
	"strconv"
	"strings"

	"confboard/feed/conference"
)

// ConcernFacts is what is said about something that needs a person.
type ConcernFacts struct {
	Rule conference.Rule
	// Screens are the numbers of the screens that are blank.
	Screens []int64
	// Who speaks and is not seen; empty when that is not known here, as Screens then is.
	Who string
	// Profile expects the field to say Want.
	Profile, Want string
}

func englishConcern(f ConcernFacts) string {
	switch f.Rule {
	case conference.Overrunning:
		return "Over its planned end."
	case conference.NoHost:
		return "Nobody in the meeting is its host."
	case conference.BlankScreen:
		switch len(f.Screens) {
		case 0:
			return "A screen shows nobody: its participants are absent."
		case 1:
			return "Screen " + numbers(f.Screens, ", ") + " shows nobody: its participants are absent."
		}
		return "Screens " + numbers(f.Screens, ", ") + " show nobody: their participants are absent."
	case conference.UnseenSpeaker:
		return cmp.Or(f.Who, "Somebody") + " speaks, and no screen shows them."
	case conference.UnlockedRecording:
		return "Recorded while it is not locked."
	case conference.Drift:
		return "Not as expected by “" + f.Profile + "”: should be “" + f.Want + "”."
	}
	return string(f.Rule)
}

func chineseConcern(f ConcernFacts) string {
	switch f.Rule {
	case conference.Overrunning:
		return "已超过计划结束时间。"
	case conference.NoHost:
		return "会议中没有主持人。"
	case conference.BlankScreen:
		if len(f.Screens) == 0 {
			return "有画面无人：其与会者均不在会中。"
		}
		return "画面 " + numbers(f.Screens, "、") + " 无人：其与会者均不在会中。"
	case conference.UnseenSpeaker:
		if f.Who == "" {
			return "有人正在发言，但没有画面显示。"
		}
		return f.Who + " 正在发言，但没有画面显示。"
	case conference.UnlockedRecording:
		return "正在录制，但会议未锁定。"
	case conference.Drift:
		return "与“" + f.Profile + "”的预期不符：应为“" + f.Want + "”。"
	}
	return string(f.Rule)
}

func numbers(list []int64, comma string) string {
	texts := make([]string, len(list))
	for i, n := range list {
		texts[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(texts, comma)
}
