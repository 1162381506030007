// Package clustertest runs NATS servers with JetStream in the process of a test.
package clustertest

import (
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Server is a server on loopback. Stop and Start, one after the other, are for tests of a server that is away: it comes back on its port,
// with what it had on the disk and without what it had in memory.
type Server struct {
	t       testing.TB
	options server.Options
	server  *server.Server
}

// Start starts a server that stops with the test; set changes its options first.
func Start(t testing.TB, set ...func(*server.Options)) *Server {
	t.Helper()
	s := &Server{t: t, options: server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true}}
	for _, f := range set {
		f(&s.options)
	}
	s.Start()
	t.Cleanup(s.Stop)
	return s
}

// Start starts it, and waits until it takes connections.
func (s *Server) Start() {
	s.t.Helper()
	options := s.options
	srv, err := server.NewServer(&options)
	if err != nil {
		s.t.Fatalf("start a NATS server: %v", err)
	}
	srv.Start()
	if !srv.ReadyForConnections(30 * time.Second) {
		srv.Shutdown()
		s.t.Fatal("the NATS server takes no connections")
	}
	if s.options.Port == server.RANDOM_PORT {
		s.options.Port = options.Port // from now on it is the same
	}
	s.server = srv
}

// Stop stops it, and waits for its end. A server that is stopped stays as it is.
func (s *Server) Stop() {
	if s.server != nil {
		s.server.Shutdown()
		s.server.WaitForShutdown()
		s.server = nil
	}
}

// URL is where it takes connections, with its user and password if it has one for all.
func (s *Server) URL() string { return s.server.ClientURL() }

// Address is where it takes connections, or took them last, without credentials.
func (s *Server) Address() string { return "nats://" + s.hostPort() }

func (s *Server) hostPort() string {
	return net.JoinHostPort(s.options.Host, strconv.Itoa(s.options.Port))
}
