package text

import (
	"fmt"
	"time"

	"confboard/feed/conference"
)

var englishFeed = FeedText{
	Name: "Feed", Intro: "How the board hears of its meetings, and why one is not live.", Places: "Pages", Back: "Back to the feed",
	More: "More about the link, on the page Feed",

	ByLink: "Show meetings by link",
	Title: func(problems int) string {
		if problems == 0 {
			return "Feed · Confboard"
		}
		return fmt.Sprintf("(%d) Feed · Confboard", problems)
	},
	Frames: "Frames", Dropped: "Dropped",

	Listing: "The enterprise’s list",
	ListingState: map[conference.ListingState]string{
		conference.ListingOff: "Not asked for", conference.ListingAsking: "Asking for the first time", conference.ListingCurrent: "Up to date",
		conference.ListingFailing: "The last attempt failed", conference.ListingRefused: "Refused",
	},
	ListingNotPermitted: "The account may not list the enterprise’s meetings. Let cloud.app.userID be an administrator’s.",
	ListingOff:          "Meetings are watched as the settings list them and as they are added here. With cloud.app in the settings the board finds the enterprise’s by itself.",
	ListAgain:           "Ask again now", ListAsked: "The enterprise’s list is being asked for.",
	LastList: "Last complete list", NextList: "Next", SignedIn: "Signed in", InProgress: "In progress", Booked: "Not started",
	PassedOver: "Left out by the watch rules", Unwatchable: "Without a host password",
	Events: "The enterprise’s events", EventsOn: "Received", EventsOff: "Not received", EventsNone: "None so far",
	EventsHelp: "With cloud.hook in the settings the cloud tells the board at once when a meeting starts or ends.",
	LastEvent:  "Last event", Accepted: "Accepted", Repeated: "Seen before",
	EventFault: map[conference.EventFault]string{
		conference.EventMalformed: "not an event", conference.EventApp: "of another app ID; check cloud.hook.appID",
		conference.EventSignature: "not signed with our key; check the key of cloud.hook", conference.EventTime: "too old, or from the future; check the clock",
	},

	Meetings: "Meetings", Meeting: "Meeting", Link: "Link", Connection: "Connection", Echo: "Heartbeat echo", Token: "Token", Messages: "Messages", Details: "Details",
	Origin:  map[conference.Origin]string{conference.FromSettings: "from the settings", conference.ByHand: "added by hand", conference.Found: "found in the list"},
	NextTry: "Next try", NotByItself: "Not tried again by itself.",
	NotHeard:     "Connected, but the cloud has not sent the whole state or not answered the heartbeat in time.",
	NotConnected: "Not connected", ConnectedSince: "Connected since",
	Connects: func(n uint64) string {
		if n == 1 {
			return "connected once"
		}
		return fmt.Sprintf("connected %d times", n)
	},
	Reconnects: func(n uint64) string {
		if n == 1 {
			return "1 reconnect"
		}
		return fmt.Sprintf("%d reconnects", n)
	},
	RoundTrip: func(d time.Duration) string { return "after " + shortDuration(d) },
	NoToken:   "None yet", TokenUnused: "Not in use", ValidUntil: "valid until", TokenUntil: "Token valid until",
	Clock: "The cloud’s clock", ClockAhead: func(d time.Duration) string { return "cloud’s clock ahead by " + shortDuration(d) }, Overdue: "Overdue",
	AppliedN: func(n string) string { return n + " applied" },
	DroppedN: func(n string) string { return n + " dropped" },
	RefusedN: func(n string) string { return n + " refused" },
	Find:     "Search", FindAll: "Show all", FindLabel: "Search by title or meeting ID", FindBy: "Title or meeting ID",
	Pages: "Pages of the table", Previous: "Previous", Following: "Next",
	Range: func(from, to, of int) string {
		switch {
		case of == 0:
			return ""
		case from > to:
			return fmt.Sprintf("None on this page, of %d", of)
		}
		return fmt.Sprintf("%d–%d of %d", from, to, of)
	},
	NoneFound: "No such meetings", NoneFoundHelp: "No meeting has this state, title or ID. This list fills by itself when one has.",

	LastRefused: "Last refused frame", LastDropped: "Last dropped message", NoneRefused: "No frame was refused.", NoneDropped: "No message was dropped.",
	Excerpt: "Its beginning, without anything that can be a secret or a link", At: "Received", Why: "Reason", Where: "Field",
	CloudSaid:   "What the cloud said",
	LastConnect: "Connections", OriginName: "Origin",
	DropReason: map[conference.Fate]string{
		conference.DroppedRepeated: "seen before", conference.DroppedOlderFull: "full message, not newer than the last",
		conference.DroppedOlderSequence: "out of sequence", conference.DroppedBeforeFull: "made before the last full message",
	},
	Partial: "a full message is awaited",

	SignIn: "Sign in as admin", SignInNow: "Sign in", SignOut: "Sign out", SignedInAs: "Signed in as admin",
	SignInHelp: "Admins add and remove meetings, acknowledge what needs a person, make links and walls, and change the rules. What is shown is the same for everybody.",
	AdminToken: "Admin token", AdminTokenHint: "The board prints it when it starts. It is good for one sign-in; the next one is in the file admin-token of the board’s data folder.",
	AdminTokenHintPrinted: "The board prints it when it starts. It is good for one sign-in; then the next one is printed.",
	WrongToken:            "This is not the current admin token. Each is good for one sign-in only; look again in the file admin-token.",
	TokenUnstored:         "Nobody can be signed in at the moment, because the database does not answer. The token stays good: try again in a while.",
	WrongTokenPrinted:     "This is not the current admin token. Each is good for one sign-in only; the board has printed the next one.",
	Wait: func(d time.Duration) string {
		return fmt.Sprintf("Too many wrong tries. Wait %s before the next.", shortDuration(d))
	},
	ByHand: "By hand", Retry: "Retry", RetryNow: "Try again now",
	Remove: "Remove…", RemoveNow: "Remove this meeting", RemoveHelp: "The board forgets the meeting and its host password. The meeting itself goes on.",
	RemoveListed: "This meeting is listed in the settings, under cloud.meetings; it is removed there.",
	RemoveFound:  "This meeting was found in the enterprise’s list; the watch rules of the settings can leave it out.",
	Correct:      "To correct its host password, name or group, add it again on the page Feed.",
	Add:          "Add a meeting", AddNow: "Add",
	Optional:   func(name string) string { return name + " (optional)" },
	ConfIDHint: "As in the invitation, such as 900 487 914; spaces do not matter.", HostPassword: "Host password",
	HostPasswordHint: "The host’s, not the guests’. It is kept in the board’s data folder and never shown again. For a meeting of the enterprise’s list, the list’s counts.",
	MeetingName:      "Name", NameHint: "Shown in place of the cloud’s title.", GroupHint: "Such as a customer or a site.",
	Added: func(id string) string { return "Meeting " + id + " was added. It is being connected." },
	Replaced: func(id string) string {
		return "Meeting " + id + " was added again, in place of what was entered before."
	},
	Removed: func(id string) string { return "Meeting " + id + " was removed." },
	Retried: func(id string) string { return "Meeting " + id + " is being tried again." }, ShowAdded: "See how it goes",
	NoConfID: "Enter the meeting ID.", BadConfID: "A meeting ID has digits only, in rare cases letters, - or _, and at most 64 of them.",
	NoPassword: "Enter the host password.", BadPassword: "A host password is one line of at most 200 characters.",
	BadText: "One line of at most 200 characters.", Listed: "This meeting is listed in the settings, under cloud.meetings. Correct it there and restart the board.",
	NotStored: "The meeting was not added, because it could not be stored. See the board’s log, and whether its data folder can be written or its database answers.",
	NotPassed: "The meeting was not added. See the board’s log.",

	SignInFirst: "Your session has ended, or there was none. Sign in and do it again.",
}

// shortDuration is a duration in one unit: ms below a second, s below two minutes, then min.
func shortDuration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", max(1, d.Milliseconds()))
	case d < 10*time.Second && d%time.Second != 0:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int((d+time.Second/2)/time.Second))
	}
	return fmt.Sprintf("%d min", int((d+time.Minute-1)/time.Minute))
}
