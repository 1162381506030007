package conference

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// The agenda must hold exactly the meetings that are due at some time, each knowing its place, the earliest first: a
// meeting that is missing would never become stale.
func TestTheAgendaHoldsEveryMeetingThatIsDue(t *testing.T) {
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 2))
		now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		registry := NewRegistry(Policy{Heartbeat: time.Minute, KeepEnded: 2 * time.Minute, EndingSoon: time.Minute})
		for step := range 500 {
			now = now.Add(time.Duration(r.IntN(20)) * time.Second)
			about := About{ConfID: ConfID(fmt.Sprint(r.IntN(12))), At: now}
			switch n := r.IntN(10); {
			case n < 3:
				registry.Apply(WatchMessage{About: about})
			case n == 3:
				registry.Apply(UnwatchMessage{About: about})
			case n == 4:
				m := StatusMessage{About: about, Envelope: Envelope{Type: StatusType, Version: FullVersion(now.UnixMilli()), CreateTime: now}}
				m.Status.Set(EndTime, Value{Presence: Known, Int: now.Add(time.Duration(r.IntN(300)) * time.Second).UnixMilli()})
				registry.Apply(m)
			case n == 5:
				registry.passTo(now)
			default:
				registry.Apply(LinkMessage{About: about, Event: LinkEvent(1 + r.IntN(6))})
			}
			checkAgenda(t, registry, now)
			if t.Failed() {
				t.Fatalf("seed %d, step %d", seed, step)
			}
		}
	}
}

func checkAgenda(t *testing.T, r *Registry, now time.Time) {
	t.Helper()
	scheduled := 0
	for id, held := range r.meetings {
		if held.state == nil || held.state.ConfID != id {
			t.Errorf("meeting %s holds %v", id, held.state)
			continue
		}
		if held.due.IsZero() {
			if due := dueOf(held.state, now, r.policy); !due.IsZero() {
				t.Errorf("meeting %s is due at %s and not in the agenda", id, due)
			}
			continue
		}
		scheduled++
		if held.place >= len(r.agenda) || r.agenda[held.place] != held {
			t.Errorf("meeting %s is not at its place %d", id, held.place)
		}
		if due := dueOf(held.state, now, r.policy); !due.IsZero() && due.After(now) && due.Before(held.due) {
			t.Errorf("meeting %s is looked at on %s, but due on %s", id, held.due, due)
		}
	}
	if scheduled != len(r.agenda) {
		t.Errorf("%d in the agenda, %d of the meetings", len(r.agenda), scheduled)
	}
	for i := range r.agenda {
		if r.agenda[i].due.Before(r.agenda[0].due) {
			t.Error("the first in the agenda is not the earliest")
		}
	}
}

func dueOf(s *State, now time.Time, p Policy) time.Time {
	_, _, due := Due(s, now, p)
	return due
}
