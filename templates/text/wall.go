package text

import "fmt"

// WallText are the texts of the page where a wall is set up, and what a wall says of itself.
type WallText struct {
	// NoGroup and OtherGroups are in the place of a group's name; Grouped says that there are such tiles.
	NoGroup, OtherGroups, Grouped string
	// Meetings stands behind their number.
	Meetings func(n int) string
	// Awake and NotAwake are about the screen; Dimmed stands before until when.
	Awake, NotAwake, Dimmed string

	// The page where a wall is set up.
	Setup, Intro         string
	Screen, Inches       string
	Distance, Metres     string
	Tiles, TilesThatFit  string
	Dwell                string
	Seconds              func(n int) string
	GroupHint            string
	NightFrom, NightTo   string
	Never, Apply         string
	Fit                  string
	Fits                 func(meetings, pages, tiles int) string
	Beyond               string
	Now                  func(meetings int) string
	Sizes                string
	Text, Pixels, Arc    string
	Head, Tile, Title    string
	Smallest             string
	Small, TooFar        string
	Address, AddressHint string
	Open                 string
	Preview, PreviewHint string
}

var englishWall = WallText{
	NoGroup: "Without a group", OtherGroups: "Other groups", Grouped: "Meetings without problems are counted by group",
	Meetings: func(n int) string {
		if n == 1 {
			return "meeting"
		}
		return "meetings"
	},
	Awake: "Screen kept on", NotAwake: "Screen may switch itself off", Dimmed: "Dimmed until",

	Setup: "Set up a wall", Intro: "Say where the screen hangs and what it is to show. The size of the text follows; the address below is for the browser of that screen.",
	Screen: "Diagonal of the screen", Inches: "inches",
	Distance: "Farthest seat", Metres: "m",
	Tiles: "Tiles on a page", TilesThatFit: "as many as can be read",
	Dwell: "A page stays for", Seconds: func(n int) string { return fmt.Sprintf("%d s", n) },
	GroupHint: "empty: all",
	NightFrom: "Dimmed at night from", NightTo: "until", Never: "never", Apply: "Show",
	Fit: "What fits",
	Fits: func(meetings, pages, tiles int) string {
		return fmt.Sprintf("A cycle of 60 s has room for %s: %s of %s.", count(meetings, "meeting"), count(pages, "page"), count(tiles, "tile"))
	},
	Beyond: "With more of them, those without problems are counted by group. Those with problems keep their tiles.",
	Now: func(n int) string {
		if n == 1 {
			return "At the moment this wall is about 1 meeting."
		}
		return fmt.Sprintf("At the moment this wall is about %d meetings.", n)
	},
	Sizes: "Size of the text, about", Text: "Text", Pixels: "px at 1920 × 1080", Arc: "arc minutes from the farthest seat",
	Head: "Counts and clock", Tile: "On a tile", Title: "Title of a tile", Smallest: "Smallest",
	Small:   "With so many tiles their text is under 22 arc minutes, which is what can be read without effort.",
	TooFar:  "The screen is too small for this distance: not even a single tile can be read without effort.",
	Address: "Address of this wall", AddressHint: "Open it in the browser of the screen.", Open: "Open it here",
	Preview: "Preview", PreviewHint: "The wall itself, as on a screen of 1920 × 1080.",
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

var chineseWall = WallText{
	NoGroup: "未分组", OtherGroups: "其他分组", Grouped: "无问题的会议按分组计数",
	Meetings: func(int) string { return "个会议" },
	Awake:    "屏幕保持常亮", NotAwake: "屏幕可能自动熄灭", Dimmed: "夜间调暗至",

	Setup: "设置大屏", Intro: "填写屏幕的安装位置和要显示的内容，字号随之确定；在该屏幕的浏览器中打开下方的地址即可。",
	Screen: "屏幕对角线", Inches: "英寸",
	Distance: "最远座位的距离", Metres: "米",
	Tiles: "每页会议数", TilesThatFit: "以看得清为限",
	Dwell: "每页停留", Seconds: func(n int) string { return fmt.Sprintf("%d 秒", n) },
	GroupHint: "留空表示全部",
	NightFrom: "夜间调暗，从", NightTo: "到", Never: "不调暗", Apply: "显示",
	Fit: "可显示多少会议",
	Fits: func(meetings, pages, tiles int) string {
		return fmt.Sprintf("60 秒一轮可显示 %d 个会议：共 %d 页，每页 %d 个。", meetings, pages, tiles)
	},
	Beyond: "会议更多时，无问题的会议按分组计数，有问题的会议仍逐个显示。",
	Now:    func(n int) string { return fmt.Sprintf("此大屏目前包含 %d 个会议。", n) },
	Sizes:  "字号（约）", Text: "文字", Pixels: "1920 × 1080 下的像素", Arc: "从最远座位看的角分",
	Head: "计数与时钟", Tile: "会议内容", Title: "会议名称", Smallest: "最小文字",
	Small:   "会议数过多，文字小于 22 角分，不易看清。",
	TooFar:  "屏幕对于此距离过小：即使每页只显示一个会议也不易看清。",
	Address: "此大屏的地址", AddressHint: "在该屏幕的浏览器中打开。", Open: "在此打开",
	Preview: "预览", PreviewHint: "即大屏本身，与 1920 × 1080 屏幕上的显示相同。",
}
