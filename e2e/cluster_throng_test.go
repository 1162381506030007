package e2e

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"confboard/e2e/crowd"
	"confboard/e2e/engines"
	"confboard/feed/simulator"
)

// throng are several boards behind the balancer, with many meetings that change all the time and many viewers.
type throng struct {
	*several
	names    []string // of the boards, in order
	url      string   // of the balancer
	ctx      context.Context
	watch    *lookout
	viewers  *crowd.Crowd
	paths    []string // of the viewers' pages, one for each
	seen     *spectators
	returns  *returns
	audience *audience
	seats    []*seat
	counted  []*simulator.Meeting // those whose field count goes up by one each time
	counts   map[*simulator.Meeting]int
}

// The builds of an upgrade.
const (
	buildBefore = "before"
	buildAfter  = "after"
)

// builds are programs of two versions, by version. They are built without the race detector: three boards with all these meetings and
// viewers, and everything else, share a machine with two cores, and the boards of the other tests have it.
func builds(t *testing.T) map[string]string {
	t.Helper()
	of := map[string]string{}
	for _, version := range []string{buildBefore, buildAfter} {
		of[version] = filepath.Join(t.TempDir(), "confboard-"+version)
		cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-X confboard/web/app.version="+version, "-o", of[version], "confboard")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("build the program: %v\n%s", err, out)
		}
	}
	return of
}

// newThrong starts everything but the viewers.
func newThrong(t *testing.T, binary string, meetings int) *throng {
	s := newSeveral(t, meetings, 3)
	s.binary = binary
	s.settings.further["log"] = map[string]any{"level": "warn"}
	s.settings.further["trustedProxies"] = []string{"127.0.0.1"}
	s.settings.further["cluster"].(map[string]any)["handover"] = "1m" // however slow the machine is, who is stopped waits for the others
	g := &throng{several: s, names: []string{"a", "b", "c"}, ctx: t.Context(), counts: map[*simulator.Meeting]int{}}
	var addresses [3]string
	for i, name := range g.names {
		addresses[i] = s.start(name).address()
	}
	ports, err := engines.FreePorts(1)
	if err != nil {
		t.Fatal(err)
	}
	var log journal
	starting, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	address := fmt.Sprint("127.0.0.1:", ports[0])
	balancer, err := engines.StartHAProxy(starting, engines.HAProxyOptions{Config: filepath.Join(shipped, "haproxy.cfg"), Listen: address, Boards: addresses}, &log)
	if err != nil {
		t.Fatalf("%v\n%s", err, log.all())
	}
	t.Cleanup(func() {
		balancer.Kill()
		if t.Failed() {
			t.Logf("the end of the balancer's log:\n%s", log.end(15))
		}
	})
	g.url = "http://" + address
	g.audience = newAudience(t, address)
	return g
}

// open has viewers open the pages of the paths, each its own, and others sit before pages that are compared after each ordeal.
func (g *throng) open(paths, seats []string) {
	g.t.Helper()
	g.paths, g.returns = paths, newReturns()
	g.seen = &spectators{pages: map[int][]*message{}, compared: g.audience.compared}
	var sources []netip.Addr // a board bounds what is drawn for one address, and is told of that by the balancer
	for i := range 200 {
		sources = append(sources, netip.AddrFrom4([4]byte{127, 1, 0, byte(1 + i)}))
	}
	var err error
	g.viewers, err = crowd.Open(g.t.Context(), crowd.Options{
		Address: strings.TrimPrefix(g.url, "http://"), Sources: sources, N: len(paths), Back: crowd.Browser, MayEnd: true, Lost: g.returns.lost,
		Paths: func(viewer int) string {
			path, query, _ := strings.Cut(paths[viewer], "?")
			return strings.TrimSuffix(path, "/") + "/events?" + query
		},
		Received: func(viewer int, at time.Time, e crowd.Event) {
			g.returns.back(viewer, at)
			g.seen.received(viewer, at, e)
		},
	})
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(g.viewers.Close)
	for _, path := range seats {
		g.seats = append(g.seats, g.audience.sit(path))
	}
	g.audience.connected(g.seats)
	g.all()
}

// all waits until all viewers have their streams.
func (g *throng) all() {
	g.t.Helper()
	defer func() {
		for i := range g.paths {
			if s := g.viewers.Viewer(i); g.t.Failed() && !s.Open {
				g.t.Logf("viewer %d of %s is %+v", i, g.paths[i], s)
				break
			}
		}
	}()
	until(g.t, "all viewers to have their streams", func() bool { return g.viewers.Connected() == len(g.paths) })
}

// under changes the meetings all the time while something is done, waits until all is right again, and logs what it cost.
func (g *throng) under(what string, f func()) (unwatched time.Duration) {
	g.t.Helper()
	began := time.Now()
	ctx, cancel := context.WithCancel(g.ctx)
	var changing sync.WaitGroup
	changing.Go(func() { g.change(ctx) })
	f()
	cancel()
	changing.Wait()
	did := time.Since(began)
	g.settled()
	g.all()
	g.audience.agree(g.seats)
	g.audience.messages.forget()
	g.seen.messages.forget()
	unwatched, twice := g.watch.told()
	g.t.Logf("%s (%s, all right after %s more): unwatched for %s at the most, watched twice for %s; %s", what, did.Round(100*time.Millisecond),
		(time.Since(began) - did).Round(100*time.Millisecond), unwatched, twice, g.returns.told())
	return unwatched
}

// change changes one meeting after the other until ctx ends, and counts up in some.
func (g *throng) change(ctx context.Context) {
	for n := 0; ctx.Err() == nil; n++ {
		m := g.meetings[n%len(g.meetings)]
		m.Set(map[string]any{"lock": n / len(g.meetings) % 2, "partViewNum": n % 50, "recState": n / 7 % 2})
		if n%5 == 0 {
			m.Join(person(fmt.Sprint("pid-", n%30), fmt.Sprint("Person ", n), "HAND", fmt.Sprint(n/10%2)))
			each := g.counted[n/5%len(g.counted)]
			g.counts[each]++
			each.Set(map[string]any{"count": g.counts[each]})
		}
		rest(ctx, 20*time.Millisecond)
	}
}

// everybody waits until each viewer's page shows what it would show when it was loaded now.
func (g *throng) everybody() {
	g.t.Helper()
	of := map[string][]int{}
	for viewer, path := range g.paths {
		of[path] = append(of[path], viewer)
	}
	left := slices.Sorted(maps.Keys(of))
	how := ""
	for deadline := time.Now().Add(4 * patience); len(left) > 0; {
		left = slices.DeleteFunc(left, func(path string) bool {
			differ, why := g.seen.apart(g.t, of[path], g.audience.compared(g.audience.fresh(path)))
			if differ > 0 {
				how = path + ": " + why
			}
			return differ == 0
		})
		if len(left) > 0 && time.Now().After(deadline) {
			g.t.Fatalf("viewers of %d pages do not have the newest state, such as %s", len(left), how)
		}
		if len(left) > 0 {
			rest(g.ctx, 100*time.Millisecond)
		}
	}
}

// returns is when viewers lost their streams, and how long they were without.
type returns struct {
	mu   sync.Mutex
	away map[int]time.Time
	took []time.Duration
}

func newReturns() *returns { return &returns{away: map[int]time.Time{}} }

func (r *returns) lost(viewer int, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.away[viewer] = at
}

func (r *returns) back(viewer int, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if since, is := r.away[viewer]; is {
		r.took = append(r.took, at.Sub(since))
		delete(r.away, viewer)
	}
}

// told says how many viewers came back and how long that took them, and begins anew.
func (r *returns) told() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	took := r.took
	r.took = nil
	if len(took) == 0 {
		return "nobody lost a stream"
	}
	slices.Sort(took)
	at := func(part float64) time.Duration {
		return took[int(part*float64(len(took)-1))].Round(10 * time.Millisecond)
	}
	return fmt.Sprintf("%d viewers came back, after %s (p50), %s (p99), %s (max)", len(took), at(0.5), at(0.99), at(1))
}
