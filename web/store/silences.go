package store

import (
	"context"
	"database/sql"
	"time"

	"confboard/feed/conference"
)

// Silence is a silence of a meeting, as it is kept.
type Silence struct {
	ConfID conference.ConfID
	conference.Silence
}

const (
	// mostSilences is how many are read at most, the newest; each takes about 200 bytes.
	mostSilences = 10_000
	// keepSilences is for how long one is kept that ends with its meeting, should the board never hear of that end.
	keepSilences = 30 * 24 * time.Hour
)

// Silences returns those that may be in force at an instant, the oldest first.
func (d *DB) Silences(ctx context.Context, now time.Time) ([]Silence, error) {
	return list(ctx, d, func(rows *sql.Rows) (s Silence, err error) {
		var field string
		var made, until, began int64
		err = rows.Scan(&s.ConfID, &s.Cause.Rule, &field, &s.Cause.Profile, &s.Seen, &s.By, &s.Note, &made, &until, &began)
		s.Cause.Field, _ = conference.FieldByWireName(field)
		s.At, s.Until, s.Began = at(made), at(until), at(began)
		return s, err
	}, `SELECT conf_id, rule, field, profile, seen, made_by, note, made_at, until_at, began_at FROM (
		SELECT * FROM silence WHERE until_at > $1 OR (until_at = 0 AND made_at > $2) ORDER BY made_at DESC LIMIT $3
		) AS newest ORDER BY made_at, conf_id, rule, field, profile`, ms(now), ms(now.Add(-keepSilences)), mostSilences)
}

// PutSilence keeps a silence, in place of an earlier one of the same concern.
func (d *DB) PutSilence(ctx context.Context, s Silence) error {
	_, err := d.run(ctx, `INSERT INTO silence (conf_id, rule, field, profile, seen, made_by, note, made_at, until_at, began_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (conf_id, rule, field, profile) DO UPDATE SET seen = excluded.seen, made_by = excluded.made_by, note = excluded.note,
		made_at = excluded.made_at, until_at = excluded.until_at, began_at = excluded.began_at`,
		string(s.ConfID), string(s.Cause.Rule), fieldOf(s.Cause), s.Cause.Profile, number(s.Seen), s.By, s.Note, ms(s.At), ms(s.Until), ms(s.Began))
	return err
}

// RemoveSilence forgets a silence; one that is not there is none.
func (d *DB) RemoveSilence(ctx context.Context, id conference.ConfID, c conference.Cause) error {
	_, err := d.run(ctx, "DELETE FROM silence WHERE conf_id = $1 AND rule = $2 AND field = $3 AND profile = $4",
		string(id), string(c.Rule), fieldOf(c), c.Profile)
	return err
}

// ForgetSilences removes those that Silences does not return any more.
func (d *DB) ForgetSilences(ctx context.Context, now time.Time) error {
	_, err := d.run(ctx, "DELETE FROM silence WHERE (until_at > 0 AND until_at <= $1) OR (until_at = 0 AND made_at <= $2)",
		ms(now), ms(now.Add(-keepSilences)))
	return err
}

// fieldOf is the wire name of the field that a cause is about; empty for a rule that is about none.
func fieldOf(c conference.Cause) string {
	if c.Rule != conference.Drift {
		return ""
	}
	return c.Field.WireName()
}
