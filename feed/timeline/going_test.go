package timeline_test

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"confboard/feed/conference"
	"confboard/feed/timeline"
)

// common is a shelf of several boards, which keeps what a database of a server does.
type common struct{ *shelf }

// Write leaves entries that are there as they are, and an occurrence that was seen later. As in a database nobody writes in between.
func (c common) Write(_ context.Context, b timeline.Batch) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	b.Entries = slices.DeleteFunc(slices.Clone(b.Entries), func(e timeline.Stored) bool {
		void := slices.ContainsFunc(b.Void, func(v timeline.Void) bool { return v.Occurrence == e.Occurrence && e.Seq > v.After && e.Seq <= v.Until })
		return !void && slices.ContainsFunc(c.entries, func(there timeline.Stored) bool { return there.Occurrence == e.Occurrence && there.Seq == e.Seq })
	})
	b.Occurrences = slices.DeleteFunc(slices.Clone(b.Occurrences), func(o timeline.StoredOccurrence) bool {
		return c.occurrences[o.ID].Until.After(o.Until)
	})
	return c.put(b)
}

func (c common) going(_ context.Context, meetings []conference.ConfID, since time.Time) (all []timeline.GoingOccurrence, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return nil, c.err
	}
	for _, id := range meetings {
		var newest timeline.GoingOccurrence
		for _, o := range c.occurrences {
			if o.ConfID == id && o.ID > newest.ID && (o.Left.IsZero() || !o.Left.Before(since)) {
				newest.StoredOccurrence = o
			}
		}
		for _, e := range c.entries {
			if e.Occurrence == newest.ID {
				newest.LastSeq = max(newest.LastSeq, e.Seq)
			}
		}
		if newest.ID != 0 {
			all = append(all, newest)
		}
	}
	return all, nil
}

// instance is one of several boards: its journal, until it is stopped or killed.
type instance struct {
	*timeline.Journal
	end func()
}

func (c common) instance(t *testing.T, number int64) *instance { return c.start(t, number, false) }

// teller is one that stores what it has told the others.
func (c common) teller(t *testing.T, number int64) *instance { return c.start(t, number, true) }

func (c common) start(t *testing.T, number int64, told bool) *instance {
	return startWith(t, number, c, c.going, told)
}

func startWith(t *testing.T, number int64, keeper timeline.Keeper, going func(context.Context, []conference.ConfID, time.Time) ([]timeline.GoingOccurrence, error), told bool) *instance {
	i := &instance{Journal: timeline.NewJournal(timeline.JournalConfig{Keeper: keeper, Keep: 30 * 24 * time.Hour, People: 7 * 24 * time.Hour, Logger: slog.New(slog.DiscardHandler),
		Now: time.Now, Instance: number, Going: going, Told: told})}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- i.Run(ctx) }()
	i.end = func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	return i
}

// by has what happens in a meeting noted by an instance.
func (m *meeting) by(i *instance) {
	m.noted = func(c conference.Change) { i.Note(c, m.history.Keep(c)) }
}

func begun(t *testing.T, i *instance) *meeting {
	m := &meeting{t: t, policy: conference.DefaultPolicy, history: timeline.NewHistory(timeline.DefaultLimits)}
	m.by(i)
	m.apply(conference.WatchMessage{About: m.about(0), Name: "Board"})
	m.link(second, conference.LinkUp)
	m.full(second, num(conference.RecState, 1), num(conference.Lock, 0))
	return m
}

// whole fails unless there is one occurrence with all that happened in a meeting, each once.
func (c common) whole(t *testing.T, m *meeting) timeline.Occurrence {
	t.Helper()
	all := c.list()
	if len(all) != 1 {
		t.Fatalf("%d occurrences: %+v", len(all), all)
	}
	if got, want := c.told(all[0].ID), told(m.history.Entries(meetingID)); !slices.Equal(got, want) {
		t.Errorf("stored\n%q, want\n%q", got, want)
	}
	return all[0]
}

func TestAMeetingGoesOnInItsOccurrenceAtAnotherBoard(t *testing.T) {
	for name, c := range map[string]struct {
		// orderly: the first board lets go before the other one goes on, otherwise it is gone without having stored its last.
		orderly bool
		// back: the meeting comes back to the first board at last.
		back bool
		// away: nothing can be stored while it changes hands.
		away bool
	}{
		"that takes it over":                           {orderly: true},
		"and comes back":                               {orderly: true, back: true},
		"while nothing can be stored":                  {orderly: true, away: true},
		"and comes back before anything can be stored": {orderly: true, back: true, away: true},
		"that finds the first one dead":                {},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := common{newShelf()}
				first, second := s.instance(t, 1), s.instance(t, 2)
				m := begun(t, first)
				time.Sleep(2 * time.Second)
				if c.away {
					s.fail(errFull)
				}
				if c.orderly {
					m.set(minute, num(conference.Lock, 1))
					first.Release(meetingID, time.Now())
				} else {
					m.noted = func(c conference.Change) { m.history.Keep(c) } // which reached the other one, and not the disk
					m.set(minute, num(conference.Lock, 1))
				}
				second.Inherit(m.state, m.history.Entries(meetingID), time.Now())
				m.by(second)
				m.echo(minute, 2*minute)
				m.set(2*minute, num(conference.RecState, 0))
				if c.back {
					second.Release(meetingID, time.Now())
					first.Inherit(m.state, m.history.Entries(meetingID), time.Now())
					m.by(first)
				}
				m.echo(3*minute, 10*minute)
				m.set(10*minute, num(conference.Lock, 0))
				m.set(10*minute, num(conference.RecState, 1))
				if c.away {
					time.Sleep(minute)
					s.fail(nil)
				}
				time.Sleep(minute)
				want := timeline.RecordingOf(m.history.Entries(meetingID)).Stretches
				m.apply(conference.UnwatchMessage{About: m.about(11 * minute)})
				time.Sleep(minute)
				first.end()
				second.end()
				o := s.list()
				if len(o) != 1 {
					t.Fatalf("%d occurrences: %+v", len(o), o)
				}
				if !o[0].Left.Equal(start.Add(11*minute)) || o[0].Title != "Board" || !o[0].Watched.Equal(start) {
					t.Errorf("it is told %+v", o[0])
				}
				if r := o[0].Recording.Stretches; len(want) != 3 || len(r) < 3 || !slices.Equal(r[:2], want[:2]) || r[2].From != want[2].From {
					t.Errorf("recorded %+v, want %+v", r, want)
				}
				seen := map[uint64]int{}
				for _, e := range s.entries {
					seen[e.Seq]++
				}
				for seq := uint64(1); seq <= uint64(len(s.entries)); seq++ {
					if seen[seq] != 1 {
						t.Errorf("entry %d is stored %d times", seq, seen[seq])
					}
				}
			})
		})
	}
}

// What was stored last comes from the board that watches the meeting, whoever writes last.
func TestABoardThatIsLateDoesNotTakeBackWhatAnotherHasStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := common{newShelf()}
		first, second := s.instance(t, 1), s.instance(t, 2)
		m := begun(t, first)
		time.Sleep(2 * time.Second)
		m.set(minute, num(conference.Lock, 1)) // which the first one stores in a moment
		second.Inherit(m.state, m.history.Entries(meetingID), time.Now())
		m.by(second)
		m.echo(minute, 2*minute)
		m.set(2*minute, num(conference.RecState, 0))
		time.Sleep(2 * time.Second)
		first.end()
		second.end()
		if o := s.whole(t, m); !o.Until.Equal(start.Add(2*minute)) || len(o.Recording.Stretches) != 1 || !o.Recording.Stretches[0].To.Equal(start.Add(2*minute)) {
			t.Errorf("it is told %+v", o)
		}
	})
}

func TestAMeetingOfWhichNothingWasStoredBeginsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := common{newShelf()}
		s.fail(errors.New("away"))
		first, second := s.instance(t, 1), s.instance(t, 2)
		m := begun(t, first)
		first.end()
		s.fail(nil)
		second.Inherit(m.state, m.history.Entries(meetingID), time.Now())
		time.Sleep(2 * time.Second)
		second.end()
		if o := s.whole(t, m); !o.Watched.Equal(start) {
			t.Errorf("it is told %+v", o)
		}
	})
}

// Who takes over a meeting of which it knows nothing numbers its entries from 1: none of them is lost for that.
func TestEntriesOfABoardThatKnewNothingOfAMeetingAreNotTakenForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := common{newShelf()}
		first, second := s.instance(t, 1), s.instance(t, 2)
		m := begun(t, first)
		m.set(minute, num(conference.Lock, 1))
		before := told(m.history.Entries(meetingID))
		time.Sleep(2 * time.Second)
		first.end()
		m.history = timeline.NewHistory(timeline.DefaultLimits)
		m.by(second)
		m.set(2*minute, num(conference.RecState, 0))
		m.set(3*minute, num(conference.Lock, 0))
		time.Sleep(2 * time.Second)
		second.end()
		all := s.list()
		if len(all) != 2 || all[0].Left.IsZero() || !all[1].Left.IsZero() {
			t.Fatalf("occurrences %+v", all)
		}
		if got := s.told(all[0].ID); !slices.Equal(got, before) {
			t.Errorf("of the first board %q, want %q", got, before)
		}
		if got, want := s.told(all[1].ID), told(m.history.Entries(meetingID)); !slices.Equal(got, want) {
			t.Errorf("of the second board %q, want %q", got, want)
		}
	})
}

func TestIDsOfOccurrencesAreInOrderOfTimeAndDiffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := common{newShelf()}
		const old = 1_900_000_000_000 // such as were given when there was one board only
		var all []*instance
		for n := range 3 {
			all = append(all, s.instance(t, int64(n)))
			all[n].Restore(old, nil)
		}
		for n := range 3000 {
			m := &meeting{t: t, policy: conference.DefaultPolicy, history: timeline.NewHistory(timeline.DefaultLimits)}
			by := all[n%3]
			m.noted = func(c conference.Change) {
				c.ConfID = conference.ConfID(rune(n)) + c.ConfID
				by.Note(c, m.history.Keep(c))
			}
			m.apply(conference.WatchMessage{About: m.about(0)}) // all in the same millisecond
		}
		time.Sleep(time.Minute)
		for _, i := range all {
			i.end()
		}
		if n := len(s.occurrences); n != 3000 {
			t.Errorf("%d IDs of 3000 occurrences", n)
		}
		for id := range s.occurrences {
			if at := id >> 18; id <= old || id >= 1e15 || at < start.Unix() || at > start.Unix()+1000>>8 {
				t.Fatalf("the ID %d", id)
			}
		}
	})
}

// slow is a place of all boards that one of them does not reach for now.
type slow struct {
	common
	away atomic.Bool
}

func (s *slow) Write(ctx context.Context, b timeline.Batch) error {
	if s.away.Load() {
		return errFull
	}
	return s.common.Write(ctx, b)
}

func (s *slow) going(ctx context.Context, meetings []conference.ConfID, since time.Time) ([]timeline.GoingOccurrence, error) {
	if s.away.Load() {
		return nil, errFull
	}
	return s.common.going(ctx, meetings, since)
}

// The boards tell each other no more than the last of a timeline. Who stores the rest can be later than one that goes on.
func TestWhatABoardInheritedIsStoredAlsoWhenAnotherOneWasFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slow{common: common{newShelf()}}
		first := s.instance(t, 1)
		m := begun(t, first)
		time.Sleep(2 * time.Second)
		first.end()
		m.noted = func(c conference.Change) { m.history.Keep(c) } // by one that told it, and died
		for n := range 3 {
			m.set(minute, num(conference.PartViewNum, int64(n+1)))
		}
		s.away.Store(true)
		late, next := startWith(t, 2, s, s.going, false), s.instance(t, 3)
		late.Inherit(m.state, m.history.Entries(meetingID), time.Now())
		m.by(late)
		m.set(2*minute, num(conference.Lock, 1))
		late.Release(meetingID, time.Now())
		next.Inherit(m.state, m.history.Recent(meetingID, 1), time.Now())
		m.by(next)
		m.set(3*minute, num(conference.Lock, 0))
		time.Sleep(2 * time.Second)
		s.away.Store(false)
		time.Sleep(minute)
		late.end()
		next.end()
		slices.SortFunc(s.entries, func(a, b timeline.Stored) int { return cmp.Compare(a.Seq, b.Seq) })
		s.whole(t, m)
	})
}

// What the boards tell of the end of an occurrence is not stored with the next one.
func TestWhatIsInheritedOfTheLastOccurrenceIsNotStoredWithTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := common{newShelf()}
		first, second := s.instance(t, 1), s.instance(t, 2)
		m := begun(t, first)
		m.link(minute, conference.LinkEnded)
		m.link(2*minute, conference.LinkUp)
		m.full(2*minute, word(conference.MeetingState, conference.StateCreated))
		time.Sleep(2 * time.Second)
		synctest.Wait()
		before := [2][]string{}
		for n, o := range s.list() {
			before[n] = s.told(o.ID)
		}
		first.Release(meetingID, time.Now())
		time.Sleep(2 * time.Second)
		second.Inherit(m.state, m.history.Entries(meetingID), time.Now())
		time.Sleep(2 * time.Second)
		first.end()
		second.end()
		all := s.list()
		if len(all) != 2 || len(before[1]) == 0 {
			t.Fatalf("%d occurrences: %+v", len(all), all)
		}
		for n, o := range all {
			if got := s.told(o.ID); !slices.Equal(got, before[n]) {
				t.Errorf("stored\n%q, want\n%q", got, before[n])
			}
		}
	})
}
