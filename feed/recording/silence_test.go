package recording

import (
	"testing"
	"time"

	"confboard/feed/conference"
)

// Who takes note of what is said to the board and not by the cloud: a recording has nothing of it, and leads to the same meeting.
func TestSilencesAreNotRecorded(t *testing.T) {
	about := conference.About{ConfID: meetingID, At: began}
	silence := conference.SilenceMessage{About: about, Silence: conference.Silence{Cause: conference.Cause{Rule: conference.NoHost}, By: "Ann", Note: "Hush", At: began}}
	for _, m := range []conference.Message{silence, conference.UnsilenceMessage{About: about, Cause: silence.Silence.Cause, By: "Ann"}} {
		if _, ok := lineOf(m, nil); ok {
			t.Errorf("%T is recorded", m)
		}
	}
	state, _, _ := conference.Apply(nil, conference.WatchMessage{About: about}, conference.DefaultPolicy)
	plain, err := carried(state, nil)
	if err != nil {
		t.Fatal(err)
	}
	silenced := *state
	silenced.Silences = []conference.Silence{silence.Silence}
	silenced.Concerns = []conference.Concern{{Condition: conference.Condition{Cause: silence.Silence.Cause}, Since: began.Add(-time.Minute), Active: true}}
	lines, err := carried(&silenced, nil)
	if err != nil || len(lines) != len(plain) {
		t.Fatalf("%d lines, without a silence %d, error %v", len(lines), len(plain), err)
	}
	for i := range lines {
		a, errA := encode(lines[i])
		b, errB := encode(plain[i])
		if errA != nil || errB != nil || string(a) != string(b) {
			t.Errorf("line %d is %s, without a silence %s", i, a, b)
		}
	}
}
