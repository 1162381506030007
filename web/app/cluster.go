package app

import (
	"context"
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
	newsWrong    = "wrong"    // a wrong password was tried
	newsLost     = "lost"     // an instance has no lease: nobody tells of its meetings for now
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
	archive *archive // nil: timelines are not stored
	house   house
	logger  *slog.Logger
	// key seals what was found; nil: nothing is.
	key *seal.Key

	// epochs are those of the shards that are watched here and told of from here; 0: another instance's.
	epochs [cluster.Shards]atomic.Uint64
	// prepared are those that are watched and that another instance still tells of, or nobody; suspended are the latter that were told of from here.
	prepared, suspended [cluster.Shards]atomic.Bool

	made   time.Time
	counts counts
	reach  reach

	// known is closed when it is known for the first time who the others are.
	known     chan struct{}
	knownOnce sync.Once

	shorts *shorts

	mu     sync.Mutex
	taken  map[cluster.Shard]uint64 // shards that were taken and are not begun yet
	untold [][]byte                 // events that could not be told
	wake   chan struct{}            // capacity 1
}

var (
	_ cluster.Watcher   = (*instance)(nil)
	_ handlers.Whole    = (*instance)(nil)
	_ handlers.Rewinder = (*instance)(nil)
)

// newInstance connects to NATS, or goes on trying, and returns what joins the others when it runs. The source is given to it by begin. It
// owns the connection.
func newInstance(s settings.Settings, rooms house, logger *slog.Logger) (*instance, error) {
	config := clusterConfig(s.Cluster, logger)
	conn, err := cluster.Dial(config)
	if err != nil {
		return nil, fmt.Errorf("cluster.nats: %w", err)
	}
	i := &instance{conn: conn, house: rooms, logger: logger, taken: map[cluster.Shard]uint64{}, wake: make(chan struct{}, 1), known: make(chan struct{}), shorts: newShorts(), made: time.Now()}
	if i.members, err = cluster.New(conn, config, i.counts.of(i)); err != nil {
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
		Prefix: s.Cluster.Prefix, Replicas: s.Cluster.Replicas, Memory: s.Cluster.Memory, Member: i.members.ID(), Board: rooms.registry, Logger: logger,
		Owns: i.owns, Keeps: i.keeps, Owner: i.owner, Alive: i.alive, Recent: rooms.history.Recent, Told: i.told, Adopt: i.adopt, Adopted: i.adopted,
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
	config.Next = i.next
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
	i.bus.AnswerAny(askRewind, i.answerRewind)
	i.bus.Hear(newsDiscover, func([]byte) { source.Discover() })
	i.bus.Hear(newsEvent, i.hearEvent)
	i.bus.Hear(newsFound, i.takeFound)
	i.bus.Hear(newsLost, func(member []byte) { i.bus.MemberGone(string(member)) })
	i.bus.Hear(askFound, func([]byte) {
		if i.key != nil && i.finds() && i.knowsFound() {
			i.tellFound(source.Found())
		}
	})
}

// knowsFound reports whether what the enterprise's lists have is wanted here. Before that a meeting that was found would seem to be nobody's. The
// listing is the last of it to be told.
func (i *instance) knowsFound() bool {
	if i.key == nil {
		return true
	}
	switch i.house.registry.Discovery().Listing.State {
	case conference.ListingOff, conference.ListingAsking:
		return false
	}
	return true
}

// listed reports whether all that the enterprise's lists have is known: who begins to find while they cannot be had knows nothing of them.
func (i *instance) listed() bool {
	return i.key == nil || !i.house.registry.Discovery().Listing.Complete.IsZero()
}

// keep is given where the board keeps what it keeps: what one changes there the others look at. It is to be called before run.
func (i *instance) keep(a *archive, e entrance) {
	i.archive = a
	e.db.Tell(func(k store.Kind) { _ = i.bus.Tell(newsStored, []byte(k)) }) // who does not hear it looks every two seconds
	i.bus.Hear(newsStored, func([]byte) { e.follower.Look() })
	if v := e.visitors; v != nil && v.Accounts != nil {
		i.shareWrong(v.Accounts)
	}
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

// keeps implements bus.Config.Keeps: what was watched here until now is left alone until it is known whose it is.
func (i *instance) keeps(id conference.ConfID) bool {
	s := cluster.ShardOf(id)
	return i.epochs[s].Load() > 0 || i.suspended[s].Load()
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
	return i.knowsFound() && i.bus.Stats().Known && i.source.Ready(func(id conference.ConfID) bool { return cluster.ShardOf(id) == s })
}

// Take implements cluster.Watcher. Its meetings go on from what the others know, which Run reads first.
func (i *instance) Take(s cluster.Shard, epoch uint64) {
	i.mu.Lock()
	i.taken[s] = epoch
	i.mu.Unlock()
	i.stir()
}

// Suspend implements cluster.Watcher. Its meetings are watched as if another instance told of them, and pages say that they are not live. When it is Taken
// again they go on from what the others know, as if another one had had them, and then comes what has become of them meanwhile.
func (i *instance) Suspend(s cluster.Shard) { i.giveUp(s, true) }

// Drop implements cluster.Watcher.
func (i *instance) Drop(s cluster.Shard) { i.giveUp(s, false) }

// giveUp has a shard told of no more from here. watched: its meetings go on being watched.
func (i *instance) giveUp(s cluster.Shard, watched bool) {
	i.mu.Lock()
	delete(i.taken, s)
	had := i.epochs[s].Load() > 0
	i.suspended[s].Store(watched && (had || i.suspended[s].Load())) // before it is nobody's, so that nothing takes its place in between
	i.epochs[s].Store(0)
	i.prepared[s].Store(watched)
	i.mu.Unlock()
	i.reassign(s)
	if had {
		i.archive.release(i.meetings(func(of cluster.Shard) bool { return of == s }), time.Now())
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
	case cluster.Lost:
		_ = i.bus.Tell(newsLost, []byte(i.members.ID())) // who cannot hear it has no bus, and knows that
	case cluster.Held:
		i.knownOnce.Do(func() { close(i.known) })
		_ = i.bus.Tell(askFound, nil) // what was told meanwhile did not come
		i.tellUntold()
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
// Run for a board that is one of several. When hurry is closed it waits for the others no longer. Then it is over with the connection, too.
func (i *instance) run(ctx context.Context, to conference.Sink, hurry <-chan struct{}) error {
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
	parts.Go(func() error { i.ask(shared); return nil })
	parts.Go(func() error { i.complete(shared); return nil })
	parts.Go(func() error { i.watchReach(shared); return nil })
	parts.Go(func() error {
		select {
		case <-hurry:
			i.members.Hurry()
		case <-shared.Done():
		}
		return nil
	})
	watching, leave := context.WithCancel(shared)
	var source errgroup.Group
	source.Go(func() error { return i.source.Run(watching, to) })
	err := i.members.Run(ctx)
	leave()
	err = errors.Join(err, source.Wait())
	silent()
	return errors.Join(err, parts.Wait())
}

// askEvery is how often it is asked what was found, until it is known: who could answer may not be there yet, and the answer can be lost.
const askEvery = 500 * time.Millisecond

// ask asks for what was found until it is known here. When there was a whole list it has those meetings tidied up that were begun before.
func (i *instance) ask(ctx context.Context) {
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for !i.listed() {
		if i.members.Held() && !i.finds() && !i.knowsFound() {
			_ = i.bus.Tell(askFound, nil)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
	i.stir()
}

// work begins what was taken until ctx ends.
func (i *instance) work(ctx context.Context) {
	var untidied []cluster.Shard
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
		if len(taken) > 0 {
			i.inherit(ctx, taken)
		}
		var begun []cluster.Shard
		i.mu.Lock()
		for s, epoch := range taken {
			if i.taken[s] == epoch {
				delete(i.taken, s)
				i.epochs[s].Store(epoch)
				i.prepared[s].Store(false)
				i.suspended[s].Store(false)
				begun = append(begun, s)
			}
		}
		i.mu.Unlock()
		i.reassign(begun...)
		if untidied = append(untidied, begun...); i.listed() {
			i.tidy(untidied)
			untidied = nil
		}
	}
}

// tidy takes meetings off the board that nobody wants watched any more: who watched them was gone when that was said.
func (i *instance) tidy(shards []cluster.Shard) {
	for _, id := range i.meetings(func(s cluster.Shard) bool { return slices.Contains(shards, s) && i.epochs[s].Load() > 0 }) {
		if s := i.house.registry.Get(id); s != nil && !s.Ended() && !i.source.Knows(id) {
			i.house.registry.Apply(conference.UnwatchMessage{About: conference.About{ConfID: id, At: time.Now()}})
		}
	}
}

// inherit gives the board what others know of the meetings of shards: what this instance knows of them is brief, or nothing if it has just been
// started.
func (i *instance) inherit(ctx context.Context, shards map[cluster.Shard]uint64) {
	begin := func(s cluster.Shard) bool { return shards[s] > 0 && i.epochs[s].Load() == 0 }
	i.listen(ctx)
	ids := i.meetings(begin)
	unended, err := i.archive.unended(ctx, func(id conference.ConfID) bool { return begin(cluster.ShardOf(id)) && !slices.Contains(ids, id) })
	if err != nil {
		i.logger.Warn("timelines begin anew of meetings that were interrupted", "error", err)
	}
	ids = append(ids, unended...)
	known, err := i.bus.Inherit(ctx, ids)
	if err != nil {
		i.logger.Warn("meetings begin anew that another instance watched", "error", err)
	}
	now := time.Now()
	for id, in := range known {
		i.house.history.Inherit(id, in.Epoch, in.Entries)
		i.house.registry.Apply(conference.SnapshotMessage{About: conference.About{ConfID: id, At: now}, State: in.State})
		i.archive.inherit(in.State, in.Entries, now)
		i.adopted(id)
	}
	i.recall(ctx, slices.DeleteFunc(ids, func(id conference.ConfID) bool { _, is := known[id]; return is }), now)
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
