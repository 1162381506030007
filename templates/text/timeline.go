package text

import (
	"fmt"
	"time"

	"confboard/feed/timeline"
)

// TimelineText is what the timeline of a meeting and its past say.
type TimelineText struct {
	Title, Empty, Older, Newest string
	// Show names the filter, Topics what it can be set to.
	Show   string
	Topics map[timeline.Topic]string
	// Zone stands before the name of the zone in which times are shown.
	Zone string
	// ReceivedAt stands before when a message was received that is much later than its own time.
	ReceivedAt string
	// Found says of a change that it may have happened earlier.
	Found string
	// Then stands between an old value and a new one, for those who do not see the arrow.
	Then string

	Watched string
	Began   func(occurrence int64) string
	Ended   string
	// First and FoundMany stand for several fields that one message told first, or found to differ.
	First, FoundMany func(fields int) string
	Geometry         string
	NoGeometry       string
	// LayoutOther says that a layout has the same number of screens and is another.
	LayoutOther string
	// EndMoved stands before, between and behind the two instants, EndSet before the one.
	EndMoved [3]string
	EndSet   string
	EndTaken string
	// Basic names the fields of the basic information by wire name.
	Basic map[string]string
	// Raised and Cleared tell of what needs a person; Expected of a profile that wants it.
	Raised, Cleared func(what string) string
	Expected        func(profile, want string) string

	Joined, Left func(names string) string
	Counts       func(joined, left int) string
	There        func(n int) string
	// Did says what the named did, DidCount what so many did.
	Did      map[timeline.Deed]func(names string) string
	DidCount map[timeline.Deed]func(n int) string
	// Participant stands for a name that is not kept any more, Forgotten for any other text.
	Participant, Forgotten string
	// Resumed stands before, between and behind the two instants between which the board was not running.
	Resumed [3]string
	// Unstored says how many entries are missing.
	Unstored func(n int64) string
	// More stands for names that are not listed.
	More func(n int) string

	Recorded, Earlier string
	// Until stands between the two instants of a stretch, From before one that goes on, Before before one that began then or earlier.
	Until, From, Before string
	Gap, Unseen         func(length string) string
	UnseenSince         string
	Ends                func(times int) string
	Duration            func(time.Duration) string

	// EndsIn stands before how long until the planned end, Over before how long it has been.
	EndsIn, Over string

	Past PastText
}

// PastText is what a page says that shows how things were.
type PastText struct {
	// Mark is the word that nobody can miss.
	Mark string
	// Help says what the page shows, Tab the same in the browser's tab, before the title; it has the instant in it.
	Help string
	Tab  func(instant string) string
	// AsOf stands before the instant of what is shown.
	AsOf                string
	Next, Previous, Now string
	// Rewind leads to the past; Slider says what the slider is for, Go what sends it.
	Rewind, Slider, Go string
	// ToMoment leads from an entry to how things were after it.
	ToMoment                  string
	UnknownTitle, UnknownHelp string
	First                     string
	// AwayTitle stands above AwayHelp, when another board may know it and Again asks once more; or above LargeHelp.
	AwayTitle, AwayHelp, LargeHelp, Again string
	// Unheard stands below what is shown when another board may know more.
	Unheard string
	Missing func(n int) string
	// Status and Link say what was so then.
	Status, Link func(said string) string
	Concerns     string
}

var englishTimeline = TimelineText{
	Title: "Timeline", Empty: "There are no entries of this kind yet.", Older: "Older", Newest: "Newest",
	Show: "Show", Topics: map[timeline.Topic]string{
		timeline.AnyTopic: "All", timeline.RecordingTopic: "Recording", timeline.LayoutTopic: "Layout", timeline.PeopleTopic: "People",
		timeline.LinkTopic: "Cloud link", timeline.ConcernTopic: "Needs attention",
	},
	Zone: "Times in", ReceivedAt: "received", Found: "Found this way; it may have changed earlier.", Then: "became",

	Watched: "Came onto this board. What was before is not known.",
	Began: func(n int64) string {
		if n == 1 {
			return "The meeting began"
		}
		return fmt.Sprintf("The meeting began again (occurrence %d)", n)
	},
	Ended: "The meeting ended",
	First: func(n int) string {
		if n == 1 {
			return "First told: 1 field"
		}
		return fmt.Sprintf("First told: %d fields", n)
	},
	FoundMany: func(n int) string { return fmt.Sprintf("Different after a break: %d fields", n) },
	Geometry:  "Place and size of the screens set", NoGeometry: "Place and size of the screens not known any more",
	LayoutOther: "another layout", EndMoved: [3]string{"Planned end moved from", "to", ""}, EndSet: "Planned end set to", EndTaken: "No planned end any more",
	Basic: map[string]string{
		"displayID": "Shown ID", "title": "Title in the cloud", "startTime": "Started", "scheduledStartTime": "Scheduled start",
		"recType": "Recording type", "media": "Media", "owner": "Booked by", "ownerID": "Booked by (ID)",
	},
	Raised:   func(what string) string { return "Needs attention: " + what },
	Cleared:  func(what string) string { return "No longer: " + what },
	Expected: func(profile, want string) string { return fmt.Sprintf("“%s” expects “%s”", profile, want) },

	Joined: func(names string) string { return names + " joined" }, Left: func(names string) string { return names + " left" },
	Counts: func(joined, left int) string {
		switch {
		case left == 0:
			return fmt.Sprintf("%d joined", joined)
		case joined == 0:
			return fmt.Sprintf("%d left", left)
		}
		return fmt.Sprintf("%d joined, %d left", joined, left)
	},
	There: func(n int) string {
		if n == 1 {
			return "1 participant was there"
		}
		return fmt.Sprintf("%d participants were there", n)
	},
	More: func(n int) string { return fmt.Sprintf("and %d more", n) },
	Did: map[timeline.Deed]func(string) string{
		timeline.BecameHost: after(" became host"), timeline.BecameOrdinary: after(" became an ordinary participant"),
		timeline.BecameAttendee: after(" became attendee"), timeline.BecameCoHost: after(" became co-host"), timeline.NoCoHost: after(": co-host no longer"),
		timeline.Muted: after(" muted"), timeline.Unmuted: after(" unmuted"),
		timeline.RaisedHand: after(" raised a hand"), timeline.LoweredHand: after(": hand down"),
	},
	DidCount: map[timeline.Deed]func(int) string{
		timeline.BecameHost: counted("%d became host"), timeline.BecameOrdinary: counted("%d became ordinary participants"),
		timeline.BecameAttendee: counted("%d became attendees"), timeline.BecameCoHost: counted("%d became co-host"), timeline.NoCoHost: counted("%d co-host no longer"),
		timeline.Muted: counted("%d muted"), timeline.Unmuted: counted("%d unmuted"),
		timeline.RaisedHand: counted("%d hands raised"), timeline.LoweredHand: counted("%d hands lowered"),
	},
	Participant: "Participant", Forgotten: "no longer kept",
	Resumed: [3]string{"The board was not running from", "to", ". Nobody saw what happened."},
	Unstored: func(n int64) string {
		if n == 1 {
			return "1 entry is missing here: it could not be stored"
		}
		return fmt.Sprintf("%d entries are missing here: they could not be stored", n)
	},

	Recorded: "Recorded", Earlier: "It was recorded earlier; when is not known.",
	Until: "–", From: "since", Before: "before or at",
	Gap:         func(length string) string { return "gap " + length },
	Unseen:      func(length string) string { return "not seen for " + length },
	UnseenSince: "not seen since",
	Ends: func(n int) string {
		if n == 1 {
			return "Planned end moved once"
		}
		return fmt.Sprintf("Planned end moved %d times", n)
	},
	Duration: func(d time.Duration) string { return duration(d, "%d s", "%d min", "%d h", "%d h %d min") },

	EndsIn: "Planned end", Over: "Over its planned end by",

	Past: PastText{
		Mark: "PAST", Help: "This is how the meeting was, as far as the board knew. Nothing on this page is live.",
		Tab:  func(instant string) string { return "PAST " + instant },
		AsOf: "As known at", Next: "Next change", Previous: "Previous change", Now: "Back to now",
		Rewind: "Rewind", Slider: "Moment to show", Go: "Show", ToMoment: "Show how the meeting was then",
		UnknownTitle: "Nothing is known of that moment",
		UnknownHelp:  "The board did not watch the meeting yet, or no longer keeps what was so long ago. Choose a later moment.",
		First:        "Go to the first moment that is known",
		AwayTitle:    "That moment cannot be shown just now",
		AwayHelp:     "Another board may know it, and has not answered in time. Try again in a moment.",
		LargeHelp:    "Another board knows it, but the state of the meeting was too large to be sent here. The timeline says what happened.",
		Again:        "Try again", Unheard: "Another board has not answered in time; it may know more of that moment.",
		Missing: func(n int) string {
			if n == 1 {
				return "1 later change up to the moment you chose is in the timeline only."
			}
			return fmt.Sprintf("%d later changes up to the moment you chose are in the timeline only.", n)
		},
		Status: func(said string) string { return "Status at that moment: " + said },
		Link:   func(said string) string { return "at that moment: " + said }, Concerns: "Needed attention",
	},
}

var chineseTimeline = TimelineText{
	Title: "时间线", Empty: "尚无此类记录。", Older: "更早", Newest: "最新",
	Show: "显示", Topics: map[timeline.Topic]string{
		timeline.AnyTopic: "全部", timeline.RecordingTopic: "录制", timeline.LayoutTopic: "多画面", timeline.PeopleTopic: "与会者",
		timeline.LinkTopic: "会议服务连接", timeline.ConcernTopic: "需要关注",
	},
	Zone: "时区", ReceivedAt: "收到于", Found: "发现时已如此，变化可能更早。", Then: "变为",

	Watched: "会议加入看板。此前的情况未知。",
	Began: func(n int64) string {
		if n == 1 {
			return "会议开始"
		}
		return fmt.Sprintf("会议再次开始（第 %d 场）", n)
	},
	Ended:     "会议结束",
	First:     func(n int) string { return fmt.Sprintf("首次上报：%d 项", n) },
	FoundMany: func(n int) string { return fmt.Sprintf("中断后发现变化：%d 项", n) },

	Geometry: "已设置各画面的位置和大小", NoGeometry: "各画面的位置和大小不再可知",
	LayoutOther: "另一布局", EndMoved: [3]string{"计划结束时间由", "改为", ""}, EndSet: "计划结束时间设为", EndTaken: "不再有计划结束时间",
	Basic: map[string]string{
		"displayID": "显示的会议 ID", "title": "会议服务中的名称", "startTime": "开始时间", "scheduledStartTime": "计划开始时间",
		"recType": "录制类型", "media": "媒体类型", "owner": "预订人", "ownerID": "预订人 ID",
	},
	Raised:   func(what string) string { return "需要关注：" + what },
	Cleared:  func(what string) string { return "已恢复：" + what },
	Expected: func(profile, want string) string { return fmt.Sprintf("“%s”要求“%s”", profile, want) },

	Joined: func(names string) string { return names + " 加入" }, Left: func(names string) string { return names + " 离开" },
	Counts: func(joined, left int) string {
		switch {
		case left == 0:
			return fmt.Sprintf("%d 人加入", joined)
		case joined == 0:
			return fmt.Sprintf("%d 人离开", left)
		}
		return fmt.Sprintf("%d 人加入，%d 人离开", joined, left)
	},
	There: func(n int) string { return fmt.Sprintf("已有 %d 位与会者", n) },
	More:  func(n int) string { return fmt.Sprintf("另有 %d 人", n) },
	Did: map[timeline.Deed]func(string) string{
		timeline.BecameHost: after(" 成为主持人"), timeline.BecameOrdinary: after(" 变为普通与会者"),
		timeline.BecameAttendee: after(" 变为观众"), timeline.BecameCoHost: after(" 成为联席主持人"), timeline.NoCoHost: after(" 不再是联席主持人"),
		timeline.Muted: after(" 已静音"), timeline.Unmuted: after(" 取消静音"),
		timeline.RaisedHand: after(" 举手"), timeline.LoweredHand: after(" 放下手"),
	},
	DidCount: map[timeline.Deed]func(int) string{
		timeline.BecameHost: counted("%d 人成为主持人"), timeline.BecameOrdinary: counted("%d 人变为普通与会者"),
		timeline.BecameAttendee: counted("%d 人变为观众"), timeline.BecameCoHost: counted("%d 人成为联席主持人"), timeline.NoCoHost: counted("%d 人不再是联席主持人"),
		timeline.Muted: counted("静音 %d 次"), timeline.Unmuted: counted("取消静音 %d 次"),
		timeline.RaisedHand: counted("举手 %d 次"), timeline.LoweredHand: counted("放下手 %d 次"),
	},
	Participant: "与会者", Forgotten: "不再保留",
	Resumed:  [3]string{"看板在", "至", "期间未运行，其间情况未知。"},
	Unstored: func(n int64) string { return fmt.Sprintf("此处缺少 %d 条记录，当时未能保存", n) },

	Recorded: "录制时段", Earlier: "此前有过录制，具体时间不明。",
	Until: "–", From: "始于", Before: "不晚于",
	Gap:         func(length string) string { return "中断 " + length },
	Unseen:      func(length string) string { return length + "情况不明" },
	UnseenSince: "情况不明，始于",
	Ends:        func(n int) string { return fmt.Sprintf("计划结束时间改过 %d 次", n) },
	Duration: func(d time.Duration) string {
		return duration(d, "%d 秒", "%d 分钟", "%d 小时", "%d 小时 %d 分钟")
	},

	EndsIn: "计划结束", Over: "已超过计划结束时间",

	Past: PastText{
		Mark: "历史", Help: "这是会议当时的情况，以看板当时所知为准。本页内容均非实时。",
		Tab:  func(instant string) string { return "历史 " + instant },
		AsOf: "截至", Next: "下一个变化", Previous: "上一个变化", Now: "回到现在",
		Rewind: "回看", Slider: "要查看的时刻", Go: "查看", ToMoment: "查看会议当时的情况",
		UnknownTitle: "该时刻的情况未知",
		UnknownHelp:  "当时看板尚未关注该会议，或已不再保留如此久远的记录。请选择更晚的时刻。",
		First:        "前往最早的已知时刻",
		AwayTitle:    "暂时无法显示该时刻",
		AwayHelp:     "其他节点可能有当时的记录，但未及时响应。请稍后重试。",
		LargeHelp:    "其他节点有当时的记录，但会议状态的数据量过大，无法传送到本机。当时发生的变化可在时间线中查看。",
		Again:        "重试", Unheard: "有其他节点未及时响应，该时刻的情况可能不完整。",
		Missing: func(n int) string {
			return fmt.Sprintf("到所选时刻之间还有 %d 个变化，仅见于时间线。", n)
		},
		Status: func(said string) string { return "当时状态：" + said },
		Link:   func(said string) string { return "当时：" + said }, Concerns: "当时需要关注",
	},
}

func after(said string) func(string) string { return func(names string) string { return names + said } }

func counted(said string) func(int) string { return func(n int) string { return fmt.Sprintf(said, n) } }

// duration writes how long something took, in the largest units that matter.
func duration(d time.Duration, seconds, minutes, hours, both string) string {
	switch d = max(d, 0).Round(time.Second); {
	case d < time.Minute:
		return fmt.Sprintf(seconds, int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf(minutes, int(d.Minutes()))
	}
	m := int(d.Minutes())
	if m%60 == 0 {
		return fmt.Sprintf(hours, m/60)
	}
	return fmt.Sprintf(both, m/60, m%60)
}
