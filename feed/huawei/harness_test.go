package huawei_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
)

const (
	meetingID = "900487914"
	password  = "s3cret-pass-135790"
)

// board is a client that watches one meeting of a simulated cloud, with a registry behind it. At the end of the test it
// checks that Run returned nil, that every goroutine has gone, and that no secret got into the log.
type board struct {
	t        *testing.T
	cloud    *simulator.Cloud
	meeting  *simulator.Meeting
	client   *huawei.Cloud
	registry *conference.Registry
	sink     *sink
	log      *lockedBuffer
	tokens   *tokenCollector
	stop     func()
}

// patient is a heartbeat that never comes due in a test.
const patient = time.Hour

// start runs a client with quick delays against the cloud. change can alter its settings; it may be nil.
func start(t *testing.T, cloud *simulator.Cloud, heartbeat time.Duration, change func(*huawei.Config)) *board {
	t.Helper()
	return startBy(t, cloud, policyOf(heartbeat), change)
}

func policyOf(heartbeat time.Duration) conference.Policy {
	policy := conference.DefaultPolicy
	policy.Heartbeat = heartbeat
	return policy
}

// startBy is start with a policy of its own for the board.
func startBy(t *testing.T, cloud *simulator.Cloud, policy conference.Policy, change func(*huawei.Config)) *board {
	t.Helper()
	return startWith(t, cloud, policy, time.Now, change)
}

// startWith is startBy with a clock of its own for the board.
func startWith(t *testing.T, cloud *simulator.Cloud, policy conference.Policy, now func() time.Time, change func(*huawei.Config)) *board {
	t.Helper()
	goroutines := runtime.NumGoroutine()
	b := &board{t: t, cloud: cloud, registry: conference.NewRegistry(policy), log: &lockedBuffer{}}
	b.sink = &sink{to: b.registry}
	b.tokens = &tokenCollector{next: &http.Transport{}}
	url, err := cloud.Start()
	if err != nil {
		t.Fatal(err)
	}
	if b.meeting = cloud.Meeting(meetingID); b.meeting == nil {
		b.meeting = cloud.Add(simulator.MeetingConfig{ConfID: meetingID, HostPassword: password})
	}
	config := huawei.Config{
		Endpoint:   url,
		Heartbeat:  policy.Heartbeat,
		Meetings:   []huawei.Meeting{{ConfID: meetingID, HostPassword: conference.NewSecret(password), Name: "Board meeting", Group: "HQ"}},
		Logger:     slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		HTTPClient: &http.Client{Transport: b.tokens},
		Delays: huawei.Delays{
			BackoffMin: time.Millisecond, BackoffMax: 10 * time.Millisecond,
			Look: 5 * time.Millisecond, Refused: 5 * time.Millisecond,
		},
	}
	if change != nil {
		change(&config)
	}
	client, err := huawei.New(config)
	if err != nil {
		t.Fatal(err)
	}
	b.client = client
	ctx, cancel := context.WithCancel(t.Context())
	var runs sync.WaitGroup
	var clientErr error
	runs.Go(func() { clientErr = client.Run(ctx, b.sink) })
	runs.Go(func() { _ = b.registry.RunBy(ctx, now) }) // returns nil always
	b.stop = sync.OnceFunc(func() {
		cancel()
		runs.Wait()
		if clientErr != nil {
			t.Errorf("Run returned %v", clientErr)
		}
	})
	t.Cleanup(func() {
		b.stop()
		if err := cloud.Close(); err != nil {
			t.Errorf("close the cloud: %v", err)
		}
		b.tokens.next.CloseIdleConnections()
		b.until("all goroutines have gone", func() bool { return runtime.NumGoroutine() <= goroutines })
		b.checkLog()
	})
	return b
}

// running is a cloud in which the meeting is in progress.
func running(c simulator.Config) *simulator.Cloud {
	cloud := simulator.New(c)
	cloud.Add(simulator.MeetingConfig{ConfID: meetingID, HostPassword: password}).Start()
	return cloud
}

func (b *board) checkLog() {
	b.t.Helper()
	log := b.log.String()
	for _, secret := range append(b.tokens.all(), password, "tmpToken=") {
		if strings.Contains(log, secret) || strings.Contains(log, base64.StdEncoding.EncodeToString([]byte(secret))) {
			b.t.Errorf("the log has the secret %q:\n%s", secret, log)
		}
	}
}

func (b *board) state() *conference.State { return b.registry.Get(meetingID) }

// until waits for a condition.
func (b *board) until(what string, condition func() bool) {
	b.t.Helper()
	deadline := time.Now().Add(time.Minute) // for a busy machine; no test waits for it to pass
	for !condition() {
		if time.Now().After(deadline) {
			b.t.Fatalf("never: %s\nstate: %+v\nlog:\n%s", what, b.state(), b.log)
		}
		time.Sleep(time.Millisecond)
	}
}

// untilLink waits until the link has the state.
func (b *board) untilLink(want conference.LinkState) *conference.State {
	b.t.Helper()
	var s *conference.State
	b.until("link "+string(want), func() bool {
		s = b.state()
		return s != nil && s.Link.State == want
	})
	return s
}

// untilField waits until a number of the status has the value.
func (b *board) untilField(f conference.Field, want int64) {
	b.t.Helper()
	b.until(f.WireName(), func() bool {
		s := b.state()
		if s == nil {
			return false
		}
		n, ok := s.Status.Int(f)
		return ok && n == want
	})
}

// sink passes messages on to the registry and remembers the news of the link.
type sink struct {
	to conference.Sink

	mu    sync.Mutex
	links []conference.LinkMessage
	// watches counts WatchMessages.
	watches int
}

func (s *sink) Apply(m conference.Message) conference.Outcome {
	s.mu.Lock()
	switch m := m.(type) {
	case conference.LinkMessage:
		s.links = append(s.links, m)
	case conference.WatchMessage:
		s.watches++
	}
	s.mu.Unlock()
	return s.to.Apply(m)
}

// count returns how often the link had the news.
func (s *sink) count(event conference.LinkEvent) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.links {
		if l.Event == event {
			n++
		}
	}
	return n
}

// told is how much news of links there has been; since is all after that.
func (s *sink) told() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.links)
}

func (s *sink) since(n int) []conference.LinkMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.links[n:])
}

func (s *sink) watched() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.watches
}

// tokenCollector notes every token in the cloud's answers.
type tokenCollector struct {
	next *http.Transport

	mu     sync.Mutex
	tokens []string
}

var tokenValue = regexp.MustCompile(`[tT]oken":"([^"]{8,})"`)

func (c *tokenCollector) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close() // was read to its end
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if len(body) > 1<<20 { // no answer that is used
		return resp, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range tokenValue.FindAllSubmatch(body, -1) {
		c.tokens = append(c.tokens, string(m[1]))
	}
	return resp, err
}

func (c *tokenCollector) all() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.tokens...)
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
