package wire_test

import (
	"bytes"
	"os"
	"slices"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/wire"
)

func FuzzDecode(f *testing.F) {
	for _, path := range frameFiles(f) {
		frame, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(frame)
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		original := bytes.Clone(frame)
		m := wire.Decode(frame, meetingID, receivedAt)
		if !bytes.Equal(frame, original) {
			t.Error("the frame was modified")
		}
		checkMessage(t, m, len(frame))
		if again := dump(wire.Decode(frame, meetingID, receivedAt)); again != dump(m) {
			t.Errorf("decoded differently the second time:\n%s\n%s", dump(m), again)
		}
	})
}

// FuzzDecodeApply takes each line of its input as a frame, or, where it begins with '!', as news of the link or as time that
// passes, and applies all of them to one meeting.
func FuzzDecodeApply(f *testing.F) {
	var all []byte
	for _, path := range frameFiles(f) {
		frame, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		line := append(bytes.ReplaceAll(frame, []byte("\n"), []byte(" ")), '\n')
		f.Add(append(append([]byte("!1\n"), line...), "!2\n!t\n"...))
		all = append(append(all, line...), "!t\n"...)
	}
	f.Add(all)
	f.Add([]byte("!1\n!2\n!3\n!4\n!5\n!6\n!t\n!1\n"))
	f.Fuzz(func(t *testing.T, input []byte) {
		policy, now := conference.DefaultPolicy, receivedAt
		about := func() conference.About { return conference.About{ConfID: meetingID, At: now} }
		state, _, _ := conference.Apply(nil, conference.WatchMessage{About: about()}, policy)
		for line := range bytes.Lines(input) {
			line = bytes.TrimSuffix(line, []byte("\n"))
			before := *state
			var change conference.Change
			switch {
			case bytes.HasPrefix(line, []byte("!t")):
				now = now.Add(time.Duration(len(line)) * 30 * time.Second)
				var due time.Time
				state, change, due = conference.Due(state, now, policy)
				if !due.IsZero() && !due.After(now) {
					t.Fatalf("at %s the next look is due at %s", now, due)
				}
			case len(line) == 2 && line[0] == '!':
				link := conference.LinkMessage{About: about(), Event: conference.LinkEvent(line[1] - '0'), Reason: conference.ReasonClosed}
				state, change, _ = conference.Apply(state, link, policy)
			default:
				m := wire.Decode(line, meetingID, now)
				var outcome conference.Outcome
				state, change, outcome = conference.Apply(state, m, policy)
				if _, refused := m.(conference.RefusedMessage); refused && (outcome.Fate != conference.Refused || change.Has(conference.PartStatus)) {
					t.Fatalf("a refused frame was %s", outcome.Fate)
				}
			}
			if state == nil {
				return // an ended meeting has left the board
			}
			checkState(t, state)
			if !change.Empty() && change.After != state {
				t.Fatal("the change is not about the state")
			}
			checkListed(t, &before, state, change)
			if before.StatusIntake.HasFull && !state.StatusIntake.HasFull {
				t.Fatal("a full message was forgotten")
			}
		}
	})
}

// checkListed fails unless the change names what differs of the parts that pages draw: they draw nothing else again.
func checkListed(t *testing.T, before, after *conference.State, c conference.Change) {
	t.Helper()
	grid, drawn := before.Grid()
	newGrid, newDrawn := after.Grid()
	for _, part := range []struct {
		name    string
		differs bool
		in      []conference.Part
	}{
		{"participants", !slices.Equal(before.Participants, after.Participants), []conference.Part{conference.PartParticipants}},
		{"waiting room", !slices.Equal(before.WaitingRoom, after.WaitingRoom), []conference.Part{conference.PartWaiting}},
		{"speakers", !slices.Equal(before.Speakers, after.Speakers), []conference.Part{conference.PartSpeakers}},
		{"title", before.Title() != after.Title(), []conference.Part{conference.PartBasic, conference.PartName}},
		{"geometry", drawn != newDrawn || grid != newGrid, []conference.Part{conference.PartCustomLayout, conference.PartStatus}},
		{"partial", before.Partial() != after.Partial(), []conference.Part{conference.PartPartial}},
		{"last message", before.LastOfAny() != after.LastOfAny(), []conference.Part{conference.PartEnvelope, conference.PartIntake}},
	} {
		if part.differs && !c.Has(part.in...) {
			t.Errorf("%s differs, and no change says so", part.name)
		}
	}
}
