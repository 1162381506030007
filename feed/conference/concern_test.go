package conference_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
)

// ruled finds a condition while the meeting is unlocked, another while it is recorded.
type ruled struct{ after time.Duration }

var unlockedCause, recordedCause = conference.Cause{Rule: conference.Drift, Field: conference.Lock}, conference.Cause{Rule: conference.Drift, Field: conference.RecState}

func (r ruled) Conditions(s *conference.State) (all []conference.Condition) {
	if n, ok := s.Status.Int(conference.Lock); ok && n == 0 {
		all = append(all, conference.Condition{Cause: unlockedCause, Weight: conference.Noteworthy, After: r.after})
	}
	if n, ok := s.Status.Int(conference.RecState); ok && n == 1 {
		all = append(all, conference.Condition{Cause: recordedCause, Weight: conference.Urgent})
	}
	return all
}

func (r ruled) Watches(c conference.Cause) bool { return c == unlockedCause || c == recordedCause }

// judged is a meeting, connected, that is judged by ruled.
func judged(t *testing.T, after time.Duration) *board {
	b := connected(t)
	b.policy.Rules = ruled{after}
	return b
}

func TestAConcernCountsOnceItHasLasted(t *testing.T) {
	b := judged(t, 10*second)
	unlocked, locked := number(conference.Lock, 0), number(conference.Lock, 1)
	change, _ := b.apply(full(1*second, unlocked))
	if change.Has(conference.PartConcerns) || b.state.Weight() != conference.Unimportant {
		t.Errorf("at once: %v, %+v", parts(change), b.state.Concerns)
	}
	change, due := b.pass(5 * second)
	if want := start.Add(11 * second); !change.Empty() || !due.Equal(want) {
		t.Errorf("changed %v, due %s", parts(change), due.Sub(start))
	}
	b.apply(incremental(1, 6*second, number(conference.Mute, 1))) // other messages do not start it over
	if change, _ = b.pass(11 * second); !change.Has(conference.PartConcerns) || b.state.Weight() != conference.Noteworthy {
		t.Errorf("after its time: %v, %+v", parts(change), b.state.Concerns)
	}
	if c := b.state.Concerns[0]; !c.Since.Equal(start.Add(1 * second)) {
		t.Errorf("since %s", c.Since.Sub(start))
	}
	if change, _ = b.apply(incremental(2, 12*second, locked)); !change.Has(conference.PartConcerns) || len(b.state.Concerns) != 0 {
		t.Errorf("mended: %v, %+v", parts(change), b.state.Concerns)
	}
	b.apply(incremental(3, 13*second, unlocked))
	b.apply(incremental(4, 14*second, locked))
	b.apply(incremental(5, 15*second, unlocked))
	if change, _ = b.pass(24 * second); change.Has(conference.PartConcerns) {
		t.Error("a condition that came and went counts from its first time")
	}
}

func TestConcernsStayAsTheyWereKnownWhileTheLinkIsNotLive(t *testing.T) {
	b := judged(t, 10*second)
	b.apply(full(1*second, number(conference.Lock, 0), number(conference.RecState, 1)))
	b.apply(link(2*second, conference.LinkDown))
	if b.pass(20 * second); b.state.Weight() != conference.Urgent || b.state.Concerns[0].Active {
		t.Errorf("stale: %+v", b.state.Concerns)
	}
	b.apply(link(21*second, conference.LinkUp))
	if b.apply(full(22*second, number(conference.Lock, 0))); len(b.state.Concerns) != 1 || !b.state.Concerns[0].Active {
		t.Errorf("live again: %+v", b.state.Concerns)
	}
	if b.apply(incremental(1, 23*second, destroyed)); len(b.state.Concerns) != 0 {
		t.Errorf("ended: %+v", b.state.Concerns)
	}
}

func TestAConditionThatANewPolicyFindsIsRememberedUntilItCounts(t *testing.T) {
	b := connected(t)
	b.apply(full(1*second, number(conference.Lock, 0)))
	b.policy.Rules = ruled{10 * second}
	b.pass(2 * second)
	if b.pass(12 * second); b.state.Weight() != conference.Noteworthy {
		t.Errorf("%+v", b.state.Concerns)
	}
}

func TestAnotherPolicyJudgesEveryMeetingAnew(t *testing.T) {
	r := conference.NewRegistry(conference.DefaultPolicy)
	for _, m := range []conference.Message{conference.WatchMessage{About: about(0)}, link(0, conference.LinkUp), full(1*second, number(conference.RecState, 1))} {
		r.Apply(m)
	}
	var told []string
	_, cancel := r.Observe(func(c conference.Change) { told = append(told, parts(c)...) })
	defer cancel()
	p := conference.DefaultPolicy
	p.Rules = ruled{}
	r.SetPolicy(p, about(2*second).At)
	if next := r.Pass(about(2 * second).At); !next.IsZero() && !next.After(about(2*second).At) {
		t.Errorf("due at once again")
	}
	if s := r.Get(about(0).ConfID); s.Weight() != conference.Urgent || !slices.Equal(told, []string{"concerns", "policy"}) {
		t.Errorf("weight %d, told %v", s.Weight(), told)
	}
}

// blind watches nothing.
type blind struct{}

func (blind) Conditions(*conference.State) []conference.Condition { return nil }
func (blind) Watches(conference.Cause) bool                       { return false }

func TestAConcernThatNobodyAsksAboutAnyMoreEndsAlsoWhileTheLinkIsLost(t *testing.T) {
	b := judged(t, 0)
	b.apply(full(1*second, number(conference.Lock, 0)))
	b.apply(link(2*second, conference.LinkDown))
	if b.pass(3 * second); len(b.state.Concerns) != 1 {
		t.Fatalf("while it is watched for: %+v", b.state.Concerns)
	}
	b.policy.Rules = blind{}
	change, _ := b.pass(4 * second)
	if len(b.state.Concerns) != 0 || !change.Has(conference.PartConcerns) {
		t.Errorf("%+v, told %v", b.state.Concerns, parts(change))
	}
}

// Many meetings are judged while messages come, meetings are added and leave, and others set a policy too.
func TestAnotherPolicyHoldsUpNobody(t *testing.T) {
	r := conference.NewRegistry(conference.DefaultPolicy)
	const meetings = 300
	for i := range meetings {
		r.Apply(conference.WatchMessage{About: conference.About{ConfID: conference.ConfID(fmt.Sprint(i)), At: start}})
	}
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			p := conference.DefaultPolicy
			p.Rules = ruled{time.Duration(n)}
			r.SetPolicy(p, start.Add(time.Second))
		})
		wg.Go(func() {
			for i := range meetings {
				at := conference.About{ConfID: conference.ConfID(fmt.Sprint(n*meetings/2 + i)), At: start.Add(time.Second)}
				if n == 0 {
					r.Apply(conference.UnwatchMessage{About: at})
				} else {
					r.Apply(conference.WatchMessage{About: at})
				}
			}
		})
	}
	wg.Wait()
	if _, is := r.Policy().Rules.(ruled); !is || len(r.All()) < meetings {
		t.Errorf("policy %v, %d meetings", r.Policy(), len(r.All()))
	}
}
