package e2e

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"
)

// passage carries connections from where it listens to somewhere else: into a network namespace, out of one, or as slowly as a test
// wants. It ends with the test.
type passage struct {
	listener net.Listener
	dial     func(context.Context) (net.Conn, error)
	ctx      context.Context
	parts    sync.WaitGroup

	mu    sync.Mutex
	delay time.Duration // each way
	rate  int           // bytes a second, of each connection and each way; 0: any number
}

// to dials an address.
func to(address string) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "tcp", address) }
}

// newPassage is a passage from a listener, which it closes; nil: one on a free port of loopback.
func newPassage(t testing.TB, from net.Listener, dial func(context.Context) (net.Conn, error)) *passage {
	t.Helper()
	if from == nil {
		var err error
		if from, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	p := &passage{listener: from, dial: dial, ctx: ctx}
	p.parts.Go(p.accept)
	t.Cleanup(func() {
		cancel()
		_ = from.Close()
		p.parts.Wait()
	})
	return p
}

func (p *passage) address() string { return p.listener.Addr().String() }

// slow makes what comes from now on take that long each way, and pass at that rate; zeros: at once.
func (p *passage) slow(delay time.Duration, rate int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay, p.rate = delay, rate
}

func (p *passage) accept() {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.parts.Go(func() { p.carry(near) })
	}
}

// carry carries one connection, until either end is closed or the test ends.
func (p *passage) carry(near net.Conn) {
	defer near.Close()
	ctx, cancel := context.WithCancel(p.ctx)
	defer cancel()
	const buffer = 32 << 10
	far, err := p.dial(ctx)
	if err != nil {
		return
	}
	defer far.Close()
	for _, c := range []net.Conn{near, far} {
		// Otherwise the system takes what is sent into buffers of megabytes, which is no way that is slow but one that is minutes long.
		tcp := c.(*net.TCPConn)
		_, _ = tcp.SetReadBuffer(buffer), tcp.SetWriteBuffer(buffer)
	}
	defer context.AfterFunc(ctx, func() { near.Close(); far.Close() })()
	var ways sync.WaitGroup
	for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
		ways.Go(func() {
			defer cancel()
			p.pass(ctx, way[0], way[1])
		})
	}
	ways.Wait()
}

// piece is what came, and when it has arrived.
type piece struct {
	data []byte
	due  time.Time
}

// pass passes on what comes from one end. Like a router it takes no more than a second's worth that it cannot pass on yet: then who sends has
// to wait.
func (p *passage) pass(ctx context.Context, from, to net.Conn) {
	const queue = time.Second
	under := make(chan piece, 1<<14)
	var writer sync.WaitGroup
	writer.Go(func() {
		for each := range under {
			rest(ctx, time.Until(each.due))
			if _, err := to.Write(each.data); err != nil {
				from.Close()
			}
		}
	})
	defer writer.Wait()
	defer close(under)
	for free := time.Now(); ; { // when the way is free for what comes next
		data := make([]byte, 4<<10)
		n, err := from.Read(data)
		if err != nil {
			return
		}
		p.mu.Lock()
		delay, rate := p.delay, p.rate
		p.mu.Unlock()
		if now := time.Now(); free.Before(now) {
			free = now
		}
		if rate > 0 {
			free = free.Add(time.Duration(n) * time.Second / time.Duration(rate))
		}
		select {
		case under <- piece{data[:n], free.Add(delay)}:
		case <-ctx.Done():
			return
		}
		rest(ctx, time.Until(free.Add(-queue)))
	}
}
