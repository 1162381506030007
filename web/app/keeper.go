package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/handlers"
	"confboard/web/store"
)

// cloud is what a keeper needs of the source; *huawei.Cloud is one.
type cloud interface {
	Watch(huawei.Meeting) error
	Unwatch(id conference.ConfID, origin conference.Origin) error
	Retry(id conference.ConfID) error
	Discover()
}

// byHand keeps the meetings that were added by hand. Its errors are those of package store.
type byHand interface {
	Read(ctx context.Context) ([]store.Meeting, error)
	Put(ctx context.Context, m store.Meeting) error
	Delete(ctx context.Context, id conference.ConfID) error
}

// ownFile is the board's own file of them, which nobody else changes.
type ownFile struct{ *store.Meetings }

// Read implements byHand.
func (f ownFile) Read(context.Context) ([]store.Meeting, error) { return f.List(), nil }

// Put implements byHand.
func (f ownFile) Put(_ context.Context, m store.Meeting) error { return f.Meetings.Put(m) }

// Delete implements byHand.
func (f ownFile) Delete(_ context.Context, id conference.ConfID) error { return f.Meetings.Delete(id) }

// keeper lets admins change which meetings are watched. It stores first and watches then, so that what was told to be done
// also outlives a crash.
type keeper struct {
	cloud cloud
	// stored are the meetings added by hand.
	stored byHand
	// listed are those of the settings.
	listed map[conference.ConfID]bool

	mu sync.Mutex // one change at a time
	// watched are those added by hand that the cloud was told of.
	watched map[conference.ConfID]store.Meeting
}

var _ handlers.Keeper = (*keeper)(nil)

// newKeeper returns a keeper, with all stored meetings watched. One that the settings list as well is watched for both.
func newKeeper(ctx context.Context, c cloud, stored byHand, settings []huawei.Meeting) (*keeper, error) {
	k := &keeper{cloud: c, stored: stored, listed: make(map[conference.ConfID]bool, len(settings)), watched: map[conference.ConfID]store.Meeting{}}
	for _, m := range settings {
		k.listed[m.ConfID] = true
	}
	if err := k.Follow(ctx); err != nil {
		return nil, err
	}
	return k, nil
}

// Follow has those meetings watched that are stored. It is to be called when another board has changed them.
func (k *keeper) Follow(ctx context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	stored, err := k.stored.Read(ctx)
	if err != nil {
		return fmt.Errorf("read the meetings added by hand: %w", err)
	}
	there := make(map[conference.ConfID]bool, len(stored))
	for _, m := range stored {
		there[m.ConfID] = true
		if held, watched := k.watched[m.ConfID]; watched && same(held, m) {
			continue
		}
		if err := k.watch(m); err != nil {
			return fmt.Errorf("watch a meeting added by hand: %w", err)
		}
	}
	for id := range k.watched {
		if !there[id] {
			if err := k.unwatch(id); err != nil {
				return fmt.Errorf("watch a meeting no more that was added by hand: %w", err)
			}
		}
	}
	return nil
}

// same reports whether two say the same, whenever they were added.
func same(a, b store.Meeting) bool {
	return a.HostPassword.Reveal() == b.HostPassword.Reveal() && a.Name == b.Name && a.Group == b.Group
}

func (k *keeper) watch(m store.Meeting) error {
	err := k.cloud.Watch(huawei.Meeting{ConfID: m.ConfID, HostPassword: m.HostPassword, Name: m.Name, Group: m.Group, Origin: conference.ByHand})
	if err == nil {
		k.watched[m.ConfID] = m
	}
	return err
}

func (k *keeper) unwatch(id conference.ConfID) error {
	delete(k.watched, id)
	if err := k.cloud.Unwatch(id, conference.ByHand); err != nil && !errors.Is(err, huawei.ErrUnknown) {
		return err
	}
	return nil
}

// Add implements handlers.Keeper. A meeting that was only found can be added, with a name of its own; while the enterprise's list
// has a password of it, that counts. One of the settings cannot: theirs would count, as long as the board runs.
func (k *keeper) Add(ctx context.Context, m handlers.Meeting) (replaced bool, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.listed[m.ConfID] {
		return false, handlers.ErrListed
	}
	before, replaced, err := k.byHand(ctx, m.ConfID)
	if err != nil {
		return false, fmt.Errorf("%w: %w", handlers.ErrNotStored, err)
	}
	added := store.Meeting{ConfID: m.ConfID, HostPassword: m.HostPassword, Name: m.Name, Group: m.Group, Added: time.Now()}
	if err := k.stored.Put(ctx, added); err != nil {
		return false, fmt.Errorf("%w: %w", handlers.ErrNotStored, err)
	}
	if err := k.watch(added); err != nil {
		if replaced {
			return false, errors.Join(err, k.stored.Put(ctx, before))
		}
		return false, errors.Join(err, k.stored.Delete(ctx, m.ConfID))
	}
	if replaced && before.HostPassword.Reveal() == added.HostPassword.Reveal() {
		_ = k.cloud.Retry(m.ConfID) // it is watched. Another password is tried without being told, and must not be twice
	}
	return replaced, nil
}

func (k *keeper) byHand(ctx context.Context, id conference.ConfID) (m store.Meeting, there bool, err error) {
	all, err := k.stored.Read(ctx)
	if err != nil {
		return m, false, err
	}
	for _, m := range all {
		if m.ConfID == id {
			return m, true, nil
		}
	}
	return m, false, nil
}

// Remove implements handlers.Keeper. A meeting that is found or listed besides stays on the board for that.
func (k *keeper) Remove(ctx context.Context, id conference.ConfID) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch err := k.stored.Delete(ctx, id); {
	case errors.Is(err, store.ErrNotFound):
		return handlers.ErrNotByHand
	case err != nil:
		return fmt.Errorf("%w: %w", handlers.ErrNotStored, err)
	}
	return k.unwatch(id)
}

// Retry implements handlers.Keeper.
func (k *keeper) Retry(_ context.Context, id conference.ConfID) error {
	if err := k.cloud.Retry(id); errors.Is(err, huawei.ErrUnknown) {
		return handlers.ErrUnknown
	} else if err != nil {
		return err
	}
	return nil
}

// Discover implements handlers.Keeper.
func (k *keeper) Discover() { k.cloud.Discover() }
