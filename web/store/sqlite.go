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

// What is SQLite's own is in this file. Everything else is SQL that PostgreSQL takes as well.

// connect opens the file. There is one connection: whatever is written waits for its turn here, and for other processes, such as
// a command beside the board, up to the busy timeout.
func connect(ctx context.Context, name string) (*sql.DB, error) {
	if err := ensureFile(name); err != nil {
		return nil, err
	}
	// WAL lets a backup read while the board writes; FULL makes what was confirmed outlive a power cut.
	pragmas := url.Values{"_txlock": {"immediate"}, "_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: name}).EscapedPath()+"?"+pragmas.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if err := inspect(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
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

// inspect returns ErrDamaged for a file that is no database, or a broken one.
func inspect(ctx context.Context, db *sql.DB) error {
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return fault(err)
	}
	if verdict != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, verdict)
	}
	return nil
}

// fault gives an error of SQLite its kind.
func fault(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff { // the rest says more of the same
	case lib.SQLITE_FULL, lib.SQLITE_READONLY, lib.SQLITE_IOERR, lib.SQLITE_CANTOPEN:
		return fmt.Errorf("%w: %w", ErrNoWrite, err)
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
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
