package text

import "net/http"

// ProblemText says what happened, and what to do.
type ProblemText struct{ Title, Help string }

// Problem returns what is said of an HTTP status. One that has no words of its own is said as a fault of the board, or else as a
// request that it does not understand.
func (c *Catalogue) Problem(status int) ProblemText {
	if p, ok := c.Errors[status]; ok {
		return p
	}
	if status >= http.StatusInternalServerError {
		return c.Errors[http.StatusInternalServerError]
	}
	return c.Errors[http.StatusBadRequest]
}

var englishProblems = map[int]ProblemText{
	http.StatusBadRequest: {"Not understood",
		"What was sent is not what the board expects. Nothing was changed. Reload the page and try again."},
	http.StatusUnauthorized: {"Sign in first",
		"This is for those who are signed in. Sign in, then open it again."},
	http.StatusForbidden: {"Sent from another page",
		"This request came from a page that is not the board’s, so nothing was changed. Open the board itself and do it there."},
	http.StatusNotFound: {"There is no such page",
		"Check the address, or go back to the overview."},
	http.StatusMethodNotAllowed: {"This page can only be read",
		"Confboard shows meetings and cannot change them. Go back to the overview."},
	http.StatusConflict: {"Not added by hand",
		"Only meetings that were added on the page Feed can be removed there. Its page says where this one comes from."},
	http.StatusGone: {"This is no longer here",
		"What was at this address has ended or was taken back. Ask whoever sent you the address for another."},
	http.StatusRequestEntityTooLarge: {"Too large",
		"More was sent than the board takes in. Nothing was changed. Send less, and try again."},
	http.StatusMisdirectedRequest: {"Not under this name",
		"The board does not know the host name in the address, so it shows nothing under it and takes nothing. Use localhost or the machine’s IP address; whoever runs the board can name another: set publicURL in the settings."},
	http.StatusTooManyRequests: {"Too many requests",
		"The board was asked too often from where you are. Wait a minute, then reload the page."},
	http.StatusInternalServerError: {"Something went wrong on the board",
		"Reload the page. If it happens again, tell whoever runs this board the time at which it happened."},
	http.StatusServiceUnavailable: {"The board cannot answer just now",
		"It is being restarted, or has too many viewers. Wait a little and reload the page. Whoever runs this board can raise its limits."},
}

var chineseProblems = map[int]ProblemText{
	http.StatusBadRequest: {"无法识别的请求",
		"发送的内容与看板的要求不符，未做任何更改。请刷新页面后重试。"},
	http.StatusUnauthorized: {"请先登录",
		"此内容仅供已登录的用户查看。请登录后重新打开。"},
	http.StatusForbidden: {"请求来自其他网页",
		"该请求不是由看板页面发出的，未做任何更改。请打开看板后再操作。"},
	http.StatusNotFound: {"页面不存在",
		"请检查地址，或返回会议总览。"},
	http.StatusMethodNotAllowed: {"本页仅供查看",
		"Confboard 只显示会议，不能更改会议。请返回会议总览。"},
	http.StatusConflict: {"并非手动添加",
		"只有在“数据接入”页添加的会议才能在那里移除。其详情页说明了该会议的来源。"},
	http.StatusGone: {"内容已失效",
		"此地址的内容已结束或已被撤销。请向发送者索取新的地址。"},
	http.StatusRequestEntityTooLarge: {"内容过大",
		"发送的内容超出看板的接收上限，未做任何更改。请缩减内容后重试。"},
	http.StatusMisdirectedRequest: {"不能使用此主机名",
		"看板不认识地址中的主机名，因此不显示内容，也不接受更改。请改用 localhost 或本机 IP 地址访问；看板管理员可在配置中设置 publicURL 来指定主机名。"},
	http.StatusTooManyRequests: {"请求过于频繁",
		"来自您所在网络的请求过多。请等待一分钟后刷新页面。"},
	http.StatusInternalServerError: {"看板出现故障",
		"请刷新页面。如再次出现，请将发生时间告知看板管理员。"},
	http.StatusServiceUnavailable: {"看板暂时无法响应",
		"看板正在重启，或访问者过多。请稍后刷新页面。看板管理员可以提高访问上限。"},
}
