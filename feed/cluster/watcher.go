package cluster

import "time"

// Watcher watches the meetings of shards. Its methods are called one at a time, by Membership.Run, and must return at once: they give orders,
// and a Watcher that keeps Run waiting keeps it from noticing that it has lost its hold.
type Watcher interface {
	// Prepare begins to watch the meetings of a shard that another member still owns, or has owned until now, because it hands it over or seems to
	// be dead. Nothing is published for it yet.
	Prepare(Shard)
	// Ready reports whether the meetings of a shard that is prepared are live, or there is nothing to wait for.
	Ready(Shard) bool
	// Take makes this member the owner of a shard: its meetings are watched, and what is received is published with the epoch. It comes
	// with or without Prepare before it; and again, with a higher epoch, when the shard changed hands unseen. After a Drop the epoch is
	// the same as before only if nobody else can have had the shard meanwhile.
	Take(s Shard, epoch uint64)
	// Suspend is called for a shard that was taken when this member has lost its lease, and nobody can take it over: it is nobody's for now. It goes on being
	// watched; nothing is published for it any more when Suspend has returned. Take, with a higher epoch, or Drop follows.
	Suspend(Shard)
	// Drop ends watching a shard, prepared, taken or suspended. Another member may own it as soon as Drop has returned: nothing is published for it
	// after that.
	Drop(Shard)
	// Heard tells what has become of a member.
	Heard(Event)
}

// Event is something that has become of a member.
type Event struct {
	Kind   EventKind
	Member Member
	// Shards are those that the member owned until now: who looks at their meetings has to be told that nobody watches them. Of Joined
	// and Held there are none.
	Shards []Shard
}

// EventKind is what has become of it.
type EventKind string

// The kinds.
const (
	Joined EventKind = "joined" // another one is there, or there again
	Left   EventKind = "left"   // another one left in order
	Died   EventKind = "died"   // another one renews its key no more
	Held   EventKind = "held"   // this one has a lease: it can own shards
	Lost   EventKind = "lost"   // this one has lost it, and all shards with it: NATS is away or too slow, or it was suspended
)

// Member is an instance.
type Member struct {
	// ID is random, of each start of the instance.
	ID          string
	Name, Build string
	Started     time.Time
	// Leaving: it leaves in order, and hands over what it has.
	Leaving bool
	// Unable: it says that it cannot watch meetings (see Membership.Able).
	Unable bool
	// Self: it is this instance.
	Self bool
	// Shards is how many it owns.
	Shards int
}
