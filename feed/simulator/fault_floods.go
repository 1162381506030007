package simulator

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/gorilla/websocket"
)

// atOnce is how much of a flood is written until it is looked whether the fault is still there: frames, or bytes.
const (
	framesAtOnce = 100
	bytesAtOnce  = 64 << 10
)

// floods reports whether subscribers get more than anybody wants.
func (s faultSet) floods() bool {
	return s.has(FloodedFrames) || s.has(EndlessFrame) || s.has(EmptyPieces) || s.has(FloodedPings)
}

// subscribe notes that pushes are wanted, which is what floods are made of.
func (c *connection) subscribe() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.subscribed = true
}

// overrun writes a part of a flood. A frame without an end leaves no room for another one: there it goes on until the connection is
// closed or the fault cleared, and then the connection is of no use any more.
func (c *connection) overrun() {
	_ = c.socket.SetWriteDeadline(time.Now().Add(writeLimit))
	switch faults := c.faults(); {
	case faults.has(FloodedFrames):
		for n := range framesAtOnce {
			if err := c.socket.WriteMessage(websocket.TextMessage, c.flood(n)); err != nil {
				c.cut()
				return
			}
		}
	case faults.has(FloodedPings):
		if err := c.writeRaw(bytes.Repeat(pieceHead(ping, 0), bytesAtOnce/2)); err != nil {
			c.cut()
		}
	case faults.has(EndlessFrame):
		c.endless(EndlessFrame, append(pieceHead(further, bytesAtOnce), bytes.Repeat([]byte("x"), bytesAtOnce)...))
	case faults.has(EmptyPieces):
		c.endless(EmptyPieces, bytes.Repeat(pieceHead(further, 0), bytesAtOnce/2))
	}
}

// The first bytes of frames, RFC 6455, section 5.2.
const (
	firstOfText = 0x01 // a text, and more pieces follow
	further     = 0x00 // another piece, and more follow
	ping        = 0x89
)

// pieceHead is the head of a frame with that many bytes.
func pieceHead(first byte, size int) []byte {
	if size == 0 {
		return []byte{first, 0}
	}
	return binary.BigEndian.AppendUint64([]byte{first, 127}, uint64(size))
}

func (c *connection) endless(fault Fault, pieces []byte) {
	err := c.writeRaw(pieceHead(firstOfText, 0))
	for err == nil && c.faults().has(fault) {
		_ = c.socket.SetWriteDeadline(time.Now().Add(writeLimit))
		err = c.writeRaw(pieces)
	}
	c.cut()
}

// writeRaw writes bytes past the library, which would make proper frames of them.
func (c *connection) writeRaw(b []byte) error {
	conn := c.socket.NetConn()
	_ = conn.SetWriteDeadline(time.Now().Add(writeLimit))
	_, err := conn.Write(b)
	return err
}

// flood is a change of the status that is not true: of a field that everybody shows, and of one that nobody has heard of.
func (m *Meeting) flood(n int) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	frame := m.message(statusType, incrementalMode, map[string]any{"lock": n % 2, fmt.Sprint("flood", m.flooded): n})
	m.flooded++
	return frame
}
