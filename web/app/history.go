package app

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"confboard/feed/conference"
	"confboard/feed/timeline"
	"confboard/handlers"
	"confboard/web/live"
	"confboard/web/settings"
	"confboard/web/store"
)

// archive has the timelines written to the board's file and reads them there. A nil one keeps nothing and has nothing, for the methods whose
// names are not exported.
type archive struct {
	db      *store.DB
	journal *timeline.Journal
	kept    time.Duration
	// onServer: the database is a server's.
	onServer bool
	// keep is for how long entries are in memory.
	keep time.Duration
}

// restored is how many entries of a meeting are in memory again after a restart.
const restored = 1000

// newArchive gives back to the history what the board had in hand when it was stopped. It is nil when nothing is to be stored, and
// when there is no file. What cannot be read is not given back: the board begins anew, and says so in the log.
func newArchive(ctx context.Context, db *store.DB, h settings.History, history *timeline.History, hub *live.Hub, logger *slog.Logger) *archive {
	if db == nil || h.Stored == 0 {
		return nil
	}
	a := &archive{db: db, kept: h.Stored, onServer: db.OnServer(), keep: h.Keep}
	config := timeline.JournalConfig{
		Keeper: &pen{db: db, run: time.Now()}, Keep: h.Stored, People: h.Names, Bytes: h.Disk, Logger: logger, Now: time.Now,
		Damaged:  func(err error) bool { return errors.Is(err, store.ErrDamaged) },
		Changed:  func() { hub.Tell(handlers.StorageChanged) },
		Instance: db.Instance().Number,
	}
	if db.Instance().Name != "" {
		config.Going, config.Told = a.going, true
	}
	a.journal = timeline.NewJournal(config)
	if err := a.restore(ctx, history); err != nil {
		logger.Error("timelines of before the restart are not shown", "error", err)
	}
	return a
}

// restore gives the history what was stored of the meetings that had not ended. A board that is one of several has no meetings yet; it
// recalls them when it gets them.
func (a *archive) restore(ctx context.Context, history *timeline.History) error {
	in, err := a.db.Interrupt(ctx)
	if err != nil {
		return err
	}
	if a.db.Instance().Name != "" {
		a.journal.Restore(in.LastID, nil)
		return nil
	}
	var open []timeline.StoredOccurrence
	var failed error
	for _, o := range in.Occurrences {
		open = append(open, storedOccurrence(o))
		if failed == nil {
			failed = a.remember(ctx, o, o.Left, history)
		}
	}
	a.journal.Restore(in.LastID, open)
	return failed
}

// remember gives the history what was stored of an occurrence, of which nobody saw anything since it was stopped to watch it.
func (a *archive) remember(ctx context.Context, o store.Occurrence, stopped time.Time, history *timeline.History) error {
	rows, err := a.db.LastEntries(ctx, o.ID, time.Now().Add(-a.keep), restored)
	if err != nil {
		return err
	}
	history.Restore(o.ConfID, entries(rows), stopped)
	return nil
}

// recall gives the history what was stored of meetings that come onto the board and that another board had before, which has told nothing
// of them: as after a restart they go on from there. It is to be called before anything is told of them.
func (a *archive) recall(ctx context.Context, meetings []conference.ConfID, history *timeline.History) error {
	if a == nil {
		return nil
	}
	going, err := a.db.Going(ctx, meetings, time.Now().Add(-goesOnWithin))
	if err != nil {
		return err
	}
	for _, g := range going {
		stopped := g.Left
		if stopped.IsZero() {
			stopped = g.Until // nobody saw it leave
		}
		if !g.Ended.IsZero() {
			continue
		}
		if err := a.remember(ctx, g.Occurrence, stopped, history); err != nil {
			return err
		}
	}
	return nil
}

// stored are the newest entries that were stored of the occurrence in which a meeting is, as many as can be in memory.
func (a *archive) stored(ctx context.Context, id conference.ConfID) ([]timeline.Entry, error) {
	if a == nil {
		return nil, nil
	}
	going, err := a.db.Going(ctx, []conference.ConfID{id}, time.Now().Add(-goesOnWithin))
	if err != nil || len(going) == 0 {
		return nil, err
	}
	rows, err := a.db.LastEntries(ctx, going[0].ID, time.Now().Add(-a.keep), timeline.DefaultLimits.Entries)
	return entries(rows), err
}

// unended are meetings that had not ended when some board had them last, and can come onto this one. of says of which it is asked.
func (a *archive) unended(ctx context.Context, of func(conference.ConfID) bool) ([]conference.ConfID, error) {
	if a == nil {
		return nil, nil
	}
	all, err := a.db.Unended(ctx, time.Now().Add(-goesOnWithin))
	return slices.DeleteFunc(all, func(id conference.ConfID) bool { return !of(id) }), err
}

// goesOnWithin is for how long a meeting may have been on no board to be the same occurrence as before.
const goesOnWithin = time.Hour

// going implements timeline.JournalConfig.Going.
func (a *archive) going(ctx context.Context, meetings []conference.ConfID, since time.Time) ([]timeline.GoingOccurrence, error) {
	rows, err := a.db.Going(ctx, meetings, since)
	return converted(rows, err, func(g store.Going) timeline.GoingOccurrence {
		return timeline.GoingOccurrence{StoredOccurrence: storedOccurrence(g.Occurrence), LastSeq: g.LastSeq}
	})
}

// pen writes to the board's file.
type pen struct {
	db  *store.DB
	run time.Time
}

// Write implements timeline.Keeper.
func (p *pen) Write(ctx context.Context, b timeline.Batch) error {
	out := store.TimelineBatch{Run: p.run, Seen: b.Seen, Drop: b.Drop, Entries: make([]store.TimelineEntry, len(b.Entries))}
	for _, v := range b.Void {
		out.Void = append(out.Void, store.VoidEntries(v))
	}
	for i, e := range b.Entries {
		out.Entries[i] = store.TimelineEntry(e)
	}
	for _, o := range b.Occurrences {
		out.Occurrences = append(out.Occurrences, store.Occurrence{ID: o.ID, ConfID: o.ConfID, Title: o.Title, Owner: o.Owner, Watched: o.Watched,
			Began: o.Began, Before: o.Before, Ended: o.Ended, Left: o.Left, Until: o.Until, People: o.People, Summary: o.Summary})
	}
	return p.db.PutTimelines(ctx, out)
}

// Prune implements timeline.Keeper.
func (p *pen) Prune(ctx context.Context, l timeline.Prune) (more bool, bytes int64, err error) {
	return p.db.PruneTimelines(ctx, store.TimelineLimits{Before: l.Before, Personal: l.People, Gone: l.Gone, Bytes: l.Bytes})
}

func storedOccurrence(o store.Occurrence) timeline.StoredOccurrence {
	return timeline.StoredOccurrence{Occurrence: occurrence(o), Summary: o.Summary}
}

func occurrence(o store.Occurrence) timeline.Occurrence {
	return timeline.Occurrence{ID: o.ID, ConfID: o.ConfID, Title: o.Title, Owner: o.Owner, Watched: o.Watched, Until: o.Until, Began: o.Began,
		Before: o.Before, Ended: o.Ended, Left: o.Left, People: o.People}
}

// entries reads what was stored; what cannot be read is left out.
func entries(rows []store.TimelineEntry) []timeline.Entry {
	all := make([]timeline.Entry, 0, len(rows))
	for _, row := range rows {
		stored := timeline.Stored(row)
		if e, ok := stored.Entry(); ok {
			all = append(all, e)
		}
	}
	return all
}

func occurrences(rows []store.Occurrence, err error) ([]timeline.Occurrence, error) {
	return converted(rows, err, func(o store.Occurrence) timeline.Occurrence { return occurrence(o).Read(o.Summary) })
}

// Count implements handlers.Archive.
func (a *archive) Count(ctx context.Context, q handlers.EndedQuery) (int, error) {
	return a.db.CountEnded(ctx, store.EndedQuery(q))
}

// Ended implements handlers.Archive.
func (a *archive) Ended(ctx context.Context, q handlers.EndedQuery, skip, n int) ([]timeline.Occurrence, error) {
	return occurrences(a.db.Ended(ctx, store.EndedQuery(q), skip, n))
}

// EndedAfter implements handlers.Archive.
func (a *archive) EndedAfter(ctx context.Context, q handlers.EndedQuery, last timeline.Occurrence, n int) ([]timeline.Occurrence, error) {
	return occurrences(a.db.EndedAfter(ctx, store.EndedQuery(q), last.Began, last.ID, n))
}

// Occurrence implements handlers.Archive.
func (a *archive) Occurrence(ctx context.Context, id int64) (o timeline.Occurrence, found bool, err error) {
	row, err := a.db.Occurrence(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return o, false, nil
	}
	return occurrence(row).Read(row.Summary), true, err
}

// Before implements handlers.Archive.
func (a *archive) Before(ctx context.Context, occurrence int64, seq uint64, n int) ([]timeline.Entry, error) {
	rows, err := a.db.EntriesBefore(ctx, occurrence, seq, n)
	return entries(rows), err
}

// After implements handlers.Archive.
func (a *archive) After(ctx context.Context, occurrence int64, seq uint64, n int) ([]timeline.Entry, error) {
	rows, err := a.db.EntriesAfter(ctx, occurrence, seq, n)
	return entries(rows), err
}

// Kept implements handlers.Archive.
func (a *archive) Kept() time.Duration { return a.kept }

// storage is how the storing fares; without a file, why there is none. nil: nothing is to be stored.
func (e entrance) storage(a *archive, h settings.History) handlers.Storage {
	switch {
	case a != nil && a.onServer:
		return onServer{a.journal}
	case a != nil:
		return a.journal
	case e.db == nil && h.Stored > 0:
		return unopened{damaged: errors.Is(e.unopened, store.ErrDamaged), since: time.Now()}
	}
	return nil
}

// onServer is the health of a journal that a server keeps.
type onServer struct{ *timeline.Journal }

// Health implements handlers.Storage.
func (s onServer) Health() timeline.Health {
	h := s.Journal.Health()
	h.Server, h.Cap = true, 0
	return h
}

// unopened is the health of a file that could not be opened.
type unopened struct {
	damaged bool
	since   time.Time
}

// Health implements handlers.Storage.
func (u unopened) Health() timeline.Health {
	h := timeline.Health{State: timeline.Closed, Since: u.since}
	if u.damaged {
		h.State = timeline.Broken
	}
	return h
}

// inherit has the timeline of a meeting go on here that another board wrote until now.
func (a *archive) inherit(s *conference.State, entries []timeline.Entry, now time.Time) {
	if a != nil {
		a.journal.Inherit(s, entries, now)
	}
}

// resume has the timeline of a meeting go on here of which no board tells any more.
func (a *archive) resume(s *conference.State, entries []timeline.Entry, now time.Time) {
	if a != nil {
		a.journal.Recall(s, entries, now)
	}
}

// told says that other boards have what was told of a meeting until an entry.
func (a *archive) told(id conference.ConfID, seq uint64) {
	if a != nil {
		a.journal.Told(id, seq)
	}
}

// release leaves the timelines of meetings to another board, which goes on with them.
func (a *archive) release(meetings []conference.ConfID, now time.Time) {
	if a == nil {
		return
	}
	for _, id := range meetings {
		a.journal.Release(id, now)
	}
}

// note is for Registry.Observe.
func (a *archive) note(c conference.Change, entries []timeline.Entry) {
	if a != nil {
		a.journal.Note(c, entries)
	}
}
