package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/recording"
	"confboard/feed/timeline"
	"confboard/handlers"
	"confboard/static"
	"confboard/web"
	"confboard/web/access"
	"confboard/web/live"
	"confboard/web/store"
)

// runner is a part that lives as long as the program.
type runner func(ctx context.Context) error

// house is what the board keeps in memory. It is made before the source, which may ask it.
type house struct {
	assets   *static.Assets
	registry *conference.Registry
	hub      *live.Hub
	history  *timeline.History
}

// newHouse sets the streams' Build and Logger.
func newHouse(policy conference.Policy, history timeline.Limits, streams live.Options, logger *slog.Logger) (house, error) {
	assets, err := static.New()
	if err != nil {
		return house{}, err
	}
	streams.Build, streams.Logger = buildID(assets), logger
	return house{assets: assets, registry: conference.NewRegistry(policy), hub: live.NewHub(streams), history: timeline.NewHistory(history)}, nil
}

// board is what differs between the ways in which the board is run.
type board struct {
	house
	listener net.Listener
	// listen is the address as it was set: its host may have a name. publicURL is empty when that is not known.
	listen, publicURL string
	tls               *certificates // nil: connections are not encrypted
	basePath          string
	trustedProxies    []netip.Prefix
	source            conference.Source
	logger            *slog.Logger
	// access is as in the settings; entrance is who is let in by it. The board closes it. Its zero value lets everybody see and nobody
	// change anything.
	access   string
	entrance entrance
	// keeper lets meetings be added by hand; nil: they cannot be.
	keeper handlers.Keeper
	// rules are what is watched for.
	rules *rulebook
	// tokensPrinted: every admin token is printed, and no file has one.
	tokensPrinted bool
	// hook takes the enterprise's events; nil: none are.
	hook handlers.Hook
	// player is the source when a recording is played, whose clock is then the board's; nil: the meetings are live.
	player *recording.Player
	// recorder records what comes from the source; nil: nothing is recorded.
	recorder *recording.Recorder
	// calls counts the calls of the cloud; nil: none are made.
	calls func() []huawei.CallTotal
	// callsPerMinute is how many the settings allow, to all boards together; 0: any number.
	callsPerMinute int
	// archive stores timelines; nil: they are not stored. storage tells how that fares; nil: nobody is told.
	archive *archive
	storage handlers.Storage
	// others live as long as the board.
	others []runner
	// owns reports whether a meeting is watched by this board and not by another one of several; nil: all are. It must not block.
	owns func(conference.ConfID) bool
	// instance is what makes the board one of several; nil: it is alone. It runs the source.
	instance *instance
	// hurry is closed when it is to wait for the others no longer; nil: it never is.
	hurry <-chan struct{}
	// silences are run's own; nil: nothing can be acknowledged or silenced.
	silences *silences
}

// run serves the board until ctx ends. It owns the listener.
func (b board) run(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, b.entrance.close()) }()
	b.openSilences(ctx)
	server, err := b.server()
	if err != nil {
		b.listener.Close()
		return err
	}
	defer b.observe()()

	group, ctx := errgroup.WithContext(ctx)
	if b.player == nil { // which passes the time itself
		group.Go(func() error { return b.registry.Run(ctx) })
	}
	group.Go(func() error { return b.hub.Run(ctx) })
	if v := b.entrance.visitors; v != nil {
		group.Go(func() error { return v.Run(ctx) })
	}
	if f := b.follower(); f != nil {
		group.Go(func() error { return f.Run(ctx) })
	}
	if l := b.entrance.links; l != nil {
		group.Go(func() error { return l.Run(ctx) })
	}
	if s := b.silences; s != nil {
		group.Go(func() error { return s.Run(ctx) })
	}
	if w := b.entrance.walls; w != nil {
		group.Go(func() error { return w.Run(ctx) })
	}
	if b.tls != nil {
		group.Go(func() error { return b.tls.Run(ctx) })
	}
	if i := b.instance; i != nil {
		group.Go(func() error { return i.tellBoards(ctx, func() { b.hub.Tell(handlers.BoardsChanged) }) })
	}
	b.feed(ctx, group)
	group.Go(func() error { return server.Run(ctx, b.listener) })
	for _, r := range b.others {
		group.Go(func() error { return r(ctx) })
	}
	if err := group.Wait(); err != nil && !ended(ctx, err) {
		return err
	}
	return nil
}

// follower is the entrance's, with all else that the board has in memory of what is stored; nil when nothing is.
func (b board) follower() *follower {
	f := b.entrance.follower
	if f == nil {
		return nil
	}
	if b.silences != nil {
		f.add(store.KindSilences, b.silences.Follow)
	}
	if b.rules != nil {
		f.add(store.KindRules, b.rules.Follow)
	}
	if k, is := b.keeper.(*keeper); is {
		f.add(store.KindMeetings, k.Follow)
	}
	return f
}

// observe has all who keep or show what happens told of each change, until it is stopped.
func (b board) observe() (stop func()) {
	observers := []func(conference.Change){func(c conference.Change) {
		if b.instance != nil { // before any page is told of it
			b.instance.note(c)
		} else {
			b.archive.note(c, b.history.Keep(c))
		}
		b.hub.Notify(c)
	}}
	if l := b.entrance.links; l != nil {
		observers = append(observers, l.Notify)
	}
	if s := b.silences; s != nil {
		observers = append(observers, s.Notify)
	}
	stops := make([]func(), len(observers))
	for i, f := range observers {
		_, stops[i] = b.registry.Observe(f)
	}
	return func() {
		for _, stop := range stops {
			stop()
		}
	}
}

// server assembles the pages, and the server that answers with them.
func (b board) server() (*web.Server, error) {
	guard, err := access.NewGuard(b.listen, b.publicURL)
	if err != nil {
		return nil, err
	}
	pages := &handlers.Handlers{
		Board: b.registry, Timeline: b.history, Streams: b.hub, Assets: b.assets, Paths: handlers.Paths{Base: b.basePath}, Build: b.hub.Build(), Now: time.Now,
		Keeper: b.keeper, TokensPrinted: b.tokensPrinted, Hook: b.hook, Logger: b.logger,
	}
	if b.rules != nil { // a nil pointer would be something
		pages.Rules = b.rules
	}
	b.entrance.furnish(pages, b.access, b.publicURL)
	if b.silences != nil { // a nil pointer would be something
		pages.Silencer = b.silences
	}
	if b.archive != nil {
		pages.Archive = b.archive
	}
	if b.storage != nil {
		pages.Storage = b.storage
	}
	var ready func() bool
	if b.instance != nil {
		pages.Whole, pages.Rewinder, pages.Several, ready = b.instance, b.instance, b.instance, b.instance.ready
	}
	if b.player != nil {
		pages.Now, pages.Playback = b.player.Now, b.player
	}
	return web.New(web.Config{
		Handlers: pages, Ready: ready,
		Guard: guard, Visitors: b.entrance.visitors, Assets: b.assets, Logger: b.logger, TrustedProxies: b.trustedProxies, TLS: b.tls.config(), Metrics: b.metrics(),
	}), nil
}

// feed runs the source, and what keeps what it tells, which ends after the source has told its last.
func (b board) feed(ctx context.Context, group *errgroup.Group) {
	told, stop := context.WithCancel(context.WithoutCancel(ctx))
	var sink conference.Sink = b.registry
	if b.recorder != nil {
		sink = b.recorder.Sink(b.registry)
		group.Go(func() error { return b.recorder.Run(told) })
	}
	if b.archive != nil {
		group.Go(func() error { return b.archive.journal.Run(told) })
	}
	group.Go(func() error {
		defer stop()
		if b.instance != nil {
			return b.instance.run(ctx, sink, b.hurry)
		}
		return b.source.Run(ctx, sink)
	})
}

// buildID differs between any two programs that can draw different pages: it is made of the program file itself, so that it
// is the same on every machine that runs it.
func buildID(assets *static.Assets) string {
	hash := sha256.New()
	fmt.Fprintln(hash, Version(), assets.Hash())
	if path, err := os.Executable(); err == nil {
		if file, err := os.Open(path); err == nil {
			_, _ = io.Copy(hash, file) // a part of it is as good an identity
			file.Close()
		}
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return l, nil
}
