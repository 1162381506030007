package e2e

import (
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"confboard/e2e/crowd"
	"confboard/feed/simulator"
)

// What BenchmarkSlowViewers measures with: viewers who read, those who never do, and those who read a byte a second.
const (
	slowHealthy = 4000
	slowNever   = 500
	slowTrickle = 500
	slowRounds  = 5
	slowChanges = 20 // in a round
	slowPace    = 250 * time.Millisecond
)

// BenchmarkSlowViewers tells what viewers who do not read cost the others: the delay from a change in the cloud to each of 4,000 viewers,
// with 1,000 more of whom half never read and half read a byte a second, against without them, in turns. Those are cut, and come back.
func BenchmarkSlowViewers(b *testing.B) {
	binary := filepath.Join(b.TempDir(), "confboard")
	if out, err := exec.Command("go", "build", "-trimpath", "-o", binary, "confboard").CombinedOutput(); err != nil {
		b.Fatalf("build the program: %v\n%s", err, out)
	}
	cloud := simulator.New(simulator.Config{SilenceLimit: time.Hour})
	if _, err := cloud.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cloud.Close() })
	m := cloud.Add(simulator.MeetingConfig{ConfID: boardID, HostPassword: scalePassword, Title: "Board"})
	m.Start()
	for b.Loop() {
		s := settings{heartbeat: steady, meetings: watching(m), further: map[string]any{"log": map[string]any{"level": "warn"}}}
		board := &board{t: b, binary: binary, args: []string{"serve", "--config", s.writeFor(b, cloud.URL())}}
		board.run()
		board.waitLink(boardID, "live")

		var mu sync.Mutex
		var delays []time.Duration
		var changed atomic.Int64 // when the last change was, in ns since 1970; 0: what comes is not measured
		join := func(o crowd.Options) *crowd.Crowd {
			o.Address, o.Path, o.Back, o.MayEnd = board.address(), "/m/"+boardID+"/events", crowd.Browser, true
			c, err := crowd.Open(b.Context(), o)
			if err != nil {
				b.Fatal(err)
			}
			return c
		}
		healthy := join(crowd.Options{N: slowHealthy, Received: func(_ int, at time.Time, e crowd.Event) {
			if since := changed.Load(); since > 0 && len(e.Name) == 0 {
				mu.Lock()
				delays = append(delays, time.Duration(at.UnixNano()-since))
				mu.Unlock()
			}
		}})
		n := 0
		round := func() (p99 float64) {
			delays = make([]time.Duration, 0, slowHealthy*slowChanges)
			for range slowChanges {
				n++
				changed.Store(time.Now().UnixNano())
				m.Set(map[string]any{"lock": n % 2})
				time.Sleep(slowPace)
			}
			changed.Store(0)
			mu.Lock()
			defer mu.Unlock()
			if len(delays) == 0 { // a machine that is busy with others joins some changes
				b.Fatal("nobody was told of anything")
			}
			slices.Sort(delays)
			return float64(delays[len(delays)*99/100]) / float64(time.Millisecond)
		}
		round() // the first one warms up
		var without, with, ratios []float64
		for range slowRounds {
			a := round()
			never := join(crowd.Options{N: slowNever, Reads: crowd.Never, ReadBuffer: 4 << 10})
			trickle := join(crowd.Options{N: slowTrickle, Reads: crowd.Slowly(1), ReadBuffer: 4 << 10})
			round() // until they have come, and the first of them are cut
			w := round()
			never.Close()
			trickle.Close()
			time.Sleep(time.Second)
			without, with, ratios = append(without, a), append(with, w), append(ratios, w/a)
		}
		b.ReportMetric(middleOf(without), "ms-p99/without")
		b.ReportMetric(middleOf(with), "ms-p99/with")
		b.ReportMetric(middleOf(ratios), "x-p99")
		b.ReportMetric(board.metric("confboard_cuts_total"), "cuts")
		healthy.Close()
		board.stop()
	}
}

func middleOf(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}
