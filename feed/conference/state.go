package conference

import "time"

// State is everything known about one meeting. A *State that was handed out is never modified.
type State struct {
	ConfID ConfID
	// Brief: another board watches the meeting, and this is what it tells of every one: Participants, WaitingRoom and Custom are not here,
	// whatever there is of them, but what they come to is. Pushes are not applied to it: see SnapshotMessage.
	Brief bool
	// Name, Group, Origin and Booking are as in WatchMessage.
	Name, Group string
	Origin      Origin
	Booking     Booking
	// Occurrence counts from 1: a meeting that was ended and is in progress again is a new occurrence.
	Occurrence int
	Link       Link

	// Status is the merged ConfDynamicInfoNotify.
	Status Status
	// StatusIntake is how the messages behind Status were taken in.
	StatusIntake Intake
	// LayoutDated is set when the mode or the number of screens changed after the layout was set, without a new layout.
	LayoutDated bool
	// LastChange is the message's own time of the last message that changed Status, or when we got it, whichever is earlier: a cloud
	// whose clock is ahead does not tell of the future. Zero before that.
	LastChange time.Time
	// layoutMade is when the layout of Status was set; zero when the first full message of a connection told of it,
	// which says how things are and not since when.
	layoutMade time.Time

	// Basic is the merged ConfBasicInfoNotify.
	Basic       BasicInfo
	BasicIntake Intake
	// Participants are those of the meeting in order of joining (ADDTIME, then as first seen), those whose time of joining
	// is not known last. Whether the list is known, also when it is empty, is told by ParticipantsIntake.HasFull; whether it is here, by Brief.
	Participants       []*Participant
	ParticipantsIntake Intake
	// WaitingRoom are those who wait to be let in, in the same order.
	WaitingRoom   []*Participant
	WaitingIntake Intake
	attendance    attendance // of Participants
	waiting       attendance // of WaitingRoom
	// Speakers are the loudest participants, loudest first, at most MaxSpeakers. Never modified, always replaced.
	Speakers       []Speaker
	SpeakersIntake Intake
	// Custom is the merged CustomMultiPicNotify, nil before the first. Grid tells whether its geometry is that of the layout.
	Custom       *CustomLayout
	CustomIntake Intake
	gridMade     time.Time // when the geometry in Custom was made
	gridCurrent  bool      // the geometry in Custom is not older than the layout of Status

	// last is the envelope of the last message of any type that was applied, lastAt when we got it.
	last   Envelope
	lastAt time.Time

	// EndingSoon, NearEnd and Overrun compare the planned end with the clock: see Policy. All are false unless the link is
	// live, and the first two after the end.
	EndingSoon, NearEnd, Overrun bool
	// Concerns are what needs a person, or will if it lasts, and Silences what somebody has taken note of, the last one to do so last. Both
	// are never modified, always replaced.
	Concerns []Concern
	Silences []Silence
	// EndedAt is when we learnt that the meeting has ended; zero while it has not.
	EndedAt time.Time
	// wasEnded remembers an end until the next occurrence begins, also while a new connection has made EndedAt unknown.
	wasEnded bool

	Counts Counts
}

// Ended reports whether the current occurrence is known to have ended.
func (s *State) Ended() bool { return !s.EndedAt.IsZero() }

// Partial reports whether some part can be missing: of one message type at least, no full message has come on this
// connection, and incremental ones have been applied.
func (s *State) Partial() bool {
	return s.StatusIntake.Partial || s.BasicIntake.Partial || s.ParticipantsIntake.Partial ||
		s.SpeakersIntake.Partial || s.CustomIntake.Partial || s.WaitingIntake.Partial
}

// LastOfAny returns the envelope of the last message of any type that was applied; its Type is empty before the first.
func (s *State) LastOfAny() Envelope { return s.last }

// ClockAhead is by how much the cloud's clock is ahead of ours, at least, as the last message shows: it cannot have been made after it
// came. 0 when it is not, or when that is not known; a clock that is behind cannot be told from a message that took long.
func (s *State) ClockAhead() time.Duration {
	if s.last.CreateTime.IsZero() {
		return 0
	}
	return max(0, s.last.CreateTime.Sub(s.lastAt))
}

// Counts is what became of the frames of one meeting since the process started.
type Counts struct {
	Applied uint64
	Dropped [dropFates]uint64
	Refused uint64
	// LastRefusal is the last refused frame's; its Kind is empty while there is none.
	LastRefusal Refusal
	// LastDrop is the last dropped message; its At is zero while there is none.
	LastDrop Drop
	// GridsSetAside counts geometries that came and cannot be drawn: see GridFault.
	GridsSetAside uint64
	// Passed counts messages of types that are not used, Withheld what was dropped at intake, by wire name. Both are
	// replaced, never modified, and hold at most maxCountedNames names; the rest is counted under OtherNames.
	Passed, Withheld map[string]uint64
}

// Drop is a message that was dropped.
type Drop struct {
	Fate     Fate
	Envelope Envelope
	At       time.Time
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
	NotWatched // no such meeting on the board, or another board watches it
	Moot       // nothing to do it to: the concern or the silence that it is about is not there
)

var fateNames = map[Fate]string{
	DroppedRepeated: "repeated", DroppedOlderFull: "olderFull", DroppedOlderSequence: "olderSequence", DroppedBeforeFull: "beforeFull",
	Applied: "applied", Refused: "refused", Passed: "passed", NotWatched: "notWatched", Moot: "moot",
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
