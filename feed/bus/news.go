package bus

import (
	"context"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"
)

const (
	// maxNews is how many messages with news wait to be heard. What is beyond is lost.
	maxNews = 256
	// maxUnread is of how many instances news can be heard in part.
	maxUnread = 16
	// headerMember says who tells news. headerPart is there when they are told in several messages: which one it is, from 1, and of how many.
	headerMember, headerPart = "Confboard-Member", "Confboard-Part"
)

// unread are news of which not all parts have been heard.
type unread struct {
	what      string
	heard, of int
	body      []byte
}

// Hear has f told the news of the kind from others, one after the other. What is told while f takes its time waits, up to a bound; what
// was told while there was no bus is lost: nothing may depend on it alone.
func (b *Bus) Hear(what string, f func(news []byte)) {
	b.services.mu.Lock()
	defer b.services.mu.Unlock()
	b.services.hearers[what] = f
}

// Tell tells all other instances news, of 16 MB at most; what is a word of letters. What is larger than the servers take goes in several
// messages, which are heard as one or not at all. It returns at once, and whether anybody heard is not known.
func (b *Bus) Tell(what string, news []byte) error {
	if len(news) > maxBody {
		return fmt.Errorf("tell the other instances: %w", errTooLarge)
	}
	body := pack(news)
	most := max(int(b.conn.MaxPayload())-maxHeader, maxHeader) // it is not known before there is a connection
	parts := max(1, (len(body)+most-1)/most)
	b.services.telling.Lock()
	defer b.services.telling.Unlock()
	for n := range parts {
		m := nats.NewMsg(b.names.news(what))
		m.Header.Set(headerMember, b.config.Member)
		if parts > 1 {
			m.Header.Set(headerPart, fmt.Sprintf("%d/%d", n+1, parts))
		}
		m.Data = body[n*most : min((n+1)*most, len(body))]
		if err := b.conn.PublishMsg(m); err != nil {
			return fmt.Errorf("tell the other instances: %w", err)
		}
	}
	return nil
}

func (s *services) hear(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case m := <-s.heard:
			what := strings.TrimPrefix(m.Subject, s.bus.names.news(""))
			s.mu.Lock()
			f := s.hearers[what]
			s.mu.Unlock()
			if f == nil || m.Header.Get(headerMember) == s.bus.config.Member {
				continue
			}
			body, whole := s.join(what, m)
			if !whole {
				continue
			}
			if news, err := unpackPlain(body); err == nil {
				f(news)
			}
		}
	}
}

// join puts the parts of news together, and reports whether they are whole. A part that is not the next one ends what was begun: some are lost.
func (s *services) join(what string, m *nats.Msg) (body []byte, whole bool) {
	said := m.Header.Get(headerPart)
	if said == "" {
		return m.Data, true
	}
	member := m.Header.Get(headerMember)
	u := s.parts[member]
	delete(s.parts, member)
	var n, of int
	if _, err := fmt.Sscanf(said, "%d/%d", &n, &of); err != nil || n < 1 || n > of {
		return nil, false
	}
	switch {
	case n == 1 && len(s.parts) < maxUnread:
		u = &unread{what: what, of: of}
	case u == nil || u.what != what || u.heard != n-1 || u.of != of || len(u.body)+len(m.Data) > maxPacked:
		return nil, false
	}
	u.heard, u.body = n, append(u.body, m.Data...)
	if n == of {
		return u.body, true
	}
	s.parts[member] = u
	return nil, false
}
