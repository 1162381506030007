package conference_test

import (
	"fmt"
	"testing"
	"time"

	"confboard/feed/conference"
)

// crowded is a meeting of that many participants, each with the attributes of the reference's example.
func crowded(n int) *conference.State {
	var entries []conference.ParticipantEntry
	for i := range n {
		entries = append(entries, joined(fmt.Sprintf("%032d", i), "NAME=Participant "+fmt.Sprint(i), fmt.Sprint("TEL=+9911", i), "ROLE=0", "STATE=0", "HAND=0",
			"BROADCAST=0", "ROLLCALL=0", "SHARE=0", "MUTE=0", "VIDEO=1", fmt.Sprint("ADDTIME=", start.UnixMilli()+int64(i)), "M=1", fmt.Sprint("T=", i)))
	}
	var state *conference.State
	for _, m := range []conference.Message{
		conference.WatchMessage{About: about(0)}, link(0, conference.LinkUp), full(1*second, created), people(1*second, entries...),
	} {
		state, _, _ = conference.Apply(state, m, conference.DefaultPolicy)
	}
	return state
}

// muting are messages by which one participant in the middle of the crowd mutes and unmutes.
func muting(n int) func() conference.Message {
	sequence := conference.Sequence(0)
	pid := fmt.Sprintf("%032d", n/2)
	return func() conference.Message {
		sequence++
		return peopleChange(sequence, 2*second, joined(pid, fmt.Sprint("MUTE=", sequence%2)))
	}
}

// What a change of one participant costs must not grow with what is known of all the others.
func TestOneOfManyWhoMutesCostsACopyOfPointers(t *testing.T) {
	allocations := func(n int) float64 {
		state, next := crowded(n), muting(n)
		return testing.AllocsPerRun(100, func() { state, _, _ = conference.Apply(state, next(), conference.DefaultPolicy) })
	}
	if few, many := allocations(5), allocations(500); many > few+2 {
		t.Errorf("%.0f allocations among 500, %.0f among 5", many, few)
	}
}

func BenchmarkOneOfFiveHundredMutes(b *testing.B) {
	state, next := crowded(500), muting(500)
	b.ReportAllocs()
	for b.Loop() {
		state, _, _ = conference.Apply(state, next(), conference.DefaultPolicy)
	}
}

// BenchmarkSpeakersAmongFiveHundred is the most frequent message: of people it must not even look at the list.
func BenchmarkSpeakersAmongFiveHundred(b *testing.B) {
	state := crowded(500)
	n := time.Duration(0)
	b.ReportAllocs()
	for b.Loop() {
		n++
		state, _, _ = conference.Apply(state, speaking(n*time.Millisecond, speaker("a", int64(n))), conference.DefaultPolicy)
	}
}

func BenchmarkFullListOfFiveHundred(b *testing.B) {
	state := crowded(500)
	var entries []conference.ParticipantEntry
	for _, p := range state.Participants {
		entries = append(entries, conference.ParticipantEntry{PID: p.PID, Attributes: p.Attributes})
	}
	n := time.Duration(0)
	b.ReportAllocs()
	for b.Loop() {
		n++
		state, _, _ = conference.Apply(state, people(2*second+n*time.Millisecond, entries...), conference.DefaultPolicy)
	}
}

// BenchmarkALockBesideUnlistedFields is the change of a field in a meeting of which the cloud tells twenty more than are documented.
func BenchmarkALockBesideUnlistedFields(b *testing.B) {
	told := full(1*second, created)
	told.Status.Unlisted = map[string]string{}
	for i := range 20 {
		told.Status.Unlisted[fmt.Sprint("future", i)] = `"value"`
	}
	var state *conference.State
	for _, m := range []conference.Message{conference.WatchMessage{About: about(0)}, link(0, conference.LinkUp), told} {
		state, _, _ = conference.Apply(state, m, conference.DefaultPolicy)
	}
	sequence := conference.Sequence(0)
	b.ReportAllocs()
	for b.Loop() {
		sequence++
		state, _, _ = conference.Apply(state, incremental(sequence, 2*second, number(conference.Lock, int64(sequence%2))), conference.DefaultPolicy)
	}
}
