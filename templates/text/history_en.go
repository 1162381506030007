package text

import (
	"fmt"
	"time"

	"confboard/feed/timeline"
)

var englishHistory = HistoryText{
	Name: "History", Title: "Ended meetings",
	Intro: func(kept string) string {
		return "Meetings that this board saw, each with its timeline, for " + kept + "."
	},
	Find: "Search ended meetings", FindBy: "Title, ID, booked by", Day: "Day in", Show: "Show", All: "Show all",
	Count: func(n int) string {
		if n == 1 {
			return "1 meeting"
		}
		return fmt.Sprintf("%d meetings", n)
	},
	Pages: "Pages", Newer: "Newer", Older: "Older",

	Meeting: "Meeting", Owner: "Booked by", Began: "Began", Ended: "Ended", Lasted: "Lasted", People: "Most participants", Concerns: "Needed attention",
	BeganBefore: "before", EndUnseen: "not seen; last seen",
	AtLeast:     func(length string) string { return "at least " + length },
	NotRecorded: "no recording seen",
	Gaps: func(n int) string {
		if n == 1 {
			return "1 gap"
		}
		return fmt.Sprintf("%d gaps", n)
	},
	PartUnseen: "partly not seen",
	Times: func(what string, n int) string {
		if n == 1 {
			return what
		}
		return fmt.Sprintf("%s (%d×)", what, n)
	},
	NoOwner: "–", NoConcerns: "–",

	EmptyTitle: "No meeting has ended yet", EmptyHelp: "When a meeting on this board ends, it is listed here with its timeline.",
	NoMatchTitle: "No such meeting", NoMatch: "Try other words or another day. What was long ago is not kept.",
	GoesOn: "This meeting is going on.", ToMeeting: "Go to its live page", Back: "All ended meetings",
	NoTimeline: "The timeline of this meeting is not kept any more.", Newest: "Newest", Earlier: "Earlier meetings with this ID",
	Export: "Export", CSV: "CSV", JSON: "JSON",

	Storage: "Storage",
	State: map[timeline.HealthState]string{
		timeline.Writing: "Stored as it happens", timeline.Behind: "Behind", timeline.Failing: "Not stored", timeline.Broken: "Damaged", timeline.Closed: "No file",
	},
	Help: map[timeline.HealthState]string{
		timeline.Writing: "",
		timeline.Behind:  "The disk is slower than what happens. Nothing is lost while there is room in memory. If it lasts, look for what keeps the disk busy.",
		timeline.Failing: "The disk is full or read-only. Live pages go on, and what happens waits in memory. Make room in the board’s data folder: writing goes on by itself.",
		timeline.Broken:  "The board’s file is damaged. Live pages go on. Stop the board and run “confboard restore” with a backup, or move the file away.",
		timeline.Closed:  "The board’s file could not be opened when the board started; its log says why. Live pages go on; links, accounts and history need the file. Put it right and restart.",
	},
	ServerHelp: map[timeline.HealthState]string{
		timeline.Writing: "",
		timeline.Behind:  "The database is slower than what happens. Nothing is lost while there is room in memory. If it lasts, look for what keeps the database busy.",
		timeline.Failing: "The database does not answer, or refuses to be written to; the board’s log says why. Live pages go on, and what happens waits in memory. Links, accounts and rules cannot be changed meanwhile. Writing goes on by itself.",
		timeline.Broken:  "The database says that its data are damaged; the board’s log has its words. Live pages go on. Restore the database from a backup.",
		timeline.Closed:  "The database could not be opened when the board started; its log says why. Live pages go on. Put it right and restart.",
	},
	Waiting: "Waiting to be stored", Lost: "Left out", LastWrite: "Last stored", NextWrite: "Next attempt", Size: "Size",
	SizeOf: func(used, most string) string { return used + " of " + most },
	Kept: func(d time.Duration) string {
		if n := int(d.Hours() / 24); n > 1 {
			return fmt.Sprintf("%d days", n)
		}
		return duration(d, "%d s", "%d min", "%d h", "%d h %d min")
	},
}
