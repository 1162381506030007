package huawei_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"
	"unsafe"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
)

// wall is a clock that can be set, as the machine's can: its monotonic reading goes on. Nothing in package time does that, so it goes by
// how a Time is laid out: the seconds of the wall stand above 30 bits of nanoseconds.
type wall struct {
	t  *testing.T
	mu sync.Mutex
	by time.Duration
}

func (w *wall) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := time.Now()
	read := at
	*(*uint64)(unsafe.Pointer(&read)) += uint64(w.by/time.Second) << 30
	if read.Sub(at) != 0 || read.Round(0).Sub(at.Round(0)) != w.by {
		w.t.Errorf("%v set by %v is %v", at, w.by, read)
	}
	return read
}

func (w *wall) set(by time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.by += by
}

// changed has the cloud change something, and waits until the board has it.
func (b *board) changed(n int) {
	b.t.Helper()
	b.meeting.Set(map[string]any{"partViewNum": n})
	b.untilField(conference.PartViewNum, int64(n))
}

func TestAClockThatIsSetCostsNoConnection(t *testing.T) {
	const heartbeat = 4 * brief // to be late by more than one, a machine has to be very busy
	clock := &wall{t: t}
	b := startWith(t, running(simulator.Config{}), policyOf(heartbeat), clock.now, func(c *huawei.Config) { c.Now = clock.now })
	b.untilLink(conference.Live)
	b.changed(1)
	told := b.sink.told()
	for n, by := range []time.Duration{time.Hour, -2 * time.Hour, time.Hour} {
		clock.set(by)
		echoes := b.sink.count(conference.LinkEcho)
		b.until("heartbeats go on", func() bool { return b.sink.count(conference.LinkEcho) >= echoes+2 })
		b.changed(2 + n)
	}
	for _, news := range b.sink.since(told) {
		if news.Event != conference.LinkEcho {
			t.Errorf("told of the link: %+v", news)
		}
	}
	if n := b.meeting.Counts(); n.ControlTokenCalls != 1 || n.Connections != 1 {
		t.Errorf("it took %+v", n)
	}

	clock.set(-time.Hour) // silence is still noticed
	b.meeting.SetEcho(false)
	b.untilLink(conference.Stale)
	b.until("connected again", func() bool { return b.meeting.Counts().Connections > 1 })
	b.meeting.SetEcho(true)
	b.untilLink(conference.Live)
	b.changed(9)
}

func TestNamesThatAreGoneAndBack(t *testing.T) {
	var mu sync.Mutex
	gone := false
	lookUp := func(ctx context.Context, network, address string) (net.Conn, error) {
		mu.Lock()
		defer mu.Unlock()
		if gone {
			return nil, &net.OpError{Op: "dial", Net: network, Err: &net.DNSError{Err: "server misbehaving", Name: "api.example.com", IsTemporary: true}}
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	setGone := func(is bool) {
		mu.Lock()
		defer mu.Unlock()
		gone = is
	}
	b := start(t, running(simulator.Config{}), patient, func(c *huawei.Config) {
		c.HTTPClient = &http.Client{Transport: &http.Transport{DialContext: lookUp, DisableKeepAlives: true}}
	})
	b.untilLink(conference.Live)
	setGone(true)
	b.changed(1) // who is connected needs no name
	b.meeting.CutConnections()
	b.until("it is told why, and when it is tried again", func() bool {
		l := b.state().Link
		return l.State == conference.Stale && l.Reason == conference.ReasonDNS && l.Next.After(l.ConnectedAt)
	})
	b.meeting.Set(map[string]any{"partViewNum": 2})
	setGone(false)
	b.untilLink(conference.Live)
	b.untilField(conference.PartViewNum, 2)
	b.changed(3)
}

// However late the cloud answers, the board comes to what is true, and does not take a slow cloud for a dead one.
func TestEachAnswerOfTheCloudCanTakeItsTime(t *testing.T) {
	for _, late := range []time.Duration{100 * time.Millisecond, 500 * time.Millisecond, 5 * time.Second} {
		t.Run(fmt.Sprint(late), func(t *testing.T) {
			if late > time.Second && os.Getenv("CONFBOARD_SLOW") == "" {
				t.Skip("takes 20 s: set CONFBOARD_SLOW")
			}
			cloud := running(simulator.Config{Delay: late})
			cloud.Inject(simulator.Delayed)
			b := start(t, cloud, 10*late, func(c *huawei.Config) {
				c.Delays.Limit = 2 * late
				c.Delays.AskMin = time.Hour
			})
			b.untilLink(conference.Live)
			b.meeting.Set(map[string]any{"partViewNum": 1})
			b.meeting.Join(simulator.Participant{PID: "p", Info: map[string]string{"NAME": "Li"}})
			b.untilField(conference.PartViewNum, 1)
			b.until("the participant is there", func() bool { return len(b.state().Participants) == 1 })
			b.until("a heartbeat is echoed", func() bool { return b.sink.count(conference.LinkEcho) > 0 })
			if s := b.state(); s.Link.State != conference.Live || s.Link.Connects != 1 || s.Partial() {
				t.Errorf("link %+v, partial %t", s.Link, s.Partial())
			}
			if trip := b.state().Link.RoundTrip; trip < late {
				t.Errorf("a heartbeat is said to have taken %s", trip)
			}
			if v := cloud.Violations(); len(v) > 0 {
				t.Errorf("violations %q", v)
			}
		})
	}
}
