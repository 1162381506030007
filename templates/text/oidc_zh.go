package text

var chineseProvider = ProviderText{
	Help:    "请先登录，登录后即可看到您要打开的页面。",
	Button:  "使用企业账号登录",
	Other:   "使用看板账号和密码登录",
	Down:    ProviderFault{"暂时无法连接企业登录系统。", "看板正在不断重试，请一分钟后刷新本页。有看板账号的人员可以在下方登录。"},
	Stale:   ProviderFault{"本次登录已失效。", "可能是用时过长、已经使用过、在其他浏览器中发起，或期间看板重启过。请重新登录。"},
	Denied:  ProviderFault{"企业登录已取消，或未获准许。", "请重新登录，或联系贵组织登录系统的管理员。"},
	Refused: ProviderFault{"您没有查看本看板的权限。", "登录系统已确认您的身份，但您不在可以查看看板的用户组中。请联系看板管理员，加入用户组后重新登录。"},
	Answer:  ProviderFault{"看板未能接受企业登录系统返回的结果。", "请重新登录。如果仍然失败，请告知看板管理员，原因见日志。"},
	Many:    ProviderFault{"您所在的网络登录失败次数过多。", "请等待半分钟后再登录。"},
}

var chineseSetUp = SetUpText{
	Title: "初始化看板", Help: "本看板还没有管理员。请设置账号和密码，您将成为第一位管理员。",
	Code: "初始化代码", CodeHint: "看板启动时会显示该代码，当前代码保存在数据目录的 admin-token 文件中，仅可使用一次。",
	CodeFilled: "已从看板显示的链接中读取，仅可使用一次。",
	Name:       "账号", NameHint: "1 至 64 个字符：字母、数字、. _ @ 或 -，首个字符须为字母或数字。",
	Password: "密码", PasswordHint: "10 至 200 个字符。", Again: "再次输入密码",
	Make:      "创建账号并登录",
	WrongCode: "代码不正确或已失效。每个代码仅可使用一次，请使用最新的代码。", BadName: "账号格式不正确。", BadPassword: "密码须为 10 至 200 个字符。",
	Differ: "两次输入的密码不一致。", Taken: "该账号已存在。", NotStored: "账号未创建，因为无法保存。请检查磁盘或数据库，原因见日志。代码仍然有效。",
	Done: "看板已完成初始化", DoneHelp: "看板已有管理员。其他账号可由看板的运维人员添加。",
}
