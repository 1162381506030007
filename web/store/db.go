package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

// DBFile is the name of the board's file, in dataDir.
const DBFile = "confboard.db"

//go:embed migrations/*.sql
var migrations embed.FS

// DB is what the board keeps: links, accounts, sessions, tokens, timelines. It is the board's own file, or a database of a PostgreSQL
// server. All methods are safe for concurrent use, and for several processes. They wait for the disk or the server. Errors that can be
// told apart are ErrNoWrite, ErrNotFound and ErrExists; after an error nothing has changed.
type DB struct {
	engine
	sql     *sql.DB
	readers *sql.DB
	claim   *sql.Conn                                       // holds the claim to a server's database; nil: none
	claimed func(ctx context.Context, conn *sql.Conn) error // makes the claim; nil: there is none
	name    string                                          // for people; that of a file, or of a server's database
	// instance is which of several boards this is; its zero value is that of a board that is alone.
	instance Instance
	// told is called with what was changed here.
	told atomic.Pointer[func(Kind)]
}

// engine is what the databases do differently.
type engine interface {
	// connect opens the database. Of what is written, readers see what has been confirmed.
	connect(ctx context.Context) (writer, readers *sql.DB, err error)
	// used is how many bytes of it are in use. reclaims: what has been removed counts no more.
	used(ctx context.Context, readers *sql.DB) (bytes int64, err error)
	reclaims() bool
	// queue has transactions that change the tables themselves wait for each other.
	queue(ctx context.Context, t tx) error
	// alone reports whether no other process is at what is to be done by one at a time, and keeps others away until the transaction ends.
	alone(ctx context.Context, t tx) (bool, error)
	// isolation is that of a transaction that changes something.
	isolation() sql.IsolationLevel
	// within bounds one statement, or one transaction.
	within(ctx context.Context) (context.Context, context.CancelFunc)
}

// OpenDB opens the file in a folder, which is made when missing, and brings it up to date. A damaged file is an ErrDamaged, one of
// a newer version an ErrNewer; both are left as they are.
func OpenDB(ctx context.Context, dataDir string) (*DB, error) {
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the data: %w", err)
	}
	name := filepath.Join(dataDir, DBFile)
	d, err := openWith(ctx, sqliteFile(name), name)
	switch {
	case errors.Is(err, ErrDamaged):
		return nil, fmt.Errorf("open %s: %w; nothing in it was changed: put a backup in its place, or move it away to begin anew", name, err)
	case err != nil:
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	return d, nil
}

func openWith(ctx context.Context, e engine, name string) (*DB, error) {
	d := &DB{engine: e, name: name}
	var err error
	if d.sql, d.readers, err = e.connect(ctx); err != nil {
		return nil, err
	}
	if err := d.migrate(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// Close ends the connections. It may be called again.
func (d *DB) Close() error {
	var err error
	if d.claim != nil {
		if err = d.claim.Close(); errors.Is(err, sql.ErrConnDone) { // it was lost
			err = nil
		}
		d.claim = nil
	}
	return errors.Join(err, d.readers.Close(), d.sql.Close())
}

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
	if err := d.change(ctx, func(ctx context.Context, tx tx) error {
		if err := d.queue(ctx, tx); err != nil {
			return err
		}
		_, err := tx.run(ctx, "CREATE TABLE IF NOT EXISTS migration (step BIGINT NOT NULL PRIMARY KEY, applied_at BIGINT NOT NULL)")
		return err
	}); err != nil {
		return err
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
	return d.change(ctx, func(ctx context.Context, tx tx) error {
		if err := d.queue(ctx, tx); err != nil {
			return err
		}
		var there int
		if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM migration WHERE step = $1", m.step).Scan(&there); err != nil || there > 0 {
			return err
		}
		if _, err := tx.run(ctx, string(text)); err != nil {
			return err
		}
		_, err := tx.run(ctx, "INSERT INTO migration (step, applied_at) VALUES ($1, $2)", m.step, time.Now().UnixMilli())
		return err
	})
}

// tx is a transaction.
type tx struct {
	*sql.Tx
	news *[]Kind // what it has changed
}

// run runs a statement.
func (t tx) run(ctx context.Context, statement string, args ...any) (sql.Result, error) {
	return t.ExecContext(ctx, statement, portable(args)...)
}

// attempts is how often a transaction is tried that others got in the way of.
const attempts = 10

// change runs f in a transaction; again when what others did at the same time does not allow for it, so f has no other effects.
func (d *DB) change(ctx context.Context, f func(context.Context, tx) error) (err error) {
	ctx, cancel := d.within(ctx)
	defer cancel()
	for n := range attempts {
		if err = d.try(ctx, f); !disturbed(err) {
			break
		}
		pause(ctx, rand.N(time.Duration(n+1)*5*time.Millisecond)) // so that those who met do not meet again
	}
	return err
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

func (d *DB) try(ctx context.Context, f func(context.Context, tx) error) error {
	begun, err := d.sql.BeginTx(ctx, &sql.TxOptions{Isolation: d.isolation()})
	if err != nil {
		return fault(err)
	}
	t := tx{begun, new([]Kind)}
	err = f(ctx, t)
	if err == nil {
		err = t.note(ctx)
	}
	if err != nil {
		return errors.Join(fault(err), rolledBack(begun))
	}
	if err := begun.Commit(); err != nil {
		return fault(err)
	}
	d.tell(*t.news)
	return nil
}

// rolledBack takes a transaction back; SQLite has done so itself after a grave error.
func rolledBack(tx *sql.Tx) error {
	if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
		return fault(err)
	}
	return nil
}

// run runs one statement that changes things of a kind, and returns how many rows it changed.
func (d *DB) run(ctx context.Context, kind Kind, statement string, args ...any) (changed int64, err error) {
	err = d.change(ctx, func(ctx context.Context, tx tx) error {
		var err error
		if changed, err = changedRows(tx.run(ctx, statement, args...)); changed > 0 {
			tx.changed(kind)
		}
		return err
	})
	return changed, err
}

// exec runs one statement that changes exactly one row, or is ErrNotFound.
func (d *DB) exec(ctx context.Context, kind Kind, statement string, args ...any) error {
	changed, err := d.run(ctx, kind, statement, args...)
	if err == nil && changed == 0 {
		err = ErrNotFound
	}
	return err
}

// portable makes texts of the arguments such that every database takes them: PostgreSQL has no room for the character 0, nor for what
// is not UTF-8. The arguments are changed in place.
func portable(args []any) []any {
	for i, arg := range args {
		if s, ok := arg.(string); ok && (strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s)) {
			args[i] = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", "\uFFFD"), "\uFFFD")
		}
	}
	return args
}

// insert adds something of a kind unless there is one with the same key, which is ErrExists.
func (d *DB) insert(ctx context.Context, kind Kind, count, key, statement string, args ...any) error {
	return d.change(ctx, func(ctx context.Context, tx tx) error {
		var there int
		if err := tx.QueryRowContext(ctx, count, key).Scan(&there); err != nil {
			return err
		}
		if there > 0 {
			return ErrExists
		}
		tx.changed(kind)
		_, err := tx.run(ctx, statement, args...)
		return err
	})
}

// list runs a query and scans every row. It waits for what is being written.
func list[T any](ctx context.Context, d *DB, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	return listed(ctx, d, d.sql, scan, query, args...)
}

// read does the same beside what is being written.
func read[T any](ctx context.Context, d *DB, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	return listed(ctx, d, d.readers, scan, query, args...)
}

func listed[T any](ctx context.Context, e engine, db *sql.DB, scan func(*sql.Rows) (T, error), query string, args ...any) (all []T, err error) {
	ctx, cancel := e.within(ctx)
	defer cancel()
	rows, err := db.QueryContext(ctx, query, portable(args)...)
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

// fault gives an error of the database its kind.
func fault(err error) error {
	for _, kind := range []error{sqliteKind(err), postgresKind(err)} {
		if kind != nil && !errors.Is(err, kind) {
			return fmt.Errorf("%w: %w", kind, err)
		}
	}
	return err
}
