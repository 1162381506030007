package recording

import (
	"sync"
	"time"

	"confboard/feed/conference"
)

// The limits of what waits to be written. Whoever is beyond them loses lines, never time.
const (
	maxWaiting      = 1 << 15  // entries
	maxWaitingBytes = 32 << 20 // of their frames
)

// entry is something to record: a frame, or a message.
type entry struct {
	// lost is how many entries could not wait before this one.
	lost uint64

	id      conference.ConfID
	at      time.Time
	frame   []byte
	message conference.Message
}

// queue holds what waits to be written. It never blocks.
type queue struct {
	most, mostBytes int
	// filled tells the writer that there is something; capacity 1.
	filled chan struct{}

	mu      sync.Mutex
	entries []entry
	bytes   int
	lost    uint64 // since the last entry
	closed  bool
}

func newQueue(most, mostBytes int) *queue {
	return &queue{most: most, mostBytes: mostBytes, filled: make(chan struct{}, 1)}
}

// put takes an entry in, or counts it as lost.
func (q *queue) put(e entry) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return
	}
	if len(q.entries) >= q.most || q.bytes+len(e.frame) > q.mostBytes {
		q.lost++
		return
	}
	e.lost, q.lost = q.lost, 0
	q.entries = append(q.entries, e)
	q.bytes += len(e.frame)
	select {
	case q.filled <- struct{}{}:
	default:
	}
}

// take returns what waits and how many were lost behind it. The caller gives room back, to be used again.
func (q *queue) take(room []entry) (entries []entry, lost uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	clear(room)
	entries, q.entries = q.entries, room[:0]
	lost, q.lost = q.lost, 0
	q.bytes = 0
	return entries, lost
}

// close lets nothing in any more.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
}
