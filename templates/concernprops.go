package templates

import "confboard/templates/text"

// Concerns is all that needs a person in a meeting, and what somebody has acknowledged or silenced.
type Concerns struct {
	Text     *text.Catalogue
	ID, Name string
	Rows     []Concern
}

// Concern is something that needs a person.
type Concern struct {
	ID string
	// Severity is the class that it puts the meeting in; that of nothing once somebody has taken note of it.
	Severity, Icon, Text string
	// Since is when it began; without an instant it is not the case, and Text says what would be.
	Since Instant
	// Not says of what is silenced why it has no Since.
	Not  string
	Held *Held
	Acts *ConcernActs
}

// Held says who has acknowledged or silenced a concern.
type Held struct {
	// Said and Joint stand before Time; without an instant Joint says until when.
	Said, Joint string
	Time        Instant
	// Note is what they said about it; it can be empty.
	Note string
}

// ConcernActs is what an admin can do about a concern: whatever has no path cannot be done.
type ConcernActs struct {
	Cause ConcernCause
	// Acknowledge and Again are where to post, Silence is the path of the page where more is chosen.
	Acknowledge, Silence, Again string
}

// ConcernCause names a concern in a form.
type ConcernCause struct{ Rule, Field, Profile string }

// SilenceForm is the region of the page where a concern is acknowledged or silenced, or where that is ended.
type SilenceForm struct {
	Text        *text.Catalogue
	Back, Title string
	// Meeting is the meeting's title.
	Meeting string
	// Gone: there is no such concern any more, and nothing is asked.
	Gone    bool
	Concern Concern
	Path    string
	// Ends: what is asked is only who ends it.
	Ends bool
	// Fault is what is wrong with the whole, LivesFault with the choice of an end.
	Fault, LivesFault string
	Lives             []SilenceLife
	Time, Note        Field
	// Name is not asked of those who have an account.
	Name *Field
}

// SilenceLife is for how long something can be acknowledged or silenced. TimeOfDay: until a time that is entered.
type SilenceLife struct {
	Value, Label, Help string
	Chosen, TimeOfDay  bool
}
