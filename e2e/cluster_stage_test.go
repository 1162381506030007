package e2e

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"confboard/e2e/engines"
	"confboard/feed/simulator"
	"confboard/web/store/storetest"
)

// Several boards as one: real servers of NATS, a PostgreSQL database, boards as processes, and one simulated cloud.

// several are boards that work as one.
type several struct {
	t        *testing.T
	cloud    *simulator.Cloud
	meetings []*simulator.Meeting
	nats     *natsCluster
	settings settings
	binary   string // the boards' program; empty: the suite's
	boards   map[string]*board
}

// newSeveral makes a cloud with meetings, and what boards need to work as one. None runs yet.
func newSeveral(t *testing.T, meetings, servers int) *several {
	t.Helper()
	return newSeveralOn(t, meetings, servers, func(*natsNode) {})
}

// newSeveralOn is newSeveral with NATS servers that are placed before they start.
func newSeveralOn(t *testing.T, meetings, servers int, place func(*natsNode)) *several {
	t.Helper()
	storetest.Need(t)
	s := &several{t: t, cloud: newCloud(t, steady), boards: map[string]*board{}}
	for i := range meetings {
		m := s.cloud.Add(simulator.MeetingConfig{ConfID: fmt.Sprint(900_000_000 + i), HostPassword: "135790", Title: fmt.Sprint("Meeting ", i)})
		m.Start()
		m.Join(person(fmt.Sprint("pid-", i), fmt.Sprint("Person ", i)))
		s.meetings = append(s.meetings, m)
	}
	s.nats = newNATS(t, servers)
	for _, server := range s.nats.servers {
		place(server)
		s.nats.start(server)
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(rand.Text()+rand.Text()), 0o600); err != nil {
		t.Fatal(err)
	}
	s.settings = settings{heartbeat: steady, meetings: watching(s.meetings...), further: map[string]any{
		"database": map[string]any{"url": storetest.Schema(t, t.TempDir())},
	}}
	s.settings.further["cluster"] = s.nats.section(secret)
	return s
}

// start starts a board with a name of its own.
func (s *several) start(name string) *board {
	s.t.Helper()
	mine := s.settings
	mine.further = maps.Clone(mine.further)
	section := maps.Clone(mine.further["cluster"].(map[string]any))
	section["name"] = name
	mine.further["cluster"] = section
	b := &board{t: s.t, binary: s.binary, args: []string{"serve", "--config", mine.write(s.t, s.cloud)}}
	b.run()
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
	once := func() bool {
		for _, m := range s.meetings {
			if n := m.Counts().Subscribed; n != 1 {
				apart = fmt.Sprintf("%s is watched %d times", m.ConfID(), n)
				return false
			}
		}
		return true
	}
	until(s.t, "each meeting to be watched once", once) // which is soon seen, whereas boards have to be asked
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
	until(s.t, "each meeting to be watched once", once)
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

// natsServer is the server's program, built once from the version that the tests are built with.
var natsServer = sync.OnceValues(func() (string, error) { return engines.BuildNATS(context.Background(), suite.folder) })

// shipped are the files by which what boards need is set up on servers.
var shipped = filepath.Join("..", "web", "deploy")

// natsCluster are NATS servers that keep things together.
type natsCluster struct {
	t       *testing.T
	engine  *engines.NATS
	servers []*natsNode
}

type natsNode struct {
	*engines.NATSServer
	name string
	log  journal
}

// newNATS makes so many servers, of which none runs; what is started ends with the test.
func newNATS(t *testing.T, n int) *natsCluster {
	t.Helper()
	binary, err := natsServer()
	if err != nil {
		t.Fatal(err)
	}
	engine, err := engines.NewNATS(binary, shipped, t.TempDir(), n)
	if err != nil {
		t.Fatal(err)
	}
	c := &natsCluster{t: t, engine: engine}
	for _, s := range engine.Servers {
		node := &natsNode{NATSServer: s, name: s.Name}
		s.Log = &node.log
		c.servers = append(c.servers, node)
	}
	t.Cleanup(func() {
		engine.Close()
		if t.Failed() {
			for _, s := range c.servers {
				t.Logf("the end of the log of %s:\n%s", s.name, s.log.end(15))
			}
		}
	})
	return c
}

// section is the section cluster of the settings of boards on these servers.
func (c *natsCluster) section(secret string) map[string]any {
	return map[string]any{
		"nats": c.engine.URLs(), "replicas": min(len(c.servers), 3), "secretFile": secret, "user": c.engine.User, "passwordFile": c.engine.PasswordFile,
	}
}

// start starts a server, with what it had on its disk.
func (c *natsCluster) start(s *natsNode) {
	c.t.Helper()
	if err := c.engine.Start(s.NATSServer); err != nil {
		c.t.Fatal(err)
	}
}

// kill ends a server without a word.
func (c *natsCluster) kill(s *natsNode) { s.Kill() }
