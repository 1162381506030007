package cluster

import "time"

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
	if sent+c.pace.hold > now && now >= c.quiet { // whoever holds something by a bucket that was lost is not known
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
	if c.life != 0 && now >= c.until {
		c.idleEnd = now + c.pace.idle
		c.lose(now)
	}
}

// lose gives up everything, if there is a lease. What lingers is suspended.
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
	c.life, c.until, c.idleUntil = 0, 0, now
	c.idle(now)
	c.tell(now)
	self := Member{ID: c.me, Name: c.about.Name, Build: c.about.Build, Started: c.about.Started, Leaving: c.leaving, Self: true}
	c.watcher.Heard(Event{Kind: Lost, Member: self, Shards: lost})
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
