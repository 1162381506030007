package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// EndedQuery is which of the meetings that have ended, or left the board, are asked for. Those that were never in progress are none.
type EndedQuery struct {
	// Words all occur in title, ID or owner, in any case and width.
	Words string
	// From and To bound when a meeting was in progress: in some part of the time from From until before To. Either can be zero.
	From, To time.Time
}

// where is the condition of a query, with its arguments.
func (q EndedQuery) where() (condition string, args []any) {
	var all []string
	add := func(format string, arg any) {
		args = append(args, arg)
		all = append(all, strings.ReplaceAll(format, "?", fmt.Sprint("$", len(args))))
	}
	all = append(all, "began_at > 0 AND (ended_at > 0 OR left_at > 0)")
	for _, word := range strings.Fields(folded(q.Words)) {
		add(`(title_folded LIKE ? ESCAPE '\' OR owner_folded LIKE ? ESCAPE '\')`, "%"+strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(word)+"%")
	}
	if !q.From.IsZero() {
		add("CASE WHEN ended_at > 0 THEN ended_at ELSE until_at END >= ?", ms(q.From))
	}
	if !q.To.IsZero() {
		add("began_at < ?", ms(q.To))
	}
	return strings.Join(all, " AND "), args
}

// CountEnded returns how many there are.
func (d *DB) CountEnded(ctx context.Context, q EndedQuery) (n int, err error) {
	where, args := q.where()
	counts, err := read(ctx, d, func(rows *sql.Rows) (n int, err error) { return n, rows.Scan(&n) }, "SELECT COUNT(*) FROM occurrence WHERE "+where, args...)
	if err != nil {
		return 0, err
	}
	return counts[0], nil
}

// Ended returns up to n of them, those that began last first, after having left out so many.
func (d *DB) Ended(ctx context.Context, q EndedQuery, skip, n int) ([]Occurrence, error) {
	where, args := q.where()
	return read(ctx, d, scanOccurrence, fmt.Sprintf("SELECT %s FROM occurrence WHERE %s ORDER BY began_at DESC, id DESC LIMIT %d OFFSET %d", occurrenceColumns, where, n, skip), args...)
}

// EndedAfter returns up to n of them that come after one of them in that order: one that began then, with that ID.
func (d *DB) EndedAfter(ctx context.Context, q EndedQuery, began time.Time, id int64, n int) ([]Occurrence, error) {
	where, args := q.where()
	k := len(args)
	args = append(args, ms(began), id)
	return read(ctx, d, scanOccurrence, fmt.Sprintf("SELECT %s FROM occurrence WHERE %s AND (began_at < $%d OR began_at = $%d AND id < $%d) ORDER BY began_at DESC, id DESC LIMIT %d",
		occurrenceColumns, where, k+1, k+1, k+2, n), args...)
}

// Occurrence returns one, which may be going on, or ErrNotFound.
func (d *DB) Occurrence(ctx context.Context, id int64) (Occurrence, error) {
	found, err := read(ctx, d, scanOccurrence, "SELECT "+occurrenceColumns+" FROM occurrence WHERE id = $1", id)
	switch {
	case err != nil:
		return Occurrence{}, err
	case len(found) == 0:
		return Occurrence{}, ErrNotFound
	}
	return found[0], nil
}

// folded makes texts comparable that differ only in case or in width, or in how an accent is put on its letter.
func folded(s string) string { return cases.Fold().String(norm.NFKC.String(s)) }
