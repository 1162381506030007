package simulator

import (
	"encoding/binary"
	"strings"
)

// rawMode is the mode of a frame that is pushed as it is.
const rawMode = -1

// push queues a frame of a type as the faults want it. The caller holds the meeting's lock.
func (c *connection) push(m *Meeting, action string, mode int, frame []byte) {
	faults := m.faultsNow()
	frames := [][]byte{frame}
	if mode == incrementalMode && faults.has(MissingIncrements) {
		if c.missed == nil {
			c.missed = map[string]bool{}
		}
		if c.missed[action] = !c.missed[action]; c.missed[action] {
			return
		}
	}
	if mode == incrementalMode && faults.has(ReorderedIncrements) {
		first, held := c.held[action]
		if !held {
			if c.held == nil {
				c.held = map[string][]byte{}
			}
			c.held[action] = frame
			return
		}
		delete(c.held, action)
		frames = append(frames, first)
	}
	if faults.has(GarbageFrames) {
		c.send(m.nextGarbage())
	}
	for _, frame := range frames {
		c.enqueue(outgoing{text: frame, pushed: true})
		if faults.has(DuplicatedFrames) {
			c.enqueue(outgoing{text: frame, pushed: true})
		}
	}
}

// overwhelm sends what is too large, if a fault says so.
func (m *Meeting) overwhelm(conn *connection, faults faultSet) {
	switch {
	case faults.has(HugeFrames):
		conn.enqueue(outgoing{text: m.cloud.largeFrame(huge), plain: true})
	case faults.has(OversizedFrames):
		conn.send(m.cloud.largeFrame(oversized))
	}
}

// largeFrame is a message of the status with that many bytes, one for all until Clear.
func (c *Cloud) largeFrame(size int) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.frame) < size {
		c.frame = []byte(`{"action":"` + statusType + `","msgMode":1,"filler":"` + strings.Repeat("x", size) + `"}`)
	}
	return c.frame
}

// nextGarbage returns one piece of garbage after the other. The caller holds m.mu.
func (m *Meeting) nextGarbage() []byte {
	all := m.garbage()
	m.garbled++
	return all[m.garbled%len(all)]
}

// garbage is what a client must survive and not believe. None of it takes a place in the sequence.
func (m *Meeting) garbage() [][]byte {
	envelope := map[string]any{
		"action": statusType, "confID": m.confID, "msgID": "garbage", "msgMode": incrementalMode, "version": m.versions[statusType].sequence + 1, "createTime": m.stamp(),
	}
	with := func(name string, value any) []byte {
		was, had := envelope[name]
		envelope[name] = value
		text := encode(envelope)
		if delete(envelope, name); had {
			envelope[name] = was
		}
		return text
	}
	return [][]byte{
		[]byte("\x00\xff\xfe no JSON"),
		with("mode", "FREE")[:40],
		[]byte("[1,2,3]"),
		[]byte("{}"),
		with("lock", map[string]any{"locked": "perhaps"}),
		with("confID", "000000000"),
		with("multiPic", []any{nil, true}),
	}
}

// cutMidFrame writes the head of a text frame and half of what it promises, and breaks the connection.
func (c *connection) cutMidFrame(text []byte) {
	const lastTextFrame = 0x81 // RFC 6455, section 5.2
	frame := []byte{lastTextFrame, 127}
	frame = binary.BigEndian.AppendUint64(frame, uint64(len(text)))
	frame = append(frame, text[:len(text)/2]...)
	_, _ = c.socket.NetConn().Write(frame) // it is broken in any case
	c.cut()
}
