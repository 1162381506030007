package handlers

import (
	"sync"

	"confboard/feed/conference"
)

// aliases number the people of meetings for those who may not know their names. A number stays the same for as long as the
// occurrence lasts, on every page, in whatever language. Safe for concurrent use.
type aliases struct {
	mu       sync.Mutex
	meetings map[conference.ConfID]*numbered
}

type numbered struct {
	occurrence int
	byID       map[string]int
}

// of returns the numbers of a state's people. It may be called until the state is replaced.
func (a *aliases) of(s *conference.State, board Board) func(id string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	held := a.meetings[s.ConfID]
	if held == nil || held.occurrence != s.Occurrence {
		if a.meetings == nil {
			a.meetings = map[conference.ConfID]*numbered{}
		}
		for id := range a.meetings { // seldom, since it is when a meeting begins
			if board.Get(id) == nil {
				delete(a.meetings, id)
			}
		}
		held = &numbered{occurrence: s.Occurrence, byID: map[string]int{}}
		a.meetings[s.ConfID] = held
	}
	return func(id string) int {
		a.mu.Lock()
		defer a.mu.Unlock()
		if held.byID[id] == 0 {
			held.byID[id] = len(held.byID) + 1
		}
		return held.byID[id]
	}
}
