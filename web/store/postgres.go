package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"confboard/feed/conference"
)

// postgresServer is a database of a PostgreSQL server. What is PostgreSQL's own is in this file.
type postgresServer struct{ config *pgx.ConnConfig }

const (
	// serverWait bounds a statement or a transaction: a server that does not answer must not hold anybody up for longer.
	serverWait = 15 * time.Second
	// serverConnections is how many connections of each kind a board has at most. A server's default is 100 in all.
	serverConnections = 4
	// serverIdle is how long one that nobody uses is kept.
	serverIdle = 5 * time.Minute
)

// Server is a database of a PostgreSQL server.
type Server struct {
	// URL is as PostgreSQL's own programs take it, such as postgres://user@host:5432/database?sslmode=verify-full; the variables
	// PGPASSFILE, PGSSLROOTCERT and their like count as well.
	URL string
	// Password is the user's; empty: it is elsewhere, or none is needed.
	Password conference.Secret
}

// OpenServer opens a database and brings it up to date; its user must be allowed to make tables in its schema. No error tells the
// password. A database of a newer version of the board is an ErrNewer, and left as it is; a server that does not answer is an
// ErrNoWrite.
func OpenServer(ctx context.Context, s Server) (*DB, error) {
	config, err := s.config()
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("the database %s at %s", config.Database, net.JoinHostPort(config.Host, fmt.Sprint(config.Port)))
	d, err := openWith(ctx, postgresServer{config}, name)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	return d, nil
}

func (s Server) config() (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(s.URL)
	if err != nil {
		// What pgx says may quote the URL.
		return nil, errors.New("it is no URL of a PostgreSQL database: write it as postgres://user@host:5432/database")
	}
	if !s.Password.IsZero() {
		config.Password = s.Password.Reveal()
	}
	config.ConnectTimeout = min(max(config.ConnectTimeout, time.Second), serverWait/3)
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "confboard"
	}
	// The server ends by itself what nobody waits for any more.
	config.RuntimeParams["statement_timeout"] = fmt.Sprint(serverWait.Milliseconds())
	config.RuntimeParams["idle_in_transaction_session_timeout"] = fmt.Sprint(serverWait.Milliseconds())
	// And notices within a minute that a board has gone without a word, with what it had claimed.
	for name, value := range map[string]string{"tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3"} {
		if config.RuntimeParams[name] == "" {
			config.RuntimeParams[name] = value
		}
	}
	return config, nil
}

func (p postgresServer) connect(ctx context.Context) (writer, readers *sql.DB, err error) {
	pool := func(config *pgx.ConnConfig) *sql.DB {
		db := stdlib.OpenDB(*config)
		db.SetMaxOpenConns(serverConnections)
		db.SetMaxIdleConns(serverConnections)
		db.SetConnMaxIdleTime(serverIdle)
		return db
	}
	reading := p.config.Copy()
	reading.RuntimeParams["default_transaction_read_only"] = "on"
	writer, readers = pool(p.config), pool(reading)
	ctx, cancel := p.within(ctx)
	defer cancel()
	if err := writer.PingContext(ctx); err != nil {
		return nil, nil, errors.Join(fault(err), writer.Close(), readers.Close())
	}
	return writer, readers, nil
}

// used is the size of the board's tables with all that belongs to them, what is free in them included.
func (p postgresServer) used(ctx context.Context, readers *sql.DB) (bytes int64, err error) {
	ctx, cancel := p.within(ctx)
	defer cancel()
	err = readers.QueryRowContext(ctx, `SELECT COALESCE(SUM(pg_total_relation_size(relid)), 0)::bigint FROM pg_stat_user_tables
		WHERE schemaname = current_schema()`).Scan(&bytes)
	return bytes, fault(err)
}

// reclaims: a server's tables stay as large as they were; what is free in them is used again before they grow.
func (postgresServer) reclaims() bool { return false }

// OnServer reports whether the database is a server's, and not the board's own file.
func (d *DB) OnServer() bool {
	_, is := d.engine.(postgresServer)
	return is
}

// Numbers that no other program is likely to lock in the board's database.
const (
	migrationLock int64 = 0x636f6e66626f6172 // "confboar"
	claimLock     int64 = 0x636f6e6663626f78
	pruneLock     int64 = 0x636f6e667072756e
	instanceLock  int64 = 0x636f6e6600000000 // and the number of an instance
)

// schemaLock is such a number, $1, for the tables of one schema: a database can have several boards, each in a schema of its own.
const schemaLock = "hashtextextended(current_schema(), $1)"

func (postgresServer) queue(ctx context.Context, t tx) error {
	_, err := t.run(ctx, "SELECT pg_advisory_xact_lock($1)", migrationLock)
	return err
}

func (postgresServer) alone(ctx context.Context, t tx) (alone bool, err error) {
	err = t.QueryRowContext(ctx, "SELECT pg_try_advisory_xact_lock("+schemaLock+")", pruneLock).Scan(&alone)
	return alone, err
}

// isolation makes a transaction as if it were alone, as one in the board's own file is.
func (postgresServer) isolation() sql.IsolationLevel { return sql.LevelSerializable }

func (postgresServer) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, serverWait)
}

// disturbed reports whether a transaction failed because of others at the same time, and is worth another try.
func disturbed(err error) bool {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case "40001", "40P01": // serialization_failure, deadlock_detected
		return true
	case "23505", "42P07", "42710": // unique_violation, duplicate_table, duplicate_object: somebody else was faster, and the next try finds it there
		return true
	}
	return false
}

// postgresKind is the kind of an error of PostgreSQL, or of the way to it; nil: it has none.
func postgresKind(err error) error {
	var e *pgconn.PgError
	var unreached *pgconn.ConnectError
	var broken net.Error
	switch {
	case errors.As(err, &e):
		switch e.Code[:2] {
		case "08", "25", "28", "3D", "53", "57", "58": // connection, read-only, password, no database, resources, operator, system
			return ErrNoWrite
		case "42":
			if e.Code == "42501" { // insufficient_privilege
				return ErrNoWrite
			}
		case "XX":
			return ErrDamaged
		}
		return nil
	case errors.As(err, &unreached), errors.As(err, &broken), pgconn.SafeToRetry(err), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		errors.Is(err, driver.ErrBadConn), errors.Is(err, context.DeadlineExceeded):
		return ErrNoWrite
	}
	return nil
}
