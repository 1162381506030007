package conference_test

import (
	"testing"
	"time"

	"confboard/feed/conference"
)

var (
	created   = word(conference.MeetingState, conference.StateCreated)
	destroyed = word(conference.MeetingState, conference.StateDestroyed)
)

func TestAMeetingEndsAndBeginsAgain(t *testing.T) {
	running := []conference.Message{link(0, conference.LinkUp), full(1*second, created)}
	after := func(more ...conference.Message) []conference.Message { return append(running[:2:2], more...) }
	tests := []struct {
		name       string
		messages   []conference.Message
		ended      bool
		occurrence int
	}{
		{"in progress", running, false, 1},
		{"Destroyed ends it", after(incremental(1, 2*second, destroyed)), true, 1},
		{"Destroyed in a full message ends it", after(full(2*second, destroyed)), true, 1},
		{"the cloud's answer that it has ended ends it", after(link(2*second, conference.LinkEnded)), true, 1},
		{"a closed connection alone does not", after(link(2*second, conference.LinkDown)), false, 1},
		{"Destroyed before the last full message does not", after(incremental(1, 0, destroyed)), false, 1},
		{"messages after the end leave it ended", after(incremental(1, 2*second, destroyed), incremental(2, 3*second, number(conference.RecState, 0))), true, 1},
		{"the connection closed after the end leaves it ended", after(incremental(1, 2*second, destroyed), link(3*second, conference.LinkDown)), true, 1},
		{"the end told twice is one end", after(incremental(1, 2*second, destroyed), link(3*second, conference.LinkEnded)), true, 1},
		{"Created after Destroyed is a new occurrence", after(incremental(1, 2*second, destroyed), incremental(2, 3*second, created)), false, 2},
		{"Created on a new connection is a new occurrence", after(link(2*second, conference.LinkEnded), link(3*second, conference.LinkUp), full(4*second, created)), false, 2},
		{"Created again and again is one occurrence", after(incremental(1, 2*second, destroyed), incremental(2, 3*second, created), full(4*second, created), incremental(1, 5*second, created)), false, 2},
		{"a new connection whose status is still Destroyed is no new occurrence", after(incremental(1, 2*second, destroyed), link(3*second, conference.LinkUp), full(4*second, destroyed)), true, 1},
		{"Schedule after the end is not yet a new occurrence", after(incremental(1, 2*second, destroyed), link(3*second, conference.LinkUp), full(4*second, word(conference.MeetingState, conference.StateSchedule))), false, 1},
		{"and then Created is one", after(incremental(1, 2*second, destroyed), link(3*second, conference.LinkUp), full(4*second, word(conference.MeetingState, conference.StateSchedule)), incremental(1, 5*second, created)), false, 2},
		{"three occurrences", after(incremental(1, 2*second, destroyed), incremental(2, 3*second, created), incremental(3, 4*second, destroyed), incremental(4, 5*second, created)), false, 3},
		{"Created after a lost connection is the same occurrence", after(link(2*second, conference.LinkDown), link(3*second, conference.LinkUp), full(4*second, created)), false, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := watched(t)
			for _, m := range tt.messages {
				b.apply(m)
			}
			if b.state.Ended() != tt.ended || b.state.Occurrence != tt.occurrence {
				t.Errorf("ended %t, occurrence %d", b.state.Ended(), b.state.Occurrence)
			}
			if over := b.state.Link.State == conference.Over; over != tt.ended {
				t.Errorf("the link is %s", b.state.Link.State)
			}
		})
	}
}

func TestAnEndAndANewOccurrenceAreChanges(t *testing.T) {
	b := connected(t)
	b.apply(full(1*second, created))
	change, _ := b.apply(incremental(1, 2*second, destroyed))
	wantParts(t, change, "state=Created>Destroyed", "link=live>ended", "envelope", "counts", "occurrence")
	change, _ = b.apply(incremental(2, 3*second, created))
	wantParts(t, change, "state=Destroyed>Created", "link=ended>live", "envelope", "counts", "occurrence")
}

func TestAnEndedMeetingStaysOnTheBoardForAsLongAsThePolicySays(t *testing.T) {
	for _, keep := range []time.Duration{30 * minute, 1 * second, 0} {
		t.Run(keep.String(), func(t *testing.T) {
			b := connected(t)
			b.policy.KeepEnded = keep
			b.apply(full(1*second, created))
			b.apply(incremental(1, 10*second, destroyed))
			if b.state == nil {
				t.Fatal("left the board before the clock said so")
			}
			if keep > 0 {
				_, due := b.pass(10*second + keep - tick)
				if want := start.Add(10*second + keep); b.state == nil || !due.Equal(want) {
					t.Fatalf("due %s, want %s", due, want)
				}
			}
			change, due := b.pass(10*second + keep)
			if b.state != nil || !due.IsZero() {
				t.Errorf("still on the board, due %s", due)
			}
			wantParts(t, change, "board")
			if change.Before == nil || change.After != nil {
				t.Error("the change does not say that it left")
			}
		})
	}
}

func TestTheEndIsCountedFromWhenItWasFirstLearnt(t *testing.T) {
	b := connected(t)
	b.apply(incremental(1, 10*second, destroyed))
	b.apply(link(40*second, conference.LinkEnded))
	if want := start.Add(10 * second); !b.state.EndedAt.Equal(want) {
		t.Errorf("ended at %s", b.state.EndedAt.Sub(start))
	}
}

func TestThePlannedEndIsComparedWithTheClock(t *testing.T) {
	const end = 60 * minute
	ended := link(2*second, conference.LinkEnded)
	tests := []struct {
		name             string
		messages         []conference.Message
		at               time.Duration
		soon, over       bool
		near             bool
		due              time.Duration
		echoBeforeAsking bool
	}{
		{"long before", []conference.Message{full(1*second, plannedEnd(end))}, 2 * second, false, false, false, stale, false},
		{"just before it is near", []conference.Message{full(1*second, plannedEnd(end))}, end - 10*minute - tick, false, false, false, end - 10*minute, true},
		{"ten minutes before", []conference.Message{full(1*second, plannedEnd(end))}, end - 10*minute, false, false, true, 0, true},
		{"just before it is soon", []conference.Message{full(1*second, plannedEnd(end))}, end - 5*minute - tick, false, false, true, end - 5*minute, true},
		{"five minutes before", []conference.Message{full(1*second, plannedEnd(end))}, end - 5*minute, true, false, true, 0, true},
		{"just before the end", []conference.Message{full(1*second, plannedEnd(end))}, end - tick, true, false, true, end, true},
		{"at the end", []conference.Message{full(1*second, plannedEnd(end))}, end, false, true, false, 0, true},
		{"prolonged", []conference.Message{full(1*second, plannedEnd(end)), incremental(1, 2*second, plannedEnd(2*end))}, end, false, false, false, 0, true},
		{"the planned end taken back", []conference.Message{full(1*second, plannedEnd(end)), incremental(1, 2*second, null(conference.EndTime))}, end, false, false, false, 0, true},
		{"zero means that none is planned", []conference.Message{full(1*second, number(conference.EndTime, 0))}, end, false, false, false, 0, true},
		{"an ended meeting does not overrun", []conference.Message{full(1*second, plannedEnd(3*minute)), ended}, 4 * minute, false, false, false, 2*second + 30*minute, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := connected(t)
			for _, m := range tt.messages {
				b.apply(m)
			}
			if tt.echoBeforeAsking { // so that the link is not what is due next
				b.apply(link(tt.at-1*second, conference.LinkEcho))
			}
			_, due := b.pass(tt.at)
			if b.state.EndingSoon != tt.soon || b.state.NearEnd != tt.near || b.state.Overrun != tt.over {
				t.Errorf("ending soon %t, near the end %t, overrun %t", b.state.EndingSoon, b.state.NearEnd, b.state.Overrun)
			}
			if tt.due != 0 && !due.Equal(start.Add(tt.due)) {
				t.Errorf("due %s after the start, want %s", due.Sub(start), tt.due)
			}
		})
	}
}

func TestEndingSoonAndOverrunAreChangesOfTheClock(t *testing.T) {
	b := connected(t)
	b.apply(full(1*second, plannedEnd(60*minute)))
	for _, s := range []struct {
		at    time.Duration
		parts []string
	}{
		{49 * minute, nil}, {50 * minute, []string{"clock"}}, {54 * minute, nil}, {55 * minute, []string{"clock"}}, {56 * minute, nil}, {60 * minute, []string{"clock"}}, {61 * minute, nil},
	} {
		b.apply(link(s.at-1*second, conference.LinkEcho))
		change, _ := b.pass(s.at)
		wantParts(t, change, s.parts...)
	}
	change, _ := b.apply(incremental(1, 62*minute, plannedEnd(90*minute)))
	wantParts(t, change, "endTime="+said(known(start.Add(60*minute).UnixMilli()))+">"+said(known(start.Add(90*minute).UnixMilli())), "envelope", "counts", "clock")
}

func TestAStateThatTimeDoesNotChangeIsReturnedAsItIs(t *testing.T) {
	b := connected(t)
	b.apply(full(1 * second))
	before := b.state
	change, _ := b.pass(2 * second)
	if b.state != before || !change.Empty() {
		t.Errorf("changed %q", parts(change))
	}
}
