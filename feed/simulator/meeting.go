package simulator

import (
	"cmp"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
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
	owner        string
	secrets      secrets
	initial      map[string]any
	faults       atomic.Uint64 // a faultSet

	mu              sync.Mutex
	phase           phase
	occurrence      int
	basic           map[string]any
	fields          map[string]any // the merged status
	geometry        *laidOut       // nil: none
	present         roster
	speakers        []Speaker
	waiting         roster
	connections     map[*connection][]string // with the subscribed types, none before the subscription
	counts          Counts
	noEcho          bool
	refuseSubscribe int
	withheld        []string // types of which a subscription brings no full message
	siteHost        string
	wrongPasswords  int       // in a row
	lockedUntil     time.Time // by too many of them
	listing         listing
	garbled         int               // pieces of garbage that were sent
	flooded         int               // changes of a flood that were made
	versions        map[string]scales // by message type
	lastTime        int64             // createTime, ms
	ids             *rand.Rand
}

func newMeeting(c *Cloud, mc MeetingConfig) *Meeting {
	h := fnv.New64a()
	_, _ = h.Write([]byte(mc.ConfID)) // never fails
	m := &Meeting{
		cloud: c, confID: mc.ConfID, hostPassword: mc.HostPassword, name: mc.Name, initial: maps.Clone(mc.Fields),
		owner: cmp.Or(mc.Owner, "user01"), listing: newListing(mc, c.config.Now()),
		fields: usualFields(), connections: map[*connection][]string{}, versions: map[string]scales{},
		ids: rand.New(rand.NewPCG(h.Sum64(), 0)),
	}
	m.secrets = m.drawSecrets()
	m.basic = m.usualBasic(mc.Title)
	return m
}

// ConfID is the meeting's ID.
func (m *Meeting) ConfID() string { return m.confID }

// HostPassword is what a client needs for a control token.
func (m *Meeting) HostPassword() string { return m.hostPassword }

// Name is what those who list the meetings call it; it is not sent.
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
	for t, v := range m.versions {
		m.versions[t] = scales{full: v.full} // full messages ascend for ever, sequences start again
	}
	now := m.now()
	end := m.listing.begin(time.UnixMilli(now))
	m.basic["startTime"], m.basic["scheduledStartTime"] = millis(now), millis(m.listing.start.UnixMilli())
	m.fields = usualFields()
	maps.Copy(m.fields, m.initial)
	m.fields["state"] = "Created"
	if _, set := m.fields["endTime"]; !set {
		m.fields["endTime"] = millis(end.UnixMilli())
	}
	m.tell(eventStarted, nil)
}

// End ends the meeting: subscribers get an incremental message with state Destroyed, then every connection is closed.
func (m *Meeting) End() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.phase == running && !m.faultsNow().has(EndWithoutDestroyed) {
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
	if m.phase == running {
		m.tell(eventEnd, nil)
	}
	m.phase = ended
	m.present, m.speakers, m.waiting, m.geometry = nil, nil, nil, nil
	for conn := range m.connections {
		conn.send(nil)
	}
}

// CutConnections breaks every connection without a farewell. The meeting goes on.
func (m *Meeting) CutConnections() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cut()
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

// WithholdFull makes subscriptions bring no full message of the types; what changes is pushed as ever. No types restores the
// rules.
func (m *Meeting) WithholdFull(types ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.withheld = slices.Clone(types)
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
	for _, types := range m.connections {
		if len(types) > 0 {
			n.Subscribed++
		}
	}
	return n
}

// InProgress reports whether the meeting is in progress.
func (m *Meeting) InProgress() bool { return m.phaseNow() == running }

func (m *Meeting) opened(conn *connection) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.connections[conn] = nil
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
	if !m.noEcho && !m.faultsNow().has(EchoWithheld) {
		conn.send(echo)
	}
}

// subscribe answers a Subscribe request and, if it is accepted, sends a full message of each type. A later request replaces
// an earlier one.
func (m *Meeting) subscribe(conn *connection, req request) {
	types, code, desc := m.cloud.judge(m, req)
	m.mu.Lock()
	defer m.mu.Unlock()
	faults := m.faultsNow()
	if faults.has(SubscriptionUnanswered) {
		return
	}
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
	m.connections[conn] = types
	conn.subscribe()
	for _, t := range supported {
		if fields := m.whole(t); fields != nil && slices.Contains(types, t) && !slices.Contains(m.withheld, t) {
			conn.push(m, t, fullMode, m.message(t, fullMode, fields))
		}
	}
	m.overwhelm(conn, faults)
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
