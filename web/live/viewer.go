package live

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"confboard/feed/conference"
)

// piece is how much is written under one deadline, so that a slow line is not mistaken for a viewer who does not read.
const piece = 16 << 10

// ending is why the server ends a stream in good order.
type ending int32

const (
	goesOn ending = iota
	stopping
	moved
	failed
	denied
	renewed
)

var endingNames = [...]string{stopping: "stopping", moved: "moved", failed: "failed", denied: "denied", renewed: "renewed"}

// movedWithin spreads the return of those whose page has moved, or is to be loaded anew.
const movedWithin = 500 * time.Millisecond

// viewer is one stream: the ResponseWriter that r3labs/sse writes to. It adds the region before the first event, leaves
// out what the region already shows, and keeps deadlines. Write, WriteHeader and Flush belong to the handler's
// goroutine; end and cut may be called from any.
type viewer struct {
	hub     *Hub
	topic   *topic
	w       http.ResponseWriter
	rc      *http.ResponseController
	socket  socket // nil: not its own
	http2   bool
	address string
	lastID  int64 // what the page says it has; 0: nothing
	endWhen func(conference.Change) bool
	owner   string
	ctx     context.Context // ends when the stream is to end
	cancel  context.CancelFunc
	until   *time.Timer // nil: any time
	left    func()      // nil: nobody waits for it
	// Under topic.mu: the place in topic.viewers, whether the lag guard has decided to cut it, and where a viewer who waits
	// for the region gets it.
	place     int
	watched   bool // its times are observed
	condemned bool
	ready     chan region

	// taken is the sequence of the last event that was written or left out: the lag guard's measure. It starts at the
	// topic's sequence before registration.
	taken  atomic.Uint64
	ending atomic.Int32

	// The handler's.
	refused bool // r3labs would not serve
	opened  bool
	inEvent bool
	message *message // being written; nil: none, or left out
	seq     uint64   // its sequence
	through uint64   // everything up to this sequence is shown already
	id      int64    // the last id written

	// mu makes "cut?" and a new deadline one step: a deadline renewed after the cut would undo it.
	mu       sync.Mutex
	severed  bool
	returned bool // the ResponseWriter is not ours any more
	deadline time.Time
}

// end ends the stream in good order; of several reasons the first counts. It does not block.
func (v *viewer) end(why ending) {
	v.ending.CompareAndSwap(int32(goesOn), int32(why))
	v.cancel()
}

// cut ends the stream at once, on our side's decision: what is being written fails.
func (v *viewer) cut(why string) {
	if v.sever() {
		v.hub.counts.cuts.Add(1)
		v.hub.log.Debug("viewer cut", "page", v.topic.key, "reason", why)
	}
}

// sever makes every write fail from now on, the one under way included, and reports whether it was the first to do so.
func (v *viewer) sever() bool {
	defer v.cancel()
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.severed || v.returned {
		return false
	}
	v.severed = true
	// An error means that the connection is gone, which is what we want.
	_ = v.rc.SetWriteDeadline(time.Unix(1, 0))
	return true
}

// renew moves the write deadline when less than three quarters of it are left: doing so for every event costs 4 % of
// the fan-out. It reports whether the viewer may be written to.
func (v *viewer) renew() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.severed || v.returned {
		return false
	}
	now, timeout := time.Now(), v.hub.options.WriteTimeout
	if v.deadline.Sub(now) < timeout*3/4 {
		v.deadline = now.Add(timeout)
		return v.rc.SetWriteDeadline(v.deadline) == nil
	}
	return true
}

// rest takes the deadline away between two events where it would end an idle stream: HTTP/2 resets a stream when it
// passes, whether or not something is being written.
func (v *viewer) rest() {
	if !v.http2 {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.severed && !v.returned {
		v.deadline = time.Time{}
		_ = v.rc.SetWriteDeadline(time.Time{})
	}
}

// put writes under renewed deadlines. At the first error the stream is over.
func (v *viewer) put(p []byte) bool {
	for len(p) > 0 {
		n := min(len(p), piece)
		if !v.renew() {
			v.sever()
			return false
		}
		if _, err := v.w.Write(p[:n]); err != nil {
			v.lost(err)
			return false
		}
		p = p[n:]
	}
	return true
}

func (v *viewer) flush() bool {
	if err := v.rc.Flush(); err != nil {
		v.lost(err)
		return false
	}
	v.rest()
	return true
}

// lost tells a viewer who is too slow from one who has left.
func (v *viewer) lost(err error) {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		v.cut("write timed out")
	} else {
		v.sever()
	}
}

// guard keeps a panic of the writer or the topic inside this stream: r3labs/sse would stop the whole topic, since nobody
// would empty the viewer's slots.
func (v *viewer) guard() {
	if p := recover(); p != nil {
		v.hub.log.Error("panic while writing to a viewer", "panic", p, "stack", string(debug.Stack()))
		v.cut("panic")
	}
}

// Header is the underlying writer's.
func (v *viewer) Header() http.Header { return v.w.Header() }

// Unwrap is for http.ResponseController.
func (v *viewer) Unwrap() http.ResponseWriter { return v.w }

// WriteHeader completes the headers of r3labs/sse, or takes note that it would not serve.
func (v *viewer) WriteHeader(status int) {
	defer v.guard()
	if status != http.StatusOK {
		v.refused = true
		return
	}
	header := v.w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // nginx
	if v.http2 {
		header.Del("Connection") // would close the connection of all the other streams
	} else {
		// The socket's options, and a deadline, are this stream's: nothing may follow on this connection. So its end ends the stream, and
		// there is no need of chunks, which would break an event of more than 4 KiB up into several writes.
		header.Set("Connection", "close")
		header.Set("Transfer-Encoding", "identity")
	}
	v.w.WriteHeader(status)
}

// Write takes one piece of a ticket, which begins with its id line, and writes the message for it. It never fails: r3labs/sse would not
// notice, and has to go on emptying the viewer's slots until it is deregistered.
func (v *viewer) Write(p []byte) (int, error) {
	defer v.guard()
	if !v.refused && !v.inEvent {
		v.inEvent = true
		v.begin(p)
	}
	return len(p), nil
}

// begin writes the message of an id line, unless the page has it.
func (v *viewer) begin(line []byte) {
	seq := bytes.TrimSpace(bytes.TrimPrefix(line, []byte("id: ")))
	v.seq, _ = strconv.ParseUint(string(seq), 10, 64) // made by ticket
	if v.seq <= v.through {
		v.hub.counts.skipped.Add(1)
		return
	}
	m := v.topic.message(v.seq)
	if m == nil {
		v.cut("too far behind")
		return
	}
	if v.put(m.frame) {
		v.message, v.id = m, m.id
	}
}

// Flush ends an event. The first one comes when the viewer is registered and before any event: then the region goes out.
func (v *viewer) Flush() {
	defer v.guard()
	if v.refused {
		return
	}
	if !v.opened {
		v.opened = true
		v.open()
		return
	}
	m := v.message
	v.inEvent, v.message = false, nil
	defer func() { v.taken.Store(v.seq) }()
	if m == nil || !v.flush() {
		return
	}
	v.hub.counts.deliveries.Add(1)
	if v.watched {
		v.hub.counts.writing.observe(time.Since(m.made))
	}
}

// open sends the region, unless the page has it, and the first clock.
func (v *viewer) open() {
	state, ok := v.topic.catchUp(v)
	if !ok {
		v.through = ^uint64(0) // nothing more for this one
		return
	}
	v.through, v.id = state.seq, state.id
	o := v.hub.options
	if v.put(state.frame) && v.put(frame(v.id, ClockEvent, o.clockData(v.id), 0)) {
		v.flush()
	}
}

// close takes leave after r3labs/sse has let go of the viewer. Afterwards the ResponseWriter is not touched.
func (v *viewer) close() {
	defer func() {
		v.mu.Lock()
		v.returned = true
		v.mu.Unlock()
	}()
	defer v.guard()
	why := ending(v.ending.Load())
	if why == goesOn || v.refused || !v.renew() {
		return
	}
	if v.socket != nil {
		_ = v.socket.SetLinger(-1) // what was written may still arrive
	}
	within := movedWithin
	if why == stopping || why == failed {
		within = v.hub.options.ReturnWithin
	}
	retry := within/5 + rand.N(within*4/5)
	data := fmt.Appendf(nil, `{"reason":%q}`, endingNames[why])
	// An event without an id would make the page forget its own.
	if v.put(frame(cmp.Or(v.id, v.lastID, v.hub.ids.next()), ClosingEvent, data, retry)) {
		v.flush()
	}
}
