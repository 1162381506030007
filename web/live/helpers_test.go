package live

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"confboard/feed/conference"
)

const meeting conference.ConfID = "900487914"

// board is a View of numbered components. Its messages are "name=value;" for components, and the same after "*;" for the
// region.
type board struct {
	key   string
	every time.Duration
	join  time.Duration
	about conference.ConfID

	mu      sync.Mutex
	values  map[string]int
	broken  map[string]bool // fails, or panics when true
	padding string
	renders []string // what was rendered: names, or "*"
	regions chan struct{}
}

func newBoard(key string) *board {
	return &board{key: key, values: map[string]int{}, broken: map[string]bool{}, join: time.Millisecond}
}

func (b *board) Key() string                         { return b.key }
func (b *board) JoinBursts() time.Duration           { return b.join }
func (b *board) About() (conference.ConfID, bool)    { return b.about, b.about != "" }
func (b *board) breaks(name string) (broken, p bool) { p, broken = b.broken[name]; return broken, p }

func (b *board) Touched(c conference.Change) (touches []Touch) {
	for _, f := range c.Fields {
		if f.Name == "panic" {
			panic("touched")
		}
		if f.Name != "" {
			touches = append(touches, Touch{Component: f.Name, Every: b.every})
		}
	}
	return touches
}

func (b *board) Render(_ context.Context, components []string) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.renders = append(b.renders, strings.Join(components, " "))
	var text strings.Builder
	for _, name := range components {
		if broken, panics := b.breaks(name); panics {
			panic("render " + name)
		} else if broken {
			return nil, fmt.Errorf("render %s", name)
		}
		fmt.Fprintf(&text, "%s=%d;", name, b.values[name])
	}
	return []byte(text.String() + b.padding), nil
}

func (b *board) Region(context.Context) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.renders = append(b.renders, "*")
	if broken, panics := b.breaks("*"); panics {
		panic("region")
	} else if broken {
		return nil, fmt.Errorf("region")
	}
	text := "*;"
	for _, name := range slices.Sorted(maps.Keys(b.values)) {
		text += fmt.Sprintf("%s=%d;", name, b.values[name])
	}
	return []byte(text + b.padding), nil
}

func (b *board) set(name string, value int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.values[name] = value
}

func (b *board) breakDown(name string, panics bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.broken[name] = panics
}

func (b *board) repair() {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.broken)
}

func (b *board) rendered() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.renders)
}

func (b *board) state() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.values)
}

// change is a change of a meeting that touches the components of these names.
func change(names ...string) conference.Change {
	c := conference.Change{ConfID: meeting}
	for _, name := range names {
		c.Fields = append(c.Fields, conference.FieldChange{Part: conference.PartUnlisted, Name: name})
	}
	return c
}

// house is a running hub behind a real server.
type house struct {
	*Hub
	t      testing.TB
	server *httptest.Server
	view   atomic.Pointer[View]
	serve  atomic.Pointer[ServeOptions]
	errs   chan error // what Serve returned, where it was an error
	stop   func()
}

func newHouse(t testing.TB, v View, o Options, start ...func(*httptest.Server)) *house {
	t.Helper()
	h := &house{Hub: NewHub(o), t: t, errs: make(chan error, 4096)}
	h.view.Store(&v)
	h.serve.Store(&ServeOptions{})
	h.server = httptest.NewUnstartedServer(Afterwards(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h.Serve(w, r, *h.view.Load(), *h.serve.Load()); err != nil {
			h.errs <- err
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		}
	})))
	h.server.Config.ConnContext = ConnContext
	if len(start) > 0 {
		start[0](h.server)
	} else {
		h.server.Start()
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := h.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	h.stop = sync.OnceFunc(func() {
		cancel()
		<-ended
		h.server.Close()
	})
	t.Cleanup(h.stop)
	return h
}

// patience is how long a test waits for what has to happen. Nothing is asserted by it: on a busy machine a test takes longer and still passes.
const patience = 90 * time.Second

// event is one event of a stream.
type event struct {
	id, name, data, retry string
}

// page is a client of a stream that keeps what it was sent, as a browser would.
type page struct {
	t      testing.TB
	status int
	header http.Header
	coding []string
	cancel context.CancelFunc

	mu      sync.Mutex
	changed chan struct{} // closed and replaced with each event, and at the end
	events  []event
	shows   map[string]int
	lastID  string
	ended   bool
	err     error
	pause   time.Duration // before each event is read
}

func (p *page) setPause(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pause = d
}

// carry keeps what the page showed before it came back, unless it was sent the region since.
func (p *page) carry(before *page) {
	before.mu.Lock()
	shows := maps.Clone(before.shows)
	before.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.events {
		if strings.HasPrefix(e.data, "*;") {
			return
		}
	}
	maps.Copy(shows, p.shows)
	p.shows = shows
}

// open connects with a Last-Event-ID, and query as the stream's.
func (h *house) open(lastID, query string) *page {
	h.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	h.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.server.URL+"/events"+query, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	answer, err := h.server.Client().Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	p := &page{t: h.t, status: answer.StatusCode, header: answer.Header, coding: answer.TransferEncoding, cancel: cancel, changed: make(chan struct{}), shows: map[string]int{}, lastID: lastID}
	if p.status != http.StatusOK {
		answer.Body.Close()
		p.ended = true
		return p
	}
	go p.read(answer.Body)
	return p
}

func (p *page) read(body io.ReadCloser) {
	defer body.Close()
	lines := bufio.NewReader(body)
	var e event
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			p.mu.Lock()
			p.ended, p.err = true, err
			close(p.changed)
			p.mu.Unlock()
			return
		}
		line = strings.TrimSuffix(line, "\n")
		field, value, _ := strings.Cut(line, ": ")
		switch field {
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			e.data = value
		case "retry":
			e.retry = value
		case "":
			p.take(e)
			e = event{}
			p.mu.Lock()
			pause := p.pause
			p.mu.Unlock()
			time.Sleep(pause)
		default:
			p.t.Errorf("line of no field: %q", line)
		}
	}
}

func (p *page) take(e event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.id == "" || e.data == "" {
		p.t.Errorf("event without id or data: %+v", e)
	}
	p.events = append(p.events, e)
	p.lastID = e.id
	if e.name == "" {
		for entry := range strings.SplitSeq(e.data, ";") {
			if entry == "*" {
				clear(p.shows)
			} else if name, value, ok := strings.Cut(entry, "="); ok {
				p.shows[name], _ = strconv.Atoi(value)
			}
		}
	}
	close(p.changed)
	p.changed = make(chan struct{})
}

// until waits for a condition, which is asked with the page locked.
func (p *page) until(what string, condition func() bool) {
	p.t.Helper()
	deadline := time.After(patience)
	for {
		p.mu.Lock()
		ok, ended, changed := condition(), p.ended, p.changed
		p.mu.Unlock()
		if ok {
			return
		}
		if ended {
			p.t.Fatalf("stream ended before %s: %v; %+v", what, p.err, p.tail())
		}
		select {
		case <-changed:
		case <-deadline:
			p.t.Fatalf("waited in vain for %s; last events %+v", what, p.tail())
		}
	}
}

func (p *page) tail() []event {
	p.mu.Lock()
	defer p.mu.Unlock()
	events := slices.Clone(p.events[max(0, len(p.events)-5):])
	for i := range events {
		events[i].data = events[i].data[:min(len(events[i].data), 80)]
	}
	return events
}

func (p *page) untilShows(want map[string]int) {
	p.t.Helper()
	p.until(fmt.Sprintf("%v", want), func() bool { return maps.Equal(p.shows, want) })
}

func (p *page) untilClock() {
	p.t.Helper()
	p.until("a clock", func() bool { return len(p.named(ClockEvent)) > 0 })
}

func (p *page) untilEnd() {
	p.t.Helper()
	p.until("the end", func() bool { return p.ended })
}

// named returns the events of a name; the page is locked.
func (p *page) named(name string) (found []event) {
	for _, e := range p.events {
		if e.name == name {
			found = append(found, e)
		}
	}
	return found
}

func (p *page) messages() []event {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.named("")
}

func (p *page) last() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lastID
}

// eventually waits for a condition that nothing announces.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !condition(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<16)
			t.Fatalf("waited in vain for %s\n%s", what, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// silent connects, sends a request for the stream and never reads.
func (h *house) silent() net.Conn {
	h.t.Helper()
	c, err := net.Dial("tcp", h.server.Listener.Addr().String())
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { c.Close() })
	if err := c.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		h.t.Fatal(err)
	}
	if _, err := io.WriteString(c, "GET /events HTTP/1.1\r\nHost: board\r\n\r\n"); err != nil {
		h.t.Fatal(err)
	}
	return c
}
