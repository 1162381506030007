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

const oidcColumns = "digest, issuer, subject, name, role, terms, began_at"

func scanOIDCSession(rows *sql.Rows) (s OIDCSession, err error) {
	var began int64
	err = rows.Scan(&s.Digest, &s.Issuer, &s.Subject, &s.Name, &s.Role, &s.Terms, &began)
	s.Began = at(began)
	return s, err
}

// OIDCSessions returns all sessions by OpenID Connect.
func (d *DB) OIDCSessions(ctx context.Context) ([]OIDCSession, error) {
	return list(ctx, d, scanOIDCSession, "SELECT "+oidcColumns+" FROM oidc_session")
}

// OIDCSession returns one; found is false when there is none.
func (d *DB) OIDCSession(ctx context.Context, digest string) (s OIDCSession, found bool, err error) {
	all, err := read(ctx, d, scanOIDCSession, "SELECT "+oidcColumns+" FROM oidc_session WHERE digest = $1", digest)
	if err != nil || len(all) == 0 {
		return s, false, err
	}
	return all[0], true, nil
}

// PutOIDCSession keeps a session that has begun; one that is kept already is left as it is.
func (d *DB) PutOIDCSession(ctx context.Context, s OIDCSession) error {
	_, err := d.run(ctx, KindProviders, "INSERT INTO oidc_session ("+oidcColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (digest) DO NOTHING",
		s.Digest, s.Issuer, s.Subject, s.Name, s.Role, s.Terms, ms(s.Began))
	return err
}

// RemoveOIDCSession forgets a session; one that is not there is none.
func (d *DB) RemoveOIDCSession(ctx context.Context, digest string) error {
	_, err := d.run(ctx, KindProviders, "DELETE FROM oidc_session WHERE digest = $1", digest)
	return err
}
