package text

import (
	"time"

	"confboard/feed/timeline"
)

// HistoryText is what the pages of ended meetings say, and what is said of how timelines are stored.
type HistoryText struct {
	// Name is what the page is called, in the navigation.
	Name, Title string
	// Intro says what is here and for how long.
	Intro func(kept string) string
	// Find labels the search, FindBy says for what; Day stands before the zone in which days are meant.
	Find, FindBy, Day, Show, All string
	Count                        func(n int) string
	Pages                        string
	Newer, Older                 string

	// The columns. Recorded is in TimelineText.
	Meeting, Owner, Began, Ended, Lasted, People, Concerns string
	// BeganBefore stands before when a meeting was first seen that was in progress then; EndUnseen before when one was seen last.
	BeganBefore, EndUnseen string
	AtLeast                func(length string) string
	NotRecorded            string
	Gaps                   func(n int) string
	PartUnseen             string
	Times                  func(what string, n int) string
	NoOwner, NoConcerns    string

	EmptyTitle, EmptyHelp   string
	NoMatchTitle, NoMatch   string
	GoesOn, ToMeeting, Back string
	// NoTimeline says that there was one.
	NoTimeline, Newest string
	// Earlier leads from a meeting to what was before.
	Earlier string

	Export, CSV, JSON string

	// Storage is how timelines are stored, on the page of the feed.
	Storage     string
	State, Help map[timeline.HealthState]string
	// ServerHelp is Help where a server keeps what is stored.
	ServerHelp map[timeline.HealthState]string
	Waiting    string
	Lost       string
	LastWrite  string
	NextWrite  string
	Size       string
	SizeOf     func(used, most string) string
	Kept       func(time.Duration) string
}
