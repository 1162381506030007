package line_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/line"
	"confboard/feed/wire"
)

const meetingID = conference.ConfID("900487914")

var receivedAt = time.Date(2026, 3, 2, 9, 0, 0, 123456789, time.UTC)

func about() conference.About { return conference.About{ConfID: meetingID, At: receivedAt} }

// written returns the message as it comes back from its line.
func written(t testing.TB, m conference.Message) conference.Message {
	t.Helper()
	l, ok := line.Of(m, nil)
	if !ok {
		t.Fatalf("a %T has no line", m)
	}
	return read(t, text(t, l)).Message()
}

func text(t testing.TB, l line.Line) []byte {
	t.Helper()
	text, err := json.Marshal(l)
	if err != nil {
		t.Fatalf("%+v: %v", l, err)
	}
	return text
}

func read(t testing.TB, text []byte) *line.Line {
	t.Helper()
	l := new(line.Line)
	if err := json.Unmarshal(text, l); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if err := l.Check(); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return l
}

// checkWritten fails unless the message is the same after it was written.
func checkWritten(t testing.TB, m conference.Message) {
	t.Helper()
	if got := written(t, m); !reflect.DeepEqual(got, m) {
		l, _ := line.Of(m, nil)
		t.Errorf("of %s it is\n%+v\nwant\n%+v", text(t, l), got, m)
	}
}

// frameFiles are the frames that the decoder is tested with.
func frameFiles(t testing.TB) (frames [][]byte) {
	t.Helper()
	for _, pattern := range []string{"frames", "clean"} {
		names, err := filepath.Glob("../wire/testdata/" + pattern + "/*.json")
		if err != nil || len(names) == 0 {
			t.Fatalf("%d frames of %s, error %v", len(names), pattern, err)
		}
		for _, name := range names {
			frame, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			frames = append(frames, frame)
		}
	}
	return frames
}

func TestEveryFrameThatTheDecoderKnowsIsTheSameMessageAfterItWasWritten(t *testing.T) {
	kinds := map[string]bool{}
	for _, frame := range frameFiles(t) {
		m := wire.Decode(frame, meetingID, receivedAt)
		checkWritten(t, m)
		kinds[reflect.TypeOf(m).Name()] = true
	}
	if len(kinds) != 8 {
		t.Errorf("there were only %v", kinds)
	}
}

func TestEveryMessageIsTheSameAfterItWasWritten(t *testing.T) {
	cause := conference.Cause{Rule: conference.Drift, Field: conference.RecState, Profile: "town hall"}
	for _, m := range []conference.Message{
		conference.WatchMessage{About: about(), Name: "Board <1>", Group: "HQ", Origin: conference.Found,
			Booking: conference.Booking{Title: "评审", Owner: "Ann", Start: receivedAt, End: receivedAt.Add(time.Hour)}},
		conference.WatchMessage{About: about()},
		conference.UnwatchMessage{About: about()},
		conference.RefusedMessage{About: about(), Refusal: conference.Refusal{Kind: conference.RefusedValue, Field: "lock", Type: conference.StatusType,
			Mode: conference.Incremental, Excerpt: `{"lock":"x"}`, At: receivedAt}},
		conference.PassedMessage{About: about(), Type: "NetworkQualityNotify"},
		conference.PassedMessage{About: about(), Type: "?"},
		conference.SilenceMessage{About: about(), Silence: conference.Silence{Cause: cause, Seen: true, By: "Ann", Note: "Hush", At: receivedAt, Until: receivedAt.Add(time.Hour)}},
		conference.SilenceMessage{About: about(), Silence: conference.Silence{Cause: conference.Cause{Rule: conference.NoHost}}},
		conference.UnsilenceMessage{About: about(), Cause: cause, By: "Ann"},
	} {
		checkWritten(t, m)
	}
	for event := conference.LinkUp; event <= conference.LinkDelayed; event++ {
		checkWritten(t, conference.LinkMessage{About: about(), Event: event, Reason: conference.ReasonClosed, Detail: "GOING_AWAY", RoundTrip: 12345678,
			Next: receivedAt.Add(time.Second), Expires: receivedAt.Add(time.Hour), Continues: event == conference.LinkUp})
	}
}

func TestWhatIsWithheldIsBesideTheFrame(t *testing.T) {
	m := wire.Decode([]byte(`{"action":"ConfBasicInfoNotify","version":1,"title":"T","pwds":[{"pwd":"123"}],"guestJoinUri":"https://a.b/c"}`), meetingID, receivedAt)
	if got := m.(conference.BasicMessage).Withheld; len(got) != 2 {
		t.Fatalf("withheld %v", got)
	}
	checkWritten(t, m)
	l, _ := line.Of(m, nil)
	if want := `{"action":"ConfBasicInfoNotify","version":1,"title":"T"}`; string(l.Frame) != want {
		t.Errorf("the frame is %s, want %s", l.Frame, want)
	}
}

func TestWhatHasNoLine(t *testing.T) {
	for _, m := range []conference.Message{
		conference.DiscoveryMessage{}, conference.SnapshotMessage{About: about(), State: &conference.State{}}, strange{conference.StatusMessage{About: about()}},
	} {
		if l, ok := line.Of(m, nil); ok {
			t.Errorf("a %T has the line %+v", m, l)
		}
	}
}

// strange is a message of a kind that is not known.
type strange struct{ conference.Push }

func TestPseudonymsReplaceWhatTellsWhoSomebodyIs(t *testing.T) {
	names := wire.NewNames()
	for _, m := range []conference.Message{
		conference.WatchMessage{About: about(), Name: "Li Wei", Group: "Li Wei", Booking: conference.Booking{Title: "Li Wei", Owner: "Li Wei"}},
		conference.LinkMessage{About: about(), Event: conference.LinkRefused, Detail: "Li Wei may not"},
		conference.RefusedMessage{About: about(), Refusal: conference.Refusal{Kind: conference.RefusedValue, Excerpt: `{"name":"Li Wei"}`}},
		conference.SilenceMessage{About: about(), Silence: conference.Silence{By: "Li Wei", Note: "as Li Wei said"}},
		conference.UnsilenceMessage{About: about(), By: "Li Wei"},
		conference.SpeakersMessage{About: about(), Envelope: conference.Envelope{Version: 1}, Speakers: []conference.Speaker{{PID: "Li Wei", Name: "Li Wei"}}},
		conference.ParticipantsMessage{About: about(), Envelope: conference.Envelope{Version: 1}, Entries: []conference.ParticipantEntry{
			{PID: "Li Wei", Attributes: conference.Attributes{{Key: conference.AttrName, Value: "Li Wei"}}}}},
	} {
		l, ok := line.Of(m, names)
		if !ok || bytes.Contains(text(t, l), []byte("Li Wei")) {
			t.Errorf("a %T has the line %s", m, text(t, l))
		}
	}
}

// Recordings that were made before are still there.
func TestLinesOfOldAreRead(t *testing.T) {
	tests := []struct {
		text string
		want conference.Message
	}{
		{`{"at":"2026-03-02T09:00:00.123456789Z","confID":"900487914","watch":{"name":"Board","group":"HQ","origin":"settings","title":"Review","owner":"Ann","start":"2026-03-02T09:00:00.123456789Z"}}`,
			conference.WatchMessage{About: about(), Name: "Board", Group: "HQ", Origin: conference.FromSettings, Booking: conference.Booking{Title: "Review", Owner: "Ann", Start: receivedAt}}},
		{`{"at":"2026-03-02T09:00:00.123456789Z","confID":"900487914","unwatch":true}`, conference.UnwatchMessage{About: about()}},
		{`{"at":"2026-03-02T09:00:00.123456789Z","confID":"900487914","carried":true,"link":{"event":"echo","roundTrip":"12.345678ms"}}`,
			conference.LinkMessage{About: about(), Event: conference.LinkEcho, RoundTrip: 12345678}},
		{`{"at":"2026-03-02T09:00:00.123456789Z","confID":"900487914","link":{"event":"down","reason":"closed","detail":"D","next":"2026-03-02T09:00:00.123456789Z"}}`,
			conference.LinkMessage{About: about(), Event: conference.LinkDown, Reason: conference.ReasonClosed, Detail: "D", Next: receivedAt}},
		{`{"at":"2026-03-02T09:00:00.123456789Z","confID":"900487914","refused":{"kind":"value","field":"lock","type":"ConfDynamicInfoNotify","mode":1,"excerpt":"{}"}}`,
			conference.RefusedMessage{About: about(), Refusal: conference.Refusal{Kind: conference.RefusedValue, Field: "lock", Type: conference.StatusType, Mode: conference.Incremental, Excerpt: "{}", At: receivedAt}}},
		{`{"at":"2026-03-02T09:00:00.123456789Z","confID":"900487914","frame":{"action":"SpeakerChangeNotify","confID":"900487914","msgMode":0,"version":7,"data":[{"pid":"a","speakingVolume":3}]}}`,
			conference.SpeakersMessage{About: about(), Envelope: conference.Envelope{Type: conference.SpeakersType, ConfID: meetingID, Version: 7}, Speakers: []conference.Speaker{{PID: "a", Volume: 3}}}},
	}
	for _, tt := range tests {
		if got := read(t, []byte(tt.text)).Message(); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s is\n%+v, want\n%+v", tt.text, got, tt.want)
		}
	}
}

func TestALineThatTellsNothingIsToldApart(t *testing.T) {
	const head = `"at":"2026-03-02T09:00:00Z","confID":"900487914"`
	tests := []struct{ name, text string }{
		{"of nothing", head},
		{"of two things", head + `,"unwatch":true,"watch":{}`},
		{"without time", `"confID":"900487914","unwatch":true`},
		{"of no meeting", `"at":"2026-03-02T09:00:00Z","unwatch":true`},
		{"of a meeting that cannot be", `"at":"2026-03-02T09:00:00Z","confID":"a b","unwatch":true`},
		{"a link without event", head + `,"link":{}`},
		{"a silence of an unknown field", head + `,"silence":{"rule":"drift","field":"newField"}`},
		{"an end of a silence of an unknown field", head + `,"unsilence":{"rule":"drift","field":"newField"}`},
		{"withheld without a frame", head + `,"unwatch":true,"withheld":{"a":1}`},
		{"withheld less than nothing", head + `,"frame":{},"withheld":{"a":-1}`},
		{"withheld too much", head + `,"frame":{},"withheld":{` + strings.TrimSuffix(manyNames(65), ",") + `}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var l line.Line
			if err := json.Unmarshal([]byte("{"+tt.text+"}"), &l); err != nil {
				t.Fatal(err)
			}
			if l.Check() == nil {
				t.Errorf("%+v can be relied on", l)
			}
		})
	}
	if m := new(line.Line).Message(); m != nil {
		t.Errorf("nothing is %+v", m)
	}
}

func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(`"n` + strings.Repeat("x", i) + `":1,`)
	}
	return b.String()
}
