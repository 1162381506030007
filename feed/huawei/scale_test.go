//go:build unix

package huawei_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
)

// cloudOf is the variable that makes this test binary a cloud with so many meetings, in a process of its own so that the client can be
// measured alone.
const cloudOf = "CONFBOARD_BENCH_MEETINGS"

func TestMain(m *testing.M) {
	if n, err := strconv.Atoi(os.Getenv(cloudOf)); err == nil {
		serveBench(n)
		return
	}
	os.Exit(m.Run())
}

// serveBench serves an encrypted cloud until its input ends. It writes its URL and its certificate first.
func serveBench(n int) {
	cloud := simulator.New(simulator.Config{})
	for i := range n {
		m := cloud.Add(simulator.MeetingConfig{ConfID: benchID(i), HostPassword: password, Title: fmt.Sprint("Meeting ", i)})
		m.Start()
		for p := range 10 {
			m.Join(simulator.Participant{PID: fmt.Sprintf("%032d", p), Info: map[string]string{
				"NAME": fmt.Sprint("Participant ", p), "TEL": fmt.Sprint("+9911", 1000+p), "ROLE": "0", "STATE": "0", "HAND": "0", "MUTE": "0",
				"VIDEO": "1", "SHARE": "0", "BROADCAST": "0", "ROLLCALL": "0", "isCohost": "0", "camerastate": "1", "account": fmt.Sprint("user", p),
				"orgId": "651543334", "ADDTIME": fmt.Sprint(1_700_000_000_000 + p),
			}})
		}
	}
	server := httptest.NewTLSServer(cloud)
	cloud.Wrap(rewriting(controlTokenPath, func(b map[string]any) any {
		d := b["data"].(map[string]any)
		d["wsURL"] = strings.Replace(d["wsURL"].(string), "ws://", "wss://", 1)
		return b
	}))
	fmt.Println(server.URL)
	_ = pem.Encode(os.Stdout, &pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	_ = os.Stdout.Close()
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = cloud.Close()
	server.Close()
}

func benchID(i int) string { return fmt.Sprint(100_000 + i) }

// startBenchCloud starts the cloud and returns its URL and a client that trusts it.
func startBenchCloud(b *testing.B, meetings int) (url string, client *http.Client) {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), cloudOf+"="+strconv.Itoa(meetings))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			b.Errorf("the cloud: %v", err)
		}
	})
	r := bufio.NewReader(out)
	if url, err = r.ReadString('\n'); err != nil {
		b.Fatal(err)
	}
	certificate, err := io.ReadAll(r)
	if err != nil {
		b.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(certificate) {
		b.Fatal("no certificate")
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	transport.MaxConnsPerHost, transport.MaxIdleConnsPerHost = 32, 32 // as the client's own
	return strings.TrimSpace(url), &http.Client{Transport: transport}
}

// BenchmarkMeetings tells what a watched meeting with ten participants costs the client and its registry: bytes and goroutines, the
// time of the processor for a heartbeat, and how long it takes until all are live. TLS included, as in earnest.
func BenchmarkMeetings(b *testing.B) {
	const meetings, heartbeat = 2000, 2 * time.Second
	url, client := startBenchCloud(b, meetings)
	for b.Loop() {
		bytes, goroutines := held()
		registry := conference.NewRegistry(conference.DefaultPolicy)
		config := huawei.Config{Endpoint: url, HTTPClient: client, Heartbeat: heartbeat, AttemptsPerSecond: 100_000}
		for i := range meetings {
			config.Meetings = append(config.Meetings, huawei.Meeting{ConfID: conference.ConfID(benchID(i)), HostPassword: conference.NewSecret(password)})
		}
		cloud, err := huawei.New(config)
		if err != nil {
			b.Fatal(err)
		}
		ctx, cancel := context.WithCancel(b.Context())
		var runs sync.WaitGroup
		began := time.Now()
		runs.Go(func() { _ = cloud.Run(ctx, registry) })
		allLive(b, registry, meetings)
		b.ReportMetric(time.Since(began).Seconds(), "s/all-live")

		time.Sleep(2 * heartbeat) // so that everybody has come to rest
		before, from := cpuTime(b), time.Now()
		time.Sleep(3 * heartbeat)
		beats := float64(meetings) * float64(time.Since(from)) / float64(heartbeat)
		b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/beats, "µs-cpu/heartbeat")

		bytesNow, goroutinesNow := held()
		b.ReportMetric(float64(bytesNow-bytes)/meetings, "B/meeting")
		b.ReportMetric(float64(goroutinesNow-goroutines)/meetings, "goroutines/meeting")
		cancel()
		runs.Wait()
		runtime.KeepAlive(registry)
	}
}

func allLive(b *testing.B, registry *conference.Registry, n int) {
	b.Helper()
	live := 0
	for range 6000 {
		live = 0
		for _, s := range registry.All() {
			if s.StatusIntake.HasFull && s.ParticipantsIntake.HasFull {
				live++
			}
		}
		if live == n {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	b.Fatalf("%d of %d are live", live, n)
}

// held returns the bytes of heap and stacks in use, and the number of goroutines.
func held() (bytes, goroutines int) {
	for range 2 { // what the first one frees of pools goes with the second
		runtime.GC()
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc + stats.StackInuse), runtime.NumGoroutine()
}

// cpuTime is what this process has used of the processors.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
