package store

import (
	"context"
	"database/sql"
	"time"
)

// OIDCSession is that of somebody whom an OpenID provider has signed in: of the secret in the cookie, only the digest. Issuer and
// Subject together say who it is; Name is what to call them.
type OIDCSession struct {
	Digest, Issuer, Subject, Name, Role string
	// Terms is a digest of the settings that gave the role: others mean that the session has ended.
	Terms string
	Began time.Time
}

// OIDCSessions returns all sessions by OpenID Connect.
func (d *DB) OIDCSessions(ctx context.Context) ([]OIDCSession, error) {
	return list(ctx, d, func(rows *sql.Rows) (s OIDCSession, err error) {
		var began int64
		err = rows.Scan(&s.Digest, &s.Issuer, &s.Subject, &s.Name, &s.Role, &s.Terms, &began)
		s.Began = at(began)
		return s, err
	}, "SELECT digest, issuer, subject, name, role, terms, began_at FROM oidc_session")
}

// PutOIDCSession keeps a session that has begun.
func (d *DB) PutOIDCSession(ctx context.Context, s OIDCSession) error {
	return d.exec(ctx, "INSERT INTO oidc_session (digest, issuer, subject, name, role, terms, began_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		s.Digest, s.Issuer, s.Subject, s.Name, s.Role, s.Terms, ms(s.Began))
}

// RemoveOIDCSession forgets a session; one that is not there is none.
func (d *DB) RemoveOIDCSession(ctx context.Context, digest string) error {
	_, err := d.run(ctx, "DELETE FROM oidc_session WHERE digest = $1", digest)
	return err
}
