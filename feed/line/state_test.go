package line_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/line"
	"confboard/feed/wire"
)

// ordinary is a meeting in progress with that many participants, as the cloud tells of it.
func ordinary(tb testing.TB, participants int) *conference.State {
	tb.Helper()
	var state *conference.State
	apply := func(m conference.Message) {
		state, _, _ = conference.Apply(state, m, conference.DefaultPolicy)
	}
	apply(conference.WatchMessage{About: about(), Origin: conference.Found, Booking: conference.Booking{Title: "Weekly review", Owner: "maria.rossi", Start: receivedAt, End: receivedAt.Add(time.Hour)}})
	apply(conference.LinkMessage{About: about(), Event: conference.LinkToken, Expires: receivedAt.Add(30 * time.Minute)})
	apply(conference.LinkMessage{About: about(), Event: conference.LinkUp})
	apply(wire.Decode([]byte(`{"action":"ConfBasicInfoNotify","msgMode":0,"version":1,"createTime":1793610000000,"title":"Weekly review","displayID":"900487914","owner":"maria.rossi","ownerID":"ff8080817a",
		"startTime":"1793610000000","scheduledStartTime":"1793610000000","recType":1,"media":2}`), meetingID, receivedAt))
	entries := make([]conference.ParticipantEntry, participants)
	for i := range entries {
		entries[i].PID = fmt.Sprintf("%032d", i)
		for key, value := range map[string]string{"NAME": fmt.Sprint("Participant ", i), "TEL": fmt.Sprint("+9911", i), "ROLE": "0", "STATE": "0", "HAND": "0", "BROADCAST": "0", "ROLLCALL": "0",
			"SHARE": "0", "MUTE": "0", "VIDEO": "1", "ADDTIME": fmt.Sprint(1793610000000 + i), "M": "1", "T": fmt.Sprint(i), "USERAGENT": "Windows/10", "ORGID": "ff80808163f0d2d2"} {
			entries[i].Attributes.Set(key, value)
		}
	}
	e := conference.Envelope{Type: conference.ParticipantsType, ConfID: meetingID, MsgID: "p-1", Version: 1, CreateTime: receivedAt.Truncate(time.Millisecond)}
	apply(conference.ParticipantsMessage{About: about(), Envelope: e, Entries: entries})
	apply(busy(tb))
	apply(wire.Decode([]byte(`{"action":"SpeakerChangeNotify","version":1,"data":[{"pid":"00000000000000000000000000000001","name":"Participant 1","speakingVolume":7}]}`), meetingID, receivedAt))
	apply(conference.LinkMessage{About: about(), Event: conference.LinkEcho, RoundTrip: 12345678})
	return state
}

func TestAStateIsReadAsItWasWritten(t *testing.T) {
	s := ordinary(t, 12)
	for brief, want := range map[bool]*conference.State{false: s, true: s.Briefly()} {
		text, err := line.WriteState(s, brief)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := line.ReadState(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("brief %t: %+v, error %v", brief, got, err)
		}
	}
}

// A digest of every meeting goes to every board whenever the meeting changes.
func TestABriefStateIsSmallHoweverManyTakePart(t *testing.T) {
	text, err := line.WriteState(ordinary(t, 3000), true)
	if err != nil || len(text) > 3000 {
		t.Errorf("%d bytes, error %v: %s", len(text), err, text)
	}
}

func TestWhatIsNoStateIsRefused(t *testing.T) {
	tests := []struct{ name, text string }{
		{"nothing", ``},
		{"no object", `[]`},
		{"another kind of value", `{"format":1,"confID":1}`},
		{"a later format", `{"format":2,"confID":"1","occurrence":1}`},
		{"a time after all times", `{"format":1,"confID":"1","occurrence":1,"endedAt":"10000-01-01T00:00:00Z"}`},
		{"an unlisted field that is no JSON", `{"format":1,"confID":"1","occurrence":1,"unlisted":{"a":"}"}}`},
		{"one of the basic information", `{"format":1,"confID":"1","occurrence":1,"basic":{"unlisted":{"a":""}}}`},
		{"one of a layout", `{"format":1,"confID":"1","occurrence":1,"status":{"multiPic":{"layout":{"unlisted":{"a":"x"}}}}}`},
		{"one of a screen", `{"format":1,"confID":"1","occurrence":1,"status":{"multiPic":{"layout":{"picInfos":[{"unlisted":{"a":"x"}}]}}}}`},
		{"one of a custom layout", `{"format":1,"confID":"1","occurrence":1,"custom":{"unlisted":{"a":"x"}}}`},
		{"one of a screen of a custom layout", `{"format":1,"confID":"1","occurrence":1,"custom":{"layout":{"picInfos":[{"unlisted":{"a":"x"}}]}}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if s, err := line.ReadState([]byte(tt.text)); !errors.Is(err, conference.ErrSnapshot) {
				t.Errorf("it is %+v, error %v", s, err)
			}
		})
	}
}

func FuzzReadState(f *testing.F) {
	for _, brief := range []bool{false, true} {
		text, err := line.WriteState(ordinary(f, 2), brief)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := line.ReadState(text)
		if err != nil {
			return
		}
		again, err := line.WriteState(s, false)
		if err != nil {
			t.Fatalf("what was read is not written: %v", err)
		}
		same, err := line.ReadState(again)
		if err != nil {
			t.Fatalf("%s is not read again: %v", again, err)
		}
		if twice, err := line.WriteState(same, false); err != nil || string(twice) != string(again) {
			t.Errorf("written %s, then %s, %v", again, twice, err)
		}
		at := receivedAt.Add(time.Hour)
		next, _, _ := conference.Apply(nil, conference.SnapshotMessage{About: conference.About{ConfID: s.ConfID, At: at}, State: s}, conference.DefaultPolicy)
		if next != nil {
			conference.Due(next, at.Add(time.Hour), conference.DefaultPolicy)
		}
	})
}

func benchmarkWrite(b *testing.B, participants int, brief bool) {
	s := ordinary(b, participants)
	b.ReportAllocs()
	size := 0
	for b.Loop() {
		text, err := line.WriteState(s, brief)
		if err != nil {
			b.Fatal(err)
		}
		size = len(text)
	}
	b.ReportMetric(float64(size), "bytes")
}

func benchmarkRead(b *testing.B, participants int, brief bool) {
	text, err := line.WriteState(ordinary(b, participants), brief)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := line.ReadState(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteBriefState(b *testing.B)         { benchmarkWrite(b, 10, true) }
func BenchmarkReadBriefState(b *testing.B)          { benchmarkRead(b, 10, true) }
func BenchmarkWriteStateOfTen(b *testing.B)         { benchmarkWrite(b, 10, false) }
func BenchmarkReadStateOfTen(b *testing.B)          { benchmarkRead(b, 10, false) }
func BenchmarkWriteStateOfFiveHundred(b *testing.B) { benchmarkWrite(b, 500, false) }
func BenchmarkReadStateOfFiveHundred(b *testing.B)  { benchmarkRead(b, 500, false) }
