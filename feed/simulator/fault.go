package simulator

import (
	"fmt"
	"time"
)

// Fault is a way in which the cloud or a meeting misbehaves from Inject to Clear. Faults add up, and the rules stay in force:
// what a meeting does meanwhile is done. Its zero value is no fault.
type Fault uint8

const (
	_ Fault = iota

	// Refused breaks the TCP connection of every call at once, and cuts the open WebSockets.
	Refused
	// Delayed holds back every answer and every frame by Config.Delay.
	Delayed
	// HalfOpenCalls takes calls and never answers them.
	HalfOpenCalls
	// HalfOpenSockets never answers the opening of a WebSocket, and says nothing any more on those that are open. What was to be
	// said is kept, up to a thousand frames, and said after Clear to those who are still there.
	HalfOpenSockets
	// CutMidFrame breaks the TCP connection in the middle of the first push, which follows at once where somebody has subscribed.
	CutMidFrame
	// GarbageFrames sends, at once and before every push, frames that are no JSON, half of one, nothing that is known, of another
	// meeting, or have a field that cannot be converted.
	GarbageFrames
	// OversizedFrames sends a frame of more than 8 MiB at once and after every subscription. Where compression was agreed it is small
	// on the wire.
	OversizedFrames
	// HugeFrames is OversizedFrames with more than 32 MiB, never compressed.
	HugeFrames
	// DuplicatedFrames pushes every frame twice.
	DuplicatedFrames
	// ReorderedIncrements pushes the second of two incremental messages of a type before the first. Clear pushes one that is still
	// held back, and full messages.
	ReorderedIncrements
	// MissingIncrements leaves out the first, the third, the fifth incremental message of a type. Clear pushes full messages.
	MissingIncrements
	// EchoWithheld does not answer heartbeats.
	EchoWithheld
	// SubscriptionUnanswered leaves WebSockets open and does not answer a subscription.
	SubscriptionUnanswered
	// EndWithoutDestroyed closes the connections of a meeting that ends without saying why.
	EndWithoutDestroyed

	// Status401 answers every call, and the opening of a WebSocket, with 401 and an error without a code.
	Status401
	// Status403 is the same with 403.
	Status403
	// Status412 is the same with 412.
	Status412
	// Status429 is the same with 429 and Retry-After: 1.
	Status429
	// Status500 is the same with 500.
	Status500
	// Status503 is the same with 503.
	Status503
	// HTMLAnswer answers every call, and the opening of a WebSocket, with 200 and a page, as a proxy with a sign-in does.
	HTMLAnswer
	// HTMLBadGateway answers them with 502 and a page.
	HTMLBadGateway
	// Redirected answers them with 302 to a call that does not exist: to follow is a violation.
	Redirected
	// TruncatedAnswer cuts the answer to every call in half; its Content-Length is right.
	TruncatedAnswer
	// OversizedAnswer answers every call with more than 8 MiB of JSON.
	OversizedAnswer
	// ErrorInSuccess answers every call with 200 and the body of an error.
	ErrorInSuccess

	// ClockAhead sets the clock an hour ahead: of messages, tokens, logins and the Date of answers. A clock moves as a meeting moves
	// to another site: its connections are cut, at Inject and at Clear.
	ClockAhead
	// ClockBehind is the same an hour behind.
	ClockBehind

	// FloodedFrames pushes changes of the status to every subscriber, as fast as they are taken. None of them is true.
	FloodedFrames
	// EndlessFrame begins a frame for every subscriber that never ends.
	EndlessFrame
	// EmptyPieces is EndlessFrame in pieces in which there is nothing.
	EmptyPieces
	// FloodedPings sends every subscriber pings, as fast as they are taken.
	FloodedPings

	endOfFaults
)

// faultNames do not change: tests and their reports use them.
var faultNames = [endOfFaults]string{
	Refused: "refused", Delayed: "delayed", HalfOpenCalls: "half-open calls", HalfOpenSockets: "half-open sockets", CutMidFrame: "cut in mid-frame",
	GarbageFrames: "garbage frames", OversizedFrames: "oversized frames", HugeFrames: "huge frames", DuplicatedFrames: "duplicated frames",
	ReorderedIncrements: "reordered increments", MissingIncrements: "missing increments", EchoWithheld: "heartbeat not echoed",
	SubscriptionUnanswered: "subscription never answered", EndWithoutDestroyed: "end without Destroyed",
	Status401: "status 401", Status403: "status 403", Status412: "status 412", Status429: "status 429", Status500: "status 500",
	Status503: "status 503", HTMLAnswer: "HTML answer", HTMLBadGateway: "HTML answer with 502", Redirected: "redirect",
	TruncatedAnswer: "truncated answer", OversizedAnswer: "oversized answer", ErrorInSuccess: "error in a 200",
	ClockAhead: "clock an hour ahead", ClockBehind: "clock an hour behind",
	FloodedFrames: "flood of frames", EndlessFrame: "endless frame", EmptyPieces: "endless frame of empty pieces", FloodedPings: "flood of pings",
}

// Faults lists all faults but the floods.
func Faults() []Fault { return faultsFrom(1, FloodedFrames) }

// Floods lists those that keep a whole processor busy, here and at the client, for as long as they last.
func Floods() []Fault { return faultsFrom(FloodedFrames, endOfFaults) }

func faultsFrom(first, end Fault) (all []Fault) {
	for f := first; f < end; f++ {
		all = append(all, f)
	}
	return all
}

// String is the fault's name, such as "cut in mid-frame".
func (f Fault) String() string {
	if f == 0 || f >= endOfFaults {
		return fmt.Sprintf("fault %d", uint8(f))
	}
	return faultNames[f]
}

// Sleeps reports whether the fault shows only when a client makes a call or subscribes: one that is connected and subscribed
// does not notice until its connection is cut (CutConnections), or, with EndWithoutDestroyed, until the meeting ends.
func (f Fault) Sleeps() bool {
	switch f {
	case HalfOpenCalls, SubscriptionUnanswered, EndWithoutDestroyed, Status401, Status403, Status412, Status429, Status500, Status503,
		HTMLAnswer, HTMLBadGateway, Redirected, TruncatedAnswer, OversizedAnswer, ErrorInSuccess:
		return true
	}
	return false
}

// faultSet is a set of faults, a bit for each.
type faultSet uint64

func setOf(faults ...Fault) (s faultSet) {
	for _, f := range faults {
		if f > 0 && f < endOfFaults {
			s |= 1 << f
		}
	}
	return s
}

func (s faultSet) has(f Fault) bool { return s&(1<<f) != 0 }

// clockStep is by how much ClockAhead and ClockBehind move the clock.
const clockStep = time.Hour

// offset is by how much the clock is wrong.
func (s faultSet) offset() (d time.Duration) {
	if s.has(ClockAhead) {
		d += clockStep
	}
	if s.has(ClockBehind) {
		d -= clockStep
	}
	return d
}

// Inject makes the whole cloud misbehave, in addition to what it does already.
func (c *Cloud) Inject(faults ...Fault) {
	added := setOf(faults...)
	c.faults.Or(uint64(added))
	for _, m := range c.Meetings() {
		m.begin(added)
	}
}

// Clear makes the cloud and all its meetings behave again.
func (c *Cloud) Clear() {
	was := faultSet(c.faults.Swap(0))
	for _, m := range c.Meetings() {
		m.recover(was | faultSet(m.faults.Swap(0)))
	}
	c.release()
}

// Inject makes the meeting misbehave, in addition to what it and the cloud do already: its connections, its messages, and the
// calls that name it in their query.
func (m *Meeting) Inject(faults ...Fault) {
	added := setOf(faults...)
	m.faults.Or(uint64(added))
	m.begin(added)
}

// Clear makes the meeting behave again, except for what is the matter with the whole cloud.
func (m *Meeting) Clear() {
	m.recover(faultSet(m.faults.Swap(0)) &^ faultSet(m.cloud.faults.Load()))
	m.cloud.release()
}

// faultsNow are the faults of the meeting and of the cloud.
func (m *Meeting) faultsNow() faultSet { return faultSet(m.faults.Load() | m.cloud.faults.Load()) }

// begin does what a fault does at once.
func (m *Meeting) begin(added faultSet) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if added.offset() != 0 {
		m.moveClock()
	}
	if added.has(Refused) {
		m.cut()
	}
	for conn, types := range m.connections {
		if len(types) == 0 {
			continue
		}
		if added.has(GarbageFrames) {
			for range m.garbage() {
				conn.send(m.nextGarbage())
			}
		}
		m.overwhelm(conn, added)
		conn.nudge()
	}
	if added.has(CutMidFrame) {
		m.pushFull(statusType)
	}
}

// recover undoes what faults have left behind, so that clients come to know what is true.
func (m *Meeting) recover(was faultSet) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if was.offset() != 0 {
		m.moveClock()
	}
	for conn := range m.connections {
		for action, frame := range conn.held {
			delete(conn.held, action)
			conn.send(frame)
		}
		conn.nudge()
	}
	if was.has(ReorderedIncrements) || was.has(MissingIncrements) {
		for _, t := range supported {
			m.pushFull(t)
		}
	}
}

// moveClock lets the times of messages begin anew, on new connections.
func (m *Meeting) moveClock() {
	m.cut()
	m.lastTime = 0
	for t, v := range m.versions {
		m.versions[t] = scales{sequence: v.sequence}
	}
}

func (m *Meeting) cut() {
	for conn := range m.connections {
		conn.cut()
	}
}
