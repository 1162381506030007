package cluster

import "time"

// nextEpoch is that of the next owner. It is above all that this member knows of; and about the time in ms since 1970, which makes it higher too than what was
// forgotten with a bucket.
func (s *slot) nextEpoch(now moment) uint64 { return max(s.epoch+1, uint64(now.wall.UnixMilli())) }

// holds reports whether a shard is this member's own now. By an epoch that was exceeded it is not: that record is of a bucket that was lost.
func (c *core) holds(s *slot) bool {
	return c.life != 0 && s.Owner == c.me && s.revision > c.life && s.passing != s.revision && s.shardRecord.Epoch == s.epoch
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
				s.taken, s.preparing, s.idle = s.shardRecord.Epoch, false, false
				c.watcher.Take(id, s.taken)
			}
		case s.taken != 0:
			s.taken = 0
			if s.idle = c.life == 0 && c.lingers(s, now); s.idle {
				c.watcher.Suspend(id)
			} else {
				c.watcher.Drop(id)
			}
		case s.idle:
			if s.idle = c.lingers(s, now); !s.idle {
				c.watcher.Drop(id)
			}
		case c.awaited(id):
			if !s.preparing {
				s.preparing = true
				c.watcher.Prepare(id)
			}
		case s.preparing && c.life == 0 && now < c.idleUntil: // it may have been let go of to be passed on
		case s.preparing:
			s.preparing = false
			c.watcher.Drop(id)
		}
	}
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
	offered := make(map[string]int)
	for i := range c.shards {
		if s := &c.shards[i]; s.Next != "" && c.holds(s) {
			offered[s.Next]++
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
				r.Next, r.Ready = "", false
				if c.leaving || c.about.Unable || offered[target] < c.mayOffer() && now.boot >= s.restsUntil {
					offered[target]++
					r.Next, s.offeredAt = target, now.boot
				}
			case !r.Ready && !c.leaving && now.boot >= s.offeredAt+c.pace.linger:
				// It has too much to do, or cannot watch these meetings. They are watched as it is, and others wait for their turn.
				s.restsUntil = now.boot + c.pace.linger
				r.Next = ""
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
			if !s.preparing || r.Next != c.me || r.Ready || !c.watcher.Ready(Shard(i)) {
				continue
			}
			r.Ready = true
		case c.rescuer(Shard(i), nil) == c.me:
			r = shardRecord{Owner: c.me, Epoch: s.nextEpoch(now)}
		}
		if r != s.shardRecord {
			c.write(Shard(i), r, now.boot)
		}
	}
}

// rescuer is who takes a shard whose owner is dead: the one that was to have it, else whoever scores highest for it, however much
// that one has. So all have a part of what has to begin, also of a member that is back as soon as it has died; the shares are levelled
// by handing over, which costs nobody a gap. of says who comes into question; nil: everybody.
func (c *core) rescuer(id Shard, of func(*seen) bool) string {
	var best string
	for _, m := range c.eligible() {
		if s := c.members[m]; of != nil && s != nil && !of(s) {
			continue
		}
		if m == c.shards[id].Next {
			return m
		}
		if best == "" || score(m, id) > score(best, id) {
			best = m
		}
	}
	return best
}

// mayOffer is how many shards this member may be handing to another one to level the shares: its part of what that one can prepare
// beside what it has.
func (c *core) mayOffer() int {
	owners := 0
	for id := range c.members {
		if c.living(id) {
			owners++
		}
	}
	return max(1, c.pace.atOnce/max(1, owners-1))
}

// share says who is to have what.
func (c *core) share() owners {
	var now owners
	for i := range c.shards {
		now[i] = c.shards[i].Owner
	}
	return share(c.eligible(), now)
}

// eligible are the members that can have shards: those that can watch meetings, and if there is none, all. This one is among them by its own word.
func (c *core) eligible() []string {
	var able, unable []string
	add := func(id string, isUnable bool) {
		if isUnable {
			unable = append(unable, id)
		} else {
			able = append(able, id)
		}
	}
	for id, m := range c.members {
		if id != c.me && m.eligible && !m.dead {
			add(id, m.Unable)
		}
	}
	if !c.leaving {
		add(c.me, c.about.Unable)
	}
	if len(able) == 0 {
		return unable
	}
	return able
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

// able says whether this member can watch meetings.
func (c *core) able(able bool, now time.Duration) {
	if c.about.Unable == !able {
		return
	}
	c.about.Unable, c.stale = !able, true
	c.renewAt = now // the others have to know
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
	c.finished, c.life, c.idleUntil, c.idleEnd = true, 0, now, now
	c.tell(now)
	if c.opens {
		c.pen.remove(memberKey+c.me, 0)
	}
}
