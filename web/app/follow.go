package app

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync/atomic"
	"time"

	"confboard/web/store"
)

const (
	// followEvery is how soon something has effect that a command or another board has changed.
	followEvery = 2 * time.Second
	// followAtOnce is how often it is looked at most, however many tell that something was changed.
	followAtOnce = 200 * time.Millisecond
	// followAllEvery is how often everything is read anew, whether or not it was changed.
	followAllEvery = 10 * time.Minute
	// followFor is how long the reading of one kind may take.
	followFor = 20 * time.Second
)

// follower keeps what the board has in memory of what is stored as it is stored: commands beside the board and other boards change that,
// too. One question, every two seconds, tells what was changed; that is read anew. Whoever hears of a change earlier says so by Look.
type follower struct {
	db     *store.DB
	logger *slog.Logger
	wake   chan struct{} // capacity 1
	// current is when everything was last seen to be as it is stored, in ms since 1970; failures counts the looks that came to nothing.
	current  atomic.Int64
	failures atomic.Uint64

	// What follows belongs to Run.
	parts []part
	known map[store.Kind]store.Edition // nil: everything is to be read
	read  time.Time                    // when everything was last
}

// part is one of those that have something in memory. Parts are brought up to date in their order.
type part struct {
	kind   store.Kind
	follow func(ctx context.Context) error
}

// newFollower returns a follower for parts that read what is stored from now on. Without a database there is nothing to follow, and it is nil.
func newFollower(ctx context.Context, db *store.DB, logger *slog.Logger) *follower {
	if db == nil {
		return nil
	}
	f := &follower{db: db, logger: logger, wake: make(chan struct{}, 1), read: time.Now()}
	if known, err := db.Editions(ctx); err == nil { // otherwise everything is read again
		f.known = known
	}
	return f
}

// add has a part brought up to date. It is to be called before Run.
func (f *follower) add(kind store.Kind, follow func(ctx context.Context) error) {
	f.parts = append(f.parts, part{kind, follow})
}

// Look has it looked at once what was changed. It does not block.
func (f *follower) Look() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// Health is when everything was last seen to be as it is stored, zero before it was, and how many looks came to nothing.
func (f *follower) Health() (current time.Time, failures uint64) {
	if at := f.current.Load(); at > 0 {
		current = time.UnixMilli(at)
	}
	return current, f.failures.Load()
}

// Run follows until ctx ends, and returns nil then. While the database is away what is in memory counts.
func (f *follower) Run(ctx context.Context) error {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-f.wake:
		}
		err := f.follow(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			f.logger.Error("what is stored cannot be read; what is known counts until it can", "error", err)
		}
		if failing = err != nil; failing {
			f.failures.Add(1)
		} else {
			f.current.Store(time.Now().UnixMilli())
		}
		select {
		case <-ctx.Done():
		case <-time.After(followAtOnce):
		}
	}
}

// follow brings those parts up to date of whose kind something was changed.
func (f *follower) follow(ctx context.Context) error {
	editions, err := f.db.Editions(ctx)
	if err != nil {
		f.known = nil // what was changed meanwhile may be forgotten by then
		return err
	}
	now := time.Now()
	if now.Sub(f.read) >= followAllEvery {
		f.known = nil
		err = errors.Join(f.db.ForgetNews(ctx, now), f.db.ForgetSilences(ctx, now))
	}
	if f.known == nil { // also when the database was away, and with it what this board had claimed there
		f.read = now
		err = errors.Join(err, f.db.Reclaim(ctx))
	}
	known := maps.Clone(editions)
	for _, p := range f.parts {
		if f.known != nil && f.known[p.kind] == editions[p.kind] {
			continue
		}
		if e := within(ctx, followFor, p.follow); e != nil {
			known[p.kind] = store.Unread
			err = errors.Join(err, e)
		}
	}
	f.known = known
	return err
}

func within(ctx context.Context, d time.Duration, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	return f(ctx)
}
