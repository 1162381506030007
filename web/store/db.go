package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DBFile is the name of the board's file, in dataDir.
const DBFile = "confboard.db"

//go:embed migrations/*.sql
var migrations embed.FS

// DB is the board's file: links, accounts, sessions, tokens, timelines. All methods are safe for concurrent use, and for several processes.
// They wait for the disk. Errors that can be told apart are ErrNoWrite, ErrNotFound and ErrExists; after an error nothing has
// changed.
type DB struct {
	sql     *sql.DB
	readers *sql.DB
	name    string
}

// OpenDB opens the file in a folder, which is made when missing, and brings it up to date. A damaged file is an ErrDamaged, one of
// a newer version an ErrNewer; both are left as they are.
func OpenDB(ctx context.Context, dataDir string) (*DB, error) {
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the data: %w", err)
	}
	d := &DB{name: filepath.Join(dataDir, DBFile)}
	var err error
	if d.sql, d.readers, err = connect(ctx, d.name); err == nil {
		if err = d.migrate(ctx); err != nil {
			err = errors.Join(err, d.Close())
		}
	}
	switch {
	case errors.Is(err, ErrDamaged):
		return nil, fmt.Errorf("open %s: %w; nothing in it was changed: put a backup in its place, or move it away to begin anew", d.name, err)
	case err != nil:
		return nil, fmt.Errorf("open %s: %w", d.name, err)
	}
	return d, nil
}

// Close ends the connections.
func (d *DB) Close() error { return errors.Join(d.readers.Close(), d.sql.Close()) }

// migration is one step to the tables as they are now. Steps are numbered for good, and not all numbers are used.
type migration struct {
	step int
	name string
}

// allMigrations lists the steps in their order: a file's name begins with its number.
func allMigrations() (all []migration, err error) {
	names, err := fs.Glob(migrations, "migrations/*.sql") // sorted
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		number, _, _ := strings.Cut(path.Base(name), "_")
		step, err := strconv.Atoi(number)
		if err != nil {
			return nil, fmt.Errorf("number of %s: %w", name, err)
		}
		all = append(all, migration{step, name})
	}
	return all, nil
}

// migrate brings the tables up to date, step by step: a step that was begun and not finished leaves nothing behind.
func (d *DB) migrate(ctx context.Context) error {
	all, err := allMigrations()
	if err != nil {
		return err
	}
	if _, err := d.sql.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS migration (step BIGINT NOT NULL PRIMARY KEY, applied_at BIGINT NOT NULL)"); err != nil {
		return fault(err)
	}
	done, err := list(ctx, d, func(rows *sql.Rows) (step int, err error) { return step, rows.Scan(&step) }, "SELECT step FROM migration")
	if err != nil {
		return err
	}
	for _, step := range done {
		if !slices.ContainsFunc(all, func(m migration) bool { return m.step == step }) {
			return fmt.Errorf("%w: this version does not know its step %d; run the newer version, or move the file away", ErrNewer, step)
		}
	}
	for _, m := range all {
		if slices.Contains(done, m.step) {
			continue
		}
		if err := d.apply(ctx, m); err != nil {
			return fmt.Errorf("%s: %w", path.Base(m.name), err)
		}
	}
	return nil
}

// apply takes one step, unless another process was faster.
func (d *DB) apply(ctx context.Context, m migration) error {
	text, err := migrations.ReadFile(m.name)
	if err != nil {
		return err
	}
	return d.change(ctx, func(tx *sql.Tx) error {
		var there int
		if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM migration WHERE step = $1", m.step).Scan(&there); err != nil || there > 0 {
			return err
		}
		if _, err := tx.ExecContext(ctx, string(text)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO migration (step, applied_at) VALUES ($1, $2)", m.step, time.Now().UnixMilli())
		return err
	})
}

// change runs f in a transaction.
func (d *DB) change(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := d.sql.BeginTx(ctx, nil)
	if err != nil {
		return fault(err)
	}
	if err := f(tx); err != nil {
		return errors.Join(fault(err), rolledBack(tx))
	}
	return fault(tx.Commit())
}

// rolledBack takes a transaction back; SQLite has done so itself after a grave error.
func rolledBack(tx *sql.Tx) error {
	if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
		return fault(err)
	}
	return nil
}

// exec runs one statement that changes exactly one row, or is ErrNotFound.
func (d *DB) exec(ctx context.Context, statement string, args ...any) error {
	result, err := d.sql.ExecContext(ctx, statement, args...)
	if err != nil {
		return fault(err)
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	return err
}

// insert adds a row unless one with the same key is there, which is ErrExists.
func (d *DB) insert(ctx context.Context, count, key, statement string, args ...any) error {
	return d.change(ctx, func(tx *sql.Tx) error {
		var there int
		if err := tx.QueryRowContext(ctx, count, key).Scan(&there); err != nil {
			return err
		}
		if there > 0 {
			return ErrExists
		}
		_, err := tx.ExecContext(ctx, statement, args...)
		return err
	})
}

// list runs a query and scans every row. It waits for what is being written.
func list[T any](ctx context.Context, d *DB, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	return listed(ctx, d.sql, scan, query, args...)
}

// read does the same beside what is being written.
func read[T any](ctx context.Context, d *DB, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	return listed(ctx, d.readers, scan, query, args...)
}

func listed[T any](ctx context.Context, db *sql.DB, scan func(*sql.Rows) (T, error), query string, args ...any) (all []T, err error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fault(err)
	}
	defer func() { err = errors.Join(err, fault(rows.Close())) }()
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, fault(err)
		}
		all = append(all, one)
	}
	return all, fault(rows.Err())
}

// Times are ms since 1970 UTC, 0 where there is none.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// Backup writes a copy, as of one moment, to a file that does not exist yet, readable by its owner only. The board may go on
// writing meanwhile.
func (d *DB) Backup(ctx context.Context, name string) error {
	f, err := create(name) // so that it has its rights before its content, which SQLite writes into an empty file
	if err != nil {
		return fmt.Errorf("make the copy: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("make the copy: %w", err)
	}
	if err := d.copyTo(ctx, name); err != nil {
		return errors.Join(fmt.Errorf("copy %s: %w", d.name, err), removed(name))
	}
	return nil
}
