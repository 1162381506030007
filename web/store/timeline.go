package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"confboard/feed/conference"
)

// TimelineEntry is an entry of a timeline as it is kept.
type TimelineEntry struct {
	Occurrence int64
	Seq, Group uint64
	Kind       string
	// At and Received are kept to the millisecond.
	At, Received time.Time
	// Body and Personal are JSON. Personal has what is about people, and is Forgotten once that has been removed.
	Body, Personal string
}

// Forgotten stands for what was about people and has been removed.
const Forgotten = "-"

// Occurrence is one occurrence of a meeting as it is kept. Times that are not known are zero.
type Occurrence struct {
	ID           int64
	ConfID       conference.ConfID
	Title, Owner string
	// Watched and Until are when the board saw it first and last; Began and Ended its own times, Before saying that it began at
	// Began or earlier; Left is when it left the board.
	Watched, Began, Ended, Left, Until time.Time
	Before                             bool
	People                             int
	Summary                            string // JSON
}

// TimelineBatch is what is written of timelines at a time.
type TimelineBatch struct {
	// Run is when the board was started, Seen until when it is known to have been running.
	Run, Seen   time.Time
	Occurrences []Occurrence
	// Drop are the IDs of occurrences that are removed with their entries.
	Drop    []int64
	Entries []TimelineEntry
}

const putOccurrence = `INSERT INTO occurrence (id, conf_id, title, owner, title_folded, owner_folded, watched_at, began_at, began_before,
	ended_at, left_at, until_at, people, summary)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
	ON CONFLICT (id) DO UPDATE SET title = excluded.title, owner = excluded.owner, title_folded = excluded.title_folded,
	owner_folded = excluded.owner_folded, began_at = excluded.began_at, began_before = excluded.began_before, ended_at = excluded.ended_at,
	left_at = excluded.left_at, until_at = excluded.until_at, people = excluded.people, summary = excluded.summary`

const putEntry = `INSERT INTO timeline (occurrence, seq, grp, kind, at, received_at, body, personal) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
	ON CONFLICT (occurrence, seq) DO NOTHING`

// PutTimelines keeps a batch, whole or not at all. Entries that are there already are left as they are.
func (d *DB) PutTimelines(ctx context.Context, b TimelineBatch) error {
	return d.change(ctx, func(ctx context.Context, tx tx) error {
		if _, err := tx.run(ctx, `INSERT INTO board_run (started_at, seen_at) VALUES ($1, $2)
			ON CONFLICT (started_at) DO UPDATE SET seen_at = excluded.seen_at`, ms(b.Run), ms(b.Seen)); err != nil {
			return err
		}
		if err := each(ctx, tx, putOccurrence, b.Occurrences, func(o Occurrence) []any {
			return []any{o.ID, string(o.ConfID), o.Title, o.Owner, folded(o.Title) + "\n" + folded(string(o.ConfID)), folded(o.Owner), ms(o.Watched), ms(o.Began),
				number(o.Before), ms(o.Ended), ms(o.Left), ms(o.Until), o.People, o.Summary}
		}); err != nil {
			return err
		}
		if err := each(ctx, tx, putEntry, b.Entries, func(e TimelineEntry) []any {
			return []any{e.Occurrence, int64(e.Seq), int64(e.Group), e.Kind, ms(e.At), ms(e.Received), e.Body, e.Personal}
		}); err != nil {
			return err
		}
		one := func(id int64) []any { return []any{id} }
		if err := each(ctx, tx, "DELETE FROM timeline WHERE occurrence = $1", b.Drop, one); err != nil {
			return err
		}
		return each(ctx, tx, "DELETE FROM occurrence WHERE id = $1", b.Drop, one)
	})
}

// each runs a statement for each of several.
func each[T any](ctx context.Context, tx tx, statement string, all []T, args func(T) []any) (err error) {
	if len(all) == 0 {
		return nil
	}
	prepared, err := tx.PrepareContext(ctx, statement)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, prepared.Close()) }()
	for _, one := range all {
		if _, err := prepared.ExecContext(ctx, portable(args(one))...); err != nil {
			return err
		}
	}
	return nil
}

const occurrenceColumns = "id, conf_id, title, owner, watched_at, began_at, began_before, ended_at, left_at, until_at, people, summary"

func scanOccurrence(rows *sql.Rows) (o Occurrence, err error) {
	var watched, began, before, ended, left, until int64
	err = rows.Scan(&o.ID, &o.ConfID, &o.Title, &o.Owner, &watched, &began, &before, &ended, &left, &until, &o.People, &o.Summary)
	o.Watched, o.Began, o.Before, o.Ended, o.Left, o.Until = at(watched), at(began), before != 0, at(ended), at(left), at(until)
	return o, err
}

func scanEntry(rows *sql.Rows) (e TimelineEntry, err error) {
	var seq, group, when, received int64
	err = rows.Scan(&e.Occurrence, &seq, &group, &e.Kind, &when, &received, &e.Body, &e.Personal)
	e.Seq, e.Group, e.At, e.Received = uint64(seq), uint64(group), at(when), at(received)
	return e, err
}

// Interrupted is what the board had in hand when it was stopped.
type Interrupted struct {
	// Stopped is until when it is known to have been running; zero: it has not run before.
	Stopped time.Time
	// LastID is the highest ID of an occurrence, 0 if there is none.
	LastID int64
	// Occurrences are those that had not ended, the newest of each meeting, with when they were last in the board's hands.
	Occurrences []Occurrence
}

// lastingRun is for how long a board has to have been running, in milliseconds, until what it did not come to is taken to have left.
const lastingRun = 60_000

// Interrupt notes that all occurrences left the board when it was stopped, and returns those that had not ended.
func (d *DB) Interrupt(ctx context.Context) (i Interrupted, err error) {
	var stopped, settled int64
	err = d.change(ctx, func(ctx context.Context, tx tx) error {
		if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(seen_at), 0), COALESCE(MAX(CASE WHEN seen_at - started_at >= $1 THEN seen_at END), 0)
			FROM board_run`, lastingRun).Scan(&stopped, &settled); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, "SELECT COALESCE(MAX(id), 0) FROM occurrence").Scan(&i.LastID); err != nil {
			return err
		}
		// What was written last is not lost when the board did not get to note that it was running.
		_, err := tx.run(ctx, `UPDATE occurrence SET until_at = CASE WHEN ended_at = 0 AND until_at < $1 THEN $1 ELSE until_at END,
			left_at = CASE WHEN until_at < $1 THEN $1 ELSE until_at END WHERE left_at = 0`, stopped)
		return err
	})
	if err != nil {
		return i, err
	}
	i.Stopped = at(stopped)
	i.Occurrences, err = list(ctx, d, scanOccurrence, "SELECT "+occurrenceColumns+` FROM occurrence o WHERE ended_at = 0 AND left_at >= $1
		AND NOT EXISTS (SELECT 1 FROM occurrence later WHERE later.conf_id = o.conf_id AND later.id > o.id) ORDER BY id`, settled)
	return i, err
}

// LastEntries returns the newest n entries of an occurrence that were received since an instant, oldest first.
func (d *DB) LastEntries(ctx context.Context, occurrence int64, since time.Time, n int) ([]TimelineEntry, error) {
	return list(ctx, d, scanEntry, `SELECT occurrence, seq, grp, kind, at, received_at, body, personal FROM
		(SELECT * FROM timeline WHERE occurrence = $1 AND received_at >= $2 ORDER BY seq DESC LIMIT $3) newest ORDER BY seq`, occurrence, ms(since), n)
}

// EntriesBefore returns up to n entries of an occurrence that come before one of them, newest first; before 0 is from the newest on.
func (d *DB) EntriesBefore(ctx context.Context, occurrence int64, before uint64, n int) ([]TimelineEntry, error) {
	return read(ctx, d, scanEntry, `SELECT occurrence, seq, grp, kind, at, received_at, body, personal FROM timeline
		WHERE occurrence = $1 AND (CAST($2 AS BIGINT) = 0 OR seq < $2) ORDER BY seq DESC LIMIT $3`, occurrence, int64(before), n)
}

// EntriesAfter returns up to n entries of an occurrence that come after one of them, oldest first.
func (d *DB) EntriesAfter(ctx context.Context, occurrence int64, after uint64, n int) ([]TimelineEntry, error) {
	return read(ctx, d, scanEntry, `SELECT occurrence, seq, grp, kind, at, received_at, body, personal FROM timeline
		WHERE occurrence = $1 AND seq > $2 ORDER BY seq LIMIT $3`, occurrence, int64(after), n)
}

// TimelineLimits say what is to go.
type TimelineLimits struct {
	// Before is up to when everything goes, Personal what is about people.
	Before, Personal time.Time
	// Bytes is the most that the board's own file may have in use; the oldest entries go. The size of a server's database is looked after
	// by those who run it.
	Bytes int64
}

// pruneStep is how many rows go at a time, so that nobody waits for long.
const pruneStep = 500

// PruneTimelines removes a bounded part of what is to go. more: there may be more of it. bytes is what the file has in use.
func (d *DB) PruneTimelines(ctx context.Context, l TimelineLimits) (more bool, bytes int64, err error) {
	gone := int64(0)
	step := func(statement string, args ...any) error {
		n, err := d.run(ctx, statement, args...)
		gone = max(gone, n)
		return err
	}
	const oldest = "DELETE FROM timeline WHERE (occurrence, seq) IN (SELECT occurrence, seq FROM timeline WHERE received_at < $1 ORDER BY received_at LIMIT $2)"
	for _, s := range []struct {
		statement string
		args      []any
	}{
		{oldest, []any{ms(l.Before), pruneStep}},
		{`UPDATE timeline SET personal = '` + Forgotten + `' WHERE (occurrence, seq) IN (SELECT occurrence, seq FROM timeline
			WHERE personal <> '' AND personal <> '` + Forgotten + `' AND received_at < $1 LIMIT $2)`, []any{ms(l.Personal), pruneStep}},
		{`UPDATE occurrence SET owner = '', owner_folded = '' WHERE id IN (SELECT id FROM occurrence
			WHERE owner <> '' AND until_at < $1 LIMIT $2)`, []any{ms(l.Personal), pruneStep}},
		// Its entries are older than it, and have gone.
		{`DELETE FROM occurrence WHERE id IN (SELECT id FROM occurrence WHERE until_at < $1
			AND NOT EXISTS (SELECT 1 FROM timeline WHERE timeline.occurrence = occurrence.id) LIMIT $2)`, []any{ms(l.Before), pruneStep}},
		{"DELETE FROM board_run WHERE seen_at < $1", []any{ms(l.Before)}},
	} {
		if err := step(s.statement, s.args...); err != nil {
			return false, 0, err
		}
	}
	if bytes, err = d.used(ctx, d.readers); err != nil {
		return false, 0, err
	}
	if l.Bytes > 0 && bytes > l.Bytes && d.reclaims() {
		before := gone
		gone = 0
		if err := step(oldest, int64(1)<<62, pruneStep); err != nil {
			return false, bytes, err
		}
		if gone > 0 {
			return true, bytes, nil
		}
		gone = before // what is left is no timeline
	}
	return gone >= pruneStep, bytes, nil
}
