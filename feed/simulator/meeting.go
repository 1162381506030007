package simulator

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"
)

// phase is where a meeting stands.
type phase uint8

const (
	scheduled phase = iota
	running
	ended
)

// Counts is what clients did with a meeting since it was added.
type Counts struct {
	// ControlTokenCalls counts calls for a control token, ControlTokens those that were granted.
	ControlTokenCalls, ControlTokens int
	WebSocketTokens                  int
	// Connections counts all that were opened with a valid token; Open those that are open now.
	Connections, Open int
	// Subscribes counts accepted subscriptions, repeated ones included; Subscribed the open connections that have one.
	Subscribes, Subscribed int
	Heartbeats             int
}

// Meeting is the handle of a simulated meeting. All methods are safe for concurrent use and none waits for a client.
type Meeting struct {
	cloud        *Cloud
	confID       string
	hostPassword string
	name         string
	initial      map[string]any

	mu              sync.Mutex
	phase           phase
	occurrence      int
	fields          map[string]any // the merged status
	connections     map[*connection]bool
	counts          Counts
	noEcho          bool
	refuseSubscribe int
	siteHost        string
	sequence        int64
	lastFull        int64 // version, ms
	lastTime        int64 // createTime, ms
	ids             *rand.Rand
}

func newMeeting(c *Cloud, mc MeetingConfig) *Meeting {
	h := fnv.New64a()
	_, _ = h.Write([]byte(mc.ConfID)) // never fails
	return &Meeting{
		cloud: c, confID: mc.ConfID, hostPassword: mc.HostPassword, name: mc.Name, initial: maps.Clone(mc.Fields),
		fields: usualFields(), connections: map[*connection]bool{}, ids: rand.New(rand.NewPCG(h.Sum64(), 0)),
	}
}

// ConfID is the meeting's ID.
func (m *Meeting) ConfID() string { return m.confID }

// HostPassword is what a client needs for a control token.
func (m *Meeting) HostPassword() string { return m.hostPassword }

// Name is what the settings of a demonstration call the meeting.
func (m *Meeting) Name() string { return m.name }

// Start begins an occurrence, the first or a new one: the fields are as they usually are at the beginning. It changes
// nothing while the meeting is in progress.
func (m *Meeting) Start() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.phase == running {
		return
	}
	m.phase = running
	m.occurrence++
	m.sequence = 0
	m.fields = usualFields()
	maps.Copy(m.fields, m.initial)
	m.fields["state"] = "Created"
	if _, set := m.fields["endTime"]; !set {
		m.fields["endTime"] = strconv.FormatInt(m.cloud.config.Now().Add(time.Hour).UnixMilli(), 10)
	}
}

// End ends the meeting: subscribers get an incremental message with state Destroyed, then every connection is closed.
func (m *Meeting) End() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.phase == running {
		m.set(map[string]any{"state": "Destroyed", "recState": 0})
	}
	m.close()
}

// EndSilently ends the meeting and closes every connection without a message.
func (m *Meeting) EndSilently() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.close()
}

func (m *Meeting) close() {
	m.phase = ended
	for conn := range m.connections {
		conn.send(nil)
	}
}

// Set changes fields of the status, by wire name, and pushes those that differ in one incremental message. A number of
// screens is pushed as text in an incremental message, as the reference's table has it, and as a number in a full one,
// as its example has it. The values are kept: do not modify them.
func (m *Meeting) Set(fields map[string]any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.set(fields)
}

// SetFull changes fields of the status and pushes a full message.
func (m *Meeting) SetFull(fields map[string]any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.Copy(m.fields, fields)
	m.push(m.full())
}

// Unset takes fields out of the status: full messages do not carry them any more. It pushes nothing.
func (m *Meeting) Unset(names ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, name := range names {
		delete(m.fields, name)
	}
}

// PushFull pushes a full message.
func (m *Meeting) PushFull() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.push(m.full())
}

// PushRaw pushes any bytes as a text frame.
func (m *Meeting) PushRaw(frame []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.push(append([]byte{}, frame...)) // nil would mean to close
}

// CutConnections breaks every connection without a farewell. The meeting goes on.
func (m *Meeting) CutConnections() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for conn := range m.connections {
		conn.cut()
	}
}

// SetEcho says whether heartbeats are answered. They are counted in any case.
func (m *Meeting) SetEcho(on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.noEcho = !on
}

// RefuseSubscribe answers each Subscribe with the returnCode; 0 restores the rules.
func (m *Meeting) RefuseSubscribe(code int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refuseSubscribe = code
}

// SetSite moves the meeting to a site: calls whose Host header is not host are told so. Empty: any host will do.
func (m *Meeting) SetSite(host string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.siteHost = host
}

// Counts returns what clients did so far.
func (m *Meeting) Counts() Counts {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.counts
	n.Open = len(m.connections)
	for _, subscribed := range m.connections {
		if subscribed {
			n.Subscribed++
		}
	}
	return n
}

// Field returns the present value of a status field, nil if there is none.
func (m *Meeting) Field(name string) any {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.fields[name]
}

// InProgress reports whether the meeting is in progress.
func (m *Meeting) InProgress() bool { return m.phaseNow() == running }

func (m *Meeting) set(fields map[string]any) {
	changed := map[string]any{}
	for name, value := range fields {
		if old, had := m.fields[name]; !had || !bytes.Equal(encode(old), encode(value)) {
			m.fields[name] = value
			changed[name] = value
		}
	}
	if len(changed) == 0 {
		return
	}
	if n, ok := changed["picNum"].(int); ok {
		changed["picNum"] = strconv.Itoa(n)
	}
	m.sequence++
	m.envelope(changed, 1, m.sequence, m.stamp())
	m.push(encode(changed))
}

// full returns a full message of the present status.
func (m *Meeting) full() []byte {
	at := m.stamp()
	if at <= m.lastFull { // two in one millisecond: each needs a version of its own
		at = m.lastFull + 1
		m.lastTime = at
	}
	m.lastFull = at
	message := maps.Clone(m.fields)
	m.envelope(message, 0, at, at)
	return encode(message)
}

func (m *Meeting) envelope(message map[string]any, mode int, version, createTime int64) {
	message["action"] = statusType
	message["confID"] = m.confID
	message["msgID"] = fmt.Sprintf("%016x%016x", m.ids.Uint64(), m.ids.Uint64())
	message["msgMode"] = mode
	message["version"] = version
	message["createTime"] = createTime
}

// stamp returns the time of a message in ms. It never goes back, also when the clock does.
func (m *Meeting) stamp() int64 {
	m.lastTime = max(m.lastTime, m.cloud.config.Now().UnixMilli())
	return m.lastTime
}

// push sends a frame to every subscriber.
func (m *Meeting) push(frame []byte) {
	for conn, subscribed := range m.connections {
		if subscribed {
			conn.send(frame)
		}
	}
}

func (m *Meeting) opened(conn *connection) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.connections[conn] = false
	m.counts.Connections++
	if m.phase != running { // it ended meanwhile
		conn.send(nil)
	}
}

func (m *Meeting) gone(conn *connection) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.connections, conn)
}

func (m *Meeting) heartbeat(conn *connection, echo []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts.Heartbeats++
	if !m.noEcho {
		conn.send(echo)
	}
}

// subscribe answers a Subscribe request and, if it is accepted, sends a full message.
func (m *Meeting) subscribe(conn *connection, req request) {
	code, desc := m.cloud.judge(m, req)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refuseSubscribe != 0 {
		code, desc = m.refuseSubscribe, "REFUSED_BY_TEST"
	}
	// The reference's example has the key with a trailing blank.
	conn.send(encode(map[string]any{"action": "Subscribe", "sequence": req.Sequence,
		"data": map[string]any{"returnCode": code, "returnDesc ": desc}}))
	if code != 0 {
		return
	}
	m.counts.Subscribes++
	m.connections[conn] = true
	conn.send(m.full())
}

func (m *Meeting) count(f func(*Counts)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.counts)
}

func (m *Meeting) phaseNow() phase {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.phase
}

func (m *Meeting) occurrenceNow() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.occurrence
}

func (m *Meeting) site() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.siteHost
}
