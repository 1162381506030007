package conference_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"confboard/feed/conference"
)

func TestParticipantsAreMergedByPid(t *testing.T) {
	tests := []struct {
		name     string
		messages []conference.Message // after a full one with a and b
		want     []string             // who is there and what is known
	}{
		{"a full message is the whole list", nil, []string{"a NAME=A STATE=0", "b NAME=B STATE=1"}},
		{"an incremental message changes only the keys that it carries", []conference.Message{
			peopleChange(1, 2*second, joined("b", "STATE=0"))}, []string{"a NAME=A STATE=0", "b NAME=B STATE=0"}},
		{"an incremental message adds keys", []conference.Message{
			peopleChange(1, 2*second, joined("b", "HAND=1"))}, []string{"a NAME=A STATE=0", "b HAND=1 NAME=B STATE=1"}},
		{"an empty value is a value", []conference.Message{
			peopleChange(1, 2*second, joined("b", "NAME="))}, []string{"a NAME=A STATE=0", "b NAME= STATE=1"}},
		{"an incremental message without attributes changes nothing", []conference.Message{
			peopleChange(1, 2*second, joined("b"))}, []string{"a NAME=A STATE=0", "b NAME=B STATE=1"}},
		{"somebody unknown joins", []conference.Message{
			peopleChange(1, 2*second, joined("c", "NAME=C"))}, []string{"a NAME=A STATE=0", "b NAME=B STATE=1", "c NAME=C"}},
		{"mode 1 removes", []conference.Message{
			peopleChange(1, 2*second, left("a"))}, []string{"b NAME=B STATE=1"}},
		{"removing somebody unknown changes nothing", []conference.Message{
			peopleChange(1, 2*second, left("x"))}, []string{"a NAME=A STATE=0", "b NAME=B STATE=1"}},
		{"who leaves and comes back in one message begins anew", []conference.Message{
			peopleChange(1, 2*second, left("a"), joined("a", "NAME=A2"))}, []string{"b NAME=B STATE=1", "a NAME=A2"}},
		{"who comes and leaves in one message is not there", []conference.Message{
			peopleChange(1, 2*second, joined("c"), left("c"))}, []string{"a NAME=A STATE=0", "b NAME=B STATE=1"}},
		{"entries of one message about one participant are merged in their order", []conference.Message{
			peopleChange(1, 2*second, joined("b", "STATE=0", "HAND=1"), joined("b", "HAND=0"))}, []string{"a NAME=A STATE=0", "b HAND=0 NAME=B STATE=0"}},
		{"pids are compared exactly", []conference.Message{
			peopleChange(1, 2*second, joined("A"))}, []string{"a NAME=A STATE=0", "b NAME=B STATE=1", "A"}},
		{"a later full message replaces everything", []conference.Message{
			peopleChange(1, 2*second, joined("c")), people(3*second, joined("b", "NAME=B2"))}, []string{"b NAME=B2"}},
		{"a full message that lists somebody twice merges the two", []conference.Message{
			people(3*second, joined("b", "NAME=B2", "HAND=0"), joined("b", "HAND=1"))}, []string{"b HAND=1 NAME=B2"}},
		{"a full message of nobody", []conference.Message{people(3 * second)}, nil},
		{"an older full message is dropped", []conference.Message{people(0)}, []string{"a NAME=A STATE=0", "b NAME=B STATE=1"}},
		{"a repeated sequence is dropped", []conference.Message{
			peopleChange(5, 2*second), peopleChange(5, 3*second, left("a"))}, []string{"a NAME=A STATE=0", "b NAME=B STATE=1"}},
		{"a new connection keeps the last list", []conference.Message{link(2*second, conference.LinkUp)},
			[]string{"a NAME=A STATE=0", "b NAME=B STATE=1"}},
		{"the first full message of a new connection replaces it although it is older", []conference.Message{
			link(2*second, conference.LinkUp), people(0, joined("z"))}, []string{"z"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := connected(t)
			b.apply(people(1*second, joined("a", "NAME=A", "STATE=0"), joined("b", "NAME=B", "STATE=1")))
			for _, m := range tt.messages {
				b.apply(m)
			}
			if got := described(b.state.Participants); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func described(list []*conference.Participant) (all []string) {
	for _, p := range list {
		text := p.PID
		for _, a := range p.Attributes {
			text += " " + a.Key + "=" + a.Value
		}
		all = append(all, text)
	}
	return all
}

func TestParticipantsAreListedInOrderOfJoining(t *testing.T) {
	tests := []struct {
		name     string
		messages []conference.Message
		want     string
	}{
		{"by ADDTIME", []conference.Message{people(1*second, joined("late", "ADDTIME=30"), joined("early", "ADDTIME=10"), joined("middle", "ADDTIME=20"))}, "early middle late"},
		{"who has none is last, as first seen", []conference.Message{people(1*second, joined("x"), joined("b", "ADDTIME=20"), joined("y", "ADDTIME=0"), joined("a", "ADDTIME=10"))}, "a b x y"},
		{"as numbers, not as texts", []conference.Message{people(1*second, joined("b", "ADDTIME=1000"), joined("a", "ADDTIME=999"))}, "a b"},
		{"one who joins", []conference.Message{people(1*second, joined("a", "ADDTIME=10"), joined("x")), peopleChange(1, 2*second, joined("b", "ADDTIME=20"))}, "a b x"},
		{"one who is called and then joins", []conference.Message{people(1*second, joined("x"), joined("y")), peopleChange(1, 2*second, joined("y", "ADDTIME=20"))}, "y x"},
		{"at the same time, as first seen", []conference.Message{people(1*second, joined("b", "ADDTIME=10"), joined("a", "ADDTIME=10"))}, "b a"},
		{"a full message in another order does not move those whose time is not known", []conference.Message{
			people(1*second, joined("a"), joined("b"), joined("c")), people(2*second, joined("d"), joined("c"), joined("a"))}, "a c d"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := connected(t)
			for _, m := range tt.messages {
				b.apply(m)
			}
			if got := pids(b.state.Participants); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestChangesOfPeople(t *testing.T) {
	const intake = "intake ParticipantsNotify"
	tests := []struct {
		name    string
		message conference.Message
		want    []string
	}{
		{"one who mutes", peopleChange(1, 2*second, joined("b", "MUTE=1")), []string{"participants b MUTE=0>MUTE=1", intake, "counts"}},
		{"several attributes, in order of their keys", peopleChange(1, 2*second, joined("b", "STATE=0", "MUTE=1")),
			[]string{"participants b MUTE=0>MUTE=1\nSTATE=0", intake, "counts"}},
		{"one who joins", peopleChange(1, 2*second, joined("d", "NAME=D")), []string{"participants +d", intake, "counts"}},
		{"one who leaves", peopleChange(1, 2*second, left("b")), []string{"participants -b", intake, "counts"}},
		{"one who joins in front", peopleChange(1, 2*second, joined("d", "ADDTIME=1")), []string{"participants +d", intake, "counts"}},
		{"one who moves to the front", peopleChange(1, 2*second, joined("c", "ADDTIME=1")), []string{"participants c >ADDTIME=1", intake, "counts"}},
		{"joining, leaving and changing", peopleChange(1, 2*second, left("a"), joined("d"), joined("c", "HAND=1")),
			[]string{"participants c >HAND=1", "participants +d", "participants -a", intake, "counts"}},
		{"what is known already", peopleChange(1, 2*second, joined("b", "MUTE=0"), left("x")), []string{intake, "counts"}},
		{"a full message that says the same", people(2*second, joined("c"), joined("b", "MUTE=0"), joined("a", "NAME=A")), []string{intake, "counts"}},
		{"a full message that leaves an attribute out", people(2*second, joined("a", "NAME=A"), joined("b"), joined("c")),
			[]string{"participants b MUTE=0>", intake, "counts"}},
		{"a full message of nobody", people(2 * second), []string{"participants -a", "participants -b", "participants -c", intake, "counts"}},
		{"the waiting room is another list", waiting(2*second, joined("b")), []string{"waiting known", "waiting +b", "intake WaitingListNotify", "counts"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := connected(t)
			b.apply(people(1*second, joined("a", "NAME=A"), joined("b", "MUTE=0"), joined("c")))
			change, _ := b.apply(tt.message)
			wantParts(t, change, tt.want...)
		})
	}
}

func TestThatNobodyIsThereIsAChangeWhenItWasNotKnown(t *testing.T) {
	b := connected(t)
	if b.state.ParticipantsIntake.HasFull {
		t.Error("the list is known before it came")
	}
	change, _ := b.apply(people(1 * second))
	wantParts(t, change, "participants known", "intake ParticipantsNotify", "counts")
}

func TestTheWaitingRoomIsMergedAsTheParticipantsAre(t *testing.T) {
	b := connected(t)
	b.apply(people(1*second, joined("p")))
	b.apply(waiting(1*second, joined("b", "NAME=B", "ADDTIME=20"), joined("a", "NAME=A", "ADDTIME=10")))
	b.apply(waitingChange(1, 2*second, joined("b", "WAITINGSTATE=1"), left("a"), joined("c")))
	if got := fmt.Sprint(described(b.state.WaitingRoom)); got != "[b ADDTIME=20 NAME=B WAITINGSTATE=1 c]" {
		t.Errorf("waiting: %s", got)
	}
	if got := pids(b.state.Participants); got != "p" {
		t.Errorf("participants: %s", got)
	}
}

func TestWhatAMessageDoesNotChangeKeepsItsPointer(t *testing.T) {
	b := connected(t)
	b.apply(people(1*second, joined("a", "NAME=A"), joined("b", "NAME=B")))
	before := b.state.Participants
	b.apply(peopleChange(1, 2*second, joined("b", "NAME=B2")))
	if after := b.state.Participants; after[0] != before[0] || after[1] == before[1] {
		t.Error("an incremental message replaced whom it does not name")
	}
	before = b.state.Participants
	b.apply(people(3*second, joined("b", "NAME=B2"), joined("a", "NAME=A")))
	if &b.state.Participants[0] != &before[0] {
		t.Error("a full message that says the same replaced the list")
	}
	b.apply(people(4*second, joined("a", "NAME=A"), joined("c")))
	if b.state.Participants[0] != before[0] {
		t.Error("a full message replaced somebody of whom it says the same")
	}
}

func TestAMessageThatLeadsBeyondALimitOfPeopleIsRefused(t *testing.T) {
	crowd := func(n int) (entries []conference.ParticipantEntry) {
		for i := range n {
			entries = append(entries, joined(fmt.Sprint("p", i), "NAME=x"))
		}
		return entries
	}
	attributes := func(from, n int) (all []string) {
		for i := range n {
			all = append(all, fmt.Sprintf("K%d=1", from+i))
		}
		return all
	}
	big := "NAME=" + strings.Repeat("x", 4<<20)
	tests := []struct {
		name          string
		before, after []conference.ParticipantEntry
		refused       bool
	}{
		{"5,000 participants", crowd(4999), []conference.ParticipantEntry{joined("one more")}, false},
		{"5,001 participants", crowd(5000), []conference.ParticipantEntry{joined("one too many")}, true},
		{"5,000 participants, one of whom makes room", crowd(5000), []conference.ParticipantEntry{joined("new"), left("p7")}, false},
		{"128 attributes", []conference.ParticipantEntry{joined("a", attributes(0, 100)...)}, []conference.ParticipantEntry{joined("a", attributes(100, 28)...)}, false},
		{"129 attributes", []conference.ParticipantEntry{joined("a", attributes(0, 100)...)}, []conference.ParticipantEntry{joined("a", attributes(100, 29)...)}, true},
		{"texts of less than 16 MiB", []conference.ParticipantEntry{joined("a", big), joined("b", big)}, []conference.ParticipantEntry{joined("c", big)}, false},
		{"texts of more than 16 MiB", []conference.ParticipantEntry{joined("a", big), joined("b", big), joined("c", big)}, []conference.ParticipantEntry{joined("d", big)}, true},
		{"texts that replace others", []conference.ParticipantEntry{joined("a", big), joined("b", big), joined("c", big)}, []conference.ParticipantEntry{joined("c", big)}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			apply := func(s *conference.State, m conference.Message) (*conference.State, conference.Outcome) {
				next, _, outcome := conference.Apply(s, m, conference.DefaultPolicy)
				return next, outcome
			}
			state, _ := apply(nil, conference.WatchMessage{About: about(0)})
			state, _ = apply(state, link(0, conference.LinkUp))
			state, outcome := apply(state, people(1*second, tt.before...))
			if outcome.Fate != conference.Applied {
				t.Fatalf("the full message was %s", outcome.Fate)
			}
			for _, m := range []conference.Message{peopleChange(9, 2*second, tt.after...), waiting(2*second, tt.before...)} {
				next, outcome := apply(state, m)
				if _, inRoom := m.(conference.WaitingMessage); inRoom {
					if outcome.Fate != conference.Applied { // a list of its own
						t.Errorf("the waiting room was %s", outcome.Fate)
					}
					continue
				}
				if refused := outcome.Fate == conference.Refused; refused != tt.refused {
					t.Fatalf("it was %s", outcome.Fate)
				}
				if want := (conference.Refusal{Kind: conference.RefusedTooMany, Field: "data", Type: conference.ParticipantsType, Mode: conference.Incremental, At: m.Received()}); tt.refused &&
					(next.Counts.LastRefusal != want || next.ParticipantsIntake.HasSequence || len(next.Participants) != len(state.Participants)) {
					t.Errorf("refusal %+v, intake %+v", next.Counts.LastRefusal, next.ParticipantsIntake)
				}
			}
		})
	}
}

// counted counts a list from its beginning.
func counted(list []*conference.Participant) (present int, hostless bool) {
	others := 0
	for _, p := range list {
		if p.Calling() {
			continue
		}
		present++
		if p.Role() == conference.Ordinary {
			others++
		}
	}
	return present, present > 0 && others == present
}

// Random messages against the plainest merge one can write; and the listed changes alone must lead from one list to the next.
func TestRandomMessagesLeadToWhatAPlainMergeGives(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 2))
			b := connected(t)
			plain, replayed := map[string]map[string]string{}, map[string]bool{}
			for n := range 40 {
				var entries []conference.ParticipantEntry
				for range r.IntN(40) { // beyond what is looked up one by one
					pid := fmt.Sprint("p", r.IntN(25))
					if r.IntN(4) == 0 {
						entries = append(entries, left(pid))
					} else {
						entries = append(entries, joined(pid, fmt.Sprintf("K%d=%d", r.IntN(3), r.IntN(2)), fmt.Sprintf("ADDTIME=%d", r.IntN(9)),
							fmt.Sprintf("STATE=%d", r.IntN(2)), []string{"ROLE=", "ROLE=0", "ROLE=0", "ROLE=1"}[r.IntN(4)]))
					}
				}
				m := peopleChange(conference.Sequence(n), second, entries...)
				if r.IntN(6) == 0 {
					m = people(second, entries...)
					m.Envelope.Version += conference.FullVersion(n)
					clear(plain)
				}
				change, _ := b.apply(m)
				merge(plain, entries)
				want := map[string]string{}
				for pid, attributes := range plain {
					want[pid] = fmt.Sprint(attributes)
				}
				got := map[string]string{}
				for _, p := range b.state.Participants {
					got[p.PID] = fmt.Sprint(p.Attributes.Map())
				}
				if !maps.Equal(got, want) || len(got) != len(b.state.Participants) {
					t.Fatalf("message %d: got %v, want %v", n, got, want)
				}
				if present, hostless := counted(b.state.Participants); b.state.Present() != present || b.state.Hostless() != hostless {
					t.Fatalf("message %d: %d present, hostless %t; want %d, %t", n, b.state.Present(), b.state.Hostless(), present, hostless)
				}
				replayPeople(t, replayed, change)
				if !slices.Equal(slices.Sorted(maps.Keys(replayed)), slices.Sorted(maps.Keys(got))) {
					t.Fatalf("message %d: the changes lead to %v", n, slices.Sorted(maps.Keys(replayed)))
				}
			}
		})
	}
}

func merge(plain map[string]map[string]string, entries []conference.ParticipantEntry) {
	for _, e := range entries {
		if e.Removed {
			delete(plain, e.PID)
			continue
		}
		if plain[e.PID] == nil {
			plain[e.PID] = map[string]string{}
		}
		maps.Copy(plain[e.PID], e.Attributes.Map())
	}
}

// replayPeople follows who is there by the changes alone, and checks that one who changed is one who differs.
func replayPeople(t *testing.T, there map[string]bool, c conference.Change) {
	t.Helper()
	for _, f := range c.Fields {
		if f.Part != conference.PartParticipants || f.Name == "" {
			continue
		}
		switch was, is := f.Old.Presence == conference.Known, f.New.Presence == conference.Known; {
		case was != there[f.Name]:
			t.Errorf("%s was there: %t", f.Name, was)
		case was && is && f.Old.Text == f.New.Text:
			t.Errorf("%s changed from %q to %q", f.Name, f.Old.Text, f.New.Text)
		case is:
			there[f.Name] = true
		default:
			delete(there, f.Name)
		}
	}
}
