package conference_test

import (
	"slices"
	"testing"
	"time"

	"confboard/feed/conference"
)

func silence(after time.Duration, s conference.Silence) conference.Message {
	s.By, s.At = "Li", start.Add(after)
	return conference.SilenceMessage{About: about(after), Silence: s}
}

func unsilence(after time.Duration, c conference.Cause) conference.Message {
	return conference.UnsilenceMessage{About: about(after), Cause: c, By: "Bo"}
}

func TestSilences(t *testing.T) {
	unlocked, recorded := conference.Silence{Cause: unlockedCause}, conference.Silence{Cause: recordedCause}
	until := func(q conference.Silence, at time.Duration) conference.Silence {
		q.Until = start.Add(at)
		return q
	}
	seen := func(q conference.Silence) conference.Silence {
		q.Seen = true
		return q
	}
	recording := func(seq conference.Sequence, after time.Duration, n int64) conference.Message {
		return incremental(seq, after, number(conference.RecState, n))
	}
	for _, k := range []struct {
		name     string
		messages []conference.Message
		pass     time.Duration
		weight   conference.Weight
		held     int
	}{
		{"of one concern, the other counts", []conference.Message{silence(2*second, until(recorded, 30*second))}, 3 * second, conference.Noteworthy, 1},
		{"of both", []conference.Message{silence(2*second, unlocked), silence(2*second, recorded)}, 3 * second, conference.Unimportant, 2},
		{"of what is not the case", []conference.Message{silence(2*second, conference.Silence{Cause: conference.Cause{Rule: conference.NoHost}})}, 3 * second, conference.Urgent, 0},
		{"until its time", []conference.Message{silence(2*second, until(recorded, 30*second))}, 30 * second, conference.Urgent, 0},
		{"a second one takes the first one's place", []conference.Message{silence(2*second, until(recorded, 30*second)), silence(3*second, until(recorded, 4*second))}, 5 * second, conference.Urgent, 0},
		{"taken back", []conference.Message{silence(2*second, recorded), unsilence(3*second, recordedCause)}, 4 * second, conference.Urgent, 0},
		{"another one taken back", []conference.Message{silence(2*second, recorded), unsilence(3*second, unlockedCause)}, 4 * second, conference.Noteworthy, 1},
		{"it goes and comes back within its time", []conference.Message{silence(2*second, recorded), recording(1, 3*second, 0), recording(2, 4*second, 1)}, 5 * second, conference.Noteworthy, 1},
		{"seen to, and it lasts", []conference.Message{silence(2*second, seen(recorded))}, 30 * second, conference.Noteworthy, 1},
		{"seen to, and it has gone and come back", []conference.Message{silence(2*second, seen(recorded)), recording(1, 13*second, 0), recording(2, 14*second, 1)}, 15 * second, conference.Urgent, 0},
		{"seen to, and it has gone while not everything has been told yet", []conference.Message{silence(2*second, seen(recorded)), recording(1, 3*second, 0)}, 4 * second, conference.Noteworthy, 1},
		{"seen to, and it has gone for good", []conference.Message{silence(2*second, seen(recorded)), recording(1, 3*second, 0)}, 11 * second, conference.Noteworthy, 0},
		{"seen to, and nobody knows whether it has gone", []conference.Message{silence(2*second, seen(recorded)), link(3*second, conference.LinkDown)}, 5 * second, conference.Noteworthy, 1},
		{"the meeting has ended", []conference.Message{silence(2*second, recorded), incremental(1, 3*second, destroyed)}, 4 * second, conference.Unimportant, 0},
		{"the meeting is not in progress any more", []conference.Message{silence(2*second, recorded), link(3*second, conference.LinkWaiting)}, 4 * second, conference.Unimportant, 0},
	} {
		t.Run(k.name, func(t *testing.T) {
			b := judged(t, 0)
			b.apply(full(1*second, number(conference.Lock, 0), number(conference.RecState, 1)))
			for _, m := range k.messages {
				b.apply(m)
			}
			if b.pass(k.pass); b.state.Weight() != k.weight || len(b.state.Silences) != k.held {
				t.Errorf("weight %d, silences %+v", b.state.Weight(), b.state.Silences)
			}
		})
	}
}

func TestWhoeverSilencesWhatIsNotThereIsTold(t *testing.T) {
	b := judged(t, 0)
	b.apply(full(1*second, number(conference.RecState, 1)))
	for _, k := range []struct {
		name    string
		message conference.Message
		want    conference.Fate
	}{
		{"a concern that there is not", silence(2*second, conference.Silence{Cause: unlockedCause}), conference.Moot},
		{"the end of a silence that there is not", unsilence(2*second, recordedCause), conference.Moot},
		{"a concern", silence(2*second, conference.Silence{Cause: recordedCause}), conference.Applied},
		{"its end", unsilence(3*second, recordedCause), conference.Applied},
		{"its end again", unsilence(3*second, recordedCause), conference.Moot},
	} {
		next, change, outcome := conference.Apply(b.state, k.message, b.policy)
		if outcome.Fate != k.want || change.Empty() != (k.want == conference.Moot) {
			t.Errorf("%s: %s, changed %v", k.name, outcome.Fate, parts(change))
		}
		b.state = next
	}
}

func TestAChangeTellsWhichSilencesAreMadeAndEnded(t *testing.T) {
	b := judged(t, 0)
	b.apply(full(1*second, number(conference.Lock, 0), number(conference.RecState, 1)))
	told := func(c conference.Change) (all []string) {
		for _, f := range c.Fields {
			if f.Part == conference.PartSilences {
				said := string(f.Cause.Rule) + " " + f.Cause.Field.WireName()
				for _, v := range []conference.Value{f.Old, f.New} {
					said += map[conference.Presence]string{conference.NotReported: " no", conference.Known: " yes"}[v.Presence]
				}
				all = append(all, said+" "+f.New.Text)
			}
		}
		return all
	}
	for i, k := range []struct {
		message conference.Message
		want    []string
	}{
		{silence(2*second, conference.Silence{Cause: recordedCause, Seen: true}), []string{"drift recState no yes "}},
		{silence(3*second, conference.Silence{Cause: unlockedCause, Until: start.Add(10 * second)}), []string{"drift lock no yes "}},
		{silence(4*second, conference.Silence{Cause: recordedCause}), []string{"drift recState yes yes "}},
		{unsilence(5*second, recordedCause), []string{"drift recState yes no Bo"}},
		{incremental(1, 11*second, number(conference.Mute, 1)), []string{"drift lock yes no "}},
	} {
		if change, _ := b.apply(k.message); !slices.Equal(told(change), k.want) {
			t.Errorf("step %d: %q, want %q", i, told(change), k.want)
		}
	}
}

func TestSilencesOfWhatNoRuleAsksForAnyMoreEnd(t *testing.T) {
	b := judged(t, 0)
	b.apply(full(1*second, number(conference.RecState, 1)))
	b.apply(silence(2*second, conference.Silence{Cause: recordedCause}))
	b.policy.Rules = blind{}
	if b.pass(3 * second); len(b.state.Silences) != 0 {
		t.Errorf("held %+v", b.state.Silences)
	}
}

func TestTheOldestOfTooManySilencesCountsAgain(t *testing.T) {
	b := connected(t)
	b.policy.Rules = crowd{}
	b.apply(full(1*second, number(conference.Lock, 0)))
	for i := range conference.MaxSilences + 1 {
		b.apply(silence(2*second, conference.Silence{Cause: crowdCause(i)}))
	}
	if b.state.Silenced(crowdCause(0)) != nil || b.state.Silenced(crowdCause(1)) == nil || len(b.state.Silences) != conference.MaxSilences {
		t.Errorf("%d silences, from %+v on", len(b.state.Silences), b.state.Silences[0])
	}
}

// crowd finds more than can be silenced.
type crowd struct{}

func crowdCause(i int) conference.Cause {
	return conference.Cause{Rule: conference.Drift, Profile: string(rune('a' + i))}
}

func (crowd) Conditions(*conference.State) (all []conference.Condition) {
	for i := range conference.MaxSilences + 1 {
		all = append(all, conference.Condition{Cause: crowdCause(i), Weight: conference.Noteworthy})
	}
	return all
}

// hosted can also find that there is no host, and never does.
type hosted struct{ ruled }

func (hosted) Watches(conference.Cause) bool { return true }

// After a restart nothing is known of a meeting but its silences; what it tells of itself decides which of them hold.
func TestSilencesAreRecalledWhenTheirMeetingComesBack(t *testing.T) {
	began := start.Add(-time.Hour)
	held := []conference.Silence{
		{Cause: recordedCause, By: "Li", At: start, Began: began},
		{Cause: unlockedCause, By: "Li", At: start, Until: start.Add(5 * second), Began: began},
		{Cause: conference.Cause{Rule: conference.NoHost}, By: "Li", At: start, Seen: true, Began: began},
	}
	basic := func(after time.Duration, begins time.Time) conference.Message {
		return conference.BasicMessage{About: about(after), Envelope: conference.Envelope{Type: conference.BasicType, ConfID: meetingID, Version: 1},
			Basic: conference.BasicInfo{StartTime: begins}}
	}
	for _, k := range []struct {
		name     string
		messages []conference.Message
		held     []conference.Cause
		weight   conference.Weight
	}{
		{"before it is live nothing is known", nil, []conference.Cause{recordedCause, unlockedCause, {Rule: conference.NoHost}}, conference.Unimportant},
		{"the same occurrence", []conference.Message{link(0, conference.LinkUp), basic(1*second, began.Add(10*second)), full(1*second, number(conference.RecState, 1))},
			[]conference.Cause{recordedCause, unlockedCause, {Rule: conference.NoHost}}, conference.Unimportant},
		{"what somebody saw to is not the case any more", []conference.Message{link(0, conference.LinkUp), full(1*second, number(conference.RecState, 1)), link(11*second, conference.LinkEcho)},
			[]conference.Cause{recordedCause}, conference.Unimportant},
		{"the next one", []conference.Message{link(0, conference.LinkUp), basic(1*second, start), full(1*second, number(conference.RecState, 1))}, nil, conference.Urgent},
		{"not told when it began", []conference.Message{link(0, conference.LinkUp), full(1*second, number(conference.RecState, 1), number(conference.Lock, 0))},
			[]conference.Cause{recordedCause, unlockedCause, {Rule: conference.NoHost}}, conference.Unimportant},
		{"later than one of them lasted", []conference.Message{link(0, conference.LinkUp), full(6*second, number(conference.RecState, 1), number(conference.Lock, 0))},
			[]conference.Cause{recordedCause, {Rule: conference.NoHost}}, conference.Noteworthy},
		{"it is not in progress", []conference.Message{link(1*second, conference.LinkWaiting)}, nil, conference.Unimportant},
	} {
		t.Run(k.name, func(t *testing.T) {
			p := conference.DefaultPolicy
			p.Rules = hosted{}
			r := conference.NewRegistry(p)
			var told []conference.Change
			_, cancel := r.Observe(func(c conference.Change) { told = append(told, c) })
			defer cancel()
			r.Recall(map[conference.ConfID][]conference.Silence{meetingID: held})
			for _, m := range append([]conference.Message{conference.WatchMessage{About: about(0)}}, k.messages...) {
				r.Apply(m)
			}
			s := r.Get(meetingID)
			var causes []conference.Cause
			for _, q := range s.Silences {
				causes = append(causes, q.Cause)
			}
			if !slices.Equal(causes, k.held) || s.Weight() != k.weight {
				t.Errorf("weight %d, held %+v", s.Weight(), causes)
			}
			if first := told[0]; first.Before != nil || len(first.After.Silences) != len(held) {
				t.Errorf("came onto the board with %+v", first.After.Silences)
			}
			if _, due := r.Get(meetingID), r.Pass(about(2*second).At); k.messages == nil && !due.Equal(start.Add(5*second)) {
				t.Errorf("due at %s", due.Sub(start))
			}
			r.Apply(conference.UnwatchMessage{About: about(10 * second)})
			if r.Apply(conference.WatchMessage{About: about(11 * second)}); len(r.Get(meetingID).Silences) != 0 {
				t.Error("a meeting that left the board and came back has silences")
			}
		})
	}
}

func (crowd) Watches(conference.Cause) bool { return true }
