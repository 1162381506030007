// Package huawei watches meetings of Huawei Cloud Meeting by the documented way: a control token for the host password
// (meeting_21_0027), a WebSocket token (meeting_21_1506), the connection (meeting_21_1510), the subscription
// (meeting_21_1511), and a heartbeat that the cloud echoes (meeting_21_1520).
//
// Each meeting has a watch with a connection of its own. The watch tells the sink what was pushed and how the link fares,
// and decides by the kind of fault whether and when to try again. It has one goroutine, a second one that reads while there is a
// connection, and a third one while its token is renewed; Run waits for all of them. Attempts and calls pass gates that bound
// them, so that thousands of meetings do not rush at a cloud that has come back.
//
// With an App the enterprise's meetings are found: by its lists (meeting_21_0025, _0017), which are asked for again and again
// with the access token of a login (meeting_21_0311), and by its events, which the cloud pushes to a Hook. A meeting is
// watched because somebody wants it: the settings, an admin, the list.
//
// Passwords and tokens are held as Secret. An error carries status, code and request ID of an answer and never its text,
// and of a URL nothing.
package huawei

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"time"

	"confboard/feed/conference"
)

// Cloud is the real source of messages.
type Cloud struct {
	config   Config
	endpoint *url.URL
	http     *http.Client
	calls    *calls
	socket   socketWay
	// writeBuffers are shared by all connections.
	writeBuffers sync.Pool
	pace         map[api]*gate // read only
	attempts     *gate
	account      *Account // nil without an App, as is finder
	finder       *finder
	// added tells Run that there are fresh watches; capacity 1.
	added chan struct{}

	mu      sync.Mutex
	watches map[conference.ConfID]*watch
	fresh   []*watch        // that have begun and are not started yet; before Run all that there are
	to      conference.Sink // nil before Run
}

var _ conference.Source = (*Cloud)(nil)

// New checks the configuration; the error names everything that is wrong with it. Nothing is called before Run.
func New(c Config) (*Cloud, error) {
	endpoint, err := baseURL(c.Endpoint)
	if err := errors.Join(err, c.check()); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	cloud := &Cloud{
		config: c, endpoint: endpoint, pace: map[api]*gate{},
		attempts: newGate(c.AttemptsPerSecond, time.Second, c.AttemptsPerSecond/5, c.Viewers),
		added:    make(chan struct{}, 1), watches: map[conference.ConfID]*watch{},
	}
	cloud.useClient(c.HTTPClient)
	for _, a := range append(accountAPIs(), controlTokenAPI, webSocketTokenAPI, regionAPI) {
		cloud.pace[a] = newGate(c.CallsPerMinute, time.Minute, c.CallsPerMinute/4, c.Viewers)
	}
	if c.App != nil {
		cloud.account = newAccount(c, endpoint, cloud.http, cloud.pace)
		cloud.finder = newFinder(cloud)
	}
	for _, m := range c.Meetings {
		if err := cloud.Watch(m); err != nil {
			return nil, err
		}
	}
	cloud.config.Meetings = nil // they come and go
	return cloud, nil
}

// Run watches the meetings until ctx ends; then it closes every connection, waits for every watch, and returns nil. Call it once.
func (c *Cloud) Run(ctx context.Context, to conference.Sink) error {
	var watches sync.WaitGroup
	c.open(to)
	if c.finder != nil {
		watches.Go(func() { c.finder.run(ctx, to) })
	}
	for ctx.Err() == nil {
		c.startFresh(ctx, &watches)
		select {
		case <-ctx.Done():
		case <-c.added:
		}
	}
	watches.Wait()
	c.http.CloseIdleConnections()
	return nil
}
