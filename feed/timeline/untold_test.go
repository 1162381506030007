package timeline_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"confboard/feed/conference"
	"confboard/feed/timeline"
)

// stream is what the boards have of a meeting until some entry, and what whoever goes on finds when its board has died.
type stream struct {
	state   *conference.State
	entries []timeline.Entry
}

// told has the other boards told of all that has happened, and the journal of that.
func (s *stream) told(m *meeting, by *instance) {
	s.state, s.entries = m.state, slices.Clone(m.history.Entries(meetingID))
	by.Told(meetingID, s.entries[len(s.entries)-1].Seq)
}

// inherit has another board go on with what the boards have.
func (s *stream) inherit(m *meeting, by *instance) {
	m.state = s.state
	m.history = timeline.NewHistory(timeline.DefaultLimits)
	m.history.Restore(meetingID, s.entries, time.Time{})
	by.Inherit(m.state, s.entries, time.Now())
	m.by(by)
}

// A board can die between any two of these: that something happened, that the others are told, and that it is stored.
func TestNothingIsStoredTwiceAndNothingIsLeftOutWhenABoardDies(t *testing.T) {
	for told := range 4 {
		for _, stored := range []bool{false, true} {
			t.Run(fmt.Sprintf("having told %d of 3, stored %t", told, stored), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := common{newShelf()}
					first, second := s.teller(t, 1), s.teller(t, 2)
					var boards stream
					m := begun(t, first)
					boards.told(m, first)
					time.Sleep(2 * time.Second)
					if !stored {
						s.fail(errFull)
					}
					for n := range 3 {
						m.set(minute, num(conference.PartViewNum, int64(n+1)))
						if n < told {
							boards.told(m, first)
						}
						time.Sleep(2 * time.Second)
					}
					if !stored {
						first.end() // in vain
						s.fail(nil)
					}
					boards.inherit(m, second)
					m.link(2*minute, conference.LinkUp)
					m.full(2*minute, num(conference.RecState, 1), num(conference.Lock, 0), num(conference.PartViewNum, 3))
					boards.told(m, second)
					m.set(3*minute, num(conference.Lock, 1))
					boards.told(m, second)
					time.Sleep(2 * time.Second)
					if stored {
						first.end()
					}
					second.end()
					s.whole(t, m)
				})
			})
		}
	}
}

func TestWhatTheOthersWereNotToldIsLeftToWhoeverGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := common{newShelf()}
		first := s.teller(t, 1)
		var boards stream
		m := begun(t, first)
		boards.told(m, first)
		m.set(minute, num(conference.Lock, 1))
		first.Release(meetingID, time.Now())
		first.Told(meetingID, 100) // late
		boards.inherit(m, first)   // it comes back at once
		m.set(minute, num(conference.Lock, 1))
		if h := first.Health(); h.Waiting == 0 || h.State != timeline.Writing {
			t.Errorf("the health is %+v", h)
		}
		boards.told(m, first)
		time.Sleep(2 * time.Second)
		if h := first.Health(); h.Waiting != 0 {
			t.Errorf("%d entries wait", h.Waiting)
		}
		first.end()
		s.whole(t, m)
	})
}

func TestWhatWasNotToldOfAMeetingThatLeftIsStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := common{newShelf()}
		first := s.teller(t, 1)
		m := begun(t, first)
		m.set(minute, num(conference.Lock, 1))
		want := told(m.history.Entries(meetingID))
		time.Sleep(20 * time.Second)
		if h := first.Health(); h.Waiting != len(want) || len(s.entries) > 0 {
			t.Errorf("%d entries wait, and %d are stored", h.Waiting, len(s.entries))
		}
		m.apply(conference.UnwatchMessage{About: m.about(2 * minute)})
		time.Sleep(2 * time.Second)
		first.end()
		if all := s.list(); len(all) != 1 || !slices.Equal(s.told(all[0].ID), want) {
			t.Errorf("stored is %+v", s.entries)
		}
	})
}
