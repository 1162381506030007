package app

import (
	"fmt"
	"testing"
	"time"

	"confboard/feed/cluster"
	"confboard/feed/cluster/clustertest"
	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
	"confboard/web/settings"
	"confboard/web/store/storetest"
)

func TestWhileNATSHasNoLeaderMeetingsAreWatchedAndNotLive(t *testing.T) {
	storetest.NotAboutStorage(t)
	t.Parallel() // it waits most of the time
	cloud := simulator.New(simulator.Config{})
	if _, err := cloud.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	const meetings = 20 // so many that each board has some
	config := huawei.Config{Endpoint: cloud.URL(), Heartbeat: time.Minute}
	var all []*simulator.Meeting
	for n := range meetings {
		id := fmt.Sprint(900_000_000 + n)
		m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790"})
		m.Start()
		all = append(all, m)
		config.Meetings = append(config.Meetings, huawei.Meeting{ConfID: conference.ConfID(id), HostPassword: conference.NewSecret("135790")})
	}
	server := clustertest.Start(t)
	proxy := clustertest.NewProxy(t, server)
	through := func(s *settings.Settings) { s.Cluster.NATS = []string{proxy.URL()} }
	a := joinWith(t, server, "a", config, through)
	share(t, a)
	b := joinWith(t, server, "b", config, through)
	share(t, a, b)
	// are reports whether all meetings have a link of a kind, and a field a value, at both boards.
	are := func(state conference.LinkState, value int64) func() bool {
		return func() bool {
			for _, m := range []*member{a, b} {
				for _, s := range m.house.registry.States() {
					if n, _ := s.Status.Int(conference.PartViewNum); s.Link.State != state || n != value {
						return false
					}
				}
			}
			return true
		}
	}
	count := func(n int) {
		for _, m := range all {
			m.Set(map[string]any{"partViewNum": n})
		}
	}
	becomes(t, "the second has its part", func() bool { return a.begun() == cluster.Shards/2 && b.begun() == cluster.Shards/2 })
	count(1)
	becomes(t, "all meetings are live", are(conference.Live, 1))
	connections := func() (n int) {
		for _, m := range all {
			n += m.Counts().Connections
		}
		return n
	}
	before := connections()
	proxy.Elect()
	for _, m := range []*member{a, b} {
		becomes(t, "all that it had is suspended", func() bool { return m.begun() == 0 })
		for _, s := range m.house.registry.States() {
			if shard := cluster.ShardOf(s.ConfID); m.suspended[shard].Load() && (s.Link.State != conference.Stale || s.Link.Reason != conference.ReasonNoBus) {
				t.Errorf("nobody can know who has %s, and its link is %+v", s.ConfID, s.Link)
			}
		}
	}
	count(2)
	count(3)
	proxy.Elected()
	becomes(t, "all meetings are live", are(conference.Live, 3))
	for _, m := range all {
		if c := m.Counts(); c.Subscribed != 1 {
			t.Errorf("%s is watched %d times", m.ConfID(), c.Subscribed)
		}
	}
	if more := connections() - before; more > 0 {
		t.Errorf("%d meetings were connected again", more)
	}
	count(4)
	becomes(t, "what comes next is shown", are(conference.Live, 4))
}
