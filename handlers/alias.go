package handlers

import (
	"sync"

	"confboard/feed/conference"
)

// aliases number the people of meetings for those who may not know their names. A number stays the same for as long as the
// occurrence lasts, on every page that shows the participants, and on every other, in whatever language: where only those on the
// screens are shown, numbers do not tell how many there are. Safe for concurrent use.
type aliases struct {
	mu       sync.Mutex
	meetings map[aliased]*numbered
}

// aliased is a meeting as it is shown: with its participants or without.
type aliased struct {
	id     conference.ConfID
	people bool
}

type numbered struct {
	occurrence int
	byID       map[string]int
}

// of returns the numbers of a state's people. It may be called until the state is replaced.
func (a *aliases) of(s *conference.State, people bool, board Board) func(id string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	key := aliased{s.ConfID, people}
	held := a.meetings[key]
	if held == nil || held.occurrence != s.Occurrence {
		if a.meetings == nil {
			a.meetings = map[aliased]*numbered{}
		}
		for other := range a.meetings { // seldom, since it is when a meeting begins
			if board.Get(other.id) == nil {
				delete(a.meetings, other)
			}
		}
		held = &numbered{occurrence: s.Occurrence, byID: map[string]int{}}
		a.meetings[key] = held
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
