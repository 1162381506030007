package text

// FeedClusterText is what is said about several boards that work as one.
type FeedClusterText struct {
	// Title names the boards as a whole.
	Title string
	// The states, in a few words, and what each means with what to do about it. Together is that of all being well.
	Together                func(boards int) string
	Joining, JoiningHelp    string
	Away, AwayHelp          string
	NoLease, NoLeaseHelp    string
	NoNews, NoNewsHelp      string
	Unwatched               func(meetings int) string
	UnwatchedHelp           string
	WithoutCloud            func(boards int) string
	WithoutCloudHelp        string
	Alone, AloneHelp        string
	Mixed                   string // the boards are of different versions
	Board, Version, Running string
	// Watches names how many meetings a board watches, LastKnown the boards while this one cannot see them.
	Watches, LastKnown string
	// ThisBoard marks the one that is asked, Leaving one that is being stopped, Unable one that does not reach the cloud.
	ThisBoard, Leaving, Unable string
	// NotKnown is said of what this board cannot know at present.
	NotKnown string

	// Facts, with what they can be.
	NATS, Connected, NotConnected string
	Said                          string // names what NATS said
	Lease, Held, NotHeld          string
	News, Coming, NotComing       string
	Unreadable                    string

	// A meeting. WatchedBy names which board watches it, By says it in a cell.
	WatchedBy, Nobody    string
	By                   func(board string) string
	ByThis               string
	ByNobody, ByNotKnown string
	// NotKnownHere is said of a connection of which nothing is heard here, KnownThere of what only the board knows that watches the meeting.
	NotKnownHere, KnownThere string
	// FramesHere names what this board has received since its start, Relayed what it applied of that of others.
	FramesHere, Relayed string
	// EventsHere is said of the enterprise's events, of which each gets to one board.
	EventsHere string
	// ListElsewhere is said where a list of people stands otherwise.
	ListElsewhere string
}
