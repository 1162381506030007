package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
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

	// owns reports whether a meeting is watched by this board, and not by another one of several, which then looks after its silences;
	// nil: all are. It must not block.
	owns func(conference.ConfID) bool

	mu sync.Mutex // one change at a time; held while the disk is waited for

	endedMu sync.Mutex // held by Notify, and never while anything is waited for
	// ended are those that have, with when they were made, until the file knows.
	ended map[silenceKey]time.Time
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
		return
	}
	b.silences.owns = b.owns
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
	return &silences{registry: registry, db: db, logger: logger, wake: make(chan struct{}, 1), ended: map[silenceKey]time.Time{}}, nil
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
		k.note(silenceKey{id, q.Cause}, q.At) // it is in the file
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
	now := time.Now()
	if err := k.db.EndSilence(ctx, store.EndedSilence{ConfID: id, Cause: c, By: by}, now); err != nil {
		return fmt.Errorf("%w: %w", handlers.ErrSilenceUnstored, err)
	}
	k.registry.Apply(conference.UnsilenceMessage{About: conference.About{ConfID: id, At: now}, Cause: c, By: by})
	return nil
}

// Follow has the meetings of this board silenced, and counted again, as other boards have said, and those that come onto it later.
func (k *silences) Follow(ctx context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	inForce, err := k.db.Silences(ctx, now)
	if err != nil {
		return fmt.Errorf("read what was silenced: %w", err)
	}
	ended, err := k.db.EndedSilences(ctx)
	if err != nil {
		return fmt.Errorf("read which silences were ended: %w", err)
	}
	absent := map[conference.ConfID][]conference.Silence{}
	for _, q := range inForce {
		s := k.registry.Get(q.ConfID)
		switch {
		case s == nil:
			absent[q.ConfID] = append(absent[q.ConfID], q.Silence)
		case !k.mine(q.ConfID), k.hasEnded(silenceKey{q.ConfID, q.Cause}, q.At):
		case s.Silenced(q.Cause) == nil || s.Silenced(q.Cause).At.Before(q.At):
			about := conference.About{ConfID: q.ConfID, At: now}
			if k.registry.Apply(conference.SilenceMessage{About: about, Silence: q.Silence}).Fate != conference.Applied && s.Link.State == conference.Live {
				k.note(silenceKey{q.ConfID, q.Cause}, q.At) // what it is about has gone meanwhile
			}
		}
	}
	for _, e := range ended {
		if s := k.registry.Get(e.ConfID); s != nil && k.mine(e.ConfID) && s.Silenced(e.Cause) != nil {
			k.registry.Apply(conference.UnsilenceMessage{About: conference.About{ConfID: e.ConfID, At: now}, Cause: e.Cause, By: e.By})
		}
	}
	k.registry.Recall(absent)
	return nil
}

func (k *silences) mine(id conference.ConfID) bool { return k.owns == nil || k.owns(id) }

// hasEnded reports whether it is known of a silence that was made at an instant that it has ended, which the file does not know yet.
func (k *silences) hasEnded(key silenceKey, made time.Time) bool {
	k.endedMu.Lock()
	defer k.endedMu.Unlock()
	last, noted := k.ended[key]
	return noted && !made.After(last)
}

// Notify hears which silences have ended. It is for conference.Registry.Observe and does not block.
func (k *silences) Notify(c conference.Change) {
	if c.Before == nil || !k.mine(c.ConfID) {
		return
	}
	if c.After == nil {
		for _, q := range c.Before.Silences {
			k.note(silenceKey{c.ConfID, q.Cause}, q.At)
		}
		return
	}
	for _, f := range c.Fields {
		if f.Part != conference.PartSilences || f.New.Presence == conference.Known {
			continue
		}
		if q := c.Before.Silenced(*f.Cause); q != nil {
			k.note(silenceKey{c.ConfID, *f.Cause}, q.At)
		}
	}
}

// note notes that a silence which was made at an instant has ended.
func (k *silences) note(key silenceKey, made time.Time) {
	k.endedMu.Lock()
	if last, noted := k.ended[key]; !noted || last.Before(made) {
		k.ended[key] = made
	}
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
	ended := maps.Clone(k.ended)
	k.endedMu.Unlock()
	var failed error
	for key, made := range ended {
		failed = errors.Join(failed, k.mirror(ctx, key, made))
	}
	return failed
}

// mirror has the file know that a silence has ended, unless there is another one.
func (k *silences) mirror(ctx context.Context, key silenceKey, made time.Time) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	var held *conference.Silence
	if s := k.registry.Get(key.id); s != nil {
		held = s.Silenced(key.cause)
	}
	var err error
	if held != nil {
		err = k.db.PutSilence(ctx, store.Silence{ConfID: key.id, Silence: *held})
	} else {
		err = k.db.RemoveSilence(ctx, key.id, key.cause, made)
	}
	if err != nil {
		return err
	}
	k.endedMu.Lock()
	defer k.endedMu.Unlock()
	if k.ended[key].Equal(made) {
		delete(k.ended, key)
	}
	return nil
}
