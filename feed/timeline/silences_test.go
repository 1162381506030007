package timeline_test

import (
	"slices"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/feed/timeline"
)

func TestWhoTookNoteOfWhatIsTold(t *testing.T) {
	unlocked := conference.Cause{Rule: conference.Drift, Field: conference.Lock, Profile: "a"}
	locked := conference.Value{Presence: conference.Known, Int: 1}
	silence := func(q conference.Silence) func(*meeting) {
		return func(m *meeting) {
			q.Cause, q.By, q.At = unlocked, "Li", start.Add(2*minute)
			m.apply(conference.SilenceMessage{About: m.about(2 * minute), Silence: q})
		}
	}
	until := func(after time.Duration) conference.Silence {
		return conference.Silence{Until: start.Add(after), Note: "moved to room 2"}
	}
	for _, k := range []struct {
		name string
		do   []func(*meeting)
		want []string
	}{
		{"acknowledged until it is over, which is told by that", []func(*meeting){silence(conference.Silence{Seen: true}), func(m *meeting) { m.set(3*minute, num(conference.Lock, 1)) }},
			[]string{"acknowledged drift by Li", "cleared drift"}},
		{"silenced until its time", []func(*meeting){silence(until(3 * minute)), func(m *meeting) { m.pass(3 * minute) }},
			[]string{"silenced drift by Li", "unsilenced drift by "}},
		{"ended by hand", []func(*meeting){silence(until(time.Hour)), func(m *meeting) {
			m.apply(conference.UnsilenceMessage{About: m.about(3 * minute), Cause: unlocked, By: "Bo"})
		}}, []string{"silenced drift by Li", "unsilenced drift by Bo"}},
		{"another in its place", []func(*meeting){silence(conference.Silence{Seen: true}), silence(until(time.Hour))},
			[]string{"acknowledged drift by Li", "silenced drift by Li"}},
		{"the meeting ended", []func(*meeting){silence(until(time.Hour)), func(m *meeting) { m.set(3*minute, word(conference.MeetingState, conference.StateDestroyed)) }},
			[]string{"silenced drift by Li", "ended 1", "state Created>Destroyed", "cleared drift"}},
	} {
		t.Run(k.name, func(t *testing.T) {
			m := live(t, word(conference.MeetingState, conference.StateCreated))
			m.policy.Heartbeat = time.Hour
			m.policy.Rules = &rules.Set{Profiles: []rules.Profile{{Name: "a", Weight: conference.Urgent, Expect: []rules.Expectation{{Field: conference.Lock, Want: locked}}}}}
			m.set(minute, num(conference.Lock, 0))
			before := len(m.history.Entries(meetingID))
			for _, do := range k.do {
				do(m)
			}
			entries := m.history.Entries(meetingID)[before:]
			var got []string
			for i := range entries {
				e := &entries[i]
				if e.Kind == timeline.Status && e.Field == conference.Lock {
					continue
				}
				got = append(got, tell(e))
				switch e.Kind {
				case timeline.Acknowledged, timeline.Silenced, timeline.Unsilenced:
					if e.Profile != "a" || e.Field != conference.Lock || e.New != locked || !e.About(timeline.ConcernTopic) {
						t.Errorf("%s is about %+v", tell(e), e)
					}
				}
				if e.Kind == timeline.Silenced && (e.Note == "" || !e.Until.After(e.At)) {
					t.Errorf("the silence is told with %q until %s", e.Note, e.Until)
				}
			}
			if !slices.Equal(got, k.want) {
				t.Errorf("told %q, want %q", got, k.want)
			}
		})
	}
}
