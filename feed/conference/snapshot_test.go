package conference_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
)

// written returns the state as it comes back from JSON.
func written(t *testing.T, s *conference.State, brief bool) *conference.State {
	t.Helper()
	text, err := json.Marshal(s.Snapshot(brief))
	if err != nil {
		t.Fatal(err)
	}
	var read conference.Snapshot
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	got, err := read.State()
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return got
}

func sameState(t *testing.T, what string, got, want *conference.State) {
	t.Helper()
	if reflect.DeepEqual(got, want) {
		return
	}
	if a, b := deepText(got), deepText(want); a != b {
		at := 0
		for at < min(len(a), len(b)) && a[at] == b[at] {
			at++
		}
		from := max(0, at-200)
		t.Fatalf("%s is\n…%s\nwant\n…%s", what, a[from:min(len(a), at+100)], b[from:min(len(b), at+100)])
	}
	t.Fatalf("%s differs in what is nil and what is empty, or in how its times are held", what)
}

func TestAStateIsTheSameAfterItWasWritten(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(12) {
		h := newHistory(seed)
		for i := range 150 {
			_, m, _ := h.step()
			if _, silence := m.(conference.SilenceMessage); i%8 > 0 && !silence { // which does not last long here
				continue
			}
			sameState(t, fmt.Sprint("seed ", seed, ": the whole state"), written(t, h.state, false), h.state)
			filled(seen, "State", reflect.ValueOf(*h.state))
		}
		sameState(t, fmt.Sprint("seed ", seed, ": the brief state"), written(t, h.state, true), h.state.Briefly())
	}
	for _, path := range slices.Sorted(maps.Keys(seen)) {
		switch {
		case seen[path],
			path == "State.Brief",                                                // the histories are of whole states
			path == "State.Custom.Layout.Unlisted",                               // it is not used
			path == "State.StatusIntake.past", path == "State.CustomIntake.past", // only of people and the basic information
			path == "State.SpeakersIntake.Partial",                                                                // each message names all
			strings.HasSuffix(path, ".Text"), strings.HasSuffix(path, ".Layout"), strings.HasSuffix(path, ".Int"): // a value has one of them
		default:
			t.Errorf("no history had a %s: nobody knows whether it is written", path)
		}
	}
}

// What another board has read goes on as the meeting does where it is watched: with the next messages both come to the same.
func TestAWrittenStateGoesOnAsTheMeetingDoes(t *testing.T) {
	for seed := range uint64(10) {
		h := newHistory(seed)
		for range 60 {
			h.step()
		}
		there := written(t, h.state, false)
		for range 100 {
			_, m, _ := h.step()
			if m == nil {
				there, _, _ = conference.Due(there, start.Add(h.at), h.policy)
			} else {
				there, _, _ = conference.Apply(there, m, h.policy)
			}
			sameState(t, fmt.Sprint("seed ", seed), there, h.state)
		}
	}
}

// Who tells others of every message goes by the changes: one that changes the state and says nothing would be missed.
func TestNoMessageChangesAStateWithoutSayingSo(t *testing.T) {
	for seed := range uint64(20) {
		h := newHistory(seed)
		for range 150 {
			before, m, c := h.step()
			if m != nil && c.Empty() && !reflect.DeepEqual(before, h.state) {
				t.Fatalf("seed %d: a %T changed the state and nothing was told:\n%+v\n%s\n%s", seed, m, m, deepText(before), deepText(h.state))
			}
			if m == nil && c.Cause != nil || m != nil && !c.Empty() && !reflect.DeepEqual(c.Cause, m) {
				t.Fatalf("seed %d: the cause of what a %T did is %+v", seed, m, c.Cause)
			}
		}
	}
}

func TestWhatTheListsComeToIsToldOfABriefStateAsWell(t *testing.T) {
	for seed := range uint64(10) {
		h := newHistory(seed)
		for range 100 {
			h.step()
			s, brief := h.state, h.state.Briefly()
			present, hosted := 0, false
			for _, p := range s.Participants {
				if !p.Calling() {
					present++
					hosted = hosted || p.Role() == conference.Host
				}
			}
			for what, of := range map[string]*conference.State{"whole": s, "brief": brief} {
				if of.Present() != present || of.Listed() != len(s.Participants) || of.Waiting() != len(s.WaitingRoom) || of.Hosted() != hosted || of.Hostless() != s.Hostless() {
					t.Fatalf("seed %d, %s: %d present, %d listed, %d waiting, hosted %t; want %d, %d, %d, %t", seed, what,
						of.Present(), of.Listed(), of.Waiting(), of.Hosted(), present, len(s.Participants), len(s.WaitingRoom), hosted)
				}
			}
		}
	}
}

func TestASnapshotKeepsNothingOfThisProcess(t *testing.T) {
	now := time.Now() // with a monotonic reading, and in some zone
	s, _, _ := conference.Apply(nil, conference.WatchMessage{About: conference.About{ConfID: meetingID, At: now}}, conference.DefaultPolicy)
	got, err := s.Snapshot(false).State()
	if err != nil {
		t.Fatal(err)
	}
	if since := got.Link.Since; since != now.Round(0).UTC() {
		t.Errorf("since %v", since)
	}
	sameState(t, "from JSON", written(t, s, false), got)
}

func TestUnknownKeysOfASnapshotArePassedOver(t *testing.T) {
	var read conference.Snapshot
	text := `{"format":1,"confID":"900487914","occurrence":1,"link":{"state":"live","new":1},"new":{"a":[1]},"status":{"newField":{"int":1},"lock":{"int":1}},"intakes":{"NewNotify":{"hasFull":true}}}`
	if err := json.Unmarshal([]byte(text), &read); err != nil {
		t.Fatal(err)
	}
	s, err := read.State()
	if err != nil || !s.Status.Value(conference.Lock).Equal(known(1)) || s.Link.State != conference.Live {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestASnapshotBeyondTheLimitsIsRefused(t *testing.T) {
	list := func(one string, n int) string { return "[" + strings.TrimSuffix(strings.Repeat(one+",", n), ",") + "]" }
	object := func(n int, value string) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(`"n%d":%s`, i, value))
		}
		return "{" + strings.Join(all, ",") + "}"
	}
	tests := []struct{ name, fields string }{
		{"another format", `"format":2`},
		{"of no meeting", `"confID":"a b"`},
		{"of no occurrence", `"occurrence":0`},
		{"brief with a list", `"brief":true,"participants":[]`},
		{"too many participants", `"participants":` + list(`{"pid":"a"}`, conference.MaxParticipants+1)},
		{"more participants than can be", `"brief":true,"attendance":{"listed":5001}`},
		{"fewer participants than none", `"brief":true,"attendance":{"listed":3,"present":-1}`},
		{"more present than there are", `"brief":true,"waitingAttendance":{"listed":1,"present":2}`},
		{"one participant twice", `"participants":[{"pid":"a"},{"pid":"a"}]`},
		{"a participant without pid", `"waitingRoom":[{}]`},
		{"too many attributes", `"participants":[{"pid":"a","pinfoMap":` + object(conference.MaxAttributes+1, `""`) + `}]`},
		{"too much of participants", `"participants":[{"pid":"a","pinfoMap":{"A":"` + strings.Repeat("x", conference.MaxParticipantsBytes) + `"}}]`},
		{"too many speakers", `"speakers":` + list(`{"pid":"a"}`, conference.MaxSpeakers+1)},
		{"too many silences", `"silences":` + list(`{"rule":"noHost"}`, conference.MaxSilences+1)},
		{"too many concerns", `"concerns":` + list(`{"rule":"noHost"}`, 1025)},
		{"too many unlisted fields", `"unlisted":` + object(conference.MaxUnlisted+1, `""`)},
		{"too many names", `"counts":{"passed":` + object(64, `1`) + `}`},
		{"too many screens", `"status":{"multiPic":{"layout":{"picInfos":` + list(`{}`, conference.MaxScreens+1) + `}}}`},
		{"more screens than can be drawn", `"status":{"multiPic":{"layout":{"picNum":{"int":1000000}}}}`},
		{"a number of screens below zero", `"status":{"picNum":{"int":-1}}`},
		{"an end after all time", `"status":{"endTime":{"int":9223372036854775807}}`},
		{"a geometry that overlaps", `"custom":{"picLayout":{"x":1,"y":1,"subPicLayoutInfoList":[{"id":1,"xSize":1,"ySize":1},{"id":2,"xSize":1,"ySize":1}]}}`},
		{"too many screens of a custom layout", `"custom":{"layout":{"picInfos":` + list(`{}`, conference.MaxScreens+1) + `}}`},
		{"too many remembered msgIDs", `"intakes":{"ConfDynamicInfoNotify":{"recent":` + list("1", 33) + `}}`},
		{"too many remembered gaps", `"intakes":{"ConfDynamicInfoNotify":{"gaps":` + list("[1,2]", 9) + `}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			read := conference.Snapshot{Format: conference.SnapshotFormat, ConfID: meetingID, Occurrence: 1}
			if err := json.Unmarshal([]byte("{"+tt.fields+"}"), &read); err != nil {
				t.Fatal(err)
			}
			if s, err := read.State(); !errors.Is(err, conference.ErrSnapshot) {
				t.Errorf("it is %+v, error %v", s, err)
			}
		})
	}
}
