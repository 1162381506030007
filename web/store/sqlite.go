package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// sqliteFile is the board's own file, by its name. What is SQLite's own is in this file.
type sqliteFile string

// connect opens the file. One connection writes: whatever is written waits for its turn here, and for other processes, such as a
// command beside the board, up to the busy timeout. Others read beside it what may be much, such as timelines.
func (f sqliteFile) connect(ctx context.Context) (writer, readers *sql.DB, err error) {
	name := string(f)
	if err := ensureFile(name); err != nil {
		return nil, nil, err
	}
	// WAL lets others read while the board writes; FULL makes what was confirmed outlive a power cut.
	if writer, err = open(name, "_txlock", "immediate", "busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)"); err != nil {
		return nil, nil, err
	}
	writer.SetMaxOpenConns(1)
	if err := inspect(ctx, writer); err != nil {
		return nil, nil, errors.Join(err, writer.Close())
	}
	if readers, err = open(name, "_txlock", "deferred", "busy_timeout(5000)", "query_only(1)"); err != nil {
		return nil, nil, errors.Join(err, writer.Close())
	}
	readers.SetMaxOpenConns(4)
	return writer, readers, nil
}

func open(name, option, value string, pragmas ...string) (*sql.DB, error) {
	parameters := url.Values{option: {value}, "_pragma": pragmas}
	return sql.Open("sqlite", "file:"+(&url.URL{Path: name}).EscapedPath()+"?"+parameters.Encode())
}

// ensureFile makes the file when it is missing, and makes it its owner's alone. SQLite gives its companions the same rights.
func ensureFile(name string) error {
	f, err := os.OpenFile(name, os.O_RDONLY|os.O_CREATE, ownerOnly)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoWrite, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("it is not a regular file; move it away")
	}
	if info.Mode().Perm()&othersRead != 0 {
		return f.Chmod(ownerOnly)
	}
	return nil
}

// inspect returns ErrDamaged for a file that is no database, or a broken one. The timelines, which can be large and without which the
// board can do, are not read for it.
func inspect(ctx context.Context, db *sql.DB) (err error) {
	rows, err := db.QueryContext(ctx, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'timeline'")
	if err != nil {
		return fault(err)
	}
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return errors.Join(fault(err), rows.Close())
		}
		tables = append(tables, name)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return fault(err)
	}
	for _, name := range tables {
		var verdict string
		if err := db.QueryRowContext(ctx, `PRAGMA quick_check("`+name+`")`).Scan(&verdict); err != nil {
			if there, e := hasTable(ctx, db, name); e == nil && !there {
				continue // another process is bringing the tables up to date
			}
			return fault(err)
		}
		if verdict != "ok" {
			return fmt.Errorf("%w: %s", ErrDamaged, verdict)
		}
	}
	return nil
}

func hasTable(ctx context.Context, db *sql.DB, name string) (there bool, err error) {
	err = db.QueryRowContext(ctx, "SELECT COUNT(*) > 0 FROM sqlite_schema WHERE type = 'table' AND name = ?", name).Scan(&there)
	return there, err
}

// companions are what is added to the file's name for those that SQLite keeps beside it; the file itself is the first.
var companions = []string{"", "-wal", "-shm", "-journal"}

// checkAll reads the whole file, the timelines too.
func (d *DB) checkAll(ctx context.Context) error {
	var verdict string
	if err := d.sql.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return fault(err)
	}
	if verdict != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, verdict)
	}
	return nil
}

// settle brings a file and what is beside it into the one file. It is ErrInUse while anybody else has it open, and nil when there is
// none.
func settle(ctx context.Context, name string) (err error) {
	if !exists(name) {
		return nil
	}
	db, err := open(name, "_txlock", "exclusive", "busy_timeout(200)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	// Only who is alone with a file can leave WAL.
	_, err = db.ExecContext(ctx, "PRAGMA journal_mode=DELETE")
	if e := (*sqlite.Error)(nil); errors.As(err, &e) && e.Code()&0xff == lib.SQLITE_BUSY {
		return fmt.Errorf("%w: %w", ErrInUse, err)
	}
	return fault(err)
}

// used is how many bytes of the file are in use. What is free in it is used again before it grows.
func (sqliteFile) used(ctx context.Context, readers *sql.DB) (bytes int64, err error) {
	var pages, free, size int64
	for pragma, to := range map[string]*int64{"page_count": &pages, "freelist_count": &free, "page_size": &size} {
		if err := readers.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(to); err != nil {
			return 0, fault(err)
		}
	}
	return (pages - free) * size, nil
}

// reclaims: the pages that a removal leaves are known to be free.
func (sqliteFile) reclaims() bool { return true }

// queue is not needed where only one writes.
func (sqliteFile) queue(context.Context, tx) error { return nil }

// alone: only one writes.
func (sqliteFile) alone(context.Context, tx) (bool, error) { return true, nil }

// isolation is that of the only one who writes.
func (sqliteFile) isolation() sql.IsolationLevel { return sql.LevelDefault }

// within sets no bound: a disk answers, or fails.
func (sqliteFile) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return ctx, func() {}
}

// sqliteKind is the kind of an error of SQLite; nil: it has none.
func sqliteKind(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return nil
	}
	switch e.Code() & 0xff { // the rest says more of the same
	case lib.SQLITE_FULL, lib.SQLITE_READONLY, lib.SQLITE_IOERR, lib.SQLITE_CANTOPEN:
		return ErrNoWrite
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return ErrDamaged
	}
	return nil
}

// copyTo writes a copy, as of one moment, to a file that must not exist.
func (d *DB) copyTo(ctx context.Context, name string) error {
	absolute, err := filepath.Abs(name)
	if err != nil {
		return err
	}
	_, err = d.sql.ExecContext(ctx, "VACUUM INTO $1", absolute)
	return fault(err)
}
