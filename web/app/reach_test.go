package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"confboard/feed/cluster"
	"confboard/feed/cluster/clustertest"
	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
	"confboard/web/store/storetest"
)

// way is a way to the cloud that can be cut.
type way struct {
	mu    sync.Mutex
	cut   bool
	conns []net.Conn
}

func (w *way) dial(ctx context.Context, network, address string) (net.Conn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		return nil, errors.New("the way is cut")
	}
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	if err == nil {
		w.conns = append(w.conns, c)
	}
	return c, err
}

// set cuts the way, and all connections, or mends it.
func (w *way) set(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
	for _, c := range w.conns {
		_ = c.Close()
	}
	w.conns = nil
}

func TestABoardThatDoesNotReachTheCloudHandsOverItsMeetingsUntilItDoes(t *testing.T) {
	storetest.NotAboutStorage(t)
	t.Parallel() // it waits most of the time
	cloud := simulator.New(simulator.Config{})
	if _, err := cloud.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	const meetings = 20 // so many that each board has some
	config := huawei.Config{Endpoint: cloud.URL(), Heartbeat: 2 * time.Second}
	for n := range meetings {
		id := fmt.Sprint(900_000_000 + n)
		cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790"}).Start()
		config.Meetings = append(config.Meetings, huawei.Meeting{ConfID: conference.ConfID(id), HostPassword: conference.NewSecret("135790")})
	}
	server := clustertest.Start(t)
	a := joinWith(t, server, "a", config)
	share(t, a)
	way := &way{}
	config.HTTPClient = &http.Client{Transport: &http.Transport{DialContext: way.dial}}
	b := joinWith(t, server, "b", config)
	share(t, a, b)
	live := func() bool {
		for _, m := range []*member{a, b} {
			n := 0
			for _, s := range m.house.registry.States() {
				if s.Link.State == conference.Live {
					n++
				}
			}
			if n != meetings {
				return false
			}
		}
		return true
	}
	becomes(t, "the second has its part", func() bool { return b.begun() == cluster.Shards/2 })
	becomes(t, "all meetings are live", live)

	way.set(true)
	becomes(t, "the board says that it cannot watch", b.reach.unable.Load)
	becomes(t, "the other one has everything", func() bool { return a.begun() == cluster.Shards && b.begun() == 0 })
	becomes(t, "all meetings are live", live)
	way.set(false)
	becomes(t, "it says that it can", func() bool { return !b.reach.unable.Load() })
	becomes(t, "it has its part again", func() bool { return b.begun() == cluster.Shards/2 })
	becomes(t, "all meetings are live", live)
}
