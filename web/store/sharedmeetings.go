package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"

	"confboard/feed/conference"
	"confboard/web/seal"
)

// SharedMeetings are the meetings that were added by hand, kept in a server's database: there no host password is in clear. All methods
// wait for the server, and are safe for concurrent use, and for several boards.
type SharedMeetings struct {
	db  *DB
	key *seal.Key
}

// SharedMeetings returns them. secret is what their passwords are sealed with: it is the same for all boards, and for good.
func (d *DB) SharedMeetings(secret conference.Secret) (*SharedMeetings, error) {
	key, err := seal.New(secret, seal.Passwords)
	if err != nil {
		return nil, fmt.Errorf("keep meetings in the database: %w", err)
	}
	return &SharedMeetings{d, key}, nil
}

// Read returns the meetings in the order in which they were added. One whose password was sealed with another secret is an ErrSealed.
func (s *SharedMeetings) Read(ctx context.Context) ([]Meeting, error) {
	return list(ctx, s.db, func(rows *sql.Rows) (m Meeting, err error) {
		var password string
		var added int64
		if err := rows.Scan(&m.ConfID, &password, &m.Name, &m.Group, &added); err != nil {
			return m, err
		}
		m.Added = at(added)
		m.HostPassword, err = s.open(password, m.ConfID)
		return m, err
	}, "SELECT conf_id, password, name, grp, added_at FROM meeting_by_hand ORDER BY place, conf_id")
}

// Put adds a meeting, or replaces the one of the same ID in its place. Errors that can be told apart are ErrInvalid and ErrFull.
func (s *SharedMeetings) Put(ctx context.Context, m Meeting) error {
	if err := m.validate(); err != nil {
		return err
	}
	return s.db.change(ctx, func(ctx context.Context, tx tx) error { return s.put(ctx, tx, m) })
}

func (s *SharedMeetings) put(ctx context.Context, tx tx, m Meeting) error {
	tx.changed(KindMeetings)
	n, err := changedRows(tx.run(ctx, "UPDATE meeting_by_hand SET password = $2, name = $3, grp = $4, added_at = $5 WHERE conf_id = $1",
		string(m.ConfID), s.seal(m), m.Name, m.Group, ms(m.Added)))
	if err != nil || n > 0 {
		return err
	}
	var count, last int64
	if err := tx.QueryRowContext(ctx, "SELECT COUNT(*), COALESCE(MAX(place), 0) FROM meeting_by_hand").Scan(&count, &last); err != nil {
		return err
	}
	if count >= MaxMeetings {
		return fmt.Errorf("%w: %d is the most", ErrFull, MaxMeetings)
	}
	_, err = tx.run(ctx, "INSERT INTO meeting_by_hand (conf_id, place, password, name, grp, added_at) VALUES ($1, $2, $3, $4, $5, $6)",
		string(m.ConfID), last+1, s.seal(m), m.Name, m.Group, ms(m.Added))
	return err
}

// Delete removes a meeting; ErrNotFound when there is none.
func (s *SharedMeetings) Delete(ctx context.Context, id conference.ConfID) error {
	return s.db.exec(ctx, KindMeetings, "DELETE FROM meeting_by_hand WHERE conf_id = $1", string(id))
}

// Import adds meetings, all or none, and returns how many. It is ErrThere when there are some already.
func (s *SharedMeetings) Import(ctx context.Context, all []Meeting) (n int, err error) {
	err = s.db.change(ctx, func(ctx context.Context, tx tx) error {
		n = 0
		var there int
		if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM meeting_by_hand").Scan(&there); err != nil {
			return err
		}
		if there > 0 {
			return fmt.Errorf("%w: %s has meetings that were added by hand", ErrThere, s.db.name)
		}
		for _, m := range all {
			if err := s.put(ctx, tx, m); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// seal returns a meeting's password as it is kept; empty for none.
func (s *SharedMeetings) seal(m Meeting) string {
	if m.HostPassword.IsZero() {
		return ""
	}
	return base64.StdEncoding.EncodeToString(s.key.Seal([]byte(m.HostPassword.Reveal()), string(m.ConfID)))
}

// ErrSealed: what is in the database was sealed with another secret.
var ErrSealed = errors.New("the host passwords in the database were sealed with another secret: all boards need the same cluster.secretFile, and it stays")

func (s *SharedMeetings) open(kept string, id conference.ConfID) (conference.Secret, error) {
	if kept == "" {
		return conference.Secret{}, nil
	}
	sealed, err := base64.StdEncoding.DecodeString(kept)
	if err != nil {
		return conference.Secret{}, fmt.Errorf("meeting %s: %w", id, ErrSealed)
	}
	password, err := s.key.Open(sealed, string(id))
	if err != nil {
		return conference.Secret{}, fmt.Errorf("meeting %s: %w", id, ErrSealed)
	}
	return conference.NewSecret(string(password)), nil
}
