package app

import (
	"testing"

	"confboard/feed/conference"
)

func TestTheBeginningOfATimelineIsLookedForUntilItIsThereOrAFewTimes(t *testing.T) {
	s := newShorts()
	s.add("100", false)
	if ids := s.due(); len(ids) > 0 {
		t.Errorf("%v is looked for, and lacks nothing", ids)
	}
	s.add("100", true)
	s.add("200", true)
	tries := map[conference.ConfID]int{}
	for ids := s.due(); len(ids) > 0; ids = s.due() {
		for _, id := range ids {
			s.add(id, true) // somebody else looks at it
			if tries[id]++; id == "200" {
				s.done(id)
			}
		}
	}
	if tries["100"] != lengthenTries || tries["200"] != 1 {
		t.Errorf("looked for %v times", tries)
	}
	s.add("100", true)
	if ids := s.due(); len(ids) != 1 {
		t.Errorf("when somebody looks later, %v are looked for", ids)
	}
	select {
	case <-s.wake:
	default:
		t.Error("nobody is woken")
	}
}
