package huawei

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"confboard/feed/conference"
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
	// AttemptsPerSecond bounds the attempts to connect, all meetings together. Default 50.
	AttemptsPerSecond int
	// Viewers says how many people look at a meeting; nil: nobody. Those with the most come first when attempts or calls have to
	// wait. It is called often, from any goroutine and under a lock: it must return at once and must not call the Cloud.
	Viewers func(conference.ConfID) int
	// Mine and Next share the meetings out among several instances: of those that are wanted only these are watched. Of one that is Next
	// nothing is told until it is Mine: another instance watches it still, and hands it over. One that was Mine and is Next keeps its connection, and
	// the board is told that it is not live: nobody can know who is to have it. nil: all are Mine, none is Next. They are
	// called often, from any goroutine and under a lock: they must return at once and must not call the Cloud. What they say otherwise
	// takes effect by Reassign.
	Mine, Next func(conference.ConfID) bool
	// Board returns what the board knows of a meeting, by whichever instance; nil when nothing. A watch that begins goes on from there.
	// It is called as Mine is. nil: nothing is known.
	Board func(conference.ConfID) *conference.State
	// Meetings are the meetings to watch from the beginning. Others come and go by Watch and Unwatch.
	Meetings []Meeting
	// Tap is called with each pushed frame before what it says is told; nil is none. Calls for different meetings are concurrent, and it must
	// return at once. The frame holds secrets and must not be kept; of one over the limit of a frame it has the beginning. Of a meeting
	// that is Next there are none; when it has become Mine it is given what the connection had come to until then, as full frames.
	Tap func(id conference.ConfID, at time.Time, frame []byte)
	// App is the login of the enterprise, by which its meetings are found; nil: none are. What follows counts only with it.
	App *App
	// DiscoverEvery is the interval at which the lists of meetings are asked for. Default 30 s.
	DiscoverEvery time.Duration
	// Booked says that meetings that have not started are found too, if they start within a week.
	Booked bool
	// Select are the watch rules for meetings that are found.
	Select []Rule
	// OnFound is called with what was found when that has changed, at most about once a second, while this instance finds (see
	// SetFinding). It is for the other instances, which take it by TakeFound. It must return at once. nil: there are none.
	OnFound func(Findings)
	// Logger gets a line for each change of a link, and the details at debug level. Default: none.
	Logger *slog.Logger
	// HTTPClient makes the REST calls; its redirects and its timeout are replaced by ours. If its Transport is an
	// *http.Transport, the WebSocket connections use the same proxy, TLS settings and dialler. Default: a client of our own, which
	// takes its proxy from the environment.
	HTTPClient *http.Client
	// Delays between attempts, and their limit.
	Delays Delays
	// Now is the clock by which messages are received and tokens expire. Default time.Now.
	Now func() time.Time
}

// Delays are the times between attempts. A zero one has its default.
type Delays struct {
	// Limit is how long a REST call, the opening of a connection, a write on it, or the answer to a subscription may take.
	// Default 10 s.
	Limit time.Duration
	// BackoffMin and BackoffMax bound the delay after a fault that passes by itself. It doubles from one to the other, each
	// delay being drawn from its upper half, and starts over after a connection that brought a full status. Default 1 s and 60 s.
	BackoffMin, BackoffMax time.Duration
	// Look is how long to wait before asking again for a meeting that has not started or has ended. Default 20 s, or one
	// heartbeat if that is less. LookFar is the longest wait for one whose planned start is far away. Default 5 min.
	Look, LookFar time.Duration
	// Refused is how long to wait after a refusal that somebody may mend on the cloud's side. A refusal that only we
	// can mend, such as that of a wrong password, is not tried again by itself: see Retry. Default 5 min.
	Refused time.Duration
	// AskMin and AskMax bound the delay before subscribing again for a full message that is needed. It doubles while the need
	// lasts. Default 10 s and 5 min.
	AskMin, AskMax time.Duration
	// Ahead bounds what a connection may bring: as if each frame took 4 ms, and each KiB 1 ms, all together may be that much ahead of the
	// time. Beyond it the connection is given up. Default 1 min, which is 15,000 small frames at once and then 250 a second.
	Ahead time.Duration
}

func (d Delays) withDefaults(heartbeat time.Duration) Delays {
	d.Limit = cmp.Or(d.Limit, 10*time.Second)
	d.BackoffMin = cmp.Or(d.BackoffMin, time.Second)
	d.BackoffMax = max(cmp.Or(d.BackoffMax, time.Minute), d.BackoffMin)
	d.Look = cmp.Or(d.Look, min(20*time.Second, heartbeat))
	d.LookFar = max(cmp.Or(d.LookFar, 5*time.Minute), d.Look)
	d.Refused = cmp.Or(d.Refused, 5*time.Minute)
	d.AskMin = cmp.Or(d.AskMin, 10*time.Second)
	d.Ahead = cmp.Or(d.Ahead, time.Minute)
	d.AskMax = max(cmp.Or(d.AskMax, 5*time.Minute), d.AskMin)
	return d
}

// check returns everything that is wrong with the settings.
func (c Config) check() error {
	var faults []error
	for _, n := range []struct {
		name     string
		negative bool
		value    any
	}{
		{"heartbeat", c.Heartbeat < 0, c.Heartbeat},
		{"calls per minute", c.CallsPerMinute < 0, c.CallsPerMinute},
		{"attempts per second", c.AttemptsPerSecond < 0, c.AttemptsPerSecond},
	} {
		if n.negative {
			faults = append(faults, fmt.Errorf("%s %v is negative", n.name, n.value))
		}
	}
	seen := make(map[conference.ConfID]bool, len(c.Meetings))
	for i, m := range c.Meetings {
		m.Origin = cmp.Or(m.Origin, conference.FromSettings)
		if err := m.check(); err != nil {
			faults = append(faults, fmt.Errorf("meeting %d: %w", i+1, err))
		} else if seen[m.ConfID] {
			faults = append(faults, fmt.Errorf("meeting %d: confID %s is listed twice", i+1, m.ConfID))
		}
		seen[m.ConfID] = true
	}
	return errors.Join(append(faults, c.checkDiscovery())...)
}

func (c Config) withDefaults() Config {
	c.Heartbeat = cmp.Or(c.Heartbeat, 60*time.Second)
	c.Delays = c.Delays.withDefaults(c.Heartbeat)
	if c.Now == nil {
		c.Now = time.Now
	}
	c.AttemptsPerSecond = cmp.Or(c.AttemptsPerSecond, 50)
	c.DiscoverEvery = cmp.Or(c.DiscoverEvery, 30*time.Second)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}
