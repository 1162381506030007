package cluster

import (
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// doubt asks after members of whom nothing was seen for a while, as often as they should have renewed.
func (c *core) doubt(now time.Duration) {
	for _, m := range c.members {
		if m.id != c.me && m.revision != 0 && !m.dead && !m.suspected && now >= m.at+c.pace.doubt && now >= m.askedAt+c.pace.renew {
			m.askedAt = now
			c.pen.ask(m.id)
		}
	}
}

// nobody is called when there was no member by this ID, or it is not connected, when it was asked after.
func (c *core) nobody(id string, now time.Duration) {
	// Where nothing comes from the bucket, of this member neither, silence says nothing: it may be connecting with another server.
	if m := c.members[id]; m != nil && !m.dead && now >= m.at+c.pace.doubt && c.echoedAt >= m.at+c.pace.doubt {
		m.suspected = true
	}
}

// awaited reports whether this member is to prepare a shard: it is next, or would be the one to take it should the owner be dead, of whom that is
// suspected. It would be no use to have those prepare it who are suspected themselves.
func (c *core) awaited(id Shard) bool {
	s := &c.shards[id]
	if c.life == 0 || c.leaving || s.Owner == c.me {
		return false
	}
	if s.Next == c.me {
		return true
	}
	owner := c.members[s.Owner]
	return owner != nil && (owner.suspected || owner.dead) && c.rescuer(id, func(m *seen) bool { return !m.suspected }) == c.me
}

// asking asks after members by the connection: each has a subject on which it answers, and when there is nobody the server says so at once.
type asking struct {
	prefix string
	inbox  string
	nobody func(id string)
}

// subject is where a member is asked.
func (a *asking) subject(id string) string { return a.prefix + ".member." + id }

// question is what a member is asked.
func (a *asking) question(id string) *nats.Msg {
	return &nats.Msg{Subject: a.subject(id), Reply: a.inbox + "." + id}
}

// listen hears the server's answers, and answers for this member; that it does is what counts, and not what.
func (a *asking) listen(conn *nats.Conn, me string) (end func(), err error) {
	answers, err := conn.Subscribe(a.inbox+".*", func(m *nats.Msg) {
		if len(m.Data) == 0 && m.Header.Get("Status") == "503" {
			a.nobody(strings.TrimPrefix(m.Subject, a.inbox+"."))
		}
	})
	if err != nil {
		return nil, err
	}
	questions, err := conn.Subscribe(a.subject(me), func(m *nats.Msg) { _ = m.Respond(nil) })
	if err != nil {
		_ = answers.Unsubscribe()
		return nil, err
	}
	return func() {
		_ = answers.Unsubscribe() // an error says that the connection is closed
		_ = questions.Unsubscribe()
	}, nil
}
