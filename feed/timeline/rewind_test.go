package timeline

import (
	"math/rand/v2"
	"testing"
	"time"

	"confboard/feed/conference"
)

// What two know of a meeting, each of whom has some of the moments, is what one would know who has all of them.
func TestWhatTwoKnowOfAnInstantIsOne(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	begin := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for range 2000 {
		var all, a, b []Moment
		at := begin
		for n := range 1 + random.IntN(8) {
			at = at.Add(time.Duration(random.IntN(3)) * time.Millisecond)
			m := Moment{Seq: uint64(n + 1), Received: at, State: &conference.State{ConfID: "1"}}
			which := random.IntN(3)
			if which != 0 {
				a = append(a, m)
			}
			if which != 1 {
				b = append(b, m)
			}
			all = append(all, m)
		}
		instant := begin.Add(time.Duration(random.IntN(20)-2) * time.Millisecond)
		if random.IntN(5) == 0 {
			instant = time.Time{}
		}
		want := Rewind(all, nil, instant)
		for _, got := range []Rewound{Rewind(a, nil, instant).Join(Rewind(b, nil, instant)), Rewind(b, nil, instant).Join(Rewind(a, nil, instant))} {
			if !same(got.Moment.Received, want.Moment.Received) || got.Known() != want.Known() {
				t.Fatalf("at %s of %v: the moment of %s, want %s", instant, all, got.Moment.Received, want.Moment.Received)
			}
			if !got.First.Equal(want.First) || !got.Last.Equal(want.Last) || !got.Previous.Equal(want.Previous) || !got.Next.Equal(want.Next) {
				t.Fatalf("at %s of %v and %v: %+v, want %+v", instant, a, b, got, want)
			}
		}
	}
}

func TestEntriesAfterTheLastStateAreCounted(t *testing.T) {
	begin := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	var entries []Entry
	for n := range 4 {
		entries = append(entries, Entry{Seq: uint64(n + 1), Received: begin.Add(time.Duration(n) * time.Second)})
	}
	moments := []Moment{{Seq: 1, Received: begin, State: &conference.State{}}}
	for after, want := range map[time.Duration]int{0: 0, time.Second: 1, time.Minute: 3} {
		if r := Rewind(moments, entries, begin.Add(after)); r.Missing != want {
			t.Errorf("%s after: %d are missing, want %d", after, r.Missing, want)
		}
	}
	if r := Rewind(moments, entries, begin.Add(-time.Second)); r.Known() || !r.First.Equal(begin) {
		t.Errorf("before the first: %+v", r)
	}
	if r := Rewind(nil, entries, begin); r != (Rewound{}) {
		t.Errorf("without states: %+v", r)
	}
}
