package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"confboard/feed/conference"
	"confboard/handlers"
	"confboard/web/store"
)

// silences lets admins acknowledge and silence concerns, and keeps that in the board's file. It stores first and changes the board then,
// so that what was told to be done outlives a crash.
type silences struct {
	registry *conference.Registry
	db       *store.DB
	logger   *slog.Logger
	wake     chan struct{} // tells Run that something has ended; capacity 1

	mu sync.Mutex // one change at a time; held while the disk is waited for

	endedMu sync.Mutex // held by Notify, and never while anything is waited for
	ended   map[silenceKey]bool
}

// silenceKey is a row in the file.
type silenceKey struct {
	id    conference.ConfID
	cause conference.Cause
}

var _ handlers.Silencer = (*silences)(nil)

// unstoredAgain is how soon it is tried again to bring the file up to date.
const unstoredAgain = time.Minute

// openSilences gives the registry what is in the file; without a file that can be read, nothing can be acknowledged or silenced.
func (b *board) openSilences(ctx context.Context) {
	if b.entrance.db == nil {
		return
	}
	var err error
	if b.silences, err = newSilences(ctx, b.registry, b.entrance.db, b.logger); err != nil {
		b.logger.Error("nothing can be acknowledged or silenced", "error", err)
	}
}

// newSilences gives the registry what is in the file. It is to be called before anything is told of meetings.
func newSilences(ctx context.Context, registry *conference.Registry, db *store.DB, logger *slog.Logger) (*silences, error) {
	now := time.Now()
	all, err := db.Silences(ctx, now)
	if err != nil {
		return nil, fmt.Errorf("read what was silenced: %w", err)
	}
	if err := db.ForgetSilences(ctx, now); err != nil { // those that are left do no harm
		logger.Warn("silences whose time is up stay in the file", "error", err)
	}
	recalled := map[conference.ConfID][]conference.Silence{}
	for _, s := range all {
		recalled[s.ConfID] = append(recalled[s.ConfID], s.Silence)
	}
	registry.Recall(recalled)
	return &silences{registry: registry, db: db, logger: logger, wake: make(chan struct{}, 1), ended: map[silenceKey]bool{}}, nil
}

// Silence implements handlers.Silencer.
func (k *silences) Silence(ctx context.Context, id conference.ConfID, q conference.Silence) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.registry.Get(id)
	if s == nil {
		return handlers.ErrUnknown
	}
	now := time.Now().UTC()
	q.At, q.Until, q.Began = now.Truncate(time.Millisecond), q.Until.UTC().Truncate(time.Millisecond), s.Basic.StartTime // as the file has them
	if err := k.db.PutSilence(ctx, store.Silence{ConfID: id, Silence: q}); err != nil {
		return fmt.Errorf("%w: %w", handlers.ErrSilenceUnstored, err)
	}
	if k.registry.Apply(conference.SilenceMessage{About: conference.About{ConfID: id, At: now}, Silence: q}).Fate != conference.Applied {
		k.note(silenceKey{id, q.Cause}) // it is in the file
		return handlers.ErrNoConcern
	}
	return nil
}

// Unsilence implements handlers.Silencer.
func (k *silences) Unsilence(ctx context.Context, id conference.ConfID, c conference.Cause, by string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.registry.Get(id); s == nil {
		return handlers.ErrUnknown
	} else if s.Silenced(c) == nil {
		return nil
	}
	if err := k.db.RemoveSilence(ctx, id, c); err != nil {
		return fmt.Errorf("%w: %w", handlers.ErrSilenceUnstored, err)
	}
	k.registry.Apply(conference.UnsilenceMessage{About: conference.About{ConfID: id, At: time.Now()}, Cause: c, By: by})
	return nil
}

// Notify hears which silences have ended. It is for conference.Registry.Observe and does not block.
func (k *silences) Notify(c conference.Change) {
	if c.Before == nil {
		return
	}
	if c.After == nil {
		for _, q := range c.Before.Silences {
			k.note(silenceKey{c.ConfID, q.Cause})
		}
		return
	}
	for _, f := range c.Fields {
		if f.Part == conference.PartSilences && f.New.Presence != conference.Known {
			k.note(silenceKey{c.ConfID, *f.Cause})
		}
	}
}

func (k *silences) note(key silenceKey) {
	k.endedMu.Lock()
	k.ended[key] = true
	k.endedMu.Unlock()
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// Run removes from the file what has ended. While the disk does not take it, that is tried again; a silence that comes back with a
// restart until then ends anew. It returns nil when ctx ends.
func (k *silences) Run(ctx context.Context) error {
	timer := time.NewTimer(unstoredAgain)
	defer timer.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			if err := k.settle(last); err != nil {
				k.logger.Error("silences that have ended stay in the file", "error", err)
			}
			return nil
		case <-k.wake:
		case <-timer.C:
		}
		err := k.settle(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			k.logger.Error("silences that have ended stay in the file; it is tried again", "error", err)
		}
		failing = err != nil
		timer.Reset(unstoredAgain)
	}
}

// settle makes of what has ended what the board has of it.
func (k *silences) settle(ctx context.Context) error {
	k.endedMu.Lock()
	ended := k.ended
	k.ended = map[silenceKey]bool{}
	k.endedMu.Unlock()
	var failed error
	for key := range ended {
		if err := k.mirror(ctx, key); err != nil {
			failed = errors.Join(failed, err)
			k.endedMu.Lock()
			k.ended[key] = true
			k.endedMu.Unlock()
		}
	}
	return failed
}

func (k *silences) mirror(ctx context.Context, key silenceKey) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.registry.Get(key.id); s != nil {
		if q := s.Silenced(key.cause); q != nil {
			return k.db.PutSilence(ctx, store.Silence{ConfID: key.id, Silence: *q})
		}
	}
	return k.db.RemoveSilence(ctx, key.id, key.cause)
}
