package text

import (
	"fmt"
	"strings"

	"confboard/feed/conference"
)

// Facts are what a meeting's plain sentence tells. What is not known is left out, so nothing is claimed that was not
// reported.
type Facts struct {
	Ended, Scheduled        bool
	Locked, Unlocked        bool
	Muted                   bool // on entry
	MayUnmute, MayNotUnmute bool
	Mode                    string // the wire's word, empty when not reported
	Named                   string // the participant who is broadcast or has the floor, empty when not known
	Screens                 int64  // 0 when not known
	Recording, NotRecording bool
	RecordedBefore          bool
	SharingLocked, ChatOff  bool
	Captions                bool
}

func englishSentence(f Facts) string {
	var said []string
	say := func(when bool, sentence string) {
		if when {
			said = append(said, sentence)
		}
	}
	say(f.Ended, "Ended.")
	say(f.Scheduled, "Not started.")
	say(f.Locked, "Locked.")
	say(f.Unlocked, "Unlocked.")
	switch {
	case f.Muted && f.MayUnmute:
		say(true, "Muted on entry, may unmute.")
	case f.Muted && f.MayNotUnmute:
		say(true, "Muted on entry, may not unmute.")
	default:
		say(f.Muted, "Muted on entry.")
	}
	screens := ""
	if f.Screens > 0 {
		screens = " of " + englishScreens(f.Screens)
	}
	switch f.Mode {
	case "":
	case conference.ModeFree:
		if f.Screens > 0 {
			say(true, "Free mode, "+englishScreens(f.Screens)+".")
		} else {
			say(true, "Free mode.")
		}
	case conference.ModeFixed:
		say(true, "Broadcasting a fixed layout"+screens+".")
	case conference.ModeRollCall:
		if f.Named != "" {
			say(true, "Giving the floor to "+f.Named+".")
		} else {
			say(true, "Giving the floor to a participant.")
		}
	case conference.ModeBroadcast:
		if f.Named != "" {
			say(true, "Broadcasting "+f.Named+".")
		} else {
			say(true, "Broadcasting a participant.")
		}
	default:
		say(true, "Mode "+f.Mode+".")
	}
	say(f.Recording, "Recording.")
	say(f.NotRecording && f.RecordedBefore, "Not recording now, was recorded at some time.")
	say(f.NotRecording && !f.RecordedBefore, "Not recording.")
	say(f.SharingLocked, "Screen sharing locked.")
	say(f.ChatOff, "Chat off.")
	say(f.Captions, "Live captions on.")
	return strings.Join(said, " ")
}

func chineseSentence(f Facts) string {
	var said []string
	say := func(when bool, clause string) {
		if when {
			said = append(said, clause)
		}
	}
	say(f.Ended, "会议已结束")
	say(f.Scheduled, "会议未开始")
	say(f.Locked, "已锁定")
	say(f.Unlocked, "未锁定")
	switch {
	case f.Muted && f.MayUnmute:
		say(true, "入会时静音，可自行解除")
	case f.Muted && f.MayNotUnmute:
		say(true, "入会时静音，不可自行解除")
	default:
		say(f.Muted, "入会时静音")
	}
	switch f.Mode {
	case "":
	case conference.ModeFree:
		if f.Screens > 0 {
			say(true, fmt.Sprintf("自由模式，%d 画面", f.Screens))
		} else {
			say(true, "自由模式")
		}
	case conference.ModeFixed:
		if f.Screens > 0 {
			say(true, fmt.Sprintf("正在广播固定的 %d 画面", f.Screens))
		} else {
			say(true, "正在广播固定多画面")
		}
	case conference.ModeRollCall:
		if f.Named != "" {
			say(true, "正在点名 "+f.Named+" 发言")
		} else {
			say(true, "正在点名发言")
		}
	case conference.ModeBroadcast:
		if f.Named != "" {
			say(true, "正在广播 "+f.Named)
		} else {
			say(true, "正在广播与会者")
		}
	default:
		say(true, "会议模式 "+f.Mode)
	}
	say(f.Recording, "正在录制")
	say(f.NotRecording && f.RecordedBefore, "当前未录制，曾经录制过")
	say(f.NotRecording && !f.RecordedBefore, "未录制")
	say(f.SharingLocked, "屏幕共享已锁定")
	say(f.ChatOff, "聊天已禁用")
	say(f.Captions, "实时字幕已开启")
	if len(said) == 0 {
		return ""
	}
	return strings.Join(said, "；") + "。"
}
