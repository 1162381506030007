package text

import (
	"fmt"

	"confboard/feed/conference"
	"confboard/feed/rules"
)

// english is the board's first language; its wording is the measure for the others.
var english = Catalogue{
	Lang: English, HTMLLang: "en", OwnName: "English",

	Product: "Confboard",

	SkipToContent: "Skip to content", Overview: "Overview", Language: "Language", Theme: "Theme", ServerClock: "Server time",
	ConnectingToBoard: "Connecting…", Reconnecting: "Reconnecting…", BoardSilent: "NO DATA", BoardLive: "Live",
	NoRoom: "Too many open pages", NoRoomHelp: "More pages are open than this board has room for. This one shows what was when it was loaded, and tries again by itself.",
	Pause: "Pause live updates", Paused: "Paused",
	Themes:   map[string]string{"system": "Same as system", "light": "Light", "dark": "Dark"},
	NoScript: "This page does not update by itself without JavaScript. Reload it to see the newest state.",

	Severity: map[rules.Severity]string{
		rules.Critical: "ALERT", rules.NoData: "NO DATA", rules.Attention: "CHECK", rules.Pending: "CONNECTING",
		rules.Healthy: "LIVE", rules.Scheduled: "NOT STARTED", rules.Ended: "ENDED",
	},
	SeverityCount: map[rules.Severity]string{
		rules.Critical: "alert", rules.NoData: "no data", rules.Attention: "to check", rules.Pending: "connecting",
		rules.Healthy: "live", rules.Scheduled: "not started", rules.Ended: "ended",
	},
	Link: map[conference.LinkState]string{
		conference.Connecting: "Connecting", conference.Waiting: "Waiting for the start", conference.Live: "Live",
		conference.Stale: "Out of date", conference.Lost: "No data", conference.Refusing: "Refused", conference.Over: "Ended",
	},
	LinkHelp: map[conference.LinkState]string{
		conference.Connecting: "The first connection to the cloud is being made. Nothing is known of the meeting yet.",
		conference.Waiting:    "The meeting is not in progress. Confboard looks again by itself.",
		conference.Live:       "The cloud answers in time; what you see is the newest state.",
		conference.Stale:      "What you see may be old. Confboard is connecting again by itself.",
		conference.Lost:       "The cloud has been silent for too long. Do not rely on what you see.",
		conference.Refusing:   "The cloud refused the connection; what you see may be old. Somebody has to fix the cause.",
		conference.Over:       "The meeting has ended. What you see is its last known state.",
	},
	Reason: map[conference.LinkReason]string{
		conference.ReasonUnreachable:   "The cloud cannot be reached. Check the network if this lasts.",
		conference.ReasonDNS:           "The cloud’s host name cannot be found. Check cloud.endpoint and the name server.",
		conference.ReasonTLS:           "The cloud’s certificate was not accepted. Check the clock, the proxy and cloud.endpoint.",
		conference.ReasonUnavailable:   "The cloud is not available at the moment. Trying again.",
		conference.ReasonClosed:        "The cloud closed the connection. Connecting again.",
		conference.ReasonNoEcho:        "The cloud stopped answering. Connecting again.",
		conference.ReasonFlood:         "The cloud sent far more than any meeting needs, so the connection was given up. Connecting again, more and more rarely while it goes on.",
		conference.ReasonTokenSpent:    "The cloud did not accept the token. Fetching a new one.",
		conference.ReasonNotStarted:    "The meeting has not started.",
		conference.ReasonPassword:      "No such meeting, or a wrong host password. Correct it in the settings and restart, or add the meeting again on the page Feed; wrong passwords lock accounts.",
		conference.ReasonNoPassword:    "No host password is known. Give it in the settings and restart, or add the meeting on the page Feed.",
		conference.ReasonLocked:        "Locked after too many wrong passwords. Wait; then give the right one in the settings and restart, or add the meeting again on the page Feed.",
		conference.ReasonNotPermitted:  "The cloud does not permit it. For a meeting, ask its organiser for host rights; for the list, the app needs an administrator’s.",
		conference.ReasonWrongSite:     "The meeting is on another site of the cloud. Check cloud.endpoint.",
		conference.ReasonSubscription:  "The cloud refuses to send the meeting’s status. What it said is on the page Feed, under Details; if it stays so, ask the cloud’s support.",
		conference.ReasonUnexpected:    "The cloud gave an answer that Confboard does not understand. See the log.",
		conference.ReasonInsecureWSURL: "The cloud named an unencrypted WebSocket, which Confboard does not use. Check that cloud.endpoint is the cloud’s own address; if it is, ask the cloud’s support.",
		conference.ReasonProxy:         "The proxy between here and the cloud refuses the connection or cannot be reached. Check the proxy settings.",
		conference.ReasonPlayback:      "The recording has ended.",
		conference.ReasonNoBus:         "This board has no connection with the other boards that it works with (NATS), so what they know is not here. It comes back by itself; if it does not, check the cluster settings.",
		conference.ReasonNoInstance:    "The board that watched this meeting is gone, or has no connection with the others. It goes on, or another one takes over, within seconds.",
		conference.ReasonNewerInstance: "Another board of a newer version watches this meeting, and this one does not understand it. Update this one.",
		conference.ReasonAppLogin:      "The cloud does not accept the app ID or its key. Correct cloud.app in the settings and restart; if it was put right in the cloud, try again.",
		conference.ReasonClock:         "This machine’s clock and the cloud’s are too far apart. Set the clock.",
		conference.ReasonAccountLocked: "The enterprise’s account is disabled or locked. Have it unlocked, then try again.",
	},

	Fields: map[conference.Field]FieldText{
		conference.EndTime: {Name: "Planned end"},
		conference.StatusMode: {Name: "Mode", Values: map[string]string{
			conference.ModeFree: "Free", conference.ModeFixed: "Fixed layout", conference.ModeRollCall: "Giving the floor", conference.ModeBroadcast: "Broadcasting a participant"}},
		conference.MeetingState: {Name: "Meeting", Values: map[string]string{
			conference.StateSchedule: "To be held", conference.StateCreated: "In progress", conference.StateDestroyed: "Ended"}},
		conference.VoiceActivation:  {Name: "Voice activation", Values: map[string]string{"0": "Voice activation off", "1": "Voice activation on"}},
		conference.Lock:             {Name: "Lock", Values: map[string]string{"0": "Unlocked", "1": "Locked"}},
		conference.Mute:             {Name: "Muted on entry", Values: map[string]string{"0": "Not muted on entry", "1": "Muted on entry"}},
		conference.LockSharing:      {Name: "Screen sharing", Values: map[string]string{"0": "Sharing open", "1": "Sharing locked"}},
		conference.CanUnmute:        {Name: "Unmuting", Values: map[string]string{"0": "May not unmute themselves", "1": "May unmute themselves"}},
		conference.ChairView:        {Name: "Host’s view", Values: map[string]string{"0": "Host does not see participants in turn", "1": "Host sees participants in turn"}},
		conference.PicNum:           {Name: "Screens"},
		conference.PartViewNum:      {Name: "Focused on"},
		conference.MaxPartViewNum:   {Name: "Focus limit"},
		conference.RecState:         {Name: "Recording", Values: map[string]string{"0": "Not recording", "1": "Recording"}},
		conference.MultiPic:         {Name: "Custom layout"},
		conference.ConfIMGroupID:    {Name: "Chat group"},
		conference.ForbiddenChat:    {Name: "Chat", Values: map[string]string{"0": "Chat on", "1": "Chat off"}},
		conference.RecOccurred:      {Name: "Recorded before", Values: map[string]string{"0": "Not recorded so far", "1": "Was recorded at some time"}},
		conference.RealTimeSubtitle: {Name: "Live captions", Values: map[string]string{"0": "Captions off", "1": "Captions on"}},
	},

	NotReported: "not reported", SentEmpty: "sent empty",
	Pair:    func(name, said string) string { return name + ": " + said },
	Unknown: func(v string) string { return v + " (unknown value)" },

	Filter: "Show meetings by state", StaleCount: "out of date",
	Problems: func(n int) string {
		if n == 1 {
			return "problem"
		}
		return "problems"
	},
	NoMeetings:     "No meetings on the board",
	NoMeetingsHelp: "List them under cloud.meetings in the settings, have them found with cloud.app, or add them on the page Feed.",
	NoProblems:     "No problems",
	NoProblemsHelp: "Every meeting on the board is as it should be. This list fills by itself when one is not.",
	MeetingCount: func(n int) string {
		if n == 1 {
			return "1 meeting"
		}
		return fmt.Sprintf("%d meetings", n)
	},
	OverviewTitle: func(problems int) string {
		switch problems {
		case 0:
			return "Meetings · Confboard"
		case 1:
			return "(1) 1 problem · Confboard"
		}
		return fmt.Sprintf("(%d) %d problems · Confboard", problems, problems)
	},
	NoneOfThese: "No such meetings", NoneOfTheseHelp: "No meeting is in this state. This list fills by itself when one is.",
	PlannedEnd: "Planned end", EndingSoon: "ends ", Overrun: "over by ",
	LastChange: "Last status change", LastEcho: "Last heartbeat echo", TheLink: "Cloud link", Since: "since", Never: "none yet",
	Screens: englishScreens,

	ConfID: "Meeting ID", Group: "Group",
	GroupMeeting: "Meeting", GroupSound: "Sound and chat", GroupPicture: "Picture", GroupRecording: "Recording and captions",
	Layout: "Continuous presence",
	LayoutAutomatic: func(n int64) string {
		if n == 1 {
			return "Automatic layout, 1 screen. Who is shown is decided by the cloud."
		}
		return fmt.Sprintf("Automatic layout, %d screens. Who is shown where is decided by the cloud.", n)
	},
	LayoutAutomaticUnknown: "Automatic layout; the number of screens was not reported.",
	LayoutNotReported:      "Nothing is known of the layout yet.",
	LayoutGridOrder:        "Grid order: screens in order of their number, not their real place and size.",
	LayoutPeriod: func(s int64) string {
		if s == 1 {
			return "changes every second"
		}
		return fmt.Sprintf("changes every %d s", s)
	},
	LayoutDated: "Set earlier, may not apply: the mode or the number of screens has changed since.",
	LayoutIrregular: func(n int) string {
		if n == 1 {
			return "1 screen came with a missing, repeated or impossible number."
		}
		return fmt.Sprintf("%d screens came with a missing, repeated or impossible number.", n)
	},
	LayoutOverridden: func(mode string) string {
		return "This layout is not what people see at the moment. Mode: " + mode + "."
	},
	LayoutSummary: func(n int) string {
		if n == 1 {
			return "Set by a person: 1 screen"
		}
		return fmt.Sprintf("Set by a person: %d screens", n)
	},
	Screen:           func(n int) string { return fmt.Sprintf("Screen %d", n) },
	ScreenPeriod:     func(s int64) string { return fmt.Sprintf("every %d s", s) },
	ScreenUnnumbered: "Screens without a usable number",
	ScreenEmpty:      "Nobody assigned", ScreenAbsent: "Not described", ScreenPresentation: "Presentation", ScreenTurns: "in turn; which one is on air is not known",
	ScreenTwice: "described more than once", ScreenBeyond: "beyond the number of screens",
	Partial:     "Parts of the state may be missing until a full message arrives.",
	Freshness:   "Freshness",
	LastMessage: "Last message", NoMessageYet: "No message has arrived yet.",
	MessageType: "Type", MessageMode: "Kind", Full: "full", Incremental: "incremental",
	Version: "Version", Sequence: "Sequence", CreateTime: "Created", MsgID: "Message ID", Occurrence: "Occurrence",
	Intake: "Messages taken in", Applied: "Applied", Refused: "Refused", Passed: "Not used", Withheld: "Withheld as possible secrets or links",
	Dropped: map[conference.Fate]string{
		conference.DroppedRepeated: "Dropped: seen before", conference.DroppedOlderFull: "Dropped: full message, not newer than the last",
		conference.DroppedOlderSequence: "Dropped: out of sequence", conference.DroppedBeforeFull: "Dropped: made before the last full message",
	},
	LastRefusal: "Last refusal",
	Refusal: map[conference.RefusalKind]string{
		conference.RefusedNotJSON:  "the frame is not a JSON object",
		conference.RefusedEnvelope: "the message type, kind, version or time is missing or unusable",
		conference.RefusedValue:    "a field has a value that cannot be converted",
		conference.RefusedTooLarge: "the frame or a text in it is too long",
		conference.RefusedTooMany:  "too many fields, screens or people", conference.RefusedTooDeep: "nested too deeply",
		conference.RefusedOtherMeeting: "the message is about another meeting",
	},
	OtherFields: "Other fields as pushed", OtherFieldsHelp: "Fields of the message that have no badge, under their wire name.", NoOtherFields: "None.",

	ListComma: ", ",
	Sentence:  englishSentence,
	Participants: func(n int) string {
		if n == 1 {
			return "1 participant"
		}
		return fmt.Sprintf("%d participants", n)
	},
	ParticipantsUnknown: "Nothing is known of the participants yet.", SomeParticipants: "Participants reported so far", NobodyHere: "Nobody is in the meeting.",
	Search: "Search by name or number",
	Roles:  map[conference.Role]string{conference.Host: "Host", conference.Ordinary: "Participant", conference.Attendee: "Attendee"},
	CoHost: "Co-host", Speaking: "Speaking", HandRaised: "Hand raised", Muted: "Muted",
	Calling: "Being called", Sharing: "Sharing", Voice: "Voice only",
	Broadcasting: "Being broadcast", HasFloor: "Has the floor", NotHere: "Not in the meeting",
	SpeakingNow:  func(names string) string { return "Speaking: " + names },
	NobodySpeaks: "Nobody is speaking.",
	Joined:       "Joined", Owner: "Booked by", Started: "Started", Scheduled: "Scheduled start", Running: "Running for", CloudTitle: "Title in the cloud",
	RecordingTypeName: "Recording type", MediaTypeName: "Media",
	RecordingType: map[string]string{"0": "No recording", "1": "Recording", "2": "Recording and live broadcast", "3": "Live broadcast"},
	MediaType:     map[string]string{"1": "Voice", "2": "Video"},
	WaitingRoom: func(n int) string {
		if n == 1 {
			return "1 person in the waiting room"
		}
		return fmt.Sprintf("%d people in the waiting room", n)
	},
	FocusedOf:   func(n, max int64) string { return fmt.Sprintf("%d of at most %d", n, max) },
	LayoutExact: "Place and size as set.", LayoutNone: "No custom layout", GridsSetAside: "Geometries that cannot be drawn",

	// Wall.
	Wall: "Wall display", WallPage: "Page",
	WallPlannedEnd: "planned end", WallEndingSoon: "Ends soon",
	WallPlannedStart: "planned start", WallRecording: "REC", WallBroadcast: "Broadcasting",
	WallParticipants: func(n int) string {
		if n == 1 {
			return "participant"
		}
		return "participants"
	},
	WallMore: "more without problems, not shown", WallMoreProblems: "more with problems, not shown",
	WallClockOff: "This screen’s clock is off by",
	WallOnly:     func(filters string) string { return "Only: " + filters },
	Walls:        englishWall,
	Named:        englishNamedWall,

	NeedsAttention: "Needs attention",
	Concern:        englishConcern,
	ConcernShort: map[conference.Rule]string{
		conference.Overrunning: "Overrun", conference.NoHost: "No host", conference.BlankScreen: "Blank screen",
		conference.UnseenSpeaker: "Speaker not shown", conference.UnlockedRecording: "REC, not locked",
	},
	Silence: englishSilence,

	AbsentTitle:    "No such meeting on this board",
	AbsentHelp:     "Check the meeting ID in the address. If it is right, the meeting is not watched yet; this page comes alive by itself when it appears.",
	Errors:         englishProblems,
	BackToOverview: "Back to the overview",

	// The overview's search, filters, order and pages.
	FilterSearch: "Search title, ID or owner", FilterPanel: "Filters", FilterShow: "Show", FilterClear: "Clear all", FilterRemove: "Remove this filter",
	FilterSearched: func(words string) string { return "Search: " + words },
	FilterStatus:   "Status", FilterAny: "Any", FilterWhere: "Show only", FilterProblems: "problems",
	FilterNearEnd: "Ends within 10 minutes", FilterOverrun: "Over its planned end", FilterNoHost: "No host", FilterEmpty: "Nobody in it",
	FilterWaiting: "People in the waiting room",
	SortBy:        "Sort by",
	Sorts: map[string]string{"": "What needs attention", "start": "Start, earliest first", "end": "Planned end, next first",
		"title": "Title", "participants": "Participants, most first"},
	Range:  func(from, to, total int) string { return fmt.Sprintf("%d–%d of %d", from, to, total) },
	PageOf: func(page, pages int) string { return fmt.Sprintf("Page %d of %d", page, pages) },
	Pages:  "Pages of the list", PagesBelow: "Pages of the list, below it", PagePrevious: "Previous page", PageNext: "Next page",
	NothingFound: "No meeting matches", NothingFoundHelp: "No meeting on the board fits the search and the filters. This list fills by itself when one does.",
	ShowAll: "Show all meetings",
	Density: "Density", Densities: map[string]string{"comfortable": "Comfortable", "compact": "Compact"},
	Keys: "Keyboard shortcuts", KeysOn: "Use single-key shortcuts", Close: "Close",
	KeySearch: "Go to the search", KeyNext: "Next meeting", KeyPrevious: "Previous meeting", KeyRow: "Meeting below or above", KeyOpen: "Open the meeting",
	KeyProblems: "Only problems, or all again", KeyAll: "All meetings, without search and filters", KeyFilters: "Open or close the filters",
	KeyPages: "Previous or next page", KeyLeave: "Close what is open; leave the search",
	Feed: englishFeed, FeedCluster: englishFeedCluster, Playback: englishPlayback, Timeline: englishTimeline, History: englishHistory, Rules: englishRules,
	Share: englishShare, Account: englishAccount, Legend: englishLegend, Provider: englishProvider, SetUp: englishSetUp,
}

func englishScreens(n int64) string {
	if n == 1 {
		return "1 screen"
	}
	return fmt.Sprintf("%d screens", n)
}
