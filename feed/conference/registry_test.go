package conference_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"confboard/feed/conference"
)

func TestTheRegistryKeepsTheStatesAndReturnsThemInOrder(t *testing.T) {
	r := conference.NewRegistry(conference.DefaultPolicy)
	for _, id := range []conference.ConfID{"3", "1", "2"} {
		r.Apply(conference.WatchMessage{About: conference.About{ConfID: id, At: start}})
	}
	r.Apply(conference.UnwatchMessage{About: conference.About{ConfID: "2", At: start}})
	var ids []conference.ConfID
	for _, s := range r.All() {
		ids = append(ids, s.ConfID)
	}
	if !slices.Equal(ids, []conference.ConfID{"1", "3"}) {
		t.Errorf("holds %q", ids)
	}
	if r.Get("1") == nil || r.Get("2") != nil || r.Get("9") != nil {
		t.Error("Get does not find what All lists")
	}
	if got := r.Apply(conference.LinkMessage{About: conference.About{ConfID: "9", At: start}, Event: conference.LinkUp}); got.Fate != conference.NotWatched || len(r.All()) != 2 {
		t.Errorf("a message about an unknown meeting was %s", got.Fate)
	}
	if r.Policy() != conference.DefaultPolicy {
		t.Errorf("judges by %+v", r.Policy())
	}
}

func TestObserversAreToldUntilTheyCancelAndOnlyOfWhatDiffers(t *testing.T) {
	r := conference.NewRegistry(conference.DefaultPolicy)
	var first, second []conference.Change
	_, cancel := r.Observe(func(c conference.Change) { first = append(first, c) })
	r.Apply(conference.WatchMessage{About: about(0)})
	states, _ := r.Observe(func(c conference.Change) { second = append(second, c) })
	if len(states) != 1 || states[0] != r.Get(meetingID) {
		t.Errorf("the second observer was given %v", states)
	}
	r.Apply(conference.WatchMessage{About: about(0)}) // changes nothing
	cancel()
	cancel()
	r.Apply(conference.WatchMessage{About: about(0), Name: "Board"})
	if len(first) != 1 || len(second) != 1 {
		t.Errorf("told %d and %d changes, want 1 and 1", len(first), len(second))
	}
}

// follower follows the meetings of a registry as a topic would: by the states it was given and the changes it was told.
type follower struct {
	mu     sync.Mutex // held from before the registration, so that no change is noted before the states are
	states map[conference.ConfID]*conference.State
	breaks int
}

// follow registers a follower. A change that does not begin where the one before ended is noted as a break: one was
// missed or told twice.
func follow(r *conference.Registry) (f *follower, cancel func()) {
	f = &follower{states: map[conference.ConfID]*conference.State{}}
	f.mu.Lock()
	defer f.mu.Unlock()
	states, cancel := r.Observe(func(c conference.Change) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if revision(f.states[c.ConfID]) != revision(c.Before) {
			f.breaks++
		}
		if f.states[c.ConfID] = c.After; c.After == nil {
			delete(f.states, c.ConfID)
		}
	})
	for _, s := range states {
		f.states[s.ConfID] = s
	}
	return f, cancel
}

// revision tells the states of one meeting apart, if every message that is applied has a sequence of its own.
func revision(s *conference.State) conference.Sequence {
	if s == nil {
		return -1
	}
	return s.StatusIntake.Last.Sequence
}

func TestASnapshotAndTheChangesAfterItHaveNoGapAndNoRepetition(t *testing.T) {
	const meetings, messages, observers = 4, 1000, 6
	r := conference.NewRegistry(conference.DefaultPolicy)
	whole, cancelWhole := follow(r)
	var writers, observing sync.WaitGroup
	written := make(chan struct{})
	for i := range meetings {
		writers.Go(func() {
			for n := range messages {
				m := incremental(conference.Sequence(n+1), time.Duration(n)*second, number(conference.PartViewNum, int64(n)))
				m.ConfID = conference.ConfID(fmt.Sprint(i))
				if n%50 == 0 {
					r.Apply(conference.WatchMessage{About: m.About})
				}
				r.Apply(m)
				if n%70 == 69 {
					r.Apply(conference.UnwatchMessage{About: m.About})
				}
				r.Get(m.ConfID)
			}
		})
	}
	for range observers {
		observing.Go(func() {
			for {
				f, cancel := follow(r)
				for range 30 {
					r.All() // lets the writers have the lock
				}
				cancel()
				if f.breaks > 0 { // no lock: after cancel nothing is told any more
					t.Errorf("%d changes did not begin where the one before ended", f.breaks)
				}
				select {
				case <-written:
					return
				default:
				}
			}
		})
	}
	writers.Wait()
	close(written)
	observing.Wait()
	cancelWhole()
	if whole.breaks > 0 {
		t.Errorf("%d changes did not begin where the one before ended", whole.breaks)
	}
	for _, s := range r.All() {
		if revision(whole.states[s.ConfID]) != revision(s) {
			t.Errorf("meeting %s ended in another state than the changes led to", s.ConfID)
		}
	}
	if got, want := len(whole.states), len(r.All()); got != want {
		t.Errorf("the changes led to %d meetings, there are %d", got, want)
	}
}

// story runs a registry in fake time and notes what the clock and the messages change, each with the time since the start.
func story(t *testing.T, p conference.Policy, play func(r *conference.Registry)) []string {
	t.Helper()
	var told []string
	synctest.Test(t, func(t *testing.T) {
		r := conference.NewRegistry(p)
		begin := time.Now()
		r.Observe(func(c conference.Change) {
			if c.Has(conference.PartLink, conference.PartClock, conference.PartOccurrence, conference.PartBoard) {
				told = append(told, fmt.Sprint(time.Since(begin), " ", c.ConfID, " ", parts(c)))
			}
		})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- r.Run(ctx) }()
		synctest.Wait()
		play(r)
		synctest.Wait()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run returned %v", err)
		}
	})
	return told
}

func nowAbout(id conference.ConfID) conference.About {
	return conference.About{ConfID: id, At: time.Now()}
}

func wantTold(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("told\n%q\nwant\n%q", got, want)
	}
}

func TestTheClockMakesASilentLinkStaleAndThenLost(t *testing.T) {
	told := story(t, conference.DefaultPolicy, func(r *conference.Registry) {
		r.Apply(conference.WatchMessage{About: nowAbout("1")})
		r.Apply(conference.LinkMessage{About: nowAbout("1"), Event: conference.LinkUp})
		m := full(0)
		m.About = nowAbout("1")
		r.Apply(m)
		time.Sleep(60 * time.Second)
		r.Apply(conference.LinkMessage{About: nowAbout("1"), Event: conference.LinkEcho})
		time.Sleep(10 * time.Minute)
	})
	wantTold(t, told, "0s 1 [board]", "0s 1 [link=connecting>live envelope counts]", "2m15s 1 [link=live>stale]", "3m15s 1 [link=stale>lost]")
}

func TestTheClockKeepsManyMeetingsApart(t *testing.T) {
	told := story(t, conference.DefaultPolicy, func(r *conference.Registry) {
		for _, id := range []conference.ConfID{"1", "2", "3", "4"} {
			r.Apply(conference.WatchMessage{About: nowAbout(id)})
			time.Sleep(time.Second)
		}
		r.Apply(conference.LinkMessage{About: nowAbout("2"), Event: conference.LinkUp}) // judged anew from 4 s
		r.Apply(conference.UnwatchMessage{About: nowAbout("3")})
		time.Sleep(10 * time.Minute)
	})
	wantTold(t, told, "0s 1 [board]", "1s 2 [board]", "2s 3 [board]", "3s 4 [board]", "4s 3 [board]",
		"2m15s 1 [link=connecting>lost]", "2m18s 4 [link=connecting>lost]", "2m19s 2 [link=connecting>lost]")
}

func TestTheClockTellsThePlannedEndAndTakesEndedMeetingsOff(t *testing.T) {
	told := story(t, conference.Policy{Heartbeat: time.Hour, KeepEnded: 30 * time.Minute, EndingSoon: 5 * time.Minute}, func(r *conference.Registry) {
		end := time.Now().Add(20 * time.Minute)
		r.Apply(conference.WatchMessage{About: nowAbout("1")})
		r.Apply(conference.LinkMessage{About: nowAbout("1"), Event: conference.LinkUp})
		m := full(0, number(conference.EndTime, end.UnixMilli()))
		m.About = nowAbout("1")
		r.Apply(m)
		time.Sleep(25 * time.Minute)
		r.Apply(conference.LinkMessage{About: nowAbout("1"), Event: conference.LinkEnded})
		time.Sleep(10 * time.Hour)
		if r.Get("1") != nil {
			t.Error("still on the board")
		}
	})
	wantTold(t, told, "0s 1 [board]", "0s 1 [endTime=->"+said(known(time.Date(2000, 1, 1, 0, 20, 0, 0, time.UTC).UnixMilli()))+" link=connecting>live envelope counts]",
		"15m0s 1 [clock]", "20m0s 1 [clock]", "25m0s 1 [link=live>ended connection clock occurrence]", "55m0s 1 [board]")
}

// Of a meeting whose link is not live nobody knows whether it has ended since.
func TestThePlannedEndIsNotJudgedWithoutALiveLink(t *testing.T) {
	told := story(t, conference.Policy{Heartbeat: time.Hour, KeepEnded: 30 * time.Minute, EndingSoon: 5 * time.Minute}, func(r *conference.Registry) {
		r.Apply(conference.WatchMessage{About: nowAbout("1")})
		r.Apply(conference.LinkMessage{About: nowAbout("1"), Event: conference.LinkUp})
		m := full(0, number(conference.EndTime, time.Now().Add(20*time.Minute).UnixMilli()))
		m.About = nowAbout("1")
		r.Apply(m)
		time.Sleep(17 * time.Minute)
		r.Apply(conference.LinkMessage{About: nowAbout("1"), Event: conference.LinkDown, Reason: conference.ReasonClosed})
		time.Sleep(30 * time.Minute)
		if s := r.Get("1"); s.EndingSoon || s.Overrun {
			t.Error("judged by the clock alone")
		}
	})
	wantTold(t, told, "0s 1 [board]", "0s 1 [endTime=->"+said(known(time.Date(2000, 1, 1, 0, 20, 0, 0, time.UTC).UnixMilli()))+" link=connecting>live envelope counts]",
		"15m0s 1 [clock]", "17m0s 1 [link=live>stale connection clock]")
}

func TestWithNothingToKeepAnEndedMeetingLeavesAtOnce(t *testing.T) {
	told := story(t, conference.Policy{Heartbeat: time.Minute}, func(r *conference.Registry) {
		r.Apply(conference.WatchMessage{About: nowAbout("1")})
		time.Sleep(time.Second)
		r.Apply(conference.LinkMessage{About: nowAbout("1"), Event: conference.LinkEnded})
		synctest.Wait()
		if r.Get("1") != nil {
			t.Error("still on the board")
		}
	})
	wantTold(t, told, "0s 1 [board]", "1s 1 [link=connecting>ended occurrence]", "1s 1 [board]")
}

func TestTheClockCatchesUpWithMessagesThatWereReceivedLongAgo(t *testing.T) {
	told := story(t, conference.DefaultPolicy, func(r *conference.Registry) {
		old := conference.About{ConfID: "1", At: time.Now().Add(-time.Hour)}
		r.Apply(conference.WatchMessage{About: old})
		synctest.Wait()
	})
	wantTold(t, told, "0s 1 [board]", "0s 1 [link=connecting>lost]")
}
