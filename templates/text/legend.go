package text

import (
	"confboard/feed/conference"
	"confboard/feed/rules"
)

// LegendText explains the marks of the pages. The marks themselves are drawn from the tables that draw them everywhere else.
type LegendText struct {
	// Title is what the legend is called, also where it is opened.
	Title string
	// Statuses, People and Page are the headings of the status classes, of what is said of participants, and of how the page itself
	// fares; the badges have the headings of their groups.
	Statuses, People, Page string
	Severity               map[rules.Severity]string
	Fields                 map[conference.Field]string
	// Other is the heading of how a badge looks that has no value: NotReported, SentEmpty and Unknown explain these.
	Other                           string
	NotReported, SentEmpty, Unknown string
	// Live, Reconnecting, Silent and Paused are about the page's own link.
	Live, Reconnecting, Silent, Paused string
}

var englishLegend = LegendText{
	Title: "What the marks mean", Statuses: "Status of a meeting", People: "Participants", Page: "This page",
	Severity: map[rules.Severity]string{
		rules.Critical:  "Something has to be done now: a rule that counts as an alert holds. The reason stands with the meeting.",
		rules.NoData:    "The cloud has been silent for too long; the clock says for how long. Do not rely on what is shown; check the network.",
		rules.Attention: "Somebody should look: the data may be old, the cloud refused the board, or a rule found something. The reason stands with the meeting.",
		rules.Pending:   "The first connection is being made; nothing is known yet. Wait.",
		rules.Healthy:   "The cloud answers in time; this is the newest state.",
		rules.Scheduled: "The meeting is not in progress. Its planned start stands in place of the words where it is known.",
		rules.Ended:     "The meeting has ended. Its last state stays for a while.",
	},
	Fields: map[conference.Field]string{
		conference.MeetingState:     "Where the meeting stands, as the cloud says.",
		conference.StatusMode:       "What everybody is made to see: nothing in particular, the layout that was set, whoever has the floor, or one participant.",
		conference.Lock:             "Whether the meeting is closed to further participants.",
		conference.EndTime:          "When it is planned to end. It can go on longer.",
		conference.Mute:             "Whether people are muted when they join. Those who are in the meeting may be muted or not.",
		conference.CanUnmute:        "Whether people who were muted may unmute themselves.",
		conference.VoiceActivation:  "Whether the picture follows whoever speaks.",
		conference.ForbiddenChat:    "Whether people may write to each other in the meeting.",
		conference.ConfIMGroupID:    "The ID of the meeting’s chat group.",
		conference.RecState:         "Whether it is being recorded now.",
		conference.RecOccurred:      "Whether it was recorded at some time, also if it is not being recorded now.",
		conference.RealTimeSubtitle: "Whether speech is shown as text, in whatever language.",
		conference.PicNum:           "How many screens continuous presence has.",
		conference.MultiPic:         "The layout that a person set. Without one the cloud decides who is shown where.",
		conference.LockSharing:      "Whether participants are kept from sharing their screens.",
		conference.ChairView:        "Whether the host is shown the participants one after the other.",
		conference.PartViewNum:      "How many participants are being focused on.",
		conference.MaxPartViewNum:   "How many participants can be focused on at most.",
	},
	Other:       "No value, or an unknown one",
	NotReported: "The cloud has said nothing of it since its last full message. That is not the same as off.",
	SentEmpty:   "The cloud sent it without a value.",
	Unknown:     "A value that the board does not know is shown as it came.",
	Live:        "Changes appear as they happen.", Reconnecting: "The board has not answered for 30 seconds; the page tries again by itself.",
	Silent: "The board has not answered for 45 seconds. The page is hatched and shows what was so before.",
	Paused: "You have paused the page; it stays as it was.",
}

var chineseLegend = LegendText{
	Title: "标记说明", Statuses: "会议的状态", People: "与会者", Page: "本页面",
	Severity: map[rules.Severity]string{
		rules.Critical:  "需要立即处理：触发了告警级别的规则，原因随会议一同显示。",
		rules.NoData:    "会议服务长时间没有应答，计时显示已持续多久。当前内容不可作为依据，请检查网络。",
		rules.Attention: "需要有人查看：数据可能过时、会议服务拒绝了连接，或触发了某条规则。原因随会议一同显示。",
		rules.Pending:   "正在首次连接，尚无任何信息，请稍候。",
		rules.Healthy:   "会议服务应答及时，所见即最新状态。",
		rules.Scheduled: "会议未在进行。已知计划开始时间时，以该时间代替文字。",
		rules.Ended:     "会议已结束，最后的状态会保留一段时间。",
	},
	Fields: map[conference.Field]string{
		conference.MeetingState:     "会议服务上报的会议所处阶段。",
		conference.StatusMode:       "与会者统一看到的内容：不作统一、所设的多画面、被点名者，或某一位与会者。",
		conference.Lock:             "会议是否不再允许其他人加入。",
		conference.EndTime:          "计划的结束时间，会议可能超时。",
		conference.Mute:             "入会时是否静音。已在会中的人可能静音，也可能没有。",
		conference.CanUnmute:        "被静音的人是否可以自行解除静音。",
		conference.VoiceActivation:  "画面是否跟随发言者切换。",
		conference.ForbiddenChat:    "会中是否可以互发消息。",
		conference.ConfIMGroupID:    "会议聊天群组的 ID。",
		conference.RecState:         "当前是否正在录制。",
		conference.RecOccurred:      "是否曾经录制过，即使现在没有录制。",
		conference.RealTimeSubtitle: "是否将发言实时显示为文字，不论何种语言。",
		conference.PicNum:           "多画面包含的画面数。",
		conference.MultiPic:         "由人设置的多画面。未设置时，各画面显示谁由会议服务决定。",
		conference.LockSharing:      "是否禁止与会者共享屏幕。",
		conference.ChairView:        "是否向主持人依次显示各与会者。",
		conference.PartViewNum:      "当前被关注的与会者人数。",
		conference.MaxPartViewNum:   "最多可以关注的与会者人数。",
	},
	Other:       "没有值，或值未知",
	NotReported: "自最近的全量消息以来，会议服务未提及此项。这不等于关闭。",
	SentEmpty:   "会议服务上报了此项，但没有值。",
	Unknown:     "看板不认识的值按原样显示。",
	Live:        "变化会即时显示。", Reconnecting: "看板已 30 秒没有应答，页面正在自动重试。",
	Silent: "看板已 45 秒没有应答。页面显示斜纹，内容为此前的状态。",
	Paused: "您已暂停本页，内容保持不变。",
}
