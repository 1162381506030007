package e2e

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"confboard/feed/simulator"
	"confboard/web/store/storetest"
)

// Several boards as one: real servers of NATS, a PostgreSQL database, boards as processes, and one simulated cloud.

// natsServer is the server's program, built once from the version that the tests are built with.
var natsServer = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "confboard-nats-")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(folder, "nats-server")
	if out, err := exec.Command("go", "build", "-trimpath", "-o", binary, "github.com/nats-io/nats-server/v2").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build nats-server: %w\n%s", err, out)
	}
	return binary, nil
})

// several are boards that work as one.
type several struct {
	t        *testing.T
	cloud    *simulator.Cloud
	meetings []*simulator.Meeting
	nats     *natsCluster
	settings settings
	boards   map[string]*board
}

// newSeveral makes a cloud with meetings, and what boards need to work as one. None runs yet.
func newSeveral(t *testing.T, meetings, servers int) *several {
	t.Helper()
	storetest.Need(t)
	s := &several{t: t, cloud: newCloud(t, steady), boards: map[string]*board{}}
	for i := range meetings {
		m := s.cloud.Add(simulator.MeetingConfig{ConfID: fmt.Sprint(900_000_000 + i), HostPassword: "135790", Title: fmt.Sprint("Meeting ", i)})
		m.Start()
		m.Join(person(fmt.Sprint("pid-", i), fmt.Sprint("Person ", i)))
		s.meetings = append(s.meetings, m)
	}
	s.nats = startNATS(t, servers)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(rand.Text()+rand.Text()), 0o600); err != nil {
		t.Fatal(err)
	}
	s.settings = settings{heartbeat: steady, meetings: watching(s.meetings...), further: map[string]any{
		"database": map[string]any{"url": storetest.Schema(t, t.TempDir())},
	}}
	s.settings.further["cluster"] = map[string]any{"nats": s.nats.urls(), "replicas": min(servers, 3), "secretFile": secret}
	return s
}

// start starts a board with a name of its own.
func (s *several) start(name string) *board {
	s.t.Helper()
	mine := s.settings
	mine.further = map[string]any{"database": s.settings.further["database"]}
	section := map[string]any{"name": name}
	for key, value := range s.settings.further["cluster"].(map[string]any) {
		section[key] = value
	}
	mine.further["cluster"] = section
	b := serve(s.t, s.cloud, mine)
	s.boards[name] = b
	return b
}

// settled waits until every board that runs has what the cloud has, and each meeting is watched once.
func (s *several) settled() {
	s.t.Helper()
	apart := ""
	defer func() {
		if s.t.Failed() {
			s.t.Log(apart)
		}
	}()
	for name, b := range s.boards {
		if b.ended() {
			continue
		}
		until(s.t, "board "+name+" to have what the cloud has", func() bool {
			all := b.meetings()
			for _, m := range s.meetings {
				a, there := all[m.ConfID()]
				if !there {
					apart = name + " lacks " + m.ConfID()
					return false
				}
				if a.Freshness.Link != "live" {
					apart = fmt.Sprintf("on %s %s is %s", name, m.ConfID(), a.Freshness.Link)
					return false
				}
				if apart = unlike(a, m); apart != "" {
					apart = name + ", " + m.ConfID() + ": " + apart
					return false
				}
			}
			return true
		})
	}
	until(s.t, "each meeting to be watched once", func() bool {
		for _, m := range s.meetings {
			if n := m.Counts().Subscribed; n != 1 {
				apart = fmt.Sprintf("%s is watched %d times", m.ConfID(), n)
				return false
			}
		}
		return true
	})
}

// lookout looks all the time at how often the cloud's meetings are watched.
type lookout struct {
	all           []*simulator.Meeting
	stop          func()
	mu            sync.Mutex
	alone, twice  []time.Time // since when a meeting is not watched, or more than once; zero: it is watched once
	longest, both time.Duration
}

// look looks until the test ends.
func look(t *testing.T, all []*simulator.Meeting) *lookout {
	l := &lookout{all: all, alone: make([]time.Time, len(all)), twice: make([]time.Time, len(all))}
	ctx, cancel := context.WithCancel(context.Background())
	var looking sync.WaitGroup
	looking.Go(func() {
		for rest(ctx, 20*time.Millisecond); ctx.Err() == nil; rest(ctx, 20*time.Millisecond) {
			l.see(time.Now())
		}
	})
	l.stop = func() { cancel(); looking.Wait() }
	t.Cleanup(l.stop)
	return l
}

func (l *lookout) see(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, m := range l.all {
		n := m.Counts().Subscribed
		lasts := func(since *time.Time, is bool, most *time.Duration) {
			switch {
			case !is:
				*since = time.Time{}
			case since.IsZero():
				*since = now
			default:
				*most = max(*most, now.Sub(*since))
			}
		}
		lasts(&l.alone[i], n == 0, &l.longest)
		lasts(&l.twice[i], n > 1, &l.both)
	}
}

// told returns for how long a meeting was unwatched, and watched more than once, at the most, and begins anew.
func (l *lookout) told() (unwatched, twice time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	unwatched, twice = l.longest.Round(10*time.Millisecond), l.both.Round(10*time.Millisecond)
	l.longest, l.both = 0, 0
	return unwatched, twice
}

// connections are how often the meetings were connected since they began, in all.
func (s *several) connections() (n int) {
	for _, m := range s.meetings {
		n += m.Counts().Connections
	}
	return n
}

// unwatched waits until a meeting is not watched: the cloud has noticed what was done.
func (s *several) unwatched() {
	s.t.Helper()
	until(s.t, "a meeting that nobody watches", func() bool {
		return slices.ContainsFunc(s.meetings, func(m *simulator.Meeting) bool { return m.Counts().Subscribed == 0 })
	})
}

func TestClusterBoardsShareTheMeetingsAndShowAll(t *testing.T) {
	s := newSeveral(t, 24, 1)
	a := s.start("a")
	s.settled()
	b := s.start("b")
	s.start("c")
	s.settled()
	watch := look(t, s.meetings)
	for i, m := range s.meetings {
		m.Set(map[string]any{"lock": 1, "recState": i % 2})
		m.Join(person("late", "Late Comer"))
	}
	s.settled()

	a.kill()
	s.unwatched()
	s.settled()
	gap, _ := watch.told()
	t.Logf("after the death of one a meeting was unwatched for %s at the most", gap)

	connections := s.connections()
	b.stop()
	s.settled()
	gap, twice := watch.told()
	t.Logf("after one was stopped, for %s; watched twice for %s", gap, twice)
	if gap > 0 {
		t.Error("there was a gap, although it was stopped in order")
	}
	if s.connections() == connections {
		t.Error("nobody had to take over")
	}
	connections = s.connections()
	s.start("b")
	s.settled()
	if gap, _ := watch.told(); gap > 0 {
		t.Errorf("when it was back a meeting was unwatched for %s", gap)
	}
	until(t, "it to have its part again", func() bool { return s.connections() > connections })
}

func TestClusterPagesAreRightWhateverFails(t *testing.T) {
	s := newSeveral(t, 12, 3)
	names := []string{"a", "b", "c"}
	var audiences []*audience
	var seats [][]*seat
	for _, name := range names {
		s.start(name)
	}
	s.settled()
	for _, name := range names {
		a := newAudience(t, s.boards[name].address())
		var sitting []*seat
		for i := range 12 {
			sitting = append(sitting, a.sit([]string{"/", "/wall", "/m/" + s.meetings[i].ConfID(), "/?lang=zh"}[i%4]))
		}
		a.connected(sitting)
		audiences, seats = append(audiences, a), append(seats, sitting)
	}
	watch := look(t, s.meetings)
	change := func(done <-chan struct{}) {
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
			m := s.meetings[n%len(s.meetings)]
			m.Set(map[string]any{"lock": n / len(s.meetings) % 2, "partViewNum": n % 50, "recState": n / 7 % 2})
			if n%5 == 0 {
				m.Join(person(fmt.Sprint("pid-", n%30), fmt.Sprint("Person ", n), "HAND", fmt.Sprint(n/10%2)))
			}
		}
	}
	under := func(what string, f func()) {
		t.Helper()
		done := make(chan struct{})
		var changing sync.WaitGroup
		changing.Go(func() { change(done) })
		f()
		close(done)
		changing.Wait()
		s.settled()
		for i := range audiences {
			audiences[i].agree(seats[i])
		}
		gap, twice := watch.told()
		t.Logf("%s: unwatched for %s at the most, watched twice for %s", what, gap, twice)
	}
	under("changes alone", func() { rest(t.Context(), 2*time.Second) })
	for _, name := range names {
		b := s.boards[name]
		under(name+" is killed, and back", func() {
			b.kill()
			s.unwatched()
			rest(t.Context(), time.Second)
			b.restart()
		})
	}
	for _, node := range s.nats.servers {
		under(node.name+" is killed, and back", func() {
			s.nats.kill(node)
			rest(t.Context(), 2*time.Second)
			s.nats.start(node)
			rest(t.Context(), time.Second)
		})
	}
	under("one is stopped for longer than its lease, and goes on", func() {
		b := s.boards["b"]
		if err := b.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		rest(t.Context(), 8*time.Second)
		if err := b.cmd.Process.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
	})
	under("all of NATS is away, and back without what it had in memory", func() {
		for _, node := range s.nats.servers {
			s.nats.kill(node)
		}
		rest(t.Context(), 6*time.Second)
		for _, node := range s.nats.servers {
			s.nats.start(node)
		}
	})
}

// natsCluster are NATS servers that keep things together.
type natsCluster struct {
	t       *testing.T
	binary  string
	folder  string
	servers []*natsNode
}

type natsNode struct {
	name         string
	port, routes int
	log          journal
	cmd          *exec.Cmd
	exited       chan struct{}
}

// startNATS starts so many servers, which end with the test.
func startNATS(t *testing.T, n int) *natsCluster {
	t.Helper()
	binary, err := natsServer()
	if err != nil {
		t.Fatal(err)
	}
	c := &natsCluster{t: t, binary: binary, folder: t.TempDir()}
	ports := freePorts(t, 2*n)
	for i := range n {
		c.servers = append(c.servers, &natsNode{name: fmt.Sprint("n", i), port: ports[2*i], routes: ports[2*i+1]})
	}
	for _, s := range c.servers {
		c.start(s)
	}
	t.Cleanup(func() {
		for _, s := range c.servers {
			c.kill(s)
		}
		if t.Failed() {
			for _, s := range c.servers {
				t.Logf("the end of the log of %s:\n%s", s.name, s.log.end(15))
			}
		}
	})
	return c
}

func (c *natsCluster) urls() (urls []string) {
	for _, s := range c.servers {
		urls = append(urls, fmt.Sprintf("nats://127.0.0.1:%d", s.port))
	}
	return urls
}

// start starts a server, with what it had on its disk.
func (c *natsCluster) start(s *natsNode) {
	c.t.Helper()
	args := []string{"--addr", "127.0.0.1", "--port", fmt.Sprint(s.port), "--name", s.name, "--jetstream", "--store_dir", filepath.Join(c.folder, s.name)}
	if len(c.servers) > 1 {
		var routes []string
		for _, other := range c.servers {
			routes = append(routes, fmt.Sprintf("nats://127.0.0.1:%d", other.routes))
		}
		args = append(args, "--cluster_name", "test", "--cluster", fmt.Sprintf("nats://127.0.0.1:%d", s.routes), "--routes", strings.Join(routes, ","))
	}
	s.cmd, s.exited = exec.Command(c.binary, args...), make(chan struct{})
	s.cmd.Stderr = &s.log
	if err := s.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	go func(cmd *exec.Cmd, exited chan struct{}) {
		_ = cmd.Wait()
		close(exited)
	}(s.cmd, s.exited)
}

// kill ends a server without a word.
func (c *natsCluster) kill(s *natsNode) {
	_ = s.cmd.Process.Kill()
	<-s.exited
}

// freePorts are so many different ports on which nothing listened a moment ago.
func freePorts(t testing.TB, n int) (ports []int) {
	t.Helper()
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close() // not before the last one is known
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}
