package simulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// outgoing is how many frames wait for a client before it is cut: a client that does not read must not hold up the meeting.
	outgoing = 1024
	// writeLimit is how long one write may take. It is generous, because compressing a large frame counts too.
	writeLimit = 30 * time.Second
	// requestLimit is the largest request that is read, in bytes.
	requestLimit = 64 << 10
)

// connection is one open WebSocket. One goroutine reads, one writes.
type connection struct {
	socket *websocket.Conn
	frames chan []byte // nil in it: close after what was sent
}

// send queues a frame; a client that does not take its frames is cut. The caller holds the meeting's lock, so that
// all connections get the frames in one order.
func (c *connection) send(frame []byte) {
	select {
	case c.frames <- frame:
	default:
		c.cut()
	}
}

// cut closes the connection without a farewell.
func (c *connection) cut() { _ = c.socket.Close() } // the reader learns of it

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
	defer c.sockets.Done()

	up := websocket.Upgrader{EnableCompression: true, HandshakeTimeout: writeLimit, CheckOrigin: func(*http.Request) bool { return true }}
	socket, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	defer socket.Close()
	m := c.Meeting(r.URL.Query().Get("confID"))
	if m == nil || !c.spendWebSocketToken(r.URL.Query().Get("tmpToken"), m) || m.phaseNow() != running {
		c.config.Logger.Debug("simulated cloud closed a connection with a wrong token")
		return // a wrong token: the connection opens and is closed
	}
	conn := &connection{socket: socket, frames: make(chan []byte, outgoing)}
	m.opened(conn)
	if c.closing() { // Close may have cut the others before this one was known
		conn.cut()
	}
	written := make(chan struct{})
	go func() {
		defer close(written)
		conn.write()
	}()
	c.read(conn, m)
	m.gone(conn) // nothing is sent any more
	close(conn.frames)
	conn.cut()
	<-written
}

// write sends what is queued until the queue is closed or says so.
func (c *connection) write() {
	for frame := range c.frames {
		if frame == nil {
			farewell := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
			_ = c.socket.WriteControl(websocket.CloseMessage, farewell, time.Now().Add(writeLimit)) // it is closed in any case
			c.cut()
			continue
		}
		_ = c.socket.SetWriteDeadline(time.Now().Add(writeLimit))
		if err := c.socket.WriteMessage(websocket.TextMessage, frame); err != nil {
			c.cut()
		}
	}
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
			c.config.Logger.Debug("simulated cloud got a request that is not JSON", "confID", m.confID)
			continue
		}
		switch req.Action {
		case "HeartBeat":
			alive()
			m.heartbeat(conn, encode(map[string]any{"action": "HeartBeat", "sequence": req.Sequence}))
		case "Subscribe":
			m.subscribe(conn, req)
		default:
			c.config.Logger.Debug("simulated cloud got an unknown request", "confID", m.confID, "action", req.Action)
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
