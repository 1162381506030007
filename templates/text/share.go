package text

import (
	"time"

	"confboard/feed/conference"
)

// ShareText is what is said about links to one meeting.
type ShareText struct {
	// Behind a link. Untitled is what the meeting is called as long as its title is not known or not to be told.
	Untitled string
	Loading  string
	// Plain leads to the page for browsers without scripts.
	Plain               string
	NotHere             string
	GoneTitle, GoneHelp string
	BadgeGone           string // one or two words
	// Participant is what to call one whose name is not shown.
	Participant func(n int) string

	// Where links are made.
	Share                             string
	OpenLinks                         func(n int) string
	LinksTo                           func(title string) string
	AllLinks, BackToMeeting           string
	Another, FormHelp, MakeNow        string
	ShowsLegend                       string
	ShowsPeople, ShowsLayout          string
	ShowsNames                        string
	EndsLegend, EndsAfter, EndsWith   string
	Lasts                             func(d time.Duration) string // 0: without end
	Note, NoteHint, NoNote            string
	Made, MadeHelp, Address, QR       string
	Copy, Copied                      string
	Badge, BadgeHelp                  string
	Given, None                       string
	State                             map[conference.ShareState]string
	Shows                             func(s conference.Shows) string
	MadeAt, EndsAt, NoExpiry          string
	WithMeeting, Seen                 string
	Revoke, Revoked                   string
	BadForm, NotStored, RevokedForNow string
	TooMany                           string
}

// AccountText is what is said to those who sign in.
type AccountText struct {
	SignIn, Help, Name, Password string
	// ProxyHelp is said where a proxy signs people in and has not.
	ProxyHelp string
	// Wrong does not tell whether the name or the password is.
	Wrong      string
	UseToken   string
	SignedInAs string
	// RoleAdmin and RoleViewer say what an account may do; Everywhere signs it out in all browsers.
	RoleAdmin, RoleViewer      string
	Everywhere, EverywhereHelp string
	// SeeMore leads from a public page to that where one signs in.
	SeeMore                    string
	AdminsOnly, AdminsOnlyHelp string
	// SignedOut is said by a page whose stream is refused because nobody is signed in any more.
	SignedOut string
}
