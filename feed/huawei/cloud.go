// Package huawei watches meetings of Huawei Cloud Meeting by the documented way: a control token for the host password
// (meeting_21_0027), a WebSocket token (meeting_21_1506), the connection (meeting_21_1510), the subscription
// (meeting_21_1511), and a heartbeat that the cloud echoes (meeting_21_1520).
//
// Each meeting has a watch with a connection of its own. The watch tells the sink what was pushed and how the link fares,
// and decides by the kind of fault whether and when to try again. A watch uses at most three goroutines; Run waits for
// all of them.
//
// Passwords and tokens are held as Secret. An error carries status, code and request ID of an answer and never its text,
// and of a URL nothing.
package huawei

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"confboard/feed/conference"
)

const (
	// callLimit is how long one REST call, the opening of a connection, a write on it, or the answer to a subscription may take.
	callLimit = 10 * time.Second
	// userAgent names us to the cloud, with no version and nothing about the machine.
	userAgent = "confboard"
)

// Config says which cloud and which meetings. Endpoint is required.
type Config struct {
	// Endpoint is the base URL of the cloud: https, or http on a loopback host.
	Endpoint string
	// Heartbeat is the interval between heartbeats. Default 60 s, as documented; the far side hangs up after 180 s
	// without one.
	Heartbeat time.Duration
	// CallsPerMinute bounds the calls of each API, all meetings together, in any minute. 0: no bound.
	CallsPerMinute int
	// Meetings are the meetings to watch.
	Meetings []Meeting
	// App is the login of the enterprise, by which its meetings are found; nil: none are. What follows counts only with it.
	App *App
	// DiscoverEvery is the interval at which the lists of meetings are asked for. Default 30 s.
	DiscoverEvery time.Duration
	// Booked says that meetings that have not started are found too, if they start within BookedAhead. Default 24 h, at most a week.
	Booked      bool
	BookedAhead time.Duration
	// Select are the watch rules for meetings that are found.
	Select []Rule
	// Logger gets a line for each change of a link, and the details at debug level. Default: none.
	Logger *slog.Logger
	// HTTPClient makes the REST calls; its redirects and its timeout are replaced by ours. If its Transport is an
	// *http.Transport, the WebSocket connections use the same proxy, TLS settings and dialler. Default: a client of our own, which
	// takes its proxy from the environment.
	HTTPClient *http.Client
	// Delays between attempts.
	Delays Delays
}

// Meeting is a meeting to watch.
type Meeting struct {
	ConfID       conference.ConfID
	HostPassword conference.Secret
	// Name and Group are shown on the board; both can be empty.
	Name, Group string
}

// Delays are the times between attempts. A zero one has its default.
type Delays struct {
	// BackoffMin and BackoffMax bound the delay after a fault that passes by itself. It doubles from one to the other, each
	// delay being drawn from its upper half, and starts over after a connection that brought a full status. Default 1 s and 60 s.
	BackoffMin, BackoffMax time.Duration
	// Look is how long to wait before asking again for a meeting that has not started or has ended. Default 20 s, or one
	// heartbeat if that is less.
	Look time.Duration
	// Refused is how long to wait after a refusal that somebody may mend on the cloud's side. A refusal that only other
	// settings can mend, such as a wrong password, is never tried again. Default 5 min.
	Refused time.Duration
	// AskMin and AskMax bound the delay before subscribing again for a full message that is needed. It doubles while the need
	// lasts. Default 10 s and 5 min.
	AskMin, AskMax time.Duration
}

func (d Delays) withDefaults(heartbeat time.Duration) Delays {
	d.BackoffMin = cmp.Or(d.BackoffMin, time.Second)
	d.BackoffMax = max(cmp.Or(d.BackoffMax, time.Minute), d.BackoffMin)
	d.Look = cmp.Or(d.Look, min(20*time.Second, heartbeat))
	d.Refused = cmp.Or(d.Refused, 5*time.Minute)
	d.AskMin = cmp.Or(d.AskMin, 10*time.Second)
	d.AskMax = max(cmp.Or(d.AskMax, 5*time.Minute), d.AskMin)
	return d
}

// Cloud is the real source of messages.
type Cloud struct {
	config   Config
	endpoint *url.URL
	http     *http.Client
	proxy    func(*http.Request) (*url.URL, error)
	tls      *tls.Config
	dial     func(ctx context.Context, network, address string) (net.Conn, error)
	pace     map[api]*gate // read only
	account  *Account      // nil without an App
}

var _ conference.Source = (*Cloud)(nil)

// New checks the configuration; the error names everything that is wrong with it. Nothing is called before Run.
func New(c Config) (*Cloud, error) {
	endpoint, err := baseURL(c.Endpoint)
	faults := []error{err}
	if c.Heartbeat < 0 {
		faults = append(faults, fmt.Errorf("heartbeat %v is negative", c.Heartbeat))
	}
	if c.CallsPerMinute < 0 {
		faults = append(faults, fmt.Errorf("calls per minute %d is negative", c.CallsPerMinute))
	}
	seen := make(map[conference.ConfID]bool, len(c.Meetings))
	faults = append(faults, c.checkDiscovery())
	for i, m := range c.Meetings {
		switch {
		case !m.ConfID.Valid():
			faults = append(faults, fmt.Errorf("meeting %d: confID %q is not a meeting ID", i+1, m.ConfID))
		case seen[m.ConfID]:
			faults = append(faults, fmt.Errorf("meeting %d: confID %s is listed twice", i+1, m.ConfID))
		}
		seen[m.ConfID] = true
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}

	c.Heartbeat = cmp.Or(c.Heartbeat, 60*time.Second)
	c.Delays = c.Delays.withDefaults(c.Heartbeat)
	c.DiscoverEvery = cmp.Or(c.DiscoverEvery, 30*time.Second)
	c.BookedAhead = cmp.Or(c.BookedAhead, 24*time.Hour)
	c.Meetings = slices.Clone(c.Meetings)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	cloud := &Cloud{config: c, endpoint: endpoint, proxy: http.ProxyFromEnvironment, pace: map[api]*gate{}}
	cloud.useClient(c.HTTPClient)
	for _, a := range append(accountAPIs(), controlTokenAPI, webSocketTokenAPI, regionAPI) {
		cloud.pace[a] = newGate(c.CallsPerMinute, time.Minute, c.CallsPerMinute/4, nil)
	}
	if c.App != nil {
		cloud.account = newAccount(c, endpoint, cloud.http, cloud.pace)
	}
	return cloud, nil
}

// useClient derives from the client both the REST client and what the WebSocket connections need.
func (c *Cloud) useClient(given *http.Client) {
	own := http.Client{}
	if given != nil {
		own = *given
	}
	if own.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConnsPerHost = 16 // all calls go to one host
		own.Transport = t
	}
	if t, ok := own.Transport.(*http.Transport); ok {
		c.proxy, c.dial = t.Proxy, t.DialContext
		if t.TLSClientConfig != nil {
			c.tls = t.TLSClientConfig.Clone()
			c.tls.NextProtos = nil // the transport offers HTTP/2, on which no WebSocket of ours can be opened
		}
	}
	if c.dial == nil {
		c.dial = (&net.Dialer{Timeout: callLimit}).DialContext
	}
	own.Timeout = callLimit
	// A redirect is no documented answer, and following it would carry the password to another host.
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.http = &own
}

// Run watches the meetings until ctx ends; then it closes every connection, waits for every watch, and returns nil.
func (c *Cloud) Run(ctx context.Context, to conference.Sink) error {
	var watches sync.WaitGroup
	for _, m := range c.config.Meetings {
		w := newWatch(c, m, to)
		watches.Go(func() { w.run(ctx) })
	}
	<-ctx.Done()
	watches.Wait()
	c.http.CloseIdleConnections()
	return nil
}
