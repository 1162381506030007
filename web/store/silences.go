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
		SELECT * FROM silence WHERE ended_at = 0 AND (until_at > $1 OR (until_at = 0 AND made_at > $2)) ORDER BY made_at DESC LIMIT $3
		) AS newest ORDER BY made_at, conf_id, rule, field, profile`, ms(now), ms(now.Add(-keepSilences)), mostSilences)
}

// PutSilence keeps a silence, in place of an earlier one of the same concern.
func (d *DB) PutSilence(ctx context.Context, s Silence) error {
	_, err := d.run(ctx, KindSilences, `INSERT INTO silence (conf_id, rule, field, profile, seen, made_by, note, made_at, until_at, began_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (conf_id, rule, field, profile) DO UPDATE SET seen = excluded.seen, made_by = excluded.made_by, note = excluded.note,
		made_at = excluded.made_at, until_at = excluded.until_at, began_at = excluded.began_at, ended_at = 0, ended_by = ''`,
		string(s.ConfID), string(s.Cause.Rule), fieldOf(s.Cause), s.Cause.Profile, number(s.Seen), s.By, s.Note, ms(s.At), ms(s.Until), ms(s.Began))
	return err
}

// EndedSilence is one that was ended by hand.
type EndedSilence struct {
	ConfID conference.ConfID
	Cause  conference.Cause
	By     string
}

// EndSilence ends a silence; one that is not there is none. Who ended it is kept for a while, so that other boards can tell.
func (d *DB) EndSilence(ctx context.Context, e EndedSilence, now time.Time) error {
	_, err := d.run(ctx, KindSilences, "UPDATE silence SET ended_at = $5, ended_by = $6 WHERE conf_id = $1 AND rule = $2 AND field = $3 AND profile = $4 AND ended_at = 0",
		string(e.ConfID), string(e.Cause.Rule), fieldOf(e.Cause), e.Cause.Profile, ms(now), e.By)
	return err
}

// EndedSilences returns those that were ended by hand a while ago at most.
func (d *DB) EndedSilences(ctx context.Context) ([]EndedSilence, error) {
	return list(ctx, d, func(rows *sql.Rows) (e EndedSilence, err error) {
		var field string
		err = rows.Scan(&e.ConfID, &e.Cause.Rule, &field, &e.Cause.Profile, &e.By)
		e.Cause.Field, _ = conference.FieldByWireName(field)
		return e, err
	}, "SELECT conf_id, rule, field, profile, ended_by FROM silence WHERE ended_at > 0")
}

// RemoveSilence forgets a silence that was made at an instant, or an earlier one of the same concern; one that is not there is none.
func (d *DB) RemoveSilence(ctx context.Context, id conference.ConfID, c conference.Cause, made time.Time) error {
	_, err := d.run(ctx, KindSilences, "DELETE FROM silence WHERE conf_id = $1 AND rule = $2 AND field = $3 AND profile = $4 AND made_at <= $5 AND ended_at = 0",
		string(id), string(c.Rule), fieldOf(c), c.Profile, ms(made))
	return err
}

// ForgetSilences removes those that are not returned any more.
func (d *DB) ForgetSilences(ctx context.Context, now time.Time) error {
	_, err := d.run(ctx, quiet, "DELETE FROM silence WHERE (until_at > 0 AND until_at <= $1) OR (until_at = 0 AND made_at <= $2) OR (ended_at > 0 AND ended_at <= $3)",
		ms(now), ms(now.Add(-keepSilences)), ms(now.Add(-keepNews)))
	return err
}

// fieldOf is the wire name of the field that a cause is about; empty for a rule that is about none.
func fieldOf(c conference.Cause) string {
	if c.Rule != conference.Drift {
		return ""
	}
	return c.Field.WireName()
}
