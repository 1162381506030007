package templates

import (
	"time"

	"confboard/templates/text"
)

// Timeline is what happened in a meeting, newest first.
type Timeline struct {
	Text *text.TimelineText
	ID   string
	// Zone is the zone of times that no script has turned into the viewer's.
	Zone string
	// Topics are links to the same page with another topic. Rewind leads to how the meeting was; empty if that is not known.
	Topics []Choice
	Rewind string
	// Earlier leads to earlier meetings with the same ID; its Path is empty where none are kept.
	Earlier         Choice
	Recording, Ends Stretches
	Rows            []TimelineRow
	Older           TimelineOlder
}

// TimelineOlder leads to what is older and, from an older page, to the newest; either can be empty.
type TimelineOlder struct{ ID, Older, Newest string }

// TimelineRow is one thing that happened, or several that are told as one.
type TimelineRow struct {
	ID, Icon string
	// Told is how many things the row tells as one, and Made when the oldest was received: their numbers can begin anew.
	Told int
	Made time.Time
	// Tone is a class: empty, mark for the ends of an occurrence, raised, lost.
	Tone string
	Time Instant
	// Path leads to how the meeting was then; empty when that is not kept.
	Path   string
	Pieces []Piece
	// Details are what is told as one; Open: they are in sight at first.
	Details []TimelineDetail
	Open    bool
	Note    string
	// Received is set when it differs much from Time.
	Received Instant
}

// TimelineDetail is one of several things that are told as one. Its Time can be empty.
type TimelineDetail struct {
	Time   Instant
	Pieces []Piece
}

// Piece is a part of a line: a text or an instant.
type Piece struct {
	// Class is empty or a class: label, old, arrow, new, name, wire.
	Class, Text string
	Time        Instant
}

// Stretches say when something was so; no Items: there is nothing to tell.
type Stretches struct {
	ID, Title string
	Items     []Stretch
	Note      string
}

// Stretch is one of them.
type Stretch struct {
	// Class is empty or a class: gap, unseen.
	Class  string
	Pieces []Piece
}

// Past says that a page shows how a meeting was, and leads to other moments.
type Past struct {
	Text *text.PastText
	// Known is false when nothing is known of the chosen moment; Time is then that moment, otherwise that of what is shown.
	Known   bool
	Time    Instant
	Missing string
	// Unheard says that more may be known elsewhere; it can be empty.
	Unheard string
	// Path is the meeting's page, which takes the chosen moment. The others can be empty.
	Path, Previous, Next, First string
	// Min, Max and Value are ms since 1970 UTC; empty when there is no moment to choose.
	Min, Max, Value string
}

// PastNothing says why nothing is shown of a moment, and where to go. Path and Button can be empty.
type PastNothing struct {
	Title, Said, Help string
	Path, Button      string
}
