package recording

import (
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/wire"
)

func TestEveryEventOfALinkIsRecordedAndRead(t *testing.T) {
	at := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	for event := conference.LinkUp; event <= conference.LinkDelayed; event++ {
		want := conference.LinkMessage{About: conference.About{ConfID: "900487914", At: at}, Event: event,
			Reason: conference.ReasonSubscription, Detail: "NOT_ALLOWED", RoundTrip: time.Millisecond, Next: at.Add(time.Second), Expires: at.Add(time.Minute)}
		l, ok := lineOf(want, nil)
		if !ok {
			t.Fatalf("event %d is not recorded", event)
		}
		text, err := encode(l)
		if err != nil {
			t.Fatalf("event %d: %v", event, err)
		}
		_, read, err := decode(text)
		if err != nil {
			t.Fatalf("event %d: %v", event, err)
		}
		if got := read.Message(); got != conference.Message(want) {
			t.Errorf("event %d: read %+v, want %+v", event, got, want)
		}
	}
}

func TestWithPseudonymsTheCloudsWordsAreNotRecorded(t *testing.T) {
	l, _ := lineOf(conference.LinkMessage{Event: conference.LinkRefused, Detail: "user Li Wei is not allowed"}, wire.NewNames())
	if l.Link.Detail != "" {
		t.Errorf("recorded %q", l.Link.Detail)
	}
}
