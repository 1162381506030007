package text

import "fmt"

var chineseFeedCluster = FeedClusterText{
	Title:    "集群节点",
	Together: func(boards int) string { return fmt.Sprintf("%d 个节点协同运行", boards) },
	Joining:  "正在加入集群", JoiningHelp: "本机尚未获知其他节点，通常只需数秒。",
	Away: "与 NATS 失去连接",
	AwayHelp: "本机与其他节点互相收不到数据：其他节点负责的会议在本机显示为“数据可能过时”；4 秒后，本机负责的会议交由其他节点接管。" +
		"连接会自动恢复；若长时间未恢复，请检查 NATS 服务器是否运行、能否从本机访问（cluster.nats）。",
	NoLease: "NATS 无法写入",
	NoLeaseHelp: "本机能连接 NATS，但无法续约，因此不负责任何会议。NATS 服务器刚启动或有服务器下线时，恢复需要数秒。" +
		"若持续如此，请检查 JetStream 及其磁盘；运行 confboard check 可查看缺少什么。",
	NoNews: "收不到其他节点的数据",
	NoNewsHelp: "节点之间传递数据的流不可用，其他节点负责的会议在本机显示为“数据可能过时”。" +
		"若持续如此，请检查 JetStream 的内存；运行 confboard check 可查看缺少什么。",
	Unwatched:     func(meetings int) string { return fmt.Sprintf("%d 个会议无节点负责", meetings) },
	UnwatchedHelp: "节点故障后，其他节点会在数秒内接管。若持续更久，请查看各节点的日志。",
	WithoutCloud:  func(boards int) string { return fmt.Sprintf("%d 个节点无法访问会议服务", boards) },
	WithoutCloudHelp: "恢复之前，其会议由其他节点接管。" +
		"请检查该机器能否访问 cloud.endpoint（域名解析、代理、防火墙）；在该机器上运行 confboard check 可查看缺少什么。",
	Alone: "没有其他节点", AloneHelp: "本机停止后将无节点接管。请启动其他节点，并确认各节点的 cluster.nats 和 cluster.prefix 一致。",
	Mixed: "各节点版本不同，这种情况只应出现在升级期间：较旧的节点可能无法识别较新节点的数据。",
	Board: "节点", Version: "版本", Running: "启动时间", Watches: "负责的会议", LastKnown: "各节点最近一次的状态",
	ThisBoard: "本机", Leaving: "正在停止，移交会议", Unable: "无法访问会议服务，其会议由其他节点接管", NotKnown: "未知",
	NATS: "NATS", Connected: "已连接", NotConnected: "未连接", Said: "NATS 的说明",
	Lease: "本机租约", Held: "有效", NotHeld: "无效",
	News: "其他节点的数据", Coming: "正常接收", NotComing: "未收到",
	Unreadable: "无法识别的消息",
	WatchedBy:  "负责节点", Nobody: "暂无",
	By:       func(board string) string { return "由 " + board + " 负责" },
	ByThis:   "由本机负责",
	ByNobody: "暂无节点负责", ByNotKnown: "负责节点暂时未知",
	NotKnownHere: "本机未知", KnownThere: "仅负责节点可见",
	FramesHere: "本机收到的推送消息", Relayed: "来自其他节点（已应用）",
	EventsHere:    "此处仅统计本机收到的事件，事件内容会通知所有节点。",
	ListElsewhere: "人员名单尚未送达，送达后会自动显示。",
}
