package rules_test

import (
	"fmt"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/rules"
)

// crowdedBoard is a registry with so many live meetings, each of which every profile but the last looks at in vain.
func crowdedBoard(meetings int) *conference.Registry {
	r := conference.NewRegistry(rules.Policy())
	for i := range meetings {
		about := conference.About{ConfID: conference.ConfID(fmt.Sprintf("%09d", 900000000+i)), At: time.Now()}
		r.Apply(conference.WatchMessage{About: about, Name: fmt.Sprintf("Weekly review of region %d", i)})
		r.Apply(conference.LinkMessage{About: about, Event: conference.LinkUp})
		m := conference.StatusMessage{About: about, Envelope: conference.Envelope{Type: conference.StatusType, Version: 1}}
		m.Status.Set(conference.MeetingState, conference.Value{Presence: conference.Known, Text: conference.StateCreated})
		m.Status.Set(conference.Lock, conference.Value{Presence: conference.Known})
		r.Apply(m)
	}
	return r
}

// manyProfiles are as many as can be made on the page, with patterns that take long to refuse a title.
func manyProfiles(n int) *rules.Set {
	set := rules.Default()
	for i := range n {
		set.Profiles = append(set.Profiles, rules.Profile{Name: fmt.Sprint("profile ", i), Title: conference.Pattern(fmt.Sprintf("*review*%d*board*", i)), Weight: conference.Urgent,
			Expect: []rules.Expectation{{Field: conference.RecState, Want: conference.Value{Presence: conference.Known, Int: 1}}}})
	}
	set.Profiles = append(set.Profiles, rules.Profile{Name: "all", Weight: conference.Noteworthy,
		Expect: []rules.Expectation{{Field: conference.Lock, Want: conference.Value{Presence: conference.Known, Int: 1}}}})
	return set
}

// BenchmarkSetPolicy changes what is watched in 2,000 meetings, so that each of them differs from then on, or no longer does. longest-ms is
// how long a message had to wait meanwhile at most.
func BenchmarkSetPolicy(b *testing.B) {
	r := crowdedBoard(2000)
	policies := []conference.Policy{rules.Policy(), rules.Policy()}
	policies[1].Rules = manyProfiles(100)
	stop, waited := make(chan struct{}), make(chan time.Duration)
	go func() {
		longest := time.Duration(0)
		for {
			select {
			case <-stop:
				waited <- longest
				return
			default:
			}
			begin := time.Now()
			r.Get("900000000")
			longest = max(longest, time.Since(begin))
			time.Sleep(time.Millisecond)
		}
	}()
	n := 0
	for b.Loop() {
		n++
		r.SetPolicy(policies[n%2], time.Now())
	}
	close(stop)
	b.ReportMetric(float64((<-waited).Microseconds())/1000, "longest-ms")
}

// BenchmarkConditions is what every change of a meeting pays for as many profiles as there can be.
func BenchmarkConditions(b *testing.B) {
	set := manyProfiles(100)
	s := crowdedBoard(1).Get("900000000")
	b.ReportAllocs()
	for b.Loop() {
		set.Conditions(s)
	}
}
