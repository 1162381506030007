package conference

import "time"

// State is everything known about one meeting. A *State that was handed out is never modified.
type State struct {
	ConfID ConfID
	// Name and Group come from the settings; both can be empty.
	Name, Group string
	// Occurrence counts from 1: a meeting that was ended and is in progress again is a new occurrence.
	Occurrence int
	Link       Link

	// Status is the merged ConfDynamicInfoNotify.
	Status Status
	// StatusIntake is how the messages behind Status were taken in.
	StatusIntake Intake
	// LayoutDated is set when the mode or the number of screens changed after the layout was set, without a new layout.
	LayoutDated bool
	// LastChange is the message's own time of the last message that changed Status; zero before that.
	LastChange time.Time

	// EndingSoon and Overrun compare the planned end with the clock: see Policy.EndingSoon.
	EndingSoon, Overrun bool
	// EndedAt is when we learnt that the meeting has ended; zero while it has not.
	EndedAt time.Time
	// wasEnded remembers an end until the next occurrence begins, also while a new connection has made EndedAt unknown.
	wasEnded bool

	Counts Counts
}

// Ended reports whether the current occurrence is known to have ended.
func (s *State) Ended() bool { return !s.EndedAt.IsZero() }

// Partial reports whether parts of Status can be missing: no full message has come on this connection, and
// incremental ones have been applied.
func (s *State) Partial() bool { return s.StatusIntake.Partial }

// Intake is how the messages of one type were taken in (protocol.md section 2): each type has its own.
type Intake struct {
	// Last is the envelope of the last message that was applied; its Type is empty before the first.
	Last Envelope
	// FullVersion and FullTime are the version and createTime of the last full message.
	FullVersion FullVersion
	FullTime    time.Time
	// HasFull is set once any full message has come, FullHere once one has come on this connection.
	HasFull, FullHere bool
	// Sequence is that of the last incremental message applied since the last full one, on this connection.
	Sequence    Sequence
	HasSequence bool
	Partial     bool
	// newerDrops counts incremental messages dropped in a row although made after the last applied one.
	newerDrops int
	// recent are the msgIDs of the last messages, newest last. Never modified, always replaced.
	recent []string
}

// Counts is what became of the frames of one meeting since the process started.
type Counts struct {
	Applied uint64
	Dropped [dropFates]uint64
	Refused uint64
	// LastRefusal is the last refused frame's; its Kind is empty while there is none.
	LastRefusal Refusal
	// Passed counts messages of types that are not used, Withheld what was dropped at intake, by wire name. Both are
	// replaced, never modified, and hold at most maxCountedNames names; the rest is counted under OtherNames.
	Passed, Withheld map[string]uint64
}

const maxCountedNames = 32

// OtherNames is the name under which Counts gathers what is beyond the names it can hold.
const OtherNames = "…"

// DroppedTotal is the number of messages that were dropped, for whatever reason.
func (c *Counts) DroppedTotal() (n uint64) {
	for _, d := range c.Dropped {
		n += d
	}
	return n
}

// Fate is what became of a message.
type Fate uint8

// The fates. Those up to dropFates are drops, each with its reason.
const (
	DroppedRepeated      Fate = iota // its msgID was seen before
	DroppedOlderFull                 // a full message not newer than the last on this connection
	DroppedOlderSequence             // an incremental message not above the last on this connection
	DroppedBeforeFull                // an incremental message made before the last full one
	dropFates
	Applied
	Refused
	Passed
	NotWatched // no such meeting on the board
)

var fateNames = map[Fate]string{
	DroppedRepeated: "repeated", DroppedOlderFull: "olderFull", DroppedOlderSequence: "olderSequence", DroppedBeforeFull: "beforeFull",
	Applied: "applied", Refused: "refused", Passed: "passed", NotWatched: "notWatched",
}

// String is a stable name, for metrics and tests.
func (f Fate) String() string { return fateNames[f] }

// Dropped reports whether the message was taken for stale or repeated.
func (f Fate) Dropped() bool { return f < dropFates }

// DropFates lists the reasons for which messages are dropped.
func DropFates() []Fate {
	return []Fate{DroppedRepeated, DroppedOlderFull, DroppedOlderSequence, DroppedBeforeFull}
}

// Outcome is what the sender of a message learns.
type Outcome struct {
	Fate Fate
	// AskFull: a full message is needed. The source subscribes again, with a delay of its own
	// that grows from 10 s to 5 min while the need lasts.
	AskFull bool
}
