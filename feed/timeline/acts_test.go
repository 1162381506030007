package timeline_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/timeline"
)

// doing is what a message says of somebody who is in the meeting.
func doing(pid, key, value string) conference.ParticipantEntry {
	e := in(pid)
	e.Attributes.Set(key, value)
	return e
}

func TestWhatParticipantsDoIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		before, after []conference.ParticipantEntry
		want          []string
	}{
		"a hand goes up":                     {[]conference.ParticipantEntry{in("a")}, []conference.ParticipantEntry{doing("a", conference.AttrHand, "1")}, []string{"doings A:handUp"}},
		"a hand goes down":                   {[]conference.ParticipantEntry{doing("a", conference.AttrHand, "1")}, []conference.ParticipantEntry{doing("a", conference.AttrHand, "0")}, []string{"doings A:handDown"}},
		"somebody is muted":                  {[]conference.ParticipantEntry{doing("a", conference.AttrMute, "0")}, []conference.ParticipantEntry{doing("a", conference.AttrMute, "1")}, []string{"doings A:muted"}},
		"that somebody is muted is told":     {[]conference.ParticipantEntry{in("a")}, []conference.ParticipantEntry{doing("a", conference.AttrMute, "1")}, nil},
		"somebody becomes host":              {[]conference.ParticipantEntry{doing("a", conference.AttrRole, "0")}, []conference.ParticipantEntry{doing("a", conference.AttrRole, "1")}, []string{"doings A:host"}},
		"somebody is host no longer":         {[]conference.ParticipantEntry{doing("a", conference.AttrRole, "1")}, []conference.ParticipantEntry{doing("a", conference.AttrRole, "0")}, []string{"doings A:ordinary"}},
		"a role that nobody listed":          {[]conference.ParticipantEntry{doing("a", conference.AttrRole, "1")}, []conference.ParticipantEntry{doing("a", conference.AttrRole, "9")}, nil},
		"somebody becomes co-host":           {[]conference.ParticipantEntry{in("a")}, []conference.ParticipantEntry{doing("a", conference.AttrIsCoHost, "1")}, []string{"doings A:coHost"}},
		"somebody joins with a hand up":      {nil, []conference.ParticipantEntry{doing("a", conference.AttrHand, "1")}, []string{"people +A"}},
		"a name with a line that looks like": {[]conference.ParticipantEntry{doing("a", conference.AttrMute, "0")}, []conference.ParticipantEntry{doing("a", conference.AttrName, "x\nMUTE=1")}, nil},
		"several at once, one of whom joins": {
			[]conference.ParticipantEntry{doing("a", conference.AttrMute, "0"), doing("b", conference.AttrMute, "0"), in("c")},
			[]conference.ParticipantEntry{doing("b", conference.AttrMute, "1"), in("d"), doing("a", conference.AttrMute, "1")},
			[]string{"people +D", "doings A:muted B:muted"},
		},
	} {
		m := live(t)
		m.people(conference.Full, second, c.before...)
		n := len(m.history.Entries(meetingID))
		m.people(conference.Incremental, minute, c.after...)
		if got := told(m.history.Entries(meetingID)[n:]); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// A host who mutes everybody, again and again, takes neither the timeline nor the past states.
func TestManyMicrophonesDoNotDrownTheTimeline(t *testing.T) {
	m := live(t)
	all := func(mute string) (entries []conference.ParticipantEntry) {
		for i := range 500 {
			entries = append(entries, doing(fmt.Sprint("p", i), conference.AttrMute, mute))
		}
		return entries
	}
	m.people(conference.Full, second, all("0")...)
	for i := range 5 {
		m.set(minute+time.Duration(i)*second, num(conference.Lock, int64(i%2)))
	}
	moments := len(m.history.Moments(meetingID))
	for i := range timeline.DefaultLimits.Entries {
		m.people(conference.Incremental, minute+10*second+time.Duration(i)*time.Millisecond, doing(fmt.Sprint("p", i%500), conference.AttrMute, fmt.Sprint((i/500+1)%2)))
	}
	entries := m.history.Entries(meetingID)
	if len(entries) > timeline.DefaultLimits.Entries {
		t.Errorf("%d entries", len(entries))
	}
	if first := tell(&entries[0]); first != "watched first" {
		t.Errorf("the first entry left is %q", first)
	}
	if n := len(m.history.Moments(meetingID)); n != moments {
		t.Errorf("%d states, %d before", n, moments)
	}
	if rows, _ := timeline.Fold(entries, timeline.PeopleTopic, 0, 100); len(rows) > 4 {
		t.Errorf("%d rows", len(rows))
	}
}
