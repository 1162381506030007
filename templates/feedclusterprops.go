package templates

import "confboard/templates/text"

// FeedBoards are the boards that work as one.
type FeedBoards struct {
	Text *text.Catalogue
	ID   string
	// Icon is the shape of the state, State its word; Notes say what is the matter, and what to do.
	Icon, State string
	Notes       []string
	Facts       []Fact
	// Name is what the list of the boards is called.
	Name string
	Rows []FeedBoard
}

// FeedBoard is one of them.
type FeedBoard struct {
	Name, Version string
	// Self marks this board, Remark says of one why it hands over its meetings, or has none that are live; otherwise both are empty.
	Self, Remark string
	Running      Instant
	Meetings     string
}
