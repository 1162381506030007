package timeline_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/feed/timeline"
)

const second, minute = time.Second, time.Minute

func TestEntries(t *testing.T) {
	for _, k := range []struct {
		name string
		do   func(m *meeting)
		want []string
	}{
		{"what the first full message tells is told first, and the link comes before it",
			func(m *meeting) {}, nil},
		{"a field of an incremental message",
			func(m *meeting) { m.set(minute, num(conference.Lock, 1)) }, []string{"lock 0>1"}},
		{"several fields of one message, in the reference's order, the unlisted ones last",
			func(m *meeting) {
				m.set(minute, unlisted("pause", "true"), num(conference.Mute, 1), num(conference.Lock, 1))
			},
			[]string{"lock 0>1", "mute ->1", "pause ->true"}},
		{"a full message that leaves a field out",
			func(m *meeting) { m.full(minute) }, []string{"lock 0>-"}},
		{"what changes no field tells nothing",
			func(m *meeting) {
				m.set(minute, num(conference.Lock, 0))
				m.link(minute, conference.LinkEcho)
			}, nil},
		{"a link that is lost and comes back, and what changed meanwhile",
			func(m *meeting) {
				m.link(minute, conference.LinkDown)
				m.link(2*minute, conference.LinkUp)
				m.full(2*minute, num(conference.Lock, 1))
			}, []string{"link live>stale", "link stale>live", "lock 0>1 found"}},
		{"an end, and another occurrence",
			func(m *meeting) {
				m.set(minute, word(conference.MeetingState, conference.StateDestroyed))
				m.link(2*minute, conference.LinkUp)
				m.full(2*minute, word(conference.MeetingState, conference.StateCreated))
			}, []string{"ended 1", "state ->Destroyed", "link ended>stale", "began 2", "link stale>live", "state Destroyed>Created found", "lock 0>- found"}},
		{"people: those who were there are told first, then who joined and left",
			func(m *meeting) {
				m.people(conference.Full, minute, in("a"), in("b"))
				m.people(conference.Incremental, minute, in("c"), out("a"))
				m.people(conference.Incremental, minute, conference.ParticipantEntry{PID: "c", Attributes: conference.AttributesOf(map[string]string{conference.AttrMute: "1"})})
			}, []string{"people +A +B first", "people +C -A"}},
		{"basic information",
			func(m *meeting) {
				m.apply(conference.BasicMessage{About: m.about(minute), Envelope: m.envelope(conference.BasicType, conference.Full, minute), Basic: conference.BasicInfo{Title: "Review"}})
				m.apply(conference.BasicMessage{About: m.about(minute), Envelope: m.envelope(conference.BasicType, conference.Full, 2*minute), Basic: conference.BasicInfo{Title: "Board"}})
			}, []string{"title ->Review first", "title Review>Board"}},
		{"a meeting that is taken off the board tells nothing",
			func(m *meeting) { m.apply(conference.UnwatchMessage{About: m.about(minute)}) }, nil},
	} {
		t.Run(k.name, func(t *testing.T) {
			m := live(t, num(conference.Lock, 0))
			before := len(m.history.Entries(meetingID))
			if got := told(m.history.Entries(meetingID)); !slices.Equal(got, []string{"watched first", "link connecting>live", "lock ->0 first"}) {
				t.Fatalf("to begin with: %q", got)
			}
			k.do(m)
			got := m.history.Entries(meetingID)
			if got != nil {
				got = got[before:]
			}
			if !slices.Equal(told(got), k.want) {
				t.Errorf("told %q, want %q", told(got), k.want)
			}
		})
	}
}

func TestAnEntryHasTheTimeOfTheMessageAndThatOfItsComing(t *testing.T) {
	m := live(t)
	m.delay = 3 * second
	e := timeline.Entries(m.set(minute, num(conference.Lock, 1)))[0]
	if !e.At.Equal(start.Add(minute)) || !e.Received.Equal(start.Add(minute+3*second)) {
		t.Errorf("made at %s, received at %s", e.At, e.Received)
	}
}

func TestConcernsAreRaisedAndCleared(t *testing.T) {
	m := live(t)
	set := rules.Default()
	set.Profiles = []rules.Profile{
		{Name: "a", Weight: conference.Urgent, Expect: []rules.Expectation{{Field: conference.Lock, Want: conference.Value{Presence: conference.Known, Int: 1}}}},
		{Name: "b", Weight: conference.Urgent, Expect: []rules.Expectation{{Field: conference.Mute, Want: conference.Value{Presence: conference.Known, Int: 1}}}}}
	m.policy.Rules = set
	m.set(minute, num(conference.Lock, 0), num(conference.Mute, 0), end(-minute))
	m.set(minute+second, num(conference.Lock, 1), end(time.Hour))
	got := m.history.Entries(meetingID)[2:]
	var concerns []string
	for i := range got {
		if e := &got[i]; e.Kind == timeline.Raised || e.Kind == timeline.Cleared {
			concerns = append(concerns, tell(e)+" "+e.Profile)
		}
	}
	if want := []string{"raised overrun ", "raised drift a", "raised drift b", "cleared overrun ", "cleared drift a"}; !sameSet(concerns, want) {
		t.Errorf("told %q, want %q", concerns, want)
	}
}

func sameSet(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

func TestALongTextIsCutOff(t *testing.T) {
	m := live(t)
	e := timeline.Entries(m.set(minute, unlisted("long", `"`+strings.Repeat("会", 1000)+`"`)))[0]
	if len(e.New.Text) > timeline.MaxText || !utf8.ValidString(e.New.Text) || !strings.HasSuffix(e.New.Text, "…") {
		t.Errorf("%d bytes: %.30q…", len(e.New.Text), e.New.Text)
	}
}

func TestTopics(t *testing.T) {
	m := live(t, num(conference.RecState, 1), num(conference.Lock, 0))
	m.set(minute, num(conference.RecState, 0))
	m.set(minute, word(conference.StatusMode, conference.ModeFixed))
	m.people(conference.Incremental, minute, in("a"))
	m.link(minute, conference.LinkDown)
	for _, k := range []struct {
		topic timeline.Topic
		want  []string
	}{
		{timeline.RecordingTopic, []string{"recState 1>0", "recState ->1 first", "watched first"}},
		{timeline.LayoutTopic, []string{"mode ->FIXED", "watched first"}},
		{timeline.PeopleTopic, []string{"people +A first", "watched first"}},
		{timeline.LinkTopic, []string{"link live>stale", "link connecting>live", "watched first"}},
		{timeline.ConcernTopic, []string{"watched first"}},
		{timeline.AnyTopic, []string{"link live>stale", "people +A first", "mode ->FIXED", "recState 1>0", "recState ->1 first|lock ->0 first", "link connecting>live", "watched first"}},
	} {
		if got := rows(timeline.Fold(m.history.Entries(meetingID), k.topic, 0, 100)); !sameRows(got, k.want) {
			t.Errorf("topic %q: %q, want %q", k.topic, got, k.want)
		}
	}
}
