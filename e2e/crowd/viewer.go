package crowd

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"
)

// bufferSize is what a viewer reads at once.
const bufferSize = 2 << 10

// viewer is one of the crowd. Its goroutine is the only one that touches what is not in record.
type viewer struct {
	record
	crowd   *Crowd
	number  int
	settled chan struct{} // closed when the first stream has its first event or has ended
	settle  func()
	early   error // why the first stream ended before its first event; set before settled is closed
	lastID  []byte
	fresh   bool // the stream has had no event yet
	buffer  []byte
}

func newViewer(c *Crowd, number int) *viewer {
	v := &viewer{crowd: c, number: number, settled: make(chan struct{})}
	v.settle = sync.OnceFunc(func() { close(v.settled) })
	return v
}

// Browser is how the board's pages come back: half a second after the end, doubling up to five, each up to a third more or less, and
// not before the server's hint.
func Browser(attempt int, hint time.Duration) time.Duration {
	wait := max(min(500*time.Millisecond<<min(attempt-1, 8), 5*time.Second), hint)
	return wait*2/3 + rand.N(wait*2/3)
}

// run views one stream after the other until ctx ends.
func (v *viewer) run(ctx context.Context) {
	for attempt := 1; ; attempt++ {
		v.fresh = true
		hint, err := v.view(ctx)
		v.mu.Lock()
		v.open = false
		if ctx.Err() == nil {
			v.ended = err
		}
		v.mu.Unlock()
		select {
		case <-v.settled:
		default:
			v.early = err
			v.settle()
		}
		if !v.fresh {
			attempt = 1
			if v.crowd.o.Lost != nil && ctx.Err() == nil {
				v.crowd.o.Lost(v.number, time.Now())
			}
		}
		if v.crowd.o.Back == nil || ctx.Err() != nil {
			return
		}
		select {
		case <-time.After(v.crowd.o.Back(attempt, hint)):
		case <-ctx.Done():
			return
		}
	}
}

// view views one stream to its end, and returns why it ended and the server's hint when to come back.
func (v *viewer) view(ctx context.Context) (hint time.Duration, err error) {
	o := &v.crowd.o
	select {
	case v.crowd.turns <- struct{}{}:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	done := sync.OnceFunc(func() { <-v.crowd.turns })
	defer done()
	conn, err := v.ask(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()

	at := time.Time{}
	s := stream{emit: func(e Event) {
		v.events.Add(1)
		v.lastID = append(v.lastID[:0], e.ID...)
		if o.Received != nil {
			o.Received(v.number, at, e)
		}
		if v.fresh {
			v.fresh = false
			v.settle()
			done()
		}
	}}
	if o.Reads == (Reading{}) {
		s.opened = v.opened
	} else {
		v.opened()
		v.settle()
		done()
	}
	if o.Reads == Never {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	for {
		n, err := v.read(ctx, conn)
		at = time.Now()
		v.bytes.Add(uint64(n))
		if n > 0 {
			if err := s.feed(v.buffer[:n]); err != nil {
				return s.retry, err
			}
		}
		if err != nil {
			return s.retry, err
		}
	}
}

func (v *viewer) opened() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.open = true
	v.connections++
}

// read reads what there is, or the next few bytes when they are due.
func (v *viewer) read(ctx context.Context, conn net.Conn) (int, error) {
	slowly := v.crowd.o.Reads.bytesPerSecond
	if v.buffer == nil {
		v.buffer = make([]byte, bufferSize)
	}
	if slowly == 0 {
		return conn.Read(v.buffer)
	}
	const most = 10 // times a second
	n := min((slowly+most-1)/most, bufferSize)
	select {
	case <-time.After(time.Duration(n) * time.Second / time.Duration(slowly)):
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	return conn.Read(v.buffer[:n])
}

// ask connects and asks for the stream.
func (v *viewer) ask(ctx context.Context) (net.Conn, error) {
	o := &v.crowd.o
	var dialer net.Dialer
	if len(o.Sources) > 0 {
		dialer.LocalAddr = &net.TCPAddr{IP: o.Sources[v.number%len(o.Sources)].AsSlice()}
	}
	conn, err := dialer.DialContext(ctx, "tcp", o.Address)
	if err != nil {
		return nil, err
	}
	if o.ReadBuffer > 0 {
		if err := conn.(*net.TCPConn).SetReadBuffer(o.ReadBuffer); err != nil {
			_ = conn.Close()
			return nil, fmt.Errorf("set the read buffer: %w", err)
		}
	}
	path := o.Path
	if o.Paths != nil {
		path = o.Paths(v.number)
	}
	var request bytes.Buffer
	fmt.Fprintf(&request, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\n", path, o.Address)
	header := o.Header
	if len(v.lastID) > 0 {
		if header = header.Clone(); header == nil {
			header = http.Header{}
		}
		header.Set("Last-Event-ID", string(v.lastID))
	}
	_ = header.Write(&request) // to memory
	request.WriteString("\r\n")
	if _, err := conn.Write(request.Bytes()); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}
