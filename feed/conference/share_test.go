package conference_test

import (
	"testing"
	"time"

	"confboard/feed/conference"
)

func TestALinkEndsWithItsMeeting(t *testing.T) {
	live := func(after time.Duration) []conference.Message {
		return []conference.Message{link(after, conference.LinkUp), full(after, word(conference.MeetingState, conference.StateCreated))}
	}
	basic := func(after time.Duration, began time.Time) conference.BasicMessage {
		return conference.BasicMessage{About: about(after), Basic: conference.BasicInfo{StartTime: began}, Envelope: conference.Envelope{
			Type: conference.BasicType, ConfID: meetingID, Version: conference.FullVersion(start.Add(after).UnixMilli()), CreateTime: start.Add(after)}}
	}
	for _, c := range []struct {
		name  string
		given []conference.Message
		share conference.Share
		ended bool
	}{
		{"a meeting that goes on", live(time.Minute), conference.Share{WithMeeting: true}, false},
		{"a meeting that ends", append(live(time.Minute), link(2*time.Minute, conference.LinkEnded)), conference.Share{WithMeeting: true}, true},
		{"a meeting that ends, of a link that does not end with it", append(live(time.Minute), link(2*time.Minute, conference.LinkEnded)),
			conference.Share{}, false},
		{"a meeting that ended before the link was made", []conference.Message{link(time.Minute, conference.LinkEnded)}, conference.Share{WithMeeting: true}, false},
		{"a meeting that has not started", []conference.Message{link(time.Minute, conference.LinkWaiting)}, conference.Share{WithMeeting: true}, false},
		{"a board that was down at the end, and is told that the meeting has not started", []conference.Message{link(time.Minute, conference.LinkWaiting)},
			conference.Share{WithMeeting: true, Began: start.Add(-time.Hour)}, true},
		{"a board that was down between two occurrences", append(live(time.Minute), basic(time.Minute, start.Add(-time.Hour))),
			conference.Share{WithMeeting: true, Began: start.Add(-24 * time.Hour)}, true},
		{"a board that was down while the meeting went on", append(live(time.Minute), basic(time.Minute, start.Add(-time.Hour))),
			conference.Share{WithMeeting: true, Began: start.Add(-time.Hour - 20*time.Second)}, false},
		{"a cut connection", append(live(time.Minute), link(2*time.Minute, conference.LinkDown, conference.ReasonClosed)),
			conference.Share{WithMeeting: true}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			registry := conference.NewRegistry(conference.DefaultPolicy)
			share := c.share
			share.ConfID = meetingID
			_, cancel := registry.Observe(func(c conference.Change) { share = share.Follow(c) })
			defer cancel()
			registry.Apply(conference.WatchMessage{About: about(0)})
			for _, m := range c.given {
				registry.Apply(m)
			}
			if got := !share.Ended.IsZero(); got != c.ended {
				t.Errorf("ended: %v, want %v (%+v)", got, c.ended, share)
			}
		})
	}
}

// A quiet meeting may report nothing between the making of a link and its own end.
func TestALinkThatIsMadeDuringAMeetingEndsWithIt(t *testing.T) {
	live := []conference.Message{link(time.Minute, conference.LinkUp), full(time.Minute, word(conference.MeetingState, conference.StateCreated))}
	ends := full(time.Hour, word(conference.MeetingState, conference.StateDestroyed))
	cut := link(30*time.Minute, conference.LinkDown, conference.ReasonClosed)
	for _, c := range []struct {
		name   string
		before []conference.Message
		then   []conference.Message
		ended  bool
	}{
		{"the next that is heard is the end", live, []conference.Message{ends}, true},
		{"the connection is cut, and then the meeting has not started", append(live, cut), []conference.Message{link(time.Hour, conference.LinkWaiting)}, true},
		{"the connection is cut, and then the meeting has ended", append(live, cut), []conference.Message{link(time.Hour, conference.LinkEnded)}, true},
		{"the meeting has ended, and begins again", append(live, ends), []conference.Message{link(2*time.Hour, conference.LinkUp),
			full(2*time.Hour, word(conference.MeetingState, conference.StateCreated))}, false},
		{"the meeting has not started, and begins", []conference.Message{link(time.Minute, conference.LinkWaiting)}, live, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			registry := conference.NewRegistry(conference.DefaultPolicy)
			registry.Apply(conference.WatchMessage{About: about(0)})
			for _, m := range c.before {
				registry.Apply(m)
			}
			made := conference.Share{ConfID: meetingID, WithMeeting: true}
			kept := made.Of(registry.Get(meetingID), start) // which may fail to be asked in time
			_, cancel := registry.Observe(func(c conference.Change) { made, kept = made.Follow(c), kept.Follow(c) })
			defer cancel()
			for _, m := range c.then {
				registry.Apply(m)
			}
			if made.Ended.IsZero() == c.ended || kept.Ended.IsZero() == c.ended {
				t.Errorf("ended %s and %s, want %v", made.Ended, kept.Ended, c.ended)
			}
		})
	}
	registry := conference.NewRegistry(conference.DefaultPolicy)
	registry.Apply(conference.WatchMessage{About: about(0)})
	for _, m := range live {
		registry.Apply(m)
	}
	// With a restart before the end, what was known when the link was made is all that tells one occurrence from the next.
	if s := (conference.Share{ConfID: meetingID, WithMeeting: true}).Of(registry.Get(meetingID), start); !s.Began.Equal(start) {
		t.Errorf("began %s", s.Began)
	}
	if s := (conference.Share{ConfID: meetingID}).Of(registry.Get(meetingID), start); !s.Began.IsZero() {
		t.Error("a link that does not end with its meeting follows it")
	}
	if s := (conference.Share{ConfID: meetingID, WithMeeting: true}).Of(nil, start); !s.Began.IsZero() {
		t.Error("a meeting that is not on the board has begun")
	}
}

func TestALinkThatEndedStaysEnded(t *testing.T) {
	share := conference.Share{ConfID: meetingID, WithMeeting: true}
	registry := conference.NewRegistry(conference.DefaultPolicy)
	_, cancel := registry.Observe(func(c conference.Change) { share = share.Follow(c) })
	defer cancel()
	registry.Apply(conference.WatchMessage{About: about(0)})
	for day := range time.Duration(2) {
		at := day*24*time.Hour + time.Minute
		registry.Apply(link(at, conference.LinkUp))
		registry.Apply(full(at, word(conference.MeetingState, conference.StateCreated)))
		registry.Apply(full(at+time.Hour, word(conference.MeetingState, conference.StateDestroyed)))
	}
	if got := share.State(start); got != conference.ShareOver || !share.Ended.Equal(start.Add(time.Hour+time.Minute)) {
		t.Errorf("%s, ended %s", got, share.Ended)
	}
}

func TestWhetherALinkOpens(t *testing.T) {
	now := start
	for _, c := range []struct {
		given  conference.Share
		expect conference.ShareState
	}{
		{conference.Share{}, conference.ShareOpen},
		{conference.Share{Expires: now.Add(time.Millisecond)}, conference.ShareOpen},
		{conference.Share{Expires: now}, conference.ShareExpired},
		{conference.Share{Ended: now.Add(-time.Hour), Expires: now.Add(time.Hour)}, conference.ShareOver},
		{conference.Share{Ended: now, Revoked: now}, conference.ShareRevoked},
	} {
		if got := c.given.State(now); got != c.expect {
			t.Errorf("%+v: %s, want %s", c.given, got, c.expect)
		}
	}
}
