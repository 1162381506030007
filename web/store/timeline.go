package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
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
	Drop []int64
	// Void are entries that are removed before others are kept.
	Void    []VoidEntries
	Entries []TimelineEntry
}

// VoidEntries are the entries of an occurrence that come after one of them, until another one.
type VoidEntries struct {
	Occurrence   int64
	After, Until uint64
}

// occurrenceRows and entryRows are what timelines are written to. An occurrence that was seen later than the one that is written is left as it is.
var (
	occurrenceRows = insertion{table: "occurrence", columns: []string{"id", "conf_id", "title", "owner", "title_folded", "owner_folded", "watched_at", "began_at",
		"began_before", "ended_at", "left_at", "until_at", "people", "summary", "holder"},
		conflict: `(id) DO UPDATE SET title = excluded.title, owner = excluded.owner, title_folded = excluded.title_folded,
	owner_folded = excluded.owner_folded, began_at = excluded.began_at, began_before = excluded.began_before, ended_at = excluded.ended_at,
	left_at = excluded.left_at, until_at = excluded.until_at, people = excluded.people, summary = excluded.summary, holder = excluded.holder
	WHERE occurrence.until_at <= excluded.until_at`}
	entryRows = insertion{table: "timeline", columns: []string{"occurrence", "seq", "grp", "kind", "at", "received_at", "body", "personal"},
		conflict: "(occurrence, seq) DO NOTHING"}
)

// PutTimelines keeps a batch, whole or not at all. Entries that are there already are left as they are, and so is an occurrence that has
// been seen later than this one: another instance goes on with it. A batch can therefore be written again when nobody knows whether it was.
func (d *DB) PutTimelines(ctx context.Context, b TimelineBatch) error {
	return d.change(ctx, func(ctx context.Context, tx tx) error {
		if _, err := tx.run(ctx, `INSERT INTO instance_run (instance, started_at, seen_at) VALUES ($1, $2, $3)
			ON CONFLICT (instance, started_at) DO UPDATE SET seen_at = excluded.seen_at`, d.instance.Name, ms(b.Run), ms(b.Seen)); err != nil {
			return err
		}
		if err := insertAll(ctx, tx, occurrenceRows, newest(b.Occurrences), func(o Occurrence) []any {
			return []any{o.ID, string(o.ConfID), o.Title, o.Owner, folded(o.Title) + "\n" + folded(string(o.ConfID)), folded(o.Owner), ms(o.Watched), ms(o.Began),
				number(o.Before), ms(o.Ended), ms(o.Left), ms(o.Until), o.People, o.Summary, d.instance.Name}
		}); err != nil {
			return err
		}
		if _, err := each(ctx, tx, "DELETE FROM timeline WHERE occurrence = $1 AND seq > $2 AND seq <= $3", b.Void, func(v VoidEntries) []any {
			return []any{v.Occurrence, int64(v.After), int64(v.Until)}
		}); err != nil {
			return err
		}
		if err := insertAll(ctx, tx, entryRows, b.Entries, func(e TimelineEntry) []any {
			return []any{e.Occurrence, int64(e.Seq), int64(e.Group), e.Kind, ms(e.At), ms(e.Received), e.Body, e.Personal}
		}); err != nil {
			return err
		}
		one := func(id int64) []any { return []any{id} }
		if _, err := each(ctx, tx, "DELETE FROM timeline WHERE occurrence = $1", b.Drop, one); err != nil {
			return err
		}
		_, err := each(ctx, tx, "DELETE FROM occurrence WHERE id = $1", b.Drop, one)
		return err
	})
}

// newest is of each occurrence the last one: a statement changes a row once.
func newest(all []Occurrence) []Occurrence {
	last := make(map[int64]int, len(all))
	for i, o := range all {
		last[o.ID] = i
	}
	if len(last) == len(all) {
		return all
	}
	var kept []Occurrence
	for i, o := range all {
		if last[o.ID] == i {
			kept = append(kept, o)
		}
	}
	return kept
}

// each runs a statement for each of several, and returns how many rows that changed.
func each[T any](ctx context.Context, tx tx, statement string, all []T, args func(T) []any) (changed int64, err error) {
	if len(all) == 0 {
		return 0, nil
	}
	prepared, err := tx.PrepareContext(ctx, statement)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, prepared.Close()) }()
	for _, one := range all {
		n, err := changedRows(prepared.ExecContext(ctx, portable(args(one))...))
		if err != nil {
			return 0, err
		}
		changed += n
	}
	return changed, nil
}

const occurrenceColumns = "id, conf_id, title, owner, watched_at, began_at, began_before, ended_at, left_at, until_at, people, summary"

func scanOccurrence(rows *sql.Rows) (Occurrence, error) { return scanOccurrenceWith(rows) }

// scanOccurrenceWith scans further columns as well.
func scanOccurrenceWith(rows *sql.Rows, more ...any) (o Occurrence, err error) {
	var watched, began, before, ended, left, until int64
	err = rows.Scan(append([]any{&o.ID, &o.ConfID, &o.Title, &o.Owner, &watched, &began, &before, &ended, &left, &until, &o.People, &o.Summary}, more...)...)
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

// Interrupt notes that the occurrences which the board had in hand left it when it was stopped, and returns those that had not ended. A
// board that is alone had all of them. One of several had its own, and those of a board that was alone before: what the others have in
// hand is theirs.
func (d *DB) Interrupt(ctx context.Context) (i Interrupted, err error) {
	var open []string // the conditions of what is returned
	var args []any
	err = d.change(ctx, func(ctx context.Context, tx tx) error {
		i, open, args = Interrupted{}, nil, nil
		if err := tx.QueryRowContext(ctx, "SELECT COALESCE(MAX(id), 0) FROM occurrence").Scan(&i.LastID); err != nil {
			return err
		}
		holders, err := d.holders(ctx, tx)
		if err != nil {
			return err
		}
		for _, holder := range holders {
			stopped, settled, err := interrupt(ctx, tx, holder)
			if err != nil {
				return err
			}
			if i.Stopped.Before(at(stopped)) {
				i.Stopped = at(stopped)
			}
			args = append(args, holder, settled)
			open = append(open, fmt.Sprintf("holder = $%d AND left_at >= $%d", len(args)-1, len(args)))
		}
		return nil
	})
	if err != nil {
		return i, err
	}
	i.Occurrences, err = list(ctx, d, scanOccurrence, "SELECT "+occurrenceColumns+` FROM occurrence o WHERE ended_at = 0 AND (`+strings.Join(open, " OR ")+`)
		AND NOT EXISTS (SELECT 1 FROM occurrence later WHERE later.conf_id = o.conf_id AND later.id > o.id) ORDER BY id`, args...)
	return i, err
}

// holders are the names of the boards whose occurrences are this one's when it starts.
func (d *DB) holders(ctx context.Context, tx tx) (names []string, err error) {
	if d.instance.Name != "" {
		return []string{"", d.instance.Name}, nil
	}
	rows, err := tx.QueryContext(ctx, "SELECT instance FROM instance_run UNION SELECT ''")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// interrupt notes that what a board had in hand left it. It returns until when it was running, and since when it had been for long when
// it was stopped; each 0 if never.
func interrupt(ctx context.Context, tx tx, holder string) (stopped, settled int64, err error) {
	if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(seen_at), 0), COALESCE(MAX(CASE WHEN seen_at - started_at >= $2 THEN seen_at END), 0)
		FROM instance_run WHERE instance = $1`, holder, lastingRun).Scan(&stopped, &settled); err != nil {
		return 0, 0, err
	}
	// What was written last is not lost when the board did not get to note that it was running.
	_, err = tx.run(ctx, `UPDATE occurrence SET until_at = CASE WHEN ended_at = 0 AND until_at < $1 THEN $1 ELSE until_at END,
		left_at = CASE WHEN until_at < $1 THEN $1 ELSE until_at END WHERE left_at = 0 AND holder = $2`, stopped, holder)
	return stopped, settled, err
}

// Unended returns the meetings whose newest occurrence had not ended when it was seen last, and is in some board's hands, or was since an
// instant.
func (d *DB) Unended(ctx context.Context, since time.Time) ([]conference.ConfID, error) {
	return read(ctx, d, func(rows *sql.Rows) (id conference.ConfID, err error) { return id, rows.Scan(&id) },
		`SELECT conf_id FROM occurrence o WHERE ended_at = 0 AND (left_at = 0 OR left_at >= $1)
		AND NOT EXISTS (SELECT 1 FROM occurrence later WHERE later.conf_id = o.conf_id AND later.id > o.id) ORDER BY conf_id`, ms(since))
}

// Going is an occurrence with which a board goes on.
type Going struct {
	Occurrence
	// LastSeq is that of the newest entry that is kept of it; 0: none is.
	LastSeq uint64
}

// Going returns, of each of some meetings, the newest occurrence if it is in some board's hands, or was since an instant.
func (d *DB) Going(ctx context.Context, meetings []conference.ConfID, since time.Time) (all []Going, err error) {
	for _, id := range meetings {
		found, err := list(ctx, d, func(rows *sql.Rows) (g Going, err error) {
			var seq int64
			g.Occurrence, err = scanOccurrenceWith(rows, &seq)
			g.LastSeq = uint64(seq)
			return g, err
		}, "SELECT "+occurrenceColumns+`, (SELECT COALESCE(MAX(seq), 0) FROM timeline WHERE timeline.occurrence = o.id) FROM occurrence o
			WHERE conf_id = $1 AND (left_at = 0 OR left_at >= $2)
			AND NOT EXISTS (SELECT 1 FROM occurrence later WHERE later.conf_id = o.conf_id AND later.id > o.id)`, string(id), ms(since))
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
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
