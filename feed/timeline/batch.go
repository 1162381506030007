package timeline

import (
	"time"

	"confboard/feed/conference"
)

// Batch is what is written at a time.
type Batch struct {
	// Seen is until when the board is known to have been running.
	Seen time.Time
	// Occurrences are those that are new or have changed, Drop the IDs of those of which nothing is to be told: they never began.
	Occurrences []StoredOccurrence
	Drop        []int64
	// Void is what is removed before Entries are kept, and did not happen.
	Void    []Void
	Entries []Stored
}

// Void are the entries of an occurrence that come after one of them, until another one.
type Void struct {
	Occurrence   int64
	After, Until uint64
}

// StoredOccurrence is an occurrence as it is written: Recording, Moves and Concerns are in Summary alone, which is JSON.
type StoredOccurrence struct {
	Occurrence
	Summary string
}

// Prune says what is to go: entries received before Before, and occurrences seen last then; what is about people before People; and
// the oldest beyond Bytes. What is in the hands of a board that was not seen since Gone has left it.
type Prune struct {
	Before, People, Gone time.Time
	Bytes                int64
}

// batch turns items into what is written.
func (j *Journal) batch(items []item) (b Batch) {
	touched := map[*follower]bool{}
	var order []*follower
	touch := func(f *follower) {
		if !touched[f] {
			touched[f] = true
			order = append(order, f)
		}
	}
	for i := range items {
		f := j.open[items[i].confID]
		switch less, another := items[i].less(f); {
		case !less, !j.has(&items[i]):
		case another:
			f.Left = f.Until
			touch(f)
			delete(j.open, f.ConfID)
		default:
			b.Void = append(b.Void, f.void(&items[i]))
		}
		j.follow(&items[i], touch, j.keepIn(&b))
	}
	for _, f := range order {
		if f.Began.IsZero() && !f.Left.IsZero() {
			b.Drop = append(b.Drop, f.ID)
			continue
		}
		text, err := f.summary()
		if err != nil {
			j.config.Logger.Error("what is told of a meeting is not stored", "error", err)
			continue
		}
		b.Occurrences = append(b.Occurrences, StoredOccurrence{Occurrence: f.column(), Summary: text})
	}
	return b
}

// keepIn puts entries into a batch.
func (j *Journal) keepIn(b *Batch) func(*follower, *Entry) {
	return func(f *follower, e *Entry) {
		s, err := e.Store()
		if err != nil {
			j.config.Logger.Error("an entry of a timeline is not stored", "error", err)
			return
		}
		s.Occurrence = f.ID
		b.Entries = append(b.Entries, s)
	}
}

// follow brings the occurrence of a meeting up to date with an item, and has its entries kept.
func (j *Journal) follow(it *item, touch func(*follower), keep func(*follower, *Entry)) {
	f := j.open[it.confID]
	if it.gone || it.released {
		if f == nil {
			return
		}
		f.release(keep)
		if it.gone {
			f.Left = it.received
			if f.Ended.IsZero() && f.Until.Before(it.received) {
				f.Until = it.received
			}
		}
		touch(f)
		delete(j.open, it.confID)
		return
	}
	if it.inherited && f != nil {
		known, rest := it.stored(f)
		for i := range known { // whoever was to store them can be late, or dead, and others have stored what came later
			keep(f, &known[i])
		}
		it.entries = rest
	}
	if f != nil && (f.resumed && !f.Before && it.start.Sub(f.Began) > time.Minute || !f.continues(it)) { // the meeting that went on is another one
		f.Left = f.Until
		touch(f)
		delete(j.open, it.confID)
		f = nil
	}
	for i := range it.entries {
		e := &it.entries[i]
		var held []Entry
		if f != nil && e.Kind == Began {
			held, f.held = f.held, nil
		} else if f != nil && f.hold(e) {
			continue
		}
		switch {
		case e.Kind == Watched, e.Kind == Began, e.Kind == Resumed && f != nil && e.Received.Sub(e.Since) > resumeWithin:
			if f != nil && f.Left.IsZero() {
				f.Left = e.Received
				touch(f)
			}
			f = nil
		case e.Kind == Resumed && f != nil:
			f.resumed, f.Left = true, time.Time{}
		}
		if f == nil {
			f = j.begin(it.confID, e.Received)
			if e.Kind == Began {
				f.Began = e.At
			}
		}
		for i := range held { // which came before the beginning, and do not end anything
			keep(f, &held[i])
		}
		if it.lost > 0 {
			gap := Entry{Seq: e.Seq - 1, Group: e.Seq - 1, Kind: Unstored, At: e.At, Received: e.Received, New: number(it.lost)}
			keep(f, &gap)
			it.lost = 0
		}
		keep(f, e)
		f.take(e)
	}
	if f == nil {
		return
	}
	j.open[it.confID] = f
	f.Title, f.Owner, f.People, f.Left = it.title, it.owner, max(f.People, it.people), time.Time{}
	switch {
	case !f.Ended.IsZero(): // what is told now can be of the next
	case !it.start.IsZero() && (it.live || !f.Began.IsZero()):
		f.Began, f.Before = it.start, false
	case it.live && f.Began.IsZero():
		f.Began, f.Before = it.received, !f.waited
	}
	touch(f)
}

// begin begins another occurrence.
func (j *Journal) begin(id conference.ConfID, now time.Time) *follower {
	j.lastID = nextID(j.lastID, now, j.config.Instance)
	f := &follower{Occurrence: Occurrence{ID: j.lastID, ConfID: id, Watched: now, Until: now}}
	j.open[id] = f
	return f
}
