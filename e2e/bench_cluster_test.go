package e2e

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"confboard/e2e/crowd"
	"confboard/e2e/engines"
	"confboard/web/store/storetest"
)

// What several boards are measured with.
const (
	severalMeetings = 600
	severalReaders  = 300 // viewers of a meeting's page, each of another meeting
	severalLookers  = 60  // viewers of the overview
	severalPhase    = 15 * time.Second
)

// BenchmarkSeveral tells what one, two and three boards cost that work as one, with a cloud, three NATS servers and a database in processes
// of their own: at rest, while each meeting changes once a second, and with viewers. Beside what was measured it reports how many times
// that is what the capacity model says.
func BenchmarkSeveral(b *testing.B) {
	storetest.Need(b)
	binary := filepath.Join(b.TempDir(), "confboard")
	if out, err := exec.Command("go", "build", "-trimpath", "-o", binary, "confboard").CombinedOutput(); err != nil {
		b.Fatalf("build the program: %v\n%s", err, out)
	}
	nats, err := engines.BuildNATS(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	for n := 1; n <= 3; n++ {
		b.Run(fmt.Sprintf("boards-%d", n), func(b *testing.B) {
			for b.Loop() {
				startWeighed(b, binary, nats, n).weigh()
			}
		})
	}
}

// weighed are boards that are measured, and what they need.
type weighed struct {
	b      *testing.B
	cloud  scaleCloud
	boards []scaled
	nats   []process
}

// startWeighed starts n boards that share the meetings, and waits until they do.
func startWeighed(b *testing.B, binary, natsBinary string, n int) *weighed {
	b.Helper()
	w := &weighed{b: b, cloud: startScaleCloud(b, severalMeetings)}
	servers, err := engines.NewNATS(natsBinary, shipped, b.TempDir(), 3)
	if err != nil {
		b.Fatal(err)
	}
	for _, s := range servers.Servers {
		if err := servers.Start(s); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(s.Kill)
		w.nats = append(w.nats, process{pid: s.PID()})
	}
	secret := filepath.Join(b.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("a secret that is only as long as it has to be\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	database := storetest.Schema(b, b.TempDir())
	for i := range n {
		s := settings{heartbeat: steady, further: map[string]any{
			"log": map[string]any{"level": "warn"}, "debug": map[string]any{"listen": "127.0.0.1:0"}, "history": map[string]any{"memory": "1MB"}, // to be weighed without its timelines
			"database": map[string]any{"url": database},
			"cluster": map[string]any{"name": fmt.Sprint("board-", i), "nats": servers.URLs(), "replicas": 3, "secretFile": secret,
				"user": servers.User, "passwordFile": servers.PasswordFile},
		}}
		for i := range severalMeetings {
			s.meetings = append(s.meetings, watched{ConfID: scaleID(i), HostPassword: scalePassword})
		}
		started := &board{t: b, binary: binary, args: []string{"serve", "--config", s.writeFor(b, w.cloud.url)}, environ: []string{"SSL_CERT_FILE=" + w.cloud.certificate}}
		began := time.Now()
		started.run()
		w.boards = append(w.boards, scaled{started, process{pid: started.cmd.Process.Pid, url: started.url, debug: profilesOf(started)}, began})
		for _, each := range w.boards {
			each.untilLive(severalMeetings) // the next one is to have its part handed over
		}
	}
	return w
}

// spent is the processor's time of a while, in seconds for each second: of all boards, and of all NATS servers; and how many frames of the
// cloud came a second.
type spent struct{ boards, nats, frames float64 }

// over measures a while.
func (w *weighed) over(while time.Duration) spent {
	w.b.Helper()
	sum := func(all []process) (s time.Duration) {
		for _, p := range all {
			s += p.cpu(w.b)
		}
		return s
	}
	var boards []process
	frames := func() (n float64) {
		for _, s := range w.boards {
			n += s.applied()
		}
		return n
	}
	for _, s := range w.boards {
		boards = append(boards, s.server)
	}
	framesBefore, boardsBefore, natsBefore, began := frames(), sum(boards), sum(w.nats), time.Now()
	time.Sleep(while)
	boardsAfter, natsAfter, took := sum(boards), sum(w.nats), time.Since(began).Seconds()
	return spent{(boardsAfter - boardsBefore).Seconds() / took, (natsAfter - natsBefore).Seconds() / took, (frames() - framesBefore) / took}
}

// weigh measures one thing after the other, and reports each beside the model.
func (w *weighed) weigh() {
	b, n := w.b, len(w.boards)
	load := load{boards: n, meetings: severalMeetings}
	report := func(phase string, is spent) {
		model := load.demand()
		b.ReportMetric(1000*is.boards, "ms/s-boards-"+phase)
		b.ReportMetric(1000*is.nats, "ms/s-nats-"+phase)
		b.ReportMetric(is.boards/model.boards, "x-model-boards-"+phase)
		b.ReportMetric(is.nats/model.nats, "x-model-nats-"+phase)
	}
	time.Sleep(severalPhase) // until what the start has left is done with
	report("idle", w.over(severalPhase))
	var held float64
	for _, s := range w.boards {
		held += s.server.held(b)
	}
	b.ReportMetric(held/1024, "KiB-boards")
	b.ReportMetric(held/load.demand().memory, "x-model-memory")

	w.cloud.order(b, orderChanges)
	time.Sleep(severalPhase / 5)
	done := w.boards[0].server.profile(b, fmt.Sprintf("several-%d", n), severalPhase)
	changing := w.over(severalPhase)
	done()
	load.frames = changing.frames
	report("changing", changing)

	var events atomic.Uint64
	for i, s := range w.boards {
		for path, viewers := range map[string]int{"/m": severalReaders, "/": severalLookers} {
			c, err := crowd.Open(b.Context(), crowd.Options{Address: s.address(), N: (viewers + i) / n, Back: crowd.Browser,
				Header: http.Header{"Accept-Encoding": {"gzip"}, "User-Agent": {"crowd"}},
				Paths: func(viewer int) string {
					if path == "/" {
						return "/events"
					}
					return fmt.Sprintf("/m/%s/events", scaleID((viewer*n+i)%severalMeetings))
				},
				Received: func(int, time.Time, crowd.Event) { events.Add(1) },
			})
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			load.viewers += (viewers + i) / n
		}
	}
	time.Sleep(severalPhase / 5)
	before, began := events.Load(), time.Now()
	viewed := w.over(severalPhase)
	load.frames, load.brought = viewed.frames, float64(events.Load()-before)/time.Since(began).Seconds()
	perMeeting := viewed.frames / severalMeetings
	load.drawn = perMeeting * float64(severalReaders+n*min(60, severalMeetings)) // each board has an overview of its own
	load.records = perMeeting * severalReaders * float64(n-1) / float64(n)
	b.ReportMetric(load.brought, "brought/s")
	report("viewed", viewed)
	w.cloud.order(b, orderRest)
	for _, s := range w.boards {
		s.stop()
	}
}
