package e2e

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// The board at the size for which it is made, and what a meeting may cost it, the board's own share included.
const (
	scaleSize         = 2000 // meetings, of ten participants each
	mostGoroutines    = 3
	mostBytes         = 72 << 10 // of heap in use and stacks, timelines apart
	scalePace         = 2000     // calls a minute of the run that is paced
	attemptsPerSecond = 50       // the board's own bound, which no setting lifts
	scaleRest         = 20 * time.Second
)

// BenchmarkScale tells what a board with 2,000 meetings costs, from a cloud in a process of its own and over TLS, as in earnest: the time
// until all are live, the memory and the goroutines of a meeting, and the processor's time while nothing happens and while every
// meeting changes once a second. It fails when a meeting costs more than it may.
func BenchmarkScale(b *testing.B) {
	binary := filepath.Join(b.TempDir(), "confboard")
	if out, err := exec.Command("go", "build", "-trimpath", "-o", binary, "confboard").CombinedOutput(); err != nil {
		b.Fatalf("build the program: %v\n%s", err, out)
	}
	cloud := startScaleCloud(b, scaleSize)
	b.Run("unpaced", func(b *testing.B) {
		for b.Loop() {
			board := startScaled(b, binary, cloud, scaleSize, 0)
			b.ReportMetric(board.untilLive(scaleSize).Seconds(), "s/all-live")
			b.ReportMetric(float64(scaleSize)/attemptsPerSecond, "s/ideal")
			board.cpuOver(scaleRest) // until what the start has left is collected
			b.ReportMetric(board.cpuOver(scaleRest), "%cpu/idle")
			goroutines := board.metrics()["go_goroutines"] / scaleSize
			b.ReportMetric(goroutines, "goroutines/meeting")
			if goroutines > mostGoroutines {
				b.Errorf("%.2f goroutines a meeting, the most is %d", goroutines, mostGoroutines)
			}

			cloud.order(b, orderChanges)
			applied, began := board.applied(), time.Now()
			b.ReportMetric(board.cpuOver(scaleRest), "%cpu/changing")
			rate := (board.applied() - applied) / time.Since(began).Seconds() / scaleSize
			b.ReportMetric(rate, "changes/s/meeting")
			if rate < 0.9 {
				b.Errorf("%.2f changes a second of each meeting were applied, want 1", rate)
			}
			cloud.order(b, orderRest)
			board.stop()
		}
	})
	b.Run("paced", func(b *testing.B) {
		for b.Loop() {
			board := startScaled(b, binary, cloud, scaleSize, scalePace)
			took, ideal := board.untilLive(scaleSize), time.Duration(scaleSize)*time.Minute/scalePace
			b.ReportMetric(took.Seconds(), "s/all-live")
			b.ReportMetric(ideal.Seconds(), "s/ideal")
			b.ReportMetric(took.Seconds()/ideal.Seconds(), "x-ideal")
			held := board.server.held(b) / scaleSize // which also collects what the start has left
			b.ReportMetric(held, "B-held/meeting")
			if held > mostBytes {
				b.Errorf("%.0f bytes a meeting, the most is %d", held, mostBytes)
			}
			b.ReportMetric(board.metrics()["process_resident_memory_bytes"]/scaleSize, "B-resident/meeting")
			board.stop()
		}
	})
}

// scaled is a board that is measured.
type scaled struct {
	*board
	server process
	began  time.Time
}

// startScaled starts a board that watches so many meetings, with so many calls a minute; 0 is any number.
func startScaled(b *testing.B, binary string, cloud scaleCloud, meetings, callsPerMinute int) scaled {
	b.Helper()
	s := settings{heartbeat: steady, further: map[string]any{"log": map[string]any{"level": "warn"}, "debug": map[string]any{"listen": "127.0.0.1:0"},
		"cloud": map[string]any{"callsPerMinute": callsPerMinute}}}
	if callsPerMinute > 0 { // this one is weighed: timelines take what they may, whatever the meetings
		s.further["history"] = map[string]any{"memory": "1MB"}
	}
	for i := range meetings {
		s.meetings = append(s.meetings, watched{ConfID: scaleID(i), HostPassword: scalePassword})
	}
	started := &board{t: b, binary: binary, args: []string{"serve", "--config", s.writeFor(b, cloud.url)}, environ: []string{"SSL_CERT_FILE=" + cloud.certificate}}
	began := time.Now()
	started.run()
	return scaled{started, process{pid: started.cmd.Process.Pid, url: started.url, debug: profilesOf(started)}, began}
}

// untilLive waits until all meetings are live, and tells how long that took since the start.
func (s scaled) untilLive(meetings int) time.Duration {
	s.t.Helper()
	const tooLong = 5 * time.Minute
	for {
		live := s.metrics()["confboard_meetings live"]
		took := time.Since(s.began)
		if int(live) == meetings {
			return took
		}
		if took > tooLong {
			s.t.Fatalf("%.0f meetings are live, want %d", live, meetings)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// cpuOver is how much of one processor the board uses, in percent, over a time that passes.
func (s scaled) cpuOver(d time.Duration) float64 {
	before, began := s.metrics()["process_cpu_seconds_total"], time.Now()
	time.Sleep(d)
	return 100 * (s.metrics()["process_cpu_seconds_total"] - before) / time.Since(began).Seconds()
}

// held is what the board keeps in heap and stacks, in bytes: the least that is in use while the collector comes by three times, and so
// with as little garbage as there ever is. It needs a board that has something to do.
func (s scaled) held() float64 {
	s.t.Helper()
	const collections, tooLong = "go_gc_duration_seconds", 5 * time.Minute
	first := s.metrics()
	least, began := first["go_memstats_heap_alloc_bytes"]+first["go_memstats_stack_inuse_bytes"], time.Now()
	for {
		now := s.metrics()
		least = min(least, now["go_memstats_heap_alloc_bytes"]+now["go_memstats_stack_inuse_bytes"])
		if now[collections] >= first[collections]+3 {
			return least
		}
		if time.Since(began) > tooLong {
			s.t.Fatal("the collector does not come by")
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// applied is how many frames the board has applied.
func (s scaled) applied() (n float64) {
	s.t.Helper()
	for key, value := range s.metrics() {
		if strings.HasPrefix(key, "confboard_frames_total applied ") {
			n += value
		}
	}
	return n
}

// metrics are the board's gauges and counters by name, and behind a blank the values of their labels; of a summary it is how often.
func (s scaled) metrics() map[string]float64 {
	s.t.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(get(s.t, s.url+"/metrics", "Accept-Encoding", "identity").body))
	if err != nil {
		s.t.Fatal(err)
	}
	values := map[string]float64{}
	for name, family := range families {
		for _, m := range family.Metric {
			key := name
			for _, l := range m.Label {
				key += " " + l.GetValue()
			}
			values[key] = m.GetGauge().GetValue() + m.GetCounter().GetValue() + m.GetUntyped().GetValue() + float64(m.GetSummary().GetSampleCount())
		}
	}
	return values
}
