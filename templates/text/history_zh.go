package text

import (
	"fmt"
	"time"

	"confboard/feed/timeline"
)

var chineseHistory = HistoryText{
	Name: "历史会议", Title: "已结束的会议",
	Intro: func(kept string) string { return "本看板见过的会议及其时间线，保留 " + kept + "。" },
	Find:  "搜索已结束的会议", FindBy: "会议名称、ID、预订人", Day: "日期，时区", Show: "查看", All: "显示全部",
	Count: func(n int) string { return fmt.Sprintf("%d 场会议", n) },
	Pages: "分页", Newer: "较新", Older: "较早",

	Meeting: "会议", Owner: "预订人", Began: "开始", Ended: "结束", Lasted: "时长", People: "最多与会人数", Concerns: "需要关注",
	BeganBefore: "早于", EndUnseen: "未见结束，最后所见",
	AtLeast:     func(length string) string { return "至少 " + length },
	NotRecorded: "未见录制",
	Gaps:        func(n int) string { return fmt.Sprintf("中断 %d 次", n) },
	PartUnseen:  "部分时段情况不明",
	Times: func(what string, n int) string {
		if n == 1 {
			return what
		}
		return fmt.Sprintf("%s（%d 次）", what, n)
	},
	NoOwner: "–", NoConcerns: "–",

	EmptyTitle: "尚无已结束的会议", EmptyHelp: "看板上的会议结束后，会连同时间线列在这里。",
	NoMatchTitle: "没有符合条件的会议", NoMatch: "请换用其他关键词或日期。时间久远的记录不再保留。",
	GoesOn: "会议正在进行。", ToMeeting: "前往实时页面", Back: "全部已结束的会议",
	NoTimeline: "该会议的时间线已不再保留。", Newest: "最新", Earlier: "此会议 ID 的历史会议",
	Export: "导出", CSV: "CSV", JSON: "JSON",

	Storage: "存储",
	State: map[timeline.HealthState]string{
		timeline.Writing: "实时保存", timeline.Behind: "写入滞后", timeline.Failing: "无法保存", timeline.Broken: "文件损坏", timeline.Closed: "文件未打开",
	},
	Help: map[timeline.HealthState]string{
		timeline.Writing: "",
		timeline.Behind:  "磁盘写入跟不上会议变化。内存尚有余量时不会丢失记录。若持续如此，请检查是什么占用了磁盘。",
		timeline.Failing: "磁盘已满或只读。实时页面不受影响，新的记录暂存于内存。请在看板的数据目录所在磁盘腾出空间，之后会自动恢复写入。",
		timeline.Broken:  "看板的数据文件已损坏。实时页面不受影响。请停止看板，用 confboard restore 恢复备份，或将该文件移走。",
		timeline.Closed:  "看板启动时无法打开数据文件，原因见日志。实时页面不受影响，但链接、账号和历史会议需要该文件。请处理后重新启动。",
	},
	ServerHelp: map[timeline.HealthState]string{
		timeline.Writing: "",
		timeline.Behind:  "数据库写入跟不上会议变化。内存尚有余量时不会丢失记录。若持续如此，请检查数据库为何繁忙。",
		timeline.Failing: "数据库无响应或拒绝写入，原因见看板日志。实时页面不受影响，新的记录暂存于内存；在此期间无法更改链接、账号和规则。恢复后会自动继续写入。",
		timeline.Broken:  "数据库报告数据已损坏，详情见看板日志。实时页面不受影响。请从备份恢复数据库。",
		timeline.Closed:  "看板启动时无法打开数据库，原因见日志。实时页面不受影响。请处理后重新启动。",
	},
	Waiting: "等待保存", Lost: "未能保存", LastWrite: "上次保存", NextWrite: "下次尝试", Size: "占用空间",
	SizeOf: func(used, most string) string { return used + "，上限 " + most },
	Kept: func(d time.Duration) string {
		if n := int(d.Hours() / 24); n > 1 {
			return fmt.Sprintf("%d 天", n)
		}
		return duration(d, "%d 秒", "%d 分钟", "%d 小时", "%d 小时 %d 分钟")
	},
}
