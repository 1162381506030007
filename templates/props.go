// Package templates draws pages and the parts of pages that change. One component draws a part both in the page and
// in the update, so the two cannot differ. Props are small structs, already formatted and in the viewer's language: a
// template only chooses and repeats.
package templates

import (
	"github.com/a-h/templ"

	"confboard/templates/text"
)

// Tab is what the browser's tab shows: the icon tells whether something needs a person, the title has it in words.
type Tab struct{ Title, Icon string }

// Page is what every page needs beside its region.
type Page struct {
	Text *text.Catalogue
	Tab  Tab
	// Root is the path of the overview; CSS and JS are paths of assets. All include the base path.
	Root, CSS, JS string
	// Stream is the path of the page's event stream; empty for a page that does not change.
	Stream string
	// StreamID is the DOM id of the element that holds the stream. It differs from view to view, because
	// an element whose URL is only morphed keeps its old stream.
	StreamID string
	// Unattended: the page is a wall's, which goes on while the browser takes it for hidden.
	Unattended bool
	// Build is the build that drew the page; the page reloads itself when the stream names another.
	Build string
	// Now is the board's time when the page was drawn, in ms since 1970 UTC, as decimal digits; Clock is the same to read. Rate is
	// by how much it is faster than the real time: 1, unless a recording is played.
	Now, Clock, Rate string
	// Playback is set while a recording is played.
	Playback *Playback
	// Theme is dark or light, empty for the system's.
	Theme string
	// Languages and Themes are links to this page in every language and theme.
	Languages, Themes []Choice
	// Density is how close together things stand, comfortable or compact, and Densities the links that change it; both are
	// empty on a page that does not know it.
	Density   string
	Densities []Choice
	// Feed is the path of the page of the feed; AtFeed: this is it.
	Feed   string
	AtFeed bool
	// Account says who is signed in; nil: nobody by name.
	Account *AccountMenu
	// History is the path of the page of ended meetings, empty where none are kept; AtHistory: this is it.
	History   string
	AtHistory bool
	// Walls is the path of the page where a wall is set up; AtWalls: this is it.
	Walls   string
	AtWalls bool
	// Legend explains the marks of the page; nil for none.
	Legend templ.Component
	// Rules is the path of the page of what is watched for; AtRules: this is it.
	Rules   string
	AtRules bool
	// Lead is drawn above the region and is no part of what the stream replaces; nil for none.
	Lead templ.Component
}

// Playback is the recording that a page shows.
type Playback struct {
	Text  *text.PlaybackText
	Time  Instant
	Speed string
}

// Choice leads to the same page in another language, theme or density.
type Choice struct {
	Name, Path string
	// HTMLLang is set for a language, Icon for the others.
	HTMLLang, Icon string
	Current        bool
}

// Instant is a point in time, drawn in UTC and turned into the viewer's zone by the browser.
type Instant struct {
	// ISO is RFC 3339 in UTC with ms; empty when there is no such time, and Text then says so.
	ISO, Text string
	// Show is how the browser shows it: "clock" (time of day, with the date when it is another day), "second" (the same to the
	// second), "exact" (with date and zone), "since" (elapsed, ticking), "ago" (elapsed in words) or "in" (how long until then, in words).
	Show string
}

// Moment is an instant that is swapped by itself.
type Moment struct {
	ID string
	Instant
}

// Word is a short text that is swapped by itself.
type Word struct{ ID, Text string }

// Mark is a status in shape, word and colour.
type Mark struct {
	ID string
	// Severity is the class's stable name: critical, nodata, attention, pending, live, scheduled, ended.
	Severity string
	Word     string
	// Told: its change is told to those who cannot see it.
	Told bool
	// Since is drawn behind the word when it matters how long (NO DATA 0:42).
	Since Instant
	// Start is drawn in place of the word, which is left to those who cannot see the shape.
	Start Instant
}

// Badge is one field of the status in words.
type Badge struct {
	ID string
	// Field is the wire name, Label what the field is about.
	Field, Label string
	Icon         string
	Text         string
	// Time is drawn in place of Text when it has an ISO.
	Time Instant
	// Tone is how much the badge stands out: quiet, on, rec, odd (an unknown value) or none (not reported).
	Tone string
}

// Counter is the number of meetings in a class.
type Counter struct {
	// Icon: the class has a shape of its own.
	Icon                  bool
	Severity, Label, Path string
	Count                 string
	Zero, Current         bool
}

// Counters is the row of counters, each of them a filter.
type Counters struct {
	Name             string
	Total, TotalPath string
	TotalCurrent     bool
	Problems, Stale  Counter
	// Noted is the number of meetings with something acknowledged or silenced; nil when none has.
	Noted   *Counter
	Classes []Counter
}

// Card is one meeting on the overview.
type Card struct {
	ID, Path, Severity string
	Title              string
	// Named: the title is not just the confID.
	Named  bool
	ConfID string
	// Owner is who booked it, empty when that is not known.
	Owner, OwnerLabel string
	Mark              Mark
	End               CardEnd
	People            CardPeople
	Start             CardStart
	Badges            []Badge
	Fresh             Fresh
}

// CardPeople is the number of participants on a card; its Text is empty while it is not known.
type CardPeople struct{ ID, Text string }

// CardStart is since when a meeting has been running, or when it is to start; without a Time nothing is known.
type CardStart struct {
	ID, Label string
	Time      Instant
}

// CardEnd is the planned end on a card.
type CardEnd struct {
	ID, Label string
	Time      Instant
	Note      string // such as "over by", before NoteTime
	NoteTime  Instant
	Tone      string // quiet, soon or over
}

// Fresh is how fresh the data of a meeting is.
type Fresh struct {
	ID         string
	Link       string // the link in words
	Reason     string
	Next       NextTry
	Noted      FreshNoted
	Label      string
	LastChange Moment
}

// FreshNoted says of a card what somebody has acknowledged or silenced; its Text is empty when nobody has anything.
type FreshNoted struct{ Icon, Text, More string }

// Meeting is the region of a meeting's page.
type Meeting struct {
	Text     *text.Catalogue
	Tab      Tab
	About    About
	Head     Head
	Concerns Concerns
	Sentence Sentence
	Groups   []Group
	Layout   Layout
	Speaking Line
	People   People
	Waiting  People
	Focus    Line
	Envelope Envelope
	Intake   Intake
	Other    Other
	// Timeline is nil when none is kept.
	Timeline *Timeline
	// Past: what is shown is how the meeting was, and what tells only of the present is left away.
	Past bool
}

// Sentence says the state of a meeting in plain words; its Text is empty when nothing is known.
type Sentence struct{ ID, Text string }

// Head is the top of a meeting's page: its status, why, and how fresh it is.
type Head struct {
	Text       *text.Catalogue
	ID         string
	Severity   string
	Mark       Mark
	Help       string
	Reason     string
	Next       NextTry
	Feed       string // the path of the page that tells of the link at length; empty while there is nothing the matter with it
	End        HeadEnd
	Notes      []string
	Link       string // the link in words
	LinkSince  Instant
	Echo       Moment
	LastChange Moment
	Occurrence string
}

// HeadEnd is how long until the planned end, or since; without a Time there is nothing to tell.
type HeadEnd struct {
	Text string
	Time Instant
}

// Group is a group of badges that are about one thing.
type Group struct {
	ID, Title string
	Badges    []Badge
}

// Layout is the continuous presence by screen number.
type Layout struct {
	Text *text.Catalogue
	ID   string
	// Summary says what kind of layout this is, Notes what to mind.
	Summary string
	Notes   []string
	// Columns is the number of columns of the grid in order of number, 1 to 10.
	Columns string
	// Exact are the classes of the exact geometry's grid; empty when it is not known.
	Exact   string
	Screens []Screen
	// Automatic: the screens are unlabelled because nobody knows who is where.
	Automatic bool
}

// Screen is one numbered place of the picture.
type Screen struct {
	ID     string
	Number string
	Name   string // "Screen 3", for those who cannot see the grid
	// Cell are the classes of the screen's exact place.
	Cell   string
	People []ScreenPerson
	Turns  string
	Notes  []string
	// Empty says that nobody is there, and why.
	Empty        string
	Presentation string
	// Tone is empty or a class: screen-nobody, screen-shows, screen-odd.
	Tone string
}

// ScreenPerson is a participant whom a screen shows, by name if it is known and else by the number that the layout gives.
type ScreenPerson struct {
	Name     string
	Speaking bool
	Marks    []PersonMark
}

// PersonMark is something about a participant, as a picture with a word.
type PersonMark struct{ Icon, Word string }

// People are the participants of a meeting.
type People struct {
	Text *text.Catalogue
	ID   string
	// Known is false before anything was told of the participants.
	Known bool
	// Brief: there are some, and their list is not here.
	Brief bool
	Title string
	Rows  []Person
}

// Person is one participant.
type Person struct {
	ID, Name, Number, Role string
	Marks                  []PersonMark
	JoinedLabel            string
	Joined                 Instant
}

// Line is a sentence of its own; its Text is empty when there is nothing to say.
type Line struct{ ID, Icon, Text string }

// About is what the meeting is: its title, who booked it, and when it started.
type About struct {
	ID, Title string
	// Path is where the title leads; empty when this is the page.
	Path  string
	Facts []Fact
}

// Fact is something with a name.
type Fact struct {
	Name, Text string
	// Time is drawn in place of Text when it has an ISO.
	Time Instant
}

// Envelope is the last message's envelope.
type Envelope struct {
	Text                     *text.Catalogue
	ID                       string
	Known                    bool
	Type, Mode, VersionLabel string
	Version, MsgID           Word
	CreateTime               Moment
}

// Intake is what became of a meeting's frames.
type Intake struct {
	Text    *text.Catalogue
	ID      string
	Applied Word
	Rows    []CountRow
	Refusal string
	At      Instant
}

// CountRow is a counter with its name.
type CountRow struct{ Name, Count, Detail string }

// Other is the list of fields that have no badge.
type Other struct {
	Text *text.Catalogue
	ID   string
	Rows []OtherRow
}

// OtherRow is one unlisted field as it was pushed.
type OtherRow struct{ ID, Name, Value string }

// Problem is a page that says what happened and what to do.
type Problem struct {
	Text              *text.Catalogue
	Title, Help, Root string
	// Code is the HTTP status, drawn small.
	Code string
}
