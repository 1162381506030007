package app

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"confboard/feed/cluster"
	"confboard/feed/cluster/clustertest"
	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/timeline"
	"confboard/web/live"
	"confboard/web/settings"
)

// member is a board as one of several, without pages, whose meetings a test makes up.
type member struct {
	*instance
	t *testing.T
	// leave asks it to end, and stop waits until it has ended. hurry is as in command.
	leave, stop func()
	hurry       chan struct{}
}

// joinAs starts a board with a name; change, if there is any, changes its settings.
func joinAs(t *testing.T, server *clustertest.Server, name string, change ...func(*settings.Settings)) *member {
	t.Helper()
	return joinWith(t, server, name, huawei.Config{Endpoint: "http://127.0.0.1:1"}, change...)
}

// joinWith is joinAs for a board with a cloud.
func joinWith(t *testing.T, server *clustertest.Server, name string, config huawei.Config, change ...func(*settings.Settings)) *member {
	t.Helper()
	s := settings.Settings{Cluster: settings.Cluster{NATS: []string{server.Address()}, Name: name, Prefix: "confboard", Replicas: 1, Secret: clusterSecret, Memory: 64 << 20}}
	for _, f := range change {
		f(&s)
	}
	logger := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})).With("board", name)
	policy := conference.DefaultPolicy
	policy.Heartbeat = cmp.Or(config.Heartbeat, policy.Heartbeat)
	rooms, err := newHouse(policy, timeline.DefaultLimits, live.Options{}, logger)
	if err != nil {
		t.Fatal(err)
	}
	i, err := newInstance(s, rooms, logger)
	if err != nil {
		t.Fatal(err)
	}
	config.Logger = logger
	i.join(&config)
	source, err := huawei.New(config)
	if err != nil {
		t.Fatal(err)
	}
	i.begin(source)
	_, unobserved := rooms.registry.Observe(i.note)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	m := &member{instance: i, t: t, leave: cancel, hurry: make(chan struct{})}
	go func() { ended <- i.run(ctx, rooms.registry, m.hurry) }()
	m.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("board %s ended with %v", name, err)
		}
		unobserved()
	})
	t.Cleanup(m.stop)
	return m
}

// begun is how many shards it watches.
func (m *member) begun() (n int) {
	for s := range m.epochs {
		if m.epochs[s].Load() > 0 {
			n++
		}
	}
	return n
}

// share waits until boards know each other and watch everything, and returns a meeting that the first of them watches.
func share(t *testing.T, all ...*member) conference.ConfID {
	t.Helper()
	becomes(t, "the boards share the meetings", func() bool {
		shards := 0
		for _, m := range all {
			if len(m.members.Members()) != len(all) || !m.bus.Stats().Open {
				return false
			}
			shards += m.begun()
		}
		return shards == cluster.Shards
	})
	for n := range 1000 {
		if id := conference.ConfID(fmt.Sprint(900_000_000 + n)); all[0].watches(id) {
			return id
		}
	}
	t.Fatal("the first board watches nothing")
	return ""
}

// occasion is a meeting that a test tells a board of.
type occasion struct {
	*member
	id       conference.ConfID
	sequence conference.Sequence
}

// tells puts a meeting onto the board that watches it.
func (m *member) tells(id conference.ConfID) *occasion {
	d := &occasion{member: m, id: id}
	m.house.registry.Apply(conference.WatchMessage{About: d.about(), Name: "Board meeting"})
	m.house.registry.Apply(conference.LinkMessage{About: d.about(), Event: conference.LinkUp})
	d.lock(conference.Full, 0)
	return d
}

func (d *occasion) about() conference.About { return conference.About{ConfID: d.id, At: time.Now()} }

// lock tells whether it is locked.
func (d *occasion) lock(mode conference.Mode, lock int64) {
	d.sequence++
	now := time.Now()
	m := conference.StatusMessage{About: d.about(), Envelope: conference.Envelope{Type: conference.StatusType, Mode: mode, CreateTime: now, Sequence: d.sequence}}
	if mode == conference.Full {
		m.Envelope.Sequence = 0
		d.sequence = 0
	}
	m.Status.Set(conference.Lock, conference.Value{Presence: conference.Known, Int: lock})
	d.house.registry.Apply(m)
}
