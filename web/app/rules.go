package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/handlers"
	"confboard/web/store"
)

// rulebook lets admins change what is watched for. It stores first and judges the meetings then, so that what was told to be done also
// outlives a crash.
type rulebook struct {
	registry *conference.Registry
	db       *store.DB // nil: nothing can be changed
	now      func() time.Time
	logger   *slog.Logger

	mu   sync.Mutex // one change at a time
	book atomic.Pointer[rules.Book]
}

var _ handlers.Rules = (*rulebook)(nil)

// newRulebook returns the rules of the settings, by which the registry judges already, with what was changed on the board, by which it judges
// from now on. What of that cannot be read is logged and left out.
func newRulebook(ctx context.Context, registry *conference.Registry, db *store.DB, now func() time.Time, logger *slog.Logger) *rulebook {
	r := &rulebook{registry: registry, db: db, now: now, logger: logger}
	book := &rules.Book{}
	if set, is := registry.Policy().Rules.(*rules.Set); is {
		book.Settings = *set
	}
	if db != nil {
		if err := recall(ctx, db, book, logger); err != nil {
			logger.Error("rules and profiles are those of the settings, and cannot be changed on the board", "error", err)
			r.db, book.Limits, book.Profiles = nil, nil, nil
		}
	}
	r.book.Store(book)
	if len(book.Limits)+len(book.Profiles) > 0 {
		r.judge()
	}
	return r
}

// recall reads what was changed on the board.
func recall(ctx context.Context, db *store.DB, book *rules.Book, logger *slog.Logger) error {
	limits, err := db.Limits(ctx)
	if err != nil {
		return fmt.Errorf("read the limits of rules: %w", err)
	}
	book.Limits = make(map[conference.Rule]rules.OwnLimit, len(limits))
	for _, l := range limits {
		own := rules.OwnLimit{Edit: rules.Edit(l.Edit), Unset: l.Severity == ""}
		if !own.Unset {
			own.Limit, err = read(rules.LimitEntries(), map[string]string{rules.EntrySeverity: l.Severity, rules.EntryAfter: l.After})
		}
		if err != nil {
			logger.Error("a rule is as the settings have it", "rule", l.Rule, "error", err)
			own.Unset = true
		}
		book.Limits[conference.Rule(l.Rule)] = own
	}
	profiles, err := db.Profiles(ctx)
	if err != nil {
		return fmt.Errorf("read the profiles: %w", err)
	}
	for _, p := range profiles {
		said, err := read(rules.ProfileEntries(), p.Said)
		if err != nil { // a part of it could be for other meetings than the whole
			logger.Error("a profile is left out", "profile", p.Said[rules.EntryName], "error", err)
			continue
		}
		book.Profiles = append(book.Profiles, rules.OwnProfile{ID: p.ID, Edit: rules.Edit(p.Edit), Profile: said})
	}
	return nil
}

// read makes of what is kept what was said.
func read[T any](entries []rules.Entry[T], said map[string]string) (of T, err error) {
	known := 0
	for _, e := range entries {
		text, there := said[e.Name]
		if !there {
			continue
		}
		known++
		if err := e.Read(&of, text); err != nil {
			return of, fmt.Errorf("%s: %w", e.Name, err)
		}
	}
	if known < len(said) {
		return of, errors.New("this version does not know all that is said")
	}
	return of, nil
}

// written is what is kept.
func written[T any](entries []rules.Entry[T], of *T) map[string]string {
	said := make(map[string]string, len(entries))
	for _, e := range entries {
		if text := e.Write(of); text != "" {
			said[e.Name] = text
		}
	}
	return said
}

// judge has all meetings judged by the book.
func (r *rulebook) judge() {
	policy := r.registry.Policy()
	policy.Rules = r.book.Load().Set()
	r.registry.SetPolicy(policy, r.now())
}

// Follow judges by what other boards have changed.
func (r *rulebook) Follow(ctx context.Context) error {
	if r.db == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	book := &rules.Book{Settings: r.book.Load().Settings}
	if err := recall(ctx, r.db, book, r.logger); err != nil {
		return err
	}
	if !reflect.DeepEqual(book, r.book.Load()) {
		r.book.Store(book)
		r.judge()
	}
	return nil
}

// stamp is when something is changed, as it is stored.
func (r *rulebook) stamp() time.Time { return r.now().UTC().Truncate(time.Millisecond) }

// Book implements handlers.Rules.
func (r *rulebook) Book() *rules.Book { return r.book.Load() }

// Changeable implements handlers.Rules.
func (r *rulebook) Changeable() bool { return r.db != nil }

// change makes one book of another, stores what differs and judges by it.
func (r *rulebook) change(next func(*rules.Book) (*rules.Book, error), store func(*rules.Book) error) error {
	if r.db == nil {
		return fmt.Errorf("%w: the board's file is not open", handlers.ErrNotStored)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	book, err := next(r.book.Load())
	if err != nil {
		return err
	}
	if err := stored(store(book)); err != nil {
		return err
	}
	r.book.Store(book)
	r.judge()
	return nil
}

// stored gives an error of the store the kind that pages know.
func stored(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrExists): // by another process
		return fmt.Errorf("%w: %w", rules.ErrChanged, err)
	}
	return fmt.Errorf("%w: %w", handlers.ErrNotStored, err)
}

// PutProfile implements handlers.Rules.
func (r *rulebook) PutProfile(ctx context.Context, p rules.OwnProfile) (id string, err error) {
	p.At = r.stamp()
	if p.ID == "" {
		p.ID = rand.Text()
	}
	err = r.change(func(b *rules.Book) (*rules.Book, error) { return b.Put(p) }, func(b *rules.Book) error {
		put, _ := b.Profile(p.ID)
		return r.db.PutProfile(ctx, store.Profile{ID: put.ID, Edit: store.Edit(put.Edit), Said: written(rules.ProfileEntries(), &put.Profile)})
	})
	return p.ID, err
}

// RemoveProfile implements handlers.Rules.
func (r *rulebook) RemoveProfile(ctx context.Context, id string, revision int64) error {
	return r.change(func(b *rules.Book) (*rules.Book, error) { return b.Remove(id, revision) }, func(*rules.Book) error {
		return r.db.RemoveProfile(ctx, id, revision)
	})
}

// MoveProfile implements handlers.Rules.
func (r *rulebook) MoveProfile(ctx context.Context, id, before string) error {
	return r.change(func(b *rules.Book) (*rules.Book, error) { return b.Move(id, before) }, func(b *rules.Book) error {
		ids := make([]string, len(b.Profiles))
		for i, p := range b.Profiles {
			ids[i] = p.ID
		}
		return r.db.OrderProfiles(ctx, ids)
	})
}

// SetLimit implements handlers.Rules.
func (r *rulebook) SetLimit(ctx context.Context, rule conference.Rule, l rules.OwnLimit) error {
	l.At = r.stamp()
	return r.change(func(b *rules.Book) (*rules.Book, error) { return b.SetLimit(rule, l) }, func(b *rules.Book) error {
		put := b.Limits[rule]
		kept := store.Limit{Rule: string(rule), Edit: store.Edit(put.Edit)}
		if !put.Unset {
			said := written(rules.LimitEntries(), &put.Limit)
			kept.Severity, kept.After = said[rules.EntrySeverity], said[rules.EntryAfter]
		}
		return r.db.PutLimit(ctx, kept)
	})
}
