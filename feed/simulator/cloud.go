// Package simulator is a cloud of meetings on loopback: the REST and WebSocket surface of Huawei Cloud Meeting that a
// status board needs, served over real sockets and enforcing the documented rules (meeting_21_0027, _1506, _1508,
// _1510 to _1516, _1520); and, where an App is configured, what an enterprise needs to find its meetings: the login
// (meeting_21_0311), the lists (meeting_21_0017, _0025) and the push of events.
//
// A Meeting is a handle by which a test or a program starts, changes and ends a meeting. Inject makes one meeting, or all of the
// cloud, misbehave in any of the ways of Faults. Demo adds meetings that live by themselves, reproducibly from a seed, while Run
// drives them. What clients do against the rules without being refused is found in Violations.
//
// The package imports nothing of ours, so that a mistake in the client cannot be repeated here.
package simulator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// Cloud is the simulated cloud. It is an http.Handler, so any server can serve it; Start serves it on a loopback port of its
// own. Close it in both cases: a server does not know the WebSocket connections. All methods are safe for concurrent
// use.
type Cloud struct {
	config   Config
	mux      *http.ServeMux
	events   *sender
	upgrader *websocket.Upgrader
	faults   atomic.Uint64 // a faultSet
	ended    chan struct{} // closed by Close

	mu          sync.Mutex
	application *App // not modified; nil: nobody can log in
	meetings    map[string]*Meeting
	casts       []*cast
	control     map[string]controlToken
	webSocket   map[string]webSocketToken
	pruneAt     int // the number of tokens at which the forgotten ones are looked for
	logins      logins
	issued      []string // every token that was given away
	called      map[string]int
	recent      map[string][]time.Time // calls of the last minute, where they are limited
	violations  []string
	handler     http.Handler
	released    chan struct{} // closed and replaced when calls that hang are let go
	frame       []byte        // the large one of a fault
	sockets     sync.WaitGroup
	closed      bool

	listener net.Listener
	server   *http.Server
	served   chan struct{}
}

// New returns a cloud without meetings.
func New(c Config) *Cloud {
	cloud := &Cloud{
		config:    c.withDefaults(),
		meetings:  map[string]*Meeting{},
		control:   map[string]controlToken{},
		webSocket: map[string]webSocketToken{},
		called:    map[string]int{},
		recent:    map[string][]time.Time{},
		released:  make(chan struct{}),
		ended:     make(chan struct{}),
	}
	cloud.SetApp(c.App)
	cloud.upgrader = newUpgrader()
	cloud.events = newSender(cloud.config)
	cloud.mux = cloud.routes()
	cloud.handler = cloud.mux
	return cloud
}

// Add adds a meeting that has not started. An ID that exists is replaced, and its connections are cut.
func (c *Cloud) Add(mc MeetingConfig) *Meeting {
	m := newMeeting(c, mc)
	c.mu.Lock()
	old := c.meetings[mc.ConfID]
	c.meetings[mc.ConfID] = m
	c.mu.Unlock()
	if old != nil {
		old.CutConnections()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tell(eventCreate, nil)
	return m
}

// Meeting returns the meeting with the ID, nil if there is none.
func (c *Cloud) Meeting(confID string) *Meeting {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.meetings[confID]
}

// Meetings returns all meetings in order of their IDs.
func (c *Cloud) Meetings() []*Meeting {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]*Meeting, 0, len(c.meetings))
	for _, m := range c.meetings {
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b *Meeting) int { return cmp.Compare(a.confID, b.confID) })
	return all
}

// Start serves the cloud on a free port of 127.0.0.1 until Close, and returns its base URL. Call it once.
func (c *Cloud) Start() (url string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("listen for the simulated cloud: %w", err)
	}
	c.listener = l
	c.server = &http.Server{Handler: c, ReadHeaderTimeout: 10 * time.Second}
	c.served = make(chan struct{})
	go func() {
		defer close(c.served)
		if err := c.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			c.config.Logger.Error("simulated cloud stopped serving", "err", err)
		}
	}()
	return c.URL(), nil
}

// URL is the base URL of a started cloud.
func (c *Cloud) URL() string { return "http://" + c.listener.Addr().String() }

// Close stops serving, closes every connection and waits until all have gone.
func (c *Cloud) Close() error {
	c.mu.Lock()
	if !c.closed {
		c.closed = true
		close(c.ended)
	}
	c.mu.Unlock()
	var err error
	if c.server != nil {
		err = c.server.Close()
		<-c.served
	}
	for _, m := range c.Meetings() {
		m.CutConnections()
	}
	c.sockets.Wait()
	c.events.close()
	return err
}

// now is the cloud's time.
func (c *Cloud) now() time.Time { return c.config.Now().Add(faultSet(c.faults.Load()).offset()) }

func (c *Cloud) closing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// Wrap puts a handler around the cloud's own: it can answer instead, or change what is asked and answered. It replaces
// an earlier one; nil restores the cloud.
func (c *Cloud) Wrap(around func(next http.Handler) http.Handler) {
	var h http.Handler = c.mux
	if around != nil {
		h = around(h)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handler = h
}

// Refuse answers every call, the opening of a connection included, with the status and body. Open connections stay.
// Status 0 restores the cloud.
func (c *Cloud) Refuse(status int, body string) {
	if status == 0 {
		c.Wrap(nil)
		return
	}
	c.Wrap(func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body)) // a client that went away needs no answer
		})
	})
}

// ServeHTTP implements http.Handler.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	h := c.handler
	c.mu.Unlock()
	h.ServeHTTP(w, r)
}

// Run lets the meetings of Demo live until ctx ends, then returns nil. Call it after Demo.
func (c *Cloud) Run(ctx context.Context) error {
	c.mu.Lock()
	casts := slices.Clone(c.casts)
	c.mu.Unlock()
	runCasts(ctx, casts, c.config.Speed)
	return nil
}
