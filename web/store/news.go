package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"time"
)

// Kind is a kind of what is kept that boards have in memory: when one of several changes it, the others read it anew.
type Kind string

// The kinds.
const (
	KindAccounts  Kind = "accounts"  // and the tokens of programs, and sessions
	KindProviders Kind = "providers" // sessions by OpenID Connect
	KindAdmins    Kind = "admins"    // the one-time token, and the sessions that it opened
	KindLinks     Kind = "links"
	KindWalls     Kind = "walls"
	KindSilences  Kind = "silences"
	KindRules     Kind = "rules"
	KindMeetings  Kind = "meetings" // those added by hand
)

// quiet is for what nobody else needs to hear of.
const quiet Kind = ""

// keepNews is for how long it is kept that something was changed: longer than any transaction takes, and than boards look away.
const keepNews = 10 * time.Minute

// changed notes that a transaction changes something of a kind.
func (t tx) changed(k Kind) {
	if k == quiet {
		return
	}
	for _, noted := range *t.news {
		if noted == k {
			return
		}
	}
	*t.news = append(*t.news, k)
}

// note writes what was changed, in the same transaction: who finds the note finds the change. Each is a row of its own, so that nobody
// waits for another who changes something of the same kind.
func (t tx) note(ctx context.Context) error {
	for _, k := range *t.news {
		if _, err := t.run(ctx, "INSERT INTO news (id, what, at) VALUES ($1, $2, $3)", rand.Text(), string(k), time.Now().UnixMilli()); err != nil {
			return err
		}
	}
	return nil
}

// Tell has f called with every kind of which something was changed by this DB, after it has been, so that others can be told to look
// at once. f must not block. There is one f; nil ends it.
func (d *DB) Tell(f func(Kind)) {
	if f == nil {
		d.told.Store(nil)
		return
	}
	d.told.Store(&f)
}

func (d *DB) tell(kinds []Kind) {
	f := d.told.Load()
	if f == nil {
		return
	}
	for _, k := range kinds {
		(*f)(k)
	}
}

// Edition stands for what is kept of a kind at some time: whenever something has been changed there is another one. At times there is
// another one although nothing was.
type Edition struct{ count, sum int64 }

// Unread is the edition of what has not been read.
var Unread = Edition{count: -1}

// Editions returns the present ones, in one cheap question; a kind that is not in it has had no change for long. Who has not asked
// for minutes has to take everything for changed.
func (d *DB) Editions(ctx context.Context) (map[Kind]Edition, error) {
	type edition struct {
		kind Kind
		Edition
	}
	all, err := read(ctx, d, func(rows *sql.Rows) (e edition, err error) {
		return e, rows.Scan(&e.kind, &e.count, &e.sum)
	}, "SELECT what, COUNT(*), CAST(SUM(at % 1000000007) AS BIGINT) FROM news GROUP BY what")
	if err != nil {
		return nil, err
	}
	editions := make(map[Kind]Edition, len(all))
	for _, e := range all {
		editions[e.kind] = e.Edition
	}
	return editions, nil
}

// ForgetNews removes what everybody has long heard of.
func (d *DB) ForgetNews(ctx context.Context, now time.Time) error {
	_, err := d.run(ctx, quiet, "DELETE FROM news WHERE at < $1", now.Add(-keepNews).UnixMilli())
	return err
}
