package store

import (
	"context"
	"database/sql"
	"errors"
)

// AdminToken returns how many one-time tokens of the admins have been used, of all boards together. None of them is kept.
func (d *DB) AdminToken(ctx context.Context) (used int64, err error) {
	all, err := list(ctx, d, func(rows *sql.Rows) (n int64, err error) { return n, rows.Scan(&n) }, "SELECT number FROM admin_token WHERE id = 1")
	if err != nil || len(all) == 0 {
		return 0, err
	}
	return all[0], nil
}

// UseAdminToken notes that one more has been used, after so many; ErrNotFound when another board was faster.
func (d *DB) UseAdminToken(ctx context.Context, used int64) error {
	if used == 0 {
		err := d.insert(ctx, KindAdmins, "SELECT COUNT(*) FROM admin_token WHERE id = $1", "1", "INSERT INTO admin_token (id, number) VALUES (1, 1)")
		if errors.Is(err, ErrExists) {
			err = ErrNotFound
		}
		return err
	}
	return d.exec(ctx, KindAdmins, "UPDATE admin_token SET number = $1 + 1 WHERE id = 1 AND number = $1", used)
}
