package e2e

import (
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"confboard/feed/simulator"
	"confboard/web/store/storetest"
)

// newParted is three boards a, b and c and three NATS servers, each on a machine of its own. Those of the boards have links to all else,
// each of which can be cut.
func newParted(t *testing.T) (*fabric, *ordeal) {
	t.Helper()
	storetest.Need(t) // before there is a network
	board := []link{toNATS, toCloud, toDatabase, toViewers}
	n := newFabric(t, map[string][]link{
		"a": board, "b": board, "c": board, "n0": {toNATS}, "n1": {toNATS}, "n2": {toNATS}, outside: {toCloud, toDatabase, toViewers},
	})
	s := newSeveralOn(t, 24, 3, func(server *natsNode) {
		server.Host, server.Via = n.machines[server.name].ip(toNATS), n.via(server.name)
	})
	// So short that it shows within seconds that a board does not hear the cloud any more.
	s.settings.heartbeat = 4 * time.Second
	cloud := n.outlet(s.cloud.URL(), cloudHost)
	database := n.outlet(s.settings.further["database"].(map[string]any)["url"].(string), n.machines[outside].ip(toDatabase))
	section := s.settings.further["cluster"].(map[string]any)
	section["unencrypted"] = true
	for _, name := range []string{"a", "b", "c"} {
		mine := s.settings
		mine.further = map[string]any{
			"cloud": map[string]any{"endpoint": cloud}, "database": map[string]any{"url": database}, "cluster": maps.Clone(section),
			"listen": net.JoinHostPort(n.machines[name].ip(toViewers), "0"), "openToNetwork": true,
		}
		mine.further["cluster"].(map[string]any)["name"] = name
		s.boards[name] = n.serve(t, name, mine.write(t, s.cloud))
	}
	return n, newOrdeal(t, s, "a", "b", "c")
}

// outlet makes what is at a URL reachable by another host, which is the outside's, and returns the URL there.
func (n *fabric) outlet(service, host string) string {
	n.t.Helper()
	u, err := url.Parse(service)
	if err != nil {
		n.t.Fatal(err)
	}
	p := newPassage(n.t, n.listen(outside, net.JoinHostPort(host, "0")), to(u.Host))
	u.Host = p.address()
	return u.String()
}

// serve runs a board on a machine. Viewers reach it by the machine's link.
func (n *fabric) serve(t *testing.T, machine, file string) *board {
	t.Helper()
	command := append(n.via(machine), suite.binary, "serve", "--config", file)
	b := &board{t: t, binary: command[0], args: command[1:]}
	b.run()
	b.url = "http://" + newPassage(t, nil, n.from(outside, b.address())).address()
	return b
}

func TestClusterIsRightWhicheverPartOfTheNetworkFails(t *testing.T) {
	t.Parallel()
	n, o := newParted(t)
	// during has the cloud change while something is cut, and waits until those others, if any, have all of it that are not concerned; then it is
	// mended, and all boards are to have it.
	during := func(what string, others []string, cut, meanwhile, mend func()) {
		t.Helper()
		o.while(func() {
			cut()
			meanwhile()
		})
		if others != nil {
			o.right(others...)
		}
		o.while(func() {
			mend()
			rest(t.Context(), time.Second)
		})
		o.right(o.names...)
		o.promised(what)
	}
	apart := func(kind link, machine string) func() { return func() { n.put(kind, nowhere, machine) } }
	back := func(kind link, machine string) func() { return func() { n.put(kind, "", machine) } }
	gone := func(name string) func() {
		return func() {
			o.stale(name)
			o.watchedOnce()
		}
	}
	aWhile := func() { rest(t.Context(), 8*time.Second) }

	during("a board without NATS", []string{"a", "c"}, apart(toNATS, "b"), gone("b"), back(toNATS, "b"))

	leader := o.leader()
	during("the NATS server on which the shares are kept apart from all", o.names, apart(toNATS, leader), aWhile, back(toNATS, leader))

	n.side("minority")
	during("a board and a NATS server apart from the others", []string{"b", "c"},
		func() { n.put(toNATS, "minority", "a", "n0") }, gone("a"), func() { n.put(toNATS, "", "a", "n0") })

	connections := o.connections()
	during("a board without the database", o.names, apart(toDatabase, "c"), aWhile, back(toDatabase, "c"))
	if more := o.connections() - connections; more > 0 {
		t.Errorf("because a board was without the database meetings were connected anew %d times", more)
	}

	// Others take over its meetings, and it shows them as they do. The cloud does not know meanwhile that it is gone.
	during("a board without the cloud", nil, apart(toCloud, "b"), func() {
		began := time.Now()
		until(t, "the boards to say of some meetings, the same, that they are not live", func() bool {
			live := o.live("a")
			return len(live) < len(o.meetings) && slices.Equal(o.live("b"), live) && slices.Equal(o.live("c"), live)
		})
		until(t, "all meetings to be live at all boards", func() bool {
			return !slices.ContainsFunc(o.names, func(name string) bool { return len(o.live(name)) < len(o.meetings) })
		})
		t.Logf("all meetings were live elsewhere after %s", time.Since(began).Round(100*time.Millisecond))
	}, back(toCloud, "b"))
}

// watchedOnce waits until each meeting is watched once.
func (o *ordeal) watchedOnce() {
	o.t.Helper()
	until(o.t, "each meeting to be watched once", func() bool {
		return !slices.ContainsFunc(o.meetings, func(m *simulator.Meeting) bool { return m.Counts().Subscribed != 1 })
	})
}

// leader is the NATS server that leads those which keep the shares of the boards.
func (o *ordeal) leader() (name string) {
	o.t.Helper()
	const became = "JetStream cluster new stream leader for 'BOARDS > KV_confboard-cluster'"
	last := ""
	for _, server := range o.nats.servers {
		for line := range strings.Lines(server.log.all()) {
			if _, at, _ := strings.Cut(line, "] "); strings.Contains(line, became) && at > last {
				last, name = at, server.name
			}
		}
	}
	if name == "" {
		o.t.Fatal("no NATS server says that it leads")
	}
	return name
}
