// Package bus makes the meetings that other instances watch known here, and those that this one watches known to them.
//
// The instance that watches a meeting, its owner, publishes what it received of it: records, in the order in which it applied them, to a
// stream with one subject for each meeting, and beside them the digest, which is the state without its lists of people. Every so often a record is
// a checkpoint, the whole state, which takes the place of all before it. So a checkpoint and what followed is one bounded read.
//
// All others have a brief state of the meeting from its digests. Where somebody looks they read the checkpoint and what followed, and go on
// with the records as they come, applying the same messages with the same pure function: then their state is whole.
//
// Both streams are in memory: what is live need not outlive its servers. Whatever is lost, of a stream or on the way to it, its owner makes
// good by a checkpoint and a digest; nothing is queued for a time when it is out of date.
//
// An owner has the epoch of its ownership, which grows with each change of owner. What is of an older one than has been seen is left out, and
// the streams do not let an owner of the past replace what the present one told.
package bus

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"confboard/feed/conference"
	"confboard/feed/timeline"
)

// Board holds the states of all meetings; *conference.Registry is one.
type Board interface {
	// Relay applies what another instance received.
	Relay(conference.Message) conference.Outcome
	// Get returns the state of a meeting, nil if it is not on the board; States those of all, in no order.
	Get(conference.ConfID) *conference.State
	States() []*conference.State
	Policy() conference.Policy
}

// Config says what a bus is for. Prefix, Member, Board and Owns are required.
type Config struct {
	// Prefix begins the names of all streams and subjects.
	Prefix string
	// Replicas is how many servers hold each stream; 1 if it is 0.
	Replicas int
	// Memory is the most that the records of all meetings may take on a server, in bytes; 256 MB if it is 0. The oldest go first: a meeting
	// whose checkpoint is gone is asked for another one when somebody looks at it.
	Memory int64
	// Member is the session of this instance. It has the form of a confID.
	Member string
	Board  Board
	// Owns says whether this instance watches a meeting, and by which epoch. It is called with the board locked: it returns at once
	// and does not call the board. See Bus.Reassigned.
	Owns func(conference.ConfID) (epoch uint64, owns bool)
	// Keeps says of a meeting that this instance does not own whether it has it all the same, whole, and nobody else does for now: it is left alone
	// like an own one, and nothing is told of it. It is called as Owns is. Nil: it has no other ones.
	Keeps func(conference.ConfID) bool
	// Owner is the member to ask about a meeting, empty when there is none. Nil: nobody is asked.
	Owner func(conference.ConfID) (member string)
	// Alive says whether a member is known to live. It is asked when the digests are read anew, of which some can be of owners that died
	// unseen. Nil: all live of whom MemberGone has not told.
	Alive func(member string) bool
	// Recent returns the newest entries of the timeline of a meeting, at most so many, which go with its checkpoints; nil: none. It is called as
	// Owns is. What a change made must be among them when Notify is told of it, and before the board has the next one.
	Recent func(id conference.ConfID, most int) []timeline.Entry
	// Told is called when the streams have all entries of the timeline of an own meeting until a Seq: whoever takes it over inherits them, and
	// tells them no more. A meeting whose state is too large for the servers is never inherited: it counts as told. It returns at once. Nil:
	// nobody wants to know.
	Told func(id conference.ConfID, seq uint64)
	// Adopt is given what the owner of a meeting put into its timeline, in order, with its numbers and its epoch, before the board is told of what
	// made it. The same entry can come more than once. The first of an epoch are all that there is until then. Nil: nobody wants it.
	Adopt func(id conference.ConfID, epoch uint64, entries []timeline.Entry)
	// Adopted is called when the board has been told of what made entries that were adopted: it may be nothing that changes it, or that it knew.
	// It returns at once. Nil: nobody wants to know.
	Adopted func(conference.ConfID)
	// Now is the clock; nil: time.Now.
	Now    func() time.Time
	Logger *slog.Logger

	// interest is how long a meeting stays whole after the last look at it, and buffer how many records may wait to be applied: for tests.
	interest time.Duration
	buffer   int
}

const defaultMemory = 256 << 20

// Bus is this instance's place on the bus. Nothing goes on until Run is called. All methods are safe for concurrent use.
type Bus struct {
	config Config
	conn   *nats.Conn
	js     jetstream.JetStream
	log    *slog.Logger
	names  names

	streams  streams
	out      publisher
	in       reader
	services services
	counters counters
	// applying is held while something is applied to a meeting of another instance.
	applying sync.Mutex
	claims   claims
}

// New returns a bus on a connection, which it does not close. It does no I/O: whether the streams can be made shows when it runs.
func New(conn *nats.Conn, c Config) (*Bus, error) {
	switch {
	case !conference.ConfID(c.Prefix).Valid():
		return nil, fmt.Errorf("bus: the prefix %q is none", c.Prefix)
	case !conference.ConfID(c.Member).Valid():
		return nil, fmt.Errorf("bus: the member %q is none", c.Member)
	case c.Board == nil || c.Owns == nil || c.Logger == nil:
		return nil, errors.New("bus: board, owns or logger is missing")
	}
	c.Replicas, c.Memory = cmp.Or(c.Replicas, 1), cmp.Or(c.Memory, defaultMemory)
	c.interest, c.buffer = cmp.Or(c.interest, interestFor), cmp.Or(c.buffer, liveBuffer)
	if c.Now == nil {
		c.Now = time.Now
	}
	b := &Bus{config: c, conn: conn, log: c.Logger, names: names{c.Prefix}}
	js, err := jetstream.New(conn,
		jetstream.WithPublishAsyncAckHandler(b.stored),
		jetstream.WithPublishAsyncErrHandler(b.notStored),
		jetstream.WithPublishAsyncTimeout(publishing),
		jetstream.WithPublishAsyncMaxPending(2*maxInFlight))
	if err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	b.js = js
	b.streams.bus = b
	b.out.init(b)
	b.in.init(b)
	b.services.init(b)
	return b, nil
}

// Run publishes, reads and answers until ctx ends, then returns nil. While there is no connection it waits for one; it returns an error when
// the connection was closed.
func (b *Bus) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return b.out.run(ctx) })
	group.Go(func() error { return b.in.run(ctx) })
	group.Go(func() error { return b.services.run(ctx) })
	return group.Wait()
}

// ours reports whether a meeting is left alone here: this instance has it, or is about to.
func (b *Bus) ours(id conference.ConfID) bool { return b.has(id) || b.claims.has(id) }

// has reports whether a meeting is this instance's own, or is kept here while it is nobody's.
func (b *Bus) has(id conference.ConfID) bool {
	_, owns := b.config.Owns(id)
	return owns || b.config.Keeps != nil && b.config.Keeps(id)
}

// claim leaves meetings alone from when it returns.
func (b *Bus) claim(ids []conference.ConfID) {
	b.applying.Lock()
	defer b.applying.Unlock()
	b.claims.add(ids)
}

// Reassigned is to be called when what Owns or Keeps says of some meetings has changed, with the board not locked. When it has returned, nothing more
// is applied to meetings that this instance has now, and what others told of those that are no longer is not lost. It
// returns within the time that a message takes.
func (b *Bus) Reassigned() {
	b.applying.Lock() // whoever applies has asked before: wait for that
	defer b.applying.Unlock()
	b.claims.end(b.config.Owns)
	b.out.reassigned()
	b.in.reassigned()
}
