package e2e

import (
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
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

func TestClusterBoardsShareTheMeetingsAndShowAll(t *testing.T) {
	s := newSeveral(t, 24, 1)
	a := s.start("a")
	s.settled()
	b, c := s.start("b"), s.start("c")
	s.settled()
	for i, m := range s.meetings {
		m.Set(map[string]any{"lock": 1, "recState": i % 2})
		m.Join(person("late", "Late Comer"))
	}
	s.settled()

	began := time.Now()
	a.kill()
	s.settled()
	t.Logf("after the death of one: %s", time.Since(began).Round(time.Millisecond))

	began = time.Now()
	b.stop()
	s.settled()
	t.Logf("after one was stopped: %s", time.Since(began).Round(time.Millisecond))
	_ = c
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
	for i := range n {
		c.servers = append(c.servers, &natsNode{name: fmt.Sprint("n", i), port: freePort(t), routes: freePort(t)})
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

// freePort is a port on which nothing listened a moment ago.
func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
