package clustertest

import (
	"net"
	"sync"
	"testing"
	"time"
)

// Proxy is a way to a server that can be held up and cut.
type Proxy struct {
	to       func() string
	listener net.Listener
	parts    sync.WaitGroup

	mu    sync.Mutex
	moves *sync.Cond // told of changes of what follows
	held  bool
	cut   bool
	ended bool
	conns map[net.Conn]struct{}
	delay time.Duration
}

// NewProxy is a proxy on loopback for the server, which ends with the test.
func NewProxy(t testing.TB, s *Server) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{to: s.hostPort, listener: l, conns: make(map[net.Conn]struct{})}
	p.moves = sync.NewCond(&p.mu)
	p.parts.Go(p.accept)
	t.Cleanup(func() {
		_ = l.Close()
		p.change(func() { p.ended = true; p.closeAll() })
		p.parts.Wait()
	})
	return p
}

// URL is where it takes connections.
func (p *Proxy) URL() string { return "nats://" + p.listener.Addr().String() }

// Hold lets nothing through, in either direction, and keeps the connections: like a network that drops all packets. What is sent meanwhile comes
// after Release.
func (p *Proxy) Hold() { p.change(func() { p.held = true }) }

// Release lets everything through again.
func (p *Proxy) Release() { p.change(func() { p.held = false }) }

// Cut closes all connections, and refuses new ones until Mend.
func (p *Proxy) Cut() { p.change(func() { p.cut = true; p.closeAll() }) }

// Mend takes connections again.
func (p *Proxy) Mend() { p.change(func() { p.cut = false }) }

// Delay makes everything take that long, in either direction.
func (p *Proxy) Delay(d time.Duration) { p.change(func() { p.delay = d }) }

func (p *Proxy) change(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
	p.moves.Broadcast()
}

func (p *Proxy) closeAll() {
	for c := range p.conns {
		_ = c.Close()
	}
}

func (p *Proxy) accept() {
	for {
		from, err := p.listener.Accept()
		if err != nil {
			return
		}
		to, err := net.Dial("tcp", p.to())
		if err != nil || !p.keep(from, to) {
			_ = from.Close()
			if err == nil {
				_ = to.Close()
			}
			continue
		}
		p.parts.Go(func() { p.pass(from, to) })
		p.parts.Go(func() { p.pass(to, from) })
	}
}

// keep notes connections, if any are taken.
func (p *Proxy) keep(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cut || p.ended {
		return false
	}
	for _, c := range conns {
		p.conns[c] = struct{}{}
	}
	return true
}

// piece is what came, and when it is due.
type piece struct {
	data []byte
	due  time.Time
}

// pass passes on what comes from one side, until either ends.
func (p *Proxy) pass(from, to net.Conn) {
	pieces := make(chan piece, 4096)
	var reader sync.WaitGroup
	reader.Go(func() {
		defer close(pieces)
		for {
			data := make([]byte, 32<<10)
			n, err := from.Read(data)
			if err != nil {
				return
			}
			p.mu.Lock()
			due := time.Now().Add(p.delay)
			p.mu.Unlock()
			pieces <- piece{data[:n], due}
		}
	})
	for one := range pieces {
		time.Sleep(time.Until(one.due))
		if !p.open(from) {
			break
		}
		if _, err := to.Write(one.data); err != nil {
			break
		}
	}
	p.change(func() {
		_, _ = from.Close(), to.Close()
		delete(p.conns, from)
		delete(p.conns, to)
	})
	for range pieces {
		continue // so that the reader ends
	}
	reader.Wait()
}

// open waits while everything is held, and reports whether the connection is still there.
func (p *Proxy) open(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		if _, there := p.conns[c]; !there || p.ended || p.cut {
			return false
		}
		if !p.held {
			return true
		}
		p.moves.Wait()
	}
}
