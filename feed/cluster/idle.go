package cluster

import (
	"time"

	"github.com/nats-io/nats.go"
)

// unled reports whether the bucket seems to have no leader: all others say that their renewals do not come back either, so that nobody takes anything over,
// and this member may go on watching what it had, for as long as pace.idle. It has to be all of them: one that cannot be heard may be where the bucket is.
func (c *core) unled(now time.Duration) bool {
	for _, m := range c.members {
		if m.id != c.me && !m.dead && now >= m.saidAt+c.pace.word {
			return false
		}
	}
	return true
}

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
	return now < c.idleUntil && (c.life == 0 || s.Owner == c.me)
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
