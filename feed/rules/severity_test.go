package rules_test

import (
	"testing"

	"confboard/feed/conference"
	"confboard/feed/rules"
)

func TestJudge(t *testing.T) {
	state := func(link conference.LinkState, meeting string, overrun bool) *conference.State {
		s := &conference.State{Link: conference.Link{State: link}, Overrun: overrun}
		s.Concerns = concernsOf(rules.Default().Conditions(s))
		s.Status.Set(conference.MeetingState, conference.Value{Presence: conference.Known, Text: meeting})
		return s
	}
	for _, k := range []struct {
		name   string
		given  *conference.State
		expect rules.Severity
	}{
		{"a live meeting in progress is healthy", state(conference.Live, conference.StateCreated, false), rules.Healthy},
		{"a live meeting that has not started is scheduled", state(conference.Live, conference.StateSchedule, false), rules.Scheduled},
		{"an unknown state is not a problem", state(conference.Live, "Paused", false), rules.Healthy},
		{"a meeting over its planned end needs a look", state(conference.Live, conference.StateCreated, true), rules.Attention},
		{"stale data is never healthy", state(conference.Stale, conference.StateCreated, false), rules.Attention},
		{"a lost link is no data, whatever the meeting's state was", state(conference.Lost, conference.StateCreated, true), rules.NoData},
		{"a refusal needs a look", state(conference.Refusing, "", false), rules.Attention},
		{"waiting for the start is scheduled", state(conference.Waiting, "", false), rules.Scheduled},
		{"connecting for the first time is pending", state(conference.Connecting, "", false), rules.Pending},
		{"an ended meeting is ended", state(conference.Over, conference.StateDestroyed, false), rules.Ended},
	} {
		t.Run(k.name, func(t *testing.T) {
			if got := rules.Judge(k.given); got != k.expect {
				t.Errorf("%s, want %s", got, k.expect)
			}
		})
	}
}

// concernsOf makes concerns that have lasted long enough.
func concernsOf(conditions []conference.Condition) (all []conference.Concern) {
	for _, c := range conditions {
		all = append(all, conference.Concern{Condition: c, Active: true})
	}
	return all
}

func TestProblemsAreTheWorstClasses(t *testing.T) {
	for _, s := range rules.Severities() {
		want := s == rules.Critical || s == rules.NoData || s == rules.Attention
		if s.Problem() != want {
			t.Errorf("%s: problem %v, want %v", s, s.Problem(), want)
		}
	}
}
