package store

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"confboard/feed/conference"
)

// Instance is one of several boards that share a server's database.
type Instance struct {
	// Name is its own, across restarts.
	Name string
	// Number is in the IDs that it gives to occurrences, so that no other gives the same: 1 to 1023, and 0 for a board that is alone.
	Number int64
}

// Instance returns which of several boards this is; its zero value for one that is alone.
func (d *DB) Instance() Instance { return d.instance }

// mostInstances is how many numbers there are. When all have been given, a new name gets that of the one which was seen last the longest ago.
const mostInstances = 1 << 10

// claimWithin is for how long a claim waits for the one of a board that has just ended, of which the server need not know yet.
const claimWithin = 1500 * time.Millisecond

// Claim makes a server's database this board's own until Close; ErrClaimed while another board has it, or several share it. A board's
// own file is claimed by nobody: whoever can write to it is on the same machine.
func (d *DB) Claim(ctx context.Context) error {
	return d.hold(ctx, func(ctx context.Context, conn *sql.Conn) error {
		return locked(ctx, conn, ErrClaimed, "SELECT pg_try_advisory_lock("+schemaLock+")", claimLock)
	})
}

// Join makes this board one of several that share a server's database until Close, under a name that it has across restarts. It is
// ErrClaimed while a board has the database for itself, ErrNamed while another one of the same name is running, and ErrSecret while one
// with another secret is. It is to be called before anything of timelines is written.
func (d *DB) Join(ctx context.Context, name string, secret conference.Secret) (i Instance, err error) {
	if name == "" {
		return i, errors.New("an instance needs a name")
	}
	proof, err := hkdf.Key(sha256.New, []byte(secret.Reveal()), nil, "confboard proof of the secret", 8)
	if err != nil {
		return i, fmt.Errorf("prove the secret: %w", err)
	}
	i = Instance{Name: name}
	if i.Number, err = d.number(ctx, name, hex.EncodeToString(proof)); err != nil {
		return i, fmt.Errorf("number the instance %s: %w", name, err)
	}
	if err := d.hold(ctx, func(ctx context.Context, conn *sql.Conn) error {
		if err := locked(ctx, conn, ErrClaimed, "SELECT pg_try_advisory_lock_shared("+schemaLock+")", claimLock); err != nil {
			return err
		}
		return locked(ctx, conn, ErrNamed, "SELECT pg_try_advisory_lock("+schemaLock+")", instanceLock+i.Number)
	}); err != nil {
		return i, err
	}
	d.instance = i
	return i, nil
}

// runningNow is how long ago an instance that is running was seen at most: it says so every minute.
const runningNow = 2 * time.Minute

// number returns the number of a name, which gets one when it has none. proof is of the secret that the instances have in common.
func (d *DB) number(ctx context.Context, name, proof string) (number int64, err error) {
	now := time.Now()
	err = d.change(ctx, func(ctx context.Context, tx tx) error {
		var others int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM instance WHERE name <> $1 AND proof <> $2
			AND name IN (SELECT instance FROM instance_run WHERE seen_at >= $3)`, name, proof, ms(now.Add(-runningNow))).Scan(&others); err != nil {
			return err
		}
		if others > 0 {
			return ErrSecret
		}
		switch err := tx.QueryRowContext(ctx, "SELECT number FROM instance WHERE name = $1", name).Scan(&number); {
		case err == nil:
			_, err := tx.run(ctx, "UPDATE instance SET joined_at = $2, proof = $3 WHERE name = $1", name, ms(now), proof)
			return err
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		// The lowest that is free: the one after the first that no other follows.
		if err := tx.QueryRowContext(ctx, `SELECT MIN(n.number) + 1 FROM (SELECT 0 AS number UNION ALL SELECT number FROM instance) n
			WHERE NOT EXISTS (SELECT 1 FROM instance next WHERE next.number = n.number + 1)`).Scan(&number); err != nil {
			return err
		}
		if number >= mostInstances {
			if err := tx.QueryRowContext(ctx, `SELECT number FROM instance
				ORDER BY COALESCE((SELECT MAX(seen_at) FROM instance_run WHERE instance_run.instance = instance.name), 0), joined_at LIMIT 1`).Scan(&number); err != nil {
				return err
			}
			if _, err := tx.run(ctx, "DELETE FROM instance WHERE number = $1", number); err != nil {
				return err
			}
		}
		_, err := tx.run(ctx, "INSERT INTO instance (name, number, joined_at, proof) VALUES ($1, $2, $3, $4)", name, number, ms(now), proof)
		return err
	})
	return number, err
}

// hold has claims made on a connection that is kept until Close. In a board's own file there is nothing to claim.
func (d *DB) hold(ctx context.Context, claim func(context.Context, *sql.Conn) error) error {
	p, is := d.engine.(postgresServer)
	if !is {
		return nil
	}
	ctx, cancel := p.within(ctx)
	defer cancel()
	conn, err := d.sql.Conn(ctx)
	if err != nil {
		return fault(err)
	}
	if err := claim(ctx, conn); err != nil {
		// The connection goes back to the pool, and what was claimed must not go with it.
		unlocking, cancel := p.within(context.WithoutCancel(ctx))
		defer cancel()
		_, unlocked := conn.ExecContext(unlocking, "SELECT pg_advisory_unlock_all()")
		return errors.Join(d.claimFault(err), fault(unlocked), conn.Close())
	}
	d.claim, d.claimed = conn, claim
	return nil
}

// Reclaim makes the claim again with which the server's database became this board's, or this board one of several, when it was lost with
// its connection. An error is as for that, and says that meanwhile somebody else can have the database. It is not to be called beside
// Close.
func (d *DB) Reclaim(ctx context.Context) error {
	if d.claim == nil {
		return nil
	}
	alive, cancel := d.within(ctx)
	defer cancel()
	if d.claim.PingContext(alive) == nil {
		return nil
	}
	_ = d.claim.Close() // it is broken
	return d.hold(ctx, d.claimed)
}

func (d *DB) claimFault(err error) error {
	if errors.Is(err, ErrClaimed) || errors.Is(err, ErrNamed) {
		return fmt.Errorf("%w: %s", err, d.name)
	}
	return fault(err)
}

// locked asks for a lock, for a while.
func locked(ctx context.Context, conn *sql.Conn, refused error, question string, args ...any) error {
	for deadline := time.Now().Add(claimWithin); ; pause(ctx, claimWithin/30) {
		var ours bool
		if err := conn.QueryRowContext(ctx, question, args...).Scan(&ours); err != nil || ours {
			return err
		}
		if time.Now().After(deadline) {
			return refused
		}
	}
}
