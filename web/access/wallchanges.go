package access

import (
	"context"
	"crypto/rand"
	"strings"

	"confboard/feed/conference"
)

// What admins do to walls. Whatever makes something new is stored first and done then: after an error nothing has changed.

// Make makes a wall, of which Name, Query and By are given, and returns the token in its address, which is nowhere else. Errors that
// can be told apart are conference.ErrWallName and ErrTooManyWalls. It waits for the disk, as all methods below.
func (w *Walls) Make(ctx context.Context, one conference.Wall) (token conference.Secret, made conference.Wall, err error) {
	w.changing.Lock()
	defer w.changing.Unlock()
	switch {
	case w.count() >= maxWalls:
		return token, made, conference.ErrTooManyWalls
	case w.taken(one.Name, ""):
		return token, made, conference.ErrWallName
	}
	token, key := newWallToken()
	held := &wall{Wall: conference.Wall{ID: rand.Text()[:12], Name: one.Name, Query: one.Query, By: one.By, Created: w.now(), Revision: 1}, key: key}
	if err := w.config.Store.AddWall(ctx, held.stored()); err != nil {
		return conference.Secret{}, made, err
	}
	w.mu.Lock()
	w.byKey[key], w.byID[held.ID] = held, held
	w.mu.Unlock()
	w.config.Changed()
	return token, held.Wall, nil
}

func (w *Walls) count() int {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return len(w.byID)
}

// taken reports whether another wall than that with an ID has a name.
func (w *Walls) taken(name, id string) bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	for _, held := range w.byID {
		if held.ID != id && strings.EqualFold(held.Name, name) {
			return true
		}
	}
	return false
}

// change stores a wall as f makes it of the present one, and puts it in its place. renew: its page is to be loaded anew. w.changing is
// held.
func (w *Walls) change(ctx context.Context, id string, renew bool, f func(*wall)) error {
	w.mu.RLock()
	held := w.byID[id]
	if held == nil {
		w.mu.RUnlock()
		return conference.ErrNoWall
	}
	next := *held
	w.mu.RUnlock()
	f(&next)
	if renew {
		next.Revision++
	}
	err := w.config.Store.UpdateWall(ctx, next.stored())
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.byID[id] != held: // removed meanwhile, whatever the store says of that
		return conference.ErrNoWall
	case err != nil:
		return err
	}
	delete(w.byKey, held.key)
	held.Name, held.Query, held.key = next.Name, next.Query, next.key
	w.byKey[held.key] = held
	if renew {
		held.Revision++
		held.unsaid = true // it may have grown otherwise meanwhile
	}
	return nil
}

// Rename gives a wall another name; conference.ErrWallName when another has it.
func (w *Walls) Rename(ctx context.Context, id, name string) error {
	w.changing.Lock()
	defer w.changing.Unlock()
	if w.taken(name, id) {
		return conference.ErrWallName
	}
	if err := w.change(ctx, id, false, func(next *wall) { next.Name = name }); err != nil {
		return err
	}
	w.config.Changed()
	return nil
}

// Show has a wall show something else: its page follows at once, or when it comes back.
func (w *Walls) Show(ctx context.Context, id, query string) error {
	w.changing.Lock()
	defer w.changing.Unlock()
	if err := w.change(ctx, id, true, func(next *wall) { next.Query = query }); err != nil {
		return err
	}
	w.config.Renewed(wallOwner(id))
	w.config.Changed()
	return nil
}

// Readdress gives a wall another token: who has the old one, the screen included, is let in no more.
func (w *Walls) Readdress(ctx context.Context, id string) (token conference.Secret, err error) {
	w.changing.Lock()
	defer w.changing.Unlock()
	token, key := newWallToken()
	if err := w.change(ctx, id, false, func(next *wall) { next.key = key }); err != nil {
		return conference.Secret{}, err
	}
	w.config.Ended(wallOwner(id))
	return token, nil
}

// Reload has the page of a wall loaded anew, at once or when it comes back. It does not wait for the disk.
func (w *Walls) Reload(id string) error {
	w.mu.Lock()
	held := w.byID[id]
	if held != nil {
		held.Revision++
		held.unsaid = true
	}
	w.mu.Unlock()
	if held == nil {
		return conference.ErrNoWall
	}
	w.config.Renewed(wallOwner(id))
	w.stir()
	return nil
}

// Remove removes a wall: its page ends at once, whatever the disk does. An error means that it is back after a restart unless it can be
// stored until then, which goes on being tried. found is false when there is no such wall.
func (w *Walls) Remove(ctx context.Context, id string) (found bool, err error) {
	w.mu.Lock()
	held := w.byID[id]
	if held != nil {
		delete(w.byID, id)
		delete(w.byKey, held.key)
		w.removed = append(w.removed, id)
	}
	w.mu.Unlock()
	if held == nil {
		return false, nil
	}
	w.config.Ended(wallOwner(id))
	w.config.Changed()
	w.changing.Lock()
	defer w.changing.Unlock()
	return true, w.removeStored(ctx, id)
}
