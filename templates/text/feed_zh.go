package text

import (
	"fmt"
	"time"

	"confboard/feed/conference"
)

var chineseFeed = FeedText{
	Name: "数据接入", Intro: "看板如何获知各会议的状态，以及某个会议为何不是实时。", Places: "页面", Back: "返回数据接入",
	More: "在“数据接入”页查看连接详情",

	ByLink: "按连接状态筛选会议",
	Title: func(problems int) string {
		if problems == 0 {
			return "数据接入 · Confboard"
		}
		return fmt.Sprintf("(%d) 数据接入 · Confboard", problems)
	},
	Frames: "推送消息", Dropped: "已丢弃",

	Listing: "企业会议列表",
	ListingState: map[conference.ListingState]string{
		conference.ListingOff: "未启用", conference.ListingAsking: "正在首次获取", conference.ListingCurrent: "已是最新",
		conference.ListingFailing: "最近一次获取失败", conference.ListingRefused: "被拒绝",
	},
	ListingNotPermitted: "该账号无权列出企业的会议，请将 cloud.app.userID 设为管理员。",
	ListingOff:          "目前只接入配置中列出的会议和在此手动添加的会议。在配置中填写 cloud.app 后，看板会自动发现企业的会议。",
	ListAgain:           "立即重新获取", ListAsked: "正在获取企业会议列表。",
	LastList: "最近一次完整列表", NextList: "下次获取", SignedIn: "最近登录", InProgress: "进行中", Booked: "未开始",
	PassedOver: "被接入规则排除", Unwatchable: "缺少主持人密码",
	Events: "企业事件推送", EventsOn: "正在接收", EventsOff: "未启用", EventsNone: "尚未收到",
	EventsHelp: "在配置中填写 cloud.hook 后，会议开始或结束时会议服务会立即通知看板。",
	LastEvent:  "最近事件", Accepted: "已接受", Repeated: "重复",
	EventFault: map[conference.EventFault]string{
		conference.EventMalformed: "不是事件消息", conference.EventApp: "应用 ID 不符，请检查 cloud.hook.appID",
		conference.EventSignature: "签名不符，请检查 cloud.hook 的密钥", conference.EventTime: "时间过旧或晚于当前时间，请检查时钟",
	},

	Meetings: "会议", Meeting: "会议", Link: "连接状态", Connection: "连接", Echo: "心跳应答", Token: "令牌", Messages: "消息", Details: "详情",
	Origin:  map[conference.Origin]string{conference.FromSettings: "配置文件", conference.ByHand: "手动添加", conference.Found: "企业列表"},
	NextTry: "下次尝试", NotByItself: "不会自动重试。",
	NotHeard:     "已连接，但会议服务尚未发送全量状态，或未及时应答心跳。",
	NotConnected: "未连接", ConnectedSince: "连接始于",
	Connects:   func(n uint64) string { return fmt.Sprintf("共连接 %d 次", n) },
	Reconnects: func(n uint64) string { return fmt.Sprintf("重连 %d 次", n) },
	RoundTrip:  func(d time.Duration) string { return "用时 " + shortChineseDuration(d) },
	NoToken:    "尚无", TokenUnused: "未在使用", ValidUntil: "有效期至", TokenUntil: "令牌有效期至",
	Clock: "会议服务时钟", ClockAhead: func(d time.Duration) string { return "会议服务时钟快 " + shortChineseDuration(d) }, Overdue: "逾期未更新",
	AppliedN: func(n string) string { return "已应用 " + n },
	DroppedN: func(n string) string { return "已丢弃 " + n },
	RefusedN: func(n string) string { return "已拒绝 " + n },
	Find:     "搜索", FindAll: "显示全部", FindLabel: "按会议名称或会议 ID 搜索", FindBy: "会议名称或会议 ID",
	Pages: "列表分页", Previous: "上一页", Following: "下一页",
	Range: func(from, to, of int) string {
		switch {
		case of == 0:
			return ""
		case from > to:
			return fmt.Sprintf("本页没有会议，共 %d 个", of)
		}
		return fmt.Sprintf("第 %d–%d 个，共 %d 个", from, to, of)
	},
	NoneFound: "没有此类会议", NoneFoundHelp: "没有符合该状态、名称或会议 ID 的会议。一旦出现，会自动列在这里。",

	LastRefused: "最近一次被拒绝的消息", LastDropped: "最近一次被丢弃的消息", NoneRefused: "没有消息被拒绝。", NoneDropped: "没有消息被丢弃。",
	Excerpt: "消息开头，已去除可能的密码和链接", At: "接收时间", Why: "原因", Where: "字段",
	CloudSaid:   "会议服务的说明",
	LastConnect: "连接次数", OriginName: "来源",
	DropReason: map[conference.Fate]string{
		conference.DroppedRepeated: "重复", conference.DroppedOlderFull: "全量消息，不比上一条新",
		conference.DroppedOlderSequence: "序号过旧", conference.DroppedBeforeFull: "早于最近的全量消息",
	},
	Partial: "正在等待全量消息",

	SignIn: "管理员登录", SignInNow: "登录", SignOut: "退出登录", SignedInAs: "已以管理员身份登录",
	SignInHelp: "管理员可以添加和移除会议、确认需要处理的事项、创建链接和大屏，并修改规则。看板显示的内容对所有人相同。",
	AdminToken: "管理员令牌", AdminTokenHint: "看板启动时会打印该令牌，仅可登录一次；下一个令牌保存在看板数据目录的 admin-token 文件中。",
	AdminTokenHintPrinted: "看板启动时会打印该令牌，仅可登录一次；登录后会打印下一个令牌。",
	WrongToken:            "这不是当前的管理员令牌。每个令牌仅可登录一次，请查看 admin-token 文件。",
	TokenUnstored:         "数据库没有响应，暂时无法登录。该令牌仍然有效，请稍后再试。",
	WrongTokenPrinted:     "这不是当前的管理员令牌。每个令牌仅可登录一次，看板已打印下一个令牌。",
	Wait: func(d time.Duration) string {
		return fmt.Sprintf("错误次数过多，请等待 %s后再试。", shortChineseDuration(d))
	},
	ByHand: "手动操作", Retry: "重试", RetryNow: "立即重试",
	Remove: "移除…", RemoveNow: "移除该会议", RemoveHelp: "看板将不再保留该会议及其主持人密码，会议本身不受影响。",
	RemoveListed: "该会议列在配置的 cloud.meetings 中，请在配置中移除。",
	RemoveFound:  "该会议来自企业会议列表，可通过配置中的接入规则排除。",
	Correct:      "如需更正主持人密码、名称或分组，请在“数据接入”页重新添加该会议。",
	Add:          "添加会议", AddNow: "添加",
	Optional:   func(name string) string { return name + "（选填）" },
	ConfIDHint: "与会议邀请一致，例如 900 487 914，空格可有可无。", HostPassword: "主持人密码",
	HostPasswordHint: "请填写主持人密码而非来宾密码。密码保存在看板的数据目录中，不再显示。若会议来自企业会议列表，则以列表中的密码为准。",
	MeetingName:      "名称", NameHint: "代替会议服务中的名称显示。", GroupHint: "例如客户或地点。",
	Added: func(id string) string { return "已添加会议 " + id + "，正在连接。" },
	Replaced: func(id string) string {
		return "已重新添加会议 " + id + "，替换了之前填写的内容。"
	},
	Removed: func(id string) string { return "已移除会议 " + id + "。" },
	Retried: func(id string) string { return "正在重试会议 " + id + "。" }, ShowAdded: "查看进展",
	NoConfID: "请填写会议 ID。", BadConfID: "会议 ID 由数字组成，个别情况含字母、- 或 _，最长 64 个字符。",
	NoPassword: "请填写主持人密码。", BadPassword: "主持人密码为一行文字，最长 200 个字符。",
	BadText: "一行文字，最长 200 个字符。", Listed: "该会议列在配置的 cloud.meetings 中，请在配置中更正后重启看板。",
	NotStored: "无法保存，会议未添加。请查看看板日志，并检查其数据目录是否可写、数据库是否正常。",
	NotPassed: "会议未添加，请查看看板日志。",

	SignInFirst: "登录已失效或尚未登录。请登录后重新操作。",
}

// shortChineseDuration is as shortDuration.
func shortChineseDuration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d 毫秒", max(1, d.Milliseconds()))
	case d < 10*time.Second && d%time.Second != 0:
		return fmt.Sprintf("%.1f 秒", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%d 秒", int((d+time.Second/2)/time.Second))
	}
	return fmt.Sprintf("%d 分钟", int((d+time.Minute-1)/time.Minute))
}
