package conference

import (
	"errors"
	"fmt"
	"time"
)

// SnapshotFormat is the version of the form of a Snapshot. A field that is added makes no new one: who does not know it passes it over.
const SnapshotFormat = 1

// ErrSnapshot: a snapshot is of another format, or beyond what a state can be.
var ErrSnapshot = errors.New("snapshot is of no state")

// Snapshot is a state as plain data, whose form in JSON stays: fields of messages are under their wire names, times are in UTC, and as
// exact as they were read but for the monotonic clock, which is of one process. It shares what is never modified with its state.
type Snapshot struct {
	Format int    `json:"format"`
	ConfID ConfID `json:"confID"`
	// Brief is as in State.
	Brief bool `json:"brief,omitempty"`

	Name       string         `json:"name,omitempty"`
	Group      string         `json:"group,omitempty"`
	Origin     Origin         `json:"origin,omitempty"`
	Booking    writtenBooking `json:"booking,omitzero"`
	Occurrence int            `json:"occurrence"`
	EndedAt    time.Time      `json:"endedAt,omitzero"`
	WasEnded   bool           `json:"wasEnded,omitempty"`
	Link       writtenLink    `json:"link"`

	Status      map[string]*writtenValue `json:"status,omitempty"`
	Unlisted    map[string]string        `json:"unlisted,omitempty"`
	LayoutDated bool                     `json:"layoutDated,omitempty"`
	LayoutMade  time.Time                `json:"layoutMade,omitzero"`
	LastChange  time.Time                `json:"lastChange,omitzero"`
	Basic       writtenBasic             `json:"basic,omitzero"`
	Speakers    []writtenSpeaker         `json:"speakers,omitzero"`

	// Present and Waiting are what the lists come to where these are not here.
	Present      *writtenAttendance   `json:"attendance,omitempty"`
	Waiting      *writtenAttendance   `json:"waitingAttendance,omitempty"`
	Participants []writtenParticipant `json:"participants,omitzero"`
	WaitingRoom  []writtenParticipant `json:"waitingRoom,omitzero"`
	Custom       *writtenCustom       `json:"custom,omitempty"`
	GridMade     time.Time            `json:"gridMade,omitzero"`
	GridCurrent  bool                 `json:"gridCurrent,omitempty"`

	Intakes map[MessageType]*writtenIntake `json:"intakes,omitempty"`
	Last    *writtenEnvelope               `json:"last,omitempty"`
	LastAt  time.Time                      `json:"lastAt,omitzero"`
	Counts  writtenCounts                  `json:"counts,omitzero"`

	EndingSoon bool             `json:"endingSoon,omitempty"`
	NearEnd    bool             `json:"nearEnd,omitempty"`
	Overrun    bool             `json:"overrun,omitempty"`
	Concerns   []writtenConcern `json:"concerns,omitzero"`
	Silences   []writtenSilence `json:"silences,omitzero"`
}

// Snapshot returns the state as plain data: the whole of it, or what a brief state has. That of a brief state is brief.
func (s *State) Snapshot(brief bool) *Snapshot {
	if brief {
		s = s.Briefly()
	}
	out := &Snapshot{
		Format: SnapshotFormat, ConfID: s.ConfID, Brief: s.Brief, Name: s.Name, Group: s.Group, Origin: s.Origin, Booking: writeBooking(s.Booking),
		Occurrence: s.Occurrence, EndedAt: plain(s.EndedAt), WasEnded: s.wasEnded, Link: writeLink(&s.Link),
		Status: writeStatus(&s.Status), Unlisted: s.Status.Unlisted, LayoutDated: s.LayoutDated, LayoutMade: plain(s.layoutMade), LastChange: plain(s.LastChange),
		Basic: writeBasic(&s.Basic), Speakers: writeAll(s.Speakers, writeSpeaker),
		Participants: writeAll(s.Participants, writeParticipant), WaitingRoom: writeAll(s.WaitingRoom, writeParticipant),
		Custom: writeCustom(s.Custom), GridMade: plain(s.gridMade), GridCurrent: s.gridCurrent,
		Intakes: make(map[MessageType]*writtenIntake, len(s.intakes())), Last: writeEnvelope(s.last), LastAt: plain(s.lastAt), Counts: writeCounts(&s.Counts),
		EndingSoon: s.EndingSoon, NearEnd: s.NearEnd, Overrun: s.Overrun, Concerns: writeAll(s.Concerns, writeConcern), Silences: writeAll(s.Silences, writeSilence),
	}
	if s.Brief {
		out.Present, out.Waiting = writeAttendance(s.attendance), writeAttendance(s.waiting)
	}
	for _, in := range s.Intakes() {
		if w := writeIntake(in.Intake); w != nil {
			out.Intakes[in.Type] = w
		}
	}
	return out
}

// Briefly returns the brief state of the meeting: see Brief. The lists are left out, and what only serves to take in further messages.
func (s *State) Briefly() *State {
	if s.Brief {
		return s
	}
	out := *s
	out.Brief = true
	out.Participants, out.WaitingRoom, out.Custom = nil, nil, nil
	out.gridMade, out.gridCurrent = time.Time{}, false
	out.attendance.bytes, out.waiting.bytes = 0, 0
	for _, in := range out.intakes() {
		kept := Intake{Last: in.Last, HasFull: in.HasFull, FullHere: in.FullHere, Partial: in.Partial, past: in.past, Tally: in.Tally}
		if in != &out.StatusIntake && in.Last.Type != "" {
			kept.Last = Envelope{Type: in.Last.Type, ConfID: in.Last.ConfID}
		}
		*in = kept
	}
	return &out
}

// State returns the state that was written. It shares with the snapshot what is never modified. The error is ErrSnapshot, with the
// reason, which quotes nothing.
func (w *Snapshot) State() (*State, error) {
	s, err := w.read()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	return s, nil
}

func (w *Snapshot) read() (*State, error) {
	if err := w.check(); err != nil {
		return nil, err
	}
	s := &State{
		ConfID: w.ConfID, Brief: w.Brief, Name: w.Name, Group: w.Group, Origin: w.Origin, Booking: w.Booking.read(),
		Occurrence: w.Occurrence, EndedAt: w.EndedAt, wasEnded: w.WasEnded, Link: w.Link.read(),
		LayoutDated: w.LayoutDated, layoutMade: w.LayoutMade, LastChange: w.LastChange,
		Basic: w.Basic.read(), Speakers: readAll(w.Speakers, writtenSpeaker.read), gridMade: w.GridMade, gridCurrent: w.GridCurrent,
		last: w.Last.read("", w.ConfID), lastAt: w.LastAt, Counts: w.Counts.read(w.ConfID),
		EndingSoon: w.EndingSoon, NearEnd: w.NearEnd, Overrun: w.Overrun,
		Concerns: readAll(w.Concerns, writtenConcern.read), Silences: readAll(w.Silences, writtenSilence.read),
	}
	var err error
	if s.Status, err = readStatus(w.Status, w.Unlisted); err != nil {
		return nil, err
	}
	if s.Custom, err = w.Custom.read(); err != nil {
		return nil, err
	}
	for _, in := range s.Intakes() {
		*in.Intake = w.Intakes[in.Type].read(in.Type, w.ConfID)
	}
	if s.Brief {
		s.attendance, s.waiting = w.Present.read(), w.Waiting.read()
		return s, nil
	}
	if s.Participants, s.attendance, err = readPeople(w.Participants); err != nil {
		return nil, err
	}
	s.WaitingRoom, s.waiting, err = readPeople(w.WaitingRoom)
	return s, err
}

// maxConcerns is the largest number of concerns that is believed: a few rules, and fields of profiles.
const maxConcerns = 1024

// check returns what is wrong with the snapshot before it is read.
func (w *Snapshot) check() error {
	switch {
	case w.Format != SnapshotFormat:
		return fmt.Errorf("its format is %d, and %d is known", w.Format, SnapshotFormat)
	case !w.ConfID.Valid():
		return errors.New("it is of no meeting")
	case w.Occurrence < 1:
		return errors.New("it is of no occurrence")
	case w.Brief && (w.Participants != nil || w.WaitingRoom != nil || w.Custom != nil):
		return errors.New("it is brief and has lists")
	case len(w.Participants) > MaxParticipants || len(w.WaitingRoom) > MaxParticipants || !w.Present.possible() || !w.Waiting.possible():
		return errors.New("too many participants")
	case len(w.Speakers) > MaxSpeakers:
		return errors.New("too many speakers")
	case len(w.Concerns) > maxConcerns || len(w.Silences) > MaxSilences:
		return errors.New("too many concerns or silences")
	case len(w.Counts.Passed) > maxCountedNames+1 || len(w.Counts.Withheld) > maxCountedNames+1:
		return errors.New("too many counted names")
	case !roomForUnlisted(nil, w.Unlisted) || !roomForUnlisted(nil, w.Basic.Unlisted):
		return errors.New("too many fields that are not listed")
	}
	for _, in := range w.Intakes {
		if in != nil && (len(in.Recent) > recentMsgIDs || len(in.Gaps) > rememberedGaps) {
			return errors.New("too much of what came is remembered")
		}
	}
	return nil
}

// SnapshotMessage makes a state the meeting's, whatever was known of it before, also of one that is not on the board: another board
// watches the meeting, or did until now, and this is what it knows. It is judged here, by the clock of At and by the policy: the link by the
// times that are in the state, and concerns by the rules, but for those of a brief state, of which the rules cannot know; they begin to
// count when their time comes.
//
// The change tells what differs, but says of no participant, of whom before or after nothing is here, that one joined or left.
type SnapshotMessage struct {
	About
	// State is the meeting's, and must not be nil. It is not modified.
	State *State
}

// applied returns the state after the message, nil for a meeting that would have left the board by now.
func (m SnapshotMessage) applied(p Policy) (*State, time.Time) {
	next := *m.State
	next.ConfID = m.ConfID
	due := next.judgeAll(m.At, p)
	if next.expired(m.At, p) {
		return nil, time.Time{}
	}
	return &next, due
}
