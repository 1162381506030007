package text

import (
	"fmt"
	"strings"
	"time"

	"confboard/feed/conference"
)

var chineseShare = ShareText{
	Untitled: "共享的会议", Loading: "正在连接看板…", Plain: "显示当前状态",
	NotHere:   "该会议目前不在看板上。会议出现后，本页会自动更新。",
	GoneTitle: "此链接无法打开",
	GoneHelp:  "链接可能已到期、已被撤销，或者地址不完整。请检查是否复制了完整地址，或向发送者索取新的链接。",
	BadgeGone: "链接失效",

	Participant: func(n int) string { return fmt.Sprintf("与会者 %d", n) },

	Share: "分享此会议",
	OpenLinks: func(n int) string {
		if n == 0 {
			return "没有有效链接"
		}
		return fmt.Sprintf("%d 个有效链接", n)
	},
	LinksTo:  func(title string) string { return "“" + title + "”的链接" },
	AllLinks: "全部链接", BackToMeeting: "返回会议",
	Another: "创建链接", FormHelp: "获得地址的人可以实时看到这一个会议，除此之外什么也看不到。会议名称和状态始终显示；号码和没有徽标的字段从不显示。",
	MakeNow:     "创建链接",
	ShowsLegend: "另外显示", ShowsPeople: "与会者：人数、角色和谁在发言", ShowsLayout: "多画面",
	ShowsNames: "姓名；不勾选则显示为“与会者 1”等",
	EndsLegend: "链接何时失效", EndsAfter: "有效期", EndsWith: "随会议结束：会议正在进行时为本次，否则为下一次",
	Lasts: func(d time.Duration) string {
		switch hours := int(d / time.Hour); {
		case hours == 0:
			return "不限时"
		case hours%24 != 0:
			return fmt.Sprintf("%d 小时", hours)
		default:
			return fmt.Sprintf("%d 天", hours/24)
		}
	},
	Note: "备注", NoteHint: "仅管理员可见：链接给谁使用。", NoNote: "无备注",
	Made: "链接已创建", MadeHelp: "请立即复制地址：系统不保存地址，之后无法再次显示。", Address: "地址", QR: "地址的二维码",
	Copy: "复制", Copied: "已复制。",
	Badge: "状态徽标的地址", BadgeHelp: "供其他网页嵌入的状态图片，不含姓名和会议名称。能看到该网页的人也就获得了链接。",
	Given: "链接", None: "还没有链接，可在会议页面创建。",
	State: map[conference.ShareState]string{
		conference.ShareOpen: "有效", conference.ShareExpired: "已到期", conference.ShareOver: "已随会议结束", conference.ShareRevoked: "已撤销",
	},
	Shows: func(s conference.Shows) string {
		var shown []string
		if s.People {
			shown = append(shown, "与会者")
		}
		if s.Layout {
			shown = append(shown, "多画面")
		}
		if s.Names {
			shown = append(shown, "姓名")
		}
		if len(shown) == 0 {
			return "无"
		}
		return strings.Join(shown, "、")
	},
	MadeAt: "创建时间", EndsAt: "失效时间", NoExpiry: "不限时", WithMeeting: "随会议结束", Seen: "最近打开",
	Revoke: "撤销", Revoked: "链接已撤销，打开着的页面已关闭。",
	BadForm:       "链接未创建：备注须为一行，最多 200 个字符；有效期须为列表中的一项。",
	TooMany:       "链接未创建：看板保存的链接已达上限。失效的链接会在 30 天后自动清除。",
	NotStored:     "链接未创建，因为无法保存。请检查磁盘或数据库，原因见日志。",
	RevokedForNow: "链接已关闭，但无法保存：如果在磁盘恢复之前重启看板，链接会重新生效。系统会继续尝试，原因见日志。",
}

var chineseAccount = AccountText{
	SignIn: "登录", Help: "本看板仅供拥有账号的人员使用。登录后即可看到您要打开的页面。", Name: "账号", Password: "密码",
	ProxyHelp: "本看板通过贵组织的统一登录打开，但登录系统没有告知您的身份，或者您不在可以查看看板的用户组中。请通过平时的地址打开看板。",
	Wrong:     "账号与密码不匹配。",
	UseToken:  "改用管理员令牌", SignedInAs: "已登录：",
	RoleAdmin: "您是管理员：可以查看所有会议、更改看板上的会议并创建链接。", RoleViewer: "您是查看者：可以查看所有会议。",
	Everywhere: "在所有设备上退出", EverywhereHelp: "同时退出此账号在其他浏览器和大屏上的登录。",
	SeeMore:    "登录后查看更多",
	AdminsOnly: "仅限管理员", AdminsOnlyHelp: "您的账号可以查看会议，但不能做任何更改。如有需要，请联系看板管理员。",
	SignedOut: "已退出登录",
}
