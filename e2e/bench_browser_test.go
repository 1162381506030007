package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"confboard/feed/simulator"
)

const (
	browserCards    = 60
	browserIsolated = 200                    // changes of one badge
	browserApart    = 170 * time.Millisecond // and a little more: beyond the time over which bursts are joined
	browserRate     = 50                     // changes a second
	browserBusy     = 15 * time.Second
)

// buildAsShipped builds the program with the flags of make build.
func buildAsShipped(b *testing.B) (binary string) {
	b.Helper()
	binary = filepath.Join(b.TempDir(), "confboard")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w -X confboard/web/app.version=bench", "-o", binary, "confboard")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("build the program: %v\n%s", err, out)
	}
	return binary
}

// startOwnBrowser starts a browser for a benchmark.
func startOwnBrowser(b *testing.B) {
	b.Helper()
	stop, err := startBrowser(filepath.Join(b.TempDir(), "profile"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(stop)
}

// startFor starts a board that watches so many meetings of a cloud in this process, which are live when it returns.
func startFor(b *testing.B, binary string, meetings int) (*board, []*simulator.Meeting) {
	b.Helper()
	cloud := newCloud(b, steady)
	list := make([]*simulator.Meeting, meetings)
	for i := range list {
		m := cloud.Add(simulator.MeetingConfig{ConfID: scaleID(i), HostPassword: scalePassword, Title: fmt.Sprintf("Weekly review of group %d", i)})
		m.Start()
		m.SetBasic(map[string]any{"startTime": fmt.Sprint(time.Now().Add(time.Duration(i-meetings) * time.Second).UnixMilli()), "owner": "Ann"})
		m.Set(map[string]any{"lock": 1, "recState": 0, "mode": "FREE", "picNum": 9, "mute": 1, "lockSharing": 0, "forbiddenChat": 0})
		for p := range 10 {
			m.Join(person(fmt.Sprint("p", p), fmt.Sprint("Participant ", p), "MUTE", strconv.Itoa(p%2)))
		}
		list[i] = m
	}
	s := settings{heartbeat: steady, meetings: watching(list...), further: map[string]any{"log": map[string]any{"level": "warn"}}}
	started := &board{t: b, binary: binary, args: []string{"serve", "--config", s.writeFor(b, cloud.URL())}}
	started.run()
	for _, m := range list {
		started.waitLink(m.ConfID(), "live")
	}
	return started, list
}

// BenchmarkBrowser tells how long after the cloud has sent a frame the badge has changed in Chromium, which shows 60 cards, and how much
// of a core the page takes while 50 changes a second are spread over them.
func BenchmarkBrowser(b *testing.B) {
	binary := buildAsShipped(b)
	startOwnBrowser(b)
	for b.Loop() {
		started, meetings := startFor(b, binary, browserCards)
		p := openLive(b, started.url+"/", view{})
		p.wait(fmt.Sprintf(`document.querySelectorAll("#cards > .card").length === %d`, browserCards))

		badge := card(meetings[7].ConfID(), "lock")
		p.run(fmt.Sprintf(`(() => {
			window.seen = [];
			const text = () => document.getElementById(%q).textContent;
			let was = text();
			new MutationObserver(() => {
				if (text() === was) return;
				was = text();
				seen.push(performance.timeOrigin + performance.now());
			}).observe(document.getElementById("cards"), { subtree: true, childList: true, characterData: true });
		})()`, badge))
		sent := make([]time.Time, browserIsolated)
		for i := range sent {
			time.Sleep(browserApart + rand.N(browserApart/4))
			sent[i] = time.Now()
			meetings[7].Set(map[string]any{"lock": i % 2})
		}
		p.wait(fmt.Sprintf("seen.length === %d", len(sent)))
		delays := make([]float64, len(sent))
		for i, ms := range evaluate[[]float64](p, "seen") {
			delays[i] = ms - float64(sent[i].UnixMicro())/1000
		}
		slices.Sort(delays)
		b.ReportMetric(delays[len(delays)/2], "ms-p50")
		b.ReportMetric(delays[len(delays)*99/100], "ms-p99")

		page, server := renderer(b), process{pid: started.cmd.Process.Pid}
		quiet := busy(page.cpu(b), browserBusy, func() { time.Sleep(browserBusy) }, func() time.Duration { return page.cpu(b) })
		served := server.cpu(b)
		loud := busy(page.cpu(b), browserBusy, func() { spread(meetings) }, func() time.Duration { return page.cpu(b) })
		b.ReportMetric(quiet, "%cpu-page/quiet")
		b.ReportMetric(loud, "%cpu-page/50-a-second")
		b.ReportMetric(100*(server.cpu(b)-served).Seconds()/browserBusy.Seconds(), "%cpu-board/50-a-second")
		started.stop()
	}
}

// spread makes changes of fields at the rate, each of another meeting than the one before.
func spread(meetings []*simulator.Meeting) {
	began := time.Now()
	for n := 0; time.Since(began) < browserBusy; n++ {
		time.Sleep(time.Until(began.Add(time.Duration(n) * time.Second / browserRate)))
		meetings[n%len(meetings)].Set(map[string]any{[]string{"lock", "mute", "lockSharing"}[n/len(meetings)%3]: n / len(meetings) / 3 % 2})
	}
}

// busy is the part of one core, in percent, that is used while something is done.
func busy(before, over time.Duration, do func(), used func() time.Duration) float64 {
	do()
	return 100 * (used() - before).Seconds() / over.Seconds()
}

// renderer is the process that draws the page: of all such processes of our browser the one that has worked most.
func renderer(b *testing.B) process {
	b.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		b.Fatal(err)
	}
	var most process
	for _, file := range all {
		line, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(line), "--type=renderer") {
			continue // it has ended
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if p := (process{pid: pid}); ours(pid) && (most.pid == 0 || p.cpu(b) > most.cpu(b)) {
			most = p
		}
	}
	if most.pid == 0 {
		b.Fatal("no process draws the page")
	}
	return most
}

// ours reports whether a process descends from this one.
func ours(pid int) bool {
	for pid > 1 {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return false
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		if pid, err = strconv.Atoi(strings.Fields(rest)[1]); err != nil {
			return false
		}
		if pid == os.Getpid() {
			return true
		}
	}
	return false
}
