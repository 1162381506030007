package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/jackc/pgx/v5"
)

// Transfer copies everything from the file in dataDir into a database of a PostgreSQL server, all or nothing, and returns how many rows that
// were, by table. The file is brought up to date first, and otherwise left as it is; what is written to it meanwhile may or may not
// come along, so the board is stopped before. A database in which a board has kept something already is ErrThere.
func Transfer(ctx context.Context, dataDir string, server Server) (rows map[string]int64, err error) {
	if name := filepath.Join(dataDir, DBFile); !exists(name) {
		return nil, fmt.Errorf("%w: there is no %s", ErrNotFound, name)
	}
	from, err := OpenDB(ctx, dataDir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := OpenServer(ctx, server) // makes the tables
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, to.Close()) }()

	tables, err := list(ctx, from, func(r *sql.Rows) (name string, err error) { return name, r.Scan(&name) },
		"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'migration' ORDER BY name")
	if err != nil {
		return nil, err
	}
	conn, err := pgx.ConnectConfig(ctx, to.engine.(postgresServer).config)
	if err != nil {
		return nil, fault(err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	rows = map[string]int64{}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = 0"); err != nil {
			return err
		}
		for _, table := range tables {
			var some bool
			if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM "+table+")").Scan(&some); err != nil {
				return err
			}
			if some {
				return fmt.Errorf("%w: %s has rows in its table %s", ErrThere, to.name, table)
			}
			if rows[table], err = copyTable(ctx, from, tx, table); err != nil {
				return fmt.Errorf("copy %s: %w", table, err)
			}
		}
		return nil
	})
	return rows, fault(err)
}

// copyTable copies the rows of a table that both databases have.
func copyTable(ctx context.Context, from *DB, to pgx.Tx, table string) (n int64, err error) {
	rows, err := from.readers.QueryContext(ctx, "SELECT * FROM "+table)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	return to.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromFunc(func() ([]any, error) {
		if !rows.Next() {
			return nil, rows.Err()
		}
		values := make([]any, len(columns))
		to := make([]any, len(columns))
		for i := range values {
			to[i] = &values[i]
		}
		if err := rows.Scan(to...); err != nil {
			return nil, err
		}
		return portable(values), nil
	}))
}
