package store

import (
	"context"
	"database/sql"
	"time"

	"confboard/feed/conference"
)

// Share is a link as it is kept: of the secret in its address, only the digest.
type Share struct {
	conference.Share
	Digest string
}

// Shares returns all links, the oldest first.
func (d *DB) Shares(ctx context.Context) ([]Share, error) {
	return list(ctx, d, func(rows *sql.Rows) (s Share, err error) {
		var created, expires, began, ended, revoked, seen int64
		err = rows.Scan(&s.ID, &s.Digest, &s.ConfID, &s.Note, &s.By, &s.Shows.Names, &s.Shows.People, &s.Shows.Layout, &s.WithMeeting,
			&created, &expires, &began, &ended, &revoked, &seen)
		s.Created, s.Expires, s.Began, s.Ended, s.Revoked, s.Seen = at(created), at(expires), at(began), at(ended), at(revoked), at(seen)
		return s, err
	}, `SELECT id, digest, conf_id, note, made_by, shows_names, shows_people, shows_layout, with_meeting,
		created_at, expires_at, began_at, ended_at, revoked_at, seen_at FROM link ORDER BY created_at, id`)
}

// AddShare keeps a new link.
func (d *DB) AddShare(ctx context.Context, s Share) error {
	return d.insert(ctx, KindLinks, "SELECT COUNT(*) FROM link WHERE id = $1", s.ID,
		`INSERT INTO link (id, digest, conf_id, note, made_by, shows_names, shows_people, shows_layout, with_meeting,
		created_at, expires_at, began_at, ended_at, revoked_at, seen_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		s.ID, s.Digest, string(s.ConfID), s.Note, s.By, number(s.Shows.Names), number(s.Shows.People), number(s.Shows.Layout), number(s.WithMeeting),
		ms(s.Created), ms(s.Expires), ms(s.Began), ms(s.Ended), ms(s.Revoked), ms(s.Seen))
}

// UpdateShares keeps what became of links: when they began, ended, were revoked and were seen. None of these is ever taken back by a
// writer that knows less. A link that has been forgotten stays so. After an error none is kept.
func (d *DB) UpdateShares(ctx context.Context, all []conference.Share) error {
	return d.change(ctx, func(ctx context.Context, tx tx) error {
		changed, err := each(ctx, tx, `UPDATE link SET
			began_at = CASE WHEN began_at = 0 THEN $2 ELSE began_at END,
			ended_at = CASE WHEN ended_at = 0 THEN $3 ELSE ended_at END,
			revoked_at = CASE WHEN revoked_at = 0 THEN $4 ELSE revoked_at END
			WHERE id = $1 AND (began_at = 0 AND began_at < $2 OR ended_at = 0 AND ended_at < $3 OR revoked_at = 0 AND revoked_at < $4)`,
			all, func(s conference.Share) []any { return []any{s.ID, ms(s.Began), ms(s.Ended), ms(s.Revoked)} })
		if err != nil {
			return err
		}
		if changed > 0 {
			tx.changed(KindLinks)
		}
		_, err = each(ctx, tx, "UPDATE link SET seen_at = $2 WHERE id = $1 AND seen_at < $2", all, func(s conference.Share) []any { return []any{s.ID, ms(s.Seen)} })
		return err
	})
}

// ForgetShares removes the links that have not opened since an instant.
func (d *DB) ForgetShares(ctx context.Context, before time.Time) error {
	_, err := d.run(ctx, KindLinks, `DELETE FROM link WHERE (revoked_at > 0 AND revoked_at < $1) OR (ended_at > 0 AND ended_at < $1)
		OR (expires_at > 0 AND expires_at < $1)`, ms(before))
	return err
}

func number(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}
