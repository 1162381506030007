package e2e

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"confboard/e2e/crowd"
)

const (
	fanRounds  = 5
	fanApart   = 150 * time.Millisecond // the least between two isolated changes: no burst is joined over so long
	fanPatient = time.Minute
	burstTime  = burstChanges * time.Second / burstRate
)

// BenchmarkFanOut tells what it costs to bring changes of a meeting to all who have its page open, in a board that is a process of its own with
// a cloud in another, beside the plainest server that sends the same bytes at the same times. Both have all their viewers all the
// time; they are measured in turns, and the medians count.
func BenchmarkFanOut(b *testing.B) {
	binary := filepath.Join(b.TempDir(), "confboard")
	if out, err := exec.Command("go", "build", "-trimpath", "-o", binary, "confboard").CombinedOutput(); err != nil {
		b.Fatalf("build the program: %v\n%s", err, out)
	}
	for _, viewers := range []int{1000, 5000} {
		b.Run(fmt.Sprintf("isolated-%d", viewers), func(b *testing.B) {
			for b.Loop() {
				f := newFan(b, binary, viewers)
				f.compareIsolated(30_000 / viewers)
				f.close()
			}
		})
	}
	b.Run("bursts-500", func(b *testing.B) { // which the plain server can follow on a machine that is not idle
		for b.Loop() {
			f := newFan(b, binary, 500)
			f.compareBursts()
			f.close()
		}
	})
}

// fan is a board and a plain server with as many viewers each.
type fan struct {
	b            *testing.B
	viewers      int
	board, plain *fanServer
}

// fanServer is one that is measured, and who watches it.
type fanServer struct {
	process
	name   string
	orders io.Writer
	change string // the order for one
	crowd  *crowd.Crowd
	// heldEach and residentEach are what a viewer costs, in bytes.
	heldEach, residentEach float64

	// Of the change that is under way.
	ordered atomic.Int64 // when, in ns since 1970
	arrived atomic.Int64
	delays  []time.Duration // by viewer
	wire    atomic.Int64    // what it took, with its framing
	event   atomic.Pointer[[]byte]
}

func newFan(b *testing.B, binary string, viewers int) *fan {
	b.Helper()
	cloud := startScaleCloud(b, 1)
	s := settings{heartbeat: steady, meetings: []watched{{ConfID: scaleID(0), HostPassword: scalePassword}},
		further: map[string]any{"log": map[string]any{"level": "warn"}, "debug": map[string]any{"listen": "127.0.0.1:0"}}}
	started := &board{t: b, binary: binary, args: []string{"serve", "--config", s.writeFor(b, cloud.url)},
		environ: []string{"SSL_CERT_FILE=" + cloud.certificate}}
	started.run()
	started.waitLink(scaleID(0), "live")
	f := &fan{b: b, viewers: viewers,
		board: &fanServer{name: "board", orders: cloud.orders, change: orderLock,
			process: process{pid: started.cmd.Process.Pid, url: started.url, debug: profilesOf(started)}},
		plain: &fanServer{name: "plain", change: orderSend},
	}
	f.plain.process, f.plain.orders = startPlain(b)
	f.board.attract(b, "/m/"+scaleID(0)+"/events", viewers)
	f.plain.attract(b, "/events", viewers)
	f.measure(f.board, 1)
	f.board.bring(b, f.plain)
	return f
}

var profiles = regexp.MustCompile(`address="?(http://[^ "]+)/debug/pprof/`)

func profilesOf(s *board) (url string) {
	until(s.t, "the address of the profiles", func() bool {
		m := profiles.FindStringSubmatch(s.log.all())
		if m != nil {
			url = m[1]
		}
		return m != nil
	})
	return url
}

func (f *fan) close() {
	f.board.crowd.Close()
	f.plain.crowd.Close()
}

// attract opens the viewers, and tells what each costs.
func (s *fanServer) attract(b *testing.B, path string, viewers int) {
	b.Helper()
	address := strings.TrimPrefix(s.url, "http://")
	s.delays = make([]time.Duration, viewers)
	open := func(n int) *crowd.Crowd {
		c, err := crowd.Open(b.Context(), crowd.Options{Address: address, Path: path, N: n, Received: s.received,
			Header: http.Header{"Accept-Encoding": {"gzip"}, "User-Agent": {"crowd"}}, Back: crowd.Browser})
		if err != nil {
			b.Fatal(err)
		}
		return c
	}
	open(1).Close() // whatever is made once has been made
	held, resident := s.held(b), s.resident(b)
	s.crowd = open(viewers)
	s.heldEach = (s.held(b) - held) / float64(viewers)
	s.residentEach = (s.resident(b) - resident) / float64(viewers)
}

// received takes note of an event of a change.
func (s *fanServer) received(viewer int, at time.Time, e crowd.Event) {
	ordered := s.ordered.Load()
	if len(e.Name) > 0 || ordered == 0 { // the clock, or the first
		return
	}
	s.delays[viewer] = time.Duration(at.UnixNano() - ordered)
	if viewer == 0 {
		event := fmt.Appendf(nil, "id: %s\ndata: %s\n\n", e.ID, e.Data)
		s.event.Store(&event)
		s.wire.Store(int64(e.Wire))
	}
	s.arrived.Add(1)
}

// bring has the other server send what this one has sent last.
func (s *fanServer) bring(b *testing.B, to *fanServer) {
	b.Helper()
	to.order(b, orderEvent+" "+base64.StdEncoding.EncodeToString(*s.event.Load()))
}

func (s *fanServer) order(b *testing.B, order string) {
	b.Helper()
	if _, err := fmt.Fprintln(s.orders, order); err != nil {
		b.Fatal(err)
	}
}

// share is what a server achieved in one round.
type share struct {
	perCPU   float64 // a second of the processor
	p50, p99 time.Duration
}

// measure has so many changes made, each when everybody has the one before, and tells how they were brought.
func (f *fan) measure(s *fanServer, changes int) share {
	f.b.Helper()
	var delays []time.Duration
	events, _ := s.crowd.Received()
	cpu := s.cpu(f.b)
	for range changes {
		s.arrived.Store(0)
		began := time.Now()
		s.ordered.Store(began.UnixNano())
		s.order(f.b, s.change)
		for s.arrived.Load() < int64(f.viewers) {
			if time.Since(began) > fanPatient {
				f.b.Fatalf("%s: %d of %d viewers have the change", s.name, s.arrived.Load(), f.viewers)
			}
			time.Sleep(time.Millisecond)
		}
		delays = append(delays, s.delays...)
		time.Sleep(time.Until(began.Add(fanApart)))
	}
	used := (s.cpu(f.b) - cpu).Seconds()
	after, _ := s.crowd.Received()
	s.ordered.Store(0)
	if n := s.crowd.Ended(); n > 0 {
		f.b.Fatalf("%s: %d viewers were cut", s.name, n)
	}
	slices.Sort(delays)
	return share{perCPU: float64(after-events) / used, p50: delays[len(delays)/2], p99: delays[len(delays)*99/100]}
}

// compareIsolated compares changes that have nothing to be joined with.
func (f *fan) compareIsolated(changes int) {
	f.b.Helper()
	board, plain := f.inTurns(func(s *fanServer) share { return f.measure(s, changes) })
	report := func(name string, of func(share) float64, unit string) {
		x, y := median(board, of), median(plain, of)
		f.b.ReportMetric(x, "board-"+name+unit)
		f.b.ReportMetric(y, "plain-"+name+unit)
		f.b.ReportMetric(median(ratios(board, plain, of), func(r float64) float64 { return r }), "x-"+name)
	}
	report("deliveries", func(s share) float64 { return s.perCPU }, "/cpu-s")
	report("p50", func(s share) float64 { return s.p50.Seconds() * 1e3 }, "-ms")
	report("p99", func(s share) float64 { return s.p99.Seconds() * 1e3 }, "-ms")
	f.b.ReportMetric(float64(f.board.wire.Load()), "B/lock-on-the-meeting")
	f.b.ReportMetric(f.wireOf("/events"), "B/lock-on-the-overview")
	f.b.ReportMetric(f.wireOf("/wall/events"), "B/lock-on-the-wall")
	f.b.ReportMetric(f.board.heldEach/1024, "board-KiB/viewer")
	f.b.ReportMetric(f.plain.heldEach/1024, "plain-KiB/viewer")
	f.b.ReportMetric(f.board.heldEach/f.plain.heldEach, "x-KiB/viewer")
	f.b.ReportMetric(f.board.residentEach/1024, "board-resident-KiB/viewer")
	f.b.ReportMetric(f.plain.residentEach/1024, "plain-resident-KiB/viewer")
}

// wireOf is how many bytes the lock of a meeting takes on the wire to one viewer of a page.
func (f *fan) wireOf(path string) float64 {
	f.b.Helper()
	wire := make(chan int, 16)
	c, err := crowd.Open(f.b.Context(), crowd.Options{Address: strings.TrimPrefix(f.board.url, "http://"), Path: path, N: 1,
		Received: func(_ int, _ time.Time, e crowd.Event) {
			if len(e.Name) == 0 {
				wire <- e.Wire
			}
		}})
	if err != nil {
		f.b.Fatal(err)
	}
	defer c.Close()
	<-wire // the region
	f.board.order(f.b, orderLock)
	select {
	case n := <-wire:
		return float64(n)
	case <-time.After(fanPatient):
		f.b.Fatalf("%s does not tell that the meeting is locked", path)
		return 0
	}
}

// compareBursts compares field changes that come fast; the plain server sends each by itself.
func (f *fan) compareBursts() {
	f.b.Helper()
	f.board.change = orderWave
	f.measure(f.board, 1) // what one of these changes takes
	f.board.bring(f.b, f.plain)
	board, plain := f.inTurns(func(s *fanServer) share {
		events, _ := s.crowd.Received()
		cpu := s.cpu(f.b)
		s.order(f.b, orderBurst)
		time.Sleep(burstTime + 4*fanApart) // until the last has arrived
		used := (s.cpu(f.b) - cpu).Seconds()
		after, _ := s.crowd.Received()
		brought := float64(after - events)
		if s == f.board { // where viewers have the newest state, or are cut
			if n := s.crowd.Ended(); n > 0 {
				f.b.Fatalf("%d viewers were cut", n)
			}
			f.b.ReportMetric(brought/float64(burstChanges*f.viewers), "board-events/change")
			brought = float64(burstChanges * f.viewers)
		}
		return share{perCPU: brought / used}
	})
	perCPU := func(s share) float64 { return s.perCPU }
	f.b.ReportMetric(median(board, perCPU), "board-changes/cpu-s")
	f.b.ReportMetric(median(plain, perCPU), "plain-changes/cpu-s")
	f.b.ReportMetric(median(ratios(board, plain, perCPU), func(r float64) float64 { return r }), "x-changes")
}

// inTurns measures both servers, one after the other, in every round, after one in which profiles are taken.
func (f *fan) inTurns(measure func(*fanServer) share) (board, plain []share) {
	for _, s := range []*fanServer{f.plain, f.board} {
		done := s.profile(f.b, strings.ReplaceAll(f.b.Name(), "/", "-")+"-"+s.name, 3*time.Second)
		measure(s) // caches
		done()
	}
	for range fanRounds {
		plain = append(plain, measure(f.plain))
		board = append(board, measure(f.board))
	}
	return board, plain
}

func ratios(x, y []share, of func(share) float64) (all []float64) {
	for i := range x {
		all = append(all, of(x[i])/of(y[i]))
	}
	return all
}

func median[T any](all []T, of func(T) float64) float64 {
	values := make([]float64, len(all))
	for i, v := range all {
		values[i] = of(v)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
