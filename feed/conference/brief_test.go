package conference_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"confboard/feed/conference"
)

// crowdedBoard is a meeting, live, with a host, somebody else, somebody who is called, somebody who waits, and a geometry.
func crowdedBoard(t *testing.T) *board {
	b := connected(t)
	b.apply(full(1*second, created, layout(2), number(conference.Lock, 0), plannedEnd(time.Hour)))
	b.apply(people(1*second, joined("a", "ROLE=1"), joined("b", "ROLE=0"), joined("c", "STATE=1")))
	b.apply(waiting(1*second, joined("w")))
	b.apply(custom(1*second, geometry(2)))
	b.apply(link(2*second, conference.LinkEcho))
	return b
}

func told(after time.Duration, s *conference.State) conference.SnapshotMessage {
	return conference.SnapshotMessage{About: about(after), State: s}
}

func TestASnapshotPutsAMeetingOntoTheBoard(t *testing.T) {
	there := crowdedBoard(t).state
	for _, s := range []*conference.State{there, there.Briefly()} {
		b := &board{t: t, policy: conference.DefaultPolicy}
		change, outcome := b.apply(told(3*second, s))
		wantParts(t, change, "board")
		if outcome != (conference.Outcome{Fate: conference.Applied}) || change.Cause == nil {
			t.Errorf("it was %s, cause %v", outcome.Fate, change.Cause)
		}
		sameState(t, "it", b.state, s)
		if change, _ := b.apply(told(4*second, s)); !change.Empty() {
			t.Errorf("told again, it changed %q", parts(change))
		}
	}
}

func TestListsThatComeAndGoAreNobodyWhoJoinsOrLeaves(t *testing.T) {
	there := crowdedBoard(t).state
	b := &board{t: t, policy: conference.DefaultPolicy}
	b.apply(told(3*second, there.Briefly()))
	lists := []string{"participants known", "waiting known", "customLayout"}
	change, _ := b.apply(told(3*second, written(t, there, false)))
	wantParts(t, change, append(lists, intakes(there)...)...)
	sameState(t, "the whole state", b.state, there)
	change, _ = b.apply(told(3*second, there.Briefly()))
	wantParts(t, change, append(lists, intakes(there)...)...)
	sameState(t, "the brief state", b.state, there.Briefly())
}

// intakes are the parts in which a brief state and the whole one differ besides: a brief one does not know the last message of each type.
func intakes(s *conference.State) (all []string) {
	for _, in := range s.Intakes()[1:] {
		if in.Last.Type != "" {
			all = append(all, "intake "+string(in.Type))
		}
	}
	return all
}

func TestWholeStatesThatWereToldAreComparedAsEver(t *testing.T) {
	there := crowdedBoard(t)
	b := &board{t: t, policy: conference.DefaultPolicy}
	b.apply(told(3*second, written(t, there.state, false)))
	there.apply(peopleChange(1, 3*second, left("b"), joined("d")))
	change, _ := b.apply(told(4*second, written(t, there.state, false)))
	wantParts(t, change, "participants +d", "participants -b", "intake ParticipantsNotify", "counts")
}

func TestOfABriefStateItIsToldWhatItsListsComeTo(t *testing.T) {
	there := crowdedBoard(t)
	b := &board{t: t, policy: conference.DefaultPolicy}
	b.apply(told(3*second, there.state.Briefly()))
	for _, step := range []struct {
		name    string
		message conference.Message
		want    []string
	}{
		{"somebody leaves", peopleChange(1, 3*second, left("b")), []string{"participants known", "counts"}},
		{"somebody who was called is there", peopleChange(2, 3*second, joined("c", "STATE=0")), []string{"participants known", "counts"}},
		{"somebody mutes, which it does not tell", peopleChange(3, 3*second, joined("a", "MUTE=1")), []string{"counts"}},
		{"somebody else waits as well", waitingChange(1, 3*second, joined("x")), []string{"waiting known", "counts"}},
	} {
		there.apply(step.message)
		change, _ := b.apply(told(3*second, there.state.Briefly()))
		if got := parts(change); !slices.Equal(got, step.want) {
			t.Errorf("%s: changed %q, want %q", step.name, got, step.want)
		}
	}
	if s := b.state; s.Present() != 2 || s.Listed() != 2 || s.Waiting() != 2 || !s.Hosted() || s.Participants != nil {
		t.Errorf("%d present, %d listed, %d waiting", s.Present(), s.Listed(), s.Waiting())
	}
	if _, known := b.state.Seats(b.state.Status.Layout()); known {
		t.Error("it is known who sits where, and nobody is here")
	}
}

func TestALinkThatIsToldIsJudgedByItsOwnTimes(t *testing.T) {
	there := crowdedBoard(t).state // its last echo came after 2 s
	for _, tt := range []struct {
		after time.Duration
		want  conference.LinkState
	}{{3 * second, conference.Live}, {76 * second, conference.Live}, {77 * second, conference.Stale}, {137 * second, conference.Lost}} {
		b := &board{t: t, policy: conference.DefaultPolicy}
		b.apply(told(tt.after, there.Briefly()))
		since := start.Add(tt.after)
		if tt.want == conference.Live {
			since = there.Link.Since
		}
		if l := b.state.Link; l.State != tt.want || !l.Since.Equal(since) {
			t.Errorf("after %s it is %s since %s, want %s since %s", tt.after, l.State, l.Since, tt.want, since)
		}
	}
	b := &board{t: t, policy: conference.DefaultPolicy}
	b.apply(told(3*second, there.Briefly()))
	if _, due := b.pass(4 * second); !due.Equal(start.Add(77 * second)) {
		t.Errorf("due %s", due)
	}
	b.apply(link(5*second, conference.LinkDown, conference.ReasonUnreachable))
	if b.state.Link.State != conference.Stale || !b.state.Brief {
		t.Errorf("down, it is %s", b.state.Link.State)
	}
}

func TestConcernsOfABriefStateAreThoseThatWereToldAndCountWhenTheirTimeComes(t *testing.T) {
	there := judged(t, 10*second)
	there.apply(full(1*second, number(conference.Lock, 0)))
	b := &board{t: t, policy: conference.DefaultPolicy}
	b.policy.Rules = forgetful{}
	b.apply(told(2*second, there.state.Briefly()))
	if b.state.Weight() != conference.Unimportant || len(b.state.Concerns) != 1 {
		t.Fatalf("at first: %+v", b.state.Concerns)
	}
	if change, due := b.pass(5 * second); !change.Empty() || !due.Equal(start.Add(11*second)) {
		t.Errorf("changed %q, due %s", parts(change), due.Sub(start))
	}
	if change, _ := b.pass(11 * second); !change.Has(conference.PartConcerns) || b.state.Weight() != conference.Noteworthy || !b.state.Concerns[0].Since.Equal(start.Add(second)) {
		t.Errorf("when its time has come: %q, %+v", parts(change), b.state.Concerns)
	}
	b.policy.Rules = blind{}
	if change, _ := b.pass(12 * second); !change.Has(conference.PartConcerns) || len(b.state.Concerns) != 0 {
		t.Errorf("when nobody asks any more: %q, %+v", parts(change), b.state.Concerns)
	}
	whole := &board{t: t, policy: conference.DefaultPolicy}
	whole.policy.Rules = blind{}
	if whole.apply(told(2*second, there.state)); len(whole.state.Concerns) != 0 {
		t.Errorf("a whole state is judged by the rules here: %+v", whole.state.Concerns)
	}
}

// forgetful watches everything, and finds nothing.
type forgetful struct{ blind }

func (forgetful) Watches(conference.Cause) bool { return true }

func TestWhatIsToldOfFramesIsNotAppliedToABriefState(t *testing.T) {
	there := crowdedBoard(t).state
	for _, m := range []conference.Message{
		full(3*second, created), people(3 * second), peopleChange(1, 3*second, left("a")), waiting(3 * second), custom(3*second, geometry(1)),
		basic(3*second, conference.BasicInfo{}), speaking(3 * second), conference.PassedMessage{About: about(3 * second)}, conference.RefusedMessage{About: about(3 * second)},
	} {
		b := &board{t: t, policy: conference.DefaultPolicy}
		b.apply(told(3*second, there.Briefly()))
		before := b.state
		change, outcome := b.apply(m)
		if outcome.Fate != conference.NotWatched || !change.Empty() || !reflect.DeepEqual(b.state, before) {
			t.Errorf("a %T was %s, changed %q", m, outcome.Fate, parts(change))
		}
	}
}

func TestABriefStateOfAMeetingThatIsWatchedHereFromNowOnIsWhole(t *testing.T) {
	b := &board{t: t, policy: conference.DefaultPolicy}
	b.apply(told(3*second, crowdedBoard(t).state.Briefly()))
	change, _ := b.apply(conference.WatchMessage{About: about(4 * second), Name: "Board"})
	wantParts(t, change, "participants known", "waiting known", "name")
	if s := b.state; s.Brief || s.ParticipantsIntake.HasFull || s.Present() != 0 || s.Waiting() != 0 {
		t.Errorf("it is %+v", s)
	}
	b.apply(link(5*second, conference.LinkUp))
	if change, outcome := b.apply(people(6*second, joined("a"))); outcome.Fate != conference.Applied || b.state.Present() != 1 {
		t.Errorf("the list was %s, changed %q", outcome.Fate, parts(change))
	}
}

func TestAMeetingThatWouldHaveLeftIsNotPutOntoTheBoard(t *testing.T) {
	there := crowdedBoard(t)
	there.apply(incremental(1, 3*second, destroyed))
	gone := there.policy.KeepEnded + 3*second
	b := &board{t: t, policy: conference.DefaultPolicy}
	if change, _ := b.apply(told(gone, there.state)); b.state != nil || !change.Empty() {
		t.Errorf("it is there: %+v", b.state)
	}
	b.apply(told(gone-second, there.state))
	change, _ := b.apply(told(gone, there.state))
	wantParts(t, change, "board")
	if b.state != nil {
		t.Error("it stays")
	}
}

func TestWithAStateThatIsToldComeItsOwnSilences(t *testing.T) {
	there := judged(t, 0)
	there.apply(full(1*second, number(conference.Lock, 0)))
	there.apply(conference.SilenceMessage{About: about(2 * second), Silence: conference.Silence{Cause: unlockedCause, By: "Ann", At: start}})
	r := conference.NewRegistry(there.policy)
	r.Recall(map[conference.ConfID][]conference.Silence{meetingID: {{Cause: recordedCause, By: "Bob"}}})
	r.Apply(told(3*second, there.state.Briefly()))
	if got := r.Get(meetingID).Silences; len(got) != 1 || got[0].By != "Ann" {
		t.Errorf("silenced: %+v", got)
	}
	r.Apply(conference.UnwatchMessage{About: about(4 * second)})
	r.Apply(conference.WatchMessage{About: about(5 * second)})
	if got := r.Get(meetingID).Silences; len(got) != 0 {
		t.Errorf("what was recalled is older than what was told: %+v", got)
	}
}

func TestWhenTheCloudWasHeardOfIsToldWhereNothingElseIs(t *testing.T) {
	b := watched(t)
	b.apply(link(1*second, conference.LinkWaiting, conference.ReasonNotStarted))
	change, _ := b.apply(link(2*second, conference.LinkWaiting, conference.ReasonNotStarted))
	if want := []conference.FieldChange{{Part: conference.PartHeard}}; !reflect.DeepEqual(change.Fields, want) {
		t.Errorf("changed %+v", change.Fields)
	}
	if change, _ = b.pass(3 * second); !change.Empty() {
		t.Errorf("the clock changed %q", parts(change))
	}
}

// Boards that are told states while others look and while time passes: for the race detector.
func TestStatesAreToldWhileTheClockRuns(t *testing.T) {
	there := crowdedBoard(t).state
	r := conference.NewRegistry(conference.DefaultPolicy)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- r.RunBy(ctx, func() time.Time { return start.Add(3 * second) }) }()
	for i := range 200 {
		s := there
		if i%2 == 0 {
			s = there.Briefly()
		}
		r.Apply(conference.SnapshotMessage{About: conference.About{ConfID: conference.ConfID(fmt.Sprint(i % 7)), At: start.Add(3 * second)}, State: s})
	}
	for _, s := range r.All() {
		if s.ConfID == there.ConfID {
			t.Errorf("%s is under another ID", s.ConfID)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestOfALostLinkItIsToldSinceWhen(t *testing.T) {
	there := crowdedBoard(t)
	b := &board{t: t, policy: conference.DefaultPolicy}
	b.apply(told(10*time.Minute, there.state.Briefly()))
	there.apply(link(30*second, conference.LinkEcho))
	change, _ := b.apply(told(10*time.Minute, there.state.Briefly()))
	wantParts(t, change, "link=lost>lost", "echo")
	if !b.state.Link.Heard().Equal(start.Add(30 * second)) {
		t.Errorf("heard of it %s", b.state.Link.Heard())
	}
}
