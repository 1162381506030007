package e2e

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"confboard/e2e/crowd"
	"confboard/feed/simulator"
)

var fullSize = flag.Bool("full", false, "tests with many viewers have ten times as many, as the figures of the benchmarks do, and those of a slow NATS try more")

// many is a number of viewers, ten times as many at full size.
func many(n int) int {
	if *fullSize {
		return 10 * n
	}
	return n
}

// spectators are a crowd of which each member keeps what it needs to know what its page shows.
type spectators struct {
	mu       sync.Mutex
	messages messages
	pages    map[int][]*message // since the last whole region
	fault    error
	// compared is what of a content counts; nil: all of it.
	compared func(content string) string
}

// received is for crowd.Options.
func (s *spectators) received(viewer int, _ time.Time, e crowd.Event) {
	if len(e.Name) > 0 {
		return
	}
	m, err := s.messages.of(string(e.Data))
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err != nil:
		s.fault = err
	case m.whole():
		s.pages[viewer] = []*message{m}
	default:
		s.pages[viewer] = append(s.pages[viewer], m)
	}
}

// apart is how many of the viewers differ from a page, and in what one of them does.
func (s *spectators) apart(t *testing.T, viewers []int, page string) (differ int, how string) {
	t.Helper()
	type history struct {
		first, last *message
		n           int
	}
	seen := map[history]string{} // they have got the same, from different messages on
	for _, viewer := range viewers {
		s.mu.Lock()
		since, fault := s.pages[viewer], s.fault
		s.mu.Unlock()
		if fault != nil {
			t.Fatal(fault)
		}
		if len(since) == 0 {
			differ, how = differ+1, fmt.Sprintf("viewer %d, who has nothing", viewer)
			continue
		}
		of := history{since[0], since[len(since)-1], len(since)}
		got, known := seen[of]
		if !known {
			shown := parsed(t, strings.NewReader(bare)).root
			for _, m := range since {
				m.apply(shown)
			}
			if got = content(shown); s.compared != nil {
				got = s.compared(got)
			}
			seen[of] = got
		}
		if got != page {
			differ++
			how = fmt.Sprintf("viewer %d %s", viewer, difference(got, page))
		}
	}
	return differ, how
}

// A tenth never reads and a tenth reads a byte a second. Everybody else ends with the newest state, viewer by viewer.
func TestNobodyMissesTheNewestStateBecauseOthersDoNotRead(t *testing.T) {
	t.Parallel()
	b, m := oneMeeting(t, nil)
	const path = "/m/" + boardID
	healthy, slow := many(400), many(50)
	all := &spectators{pages: map[int][]*message{}}
	join := func(o crowd.Options) *crowd.Crowd {
		o.Address, o.Path = b.address(), path+"/events"
		c, err := crowd.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	}
	others := join(crowd.Options{N: healthy, Received: all.received, Back: crowd.Browser, MayEnd: true})
	join(crowd.Options{N: slow, Reads: crowd.Never, ReadBuffer: 4 << 10, MayEnd: true})
	join(crowd.Options{N: slow, Reads: crowd.Slowly(1), ReadBuffer: 4 << 10, MayEnd: true})
	until(t, "all viewers", func() bool { return int(b.metric("confboard_viewers")) == healthy+2*slow })

	n := 0
	until(t, "those who do not read to be cut", func() bool {
		for range 5 {
			n++
			m.Set(map[string]any{"partViewNum": n, "extra": strings.Repeat(fmt.Sprint(n, "."), 500)})
			rest(t.Context(), 20*time.Millisecond)
		}
		return int(b.metric("confboard_cuts_total")) >= 2*slow
	})
	m.Set(map[string]any{"lock": 1, "partViewNum": 7, "extra": "last"})
	until(t, "the lock in the API", func() bool { return string(b.meeting(boardID).Status["lock"]) == "1" })
	page := content(b.read(path).root)
	differ, how := -1, ""
	everybody := make([]int, healthy)
	for i := range everybody {
		everybody[i] = i
	}
	for deadline := time.Now().Add(patience); differ != 0; rest(t.Context(), 200*time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d viewers do not have the newest state, such as %s", differ, healthy, how)
		}
		page = content(b.read(path).root)
		differ, how = all.apart(t, everybody, page)
	}
	t.Logf("%d viewers have the newest state after %d changes, %d of them came back once; %v were cut", healthy, n, others.Ended(), b.metric("confboard_cuts_total"))
}

// How a visit ends: half of them without a farewell.
var visits = []struct {
	name string
	// until is what is read before the viewer leaves; mid: it leaves in mid-request.
	until string
	mid   bool
	reset bool
}{
	{name: "leaves after the region", until: "data:"},
	{name: "is reset in mid-request", mid: true, reset: true},
	{name: "leaves before the first event", until: "HTTP/1.1"},
	{name: "is reset before the answer", reset: true},
	{name: "leaves in mid-request", mid: true},
	{name: "is reset after the region", until: "data:", reset: true},
}

func TestViewersComeAndGoWithoutATrace(t *testing.T) {
	b, m := oneMeeting(t, nil)
	// Both topics are in use all the while, so that their own goroutines are in the count.
	for _, path := range []string{"/m/" + boardID + "/events", "/events"} {
		openStream(t, b.url+path).next()
	}
	running := scaled{board: b}
	goroutines, files, held := b.metric("go_goroutines"), b.openFiles(), running.held()

	const at = 20
	rounds, address := many(5000), b.address()
	if !*fullSize {
		rounds = 3000
	}
	visit := func(i int) error {
		how := visits[i%len(visits)]
		path := "/events"
		if i/len(visits)%2 == 0 {
			path = "/m/" + boardID + "/events"
		}
		conn, err := net.DialTimeout("tcp", address, patience)
		if err != nil {
			return err
		}
		defer conn.Close()
		if how.reset {
			if err := conn.(*net.TCPConn).SetLinger(0); err != nil {
				return err
			}
		}
		asked := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\n", path, address)
		if !how.mid {
			asked += "Accept: text/event-stream\r\n\r\n"
		}
		if _, err := io.WriteString(conn, asked); err != nil || how.until == "" {
			return err
		}
		if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			return err
		}
		for in := bufio.NewReader(conn); ; {
			line, err := in.ReadString('\n')
			if err != nil {
				return fmt.Errorf("who %s: %w", how.name, err)
			}
			if strings.Contains(line, how.until) {
				return nil
			}
		}
	}
	var workers sync.WaitGroup
	for w := range at {
		workers.Go(func() {
			for i := w; i < rounds; i += at {
				if err := visit(i); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 50 { // while something happens
		m.Set(map[string]any{"partViewNum": i})
		rest(t.Context(), 20*time.Millisecond)
	}
	workers.Wait()

	until(t, "the two viewers of before", func() bool { return b.metric("confboard_viewers") == 2 })
	const slack = 5 // the metrics' own connections, and the runtime's
	until(t, fmt.Sprintf("at most %v goroutines again", goroutines+slack), func() bool { return b.metric("go_goroutines") <= goroutines+slack })
	until(t, fmt.Sprintf("at most %d open files again", files+slack), func() bool { return b.openFiles() <= files+slack })
	after := running.held()
	t.Logf("after %d visits: %v goroutines (%v before), %d files (%d), %.1f MiB (%.1f)", rounds, b.metric("go_goroutines"), goroutines, b.openFiles(), files, after/(1<<20), held/(1<<20))
	if most := 1.25*held + 16<<20; after > most {
		t.Errorf("%.0f bytes are held, before %.0f", after, held)
	}
}

// Beyond the limits there is a plain answer, and a place for the next as soon as somebody has left.
func TestWhoComesBeyondTheLimitsIsToldSoAndComesInLater(t *testing.T) {
	t.Parallel()
	const all, each = 6, 4
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: boardID, HostPassword: "135790", Title: "Board"})
	m.Start()
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m), further: map[string]any{"trustedProxies": []string{"127.0.0.1"},
		"limits": map[string]any{"streams": all, "streamsPerAddress": each}}})
	b.waitLink(boardID, "live")
	from := func(address string, n int) *crowd.Crowd {
		t.Helper()
		c, err := crowd.Open(t.Context(), crowd.Options{Address: b.address(), Path: "/m/" + boardID + "/events", N: n, MayEnd: true,
			Header: http.Header{"X-Forwarded-For": {address}}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	}
	refused := func(address string) {
		t.Helper()
		r := get(t, b.url+"/m/"+boardID+"/events", "Accept", "text/event-stream", "X-Forwarded-For", address)
		if r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" || r.header.Get("Content-Type") != "application/problem+json" ||
			!strings.Contains(r.body, "too many streams are open") {
			t.Errorf("%s is answered %d, %v: %s", address, r.status, r.header, r.body)
		}
		if r := get(t, b.url+"/m/"+boardID, "X-Forwarded-For", address); r.status != http.StatusOK {
			t.Errorf("the page itself is answered %d", r.status)
		}
	}
	first := from("192.0.2.1", each)
	refused("192.0.2.1")
	second := from("192.0.2.2", all-each)
	if n := first.Connected() + second.Connected(); n != all {
		t.Errorf("%d streams are open, want %d", n, all)
	}
	refused("192.0.2.3")

	second.Close()
	until(t, "places", func() bool { return int(b.metric("confboard_viewers")) == each })
	if n := from("192.0.2.3", 1).Connected(); n != 1 {
		t.Error("there is no place although others have left")
	}
}

// Over HTTP/2 many streams share a connection. One that is not read is cut, and the others on the same connection go on.
func TestAStreamThatIsNotReadOverHTTP2CostsTheOthersOfItsConnectionNothing(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: boardID, HostPassword: "135790", Title: "Board"})
	m.Start()
	files := newRenewable(t)
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m), further: map[string]any{"tls": map[string]string{"certFile": files.cert, "keyFile": files.key}}})
	browser := files.browser()
	browser.Transport.(*http.Transport).HTTP2 = &http.HTTP2Config{MaxReceiveBufferPerStream: 64 << 10}
	ask := func(path string) *http.Response {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := browser.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { res.Body.Close() })
		if res.ProtoMajor != 2 || res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s over %s", path, res.Status, res.Proto)
		}
		return res
	}
	metric := func(name string) (value float64) {
		t.Helper()
		res := ask("/metrics")
		defer res.Body.Close()
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if text, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
				if _, err := fmt.Sscan(text, &value); err != nil {
					t.Fatal(err)
				}
			}
		}
		return value
	}
	until(t, "the meeting to be live", func() bool {
		res := ask("/api/v1/meetings/" + boardID)
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		return strings.Contains(string(body), `"link":"live"`)
	})
	stuck := ask("/m/" + boardID + "/events")
	healthy := ask("/m/" + boardID + "/events")
	until(t, "both viewers", func() bool { return metric("confboard_viewers") == 2 })

	told := make(chan bool, 1)
	go func() { // ends with the stream, and the test waits for it
		in := bufio.NewReader(healthy.Body)
		for {
			line, err := in.ReadString('\n')
			if locked := strings.Contains(line, `data-field="lock"`) && strings.Contains(line, "Locked"); locked || err != nil {
				told <- locked
				return
			}
		}
	}()
	n := 0
	until(t, "the stream that is not read to be cut", func() bool {
		fields := map[string]any{"partViewNum": n % 1000}
		for i := range 20 {
			fields[fmt.Sprintf("extra%d", i)] = strings.Repeat(fmt.Sprintf("%d.", n), 3000)
		}
		m.Set(fields)
		n++
		return metric("confboard_cuts_total") >= 1
	})
	m.Set(map[string]any{"lock": 1})
	giveUp := time.AfterFunc(patience, func() { healthy.Body.Close() })
	defer giveUp.Stop()
	if !<-told {
		t.Error("the other stream of the connection was not told of the last change")
	}
	if _, err := io.Copy(io.Discard, stuck.Body); err == nil {
		t.Error("the stream that was not read ended in good order")
	}
	if cuts := metric("confboard_cuts_total"); cuts != 1 {
		t.Errorf("%v streams were cut, want one", cuts)
	}
}
