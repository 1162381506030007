package templates

import "confboard/templates/text"

// WallPage is a wall's page around its region. Sizes are in hundredths of the page's shorter side.
type WallPage struct {
	Page
	// Body, TitleSize and Floor are font sizes: of text, of titles, and the least that can be read.
	Body, TitleSize, Floor string
	// Tiles is how many tiles are on the screen at once, Dwell how many seconds they stay when there are more.
	Tiles, Dwell string
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
	// Classes are the classes of problems that have a meeting, the worst first; AllWell is said when there is none.
	Classes []WallCount
	AllWell string
	// Only says which meetings the wall is limited to, empty for all.
	Only string
	// Matching is the number of meetings that the wall is about, Problems how many of them have a problem. The browser
	// tells from them what is not on the screen.
	Matching, Problems string
}

// WallCount is the number of meetings in a class.
type WallCount struct{ Severity, Count, Label string }

// WallTiles is the list of tiles. Columns (1 to 8) and Rows (1 to 4) are those of one screenful.
type WallTiles struct {
	Columns, Rows         string
	Tiles                 []WallTile
	EmptyTitle, EmptyHelp string
}

// WallTile is one meeting.
type WallTile struct {
	ID, Severity string
	Problem      bool
	Title        string
	Mark         Mark
	Number       WallNumber
	Marks        []WallMark
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
	Time             Instant
}
