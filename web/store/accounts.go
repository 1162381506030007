package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Account is somebody who can sign in. Hash is of the password, in the form that argon2's own tools write.
type Account struct {
	Name, Role, Hash string
	// Changed is when the password or the role was set last: sessions that began before have ended.
	Created, Changed time.Time
}

func scanAccount(rows *sql.Rows) (a Account, err error) {
	var created, changed int64
	err = rows.Scan(&a.Name, &a.Role, &a.Hash, &created, &changed)
	a.Created, a.Changed = at(created), at(changed)
	return a, err
}

// Accounts returns all accounts in order of name.
func (d *DB) Accounts(ctx context.Context) ([]Account, error) {
	return list(ctx, d, scanAccount, "SELECT name, role, hash, created_at, changed_at FROM account ORDER BY name")
}

// AddAccount adds an account; ErrExists when there is one of this name.
func (d *DB) AddAccount(ctx context.Context, a Account) error {
	return d.insert(ctx, KindAccounts, "SELECT COUNT(*) FROM account WHERE name = $1", a.Name,
		"INSERT INTO account (name, role, hash, created_at, changed_at) VALUES ($1, $2, $3, $4, $5)", a.Name, a.Role, a.Hash, ms(a.Created), ms(a.Changed))
}

// SetPassword replaces an account's password.
func (d *DB) SetPassword(ctx context.Context, name, hash string, changed time.Time) error {
	return d.exec(ctx, KindAccounts, "UPDATE account SET hash = $2, changed_at = $3 WHERE name = $1", name, hash, ms(changed))
}

// SetRole replaces an account's role.
func (d *DB) SetRole(ctx context.Context, name, role string, changed time.Time) error {
	return d.exec(ctx, KindAccounts, "UPDATE account SET role = $2, changed_at = $3 WHERE name = $1", name, role, ms(changed))
}

// RemoveAccount removes an account.
func (d *DB) RemoveAccount(ctx context.Context, name string) error {
	return d.exec(ctx, KindAccounts, "DELETE FROM account WHERE name = $1", name)
}

// Session is that of an account in a browser: of the secret in its cookie, only the digest.
type Session struct {
	Digest, Account string
	// Changed is the account's, as it was when the session began: another one means that the session has ended.
	Changed     time.Time
	Began, Used time.Time
}

// kind is what a session belongs to: one without an account was opened with the one-time token.
func (s Session) kind() Kind {
	if s.Account == "" {
		return KindAdmins
	}
	return KindAccounts
}

const sessionColumns = "digest, account, changed, began_at, used_at"

func scanSession(rows *sql.Rows) (s Session, err error) {
	var changed, began, used int64
	err = rows.Scan(&s.Digest, &s.Account, &changed, &began, &used)
	s.Changed, s.Began, s.Used = at(changed), at(began), at(used)
	return s, err
}

// Sessions returns all sessions of accounts.
func (d *DB) Sessions(ctx context.Context) ([]Session, error) {
	return list(ctx, d, scanSession, "SELECT "+sessionColumns+" FROM session WHERE account <> ''")
}

// AdminSessions returns all sessions that were opened with the one-time token. They have no account.
func (d *DB) AdminSessions(ctx context.Context) ([]Session, error) {
	return list(ctx, d, scanSession, "SELECT "+sessionColumns+" FROM session WHERE account = ''")
}

// Session returns one of either sort; found is false when there is none.
func (d *DB) Session(ctx context.Context, digest string) (s Session, found bool, err error) {
	all, err := read(ctx, d, scanSession, "SELECT "+sessionColumns+" FROM session WHERE digest = $1", digest)
	if err != nil || len(all) == 0 {
		return s, false, err
	}
	return all[0], true, nil
}

// PutSession keeps a session that has begun.
func (d *DB) PutSession(ctx context.Context, s Session) error {
	return d.exec(ctx, s.kind(), `INSERT INTO session (digest, account, changed, began_at, used_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (digest) DO UPDATE SET used_at = excluded.used_at`, s.Digest, s.Account, ms(s.Changed), ms(s.Began), ms(s.Used))
}

// UseSession keeps when a session was last used; one that is not there stays so.
func (d *DB) UseSession(ctx context.Context, digest string, used time.Time) error {
	_, err := d.run(ctx, quiet, "UPDATE session SET used_at = $2 WHERE digest = $1 AND used_at < $2", digest, ms(used))
	return err
}

// RemoveSession forgets a session; one that is not there is none.
func (d *DB) RemoveSession(ctx context.Context, digest string) error {
	return d.change(ctx, func(ctx context.Context, tx tx) error {
		var s Session
		switch err := tx.QueryRowContext(ctx, "SELECT account FROM session WHERE digest = $1", digest).Scan(&s.Account); {
		case errors.Is(err, sql.ErrNoRows):
			return nil
		case err != nil:
			return err
		}
		tx.changed(s.kind())
		_, err := tx.run(ctx, "DELETE FROM session WHERE digest = $1", digest)
		return err
	})
}

// Token lets a program read: of the token itself, only the digest.
type Token struct {
	Name, Digest string
	Created      time.Time
}

// Tokens returns all tokens in order of name.
func (d *DB) Tokens(ctx context.Context) ([]Token, error) {
	return list(ctx, d, func(rows *sql.Rows) (t Token, err error) {
		var created int64
		err = rows.Scan(&t.Name, &t.Digest, &created)
		t.Created = at(created)
		return t, err
	}, "SELECT name, digest, created_at FROM api_token ORDER BY name")
}

// AddToken adds a token; ErrExists when there is one of this name.
func (d *DB) AddToken(ctx context.Context, t Token) error {
	return d.insert(ctx, KindAccounts, "SELECT COUNT(*) FROM api_token WHERE name = $1", t.Name,
		"INSERT INTO api_token (name, digest, created_at) VALUES ($1, $2, $3)", t.Name, t.Digest, ms(t.Created))
}

// RemoveToken removes a token.
func (d *DB) RemoveToken(ctx context.Context, name string) error {
	return d.exec(ctx, KindAccounts, "DELETE FROM api_token WHERE name = $1", name)
}
