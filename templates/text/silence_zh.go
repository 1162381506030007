package text

import (
	"fmt"
	"time"
)

var chineseSilence = SilenceText{
	AcknowledgedBy: func(who string) string { return who + " 已确认" },
	SilencedBy:     func(who string) string { return who + " 已静默" },
	Since:          "自", Until: "至", MeetingEnds: "至会议结束",
	Note:  func(note string) string { return "“" + note + "”" },
	NotSo: "目前无此情况。", NotKnown: "目前是否仍有此情况未知。",
	Drift: func(profile, field string) string { return "“" + profile + "”对“" + field + "”的要求" },
	Card:  func(said, what string) string { return said + "：" + what },
	More:  func(n int) string { return fmt.Sprintf("另有 %d 项", n) },

	WallAcknowledged: func(what string) string { return what + "（已确认）" },
	WallSilenced:     func(what string) string { return what + "（已静默）" },
	CountLabel:       "已确认或静默", WallCounted: "已确认/静默", Filter: "已确认或静默",

	Acknowledge: "确认", Silence: "静默…", Again: "恢复告警",

	Title: "确认或静默", HowLong: "时长",
	Seen: "确认：已有人处理", SeenHelp: "持续到问题消失为止；再次出现时会重新告警。",
	SilenceFor: func(d time.Duration) string {
		if d < time.Hour {
			return fmt.Sprintf("静默 %d 分钟", int(d.Minutes()))
		}
		return fmt.Sprintf("静默 %d 小时", int(d.Hours()))
	},
	SilenceWithMeeting: "静默至会议结束", AtTime: "静默至指定时间",
	TimeOfDay: "时间，时区：",
	NoteLabel: "备注", NoteHint: "能看到此会议的人都能看到备注，最多 200 个字符。",
	Name: "您的姓名", NameHint: "作为操作人显示，并由此浏览器记住。",
	Submit:     "保存",
	AgainTitle: "恢复告警", AgainHelp: "立即在所有页面和大屏上重新计入告警。",
	GoneTitle: "该情况已不存在", GoneHelp: "您要确认或静默的问题已经恢复，或者会议已经结束。未做任何更改。",
	NoChoice: "请选择时长。", NoTime: "请输入时间，例如 14:30。",
	TimePast: "该时间已过，请输入更晚的时间；如为次日，须在 12 小时以内。",
	NoName:   "请输入姓名。", BadName: "须为一行，最多 64 个字符。",
	BadNote:   "须为一行，最多 200 个字符。",
	NotStored: "未能确认或静默，因为无法保存。请检查磁盘或数据库，原因见日志。", NotUnstored: "未做更改，因为无法保存。请检查磁盘或数据库，原因见日志。",

	DidAcknowledge: func(who, what string) string { return who + " 已确认：" + what },
	DidSilence:     func(who, what string) string { return who + " 已静默：" + what },
	DidEnd: func(who, what string) string {
		if who == "" {
			return "静默到期：" + what
		}
		return who + " 恢复了告警：" + what
	},
}
