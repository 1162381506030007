package conference_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"
	"unsafe"

	"confboard/feed/conference"
)

// set is an instant as it reads after the clock on the wall has been set by so many seconds: its monotonic reading stays. Nothing in
// package time does that but a clock that is set, so it goes by how a Time with such a reading is laid out: the seconds of the wall
// stand above 30 bits of nanoseconds.
func set(t testing.TB, at time.Time, by time.Duration) time.Time {
	t.Helper()
	changed := at
	*(*uint64)(unsafe.Pointer(&changed)) += uint64(by/time.Second) << 30
	if changed.Sub(at) != 0 || changed.Round(0).Sub(at.Round(0)) != by {
		t.Fatalf("%v set by %v is %v", at, by, changed)
	}
	return changed
}

func TestAClockThatIsSetChangesNothingAboutALink(t *testing.T) {
	for _, by := range []time.Duration{time.Hour, -time.Hour} {
		for _, end := range []time.Duration{0, 10 * time.Second, 20 * time.Minute, 2 * time.Hour} { // of the meeting, after the clock was set
			t.Run(fmt.Sprint(by, ", planned end in ", end), func(t *testing.T) {
				began := time.Now()
				at := func(after time.Duration) conference.About {
					return conference.About{ConfID: "900487914", At: began.Add(after)}
				}
				now := func(after time.Duration) time.Time { return set(t, began.Add(after), by) }
				r := conference.NewRegistry(conference.DefaultPolicy)
				r.Apply(conference.WatchMessage{About: at(0)})
				r.Apply(conference.LinkMessage{About: at(0), Event: conference.LinkUp})
				m := conference.StatusMessage{About: at(0), Envelope: conference.Envelope{Type: conference.StatusType, Version: 1}}
				if end > 0 {
					m.Status.Set(conference.EndTime, conference.Value{Presence: conference.Known, Int: now(10*time.Second + end).UnixMilli()})
				}
				r.Apply(m)
				r.Apply(conference.SpeakersMessage{About: conference.About{ConfID: "900487914", At: now(9 * time.Second)}, // has it judged anew
					Envelope: conference.Envelope{Type: conference.SpeakersType, Version: 1}})
				link := func(after time.Duration) conference.LinkState {
					r.Pass(now(after))
					return r.Get("900487914").Link.State
				}
				for _, step := range []struct {
					after time.Duration
					want  conference.LinkState
				}{{10 * time.Second, conference.Live}, {74 * time.Second, conference.Live}, {75 * time.Second, conference.Stale}, {134 * time.Second, conference.Stale}, {135 * time.Second, conference.Lost}} {
					if got := link(step.after); got != step.want {
						t.Errorf("after %s: %s, want %s", step.after, got, step.want)
					}
				}
			})
		}
	}
}

// What somebody planned is of the clock on the wall: when that is set, the board looks again.
func TestAClockThatIsSetBringsThePlannedEndNearer(t *testing.T) {
	var (
		mu    sync.Mutex
		by    time.Duration
		reads int
	)
	now := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		reads++
		return set(t, time.Now(), by)
	}
	r := conference.NewRegistry(conference.DefaultPolicy)
	over := make(chan struct{})
	_, cancel := r.Observe(func(c conference.Change) {
		if c.ConfID == "900487914" && c.After.Overrun && !c.Before.Overrun {
			close(over)
		}
	})
	defer cancel()
	ending := func(id conference.ConfID, in time.Duration) {
		about := conference.About{ConfID: id, At: now()}
		r.Apply(conference.WatchMessage{About: about})
		r.Apply(conference.LinkMessage{About: about, Event: conference.LinkUp})
		m := conference.StatusMessage{About: about, Envelope: conference.Envelope{Type: conference.StatusType, Version: 1}}
		m.Status.Set(conference.EndTime, conference.Value{Presence: conference.Known, Int: about.At.Add(in).UnixMilli()})
		r.Apply(m)
	}
	ending("900487914", 30*time.Minute)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	before := reads
	go func() { done <- r.RunBy(ctx, now) }()
	for running := false; !running; runtime.Gosched() {
		mu.Lock()
		if running = reads > before+1; running { // it has read the clock before and after it began
			by = time.Hour
		}
		mu.Unlock()
	}
	ending("7", 10*time.Millisecond) // wakes it before its time, as there is always some meeting
	<-over
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
