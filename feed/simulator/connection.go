package simulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// queueLimit is how many frames wait for a client before it is cut: a client that does not read must not hold up the meeting.
	queueLimit = 1024
	// writeLimit is how long one write may take. It is generous, because compressing a large frame counts too.
	writeLimit = 30 * time.Second
	// requestLimit is the largest request that is read, in bytes.
	requestLimit = 64 << 10
	// compressFrom is the size of the smallest frame that is compressed, where that was agreed: a smaller one gains next to nothing,
	// and compressing was half of what a change cost.
	compressFrom = 512
)

// newUpgrader has small buffers, and takes those to write from a pool: of thousands of connections hardly any reads or writes.
func newUpgrader() *websocket.Upgrader {
	return &websocket.Upgrader{
		EnableCompression: true, HandshakeTimeout: writeLimit, ReadBufferSize: 512, WriteBufferPool: &sync.Pool{},
		CheckOrigin: func(*http.Request) bool { return true },
	}
}

// connection is one open WebSocket. One goroutine reads, one writes.
type connection struct {
	socket *websocket.Conn
	faults func() faultSet
	delay  time.Duration // of the fault Delayed

	flood func(n int) []byte // makes what is not true, for FloodedFrames

	mu         sync.Mutex
	queue      []outgoing
	subscribed bool
	closed     bool
	wake       chan struct{} // of the writer, that something has changed

	// Guarded by the meeting's lock:
	held   map[string][]byte // by type, an incremental message that the next one overtakes
	missed map[string]bool   // by type, whether the last incremental message was left out
}

// outgoing is a frame on its way.
type outgoing struct {
	text   []byte // nil: close after what was sent
	pushed bool   // it is no answer
	plain  bool   // it is not compressed
	made   time.Time
}

func newConnection(socket *websocket.Conn, m *Meeting) *connection {
	return &connection{socket: socket, faults: m.faultsNow, delay: m.cloud.config.Delay, flood: m.flood, wake: make(chan struct{}, 1)}
}

// send queues an answer, or the end when it is nil.
func (c *connection) send(frame []byte) { c.enqueue(outgoing{text: frame}) }

// enqueue queues a frame; a client that does not take its frames is cut. The caller holds the meeting's lock, so that
// all connections get the frames in one order.
func (c *connection) enqueue(frame outgoing) {
	if c.faults().has(Delayed) {
		frame.made = time.Now()
	}
	c.mu.Lock()
	full := len(c.queue) >= queueLimit
	if !full {
		c.queue = append(c.queue, frame)
	}
	c.mu.Unlock()
	if full {
		c.cut()
		return
	}
	c.nudge()
}

func (c *connection) nudge() {
	select {
	case c.wake <- struct{}{}:
	default: // the writer is to look anyway
	}
}

// cut closes the connection without a farewell.
func (c *connection) cut() { _ = c.socket.Close() } // the reader learns of it

// close ends the writer.
func (c *connection) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.nudge()
}

// next waits for the next frame to write; ok is false when the connection has been closed.
func (c *connection) next() (frame outgoing, ok bool) {
	for {
		frame, wait, state := c.look(time.Now())
		switch state {
		case ready:
			return frame, true
		case flooding:
			c.overrun()
		case over:
			return frame, false
		case empty:
			<-c.wake
		case early:
			timer := time.NewTimer(wait)
			select {
			case <-c.wake:
			case <-timer.C:
			}
			timer.Stop()
		}
	}
}

// What there is to do for a writer.
const (
	empty    = iota // nothing
	early           // a frame that is to wait
	ready           // a frame
	flooding        // more than anybody wants
	over            // no more
)

func (c *connection) look(now time.Time) (frame outgoing, wait time.Duration, state int) {
	faults := c.faults()
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return frame, 0, over
	case len(c.queue) == 0 && c.subscribed && faults.floods():
		return frame, 0, flooding
	case len(c.queue) == 0 || faults.has(HalfOpenSockets):
		return frame, 0, empty
	}
	frame = c.queue[0]
	if wait := frame.made.Add(c.delay).Sub(now); faults.has(Delayed) && wait > 0 {
		return frame, wait, early
	}
	if c.queue = c.queue[1:]; len(c.queue) == 0 {
		c.queue = nil // of thousands of connections hardly any has something to write
	}
	return frame, 0, ready
}

// write sends what is queued until the connection is closed.
func (c *connection) write() {
	for {
		frame, ok := c.next()
		switch {
		case !ok:
			return
		case frame.text == nil:
			farewell := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
			_ = c.socket.WriteControl(websocket.CloseMessage, farewell, time.Now().Add(writeLimit)) // it is closed in any case
			c.cut()
		case frame.pushed && c.faults().has(CutMidFrame):
			c.cutMidFrame(frame.text)
		default:
			c.socket.EnableWriteCompression(!frame.plain && len(frame.text) >= compressFrom)
			_ = c.socket.SetWriteDeadline(time.Now().Add(writeLimit))
			if err := c.socket.WriteMessage(websocket.TextMessage, frame.text); err != nil {
				c.cut()
			}
		}
	}
}

// serveConnection opens a connection for a WebSocket token (meeting_21_1510).
func (c *Cloud) serveConnection(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	c.sockets.Add(1)
	c.mu.Unlock()

	query := r.URL.Query()
	socket, err := c.upgrader.Upgrade(w, r, nil)
	if err != nil {
		c.sockets.Done()
		return // Upgrade has answered
	}
	// Not in this goroutine: that would keep the request and its buffers as long as the connection. Close waits for it.
	go func() {
		defer c.sockets.Done()
		defer socket.Close()
		c.converse(socket, query.Get("confID"), query.Get("tmpToken"))
	}()
}

// converse serves an open connection until it ends.
func (c *Cloud) converse(socket *websocket.Conn, confID, token string) {
	m := c.Meeting(confID)
	if m == nil || !c.spendWebSocketToken(token, m) || m.phaseNow() != running {
		c.config.Logger.Debug("simulated cloud closed a connection with a wrong token")
		return // a wrong token: the connection opens and is closed
	}
	conn := newConnection(socket, m)
	m.opened(conn)
	if c.closing() || c.Meeting(confID) != m { // the others may have been cut before this one was known
		conn.cut()
	}
	written := make(chan struct{})
	go func() {
		defer close(written)
		conn.write()
	}()
	c.read(conn, m)
	m.gone(conn) // nothing is sent any more
	conn.close()
	conn.cut()
	<-written
}

// request is what a client sends (meeting_21_1508, _1511, _1520).
type request struct {
	Action   string `json:"action"`
	Sequence string `json:"sequence"`
	Data     string `json:"data"`
}

// read serves requests until the connection ends or no heartbeat came for too long.
func (c *Cloud) read(conn *connection, m *Meeting) {
	conn.socket.SetReadLimit(requestLimit)
	alive := func() { _ = conn.socket.SetReadDeadline(time.Now().Add(c.config.SilenceLimit)) }
	alive()
	for {
		_, frame, err := conn.socket.ReadMessage()
		if err != nil {
			return
		}
		var req request
		if json.Unmarshal(frame, &req) != nil {
			c.violate("a request on a connection is not JSON of texts")
			continue
		}
		switch req.Action {
		case "HeartBeat":
			if !sequenceOK(req.Sequence) {
				c.violate("HeartBeat: sequence is not 20 to 30 digits")
			}
			alive()
			m.heartbeat(conn, encode(map[string]any{"action": "HeartBeat", "sequence": req.Sequence}))
		case "Subscribe":
			m.subscribe(conn, req)
		default:
			c.violate("there is no such request as %.40q on a connection", req.Action)
		}
	}
}

// subscription is the JSON text in the data of a Subscribe request.
type subscription struct {
	SubscribeType []string `json:"subscribeType"`
	ConfToken     string   `json:"confToken"`
	ConferenceID  string   `json:"conferenceID"`
}

// judge returns the types that a Subscribe request asks for, and the returnCode and returnDesc of its answer.
func (c *Cloud) judge(m *Meeting, req request) (types []string, code int, desc string) {
	var sub subscription
	switch {
	case json.Unmarshal([]byte(req.Data), &sub) != nil, !sequenceOK(req.Sequence), len(sub.SubscribeType) == 0,
		slices.ContainsFunc(sub.SubscribeType, func(t string) bool { return !slices.Contains(supported, t) }),
		sub.ConferenceID != "" && sub.ConferenceID != m.confID:
		c.violate("Subscribe: the request is not as the reference wants it")
		return nil, 111070001, "PARAMETER_ERROR"
	case !c.validControl(authorization(sub.ConfToken), m):
		return nil, 111070111, "CONF_TOKEN_INVALID"
	}
	return sub.SubscribeType, 0, "SUCCESS"
}

// sequenceOK reports whether the text is 20 to 30 digits (meeting_21_1508).
func sequenceOK(s string) bool {
	return len(s) >= 20 && len(s) <= 30 && !slices.ContainsFunc([]byte(s), func(b byte) bool { return b < '0' || b > '9' })
}

// encode returns the JSON text of a value made of maps, slices and plain values.
func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic("simulator: a field's value has no JSON text: " + err.Error())
	}
	return text
}
