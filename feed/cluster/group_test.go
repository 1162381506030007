package cluster

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"confboard/feed/cluster/clustertest"
)

// quick is how much faster than the program's the protocol is in these tests.
const quick = 4

// group are instances on a real server that watch each other: no shard may be two's at the same time.
type group struct {
	t      *testing.T
	server *clustertest.Server // each instance has a proxy to it
	// servers are a cluster, if there are any; instances go straight to it.
	servers []string
	// patient: members are not dead before there was time for everything else, on any machine.
	patient bool

	mu        sync.Mutex
	instances []*instance
	epochs    [Shards]uint64
	last      [Shards]*instance // who took it last
}

// instance is one of them, with its own way to the server.
type instance struct {
	*Membership
	*group
	name  string
	conn  *nats.Conn
	proxy *clustertest.Proxy
	stop  context.CancelFunc
	ended chan error

	// What the watcher was told, under group.mu.
	taken    [Shards]uint64
	takenAt  [Shards]time.Duration // by sinceBoot
	prepared [Shards]bool
	// suspended are those that are; resumed counts those that were and that it has again.
	suspended [Shards]bool
	resumed   int
	moves     int
	heard     []Event
	// unready: meetings never become live.
	unready bool
}

func newGroup(t *testing.T) *group {
	t.Parallel()
	g := &group{t: t, server: clustertest.Start(t)}
	t.Cleanup(g.end)
	return g
}

// end ends all instances.
func (g *group) end() {
	for _, i := range g.instances {
		i.Hurry()
	}
	for _, i := range g.instances {
		i.stop()
		<-i.ended
		i.conn.Close()
	}
}

func (g *group) config(name string, servers ...string) Config {
	p := pace4s().faster(quick)
	p.atOnce *= quick
	if g.patient {
		p.hold, p.dead, p.word, p.idle = 5*time.Second, 6*time.Second, 5*time.Second, time.Minute
	}
	return Config{Servers: servers, Name: name, Handover: 10 * time.Second / quick, pace: p,
		Logger: slog.New(slog.NewTextHandler(testLog{g.t}, nil))}
}

// join starts an instance.
func (g *group) join() *instance {
	g.t.Helper()
	i := &instance{group: g, name: fmt.Sprint("board", len(g.instances)), ended: make(chan error, 1)}
	config := g.config(i.name, g.servers...)
	if g.servers != nil {
		config.Replicas = 3
	} else {
		i.proxy = clustertest.NewProxy(g.t, g.server)
		config.Servers = []string{i.proxy.URL()}
	}
	var err error
	if i.conn, err = Dial(config); err != nil {
		g.t.Fatal(err)
	}
	if i.Membership, err = New(i.conn, config, i); err != nil {
		g.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	i.stop = stop
	g.mu.Lock()
	g.instances = append(g.instances, i)
	g.mu.Unlock()
	go func() {
		i.ended <- i.Run(ctx)
		close(i.ended)
	}()
	return i
}

func (i *instance) Prepare(s Shard) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.prepared[s] = true
}

func (i *instance) Ready(Shard) bool { return !i.unready }

func (i *instance) Take(s Shard, epoch uint64) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, o := range i.instances {
		if o != i && o.taken[s] != 0 && o.Held() {
			i.t.Errorf("%s takes shard %v (epoch %d), and %s has it (epoch %d)", i.name, s, epoch, o.name, o.taken[s])
		}
	}
	if last := i.last[s]; epoch < i.epochs[s] || epoch == i.epochs[s] && last != i {
		i.t.Errorf("%s takes shard %v with epoch %d, %s had %d", i.name, s, epoch, last.name, i.epochs[s])
	}
	i.epochs[s], i.last[s] = epoch, i
	if i.suspended[s] {
		i.resumed++
	}
	i.taken[s], i.takenAt[s], i.prepared[s], i.suspended[s] = epoch, sinceBoot(), false, false
	i.moves++
}

func (i *instance) Suspend(s Shard) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.taken[s], i.suspended[s] = 0, true
}

func (i *instance) Drop(s Shard) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.taken[s], i.prepared[s], i.suspended[s] = 0, false, false
	i.moves++
}

func (i *instance) Heard(e Event) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.heard = append(i.heard, e)
}

// has reports whether it has heard something of a member, itself or another.
func (i *instance) has(kind EventKind, of *instance) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.ContainsFunc(i.heard, func(e Event) bool { return e.Kind == kind && e.Member.ID == of.ID() })
}

// until waits for a condition.
func (g *group) until(what string, met func() bool) {
	g.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !met(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			g.t.Fatalf("not within 30 s: %s", what)
		}
	}
}

// untilShared waits until these instances have everything, each a fair share, and know it of each other.
func (g *group) untilShared(instances ...*instance) {
	g.t.Helper()
	g.until(fmt.Sprintf("%d instances share the shards", len(instances)), func() bool {
		sum := 0
		for _, i := range instances {
			n := i.count()
			if n < Shards/len(instances) || n > Shards/len(instances)+1 || len(i.Members()) != len(instances) {
				return false
			}
			for _, m := range i.Members() {
				if m.Shards < Shards/len(instances) || m.Shards > Shards/len(instances)+1 {
					return false
				}
			}
			sum += n
		}
		return sum == Shards
	})
}

// untilRenewed waits until renewals came back that were sent from now on.
func (g *group) untilRenewed(instances ...*instance) {
	g.t.Helper()
	for now := sinceBoot(); len(instances) > 0; instances = instances[1:] {
		g.until("a renewal comes back to "+instances[0].name, func() bool {
			p := instances[0].picture.Load()
			return p.held && p.until > now+instances[0].Membership.config.pace.hold
		})
	}
}

// count is how many shards it has.
func (i *instance) count() (n int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, epoch := range i.taken {
		if epoch != 0 {
			n++
		}
	}
	return n
}

// preparing is how many shards it prepares.
func (i *instance) preparing() (n int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, prepared := range i.prepared {
		if prepared {
			n++
		}
	}
	return n
}

// moved is how often shards were given to watchers and taken from them, and whether an instance lost its hold, which a busy machine can cause.
func (g *group) moved() (moves int, lost bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, i := range g.instances {
		moves += i.moves
		lost = lost || slices.ContainsFunc(i.heard, func(e Event) bool { return e.Kind == Lost || e.Kind == Died })
	}
	return moves, lost
}

// testLog writes a log to a test.
type testLog struct{ t *testing.T }

func (l testLog) Write(p []byte) (int, error) {
	l.t.Logf("%s", bytes.TrimSpace(p))
	return len(p), nil
}
