package cluster

import (
	"time"

	"github.com/nats-io/nats.go"
)

// spared reports whether nobody takes over what this member had, although it has no lease: because all others say that their renewals do not come back
// either, or because its own renewals are stored, and only its reading does not go on. It has to be all others that live: one that cannot be heard may be
// where the bucket is. Whose key was all that there was of it when this member began is most likely dead.
func (c *core) spared(now time.Duration) bool {
	if now < c.storedAt+c.pace.word {
		return true
	}
	for _, m := range c.members {
		if m.id != c.me && m.renews && !m.dead && now >= m.saidAt+c.pace.word {
			return false
		}
	}
	return true
}

// idle lets what this member had go on being watched for as long as nobody can have taken it over. Others have their leases again, or have seen its last
// renewal, no longer ago than pace.word, and take it for dead no sooner than pace.dead after.
func (c *core) idle(now time.Duration) {
	if c.life == 0 && now < c.idleEnd && c.spared(now) {
		c.idleUntil = min(now+c.pace.dead-c.pace.word, c.idleEnd)
	}
}

// stored is called when the servers have answered that a renewal is stored.
func (c *core) stored(now time.Duration) { c.storedAt = now }

// say says to the others that this member's renewals do not come back, as often as it renews, as long as that is so.
func (c *core) say(now time.Duration) {
	if now >= c.echoedAt+c.pace.doubt && now >= c.wordAt+c.pace.renew {
		c.wordAt = now
		c.pen.say()
	}
}

// said is called when another member has said so.
func (c *core) said(id string, now time.Duration) {
	if m := c.members[id]; m != nil {
		m.saidAt = now
	}
}

// lingers reports whether a shard goes on being watched that was this member's own: until it is again, or can be another's.
func (c *core) lingers(s *slot, now time.Duration) bool {
	if c.life == 0 {
		return now < c.idleUntil
	}
	return now < c.idleEnd && s.Owner == c.me // which it is about to write anew
}

// word is the subject of what members say to all.
func word(prefix string) string { return prefix + ".word" }

// hearWords has heard called with who says something.
func hearWords(conn *nats.Conn, prefix, me string, heard func(id string)) (end func(), err error) {
	s, err := conn.Subscribe(word(prefix), func(m *nats.Msg) {
		if id := string(m.Data); id != me {
			heard(id)
		}
	})
	if err != nil {
		return nil, err
	}
	return func() { _ = s.Unsubscribe() }, nil // an error says that the connection is closed
}
