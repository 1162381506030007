package conference_test

import (
	"testing"

	"confboard/feed/conference"
)

func TestTheTitleIsTheSettingsNameThenTheCloudsThenTheConfID(t *testing.T) {
	b := connected(t)
	if got := b.state.Title(); got != string(meetingID) {
		t.Errorf("without anything it is %q", got)
	}
	b.apply(basic(1*second, conference.BasicInfo{Title: "Weekly"}))
	if got := b.state.Title(); got != "Weekly" {
		t.Errorf("with a title it is %q", got)
	}
	b.apply(conference.WatchMessage{About: about(2 * second), Name: "Board room"})
	if got := b.state.Title(); got != "Board room" {
		t.Errorf("with a name it is %q", got)
	}
}

func TestAnIDOfALayoutNamesAParticipant(t *testing.T) {
	b := connected(t)
	b.apply(people(1*second,
		joined("a", "TEL=+991", "M=1", "T=1"), joined("b", "TEL=+992", "M=1", "T=2"), joined("c", "TEL=+993", "M=7", "T=9"),
		joined("+993", "TEL=+994", "T=4"), joined("e", "TEL=shared", "M="), joined("f", "TEL=shared")))
	tests := []struct{ name, id, want string }{
		{"its pid", "a", "a"},
		{"its TEL", "+992", "b"},
		{"a pid before the TEL of another", "+993", "+993"},
		{"its M", "7", "c"},
		{"its T", "4", "+993"},
		{"an M that several have names nobody, whatever T says", "1", ""},
		{"a TEL that several have names nobody", "shared", ""},
		{"nobody's ID", "x", ""},
		{"no ID is nobody's, though M can be empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if p := b.state.Find(tt.id); p != nil {
				got = p.PID
			}
			if got != tt.want {
				t.Errorf("%q is %q, want %q", tt.id, got, tt.want)
			}
		})
	}
}

func TestTheHostIsTheFirstWithThatRole(t *testing.T) {
	b := connected(t)
	b.apply(people(1*second, joined("a", "ROLE=0")))
	if p := b.state.Host(); p != nil {
		t.Errorf("host %q", p.PID)
	}
	b.apply(peopleChange(1, 2*second, joined("c", "ROLE=1", "ADDTIME=20"), joined("b", "ROLE=1", "ADDTIME=10")))
	if p := b.state.Host(); p == nil || p.PID != "b" {
		t.Errorf("host %v", p)
	}
}

func TestBroadcastAndRollCallNameOneParticipant(t *testing.T) {
	marked := []conference.ParticipantEntry{joined("a", "BROADCAST=1"), joined("b", "ROLLCALL=1"), joined("c")}
	tests := []struct {
		name    string
		mode    string
		entries []conference.ParticipantEntry
		want    string
	}{
		{"BROADCAST", conference.ModeBroadcast, marked, "a"},
		{"ROLLCALL", conference.ModeRollCall, marked, "b"},
		{"FREE names nobody, whatever is marked", conference.ModeFree, marked, ""},
		{"FIXED names nobody", conference.ModeFixed, marked, ""},
		{"a mode that nobody listed names nobody", "NEW", marked, ""},
		{"nobody marked", conference.ModeBroadcast, []conference.ParticipantEntry{joined("a", "BROADCAST=0")}, ""},
		{"two marked: which one is not known", conference.ModeBroadcast, []conference.ParticipantEntry{joined("a", "BROADCAST=1"), joined("b", "BROADCAST=1")}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := connected(t)
			b.apply(full(1*second, word(conference.StatusMode, tt.mode)))
			b.apply(people(1*second, tt.entries...))
			got := ""
			if p := b.state.Named(); p != nil {
				got = p.PID
			}
			if got != tt.want {
				t.Errorf("it names %q, want %q", got, tt.want)
			}
		})
	}
}

func TestSpeakersAreTheLoudestThree(t *testing.T) {
	b := connected(t)
	change, _ := b.apply(speaking(1*second, speaker("a", 10), speaker("b", 40), speaker("c", 10), speaker("d", 30)))
	wantParts(t, change, "speakers", "intake SpeakerChangeNotify", "counts")
	if got := b.state.Speakers; len(got) != 3 || got[0] != speaker("b", 40) || got[1] != speaker("d", 30) || got[2] != speaker("a", 10) {
		t.Errorf("speakers %+v", got)
	}
	if !b.state.Speaking("b") || b.state.Speaking("c") {
		t.Error("speaking is not who is among the speakers")
	}
	change, _ = b.apply(speaking(2*second, speaker("b", 40), speaker("d", 30), speaker("a", 10)))
	wantParts(t, change, "intake SpeakerChangeNotify", "counts")
	change, _ = b.apply(speaking(3 * second))
	wantParts(t, change, "speakers", "intake SpeakerChangeNotify", "counts")
	if len(b.state.Speakers) != 0 {
		t.Errorf("speakers %+v, but nobody speaks", b.state.Speakers)
	}
}

func TestAnIncrementalMessageOfSpeakersIsWholeToo(t *testing.T) {
	b := connected(t)
	m := speaking(1*second, speaker("a", 1))
	m.Envelope = envelope(conference.SpeakersType, 1*second, 5)
	if _, got := b.apply(m); got.Fate != conference.Applied || got.AskFull || b.state.Partial() || !b.state.SpeakersIntake.HasFull {
		t.Errorf("it was %s, asking %t, partial %t", got.Fate, got.AskFull, b.state.Partial())
	}
	m = speaking(2*second, speaker("b", 1))
	m.Envelope = envelope(conference.SpeakersType, 2*second, 6)
	b.apply(m)
	if got := b.state.Speakers; len(got) != 1 || got[0].PID != "b" {
		t.Errorf("speakers %+v", got)
	}
}
