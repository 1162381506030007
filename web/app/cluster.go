package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"confboard/feed/bus"
	"confboard/feed/cluster"
	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/handlers"
	"confboard/web/seal"
	"confboard/web/settings"
	"confboard/web/store"
)

// What instances tell and ask each other beside their meetings.
const (
	newsStored   = "stored"   // something in the database was changed
	newsFound    = "found"    // what the instance that finds has found, sealed
	newsEvent    = "event"    // an event of the enterprise, which one of them got
	newsDiscover = "discover" // an admin asks for the lists
	askFound     = "finds"    // what was found last
	askRetry     = "retry"    // an admin wants a meeting tried again
)

// instance is this board as one of several: it watches the meetings of the shards that it owns, tells the others of them, and learns from
// them of the rest.
type instance struct {
	conn    *nats.Conn
	members *cluster.Membership
	bus     *bus.Bus
	source  *huawei.Cloud
	archive *archive
	house   house
	logger  *slog.Logger
	// key seals what was found; nil: nothing is.
	key *seal.Key

	// epochs are those of the shards that are watched here and told of from here; 0: another instance's.
	epochs [cluster.Shards]atomic.Uint64
	// prepared are those that are watched and that another instance still tells of.
	prepared [cluster.Shards]atomic.Bool

	// known is closed when it is known for the first time who the others are.
	known     chan struct{}
	knownOnce sync.Once

	mu    sync.Mutex
	taken map[cluster.Shard]uint64 // shards that were taken and are not begun yet
	wake  chan struct{}            // capacity 1
}

var (
	_ cluster.Watcher = (*instance)(nil)
	_ handlers.Whole  = (*bus.Bus)(nil)
)

// newInstance connects to NATS, or goes on trying, and returns what joins the others when it runs. The source is given to it by begin. It
// owns the connection.
func newInstance(s settings.Settings, rooms house, logger *slog.Logger) (*instance, error) {
	config := clusterConfig(s.Cluster, logger)
	conn, err := cluster.Dial(config)
	if err != nil {
		return nil, fmt.Errorf("cluster.nats: %w", err)
	}
	i := &instance{conn: conn, house: rooms, logger: logger, taken: map[cluster.Shard]uint64{}, wake: make(chan struct{}, 1), known: make(chan struct{})}
	if i.members, err = cluster.New(conn, config, i); err != nil {
		conn.Close()
		return nil, err
	}
	if s.Cloud.App.Enabled() {
		if i.key, err = seal.New(s.Cloud.App.Key, seal.Findings); err != nil {
			conn.Close()
			return nil, fmt.Errorf("cloud.app: %w", err)
		}
	}
	i.bus, err = bus.New(conn, bus.Config{
		Prefix: s.Cluster.Prefix, Replicas: s.Cluster.Replicas, Member: i.members.ID(), Board: rooms.registry, Logger: logger,
		Owns: i.owns, Owner: i.owner, Alive: i.alive, Recent: rooms.history.Recent, Adopt: rooms.history.Adopt,
	})
	if err != nil {
		conn.Close()
		return nil, err
	}
	return i, nil
}

// join has the source watch what this instance is to watch, and no more.
func (i *instance) join(config *huawei.Config) {
	config.Mine = func(id conference.ConfID) bool { return i.epochs[cluster.ShardOf(id)].Load() > 0 }
	config.Next = func(id conference.ConfID) bool { return i.prepared[cluster.ShardOf(id)].Load() }
	config.Board = i.house.registry.Get
	if i.key != nil {
		config.OnFound = i.tellFound
	}
}

// begin is given the source, and hears the others. It is to be called before run.
func (i *instance) begin(source *huawei.Cloud) {
	i.source = source
	source.SetFinding(false)
	source.SetShare(1, 1)
	i.bus.Answer(askRetry, func(_ context.Context, id conference.ConfID, _ []byte) ([]byte, error) { return nil, source.Retry(id) })
	i.bus.Hear(newsDiscover, func([]byte) { source.Discover() })
	i.bus.Hear(newsEvent, i.hearEvent)
	i.bus.Hear(newsFound, i.takeFound)
	i.bus.Hear(askFound, func([]byte) {
		if i.key != nil && i.finds() {
			i.tellFound(source.Found())
		}
	})
}

// keep is given where the board keeps what it keeps: what one changes there the others look at. It is to be called before run.
func (i *instance) keep(a *archive, e entrance) {
	i.archive = a
	e.db.Tell(func(k store.Kind) { _ = i.bus.Tell(newsStored, []byte(k)) }) // who does not hear it looks every two seconds
	i.bus.Hear(newsStored, func([]byte) { e.follower.Look() })
}

// owns implements bus.Config.Owns: nothing is told of a meeting any more when this instance cannot know that it is still its own.
func (i *instance) owns(id conference.ConfID) (epoch uint64, owns bool) {
	epoch = i.epochs[cluster.ShardOf(id)].Load()
	return epoch, epoch > 0 && i.members.Held()
}

// watches reports whether a meeting is this instance's own.
func (i *instance) watches(id conference.ConfID) bool {
	_, owns := i.owns(id)
	return owns
}

func (i *instance) owner(id conference.ConfID) string {
	member, _, _ := i.members.Owner(id)
	return member
}

func (i *instance) alive(member string) bool {
	for _, m := range i.members.Members() {
		if m.ID == member {
			return true
		}
	}
	return false
}

// finds reports whether this instance asks for the enterprise's lists.
func (i *instance) finds() bool { return i.epochs[0].Load() > 0 }

// Prepare implements cluster.Watcher.
func (i *instance) Prepare(s cluster.Shard) {
	i.prepared[s].Store(true)
	i.source.Reassign() // Ready is asked next
}

// Ready implements cluster.Watcher.
func (i *instance) Ready(s cluster.Shard) bool {
	return i.source.Ready(func(id conference.ConfID) bool { return cluster.ShardOf(id) == s })
}

// Take implements cluster.Watcher. Its meetings go on from what the others know, which Run reads first.
func (i *instance) Take(s cluster.Shard, epoch uint64) {
	i.mu.Lock()
	i.taken[s] = epoch
	i.mu.Unlock()
	i.stir()
}

// Drop implements cluster.Watcher.
func (i *instance) Drop(s cluster.Shard) {
	i.mu.Lock()
	delete(i.taken, s)
	had := i.epochs[s].Swap(0) > 0
	i.prepared[s].Store(false)
	i.mu.Unlock()
	i.reassign(s)
	if had && i.archive != nil {
		now := time.Now()
		for _, id := range i.meetings(func(of cluster.Shard) bool { return of == s }) {
			i.archive.journal.Release(id, now)
		}
	}
}

// meetings are those on the board that belong to some shards.
func (i *instance) meetings(of func(cluster.Shard) bool) (ids []conference.ConfID) {
	for _, s := range i.house.registry.States() {
		if of(cluster.ShardOf(s.ConfID)) {
			ids = append(ids, s.ConfID)
		}
	}
	return ids
}

// reassign has the source and the bus act by what is watched here now.
func (i *instance) reassign(changed ...cluster.Shard) {
	i.source.Reassign()
	i.bus.Reassigned()
	for _, s := range changed {
		if s == 0 {
			i.source.SetFinding(i.finds())
		}
	}
}

// Heard implements cluster.Watcher.
func (i *instance) Heard(e cluster.Event) {
	switch e.Kind {
	case cluster.Died, cluster.Left:
		i.bus.MemberGone(e.Member.ID)
	case cluster.Held:
		i.knownOnce.Do(func() { close(i.known) })
		_ = i.bus.Tell(askFound, nil) // if nobody hears it, what is found is told when it changes
	}
	i.bus.Reassigned() // what it owns depends on its lease
	i.source.SetShare(1, max(1, len(i.members.Members())))
}

func (i *instance) stir() {
	select {
	case i.wake <- struct{}{}:
	default:
	}
}

// run takes part until ctx ends, and then until others have what this instance watches, for which the source goes on; it is the source's
// Run for a board that is one of several. Then it is over with the connection, too.
func (i *instance) run(ctx context.Context, to conference.Sink) error {
	defer i.conn.Close()
	var parts errgroup.Group
	shared, silent := context.WithCancel(context.WithoutCancel(ctx))
	parts.Go(func() error {
		select { // before that all whose meetings it finds would seem to be dead
		case <-i.known:
			return i.bus.Run(shared)
		case <-shared.Done():
			return nil
		}
	})
	parts.Go(func() error { i.work(shared); return nil })
	watching, leave := context.WithCancel(shared)
	var source errgroup.Group
	source.Go(func() error { return i.source.Run(watching, to) })
	err := i.members.Run(ctx)
	leave()
	err = errors.Join(err, source.Wait())
	silent()
	return errors.Join(err, parts.Wait())
}

// work begins what was taken until ctx ends.
func (i *instance) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-i.wake:
		}
		i.mu.Lock()
		taken := make(map[cluster.Shard]uint64, len(i.taken))
		for s, epoch := range i.taken {
			taken[s] = epoch
		}
		i.mu.Unlock()
		i.inherit(ctx, taken)
		var begun []cluster.Shard
		i.mu.Lock()
		for s, epoch := range taken {
			if i.taken[s] == epoch {
				delete(i.taken, s)
				i.epochs[s].Store(epoch)
				i.prepared[s].Store(false)
				begun = append(begun, s)
			}
		}
		i.mu.Unlock()
		i.reassign(begun...)
		i.tidy(begun)
	}
}

// tidy takes meetings off the board that nobody wants watched any more: who watched them was gone when that was said.
func (i *instance) tidy(shards []cluster.Shard) {
	for _, id := range i.meetings(func(s cluster.Shard) bool { return slices.Contains(shards, s) }) {
		if s := i.house.registry.Get(id); s != nil && !s.Ended() && !i.source.Knows(id) {
			i.house.registry.Apply(conference.UnwatchMessage{About: conference.About{ConfID: id, At: time.Now()}})
		}
	}
}

// inherit gives the board what others know of the meetings of shards: what this instance knows of them is brief.
func (i *instance) inherit(ctx context.Context, shards map[cluster.Shard]uint64) {
	begin := func(s cluster.Shard) bool { return shards[s] > 0 && i.epochs[s].Load() == 0 }
	ids := i.meetings(begin)
	known, err := i.bus.Inherit(ctx, ids)
	if err != nil {
		i.logger.Warn("meetings begin anew that another instance watched", "error", err)
	}
	now := time.Now()
	for id, in := range known {
		i.house.history.Adopt(id, in.Entries)
		i.house.registry.Apply(conference.SnapshotMessage{About: conference.About{ConfID: id, At: now}, State: in.State})
		if i.archive != nil {
			i.archive.journal.Inherit(in.State, in.Entries, now)
		}
	}
	// After all instances were stopped nobody tells of a meeting, and it goes on from what is stored.
	lost, err := i.archive.unended(ctx, func(id conference.ConfID) bool { return begin(cluster.ShardOf(id)) && i.house.registry.Get(id) == nil })
	if err != nil {
		i.logger.Warn("timelines begin anew of meetings that were interrupted", "error", err)
	}
	for _, id := range ids {
		if _, is := known[id]; !is && len(i.house.history.Entries(id)) == 0 { // what is stored is older than what is here
			lost = append(lost, id)
		}
	}
	if err := i.archive.recall(ctx, lost, i.house.history); err != nil {
		i.logger.Warn("timelines begin anew of meetings that another instance watched", "error", err)
	}
}

// tellFound tells the others what was found.
func (i *instance) tellFound(f huawei.Findings) {
	sealed, err := sealFindings(i.key, f)
	if err == nil {
		err = i.bus.Tell(newsFound, sealed)
	}
	if err != nil {
		i.logger.Warn("the other instances do not know what was found", "error", err)
	}
}

func (i *instance) takeFound(sealed []byte) {
	if i.key == nil {
		return
	}
	f, err := openFindings(i.key, sealed)
	if err != nil {
		i.logger.Error("what another instance found cannot be read: all need the same cloud.app", "error", err)
		return
	}
	i.source.TakeFound(f)
}

// event is one of the enterprise, as instances tell it.
type event struct {
	Kind   string            `json:"kind"`
	ConfID conference.ConfID `json:"confID,omitempty"`
}

const (
	eventStarted = "started"
	eventEnded   = "ended"
	eventBooked  = "booked"
)

func (i *instance) hearEvent(news []byte) {
	var e event
	if json.Unmarshal(news, &e) != nil {
		return // a newer instance's
	}
	switch e.Kind {
	case eventStarted:
		i.source.MeetingStarted(e.ConfID)
	case eventEnded:
		i.source.MeetingEnded(e.ConfID)
	case eventBooked:
		i.source.BookingsChanged()
	}
}

func (i *instance) tell(e event) {
	if news, err := json.Marshal(e); err == nil {
		_ = i.bus.Tell(newsEvent, news) // who does not hear it sees it in the list
	}
}

// MeetingStarted implements huawei.Effects for all instances, as the other two do.
func (i *instance) MeetingStarted(id conference.ConfID) {
	i.source.MeetingStarted(id)
	i.tell(event{eventStarted, id})
}

// MeetingEnded implements huawei.Effects.
func (i *instance) MeetingEnded(id conference.ConfID) {
	i.source.MeetingEnded(id)
	i.tell(event{eventEnded, id})
}

// BookingsChanged implements huawei.Effects.
func (i *instance) BookingsChanged() {
	i.source.BookingsChanged()
	i.tell(event{Kind: eventBooked})
}

// sharedCloud is the source as a keeper sees it, wherever a meeting is watched.
type sharedCloud struct {
	*huawei.Cloud
	instance *instance
}

// Retry has the instance try that watches the meeting.
func (c sharedCloud) Retry(id conference.ConfID) error {
	err := c.Cloud.Retry(id)
	if errors.Is(err, huawei.ErrNotMine) {
		_, err = c.instance.bus.Ask(context.Background(), id, askRetry, nil)
	}
	return err
}

// Discover has the instance ask for the lists that does so.
func (c sharedCloud) Discover() {
	c.Cloud.Discover()
	_ = c.instance.bus.Tell(newsDiscover, nil) // the button can be pressed again
}

// note keeps what a change did, and tells the others of it if the meeting is watched here; otherwise they have told what it did.
func (i *instance) note(c conference.Change) {
	if !i.watches(c.ConfID) {
		i.house.history.Follow(c)
		i.bus.Notify(c, nil)
		return
	}
	entries := i.house.history.Keep(c)
	i.archive.note(c, entries)
	i.bus.Notify(c, entries)
}
