package web

import (
	"net"
	"sync"
)

// placesOf is how many of so many file descriptors connections to the board may take. The rest is for what the board itself opens, its
// links to the cloud before all: one a meeting, and those must not starve because many look.
func placesOf(files uint64) int { return int(min(files-files/4, 1<<24)) }

// places is a listener that has only so many connections at a time. Those beyond wait with the kernel until one is closed.
type places struct {
	net.Listener
	taken  chan struct{} // a place in it for each connection
	closed chan struct{}
	close  func() error
}

func newPlaces(l net.Listener, n int) *places {
	p := &places{Listener: l, taken: make(chan struct{}, n), closed: make(chan struct{})}
	p.close = sync.OnceValue(func() error {
		close(p.closed)
		return l.Close()
	})
	return p
}

// Accept implements net.Listener.
func (p *places) Accept() (net.Conn, error) {
	select {
	case p.taken <- struct{}{}:
	case <-p.closed:
		return nil, net.ErrClosed
	}
	c, err := p.Listener.Accept()
	if err != nil {
		<-p.taken
		return nil, err
	}
	leave := sync.OnceFunc(func() { <-p.taken })
	if tcp, ok := c.(*net.TCPConn); ok {
		return &tcpPlace{tcp, leave}, nil
	}
	return &place{c, leave}, nil
}

// Close implements net.Listener.
func (p *places) Close() error { return p.close() }

// tcpPlace is a connection whose socket can be set, as streams do.
type tcpPlace struct {
	*net.TCPConn
	leave func()
}

// Close implements net.Conn.
func (c *tcpPlace) Close() error {
	defer c.leave()
	return c.TCPConn.Close()
}

type place struct {
	net.Conn
	leave func()
}

// Close implements net.Conn.
func (c *place) Close() error {
	defer c.leave()
	return c.Conn.Close()
}
