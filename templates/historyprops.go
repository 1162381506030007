package templates

import "confboard/templates/text"

// History is the page of the meetings that have ended.
type History struct {
	Text         *text.Catalogue
	Intro, Count string
	Find         HistoryFind
	Rows         []HistoryRow
	// EmptyTitle and EmptyHelp say why there is no row.
	EmptyTitle, EmptyHelp string
	Pager                 HistoryPager
	// Exports are files with all of it; none for who may not have them.
	Exports []Choice
	// Zone is the zone of times that no script has turned into the viewer's.
	Zone string
}

// HistoryFind is the form that limits the page.
type HistoryFind struct {
	Path, Q, Day, Offset string
	// Zone is that in which the day is meant.
	Zone string
	// All leads to the whole; empty when this is it.
	All string
}

// HistoryPager leads to other pages; each can be empty.
type HistoryPager struct{ Newer, Where, Older string }

// HistoryRow is one meeting that has ended.
type HistoryRow struct {
	Text            *text.Catalogue
	ID, Title, Path string
	ConfID, Owner   string
	Began, Ended    Told
	Lasted, People  string
	Recorded        []Piece
	Recording       bool
	Concerns        []string
}

// Told is an instant with what is said before it; Note can be empty.
type Told struct {
	Note string
	Time Instant
}

// PastMeeting is the page of one meeting that has ended.
type PastMeeting struct {
	Text  *text.Catalogue
	About About
	// GoesOn is the path of the live page of one that has not ended; empty otherwise.
	GoesOn   string
	Back     string
	Concerns []string
	Timeline Timeline
	// None: its timeline is not kept any more.
	None    bool
	Exports []Choice
}
