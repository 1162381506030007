package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// audience are viewers without browsers, thousands of them if need be: each has loaded a page, and applies what its stream brings as
// htmx does. They come back as a browser does whenever their stream ends. They leave with the test at the latest.
type audience struct {
	t        testing.TB
	address  string
	ctx      context.Context
	messages messages
	members  sync.WaitGroup
	// ignored says of an element that agree does not compare what is in it; nil: all is compared.
	ignored func(n *html.Node) bool
}

func newAudience(t testing.TB, address string) *audience {
	ctx, cancel := context.WithCancel(context.Background())
	a := &audience{t: t, address: address, ctx: ctx}
	t.Cleanup(func() {
		cancel()
		a.members.Wait()
	})
	return a
}

// seat is one viewer's page.
type seat struct {
	of     *audience
	path   string
	cancel context.CancelFunc

	mu   sync.Mutex
	conn net.Conn // nil: none
	// body is the page as it was loaded, or what is left of it when the stream has brought the whole region; since is what came then.
	body  string
	since []*message
	// What the viewer has seen so far.
	loads, streams, taken, closings int
	reason                          string // of the last closing
	fault                           error  // what no stream may bring
	refusal                         int    // status of the last stream that was refused; 0: none since one was served
}

// sit opens a page, whose stream goes on until it is left.
func (a *audience) sit(path string) *seat {
	ctx, cancel := context.WithCancel(a.ctx)
	s := &seat{of: a, path: path, cancel: cancel}
	a.members.Go(func() { s.run(ctx) })
	return s
}

// leave closes the page for good.
func (s *seat) leave() {
	s.cancel()
	s.drop()
}

// drop breaks the connection, with a reset; the viewer comes back.
func (s *seat) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != nil {
		_ = s.conn.(*net.TCPConn).SetLinger(0) // it may be closed already
		s.conn.Close()
	}
}

// run loads the page, and opens its stream again and again until ctx ends.
func (s *seat) run(ctx context.Context) {
	const again = 100 * time.Millisecond
	for ctx.Err() == nil {
		stream, err := s.load(ctx)
		for lastID, retry := "", again; err == nil && ctx.Err() == nil; {
			lastID, retry, err = s.follow(ctx, stream, lastID)
			rest(ctx, max(retry, again))
		}
		rest(ctx, again)
	}
}

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// ask sends a request on a connection of its own, which ends with ctx.
func (s *seat) ask(ctx context.Context, path string, header ...string) (res *http.Response, end func(), err error) {
	conn, err := (&net.Dialer{Timeout: patience}).DialContext(ctx, "tcp", s.of.address)
	if err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	s.conn = conn
	s.mu.Unlock()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	end = func() {
		stop()
		s.mu.Lock()
		s.conn = nil
		s.mu.Unlock()
		conn.Close()
	}
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s\r\n", path, s.of.address, strings.Join(header, "\r\n"))
	if err == nil {
		res, err = http.ReadResponse(bufio.NewReader(conn), nil)
	}
	if err != nil {
		end()
		return nil, nil, err
	}
	return res, end, nil
}

// load loads the page and returns the address of its stream.
func (s *seat) load(ctx context.Context) (stream string, err error) {
	res, end, err := s.ask(ctx, s.path)
	if err != nil {
		return "", err
	}
	defer end()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return "", err
	}
	page, err := html.Parse(strings.NewReader(string(body)))
	if err != nil {
		return "", err
	}
	stream = attribute(document{page}.first(func(n *html.Node) bool { return attribute(n, "hx-sse:connect") != "" }).root, "hx-sse:connect")
	if stream == "" {
		return "", fmt.Errorf("%s answers %s and has no stream", s.path, res.Status)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loads++
	s.body, s.since = string(body), nil
	return stream, nil
}

// bare is a page of which nothing is left that a whole region does not bring.
const bare = `<title></title><link id="icon"><div id="region"></div>`

// errLoadAgain: the page is to be loaded anew.
var errLoadAgain = errors.New("the page is to be loaded again")

// follow reads a stream to its end, and returns what the page knows to come back with.
func (s *seat) follow(ctx context.Context, stream, lastID string) (id string, retry time.Duration, err error) {
	header := []string{"Accept: text/event-stream", ""}
	if lastID != "" {
		header = append([]string{"Last-Event-ID: " + lastID}, header...)
	}
	res, end, err := s.ask(ctx, stream, header...)
	if err != nil {
		return lastID, 0, nil
	}
	defer end()
	if res.StatusCode != http.StatusOK {
		s.mu.Lock()
		s.refusal = res.StatusCode
		s.mu.Unlock()
		if res.StatusCode == http.StatusServiceUnavailable {
			return lastID, 0, nil
		}
		return lastID, 0, errLoadAgain
	}
	s.mu.Lock()
	s.streams++
	s.refusal = 0
	s.mu.Unlock()

	var name, data string
	next := lastID // of the event being read: one that is cut short does not count
	for in := bufio.NewReader(res.Body); ; {
		line, err := in.ReadString('\n')
		if err != nil {
			return lastID, retry, nil
		}
		field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch field {
		case "id":
			next = value
		case "event":
			name = value
		case "data":
			data = value
		case "retry":
			ms, _ := strconv.Atoi(value)
			retry = time.Duration(ms) * time.Millisecond
		case "":
			if err := s.take(name, data); err != nil {
				return lastID, retry, err
			}
			name, data, lastID = "", "", next
		}
	}
}

// take takes an event.
func (s *seat) take(name, data string) error {
	switch name {
	case "clock":
		return nil
	case "closing":
		var closing struct{ Reason string }
		err := json.Unmarshal([]byte(data), &closing)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.closings++
		s.reason = closing.Reason
		if closing.Reason == "renewed" || closing.Reason == "denied" {
			return errLoadAgain
		}
		s.fault = errors.Join(s.fault, err)
		return nil
	case "":
	default:
		return nil // for the page's scripts
	}
	m, err := s.of.messages.of(data)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.fault = errors.Join(s.fault, err)
		return nil
	}
	if m.whole() {
		s.body, s.since = bare, nil
	}
	s.since = append(s.since, m)
	s.taken++
	return nil
}

// content is what the page shows now. What came so far is folded into it, so that a page that is open for hours does not pile it up.
func (s *seat) content() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault != nil {
		return "", fmt.Errorf("%s: %w", s.path, s.fault)
	}
	page, err := html.Parse(strings.NewReader(s.body))
	if err != nil {
		return "", err
	}
	for _, m := range s.since {
		m.apply(page)
	}
	s.body, s.since = content(page), nil
	return s.body, nil
}

// agree waits until each page shows what it would show when it was loaded now. It is for times at which little changes.
func (a *audience) agree(seats []*seat) {
	a.t.Helper()
	const slowly = 4 * patience // hundreds of pages are asked for
	for deadline := time.Now().Add(slowly); len(seats) > 0; {
		fresh := map[string]string{}
		var apart []*seat
		why := map[string]string{}
		for _, s := range seats {
			want, asked := fresh[s.path]
			if !asked {
				want = a.compared(a.fresh(s.path))
				fresh[s.path] = want
			}
			got, err := s.content()
			if err != nil {
				a.t.Fatal(err)
			}
			if got = a.compared(got); got != want {
				apart = append(apart, s)
				why[s.path] = s.tell() + " " + difference(got, want)
			}
		}
		if seats = apart; len(seats) > 0 && time.Now().After(deadline) {
			a.t.Fatalf("%d pages differ from what they show when loaded anew:\n%s", len(seats), strings.Join(slices.Collect(maps.Values(why)), "\n"))
		}
		if len(seats) > 0 {
			rest(a.ctx, 100*time.Millisecond)
		}
	}
}

// compared is a content without what is ignored.
func (a *audience) compared(shown string) string {
	if a.ignored == nil {
		return shown
	}
	page := parsed(a.t, strings.NewReader(shown))
	for n := range page.root.Descendants() {
		if n.Type == html.ElementNode && a.ignored(n) {
			empty(n)
			n.Attr = nil
		}
	}
	return content(page.root)
}

// fresh is what a page shows when it is loaded now. One behind a link has nothing to show before its stream.
func (a *audience) fresh(path string) string {
	a.t.Helper()
	page := parsed(a.t, strings.NewReader(get(a.t, "http://"+a.address+path).body))
	if !strings.HasPrefix(path, "/s/") {
		return content(page.root)
	}
	s := a.sit(path)
	defer s.leave()
	a.connected([]*seat{s})
	shown, err := s.content()
	if err != nil {
		a.t.Fatal(err)
	}
	return shown
}

// tell says how the viewer fared, for a test that fails.
func (s *seat) tell() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprintf("%s (loaded %d times, %d streams, %d messages, %d closings, the last %q, refused with %d)",
		s.path, s.loads, s.streams, s.taken, s.closings, s.reason, s.refusal)
}

// connected waits until each has a stream.
func (a *audience) connected(seats []*seat) {
	a.t.Helper()
	var waits *seat
	defer func() {
		if a.t.Failed() && waits != nil {
			a.t.Log("who has none is", waits.tell())
		}
	}()
	until(a.t, fmt.Sprintf("%d viewers to have their streams", len(seats)), func() bool {
		for _, s := range seats {
			s.mu.Lock()
			there := s.taken > 0
			s.mu.Unlock()
			if waits = s; !there {
				return false
			}
		}
		return true
	})
}
