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

// keeper lets admins change which meetings are watched. It stores first and watches then, so that what was told to be done
// also outlives a crash.
type keeper struct {
	cloud cloud
	// stored are the meetings added by hand.
	stored *store.Meetings
	// listed are those of the settings.
	listed map[conference.ConfID]bool

	mu sync.Mutex // one change at a time
}

var _ handlers.Keeper = (*keeper)(nil)

// newKeeper returns a keeper, with all stored meetings watched. One that the settings list as well is watched for both.
func newKeeper(c cloud, stored *store.Meetings, settings []huawei.Meeting) (*keeper, error) {
	k := &keeper{cloud: c, stored: stored, listed: make(map[conference.ConfID]bool, len(settings))}
	for _, m := range settings {
		k.listed[m.ConfID] = true
	}
	for _, m := range stored.List() {
		if err := k.watch(m); err != nil {
			return nil, fmt.Errorf("watch a meeting added by hand: %w", err)
		}
	}
	return k, nil
}

func (k *keeper) watch(m store.Meeting) error {
	return k.cloud.Watch(huawei.Meeting{ConfID: m.ConfID, HostPassword: m.HostPassword, Name: m.Name, Group: m.Group, Origin: conference.ByHand})
}

// Add implements handlers.Keeper. A meeting that was only found can be added, with a name of its own; while the enterprise's list
// has a password of it, that counts. One of the settings cannot: theirs would count, as long as the board runs.
func (k *keeper) Add(_ context.Context, m handlers.Meeting) (replaced bool, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.listed[m.ConfID] {
		return false, handlers.ErrListed
	}
	before, replaced := k.byHand(m.ConfID)
	added := store.Meeting{ConfID: m.ConfID, HostPassword: m.HostPassword, Name: m.Name, Group: m.Group, Added: time.Now()}
	if err := k.stored.Put(added); err != nil {
		return false, fmt.Errorf("%w: %w", handlers.ErrNotStored, err)
	}
	if err := k.watch(added); err != nil {
		if replaced {
			return false, errors.Join(err, k.stored.Put(before))
		}
		return false, errors.Join(err, k.stored.Delete(m.ConfID))
	}
	if replaced && before.HostPassword.Reveal() == added.HostPassword.Reveal() {
		_ = k.cloud.Retry(m.ConfID) // it is watched. Another password is tried without being told, and must not be twice
	}
	return replaced, nil
}

func (k *keeper) byHand(id conference.ConfID) (m store.Meeting, there bool) {
	for _, m := range k.stored.List() {
		if m.ConfID == id {
			return m, true
		}
	}
	return store.Meeting{}, false
}

// Remove implements handlers.Keeper. A meeting that is found or listed besides stays on the board for that.
func (k *keeper) Remove(_ context.Context, id conference.ConfID) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch err := k.stored.Delete(id); {
	case errors.Is(err, store.ErrNotFound):
		return handlers.ErrNotByHand
	case err != nil:
		return fmt.Errorf("%w: %w", handlers.ErrNotStored, err)
	}
	if err := k.cloud.Unwatch(id, conference.ByHand); err != nil && !errors.Is(err, huawei.ErrUnknown) {
		return err
	}
	return nil
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
