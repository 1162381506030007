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

// A meeting can be nobody's for a while with whoever has it. Of three things that happened before that the streams have some, and have said so of
// some of those, before or after; and then it is that board's again, by the same epoch or by another one, or another board's.
func TestNothingIsStoredTwiceAndNothingIsLeftOutWhenAMeetingWasNobodys(t *testing.T) {
	const three = 3
	for _, next := range []string{"the same board's, as before", "the same board's, after who knows whom", "another board's"} {
		for there := range three + 1 {
			for before := range there + 1 {
				for late := before; late <= there; late++ {
					for _, when := range []string{"at once", "after it is another's"} {
						t.Run(fmt.Sprintf("it is %s; %d are there, %d are known to be, and then %d, %s", next, there, before, late, when), func(t *testing.T) {
							synctest.Test(t, func(t *testing.T) {
								s := common{newShelf()}
								first, second := s.teller(t, 1), s.teller(t, 2)
								var boards stream
								m := begun(t, first)
								boards.told(m, first)
								seq := []uint64{boards.entries[len(boards.entries)-1].Seq}
								for n := range three {
									m.set(minute, num(conference.PartViewNum, int64(n+1)))
									seq = append(seq, seq[n]+1)
									if n < there {
										boards.state, boards.entries = m.state, slices.Clone(m.history.Entries(meetingID))
									}
								}
								first.Told(meetingID, seq[before])
								time.Sleep(2 * time.Second) // and now it is nobody's
								if when == "at once" {
									first.Told(meetingID, seq[late])
								}
								by := first
								switch next {
								case "the same board's, after who knows whom":
									first.Release(meetingID, time.Now())
									boards.inherit(m, first)
								case "another board's":
									first.Release(meetingID, time.Now())
									boards.inherit(m, second)
									by = second
								}
								if when != "at once" && (next == "another board's" || late == there) {
									first.Told(meetingID, seq[late])
								}
								m.full(2*minute, num(conference.RecState, 1), num(conference.Lock, 0), num(conference.PartViewNum, 5))
								m.set(3*minute, num(conference.Lock, 1))
								boards.told(m, by)
								time.Sleep(2 * time.Second)
								first.end()
								second.end()
								s.whole(t, m)
							})
						})
					}
				}
			}
		}
	}
}

// The streams are in the memory of their servers. What they said to have they can lose, when these are started anew one after the other: whoever goes
// on then gives the numbers away once more.
func TestWhatIsStoredAndLostByTheStreamsIsVoid(t *testing.T) {
	for _, again := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := common{newShelf()}
			first, second := s.teller(t, 1), s.teller(t, 2)
			var boards stream
			m := begun(t, first)
			boards.told(m, first)
			lost := boards
			for n := range 3 {
				m.set(minute, num(conference.PartViewNum, int64(n+1)))
				boards.told(m, first)
			}
			time.Sleep(2 * time.Second)
			synctest.Wait()
			if len(s.entries) != len(boards.entries) {
				t.Fatalf("%d entries are stored", len(s.entries))
			}
			by := second
			if again {
				by = first
			}
			first.Release(meetingID, time.Now())
			lost.inherit(m, by)
			m.full(2*minute, num(conference.RecState, 1), num(conference.Lock, 0), num(conference.PartViewNum, 5))
			m.set(3*minute, num(conference.Lock, 1))
			lost.told(m, by)
			time.Sleep(2 * time.Second)
			first.end()
			second.end()
			s.whole(t, m)
		})
	}
}

// A board that knew nothing of a meeting began its numbers anew, and died before it stored anything.
func TestWhatIsStoredStaysWhenNumbersBeganAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := common{newShelf()}
		first, second, third := s.teller(t, 1), s.teller(t, 2), s.teller(t, 3)
		var boards stream
		m := begun(t, first)
		for n := range 10 {
			m.set(minute, num(conference.PartViewNum, int64(n+1)))
		}
		boards.told(m, first)
		want := told(m.history.Entries(meetingID))
		time.Sleep(2 * time.Second)
		anew := &meeting{t: t, policy: conference.DefaultPolicy, history: timeline.NewHistory(timeline.DefaultLimits), delay: 2 * minute}
		anew.by(second)
		anew.apply(conference.WatchMessage{About: anew.about(0), Name: "Board"})
		anew.link(0, conference.LinkUp)
		boards.state, boards.entries = anew.state, slices.Clone(anew.history.Entries(meetingID))
		boards.inherit(anew, third)
		anew.full(minute, num(conference.Lock, 1))
		boards.told(anew, third)
		time.Sleep(2 * time.Second)
		first.end()
		second.end()
		third.end()
		all := s.list()
		if len(all) != 2 || !slices.Equal(s.told(all[0].ID), want) || !slices.Equal(s.told(all[1].ID), told(anew.history.Entries(meetingID))) {
			t.Errorf("stored is %+v", s.entries)
		}
	})
}

func TestWhatIsStoredStaysWhenNoBoardTellsAnything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := common{newShelf()}
		first, second := s.teller(t, 1), s.teller(t, 2)
		var boards stream
		m := begun(t, first)
		m.set(minute, num(conference.Lock, 1))
		boards.told(m, first)
		first.Release(meetingID, time.Now())
		time.Sleep(2 * time.Second)
		second.Recall(m.state, boards.entries[:len(boards.entries)-1], time.Now())
		time.Sleep(2 * time.Second)
		first.end()
		second.end()
		s.whole(t, m)
	})
}
