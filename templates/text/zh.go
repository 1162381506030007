package text

import (
	"fmt"

	"confboard/feed/conference"
	"confboard/feed/rules"
)

// chinese is Simplified Chinese. One thing has one name: meeting 会议, cloud 会议服务, board 看板, overview 会议总览, feed 数据接入, wall 大屏, link
// (to the cloud) 连接, link (to a meeting) 链接, to take it back 撤销, badge 徽标, participant 与会者, host 主持人, co-host 联席主持人, attendee
// 观众, waiting room 等候室, continuous presence 多画面, screen 画面, presentation 共享内容, full 全量, incremental 增量, to silence 静默, to
// acknowledge 确认, admin 管理员, viewer 查看者, account 账号, key 密钥, token 令牌. A test finds other names of some of these.
var chinese = Catalogue{
	Lang: Chinese, HTMLLang: "zh-CN", OwnName: "简体中文",

	Product: "Confboard",

	SkipToContent: "跳到主要内容", Overview: "会议总览", Language: "语言", Theme: "主题", ServerClock: "服务器时间",
	ConnectingToBoard: "正在连接…", Reconnecting: "正在重新连接…", BoardSilent: "无数据", BoardLive: "实时",
	NoRoom: "打开的页面过多", NoRoomHelp: "打开的页面已达看板上限。此页显示的是加载时的内容，并会自动重试。",
	Pause: "暂停实时更新", Paused: "已暂停",
	Themes:   map[string]string{"system": "跟随系统", "light": "浅色", "dark": "深色"},
	NoScript: "未启用 JavaScript 时本页不会自动更新，请刷新页面查看最新状态。",

	Severity: map[rules.Severity]string{
		rules.Critical: "告警", rules.NoData: "无数据", rules.Attention: "需关注", rules.Pending: "连接中",
		rules.Healthy: "实时", rules.Scheduled: "未开始", rules.Ended: "已结束",
	},
	SeverityCount: map[rules.Severity]string{
		rules.Critical: "告警", rules.NoData: "无数据", rules.Attention: "需关注", rules.Pending: "连接中",
		rules.Healthy: "实时", rules.Scheduled: "未开始", rules.Ended: "已结束",
	},
	Link: map[conference.LinkState]string{
		conference.Connecting: "连接中", conference.Waiting: "等待会议开始", conference.Live: "实时",
		conference.Stale: "数据可能过时", conference.Lost: "无数据", conference.Refusing: "被拒绝", conference.Over: "已结束",
	},
	LinkHelp: map[conference.LinkState]string{
		conference.Connecting: "正在首次连接会议服务，尚无该会议的任何信息。",
		conference.Waiting:    "会议未在进行，Confboard 会自动再次查询。",
		conference.Live:       "会议服务应答及时，所见即最新状态。",
		conference.Stale:      "所见内容可能已过时，Confboard 正在自动重新连接。",
		conference.Lost:       "会议服务长时间没有应答，当前显示内容不可作为依据。",
		conference.Refusing:   "会议服务拒绝了连接，所见内容可能已过时，需人工处理。",
		conference.Over:       "会议已结束，所见为最后已知状态。",
	},
	Reason: map[conference.LinkReason]string{
		conference.ReasonUnreachable:   "无法连接会议服务。若持续如此，请检查网络。",
		conference.ReasonDNS:           "无法解析会议服务的主机名，请检查 cloud.endpoint 和域名服务器。",
		conference.ReasonTLS:           "会议服务的证书未通过验证，请检查系统时间、代理和 cloud.endpoint。",
		conference.ReasonUnavailable:   "会议服务暂时不可用，正在重试。",
		conference.ReasonClosed:        "会议服务关闭了连接，正在重新连接。",
		conference.ReasonNoEcho:        "会议服务不再应答，正在重新连接。",
		conference.ReasonFlood:         "会议服务推送的数据远超会议所需，已断开连接；若情况持续，重新连接的间隔会越来越长。",
		conference.ReasonTokenSpent:    "会议服务不接受当前令牌，正在获取新令牌。",
		conference.ReasonNotStarted:    "会议尚未开始。",
		conference.ReasonPassword:      "会议不存在或主持人密码错误。请在配置中更正密码并重启，或在“数据接入”页重新添加该会议；密码多次错误会导致锁定。",
		conference.ReasonNoPassword:    "缺少主持人密码。请在配置中填写并重启，或在“数据接入”页添加该会议。",
		conference.ReasonLocked:        "密码错误次数过多，已被锁定。请稍候，然后在配置中填写正确密码并重启，或在“数据接入”页重新添加该会议。",
		conference.ReasonNotPermitted:  "会议服务不允许该操作。若为会议，请向会议组织者索取主持人权限；若为企业列表，应用需要管理员权限。",
		conference.ReasonWrongSite:     "会议位于会议服务的另一站点，请检查 cloud.endpoint。",
		conference.ReasonSubscription:  "会议服务拒绝推送该会议的状态。其说明见“数据接入”页的详情；若持续如此，请联系会议服务的技术支持。",
		conference.ReasonUnexpected:    "会议服务的应答无法识别，详见日志。",
		conference.ReasonInsecureWSURL: "会议服务给出了未加密的 WebSocket 地址，Confboard 不予使用。请检查 cloud.endpoint 是否为会议服务的地址；若无误，请联系会议服务的技术支持。",
		conference.ReasonProxy:         "中间的代理拒绝连接或无法访问，请检查代理设置。",
		conference.ReasonPlayback:      "录制内容已播放完毕。",
		conference.ReasonNoBus:         "本机与集群中的其他节点失去联系（NATS），暂时收不到它们的数据。连接会自动恢复；若长时间未恢复，请检查 cluster 配置。",
		conference.ReasonNoInstance:    "负责该会议的节点已离线，或与其他节点失去联系。数秒内将由该节点恢复，或由其他节点接管。",
		conference.ReasonNewerInstance: "负责该会议的节点版本较新，本机无法识别其数据，请升级本机。",
		conference.ReasonAppLogin:      "会议服务不接受应用 ID 或其密钥。请更正配置中的 cloud.app 后重启；若已在会议服务侧修正，请立即重试。",
		conference.ReasonClock:         "本机时钟与会议服务的时钟相差过大，请校准时钟。",
		conference.ReasonAccountLocked: "企业账号已停用或被锁定。请解锁后重试。",
	},

	Fields: map[conference.Field]FieldText{
		conference.EndTime: {Name: "计划结束时间"},
		conference.StatusMode: {Name: "会议模式", Values: map[string]string{
			conference.ModeFree: "自由模式", conference.ModeFixed: "固定多画面", conference.ModeRollCall: "正在点名发言", conference.ModeBroadcast: "正在广播与会者"}},
		conference.MeetingState: {Name: "会议状态", Values: map[string]string{
			conference.StateSchedule: "待召开", conference.StateCreated: "进行中", conference.StateDestroyed: "已结束"}},
		conference.VoiceActivation:  {Name: "声控切换", Values: map[string]string{"0": "声控切换已关闭", "1": "声控切换已开启"}},
		conference.Lock:             {Name: "会议锁定", Values: map[string]string{"0": "未锁定", "1": "已锁定"}},
		conference.Mute:             {Name: "入会静音", Values: map[string]string{"0": "入会不静音", "1": "入会时静音"}},
		conference.LockSharing:      {Name: "屏幕共享", Values: map[string]string{"0": "允许共享", "1": "共享已锁定"}},
		conference.CanUnmute:        {Name: "自行解除静音", Values: map[string]string{"0": "不允许自行解除静音", "1": "允许自行解除静音"}},
		conference.ChairView:        {Name: "主持人轮询", Values: map[string]string{"0": "主持人未轮询与会者", "1": "主持人正在轮询与会者"}},
		conference.PicNum:           {Name: "画面数"},
		conference.PartViewNum:      {Name: "被关注人数"},
		conference.MaxPartViewNum:   {Name: "最多可关注人数"},
		conference.RecState:         {Name: "录制", Values: map[string]string{"0": "未录制", "1": "正在录制"}},
		conference.MultiPic:         {Name: "自定义多画面"},
		conference.ConfIMGroupID:    {Name: "聊天群组"},
		conference.ForbiddenChat:    {Name: "聊天", Values: map[string]string{"0": "聊天已开启", "1": "聊天已禁用"}},
		conference.RecOccurred:      {Name: "曾经录制", Values: map[string]string{"0": "尚未录制过", "1": "曾经录制过"}},
		conference.RealTimeSubtitle: {Name: "实时字幕", Values: map[string]string{"0": "字幕已关闭", "1": "字幕已开启"}},
	},

	NotReported: "未上报", SentEmpty: "上报为空",
	Pair:    func(name, said string) string { return name + "：" + said },
	Unknown: func(v string) string { return v + "（未知值）" },

	Filter: "按状态筛选会议", StaleCount: "数据过时",
	Problems:       func(int) string { return "个问题" },
	NoMeetings:     "看板上还没有会议",
	NoMeetingsHelp: "请在配置的 cloud.meetings 中列出会议，或配置 cloud.app 自动发现会议，也可在“数据接入”页添加。",
	NoProblems:     "没有问题",
	NoProblemsHelp: "看板上的会议一切正常。一旦出现问题，会自动列在这里。",
	MeetingCount:   func(n int) string { return fmt.Sprintf("%d 个会议", n) },
	OverviewTitle: func(problems int) string {
		if problems == 0 {
			return "会议总览 · Confboard"
		}
		return fmt.Sprintf("(%d) %d 个会议有问题 · Confboard", problems, problems)
	},
	NoneOfThese: "没有此类会议", NoneOfTheseHelp: "目前没有处于该状态的会议。一旦出现，会自动列在这里。",
	PlannedEnd: "计划结束", EndingSoon: "即将结束，", Overrun: "已超时 ",
	LastChange: "最近状态变化", LastEcho: "最近心跳应答", TheLink: "会议服务连接", Since: "始于", Never: "暂无",
	Screens: func(n int64) string { return fmt.Sprintf("%d 画面", n) },

	ConfID: "会议 ID", Group: "分组",
	GroupMeeting: "会议", GroupSound: "声音与聊天", GroupPicture: "画面", GroupRecording: "录制与字幕",
	Layout: "多画面",
	LayoutAutomatic: func(n int64) string {
		return fmt.Sprintf("自动多画面，共 %d 个画面，各画面显示谁由会议服务决定。", n)
	},
	LayoutAutomaticUnknown: "自动多画面，画面数未上报。",
	LayoutNotReported:      "尚无多画面信息。",
	LayoutGridOrder:        "按编号排列：仅表示画面顺序，不代表实际位置和大小。",
	LayoutPeriod:           func(s int64) string { return fmt.Sprintf("每 %d 秒轮换", s) },
	LayoutDated:            "此前设置，可能已不适用：会议模式或画面数此后有变化。",
	LayoutIrregular:        func(n int) string { return fmt.Sprintf("%d 个画面的编号缺失、重复或不合理。", n) },
	LayoutOverridden: func(mode string) string {
		return "当前与会者看到的不是此多画面。会议模式：" + mode + "。"
	},
	LayoutSummary:    func(n int) string { return fmt.Sprintf("手动设置：%d 个画面", n) },
	Screen:           func(n int) string { return fmt.Sprintf("画面 %d", n) },
	ScreenPeriod:     func(s int64) string { return fmt.Sprintf("每 %d 秒轮换", s) },
	ScreenUnnumbered: "编号不可用的画面",
	ScreenEmpty:      "未指定与会者", ScreenAbsent: "未描述", ScreenPresentation: "共享内容", ScreenTurns: "轮流显示，当前显示的是谁未知",
	ScreenTwice: "重复描述", ScreenBeyond: "超出画面数",
	Partial:     "收到全量消息之前，部分状态可能缺失。",
	Freshness:   "数据时效",
	LastMessage: "最近一条消息", NoMessageYet: "尚未收到消息。",
	MessageType: "类型", MessageMode: "方式", Full: "全量", Incremental: "增量",
	Version: "版本", Sequence: "序号", CreateTime: "生成时间", MsgID: "消息 ID", Occurrence: "场次",
	Intake: "消息接收情况", Applied: "已应用", Refused: "已拒绝", Passed: "已略过", Withheld: "疑似密码或链接，未予保留",
	Dropped: map[conference.Fate]string{
		conference.DroppedRepeated: "已丢弃：重复", conference.DroppedOlderFull: "已丢弃：全量消息，不比上一条新",
		conference.DroppedOlderSequence: "已丢弃：序号过旧", conference.DroppedBeforeFull: "已丢弃：早于最近的全量消息",
	},
	LastRefusal: "最近一次拒绝",
	Refusal: map[conference.RefusalKind]string{
		conference.RefusedNotJSON:  "消息不是 JSON 对象",
		conference.RefusedEnvelope: "消息类型、方式、版本或时间缺失或不可用",
		conference.RefusedValue:    "某字段的值无法转换",
		conference.RefusedTooLarge: "消息或其中的文本过长",
		conference.RefusedTooMany:  "字段、画面或人员过多", conference.RefusedTooDeep: "嵌套过深",
		conference.RefusedOtherMeeting: "消息属于另一个会议",
	},
	OtherFields: "其他推送字段", OtherFieldsHelp: "消息中没有对应徽标的字段，按原始字段名列出。", NoOtherFields: "无。",

	ListComma:           "、",
	Sentence:            chineseSentence,
	Participants:        func(n int) string { return fmt.Sprintf("%d 位与会者", n) },
	ParticipantsUnknown: "尚无与会者信息。", SomeParticipants: "目前已上报的与会者", NobodyHere: "会议中暂无与会者。",
	Search: "按姓名或号码搜索",
	Roles:  map[conference.Role]string{conference.Host: "主持人", conference.Ordinary: "与会者", conference.Attendee: "观众"},
	CoHost: "联席主持人", Speaking: "正在发言", HandRaised: "举手", Muted: "已静音",
	Calling: "正在呼叫", Sharing: "正在共享", Voice: "仅语音",
	Broadcasting: "正在被广播", HasFloor: "被点名发言", NotHere: "不在会中",
	SpeakingNow:  func(names string) string { return "正在发言：" + names },
	NobodySpeaks: "无人发言。",
	Joined:       "入会时间", Owner: "预订人", Started: "开始时间", Scheduled: "计划开始时间", Running: "已进行", CloudTitle: "会议服务中的名称",
	RecordingTypeName: "录制类型", MediaTypeName: "媒体类型",
	RecordingType: map[string]string{"0": "不录制", "1": "录制", "2": "录制并直播", "3": "直播"},
	MediaType:     map[string]string{"1": "语音", "2": "视频"},
	WaitingRoom:   func(n int) string { return fmt.Sprintf("等候室 %d 人", n) },
	FocusedOf:     func(n, max int64) string { return fmt.Sprintf("%d 人，最多 %d 人", n, max) },
	LayoutExact:   "按所设位置和大小显示。", LayoutNone: "未设置自定义多画面", GridsSetAside: "无法绘制的多画面布局",

	// Wall.
	Wall: "大屏", WallPage: "页",
	WallPlannedEnd: "计划结束", WallEndingSoon: "即将结束",
	WallPlannedStart: "计划开始", WallRecording: "录制中", WallBroadcast: "正在广播",
	WallParticipants: func(int) string { return "人在会中" },
	WallMore:         "个无问题的会议未显示", WallMoreProblems: "个有问题的会议未显示",
	WallClockOff: "本屏幕时钟误差",
	WallOnly:     func(filters string) string { return "仅显示：" + filters },
	Walls:        chineseWall,
	Named:        chineseNamedWall,

	NeedsAttention: "需要关注",
	Concern:        chineseConcern,
	ConcernShort: map[conference.Rule]string{
		conference.Overrunning: "已超时", conference.NoHost: "无主持人", conference.BlankScreen: "空画面",
		conference.UnseenSpeaker: "发言者未显示", conference.UnlockedRecording: "录制中未锁定",
	},
	Silence: chineseSilence,

	AbsentTitle:    "看板上没有这个会议",
	AbsentHelp:     "请检查地址中的会议 ID。如果无误，说明该会议尚未纳入看板；一旦出现，本页会自动显示。",
	Errors:         chineseProblems,
	BackToOverview: "返回会议总览",

	// The overview's search, filters, order and pages.
	FilterSearch: "搜索会议名称、ID 或预订人", FilterPanel: "筛选", FilterShow: "显示", FilterClear: "全部清除", FilterRemove: "移除此条件",
	FilterSearched: func(words string) string { return "搜索：" + words },
	FilterStatus:   "状态", FilterAny: "不限", FilterWhere: "仅显示", FilterProblems: "有问题",
	FilterNearEnd: "10 分钟内结束", FilterOverrun: "已超过计划结束时间", FilterNoHost: "主持人不在会中", FilterEmpty: "会中无人",
	FilterWaiting: "等候室有人",
	SortBy:        "排序",
	Sorts: map[string]string{"": "需关注的优先", "start": "开始时间，早的在前", "end": "计划结束时间，早的在前",
		"title": "会议名称", "participants": "与会人数，多的在前"},
	Range:  func(from, to, total int) string { return fmt.Sprintf("第 %d–%d 个，共 %d 个", from, to, total) },
	PageOf: func(page, pages int) string { return fmt.Sprintf("第 %d/%d 页", page, pages) },
	Pages:  "列表分页", PagesBelow: "列表分页（列表下方）", PagePrevious: "上一页", PageNext: "下一页",
	NothingFound: "没有符合条件的会议", NothingFoundHelp: "看板上没有会议符合当前的搜索和筛选条件。一旦出现，会自动列在这里。",
	ShowAll: "显示全部会议",
	Density: "显示密度", Densities: map[string]string{"comfortable": "宽松", "compact": "紧凑"},
	Keys: "键盘快捷键", KeysOn: "启用单键快捷键", Close: "关闭",
	KeySearch: "转到搜索", KeyNext: "下一个会议", KeyPrevious: "上一个会议", KeyRow: "下方或上方的会议", KeyOpen: "打开会议",
	KeyProblems: "仅看有问题的会议，再按恢复全部", KeyAll: "全部会议，清除搜索和筛选", KeyFilters: "打开或收起筛选",
	KeyPages: "上一页或下一页", KeyLeave: "关闭已打开的内容，离开搜索",
	Feed: chineseFeed, FeedCluster: chineseFeedCluster, Playback: chinesePlayback, Timeline: chineseTimeline, History: chineseHistory, Rules: chineseRules,
	Share: chineseShare, Account: chineseAccount, Legend: chineseLegend, Provider: chineseProvider, SetUp: chineseSetUp,
}
