package text

import "fmt"

var chineseNamedWall = NamedWallText{
	Refused: "此屏幕已无权访问", RefusedHelp: "该大屏已被移除，或已更换地址。管理员可在“大屏”页面查看全部大屏。",
	Away: "看板暂时无法查询大屏信息", AwayHelp: "看板的数据文件无法打开，原因见日志。此屏幕每分钟自动重试。",

	Title: "大屏", Intro: "已命名的大屏。每块大屏通过专属地址打开看板，无需登录，也只能看到该大屏的内容。", SetUp: "设置大屏",
	None: "还没有已命名的大屏", NoneHelp: "先设置大屏要显示的内容，再为它命名，即可得到在屏幕浏览器中使用的地址。",
	Online: "在线", Offline: "离线", NeverOpened: "尚未打开",
	Since: "上线于", Seen: "最后在线",
	Shows: "显示内容", Screen: "分辨率", Build: "页面版本", ScreenUnknown: "未上报",
	Current: "当前版本", Older: func(build string) string { return "其他版本（" + build + "）" },
	Made: "创建",
	Twice: func(screens int) string {
		return fmt.Sprintf("目前有 %d 个页面在同时使用此地址。", screens)
	},

	Everything: "全部会议",
	Hangs:      func(inches, metres string) string { return inches + " 英寸，观看距离 " + metres + " 米" },
	Tiles:      func(n int) string { return fmt.Sprintf("每页 %d 个会议", n) },
	Dwell:      func(seconds int) string { return fmt.Sprintf("每页停留 %d 秒", seconds) },
	NightFromTo: func(from, to int) string {
		return fmt.Sprintf("%02d:00 至 %02d:00 调暗", from, to)
	},

	Reload: "重新加载屏幕", Change: "更改显示内容", Look: "在此查看",
	More: "名称、地址与移除",
	Name: "名称", Rename: "重命名",
	Readdress: "更换地址", ReaddressHelp: "原地址丢失或泄露时使用。更换后，需在屏幕上打开新地址才能继续显示。",
	Remove: "移除此大屏", RemoveHelp: "屏幕会立即停止显示会议，并给出说明。",
	Reloaded:      func(name string) string { return "“" + name + "”正在重新加载。" },
	ReloadedLater: func(name string) string { return "“" + name + "”目前离线，恢复连接后会重新加载。" },
	Renamed:       func(name string) string { return "大屏已更名为“" + name + "”。" },
	Changed:       func(name string) string { return "“" + name + "”已按所选内容显示。" },
	ChangedLater: func(name string) string {
		return "“" + name + "”目前离线，恢复连接后会按所选内容显示。"
	},
	Removed: func(name string) string { return "“" + name + "”已移除，其屏幕无法再访问。" },
	Gone:    "该大屏已不存在。",
	BadName: "名称须为单行文字，1 至 60 个字符。", NameTaken: "已有同名的大屏。", TooMany: "大屏数量已达上限，请先移除一个。",
	NotStored:     "无法保存，未作任何更改。原因见看板日志。",
	RemovedForNow: "大屏已移除，但未能保存：重启后可能恢复。原因见看板日志。",
	MadeTitle:     func(name string) string { return "“" + name + "”的地址" },
	MadeHelp:      "请立即复制：地址不会保存，也无法再次显示。任何人持有此地址都能看到该大屏，因此只应填入该屏幕浏览器的设置中。",
	Address:       "地址",

	Naming: "为大屏命名", NamingHelp: "命名后，大屏会出现在大屏列表中：可查看屏幕是否在线，远程重新加载，以及更改显示内容，无需到现场操作。",
	NamingClosed: "如不命名，在屏幕上打开下方地址时需要登录。",
	MakeNow:      "创建此大屏", SignIn: "以管理员身份登录", ForAdmins: "只有管理员可以为大屏命名。",
	Changing:     func(name string) string { return "“" + name + "”的显示内容" },
	ChangingHelp: "屏幕会在数秒内更新。", ShowNow: "显示此内容",
}
