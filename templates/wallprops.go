package templates

import (
	"github.com/a-h/templ"

	"confboard/templates/text"
)

// WallPage is a wall's page around its region. Sizes are in hundredths of the page's shorter side.
type WallPage struct {
	Page
	// Name is the wall's, empty for one without. Screen: this is its own screen.
	Name   string
	Screen bool
	// Body, TitleSize and Floor are font sizes: of text, of titles, and the least that can be read.
	Body, TitleSize, Floor string
	// Tiles is how many tiles are on the screen at once, Dwell how many seconds they stay when there are more.
	Tiles, Dwell string
	// Night are the hours during which the screen is dimmed, such as 22-06; empty for never.
	Night string
}

// Wall is the region of a wall.
type Wall struct {
	Text   *text.Catalogue
	Tab    Tab
	Counts WallCounts
	Tiles  WallTiles
}

// WallCounts is the line that says whether anything is wrong.
type WallCounts struct {
	Total string
	// Classes are the classes of problems that have a meeting, the worst first, and meetings with something acknowledged or silenced;
	// AllWell is said when there is no problem.
	Classes []WallCount
	AllWell string
	// Only says which meetings the wall is limited to, empty for all.
	Only string
	// Matching is the number of meetings that the wall shows, Problems how many of them have a problem, UnderWay how many are
	// going on. The browser tells from them what is not on the screen, and what is new.
	Matching, Problems, UnderWay string
}

// WallCount is the number of meetings in a class.
type WallCount struct{ Severity, Count, Label string }

// WallTiles is the list of tiles. Columns (1 to 8) and Rows (1 to 4) are those of one screenful; Fixed is how many of the first
// tiles stay on the screen while the others take turns.
type WallTiles struct {
	Columns, Rows, Fixed  string
	Tiles                 []WallTile
	EmptyTitle, EmptyHelp string
}

// WallTile is one meeting, or a group of them.
type WallTile struct {
	ID, Severity string
	// Counted is how many meetings without problems the tile of a group stands for; empty for one meeting.
	Counted string
	Problem bool
	Title   string
	Mark    Mark
	Number  WallNumber
	Marks   []WallMark
}

// WallMark is a state of a meeting that is worth a look from afar.
type WallMark struct {
	ID, Icon, Text string
	// Tone is that of a Badge, or "why" for what makes the meeting need a person.
	Tone string
}

// WallNumber is the number of a tile: a count with what it counts, or a time. Both are empty when there is none.
type WallNumber struct {
	ID, Label, Count string
	// Icon stands for the label of a count; empty: the label is written out.
	Icon string
	Time Instant
}

// counted tells the script what the tile of a group stands for.
func counted(k WallTile) templ.Attributes {
	if k.Counted == "" {
		return nil
	}
	return templ.Attributes{"data-counted": k.Counted}
}

// WallSetup is the region of the page where a wall is set up.
type WallSetup struct {
	Text *text.Catalogue
	// Path is where the form leads; Wall is the path of the wall, Address the same as a whole.
	Path, Wall, Address string
	Numbers             []WallNumberField
	Selects             []Select
	// Group is the group that is asked for, Groups those that there are.
	Group, MaxGroup string
	Groups          []string
	// Kept are filters that have no field here, Label being the name of the parameter.
	Kept []Option
	// Fits says how many meetings fit a cycle, Now how many there are, Only what the wall is limited to. Warning is empty unless the
	// text is too small.
	Fits, Now, Only, Warning string
	Sizes                    []WallSize
	Naming                   WallNaming
}

// WallNumberField is a field for a number.
type WallNumberField struct{ ID, Name, Label, Unit, Value, Min, Max string }

// WallSize is the size of a text, in pixels and arc minutes.
type WallSize struct{ Name, Pixels, Arc string }

// denied is what a wall says that is let in no more.
func denied(p WallPage) string {
	if p.Screen {
		return p.Text.Named.Refused
	}
	return p.Text.Account.SignedOut
}
