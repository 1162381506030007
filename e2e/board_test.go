package e2e

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"confboard/feed/simulator"
)

// patience is how long a test waits for what has to happen. It is long because nothing is asserted by it: on a slow
// machine a test takes longer and still passes.
const patience = 90 * time.Second

// steady is a heartbeat so long that no rule of silence comes into play.
const steady = 60 * time.Second

// brisk is a heartbeat short enough to wait for the rules of silence.
const brisk = time.Second

// newCloud starts a simulated cloud that lives as long as the test.
func newCloud(t testing.TB, heartbeat time.Duration) *simulator.Cloud {
	t.Helper()
	// Heartbeats are late on a busy machine; the cloud of these tests never hangs up first.
	cloud := simulator.New(simulator.Config{Heartbeat: heartbeat, SilenceLimit: time.Hour})
	if _, err := cloud.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cloud.Close(); err != nil {
			t.Errorf("close the simulated cloud: %v", err)
		}
	})
	return cloud
}

// settings are those of a board, as they are written to its file.
type settings struct {
	heartbeat time.Duration
	keepEnded time.Duration // zero: the default
	basePath  string
	meetings  []watched
	access    string // empty: the default
	// further settings by their names; the section cloud is joined with what the others give.
	further map[string]any
}

// watched is an entry of cloud.meetings.
type watched struct {
	ConfID       string `json:"confID"`
	HostPassword string `json:"hostPassword,omitempty"`
	Name         string `json:"name,omitempty"`
	Group        string `json:"group,omitempty"`
	Public       string `json:"public,omitempty"`
}

// watching lists meetings as a board's settings do.
func watching(meetings ...*simulator.Meeting) []watched {
	list := make([]watched, len(meetings))
	for i, m := range meetings {
		list[i] = watched{ConfID: m.ConfID(), HostPassword: m.HostPassword(), Name: m.Name()}
	}
	return list
}

// write writes the settings as JSON, which is YAML too, to a file of its own.
func (s settings) write(t *testing.T, cloud *simulator.Cloud) (file string) {
	t.Helper()
	return s.writeFor(t, cloud.URL())
}

// writeFor is write for a cloud of which only the URL is known.
func (s settings) writeFor(t testing.TB, endpoint string) (file string) {
	t.Helper()
	folder := t.TempDir()
	section := map[string]any{"endpoint": endpoint, "heartbeat": s.heartbeat.String(), "callsPerMinute": 0, "meetings": s.meetings}
	content := map[string]any{
		"listen": "127.0.0.1:0", "dataDir": filepath.Join(folder, "data"), "basePath": s.basePath, "log": map[string]any{"level": "debug"},
		"cloud": section,
	}
	for name, value := range s.further {
		if name == "cloud" {
			maps.Copy(section, value.(map[string]any))
		} else {
			content[name] = value
		}
	}
	if s.keepEnded > 0 {
		content["keepEnded"] = s.keepEnded.String()
	}
	if s.access != "" {
		content["access"] = s.access
	}
	b, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(folder, "confboard.yaml")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// board is the program, serving as a process. It is stopped with the test at the latest, and that has to go in order.
type board struct {
	t testing.TB
	// url is where it serves, base path included, without a slash at the end.
	url string
	// binary is the program; empty: the suite's.
	binary string
	args   []string
	// environ is what is in its environment beside ours.
	environ []string
	cmd     *exec.Cmd
	log     journal
	// exited is closed when the process has ended; err is then how.
	exited chan struct{}
	err    error
}

// serve starts a board with the settings.
func serve(t *testing.T, cloud *simulator.Cloud, s settings) *board {
	t.Helper()
	return runBoard(t, "serve", "--config", s.write(t, cloud))
}

// runBoard starts the program and waits until it says where it serves.
func runBoard(t *testing.T, args ...string) *board {
	t.Helper()
	b := &board{t: t, args: args}
	b.run()
	return b
}

// run starts it and waits until it says where it serves.
func (b *board) run() {
	b.t.Helper()
	b.t.Cleanup(func() {
		b.stop()
		if _, report, found := strings.Cut(b.log.all(), "WARNING: DATA RACE\n"); found {
			report, _, _ = strings.Cut(report, "==================")
			b.t.Errorf("the race detector found something in the board's process:\n%s", report)
		}
		if b.t.Failed() {
			b.t.Logf("the end of the board's log:\n%s", b.log.end(60))
		}
	})
	b.start()
}

var serving = regexp.MustCompile(`on (https?://[^ ]+)/$`)

func (b *board) start(args ...string) {
	b.t.Helper()
	b.cmd = exec.Command(cmp.Or(b.binary, suite.binary), append(b.args, args...)...)
	b.cmd.Dir = b.t.TempDir() // it has to run from any folder
	b.cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "CONFBOARD_") }), b.environ...)
	b.cmd.Stderr = &b.log
	stdout, err := b.cmd.StdoutPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	exited := make(chan struct{})
	found := make(chan string, 1)
	b.exited = exited
	go func() { // ends with the process, which stop waits for
		defer close(exited)
		lines := bufio.NewScanner(io.TeeReader(stdout, &b.log))
		for lines.Scan() {
			if m := serving.FindStringSubmatch(lines.Text()); m != nil {
				select {
				case found <- m[1]:
				default:
				}
			}
		}
		b.err = b.cmd.Wait()
	}()
	select {
	case b.url = <-found:
	case <-exited:
		b.t.Fatalf("the board ended at once: %v\n%s", b.err, b.log.end(20))
	case <-time.After(patience):
		b.t.Fatalf("the board does not say where it serves\n%s", b.log.end(20))
	}
}

// address is where it listens.
func (b *board) address() string {
	u, err := url.Parse(b.url)
	if err != nil {
		b.t.Fatal(err)
	}
	return u.Host
}

// stop asks it to end and waits; the exit status has to be 0. Stopping it twice is harmless.
func (b *board) stop() (took time.Duration) {
	b.t.Helper()
	if b.ended() {
		return 0
	}
	asked := time.Now()
	if err := b.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		b.t.Errorf("stop the board: %v", err)
	}
	select {
	case <-b.exited:
	case <-time.After(patience):
		b.t.Errorf("the board did not end when asked to")
		b.kill()
		return time.Since(asked)
	}
	took = time.Since(asked)
	if b.err != nil {
		b.t.Errorf("the board ended with %v, want exit status 0", b.err)
	}
	return took
}

// kill ends it without warning.
func (b *board) kill() {
	b.t.Helper()
	if b.ended() {
		return
	}
	if err := b.cmd.Process.Kill(); err != nil {
		b.t.Errorf("kill the board: %v", err)
	}
	<-b.exited
}

func (b *board) ended() bool {
	if b.exited == nil {
		return true
	}
	select {
	case <-b.exited:
		return true
	default:
		return false
	}
}

// restart starts a board that has ended again, on the same address. Further arguments come last and so prevail.
func (b *board) restart(args ...string) {
	b.t.Helper()
	was := b.url
	b.start(append([]string{"--listen", b.address()}, args...)...)
	if b.url != was {
		b.t.Fatalf("restarted on %s, was on %s", b.url, was)
	}
}

// journal keeps what a process printed.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) all() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func (j *journal) contains(text string) bool { return strings.Contains(j.all(), text) }

// end returns the last lines.
func (j *journal) end(lines int) string {
	all := strings.Split(strings.TrimSpace(j.all()), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// until waits for a condition. It rests at least as long as it takes to look: looking is not to keep anything from happening.
func until(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		began := time.Now()
		if condition() {
			return
		}
		if began.After(deadline) {
			t.Fatalf("waited in vain for: %s", what)
		}
		time.Sleep(max(20*time.Millisecond, time.Since(began)))
	}
}
