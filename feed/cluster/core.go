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

	// What the bucket says. whole is false while it is read anew, until the renewal number mark comes back: read collects what comes
	// then. last is the highest revision seen.
	// gone has when the removals of keys of members were seen.
	members map[string]*seen
	gone    map[string]time.Duration
	shards  [Shards]slot
	opens   bool // it has been opened once: there is something to write into
	whole   bool
	wholeAt time.Duration
	mark    uint64
	read    []entry
	last    uint64
	quiet   time.Duration // until then nothing is changed

	// The lease. sent has when the renewals were sent that have not come back. life is the revision of the first renewal that came back
	// in this life, 0 when there is no lease; until is when the lease ends.
	sent     map[uint64]time.Duration
	sentAt   time.Duration // the last one
	renewAt  time.Duration // the next one
	echoedAt time.Duration // when the last one came back
	openedAt time.Duration // when the reading began
	life     uint64
	until    time.Duration

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
}

// slot is a shard.
type slot struct {
	shardRecord
	revision uint64
	// epoch is the highest ever seen; records come and go with a bucket.
	epoch uint64
	// passing is the revision at which this member let go of the shard to pass it on; the record still names it.
	passing uint64
	// taken is the epoch that the watcher was given; preparing, that it was told to prepare, at preparedAt.
	taken      uint64
	preparing  bool
	preparedAt time.Duration
	// wrote is the revision over which this member wrote last, that it was not seen to happen until then, and how long that is from the
	// time of writing.
	wrote    uint64
	writeAt  time.Duration // not before that once more
	patience time.Duration
	written  bool // wrote has a meaning: 0 is a revision too
}

// nextEpoch is that of the next owner. It is above all that this member knows of; and about the time in ms since 1970, which makes it higher too than what was
// forgotten with a bucket.
func (s *slot) nextEpoch(now moment) uint64 { return max(s.epoch+1, uint64(now.wall.UnixMilli())) }

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
	if highest < c.last {
		// The bucket was lost, or what came last into it. What this member holds by it may be another's by now; and who holds what by
		// what was lost does so until it notices, or its lease ends.
		c.lose(now.boot)
		c.quiet = now.boot + c.pace.dead
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

// store notes what a revision says.
func (c *core) store(e entry, now time.Duration) {
	if s, ok := e.shard(); ok {
		r, _ := decode[shardRecord](e)
		slot := &c.shards[s]
		c.stale = c.stale || slot.Owner != r.Owner
		slot.shardRecord, slot.revision = r, e.revision
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
	if eligible := ok && !r.Leaving; back || m.eligible != eligible {
		m.eligible, c.stale = eligible, true
	}
	m.memberRecord, m.revision, m.stored, m.at, m.dead = r, e.revision, e.stored, now, false
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

// echoed is called when a renewal of this member came back.
func (c *core) echoed(e entry, now time.Duration) {
	r, _ := decode[memberRecord](e)
	sent, ok := c.sent[r.Beat]
	if !ok {
		return // so late that the lease has ended, or a second time
	}
	for beat, at := range c.sent {
		if at <= sent {
			delete(c.sent, beat)
		}
	}
	c.echoedAt = now
	if sent+c.pace.hold > now {
		c.until = max(c.until, sent+c.pace.hold)
		if c.life == 0 {
			c.life = e.revision
			// The others may have been away as this one was: all have the time to come back.
			for _, m := range c.members {
				m.at = now
			}
			c.watcher.Heard(Event{Kind: Held, Member: c.member(c.members[c.me])})
		}
	}
	for _, m := range c.members {
		if m.id == c.me || m.dead || sent < m.at+c.pace.dead {
			continue
		}
		m.dead, c.stale = true, true
		c.watcher.Heard(Event{Kind: Died, Member: c.member(m), Shards: c.ownedBy(m.id)})
	}
}

// expire ends a lease that has run out. It comes before anything that may prolong one: what has ended does not go on.
func (c *core) expire(now time.Duration) {
	if now >= c.until {
		c.lose(now)
	}
}

// lose gives up everything, if there is a lease.
func (c *core) lose(now time.Duration) {
	if c.life == 0 {
		return
	}
	var lost []Shard
	for i := range c.shards {
		if c.shards[i].taken != 0 {
			lost = append(lost, Shard(i))
		}
	}
	c.life, c.until = 0, 0
	c.tell(now)
	self := Member{ID: c.me, Name: c.about.Name, Build: c.about.Build, Started: c.about.Started, Leaving: c.leaving, Self: true}
	c.watcher.Heard(Event{Kind: Lost, Member: self, Shards: lost})
}

// holds reports whether a shard is this member's own now.
func (c *core) holds(s *slot) bool {
	return c.life != 0 && s.Owner == c.me && s.revision > c.life && s.passing != s.revision
}

// living reports whether a member may hold what it owns. One whose key was removed holds nothing.
func (c *core) living(id string) bool {
	m := c.members[id]
	return m != nil && !m.dead
}

func (c *core) ownedBy(id string) (shards []Shard) {
	for i := range c.shards {
		if c.shards[i].Owner == id {
			shards = append(shards, Shard(i))
		}
	}
	return shards
}

// tell tells the watcher what has changed of what it is to watch.
func (c *core) tell(now time.Duration) {
	for i := range c.shards {
		s := &c.shards[i]
		switch id := Shard(i); {
		case c.holds(s):
			if s.taken != s.shardRecord.Epoch {
				s.taken, s.preparing = s.shardRecord.Epoch, false
				c.watcher.Take(id, s.taken)
			}
		case s.taken != 0:
			s.taken = 0
			c.watcher.Drop(id)
		case c.life != 0 && s.Next == c.me && s.Owner != c.me && !c.leaving:
			if !s.preparing {
				s.preparing, s.preparedAt = true, now
				c.watcher.Prepare(id)
			}
		case s.preparing:
			s.preparing = false
			c.watcher.Drop(id)
		}
	}
}

// do does what is due, and says when it wants to be called again at the latest. It is called after whatever came, and first of all when
// time has passed.
func (c *core) do(now moment) (next time.Duration) {
	c.expire(now.boot)
	if c.finished {
		return now.boot
	}
	if c.opens {
		c.renew(now.boot)
	}
	if c.whole {
		c.tell(now.boot)
		if c.life != 0 && now.boot >= c.quiet {
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

// renew sends a renewal when it is time, or when one can tell that somebody is dead.
func (c *core) renew(now time.Duration) {
	due := now >= c.renewAt
	for _, m := range c.members {
		silent := m.at + c.pace.dead
		due = due || !m.dead && m.id != c.me && now >= silent && c.sentAt < silent
	}
	if !due {
		return
	}
	c.about.Beat++
	c.about.Leaving = c.leaving
	for beat, at := range c.sent {
		if now >= at+c.pace.hold {
			delete(c.sent, beat)
		}
	}
	c.sent[c.about.Beat], c.sentAt, c.renewAt = now, now, now+c.pace.renew
	c.pen.put(memberKey+c.me, encode(c.about))
}

// blind reports whether nothing of this member's own has come back for so long that the bucket has to be read anew.
func (c *core) blind(now time.Duration) bool {
	last, patience := c.echoedAt, c.pace.blind
	if last <= c.openedAt {
		last, patience = c.openedAt, c.pace.hold // the first one since it was opened: where everything is slow, it is under way
	}
	return c.opens && now >= last+patience
}

// forget removes the keys of those who are dead for long, and then what remains of them. One member does it.
func (c *core) forget(now time.Duration) {
	if !c.holds(&c.shards[0]) {
		return
	}
	for _, m := range c.members {
		if !m.dead || now < m.at+c.pace.forget {
			continue
		}
		m.at = now
		if m.revision == 0 {
			delete(c.members, m.id)
		} else {
			c.pen.remove(memberKey+m.id, m.revision)
		}
	}
	for id, at := range c.gone {
		if now >= at+c.pace.forget {
			delete(c.gone, id) // if it remains, the next reading has it again
			c.pen.erase(memberKey + id)
		}
	}
}

// decide writes what has to change of the shards, as far as it is for this member to change.
func (c *core) decide(now moment) {
	if c.stale {
		c.targets, c.stale = c.share(), false
	}
	handing := 0
	for i := range c.shards {
		if s := &c.shards[i]; s.Next != "" && c.holds(s) {
			handing++
		}
	}
	for i := range c.shards {
		s, target := &c.shards[i], c.targets[i]
		r := s.shardRecord
		switch {
		case c.holds(s):
			switch {
			case target == c.me || target == "":
				r.Next, r.Ready = "", false
			case r.Next != target:
				if r.Next == "" && handing >= c.pace.atOnce && !c.leaving {
					continue
				}
				if r.Next == "" {
					handing++
				}
				r.Next, r.Ready = target, false
			case r.Ready:
				// First it lets go, then the other is told: nobody holds it for as long as that takes, and both watch it.
				s.passing = s.revision
				c.tell(now.boot)
				r = shardRecord{Owner: target, Epoch: s.nextEpoch(now)}
			}
		case r.Owner == c.me:
			// It was let go to be passed on, and the record has not changed yet; or it was lost with a former lease.
			if s.passing == s.revision && c.living(r.Next) {
				target = r.Next
			}
			if target == "" {
				continue
			}
			r = shardRecord{Owner: target, Epoch: s.nextEpoch(now)}
		case r.Owner == "":
			// Somebody may hold it by a bucket that was lost: until its lease has ended.
			if target != c.me || now.boot < c.wholeAt+c.pace.dead {
				continue
			}
			r = shardRecord{Owner: c.me, Epoch: s.nextEpoch(now)}
		case c.living(r.Owner):
			if !s.preparing || r.Ready || now.boot < s.preparedAt+c.pace.prepare && !c.watcher.Ready(Shard(i)) {
				continue
			}
			r.Ready = true
		case target == c.me:
			r = shardRecord{Owner: c.me, Epoch: s.nextEpoch(now)}
		}
		if r != s.shardRecord {
			c.write(Shard(i), r, now.boot)
		}
	}
}

// share says who is to have what.
func (c *core) share() owners {
	var now owners
	for i := range c.shards {
		now[i] = c.shards[i].Owner
	}
	return share(c.eligible(), now)
}

// eligible are the members that can have shards. This one is among them by its own word.
func (c *core) eligible() (ids []string) {
	for id, m := range c.members {
		if id != c.me && m.eligible && !m.dead {
			ids = append(ids, id)
		}
	}
	if !c.leaving {
		ids = append(ids, c.me)
	}
	return ids
}

// write writes a shard's record over the one that is known. Until that changes, it is not written again at once: the change may be under
// way, and if somebody else was first, that comes too.
func (c *core) write(id Shard, r shardRecord, now time.Duration) {
	s := &c.shards[id]
	if s.written && s.wrote == s.revision {
		if now < s.writeAt {
			return
		}
		s.patience = min(2*s.patience, c.pace.hold)
	} else {
		s.patience = c.pace.again
	}
	s.written, s.wrote, s.writeAt = true, s.revision, now+c.spread(s.patience)
	c.pen.update(shardKey+id.String(), encode(r), s.revision)
}

// leave begins to leave in order, which takes until all is handed over, at most this long.
func (c *core) leave(now, limit time.Duration) {
	c.leaving, c.leaveBy, c.stale = true, now+limit, true
	c.renewAt = now // the others have to know
}

// left reports whether there is nothing to wait for any more.
func (c *core) left(now time.Duration) bool {
	return c.life == 0 || now >= c.leaveBy || len(c.eligible()) == 0 || len(c.ownedBy(c.me)) == 0
}

// finish gives up what is left, and removes this member's key: the others see that it holds nothing.
func (c *core) finish(now time.Duration) {
	c.finished, c.life = true, 0
	c.tell(now)
	if c.opens {
		c.pen.remove(memberKey+c.me, 0)
	}
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
	if c.leaving {
		sooner(c.leaveBy)
	}
	if c.whole {
		sooner(c.wholeAt + c.pace.dead)
	}
	for _, m := range c.members {
		if !m.dead {
			sooner(m.at + c.pace.dead)
		}
	}
	for i := range c.shards {
		s := &c.shards[i]
		if s.preparing && !s.Ready {
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
	return Member{ID: m.id, Name: m.Name, Build: m.Build, Started: m.Started, Leaving: m.Leaving, Self: m.id == c.me, Shards: len(c.ownedBy(m.id))}
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
