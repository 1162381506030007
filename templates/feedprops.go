package templates

import "confboard/templates/text"

// Feed is the region of the page of the feed.
type Feed struct {
	Text   *text.Catalogue
	Tab    Tab
	States FeedStates
	Frames FeedFrames
	Ways   []FeedPanel // of finding meetings
	// Boards are nil where this board is the only one.
	Boards *FeedBoards
	Find   FeedFind
	List   FeedList
}

// FeedStates is the row of counters by link state, each of them a filter.
type FeedStates struct {
	ID, Name string
	// Total leads to all meetings. Its Severity is empty.
	Total  Counter
	States []Counter
}

// FeedFrames is what became of all frames.
type FeedFrames struct {
	ID, Title string
	Rows      []CountRow
}

// FeedPanel says how one way of finding meetings fares.
type FeedPanel struct {
	ID, Title string
	// Icon is the shape of the state, State its word; Reason says why, or what to do.
	Icon, State, Reason string
	// Due is the instant, in RFC 3339, from which Overdue is said in place of State, and Late that it has passed; empty: that never is.
	Due, Overdue string
	Late         bool
	Since        Instant
	SinceLabel   string
	Facts        []Fact
	// Act is where to post what an admin can do about it, and ActText the words on the button; empty for everybody else.
	Act, ActText string
}

// FeedFind is the search. Link is the filter that it keeps.
type FeedFind struct {
	Text           *text.Catalogue
	Path, Q, Link  string
	Clear          string // the path without the search; empty when there is none
	Label, Example string
}

// FeedList is the table of meetings, with where it stands in the whole.
type FeedList struct {
	Text                  *text.Catalogue
	ID                    string
	Rows                  []FeedRow
	Pager                 FeedPager
	EmptyTitle, EmptyHelp string
}

// FeedPager says which of the meetings are shown; Previous and Next are paths, empty where there are none.
type FeedPager struct {
	Text           *text.Catalogue
	ID, Range      string
	Previous, Next string
}

// FeedRow is one meeting in the table. Each part can be replaced alone.
type FeedRow struct {
	Text       *text.Catalogue
	ID         string
	Name       FeedName
	Link       FeedLink
	Connection FeedLines
	Echo       FeedLines
	Token      FeedLines
	Messages   FeedLines
	Acts       FeedActs
}

// FeedName is what a meeting is called, and where it came from.
type FeedName struct {
	ID, Title, TitleID, Path string
	ConfID, Origin           string
}

// FeedLink is the link of a meeting: its state, why, and what follows.
type FeedLink struct {
	ID, Severity, State string
	SinceLabel          string
	Since               Instant
	Reason              string
	Next                NextTry
}

// NextTry is when the next attempt is made. Without a time, Text says that none is by itself; without either there is nothing to say.
type NextTry struct {
	Text string
	Time Instant
}

// FeedLines are a few short facts below each other.
type FeedLines struct {
	ID    string
	Lines []FeedLine
}

// FeedLine is one of them: a time with a word before it, or only words.
type FeedLine struct {
	Text string
	Time Instant
	// Tone is empty, quiet or odd.
	Tone string
}

// FeedActs is what can be done about a meeting: for everybody a look at its details, for an admin more.
type FeedActs struct {
	Text          *text.Catalogue
	ID, TitleID   string
	Details       string
	Retry         string // where to post it; empty when it cannot be retried
	RetryButtonID string
}

// FeedMeeting is the region of the page of one meeting's feed.
type FeedMeeting struct {
	Text     *text.Catalogue
	Tab      Tab
	About    About
	Link     FeedStatus
	Messages FeedMessages
	Last     FeedLast
	Admin    *FeedByHand // nil for everybody but admins
}

// FeedStatus is the link of a meeting at length.
type FeedStatus struct {
	Text  *text.Catalogue
	ID    string
	Link  FeedLink
	Help  string
	Facts []Fact
}

// FeedMessages are the messages of a meeting by type.
type FeedMessages struct {
	Text  *text.Catalogue
	ID    string
	Types []FeedType
	// Rows are the other counters: types that are not used, names that were withheld.
	Rows []CountRow
}

// FeedType is what became of the messages of one type.
type FeedType struct {
	Type             string
	Applied, Refused string
	Dropped          string
	Reasons          string // of the dropped ones
	Last             Instant
	LastMode         string
	Partial          string
}

// FeedLast is the last frame that was refused, and the last message that was dropped.
type FeedLast struct {
	Text              *text.Catalogue
	ID                string
	Refusal, Drop     []Fact
	Excerpt           string
	NoRefusal, NoDrop string
}

// FeedByHand is what an admin can do about a meeting.
type FeedByHand struct {
	Text          *text.Catalogue
	ID            string
	Retry, Remove string // where to post it; empty when it cannot be done
	Help          string
}

// FeedLead stands above the region of the page of the feed and does not change by itself.
type FeedLead struct {
	Text            *text.Catalogue
	SignIn, SignOut string // paths; at most one of them
	Links           string // path of the list of all links to meetings; empty for those who may not make any
	Notice          Notice
	Form            *AddForm
}

// Notice tells what was done. Its Text is empty when nothing was.
type Notice struct{ Text, Path, PathText string }

// AddForm is the form by which an admin adds a meeting.
type AddForm struct {
	Text  *text.Catalogue
	Path  string
	Open  bool
	Fault string // of the whole
	// ConfID, Password, Name and Group are its fields. No value of a password is ever drawn.
	ConfID, Password, Name, Group Field
}

// Field is a field of a form.
type Field struct {
	ID, Name, Label, Value string
	Hint, Fault            string
	MaxLength              string
	Required               bool
	// First: it has the focus when the page is opened.
	First bool
}

// SignIn is the region of the page where an admin signs in.
type SignIn struct {
	Text  *text.Catalogue
	Path  string
	Back  string
	Token Field
}
