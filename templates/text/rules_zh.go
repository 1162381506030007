package text

import (
	"fmt"
	"time"

	"confboard/feed/conference"
)

var chineseRules = RulesText{
	Name: "规则", Title: "哪些情况需要人处理",
	Intro: "以下规则和预期方案决定进行中的会议何时显示“需关注”或“告警”。本页的设置优先于配置文件。",

	BuiltIn: "适用于所有会议的规则", BuiltInHelp: "看板自动检查的情况。",
	Rule: map[conference.Rule]string{
		conference.Overrunning: "超过计划结束时间", conference.NoHost: "无主持人", conference.BlankScreen: "空画面",
		conference.UnseenSpeaker: "发言者未显示", conference.UnlockedRecording: "录制中未锁定",
	},
	Holds: map[conference.Rule]string{
		conference.Overrunning:       "会议在计划结束时间之后仍在进行。",
		conference.NoHost:            "会中有与会者，但没有主持人。",
		conference.BlankScreen:       "多画面中某个画面的与会者均不在会中。",
		conference.UnseenSpeaker:     "有人正在发言，但固定或广播的多画面中没有显示。",
		conference.UnlockedRecording: "会议正在录制，而任何人都可以入会。",
	},
	Profiles:     "预期方案：会议应处于什么状态",
	ProfilesHelp: "从上到下依次生效：对每一项，以第一个适用于该会议且对该项有要求的方案为准。会议服务未上报的内容不会视为不符。",
	Add:          "添加方案", Full: "方案已达上限（100 个）。",
	None:           "还没有预期方案",
	NoneHelp:       "预期方案说明名称、ID 或分组符合通配符的会议应处于什么状态，例如已锁定、正在录制。会议与之不符且超过允许的时长时，所有页面和大屏都会显示“需关注”或“告警”。",
	NoneForViewers: "管理员可以在本页或配置文件中添加。",
	Example:        "从示例开始",
	ExampleSaid: func(form map[string]string) map[string]string {
		return exampleProfile(form, "董事会", "*董事会*")
	},

	Weight: map[conference.Weight]string{conference.Unimportant: "关闭：不提示", conference.Noteworthy: "需关注：应有人查看", conference.Urgent: "告警：需要立即处理"},
	Off:    "关闭",
	Span:   chineseSpan,
	Lasts: func(d time.Duration) string {
		if d == 0 {
			return "立即提示"
		}
		return "持续 " + chineseSpan(d) + "后提示"
	},
	For: "适用于", Everybody: "所有会议",
	ForTitle: func(pattern string) string { return "名称 " + pattern },
	ForID:    func(pattern string) string { return "ID " + pattern },
	ForGroup: func(pattern string) string { return "分组 " + pattern },
	Expected: "预期", FromSettings: "来自配置文件",
	SettingsSay: func(said string) string { return "配置文件中为：" + said },
	Made:        "在本页创建", MadeBy: func(name string) string { return name + " 在本页创建" },
	Changed: "已在本页修改", ChangedBy: func(name string) string { return name + " 在本页修改" },

	Fits:      func(n int) string { return fmt.Sprintf("适用于 %d 个会议", n) },
	Holding:   func(n int) string { return fmt.Sprintf("目前 %d 个会议", n) },
	Differing: func(n int) string { return fmt.Sprintf("%d 个不符", n) },
	NotYet: func(n, among int) string {
		if n == among {
			return "持续时间尚短，未提示"
		}
		return fmt.Sprintf("其中 %d 个持续时间尚短，未提示", n)
	},
	NoneHolds: "目前没有会议", NoneDiffers: "无不符",
	Which: "哪些会议？",
	More:  func(n int) string { return fmt.Sprintf("另有 %d 个", n) },

	Change: func(name string) string { return "修改“" + name + "”" }, ChangeShort: "修改",
	Up:           func(name string) string { return "上移“" + name + "”" },
	Down:         func(name string) string { return "下移“" + name + "”" },
	MoveConflict: "其中一个方案刚刚被其他人移除，因此未移动。以下是目前的顺序。",

	NewProfile: "添加方案", Back: "全部规则和方案",
	WhichMeetings: "适用于哪些会议", WhichHelp: "填写的各项须同时符合，且与全文匹配，不区分大小写。* 代表任意多个字符，? 代表一个字符。均不填写则适用于所有会议。",
	WhatExpected: "会议应处于什么状态", WhatExpectedHelp: "无要求的项保持不变即可。",
	WhenDiffers: "会议不符时", WhenHolds: "规则成立时",
	Labels: map[string]string{"name": "方案名称", "title": "会议名称", "confID": "会议 ID", "group": "分组", "severity": "重要程度", "grace": "允许不符的时长", "after": "须持续的时长"},
	Hints: map[string]string{
		"name": "会议不符时，提示中会显示此名称。", "title": "例如：董事会*", "confID": "例如：9004*", "group": "例如：销售部",
		"grace": "例如：30s（秒）、5m（分钟）、1h30m（小时和分钟），最长 24h。", "after": "例如：30s（秒）、5m（分钟）、1h30m（小时和分钟），最长 24h。",
	},
	NoMatter: "无要求",
	Save:     "保存", Try: "试算", Cancel: "取消",
	Remove: "移除此方案", RemoveHelp: "移除后，该方案立即对所有会议失效。",
	UseSettings: "恢复为配置文件的值",
	BadText:     "一行文字，最长 200 个字符。", BadWord: "请从选项中选择。",
	BadSpan: func(least, most time.Duration) string {
		return "请填写带单位的时长，范围为 " + chineseSpan(least) + "至 " + chineseSpan(most) + "，例如 30s、5m、1h30m。"
	},
	BadNumber: func(least, most int64) string { return fmt.Sprintf("请填写 %d 到 %d 的整数。", least, most) },
	NoName:    "请填写名称：提示中会说明是哪个方案的要求。", NameTaken: "本页或配置文件中已有同名方案，请换一个名称。",
	NothingExpected: "尚未设置任何预期，请至少选择一项。",
	NotStored:       "无法保存，未作任何更改。请检查磁盘是否已满或不可写、数据库是否正常，原因见日志。您填写的内容仍保留在本页。",
	NotChangeable:   "无法在本页更改：看板的数据文件未能打开，原因见日志。",
	Conflict: func(by string) string {
		who := "其他人"
		if by != "" {
			who = by + " "
		}
		return "在您打开本页之后，" + who + "已作了修改。您填写的内容仍保留，旁边列出了目前的值。再次保存将以您填写的内容为准。"
	},
	Gone:           "在您打开本页之后，此方案已被移除。您填写的内容仍保留，保存即可重新添加。",
	RemoveConflict: "在您打开本页之后，此方案已被修改，因此未移除。以下是目前的内容。",
	Meanwhile:      func(said string) string { return "目前：" + said }, Unsaid: "无",
	Tried: "如果现在保存",
	TriedFits: func(fits, live int) string {
		return fmt.Sprintf("适用于 %d 个会议，其中 %d 个有实时数据。", fits, live)
	},
	TriedLive: func(live int) string { return fmt.Sprintf("看板上有 %d 个会议有实时数据。", live) },
	TriedNone: "目前不会提示任何会议。",
	TriedSome: func(n int, after time.Duration) string {
		if after == 0 {
			return fmt.Sprintf("%d 个会议不符，将立即提示：", n)
		}
		return fmt.Sprintf("%d 个会议不符，如持续 %s将提示：", n, chineseSpan(after))
	},
	TriedOff: func(n int) string {
		if n == 0 {
			return "已关闭，不会提示。目前没有会议不符。"
		}
		return fmt.Sprintf("已关闭，不会提示。目前 %d 个会议不符：", n)
	},
	HoldsSome: func(n int, after time.Duration) string {
		if after == 0 {
			return fmt.Sprintf("目前 %d 个会议符合此规则，将立即提示：", n)
		}
		return fmt.Sprintf("目前 %d 个会议符合此规则，持续 %s后将提示：", n, chineseSpan(after))
	},
	HoldsOff: func(n int) string {
		return fmt.Sprintf("已关闭，不会提示。目前 %d 个会议符合此规则。", n)
	},
	Saved:   func(name string) string { return "方案“" + name + "”已保存并生效。" },
	Removed: "方案已移除。", Moved: "方案已按此顺序生效。",
	LimitSaved: func(name string) string { return "规则“" + name + "”已保存并生效。" },
	LimitSet:   func(name string) string { return "规则“" + name + "”已恢复为配置文件的值。" },
}

func chineseSpan(d time.Duration) (said string) {
	hours, minutes, seconds, rest := parted(d)
	add := func(text string) {
		if said != "" {
			said += " "
		}
		said += text
	}
	if hours > 0 {
		add(fmt.Sprintf("%d 小时", hours))
	}
	if minutes > 0 {
		add(fmt.Sprintf("%d 分钟", minutes))
	}
	if rest > 0 {
		add(fmt.Sprintf("%g 秒", (time.Duration(seconds)*time.Second + rest).Seconds()))
	} else if seconds > 0 || said == "" {
		add(fmt.Sprintf("%d 秒", seconds))
	}
	return said
}
