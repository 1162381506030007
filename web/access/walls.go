package access

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"confboard/feed/conference"
)

// StoredWall is a named wall as it is stored: of its token, the digest only.
type StoredWall struct {
	conference.Wall
	Digest string
	// On is the name of the board that has its page open, among several; empty when none has, or there is one board only.
	On string
}

// WallStore keeps walls. Its methods wait for the disk.
type WallStore interface {
	Walls(ctx context.Context) ([]StoredWall, error)
	AddWall(ctx context.Context, w StoredWall) error
	// UpdateWall keeps what an admin changed, SeeWall the rest; whichever comes last.
	UpdateWall(ctx context.Context, w StoredWall) error
	SeeWall(ctx context.Context, w conference.Wall) error
	// RemoveWall forgets a wall; one that is not there is none.
	RemoveWall(ctx context.Context, id string) error
}

const (
	// maxWalls bounds the memory.
	maxWalls = 1000
	// wallCookieAge is how long a browser keeps a wall's cookie: as long as any lets one be kept. It is renewed by every page and stream.
	wallCookieAge = 400 * 24 * time.Hour
)

// WallsConfig is what Walls need. Store is required.
type WallsConfig struct {
	Store WallStore
	// Path, PublicURL, Now and Logger are as in Config.
	Path, PublicURL string
	Now             func() time.Time
	Logger          *slog.Logger
	// Ended is told of a wall that is let in no more, Renewed of one whose page is to be loaded anew, by its owner's name to the streams;
	// Changed that something on the list has changed. None may call back. Default: nobody is told.
	Ended, Renewed func(owner string)
	Changed        func()
	// Instance is the name of this board among several that use the same store; empty: there are no others.
	Instance string
}

// Walls are the screens that have a name: each has an address with a token, which a browser exchanges for a cookie. Who a wall is, is
// answered from memory. All methods are safe for concurrent use.
type Walls struct {
	config  WallsConfig
	cookies cookies
	wake    chan struct{} // tells Run that something is to be stored; capacity 1

	changing sync.Mutex // one change at a time of what may not be twice, or is stored before it counts

	mu      sync.RWMutex
	byKey   map[digest]*wall
	byID    map[string]*wall
	removed []string // IDs that the store still has
}

type wall struct {
	conference.Wall
	key digest
	// unsaid: something became of it that is to be stored.
	unsaid bool
	// elsewhere is when another board last said that it has its page open; zero: none has.
	elsewhere time.Time
}

func (w *wall) stored() StoredWall { return StoredWall{Wall: w.Wall, Digest: w.key.String()} }

// NewWalls reads the walls from the store.
func NewWalls(ctx context.Context, c WallsConfig) (*Walls, error) {
	c.Path = cmp.Or(c.Path, "/")
	for _, told := range []*func(string){&c.Ended, &c.Renewed} {
		if *told == nil {
			*told = func(string) {}
		}
	}
	if c.Changed == nil {
		c.Changed = func() {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	public, err := parsePublicURL(c.PublicURL)
	if err != nil {
		return nil, err
	}
	// Lax, so that an address that was mailed opens.
	w := &Walls{config: c, cookies: cookies{"confboard_wall", c.Path, public, http.SameSiteLaxMode}, wake: make(chan struct{}, 1),
		byKey: map[digest]*wall{}, byID: map[string]*wall{}}
	if err := w.Follow(ctx); err != nil {
		return nil, err
	}
	return w, nil
}

// Follow takes over what the store says of walls. It is to be called when walls were made, changed or removed beside this board; their
// pages follow.
func (w *Walls) Follow(ctx context.Context) error {
	w.changing.Lock()
	defer w.changing.Unlock()
	all, err := w.config.Store.Walls(ctx)
	if err != nil {
		return fmt.Errorf("read the walls: %w", err)
	}
	var ended, renewed []string
	changed := false
	w.mu.Lock()
	there := make(map[string]bool, len(all))
	for _, s := range all {
		d, ok := digestFrom(s.Digest)
		if !ok || slices.Contains(w.removed, s.ID) {
			continue
		}
		there[s.ID] = true
		held := w.byID[s.ID]
		if held == nil {
			held = &wall{Wall: s.Wall, key: d}
			w.learn(held, s)
			w.byKey[d], w.byID[s.ID] = held, held
			changed = true
			continue
		}
		before := held.Wall
		if held.key != d {
			delete(w.byKey, held.key)
			held.key = d
			w.byKey[d] = held
			ended = append(ended, s.ID)
		} else if s.Revision > held.Revision || s.Query != held.Query {
			renewed = append(renewed, s.ID)
		}
		w.learn(held, s)
		changed = changed || held.Wall != before
	}
	for id, held := range w.byID {
		if !there[id] {
			delete(w.byID, id)
			delete(w.byKey, held.key)
			ended = append(ended, id)
			changed = true
		}
	}
	w.mu.Unlock()
	for _, id := range ended {
		w.config.Ended(wallOwner(id))
	}
	for _, id := range renewed {
		w.config.Renewed(wallOwner(id))
	}
	if changed {
		w.config.Changed()
	}
	return nil
}

// learn takes over what became of a wall elsewhere.
func (w *Walls) learn(held *wall, s StoredWall) {
	held.Name, held.Query, held.Revision = s.Name, s.Query, max(held.Revision, s.Revision)
	if held.elsewhere = (time.Time{}); s.On != "" && s.On != w.config.Instance {
		held.elsewhere = s.Seen
	}
	if held.Screens == 0 && held.Seen.Before(s.Seen) { // what its page here tells is newer
		held.Seen, held.Since, held.Build, held.Screen = s.Seen, s.Since, s.Build, s.Screen
	}
}

// wallOwner names a wall to the streams; it does not let it in.
func wallOwner(id string) string { return "wall " + id }

func (w *Walls) now() time.Time { return w.config.Now().UTC().Truncate(time.Millisecond) }

// Who is the wall that makes a request, by its cookie.
func (w *Walls) Who(r *http.Request) (Who, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	for _, c := range w.cookies.held(r) {
		if held := w.byKey[digestOf(c.Value)]; held != nil {
			return Who{Role: RoleWall, Wall: held.ID, Owner: wallOwner(held.ID)}, true
		}
	}
	return Who{}, false
}

// Open exchanges the token in a wall's address for a cookie, which is good for as long as the wall has this address; ok is false when
// the token is nobody's. Whoever has the address may come again, as a browser does that forgets its cookies when it is switched off.
func (w *Walls) Open(rw http.ResponseWriter, r *http.Request, token string) (one conference.Wall, ok bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	held := w.byKey[digestOf(token)]
	if held == nil {
		return one, false
	}
	http.SetCookie(rw, w.cookies.cookie(w.cookies.cookieName(r), token, int(wallCookieAge/time.Second)))
	return held.Wall, true
}

// Keep renews the cookie of the wall that makes a request.
func (w *Walls) Keep(rw http.ResponseWriter, r *http.Request) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	for _, c := range w.cookies.held(r) {
		if w.byKey[digestOf(c.Value)] != nil {
			http.SetCookie(rw, w.cookies.cookie(c.Name, c.Value, int(wallCookieAge/time.Second)))
		}
	}
}

// Get returns a wall as it is at the moment.
func (w *Walls) Get(id string) (one conference.Wall, ok bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if held := w.byID[id]; held != nil {
		return w.seen(held), true
	}
	return one, false
}

// List returns all walls in order of name.
func (w *Walls) List() []conference.Wall {
	w.mu.RLock()
	all := make([]conference.Wall, 0, len(w.byID))
	for _, held := range w.byID {
		all = append(all, w.seen(held))
	}
	w.mu.RUnlock()
	slices.SortFunc(all, func(a, b conference.Wall) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// seen: a wall that is there is seen now.
func (w *Walls) seen(held *wall) conference.Wall {
	one := held.Wall
	now := w.now()
	if one.Screens == 0 && now.Sub(held.elsewhere) < settleEvery+conference.WallGap {
		one.Screens = 1
	}
	if one.Screens > 0 {
		one.Seen = now
	}
	return one
}

// Enter says that the page of a wall is open, until leave is called, and what it tells of itself. owner is the wall's name to the
// streams; ok is false when there is no such wall.
func (w *Walls) Enter(id string, report conference.WallReport) (owner string, leave func(), ok bool) {
	now := w.now()
	w.mu.Lock()
	held := w.byID[id]
	if held == nil {
		w.mu.Unlock()
		return "", nil, false
	}
	if held.Screens == 0 && now.Sub(held.Seen) > conference.WallGap {
		held.Since = now
	}
	held.Screens++
	held.Seen, held.unsaid = now, true
	held.Build, held.Screen = cmp.Or(report.Build, held.Build), cmp.Or(report.Screen, held.Screen)
	w.mu.Unlock()
	w.config.Changed()
	w.stirOthers()
	return wallOwner(id), sync.OnceFunc(func() {
		w.mu.Lock()
		held.Screens--
		held.Seen, held.unsaid = w.now(), true
		w.mu.Unlock()
		w.config.Changed()
		w.stirOthers()
	}), true
}

// stirOthers has other boards hear at once that a page has come or gone.
func (w *Walls) stirOthers() {
	if w.config.Instance != "" {
		w.stir()
	}
}

// settleEvery is how often it is stored when walls were seen.
const settleEvery = time.Minute

// Run stores what became of walls, once a minute. It returns nil when ctx ends.
func (w *Walls) Run(ctx context.Context) error {
	tick := time.NewTicker(settleEvery)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			if err := w.settle(last); err != nil {
				w.config.Logger.Error("what became of walls cannot be stored", "error", err)
			}
			return nil
		case <-w.wake:
		case <-tick.C:
		}
		err := w.settle(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			w.config.Logger.Error("what became of walls cannot be stored; it is tried again", "error", err)
		}
		failing = err != nil
	}
}

func (w *Walls) stir() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// settle stores which walls are gone, and what became of the others.
func (w *Walls) settle(ctx context.Context) error {
	w.changing.Lock()
	defer w.changing.Unlock()
	w.mu.Lock()
	removed, due := slices.Clone(w.removed), []conference.Wall(nil)
	for _, held := range w.byID {
		if held.unsaid || held.Screens > 0 {
			if held.unsaid = false; held.Screens > 0 {
				held.Seen = w.now()
			}
			due = append(due, held.Wall)
		}
	}
	w.mu.Unlock()
	for _, id := range removed {
		if err := w.removeStored(ctx, id); err != nil {
			w.put(due)
			return err
		}
	}
	for i, one := range due {
		if err := w.config.Store.SeeWall(ctx, one); err != nil {
			w.put(due[i:])
			return err
		}
	}
	return nil
}

// removeStored has the store forget a wall that has been removed. w.changing is held: nobody takes it over again meanwhile.
func (w *Walls) removeStored(ctx context.Context, id string) error {
	if err := w.config.Store.RemoveWall(ctx, id); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.removed = slices.DeleteFunc(w.removed, func(removed string) bool { return removed == id })
	return nil
}

// put notes again what could not be stored.
func (w *Walls) put(due []conference.Wall) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, one := range due {
		if held := w.byID[one.ID]; held != nil {
			held.unsaid = true
		}
	}
}

// newWallToken makes the secret of a wall's address, of at least 128 bits.
func newWallToken() (conference.Secret, digest) {
	secret := rand.Text()
	return conference.NewSecret(secret), digestOf(secret)
}
