package e2e

import (
	"bufio"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"confboard/feed/simulator"
)

// scaleMeetings is the variable that makes this test binary a cloud with so many meetings, in a process of its own so that the board
// can be measured alone.
const scaleMeetings = "CONFBOARD_SCALE_MEETINGS"

// Orders to the cloud, a line each.
const (
	orderChanges = "changes" // from now on every meeting changes once a second
	orderLock    = "lock"    // the first meeting is locked, or unlocked
	orderWave    = "wave"    // a field of one of the first meeting's participants changes
	orderBurst   = "burst"   // burstChanges of them, burstRate a second
	orderRest    = "rest"    // nothing changes any more
)

func isScaleCloud() bool { return os.Getenv(scaleMeetings) != "" }

func scaleID(i int) string { return fmt.Sprint(900_000_000 + i) }

const scalePassword = "135790"

// serveScaleCloud serves an encrypted cloud until its orders end. It writes its URL and its certificate first.
func serveScaleCloud(orders io.Reader, out io.WriteCloser) (status int) {
	n, err := strconv.Atoi(os.Getenv(scaleMeetings))
	if err != nil {
		return 1
	}
	cloud := simulator.New(simulator.Config{SilenceLimit: time.Hour})
	meetings := make([]*simulator.Meeting, n)
	for i := range meetings {
		m := cloud.Add(simulator.MeetingConfig{ConfID: scaleID(i), HostPassword: scalePassword, Title: fmt.Sprint("Meeting ", i)})
		m.Start()
		for p := range 10 {
			m.Join(person(fmt.Sprintf("%032d", p), fmt.Sprint("Participant ", p), "TEL", fmt.Sprint("+9911", 1000+p), "HAND", "0", "MUTE", "0", "VIDEO", "1",
				"SHARE", "0", "BROADCAST", "0", "ROLLCALL", "0", "isCohost", "0", "camerastate", "1", "account", fmt.Sprint("user", p), "orgId", "651543334",
				"ADDTIME", fmt.Sprint(1_700_000_000_000+p)))
		}
		meetings[i] = m
	}
	cloud.Wrap(encrypted)
	server := httptest.NewTLSServer(cloud)
	fmt.Fprintln(out, server.URL)
	_ = pem.Encode(out, &pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}) // the parent sees whether it is there
	_ = out.Close()

	var changing sync.WaitGroup
	rest, locked, waves := func() {}, false, 0
	wave := func() { // no field twice within joined bursts, so that each is to be shown
		people := meetings[0].Participants()
		p, field, round := people[waves%len(people)], []string{"HAND", "MUTE"}[waves/len(people)%2], waves/len(people)/2
		meetings[0].Update(p.PID, map[string]string{field: strconv.Itoa((round + 1) % 2)})
		waves++
	}
	for lines := bufio.NewScanner(orders); lines.Scan(); {
		rest()
		changing.Wait()
		stop := make(chan struct{})
		rest = sync.OnceFunc(func() { close(stop) })
		switch lines.Text() {
		case orderChanges:
			changing.Go(func() {
				steadily(len(meetings), 0, stop, func(i int) {
					meetings[i%len(meetings)].Set(map[string]any{"lock": (i/len(meetings) + 1) % 2})
				})
			})
		case orderLock:
			locked = !locked
			meetings[0].Set(map[string]any{"lock": map[bool]int{true: 1}[locked]})
		case orderWave:
			wave()
		case orderBurst:
			changing.Go(func() { steadily(burstRate, burstChanges, stop, func(int) { wave() }) })
		}
	}
	rest()
	changing.Wait()
	if cloud.Close() != nil {
		return 1
	}
	server.Close()
	return 0
}

// A burst is so many changes, at so many a second.
const burstChanges, burstRate = 150, 50

// steadily calls change so many times a second, with the numbers from 0 on, until stop is closed or most calls have been made; 0 is any number.
// When it is late it catches up.
func steadily(perSecond, most int, stop <-chan struct{}, change func(i int)) {
	const tick = 10 * time.Millisecond
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	began := time.Now()
	for done := 0; ; {
		select {
		case <-stop:
			return
		case <-ticker.C:
		}
		for due := int(time.Since(began).Seconds() * float64(perSecond)); done < due; done++ {
			if change(done); done+1 == most {
				return
			}
		}
	}
}

// encrypted makes the cloud name its WebSockets as a cloud behind TLS does.
func encrypted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != controlTokenPath {
			next.ServeHTTP(w, r)
			return
		}
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
		w.WriteHeader(answer.Code)
		_, _ = io.WriteString(w, strings.Replace(answer.Body.String(), `"ws://`, `"wss://`, 1)) // a client that went away needs no answer
	})
}

// scaleCloud is the cloud in its own process.
type scaleCloud struct {
	url, certificate string // of the certificate, the file
	orders           io.Writer
}

// startScaleCloud starts a cloud that lives as long as the benchmark.
func startScaleCloud(b *testing.B, meetings int) scaleCloud {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), scaleMeetings+"="+strconv.Itoa(meetings))
	cmd.Stderr = os.Stderr
	orders, err := cmd.StdinPipe()
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
		_ = orders.Close()
		if err := cmd.Wait(); err != nil {
			b.Errorf("the cloud: %v", err)
		}
	})
	said, err := io.ReadAll(out)
	if err != nil {
		b.Fatal(err)
	}
	url, certificate, _ := strings.Cut(string(said), "\n")
	c := scaleCloud{url: url, certificate: filepath.Join(b.TempDir(), "cloud.pem"), orders: orders}
	if err := os.WriteFile(c.certificate, []byte(certificate), 0o600); err != nil {
		b.Fatal(err)
	}
	return c
}

func (c scaleCloud) order(b *testing.B, order string) {
	b.Helper()
	if _, err := fmt.Fprintln(c.orders, order); err != nil {
		b.Fatal(err)
	}
}
