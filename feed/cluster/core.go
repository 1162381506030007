package cluster

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// pen writes into the bucket. Nothing is certain to arrive, or to arrive soon, and nobody is told: what was stored comes back with the
// bucket's revisions.
type pen interface {
	put(key string, value []byte)
	// update counts only if the key's last revision is still this one; 0: it was never there.
	update(key string, value []byte, revision uint64)
	// remove counts only if the key's last revision is still this one; 0: whatever it is.
	remove(key string, revision uint64)
	// erase removes also what remains of a key that was removed.
	erase(key string)
	// ask asks after a member: core.nobody is called if it is not there.
	ask(id string)
	// say says to all that this member's renewals do not come back: their core.said is called.
	say()
}

// moment is a time by two clocks: boot goes on evenly, and wall is only for epochs.
type moment struct {
	boot time.Duration
	wall time.Time
}

// core is what one member knows, and what follows from that. It has no clock and no goroutine, and does not wait: it is told what came and what time it
// is, and calls its pen and its watcher. Times are those of moment.boot.
type core struct {
	me      string
	about   memberRecord
	pace    pace
	pen     pen
	watcher Watcher
	spread  func(time.Duration) time.Duration // takes a random part off, at most half

	// What the bucket says. gone has when the removals of members' keys were seen; last is the highest revision seen.
	members map[string]*seen
	gone    map[string]time.Duration
	shards  [Shards]slot
	last    uint64

	// The reading. opens: the bucket was opened, now or before, so there is something to write into. whole is false while it is read anew, until
	// the renewal with the number mark comes back; read has what came until then.
	opens    bool
	openedAt time.Duration
	whole    bool
	wholeAt  time.Duration
	mark     uint64
	read     []entry
	quiet    time.Duration // until then there is no lease

	// The lease. sent has when the renewals were sent that have not come back. life is the revision of the first renewal that came back
	// in this life, 0 when there is no lease; until is when the lease ends.
	sent     map[uint64]time.Duration
	sentAt   time.Duration // the last one
	renewAt  time.Duration // the next one
	echoedAt time.Duration // when the last one came back
	life     uint64
	until    time.Duration
	// wordAt is when this member said last that its renewals do not come back, storedAt when it was answered last that one is stored. What is idle goes
	// on being watched until idleUntil without a lease, and until idleEnd at the most.
	wordAt, storedAt, idleUntil, idleEnd time.Duration

	targets owners
	stale   bool // targets are to be computed again

	leaving  bool
	leaveBy  time.Duration
	finished bool // it has left, and holds nothing
}

// seen is a member as it was seen last.
type seen struct {
	memberRecord
	id       string
	revision uint64 // 0: its key has not come
	stored   time.Time
	at       time.Duration // when it was seen, or when looking began
	dead     bool
	eligible bool // it can have shards
	// suspected: it is not connected, and will be dead in a moment unless it is seen before. askedAt is when it was asked after last.
	suspected bool
	askedAt   time.Duration
	// renews: it was seen to renew, and not only to have done so before. saidAt is when it said last that its renewals do not come back.
	renews bool
	saidAt time.Duration
}

// slot is a shard.
type slot struct {
	shardRecord
	revision uint64
	stored   time.Time
	// epoch is the highest ever seen; records come and go with a bucket.
	epoch uint64
	// passing is the revision at which this member let go of the shard to pass it on; the record still names it.
	passing uint64
	// taken is the epoch that the watcher was given; preparing, that it was told to prepare, idle, that what it had taken is suspended.
	taken           uint64
	preparing, idle bool
	// offeredAt is when this member offered the shard to the next one, restsUntil until when it does not offer it again.
	offeredAt, restsUntil time.Duration
	// written: this member wrote over the revision wrote, which is 0 for a key that never was, and nothing newer has come yet. It is not
	// written again before writeAt, which is patience later, more or less.
	written  bool
	wrote    uint64
	writeAt  time.Duration
	patience time.Duration
}

func newCore(id string, about memberRecord, p pace, w Watcher, out pen) *core {
	return &core{me: id, about: about, pace: p, pen: out, watcher: w,
		spread:  func(d time.Duration) time.Duration { return d - rand.N(d/2+1) },
		members: make(map[string]*seen), gone: make(map[string]time.Duration), sent: make(map[uint64]time.Duration)}
}

// opened is called when the bucket begins to be read from its beginning: the newest revision of each key comes, and then what follows. Everything
// has come when a renewal is back that was sent after that.
func (c *core) opened(now moment) {
	c.opens, c.whole, c.read = true, false, nil
	c.openedAt, c.renewAt, c.mark = now.boot, now.boot, c.about.Beat+1
}

// came is called with each revision of a key, in their order.
func (c *core) came(e entry, now moment) {
	c.expire(now.boot)
	own := e.member() == c.me && !e.deleted
	if !c.whole {
		c.read = append(c.read, e)
		if r, ok := decode[memberRecord](e); own && ok && r.Beat >= c.mark {
			c.readWhole(now)
			c.echoed(e, now.boot)
		}
		return
	}
	if e.revision > c.last+1 {
		// Revisions were passed over, because the keys have newer ones. They may have been anybody's.
		for _, m := range c.members {
			m.at = now.boot
		}
	}
	c.last = max(c.last, e.revision)
	c.store(e, now.boot)
	if m := c.members[e.member()]; m != nil {
		m.renews = true
	}
	if own {
		c.echoed(e, now.boot)
	}
}

// readWhole takes in what was read. What is known begins anew, but for when members were seen whose keys are as they were. A key that did
// not come may have changed so often while it was read that what was to come is not kept any more, and its newest revision is still to come. So
// of members only a removal says that they are gone.
func (c *core) readWhole(now moment) {
	read := c.read
	var highest uint64
	for _, e := range read {
		highest = max(highest, e.revision)
	}
	if highest < c.last || c.contradicted(read) {
		// The bucket was lost, or what came last into it. What this member holds by it may be another's by now; and who holds what by
		// what was lost does so until it notices, or its lease ends. Revisions stand for something else than before.
		c.idleEnd = now.boot
		c.lose(now.boot)
		c.quiet = now.boot + c.pace.dead
		for i := range c.shards {
			c.shards[i].passing, c.shards[i].written = 0, false
		}
	}
	c.whole, c.wholeAt, c.read, c.last, c.stale = true, now.boot, nil, highest, true
	for i := range c.shards {
		s := &c.shards[i]
		s.shardRecord, s.revision = shardRecord{}, 0
	}
	clear(c.gone)
	missing := maps.Clone(c.members)
	for _, e := range read {
		id := e.member()
		delete(missing, id)
		if m := c.members[id]; m == nil || e.deleted || m.revision != e.revision || !m.stored.Equal(e.stored) {
			c.store(e, now.boot)
		}
	}
	for _, m := range missing {
		m.revision, m.at, m.eligible = 0, now.boot, false
	}
}

// contradicted reports whether something that was read should have been seen before, and was not: the bucket is another one than it was. All that had
// been stored until last and that nothing has taken the place of was seen. In what was read something may have taken its place since it began: the
// reading before was shown that as well.
func (c *core) contradicted(read []entry) bool {
	newest := make(map[string]entry, len(read))
	for _, e := range read {
		newest[e.key] = e
	}
	for _, e := range newest {
		if c.contradicts(e) {
			return true
		}
	}
	return false
}

// contradicts reports whether the newest revision of a key is not that which was seen.
func (c *core) contradicts(e entry) bool {
	if e.revision > c.last || e.deleted {
		return false
	}
	if s, ok := e.shard(); ok {
		return c.shards[s].revision != e.revision || !c.shards[s].stored.Equal(e.stored)
	}
	if id := e.member(); id != "" {
		m := c.members[id]
		return m == nil || m.revision != e.revision || !m.stored.Equal(e.stored)
	}
	return false
}

// store notes what a revision says.
func (c *core) store(e entry, now time.Duration) {
	if s, ok := e.shard(); ok {
		r, _ := decode[shardRecord](e)
		slot := &c.shards[s]
		c.stale = c.stale || slot.Owner != r.Owner
		slot.shardRecord, slot.revision, slot.stored = r, e.revision, e.stored
		slot.epoch = max(slot.epoch, r.Epoch)
		if _, gone := c.gone[r.Owner]; r.Owner != "" && c.members[r.Owner] == nil && !gone {
			c.members[r.Owner] = &seen{id: r.Owner, at: now} // its key is still to come, or does not: then it is dead in time
		}
		slot.written = false
		return
	}
	id := e.member()
	if id == "" {
		return
	}
	m := c.members[id]
	if e.deleted {
		c.gone[id] = now
		if m != nil {
			delete(c.members, id)
			c.leaves(m)
		}
		return
	}
	delete(c.gone, id)
	back := m == nil || m.dead || m.revision == 0
	if m == nil {
		m = &seen{id: id}
		c.members[id] = m
	}
	// A record that nobody understands is that of a member that lives and can be given nothing.
	r, ok := decode[memberRecord](e)
	if eligible := ok && !r.Leaving; back || m.eligible != eligible || m.Unable != r.Unable {
		m.eligible, c.stale = eligible, true
	}
	m.memberRecord, m.revision, m.stored, m.at, m.dead, m.suspected = r, e.revision, e.stored, now, false, false
	if back && id != c.me {
		c.watcher.Heard(Event{Kind: Joined, Member: c.member(m)})
	}
}

// leaves is called when the key of a member has gone.
func (c *core) leaves(m *seen) {
	c.stale = true
	if m.id != c.me && !m.dead {
		c.watcher.Heard(Event{Kind: Left, Member: c.member(m), Shards: c.ownedBy(m.id)})
	}
}

// do does what is due, and says when it wants to be called again at the latest. It is called after whatever came, and first of all when
// time has passed.
func (c *core) do(now moment) (next time.Duration) {
	c.expire(now.boot)
	c.idle(now.boot)
	if c.finished {
		return now.boot
	}
	if c.opens {
		c.renew(now.boot)
		c.say(now.boot)
	}
	if c.whole {
		c.tell(now.boot)
		if c.life != 0 {
			c.doubt(now.boot)
			c.forget(now.boot)
			c.decide(now)
		}
	}
	if c.leaving && c.left(now.boot) {
		c.finish(now.boot)
		return now.boot
	}
	return c.next(now.boot)
}

// next is when something is due.
func (c *core) next(now time.Duration) time.Duration {
	at := now + c.pace.renew
	sooner := func(t time.Duration) {
		if t > now {
			at = min(at, t)
		}
	}
	sooner(c.renewAt)
	if c.life != 0 {
		sooner(c.until)
	}
	sooner(c.idleUntil)
	sooner(c.idleEnd)
	if c.leaving {
		sooner(c.leaveBy)
	}
	if c.whole {
		sooner(c.wholeAt + c.pace.dead)
	}
	for _, m := range c.members {
		if !m.dead {
			sooner(m.at + c.pace.doubt)
			sooner(m.at + c.pace.dead)
		}
	}
	for i := range c.shards {
		s := &c.shards[i]
		if s.preparing && s.Next == c.me && !s.Ready {
			sooner(now + c.pace.ready)
		}
		if s.written && s.wrote == s.revision {
			sooner(s.writeAt)
		}
	}
	return at
}

// member is what others are told of a member.
func (c *core) member(m *seen) Member {
	return Member{ID: m.id, Name: m.Name, Build: m.Build, Started: m.Started, Leaving: m.Leaving, Unable: m.Unable, Self: m.id == c.me, Shards: len(c.ownedBy(m.id))}
}

// list is who lives, by name.
func (c *core) list() []Member {
	var members []Member
	for _, m := range c.members {
		if !m.dead && m.revision != 0 {
			members = append(members, c.member(m))
		}
	}
	slices.SortFunc(members, func(a, b Member) int {
		if n := strings.Compare(a.Name, b.Name); n != 0 {
			return n
		}
		return strings.Compare(a.ID, b.ID)
	})
	return members
}
