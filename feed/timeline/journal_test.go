package timeline_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"confboard/feed/conference"
	"confboard/feed/timeline"
)

// shelf is a disk that keeps what is written, as a file does: the first of the same entries, the last of the same occurrences.
type shelf struct {
	mu          sync.Mutex
	err         error // of every write
	writes      int
	largest     int // entries of a batch
	entries     []timeline.Stored
	occurrences map[int64]timeline.StoredOccurrence
	prunes      []timeline.Prune
	more        int // how often there is more to prune
	seen        time.Time
}

var errFull = errors.New("the disk is full")

func (s *shelf) Write(_ context.Context, b timeline.Batch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.put(b)
}

// put is Write while mu is held.
func (s *shelf) put(b timeline.Batch) error {
	if s.err != nil {
		return s.err
	}
	s.writes++
	s.seen = b.Seen
	s.largest = max(s.largest, len(b.Entries))
	for _, v := range b.Void {
		s.entries = slices.DeleteFunc(s.entries, func(e timeline.Stored) bool {
			return e.Occurrence == v.Occurrence && e.Seq > v.After && e.Seq <= v.Until
		})
	}
	s.entries = append(s.entries, b.Entries...)
	for _, o := range b.Occurrences {
		s.occurrences[o.ID] = o
	}
	for _, id := range b.Drop {
		delete(s.occurrences, id)
		s.entries = slices.DeleteFunc(s.entries, func(e timeline.Stored) bool { return e.Occurrence == id })
	}
	return nil
}

func (s *shelf) Prune(_ context.Context, p timeline.Prune) (more bool, bytes int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.prunes = append(s.prunes, p)
	s.more--
	return s.more > 0, 4096, s.err
}

func (s *shelf) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

// told writes the entries of an occurrence.
func (s *shelf) told(id int64) (all []string) {
	for _, stored := range s.entries {
		if stored.Occurrence != id {
			continue
		}
		e, ok := stored.Entry()
		if !ok {
			all = append(all, "?"+stored.Kind)
			continue
		}
		all = append(all, tell(&e))
	}
	return all
}

// list returns the occurrences in their order.
func (s *shelf) list() (all []timeline.Occurrence) {
	for _, o := range s.occurrences {
		all = append(all, o.Occurrence.Read(o.Summary))
	}
	slices.SortFunc(all, func(a, b timeline.Occurrence) int { return int(a.ID - b.ID) })
	return all
}

// kept is a meeting whose changes a journal has written.
type kept struct {
	*meeting
	journal *timeline.Journal
	shelf   *shelf
	stop    func()
}

func (k *kept) note(c conference.Change) { k.journal.Note(c, k.history.Keep(c)) }

func newShelf() *shelf { return &shelf{occurrences: map[int64]timeline.StoredOccurrence{}} }

// written starts a journal within a bubble of fake time.
func written(t *testing.T, s *shelf, before ...timeline.StoredOccurrence) *kept {
	t.Helper()
	k := &kept{meeting: &meeting{t: t, policy: conference.DefaultPolicy, history: timeline.NewHistory(timeline.DefaultLimits)}, shelf: s}
	k.journal = timeline.NewJournal(timeline.JournalConfig{Keeper: s, Keep: 30 * 24 * time.Hour, People: 7 * 24 * time.Hour, Bytes: 1 << 30, Waiting: 2500,
		Damaged: func(err error) bool { return !errors.Is(err, errFull) }, Logger: slog.New(slog.DiscardHandler), Now: time.Now})
	k.journal.Restore(int64(len(before)), before)
	k.meeting.noted = k.note
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- k.journal.Run(ctx) }()
	k.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(k.stop)
	return k
}

func TestWhatHappensIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := written(t, newShelf())
		k.apply(conference.WatchMessage{About: k.about(0), Name: "Board"})
		k.link(second, conference.LinkWaiting)
		k.link(minute, conference.LinkUp)
		k.full(minute, num(conference.RecState, 0), end(time.Hour))
		k.people(conference.Full, minute, in("a"), in("b"), doing("c", conference.AttrState, "1"))
		k.set(2*minute, num(conference.RecState, 1))
		k.echo(3*minute, 20*minute)
		k.set(20*minute, end(2*time.Hour))
		k.people(conference.Incremental, 21*minute, out("a"), out("c"))
		k.set(22*minute, word(conference.MeetingState, conference.StateDestroyed))
		time.Sleep(2 * time.Second)
		k.stop()

		all := k.shelf.list()
		if len(all) != 1 {
			t.Fatalf("%d occurrences", len(all))
		}
		o := all[0]
		o.Recording.Stretches = nil
		want := timeline.Occurrence{ID: o.ID, ConfID: meetingID, Title: "Board", Watched: start, Until: start.Add(22 * minute), Began: start.Add(minute),
			Ended: start.Add(22 * minute), People: 2, Moves: []timeline.Move{{At: start.Add(20 * minute), From: start.Add(time.Hour), To: start.Add(2 * time.Hour)}}}
		if fmt.Sprintf("%+v", o) != fmt.Sprintf("%+v", want) {
			t.Errorf("told\n%+v, want\n%+v", o, want)
		}
		if r := all[0].Recording; len(r.Stretches) != 1 || !r.Stretches[0].From.Equal(start.Add(2*minute)) || !r.Stretches[0].To.Equal(start.Add(22*minute)) {
			t.Errorf("recorded %+v", r)
		}
		if got, want := k.shelf.told(o.ID), told(k.history.Entries(meetingID)); !slices.Equal(got, want) {
			t.Errorf("written\n%q, want\n%q", got, want)
		}
		if k.shelf.writes > 3 {
			t.Errorf("%d writes", k.shelf.writes)
		}
		if h := k.journal.Health(); h.State != timeline.Writing || h.Written != uint64(len(k.shelf.entries)) || h.Waiting != 0 || h.Lost != 0 {
			t.Errorf("health %+v", h)
		}
	})
}

func TestEachOccurrenceIsItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := written(t, newShelf())
		k.apply(conference.WatchMessage{About: k.about(0)})
		k.link(second, conference.LinkUp)
		k.full(second, word(conference.MeetingState, conference.StateCreated))
		k.set(minute, word(conference.MeetingState, conference.StateDestroyed))
		k.set(2*minute, word(conference.MeetingState, conference.StateCreated))
		k.set(3*minute, num(conference.Lock, 1))
		k.apply(conference.UnwatchMessage{About: k.about(4 * minute)})
		// It comes back, and leaves without having begun.
		k.state = nil
		k.apply(conference.WatchMessage{About: k.about(5 * minute)})
		k.link(6*minute, conference.LinkWaiting)
		time.Sleep(3 * time.Second)
		k.apply(conference.UnwatchMessage{About: k.about(7 * minute)})
		k.stop()
		all := k.shelf.list()
		if len(all) != 2 {
			t.Fatalf("%d occurrences: %+v", len(all), all)
		}
		first, second := all[0], all[1]
		if !first.Before || !first.Ended.Equal(start.Add(minute)) || first.Left.IsZero() {
			t.Errorf("the first: %+v", first)
		}
		if second.Before || !second.Began.Equal(start.Add(2*minute)) || !second.Ended.IsZero() || !second.Left.Equal(start.Add(4*minute)) {
			t.Errorf("the second: %+v", second)
		}
		if said := k.shelf.told(second.ID); said[0] != "began 2" || !strings.HasPrefix(said[len(said)-1], "lock ") {
			t.Errorf("the second: %q", said)
		}
	})
}

func TestAFullDiskLosesNothingThatThereIsRoomFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		k := written(t, s)
		k.apply(conference.WatchMessage{About: k.about(0)})
		k.link(second, conference.LinkUp)
		k.full(second)
		time.Sleep(2 * time.Second)
		s.fail(errFull)
		for i := range 1000 {
			k.set(minute+time.Duration(i)*time.Millisecond, num(conference.Lock, int64(i%2)))
		}
		time.Sleep(time.Minute)
		if h := k.journal.Health(); h.State != timeline.Failing || h.Waiting < 1000 || h.Errors == 0 || h.Next.IsZero() || h.Lost != 0 {
			t.Errorf("full: %+v", h)
		}
		s.fail(nil)
		time.Sleep(20 * time.Second)
		if h := k.journal.Health(); h.State != timeline.Writing || h.Waiting != 0 || !h.Next.IsZero() {
			t.Errorf("with room again: %+v", h)
		}
		s.fail(errors.New("it is no database"))
		k.set(2*minute, num(conference.Lock, 1))
		time.Sleep(2 * time.Second)
		if h := k.journal.Health(); h.State != timeline.Broken {
			t.Errorf("damaged: %+v", h)
		}
		s.fail(nil)
		time.Sleep(20 * time.Second)
		k.stop()
		if got, want := s.told(s.list()[0].ID), told(k.history.Entries(meetingID)); !slices.Equal(got, want) {
			t.Errorf("written %d, want %d", len(got), len(want))
		}
		if s.largest > 2000 {
			t.Errorf("a batch of %d", s.largest)
		}
	})
}

// What there is no room for is counted, and told where it is missing; where occurrences begin and end is written all the same.
func TestTooMuchThatWaitsIsLeftOutAndTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		s.fail(errFull)
		k := written(t, s)
		k.apply(conference.WatchMessage{About: k.about(0)})
		k.link(0, conference.LinkUp)
		k.full(0)
		for i := range 6_000 {
			k.set(second+time.Duration(i)*time.Millisecond, num(conference.Lock, int64(i%2)))
		}
		h := k.journal.Health()
		if h.Lost < 3_000 || h.Lost > 6_000 {
			t.Errorf("%d are left out", h.Lost)
		}
		s.fail(nil)
		time.Sleep(time.Minute)
		k.set(10*minute, num(conference.Mute, 1))
		time.Sleep(5 * time.Second)
		k.stop()
		said := s.told(s.list()[0].ID)
		if n := len(said); said[0] != "watched first" || !slices.Contains(said[n-4:], fmt.Sprint("unstored ", h.Lost)) || said[n-1] != "mute ->1" {
			t.Errorf("%q and at the end %q, lost %d", said[0], said[n-4:], h.Lost)
		}
	})
}

func TestAMeetingGoesOnAfterTheBoardWasStopped(t *testing.T) {
	for name, c := range map[string]struct {
		away  time.Duration
		start time.Duration // as told afterwards; 0: it is not
		want  int           // occurrences
	}{
		"after a moment":                    {time.Minute, 0, 1},
		"after a moment, and says the same": {time.Minute, second, 1},
		"after hours":                       {3 * time.Hour, 0, 2},
		"and is another one":                {10 * minute, 12 * minute, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newShelf()
				k := written(t, s)
				k.apply(conference.WatchMessage{About: k.about(0), Name: "Board"})
				k.link(second, conference.LinkUp)
				basic := func(k *kept, at, began time.Duration) {
					if began > 0 {
						k.apply(conference.BasicMessage{About: k.about(at), Envelope: k.envelope(conference.BasicType, conference.Full, at),
							Basic: conference.BasicInfo{StartTime: start.Add(began)}})
					}
				}
				basic(k, second, second)
				k.full(second, num(conference.RecState, 1))
				k.set(minute, num(conference.Lock, 1))
				time.Sleep(2 * time.Second)
				k.stop()
				seq := k.history.Entries(meetingID)[len(k.history.Entries(meetingID))-1].Seq

				stopped := start.Add(5 * minute)
				var open []timeline.StoredOccurrence
				for _, o := range s.occurrences {
					o.Left, o.Until = stopped, stopped // as the store does
					s.occurrences[o.ID] = o
					open = append(open, o)
				}
				before := k.history.Entries(meetingID)
				k = written(t, s, open...)
				k.history.Restore(meetingID, before, stopped)
				back := 5*minute + c.away
				k.apply(conference.WatchMessage{About: k.about(back), Name: "Board"})
				k.link(back, conference.LinkUp)
				k.full(back+second, num(conference.RecState, 1))
				basic(k, back+2*second, c.start)
				k.set(back+time.Minute, num(conference.Lock, 0))
				time.Sleep(2 * time.Second)
				k.stop()

				all := s.list()
				if len(all) != c.want {
					t.Fatalf("%d occurrences: %+v", len(all), all)
				}
				entries := k.history.Entries(meetingID)
				resumed := entries[len(before)]
				if resumed.Kind != timeline.Resumed || resumed.Seq != seq+1 || !resumed.Since.Equal(stopped) || resumed.First {
					t.Errorf("the page goes on with %+v", resumed)
				}
				first, last := all[0], all[len(all)-1]
				if c.want == 1 && (!first.Left.IsZero() || !first.Began.Equal(start.Add(second)) || len(s.told(first.ID)) != len(entries)) {
					t.Errorf("one: %+v, %d entries of %d", first, len(s.told(first.ID)), len(entries))
				}
				if c.want == 2 && (!first.Left.Equal(stopped) && c.start == 0 || first.Left.IsZero() || !last.Left.IsZero()) {
					t.Errorf("two: %+v and %+v", first, last)
				}
				if r := first.Recording; len(r.Stretches) < 2 || r.Stretches[1].State != timeline.Unseen || !r.Stretches[1].From.Equal(stopped) {
					t.Errorf("recorded %+v", r)
				}
			})
		})
	}
}

func TestWhatIsTooOldIsPrunedBitByBit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		s.more = 5
		k := written(t, s)
		time.Sleep(time.Second)
		s.mu.Lock()
		if n := len(s.prunes); n != 5 {
			t.Errorf("%d steps at the start", n)
		}
		if p := s.prunes[0]; time.Since(p.Before).Round(time.Hour) != 30*24*time.Hour || time.Since(p.People).Round(time.Hour) != 7*24*time.Hour || p.Bytes != 1<<30 {
			t.Errorf("%+v", p)
		}
		s.mu.Unlock()
		time.Sleep(10 * time.Minute)
		k.stop()
		if n := len(s.prunes); n < 13 || n > 16 {
			t.Errorf("%d steps after ten minutes", n)
		}
		if age := time.Since(s.seen); age > time.Second {
			t.Errorf("it was last said that the board runs %v ago", age)
		}
		if h := k.journal.Health(); h.Bytes != 4096 {
			t.Errorf("%+v", h)
		}
	})
}

// What tells of the next occurrence before it has begun belongs to that one, unless it never begins.
func TestWhatComesBetweenTwoOccurrencesBelongsToTheNext(t *testing.T) {
	for name, begins := range map[string]bool{"and it begins": true, "and it never begins": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := written(t, newShelf())
				k.apply(conference.WatchMessage{About: k.about(0)})
				k.link(second, conference.LinkUp)
				k.full(second, word(conference.MeetingState, conference.StateCreated))
				k.set(minute, word(conference.MeetingState, conference.StateDestroyed))
				k.set(minute+second, num(conference.RecState, 0))
				k.link(2*minute, conference.LinkUp)
				k.apply(conference.BasicMessage{About: k.about(2 * minute), Envelope: k.envelope(conference.BasicType, conference.Full, 2*minute),
					Basic: conference.BasicInfo{StartTime: start.Add(2 * minute)}})
				if begins {
					k.full(2*minute+second, word(conference.MeetingState, conference.StateCreated))
				} else {
					k.apply(conference.UnwatchMessage{About: k.about(3 * minute)})
				}
				k.stop()
				all := k.shelf.list()
				first, last := k.shelf.told(all[0].ID), k.shelf.told(all[len(all)-1].ID)
				between := func(said string) bool { return strings.HasPrefix(said, "link ended>") }
				if begins && (len(all) != 2 || slices.ContainsFunc(first, between) || !slices.ContainsFunc(last, between) || !slices.Contains(first, "recState ->0")) {
					t.Errorf("%d occurrences: %q and %q", len(all), first, last)
				}
				if !begins && (len(all) != 1 || !slices.ContainsFunc(first, between)) {
					t.Errorf("%d occurrences: %q", len(all), first)
				}
				if n := len(k.shelf.entries); begins && n != len(k.history.Entries(meetingID)) {
					t.Errorf("%d entries are written of %d", n, len(k.history.Entries(meetingID)))
				}
			})
		})
	}
}
