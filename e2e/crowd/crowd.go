// Package crowd is many viewers of a stream of server-sent events, for tests and benchmarks of the server: each is a TCP connection and
// one goroutine with a small buffer, so that thousands cost the machine little beside the server that is measured.
//
// It speaks HTTP/1.1 without encryption, and understands line ends of LF and CR LF.
package crowd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Options say who the viewers are. Address, Path and N are required.
type Options struct {
	// Address is the server's, host and port.
	Address string
	// Path is what is asked for, query included. Paths, if it is set, has one for each viewer instead.
	Path  string
	Paths func(viewer int) string
	// Header is sent beside Host and Accept.
	Header http.Header
	// N is how many viewers there are; they are numbered from 0.
	N int
	// Sources are the addresses of ours from which the viewers connect, in turn; on Linux all of 127.0.0.0/8 can be used. Empty: the
	// system's choice.
	Sources []netip.Addr
	// AtOnce is how many connect at a time, each until its first event. Default 64.
	AtOnce int

	// Received is called for each event, by many goroutines; at is when its last bytes were read. It holds up its own viewer.
	Received func(viewer int, at time.Time, e Event)
	// Lost is called, by the same goroutine, when a stream has ended that had brought something; nil: nobody wants to know.
	Lost func(viewer int, at time.Time)
	// Reads is how the viewers read. Zero: all there is, at once.
	Reads Reading
	// ReadBuffer is how much the kernel keeps for a viewer, in bytes; 0: its default, which may be megabytes.
	ReadBuffer int

	// Back is how long a viewer whose stream has ended or been refused stays away, at which attempt in a row, from 1, and with which hint of
	// the server, 0 if it gave none. It comes back with its last event's id. nil: it stays away for good. See Browser.
	Back func(attempt int, hint time.Duration) time.Duration
	// MayEnd keeps Open from failing for viewers whose stream is refused or ends.
	MayEnd bool
}

// Reading is how a viewer reads: at once (zero), never, or slowly.
type Reading struct{ bytesPerSecond int }

// Never is to send the request and read nothing.
var Never = Reading{-1}

// Slowly is to read so many bytes a second, at least 1.
func Slowly(bytesPerSecond int) Reading { return Reading{max(bytesPerSecond, 1)} }

// Event is one event of a stream. The bytes are the crowd's own again when Received returns.
type Event struct {
	ID, Name, Data []byte
	// Wire is how many bytes it took, from the end of the event before: with comments, chunk framing and the blank line, without what
	// TCP adds.
	Wire int
}

// Status is how a viewer fares.
type Status struct {
	// Open means that the stream is open: the first bytes of an answer with status 200 have been read. For those who do not read at
	// once, that the request has been sent.
	Open bool
	// Connections is how many streams it has had.
	Connections int
	// Events and Bytes are what was received over all of them, headers included.
	Events, Bytes uint64
	// Ended is why the last stream ended, nil as long as none has: io.EOF when the server did so in good order, a *Refused when it
	// gave none, else the connection's error, such as a reset.
	Ended error
}

// Refused is an answer other than a stream.
type Refused struct {
	Status     int
	RetryAfter string
}

// Error implements error.
func (r *Refused) Error() string { return fmt.Sprintf("no stream: status %d", r.Status) }

// Crowd is the viewers. Its methods are safe for concurrent use.
type Crowd struct {
	o       Options
	viewers []*viewer
	leave   context.CancelFunc
	all     sync.WaitGroup
	turns   chan struct{} // a place in it for each that connects
}

// Open has the viewers connect and returns when every one has its first event, or, of those who do not read at once, has sent its request.
// It fails when ctx ends before, or when a stream is refused or ends before and Options.MayEnd is not set. The viewers
// stay until ctx ends or Close is called.
func Open(ctx context.Context, o Options) (*Crowd, error) {
	if o.AtOnce <= 0 {
		o.AtOnce = 64
	}
	ctx, cancel := context.WithCancel(ctx)
	c := &Crowd{o: o, leave: cancel, turns: make(chan struct{}, o.AtOnce), viewers: make([]*viewer, o.N)}
	for i := range c.viewers {
		c.viewers[i] = newViewer(c, i)
	}
	for _, v := range c.viewers {
		c.all.Go(func() { v.run(ctx) })
	}
	for _, v := range c.viewers {
		select {
		case <-v.settled:
			if v.early != nil && !o.MayEnd {
				c.Close()
				return nil, fmt.Errorf("viewer %d: %w", v.number, v.early)
			}
		case <-ctx.Done():
			n := c.Connected()
			c.Close()
			return nil, fmt.Errorf("%d of %d viewers connected: %w", n, o.N, context.Cause(ctx))
		}
	}
	return c, nil
}

// Close ends all streams and returns when no viewer is left.
func (c *Crowd) Close() {
	c.leave()
	c.all.Wait()
}

// Viewer returns how one viewer fares.
func (c *Crowd) Viewer(i int) Status { return c.viewers[i].status() }

// Connected is how many streams are open.
func (c *Crowd) Connected() (n int) {
	for _, v := range c.viewers {
		if v.status().Open {
			n++
		}
	}
	return n
}

// Ended is how many viewers have had a stream that ended, by the server or the network.
func (c *Crowd) Ended() (n int) {
	for _, v := range c.viewers {
		if why := v.status().Ended; why != nil && !errors.As(why, new(*Refused)) {
			n++
		}
	}
	return n
}

// Received is how many events and bytes all viewers have received.
func (c *Crowd) Received() (events, bytes uint64) {
	for _, v := range c.viewers {
		events += v.events.Load()
		bytes += v.bytes.Load()
	}
	return events, bytes
}

// record is what a viewer tells of itself beside its counters.
type record struct {
	mu          sync.Mutex
	open        bool
	connections int
	ended       error

	events, bytes atomic.Uint64
}

func (r *record) status() Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Status{Open: r.open, Connections: r.connections, Events: r.events.Load(), Bytes: r.bytes.Load(), Ended: r.ended}
}
