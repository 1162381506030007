package timeline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"confboard/feed/conference"
	"confboard/feed/timeline"
)

// neighbour is another meeting with the same history and journal.
func (k *kept) neighbour() *meeting {
	return &meeting{t: k.t, policy: k.policy, history: k.history, noted: func(c conference.Change) {
		c.ConfID = "7"
		k.note(c)
	}}
}

// toldOf writes the entries that were written of a meeting.
func (s *shelf) toldOf(id conference.ConfID) (all []string) {
	for _, o := range s.list() {
		if o.ConfID == id {
			all = append(all, s.told(o.ID)...)
		}
	}
	return all
}

func TestAMeetingThatChangesForEverCostsNoOtherOneItsTimeline(t *testing.T) {
	crowd := make([]conference.ParticipantEntry, 30)
	for i := range crowd {
		crowd[i] = in(strings.Repeat("x", 8000) + fmt.Sprint(i))
	}
	for _, c := range []struct {
		name     string
		err      error // of the disk meanwhile
		changes  int
		flood    func(k *kept, n int, at time.Duration)
		fewest   int // entries that are stored of the flood
		most     int
		mostKept int64 // bytes in memory
	}{
		{"while the disk is full", errFull, 4_000, func(k *kept, n int, at time.Duration) {
			k.set(at, num(conference.Lock, int64(n%2)))
		}, 500, 2_500, 5_000_000},
		{"by entries that are large", nil, 100, func(k *kept, n int, at time.Duration) {
			k.people(conference.Full, at, crowd[:n%2*len(crowd)]...)
		}, 20, 150, 5_000_000},
		{"by new occurrences", errFull, 3_000, func(k *kept, n int, at time.Duration) {
			k.set(at, word(conference.MeetingState, []string{conference.StateCreated, conference.StateDestroyed}[n%2]))
		}, 500, 6_000, 5_000_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newShelf()
				s.fail(c.err)
				k := written(t, s)
				quiet := k.neighbour()
				for _, m := range []*meeting{k.meeting, quiet} {
					m.apply(conference.WatchMessage{About: m.about(0)})
					m.link(0, conference.LinkUp)
					m.full(0)
				}
				const told = 20
				for n := range c.changes {
					at := second + time.Duration(n)*time.Millisecond
					c.flood(k, n, at)
					if n%(c.changes/told) == 0 {
						quiet.set(at, num(conference.PicNum, int64(n)))
					}
					if c.err == nil {
						time.Sleep(time.Millisecond)
					}
				}
				lost := k.journal.Health().Lost
				if lost == 0 {
					t.Error("nothing was left out")
				}
				if bytes := k.history.Bytes(); bytes > c.mostKept {
					t.Errorf("the history takes %d bytes", bytes)
				}
				if n := len(k.history.Entries("7")); n < told {
					t.Errorf("%d entries of the other meeting are in memory", n)
				}
				s.fail(nil)
				time.Sleep(time.Minute)
				k.set(15*time.Hour, num(conference.Mute, 1))
				k.stop()
				entries := s.toldOf("7")
				if n := len(entries); n < told || slices.ContainsFunc(s.entries, func(e timeline.Stored) bool {
					return e.Kind == timeline.Unstored.Word() && s.occurrences[e.Occurrence].ConfID == "7"
				}) {
					t.Errorf("of the other meeting %d entries were stored: %q", n, entries)
				}
				entries = s.toldOf(meetingID)
				if n := len(entries); n < c.fewest || n > c.most {
					t.Errorf("%d entries were stored of the flood", n)
				}
				if last := entries[max(0, len(entries)-4):]; !slices.Contains(last, "mute ->1") {
					t.Errorf("after the flood was stored: %q", last)
				}
			})
		})
	}
}
