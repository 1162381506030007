package text

import (
	"fmt"
	"strings"
	"time"

	"confboard/feed/conference"
)

var englishShare = ShareText{
	Untitled: "Shared meeting", Loading: "Connecting to the board…", Plain: "Show the state as it is now",
	NotHere:   "The meeting is not on the board at the moment. This page comes alive by itself when it is.",
	GoneTitle: "This link does not open",
	GoneHelp:  "It has ended, has been taken back, or was never complete. Check that the whole address was copied, or ask whoever sent it for another.",
	BadgeGone: "NO LINK",

	Participant: func(n int) string { return fmt.Sprintf("Participant %d", n) },

	Share: "Share this meeting",
	OpenLinks: func(n int) string {
		switch n {
		case 0:
			return "No open links"
		case 1:
			return "1 open link"
		}
		return fmt.Sprintf("%d open links", n)
	},
	LinksTo:  func(title string) string { return "Links to " + title },
	AllLinks: "All links", BackToMeeting: "Back to the meeting",
	Another: "Make a link", FormHelp: "Whoever has the address sees this one meeting, live, and nothing else. Its title and its status are always shown; numbers and fields without a badge never are.",
	MakeNow:     "Make the link",
	ShowsLegend: "Also shown", ShowsPeople: "Participants: how many, their roles and who speaks", ShowsLayout: "Continuous presence",
	ShowsNames: "Names of people; without them, Participant 1 and so on",
	EndsLegend: "The link ends", EndsAfter: "After", EndsWith: "With the meeting: this one if it is in progress, or the next",
	Lasts: func(d time.Duration) string {
		switch hours := int(d / time.Hour); {
		case hours == 0:
			return "no set time"
		case hours == 1:
			return "1 hour"
		case hours%24 != 0:
			return fmt.Sprintf("%d hours", hours)
		case hours == 24:
			return "1 day"
		default:
			return fmt.Sprintf("%d days", hours/24)
		}
	},
	Note: "Note", NoteHint: "For admins only: whom the link is for.", NoNote: "Without a note",
	Made: "The link is made", MadeHelp: "Copy its address now: it is not kept, and cannot be shown again.", Address: "Address", QR: "The address as a QR code",
	Copy: "Copy", Copied: "Copied.",
	Badge: "Address of a badge", BadgeHelp: "A picture of the status for other pages, without names and title. Whoever can read that page has the link.",
	Given: "Links", None: "No links yet. They are made on the page of a meeting.",
	State: map[conference.ShareState]string{
		conference.ShareOpen: "Open", conference.ShareExpired: "Expired", conference.ShareOver: "Ended with the meeting", conference.ShareRevoked: "Taken back",
	},
	Shows: func(s conference.Shows) string {
		var shown []string
		if s.People {
			shown = append(shown, "participants")
		}
		if s.Layout {
			shown = append(shown, "continuous presence")
		}
		if s.Names {
			shown = append(shown, "names")
		}
		if len(shown) == 0 {
			return "nothing"
		}
		return strings.Join(shown, ", ")
	},
	MadeAt: "Made", EndsAt: "Ends", NoExpiry: "no set time", WithMeeting: "with the meeting", Seen: "Last opened",
	Revoke: "Take back", Revoked: "The link was taken back. Its open pages have ended.",
	BadForm:       "The link was not made: the note has to be one line of at most 200 characters, and the end one of the list.",
	TooMany:       "The link was not made, because the board holds as many as it can. Those that do not open any more are forgotten after 30 days.",
	NotStored:     "The link was not made because it could not be stored. Check the disk, or the database; the log has the reason.",
	RevokedForNow: "The link is closed, but this could not be stored: it opens again if the board restarts before the disk works. It goes on being tried; the log has the reason.",
}

var englishAccount = AccountText{
	SignIn: "Sign in", Help: "This board is for those who have an account on it. You then see what you asked for.", Name: "Name", Password: "Password",
	ProxyHelp: "This board is opened through your organisation’s sign-in, which has not said who you are, or you are in none of the groups that may see it. Open the board by its usual address.",
	Wrong:     "Name and password do not match.",
	UseToken:  "Use the admin token instead", SignedInAs: "Signed in as",
	RoleAdmin: "You are an admin: you see every meeting, change what is watched, and make links.", RoleViewer: "You are a viewer: you see every meeting.",
	Everywhere: "Sign out everywhere", EverywhereHelp: "Also in all other browsers and on walls where this account is signed in.",
	SeeMore:    "Sign in to see more",
	AdminsOnly: "This is for admins", AdminsOnlyHelp: "Your account may see meetings and not change anything. Ask whoever runs this board if you need to.",
	SignedOut: "Signed out",
}
