package handlers

import (
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/templates/text"
)

func wallState(change ...func(*conference.State)) *conference.State {
	s := &conference.State{ConfID: "1", Link: conference.Link{State: conference.Live}}
	for _, f := range change {
		f(s)
	}
	return s
}

// attended tells of participants, as a message does that need not name all.
func attended(people ...*conference.Participant) func(*conference.State) {
	return heard(func(e []conference.ParticipantEntry) conference.Message {
		return conference.ParticipantsMessage{Envelope: conference.Envelope{Type: conference.ParticipantsType, Mode: conference.Incremental}, Entries: e}
	}, people...)
}

// heard applies a message about people, and leaves the link as it was made up.
func heard(message func([]conference.ParticipantEntry) conference.Message, people ...*conference.Participant) func(*conference.State) {
	return func(s *conference.State) {
		var entries []conference.ParticipantEntry
		for _, p := range people {
			entries = append(entries, conference.ParticipantEntry{PID: p.PID, Attributes: p.Attributes})
		}
		s.ParticipantsIntake.HasSequence = false // each is the first
		next, _, _ := conference.Apply(s, message(entries), conference.DefaultPolicy)
		next.Link = s.Link
		*s = *next
	}
}

func flag(f conference.Field, n int64) func(*conference.State) {
	return func(s *conference.State) { s.Status.Set(f, conference.Value{Presence: conference.Known, Int: n}) }
}

func mode(m string) func(*conference.State) {
	return func(s *conference.State) {
		s.Status.Set(conference.StatusMode, conference.Value{Presence: conference.Known, Text: m})
	}
}

func inGroup(name string) func(*conference.State) {
	return func(s *conference.State) { s.Group = name }
}

func link(l conference.LinkState) func(*conference.State) {
	return func(s *conference.State) { s.Link.State = l }
}

func TestATileHasTheThreeMostNotableMarks(t *testing.T) {
	w := words{text: text.For(text.English)}
	overrun := func(s *conference.State) {
		s.Concerns = []conference.Concern{{Active: true, Condition: conference.Condition{Cause: conference.Cause{Rule: conference.Overrunning}, Weight: conference.Noteworthy}}}
	}
	unrecorded := func(s *conference.State) {
		s.Concerns = []conference.Concern{{Active: true, Condition: conference.Condition{Cause: conference.Cause{Rule: conference.Drift, Field: conference.RecState}, Weight: conference.Urgent}}}
	}
	silenced := func(s *conference.State) {
		s.Silences = []conference.Silence{{Cause: conference.Cause{Rule: conference.Overrunning}, By: "Li"}}
	}
	soon := func(s *conference.State) { s.EndingSoon = true }
	for _, k := range []struct {
		name   string
		given  *conference.State
		expect string
	}{
		{"what is as usual has none", wallState(flag(conference.RecState, 0), mode("FREE"), flag(conference.Lock, 0)), ""},
		{"nothing reported has none", wallState(), ""},
		{"recording leads", wallState(flag(conference.Lock, 1), flag(conference.RecState, 1)), "REC, Locked"},
		{"three at most", wallState(flag(conference.RealTimeSubtitle, 2), flag(conference.Mute, 1), flag(conference.ForbiddenChat, 1),
			flag(conference.LockSharing, 1), flag(conference.Lock, 1), mode("BROADCAST"), flag(conference.RecState, 1)), "REC, Broadcasting, Locked"},
		{"why it needs a look comes first", wallState(overrun, flag(conference.RecState, 1), mode("ROLLCALL"), flag(conference.Lock, 1)), "Overrun, REC, Giving the floor"},
		{"a drift says what is", wallState(flag(conference.RecState, 0), unrecorded, flag(conference.Lock, 1)), "Not recording, Locked"},
		{"what somebody has taken note of says so", wallState(overrun, silenced, flag(conference.Lock, 1)), "Overrun, silenced, Locked"},
		{"old data says so first", wallState(link(conference.Stale), flag(conference.RecState, 1)), "Out of date, REC"},
		{"a refusal says so", wallState(link(conference.Refusing)), "Refused"},
		{"an end to come is told", wallState(soon, flag(conference.Lock, 1)), "Ends soon, Locked"},
		{"an unknown value is told", wallState(mode("DANCE")), "Mode: DANCE (unknown value)"},
		{"lost data has no states", wallState(link(conference.Lost), flag(conference.RecState, 1), overrun), ""},
		{"nor has a meeting that ended", wallState(link(conference.Over), flag(conference.RecState, 1)), ""},
	} {
		t.Run(k.name, func(t *testing.T) {
			var said []string
			for _, m := range w.tile(k.given).Marks {
				said = append(said, m.Text)
			}
			if got := strings.Join(said, ", "); got != k.expect {
				t.Errorf("%s, want %s", got, k.expect)
			}
		})
	}
}

func TestATileHasOneNumber(t *testing.T) {
	w := words{text: text.For(text.English)}
	at := time.UnixMilli(1_800_000_000_000).UTC()
	end := func(s *conference.State) {
		s.Status.Set(conference.EndTime, conference.Value{Presence: conference.Known, Int: at.UnixMilli()})
	}
	people := func(s *conference.State) {
		attended(&conference.Participant{PID: "a"}, &conference.Participant{PID: "b"},
			&conference.Participant{PID: "c", Attributes: conference.AttributesOf(map[string]string{conference.AttrState: "1"})})(s)
		s.ParticipantsIntake.HasFull = true
	}
	for _, k := range []struct {
		name   string
		given  *conference.State
		expect string
	}{
		{"the participants in the meeting, not those being called", wallState(end, people), "2 participants"},
		{"nobody is a number too", wallState(end, func(s *conference.State) { s.ParticipantsIntake.HasFull = true }), "0 participants"},
		{"the planned end while they are not known", wallState(end), "planned end " + at.Format("15:04")},
		{"nothing when nothing is known", wallState(), ""},
		{"the planned start before the meeting", wallState(link(conference.Waiting), func(s *conference.State) { s.Basic.ScheduledStart = at }), "planned start " + at.Format("15:04")},
		{"nothing when data is lost", wallState(link(conference.Lost), end, people), ""},
		{"nothing after the end", wallState(link(conference.Over), end, people), ""},
	} {
		t.Run(k.name, func(t *testing.T) {
			n := w.tile(k.given).Number
			got := n.Count + " " + n.Label
			if n.Time.ISO != "" {
				shown, _ := time.Parse(time.RFC3339, n.Time.ISO)
				got = n.Label + " " + shown.Format("15:04")
			}
			if got = strings.TrimSpace(got); got != k.expect {
				t.Errorf("%q, want %q", got, k.expect)
			}
		})
	}
}
