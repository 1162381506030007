package app

import (
	"context"
	"reflect"
	"strings"
	"sync/atomic"
	"time"

	"confboard/feed/cluster"
	"confboard/feed/conference"
	"confboard/handlers"
	"confboard/web"
)

var _ handlers.Several = (*instance)(nil)

const (
	// boardsEvery is how often it is looked whether something has become of the boards.
	boardsEvery = time.Second
	// readyWithin is how long after its start a board that does not know yet what the others know is not ready for viewers: a balancer sends them
	// to the others. When it is over there may be no others, or no NATS, and a page that says so is better than none.
	readyWithin = 15 * time.Second
)

// Boards implements handlers.Several.
func (i *instance) Boards() handlers.Boards {
	view, stats := i.members.View(), i.bus.Stats()
	b := handlers.Boards{Connected: i.conn.IsConnected(), Held: view.Held, News: stats.Open, Unreadable: stats.Unreadable}
	for _, m := range view.Members {
		b.Members = append(b.Members, handlers.BoardMember{ID: m.ID, Name: m.Name, Build: m.Build, Started: m.Started, Leaving: m.Leaving, Unable: m.Unable, Self: m.Self})
	}
	select {
	case <-i.known:
		b.Joined = true
	default:
	}
	err := i.members.Trouble()
	if err == nil && !b.Connected {
		err = i.conn.LastError()
	}
	if err != nil {
		b.Trouble = strings.ReplaceAll(err.Error(), "\n", "; ") // of several
	}
	return b
}

// Watch implements handlers.Several.
func (i *instance) Watch(id conference.ConfID) handlers.Watch {
	held := i.members.Held() // before and after: without a lease nobody is known to own anything
	owner, _, _ := i.members.Owner(id)
	w := handlers.Watch{Known: held && i.members.Held(), ID: owner, Name: owner, Self: owner == i.members.ID()}
	for _, m := range i.members.Members() {
		if m.ID == owner {
			w.Name = m.Name
		}
	}
	return w
}

// ready reports whether viewers are to be sent here.
func (i *instance) ready() bool {
	return i.bus.Stats().Known || time.Since(i.made) > readyWithin
}

// tellBoards calls changed when something has become of the boards that people are shown, until ctx ends.
func (i *instance) tellBoards(ctx context.Context, changed func()) error {
	type shown struct {
		boards handlers.Boards
		owners [cluster.Shards]string
	}
	look := func() shown { return shown{i.Boards(), i.members.View().Owners} }
	tick := time.NewTicker(boardsEvery)
	defer tick.Stop()
	for was := look(); ; {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if is := look(); !reflect.DeepEqual(was, is) {
			was = is
			changed()
		}
	}
}

// counts are of what becomes of this board's part. Its zero value can be used.
type counts struct {
	// handed counts the shards taken over from an owner that handed them over, found those that had none.
	handed, found atomic.Uint64
	events        [len(eventKinds)]atomic.Uint64
}

// eventKinds are those that are counted.
var eventKinds = [...]cluster.EventKind{cluster.Joined, cluster.Left, cluster.Died, cluster.Held, cluster.Lost}

// of is the watcher, counted.
func (c *counts) of(w cluster.Watcher) cluster.Watcher { return &counting{Watcher: w, counts: c} }

type counting struct {
	cluster.Watcher
	counts   *counts
	prepared [cluster.Shards]bool // of the one goroutine that calls a watcher
}

// Prepare implements cluster.Watcher.
func (c *counting) Prepare(s cluster.Shard) {
	c.prepared[s] = true
	c.Watcher.Prepare(s)
}

// Take implements cluster.Watcher.
func (c *counting) Take(s cluster.Shard, epoch uint64) {
	if c.prepared[s] {
		c.counts.handed.Add(1)
	} else {
		c.counts.found.Add(1)
	}
	c.prepared[s] = false
	c.Watcher.Take(s, epoch)
}

// Drop implements cluster.Watcher.
func (c *counting) Drop(s cluster.Shard) {
	c.prepared[s] = false
	c.Watcher.Drop(s)
}

// Heard implements cluster.Watcher.
func (c *counting) Heard(e cluster.Event) {
	if e.Kind == cluster.Died { // what was prepared meanwhile is not handed over
		for _, s := range e.Shards {
			c.prepared[s] = false
		}
	}
	for k, kind := range eventKinds {
		if kind == e.Kind {
			c.counts.events[k].Add(1)
		}
	}
	c.Watcher.Heard(e)
}

// figures are what the metrics tell of the boards.
func (i *instance) figures() web.Cluster {
	conn, stats, me := i.conn.Stats(), i.bus.Stats(), i.members.ID()
	f := web.Cluster{Boards: i.Boards(), Handed: i.counts.handed.Load(), Found: i.counts.found.Load(), Events: map[string]uint64{},
		Reconnects: conn.Reconnects, ReceivedBytes: conn.InBytes, SentBytes: conn.OutBytes}
	for k, kind := range eventKinds {
		f.Events[string(kind)] = i.counts.events[k].Load()
	}
	view := i.members.View()
	count := func(of *web.Watched, owner string) {
		switch {
		case !view.Held:
			of.Unknown++
		case owner == me:
			of.Here++
		case owner != "":
			of.Elsewhere++
		default:
			of.Nowhere++
		}
	}
	for _, owner := range view.Owners {
		count(&f.Shards, owner)
	}
	for _, s := range i.house.registry.States() {
		if !s.Ended() {
			count(&f.Meetings, view.Owners[cluster.ShardOf(s.ConfID)])
		}
	}
	f.Bus = web.Bus{Open: stats.Open, Own: stats.Own, Queued: stats.Queued, Whole: stats.Whole, Bytes: stats.Bytes, Failures: stats.Failures, Outbid: stats.Outbid,
		Records: stats.Records, Checkpoints: stats.Checkpoints, Digests: stats.Digests, Applied: stats.Applied, Old: stats.Old, Unreadable: stats.Unreadable,
		Gaps: stats.Gaps, Behind: stats.Behind, Reads: stats.Reads}
	return f
}
