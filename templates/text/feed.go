package text

import (
	"time"

	"confboard/feed/conference"
)

// FeedText are the texts of the page of the feed, of its forms, and of what other pages say about it.
type FeedText struct {
	// Name is what the page is called, Intro what it is about.
	Name, Intro, Places, Back string
	// More leads from a meeting's page to that of its feed.
	More string

	ByLink string
	// Title stands in the browser's tab, with the number of meetings whose link is not as it should be.
	Title  func(problems int) string
	Frames string
	// Dropped is the sum of all reasons.
	Dropped string

	// The enterprise's list, and its events.
	Listing      string
	ListingState map[conference.ListingState]string
	ListingOff   string
	// ListingNotPermitted is said in place of ReasonNotPermitted, which speaks of one meeting.
	ListingNotPermitted  string
	ListAgain, ListAsked string
	LastList             string
	NextList             string
	SignedIn             string
	InProgress           string
	Booked               string
	PassedOver           string
	Unwatchable          string
	Events               string
	EventsOn             string
	EventsOff            string
	EventsNone           string
	EventsHelp           string
	LastEvent            string
	Accepted             string
	Repeated             string
	EventFault           map[conference.EventFault]string

	// The table.
	Meetings, Meeting, Link, Connection, Echo, Token, Messages, Details string
	Origin                                                              map[conference.Origin]string
	// NextTry stands before when the next attempt is made.
	NextTry, NotByItself string
	// NotHeard is said of a link that is connected and not live.
	NotHeard                     string
	NotConnected, ConnectedSince string
	Connects, Reconnects         func(n uint64) string
	RoundTrip                    func(d time.Duration) string
	// ValidUntil stands before a time, TokenUntil is the name of one.
	NoToken, ValidUntil, TokenUntil string
	// TokenUnused is said of a meeting that has ended or is refused, for which a token may have been had.
	TokenUnused string
	// Clock is what the deviation of the cloud's clock is called, ClockAhead says by how much it is ahead.
	Clock      string
	ClockAhead func(d time.Duration) string
	// Overdue is said of a list that has not come in time.
	Overdue                          string
	AppliedN, DroppedN, RefusedN     func(n string) string
	Find, FindAll, FindLabel, FindBy string
	Pages, Previous, Following       string
	Range                            func(from, to, of int) string
	NoneFound, NoneFoundHelp         string

	// One meeting.
	LastRefused, LastDropped, NoneRefused, NoneDropped string
	Excerpt, At, Why, Where                            string
	// CloudSaid names what the cloud itself said when it refused.
	CloudSaid               string
	LastConnect, OriginName string
	// DropReason is why a message was dropped, Partial what is to be said of a type of which something is missing.
	DropReason map[conference.Fate]string
	Partial    string

	// What an admin does.
	SignIn, SignInNow, SignInHelp, SignOut, SignedInAs string
	AdminToken                                         string
	// AdminTokenHint and WrongToken say where the next token is: in a file, or, Printed, where the first one was.
	AdminTokenHint, AdminTokenHintPrinted string
	WrongToken, WrongTokenPrinted         string
	// TokenUnstored: the token is right, and nobody is let in because that cannot be stored.
	TokenUnstored                 string
	Wait                          func(d time.Duration) string
	ByHand, Retry, RetryNow       string
	Remove, RemoveNow, RemoveHelp string
	// RemoveListed and RemoveFound say where a meeting is removed that was not added by hand.
	RemoveListed, RemoveFound string
	// Correct says how to correct a meeting that was added by hand.
	Correct             string
	Add, AddNow         string
	Optional            func(name string) string
	ConfIDHint          string
	HostPassword        string
	HostPasswordHint    string
	MeetingName         string
	NameHint, GroupHint string
	// Replaced is said of a meeting that was there by hand before.
	Added, Replaced, Removed func(id string) string
	Retried                  func(id string) string
	ShowAdded                string
	NoConfID, BadConfID      string
	NoPassword               string
	BadPassword              string
	BadText                  string
	Listed                   string
	NotStored, NotPassed     string

	// Errors of requests that change something.
	SignInFirst string
}
