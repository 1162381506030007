// Package text is the message catalogue: every text that a person can see, once per language. A language is a value
// of Catalogue, so that a missing or misspelt text does not compile, and a test finds an empty one.
//
// The feed gives kinds, never sentences; this package turns kinds into words. Wording is exact where the honesty of
// the board depends on it: mute is "muted on entry", recOccurred is "was recorded at some time", endTime is the planned end.
package text

import (
	"golang.org/x/text/language"

	"confboard/feed/conference"
	"confboard/feed/rules"
)

// Lang names a language in URLs (?lang=) and keys.
type Lang string

// The languages.
const (
	English Lang = "en"
	Chinese Lang = "zh"
)

// Langs lists the languages in the order in which they are offered.
func Langs() []Lang { return []Lang{English, Chinese} }

// Known reports whether there is a catalogue of this language.
func (l Lang) Known() bool { return l == English || l == Chinese }

// For returns the catalogue of a language, English for an unknown one. It is shared and must not be modified.
func For(l Lang) *Catalogue {
	if l == Chinese {
		return &chinese
	}
	return &english
}

var matcher = language.NewMatcher([]language.Tag{language.English, language.SimplifiedChinese})

// Match returns the language that suits an Accept-Language header best, English if none does.
func Match(acceptLanguage string) Lang {
	tags, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(tags) == 0 {
		return English
	}
	if _, i, confidence := matcher.Match(tags...); i == 1 && confidence > language.No {
		return Chinese
	}
	return English
}

// FieldText is the name of a listed field and what its values mean.
type FieldText struct {
	// Name is what the field is about.
	Name string
	// Values are the words of the listed values; for a switch, "1" stands for every value but 0. A field that takes numbers or text has none.
	Values map[string]string
}

// Catalogue is one language.
type Catalogue struct {
	Lang     Lang
	HTMLLang string // the value of the lang attribute
	OwnName  string // the language's name in itself

	Product string

	// Chrome of every page.
	SkipToContent, Overview, Language, Theme, ServerClock   string
	ConnectingToBoard, Reconnecting, BoardSilent, BoardLive string
	// NoRoom is said where the board has no place for another live page.
	NoRoom, NoRoomHelp string
	Pause, Paused      string
	// Themes by name: system, light, dark.
	Themes   map[string]string
	NoScript string

	// Status classes by rules.Severity.
	Severity map[rules.Severity]string
	// SeverityCount is the counter's label for a class, such as "to check".
	SeverityCount map[rules.Severity]string
	// Link is a meeting's link in words, LinkHelp what to make of it.
	Link     map[conference.LinkState]string
	LinkHelp map[conference.LinkState]string
	// Reason is why a link is not live, with what to do.
	Reason map[conference.LinkReason]string

	Fields map[conference.Field]FieldText

	NotReported, SentEmpty string
	// Pair joins a name with what is said of it.
	Pair    func(name, said string) string
	Unknown func(value string) string

	// Overview.
	Filter, StaleCount string
	// Problems stands behind their number.
	Problems                     func(n int) string
	NoMeetings, NoMeetingsHelp   string
	NoProblems, NoProblemsHelp   string
	NoneOfThese, NoneOfTheseHelp string
	MeetingCount                 func(n int) string
	OverviewTitle                func(problems int) string
	// EndingSoon stands before how long until the planned end, Overrun before how long since.
	PlannedEnd, EndingSoon, Overrun      string
	LastChange, LastEcho, TheLink, Since string
	Never                                string
	Screens                              func(n int64) string

	// Meeting page.
	ConfID, Group                          string
	GroupMeeting, GroupSound, GroupPicture string
	GroupRecording                         string
	Layout                                 string
	LayoutAutomatic                        func(screens int64) string
	LayoutAutomaticUnknown                 string
	LayoutNotReported                      string
	LayoutGridOrder                        string
	LayoutPeriod                           func(seconds int64) string
	LayoutDated                            string
	LayoutIrregular                        func(screens int) string
	LayoutOverridden                       func(mode string) string
	LayoutSummary                          func(screens int) string
	Screen                                 func(n int) string
	ScreenPeriod                           func(seconds int64) string
	ScreenUnnumbered                       string
	ScreenEmpty, ScreenAbsent              string
	ScreenPresentation, ScreenTurns        string
	ScreenTwice, ScreenBeyond              string
	Partial                                string
	Freshness                              string
	LastMessage, NoMessageYet              string
	MessageType, MessageMode               string
	Full, Incremental                      string
	Version, Sequence, CreateTime, MsgID   string
	Occurrence                             string
	Intake                                 string
	Applied, Refused, Passed, Withheld     string
	Dropped                                map[conference.Fate]string
	LastRefusal                            string
	Refusal                                map[conference.RefusalKind]string
	OtherFields, OtherFieldsHelp           string
	NoOtherFields                          string

	// People.
	ListComma                                              string
	Sentence                                               func(Facts) string
	Participants                                           func(n int) string
	ParticipantsUnknown, SomeParticipants, NobodyHere      string
	Search                                                 string
	Roles                                                  map[conference.Role]string
	CoHost, Speaking, HandRaised, Muted                    string
	Calling, Sharing, Voice                                string
	Broadcasting, HasFloor, NotHere                        string
	SpeakingNow                                            func(names string) string
	NobodySpeaks                                           string
	Joined, Owner, Started, Scheduled, Running, CloudTitle string
	RecordingType, MediaType                               map[string]string
	RecordingTypeName, MediaTypeName                       string
	WaitingRoom                                            func(n int) string
	FocusedOf                                              func(n, max int64) string
	LayoutExact, LayoutNone, GridsSetAside                 string

	// Wall.
	Wall, WallPage                 string
	WallPlannedEnd, WallEndingSoon string
	WallPlannedStart               string
	WallRecording, WallBroadcast   string
	// WallParticipants says what the number on a tile counts.
	WallParticipants func(n int) string
	// WallMore and WallMoreProblems stand behind the number of meetings that are not on the screen.
	WallMore, WallMoreProblems string
	// WallClockOff stands before how much the screen's clock differs from the server's.
	WallClockOff string
	// WallOnly says that the wall is limited to some meetings: by which filters.
	WallOnly func(filters string) string
	Walls    WallText
	Named    NamedWallText

	// What needs a person.
	NeedsAttention string
	Concern        func(ConcernFacts) string
	// ConcernShort is the same from afar; a drift says what the field is.
	ConcernShort map[conference.Rule]string
	Silence      SilenceText

	// Errors. Each says what happened and what to do.
	AbsentTitle, AbsentHelp string
	// Errors are by HTTP status; see Problem.
	Errors         map[int]ProblemText
	BackToOverview string

	// The overview's search, filters, order and pages.
	FilterSearch, FilterPanel, FilterShow, FilterClear, FilterRemove string
	// FilterSearched says what is looked for.
	FilterSearched func(words string) string
	// FilterWhere stands before facts such as FilterEmpty, all of which have to hold.
	FilterStatus, FilterAny, FilterWhere, FilterProblems                   string
	FilterNearEnd, FilterOverrun, FilterNoHost, FilterEmpty, FilterWaiting string
	SortBy                                                                 string
	// Sorts by name: empty for severity, start, end, title, participants.
	Sorts map[string]string
	// Range says which cards are shown, counted from 1.
	Range                                     func(from, to, total int) string
	PageOf                                    func(page, pages int) string
	Pages, PagesBelow, PagePrevious, PageNext string
	NothingFound, NothingFoundHelp, ShowAll   string
	Density                                   string
	// Densities by name: comfortable, compact.
	Densities map[string]string
	// Keys is the sheet of keyboard shortcuts; the others are what a key does, KeysOn whether letters do anything.
	Keys, KeysOn, Close                                                                                   string
	KeySearch, KeyNext, KeyPrevious, KeyRow, KeyOpen, KeyProblems, KeyAll, KeyFilters, KeyPages, KeyLeave string

	Feed FeedText
	// FeedCluster is what that page and others say of several boards.
	FeedCluster FeedClusterText

	Share   ShareText
	Account AccountText
	// Provider is for those who sign in at their organisation, SetUp for the first admin.
	Provider ProviderText
	SetUp    SetUpText

	Playback PlaybackText

	Timeline TimelineText
	History  HistoryText

	Legend LegendText

	Rules RulesText
}
