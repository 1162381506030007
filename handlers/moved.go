package handlers

import (
	"sync"

	"confboard/feed/conference"
)

// moved are the meetings whose standing differs from what a view's index has: noted while the change is told, and caught up with when
// something is due. Its zero value is ready; safe for concurrent use.
type moved struct {
	mu  sync.Mutex
	ids map[conference.ConfID]struct{}
}

// note remembers that a meeting's standing changed.
func (m *moved) note(id conference.ConfID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ids == nil {
		m.ids = map[conference.ConfID]struct{}{}
	}
	m.ids[id] = struct{}{}
}

// take returns those that moved since the last time.
func (m *moved) take() map[conference.ConfID]struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	ids := m.ids
	m.ids = nil
	return ids
}
