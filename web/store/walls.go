package store

import (
	"context"
	"database/sql"

	"confboard/feed/conference"
)

// Wall is a named wall as it is kept: of the secret in its address, only the digest, and nothing of how many screens show it.
type Wall struct {
	conference.Wall
	Digest string
	// On is the name of the instance that has its page open; empty when none has, or the board is alone.
	On string
}

// Walls returns all walls, the oldest first.
func (d *DB) Walls(ctx context.Context) ([]Wall, error) {
	return list(ctx, d, func(rows *sql.Rows) (w Wall, err error) {
		var created, since, seen int64
		err = rows.Scan(&w.ID, &w.Digest, &w.Name, &w.Query, &w.By, &w.Revision, &w.Build, &w.Screen, &created, &since, &seen, &w.On)
		w.Created, w.Since, w.Seen = at(created), at(since), at(seen)
		return w, err
	}, "SELECT id, digest, name, query, made_by, revision, build, screen, created_at, since_at, seen_at, seen_on FROM wall ORDER BY created_at, id")
}

// AddWall keeps a new wall.
func (d *DB) AddWall(ctx context.Context, w Wall) error {
	return d.insert(ctx, KindWalls, "SELECT COUNT(*) FROM wall WHERE id = $1", w.ID,
		`INSERT INTO wall (id, digest, name, query, made_by, revision, build, screen, created_at, since_at, seen_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		w.ID, w.Digest, w.Name, w.Query, w.By, w.Revision, w.Build, w.Screen, ms(w.Created), ms(w.Since), ms(w.Seen))
}

// UpdateWall keeps what an admin changed of a wall; ErrNotFound when it has been removed.
func (d *DB) UpdateWall(ctx context.Context, w Wall) error {
	return d.exec(ctx, KindWalls, "UPDATE wall SET digest = $2, name = $3, query = $4, revision = CASE WHEN revision < $5 THEN $5 ELSE revision END WHERE id = $1", w.ID, w.Digest, w.Name, w.Query, w.Revision)
}

// SeeWall keeps what a wall told of itself, when it was seen and whether it is there, and that it is to be loaded anew. A wall that has
// been removed stays so.
func (d *DB) SeeWall(ctx context.Context, w conference.Wall) error {
	on := ""
	if w.Screens > 0 {
		on = d.instance.Name
	}
	_, err := d.run(ctx, KindWalls, `UPDATE wall SET build = $2, screen = $3, since_at = $4, seen_at = $5, seen_on = $7,
		revision = CASE WHEN revision < $6 THEN $6 ELSE revision END WHERE id = $1`, w.ID, w.Build, w.Screen, ms(w.Since), ms(w.Seen), w.Revision, on)
	return err
}

// RemoveWall forgets a wall; one that is not there is none.
func (d *DB) RemoveWall(ctx context.Context, id string) error {
	_, err := d.run(ctx, KindWalls, "DELETE FROM wall WHERE id = $1", id)
	return err
}
