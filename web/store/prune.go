package store

import (
	"context"
	"time"
)

// TimelineLimits say what is to go.
type TimelineLimits struct {
	// Before is up to when everything goes, Personal what is about people.
	Before, Personal time.Time
	// Gone: what is in the hands of a board that was not seen since then has left it.
	Gone time.Time
	// Bytes is the most that the board's own file may have in use; the oldest entries go. The size of a server's database is looked after
	// by those who run it.
	Bytes int64
}

// pruneStep is how many rows go at a time, so that nobody waits for long.
const pruneStep = 500

// abandon notes that occurrences left boards that have gone for good, when those were last seen.
const abandon = `UPDATE occurrence SET until_at = CASE WHEN ended_at = 0 THEN ` + lastSeen + ` ELSE until_at END, left_at = ` + lastSeen + `
	WHERE left_at = 0 AND holder NOT IN (SELECT instance FROM instance_run WHERE seen_at >= $1)`

// lastSeen is when the board that has an occurrence in hand was last seen, or later the occurrence.
const lastSeen = "COALESCE((SELECT MAX(seen_at) FROM instance_run WHERE instance = occurrence.holder AND seen_at > occurrence.until_at), until_at)"

// PruneTimelines removes a bounded part of what is to go, unless another board is just at it. more: there may be more of it. bytes is what
// the file has in use.
func (d *DB) PruneTimelines(ctx context.Context, l TimelineLimits) (more bool, bytes int64, err error) {
	gone := int64(0)
	step := func(statement string, args ...any) error {
		n, err := d.runAlone(ctx, statement, args...)
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
		{abandon, []any{ms(l.Gone)}},
		{"DELETE FROM instance_run WHERE seen_at < $1", []any{ms(l.Before)}},
		{"DELETE FROM instance WHERE joined_at < $1 AND name NOT IN (SELECT instance FROM instance_run)", []any{ms(l.Before)}},
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

// runAlone runs one statement, and nothing when another board is at such a one.
func (d *DB) runAlone(ctx context.Context, statement string, args ...any) (changed int64, err error) {
	err = d.change(ctx, func(ctx context.Context, tx tx) error {
		changed = 0
		if alone, err := d.alone(ctx, tx); err != nil || !alone {
			return err
		}
		var err error
		changed, err = changedRows(tx.run(ctx, statement, args...))
		return err
	})
	return changed, err
}
