package clustertest

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"strconv"
	"strings"
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
	// elects: nothing that JetStream is to do arrives.
	elects bool
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

// Elect has JetStream keep nothing, deliver nothing new and answer nothing any more, as servers do that choose a leader, until Elected. What clients publish to
// each other comes through.
func (p *Proxy) Elect() { p.change(func() { p.elects = true }) }

// Elected ends what Elect began.
func (p *Proxy) Elected() { p.change(func() { p.elects = false }) }

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
		p.parts.Go(func() { p.pass(from, to, p.published) })
		p.parts.Go(func() { p.pass(to, from, some) })
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

// pass passes on what comes from one side, as next reads it, until either ends.
func (p *Proxy) pass(from, to net.Conn, next func(*bufio.Reader) ([]byte, error)) {
	pieces := make(chan piece, 4096)
	var reader sync.WaitGroup
	reader.Go(func() {
		defer close(pieces)
		for r := bufio.NewReaderSize(from, 32<<10); ; {
			data, err := next(r)
			if err != nil {
				return
			}
			p.mu.Lock()
			due := time.Now().Add(p.delay)
			p.mu.Unlock()
			pieces <- piece{data, due}
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

// some is whatever has come.
func some(r *bufio.Reader) ([]byte, error) {
	if _, err := r.Peek(1); err != nil {
		return nil, err
	}
	data := make([]byte, r.Buffered())
	_, err := r.Read(data)
	return data, err
}

// published is what a client says next, in the protocol of NATS; nothing, if it is for JetStream and that does not arrive.
func (p *Proxy) published(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	words := bytes.Fields(line)
	if len(words) < 3 || string(words[0]) != "PUB" && string(words[0]) != "HPUB" {
		return line, nil
	}
	size, err := strconv.Atoi(string(words[len(words)-1]))
	if err != nil {
		return nil, err
	}
	whole := append(line, make([]byte, size+len("\r\n"))...)
	if _, err := io.ReadFull(r, whole[len(line):]); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.elects && keptOrAsked(string(words[1])) {
		return nil, nil
	}
	return whole, nil
}

// keptOrAsked reports whether a subject is one of JetStream: of a bucket, its API, or a stream of the boards (feed/bus), to which meetings and digests go.
func keptOrAsked(subject string) bool {
	_, rest, _ := strings.Cut(subject, ".")
	return strings.HasPrefix(subject, "$") || strings.HasPrefix(rest, "m.") || strings.HasPrefix(rest, "d.")
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
