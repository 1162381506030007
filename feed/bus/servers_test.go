package bus

import (
	"context"
	"os"
	"testing"
	"time"

	"confboard/feed/cluster/clustertest"
	"confboard/feed/conference"
)

// Three servers hold the streams, and any one of them may go. It takes a while: see steps.
func TestAServerOfThreeCanGo(t *testing.T) {
	if os.Getenv("CONFBOARD_HISTORIES") == "" {
		t.Skip("CONFBOARD_HISTORIES is not set")
	}
	t.Parallel()
	servers := clustertest.StartThree(t)
	w := &world{t: t, url: servers[0].Address() + "," + servers[1].Address() + "," + servers[2].Address(), roster: newRoster(), prefix: "test"}
	three := func(_ *instance, c *Config) { c.Replicas = 3 }
	a, b, c := w.instance("a", three), w.instance("b", three), w.instance("c", three)
	all := a.crowd(5)
	b.settle(a, true, all.ids...)
	b.want(all.ids...)
	c.settle(a, true, all.ids...)
	eventually(t, "all three have them", func() bool { return a.held(t, 3) })
	for _, s := range servers {
		s.Stop()
		all.goOn(30)
		b.settle(a, false, all.ids...)
		c.settle(a, true, all.ids...)
		s.Start()
		eventually(t, "they are three again", func() bool { return a.held(t, 3) })
		eventually(t, "all is published", a.idle)
	}
	// What they hold together is not lost with those that were away.
	late := w.instance("late", three)
	late.settle(a, true, all.ids...)
	h := late.inherits(all.ids...)
	for _, id := range all.ids {
		if h[id].State == nil || !same(w, h[id].State, a.registry.Get(id)) {
			t.Errorf("of %s is inherited %+v", id, h[id])
		}
	}
	if s := a.registry.Get(all.ids[0]); s.Link.State != conference.Live {
		t.Errorf("link %s", s.Link.State)
	}
}

// held reports whether so many servers have all that is in the streams.
func (i *instance) held(t *testing.T, servers int) bool {
	for _, name := range i.Streams() {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		s, err := i.js.Stream(ctx, name)
		cancel()
		if err != nil || s.CachedInfo().Cluster == nil || s.CachedInfo().Cluster.Leader == "" {
			return false
		}
		current := 1
		for _, r := range s.CachedInfo().Cluster.Replicas {
			if r.Current && !r.Offline && r.Lag == 0 {
				current++
			}
		}
		if current < servers {
			return false
		}
	}
	return true
}
