package bus

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/nats-io/nats.go"
)

// listener notes the news of a kind, but for empty ones.
type listener struct {
	mu    sync.Mutex
	knows bool // that there are any
	heard [][]byte
}

func (l *listener) listens() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.knows
}

func (l *listener) hear(news []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.knows = true
	if len(news) > 0 {
		l.heard = append(l.heard, news)
	}
}

func (l *listener) all() [][]byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.heard)
}

// noise is so many bytes that cannot be packed.
func noise(n int, seed byte) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

// listening are two instances, of whom the second hears news of a kind of the first.
func listening(t *testing.T, what string) (a *instance, l *listener) {
	w, l := newWorld(t), &listener{}
	a = w.instance("a")
	b := w.instance("b")
	b.Hear(what, l.hear)
	for _, i := range []*instance{a, b} {
		eventually(t, "it hears", func() bool { return i.Stats().Open })
	}
	eventually(t, "the first one is heard", func() bool {
		return a.Tell(what, nil) == nil && l.listens()
	})
	return a, l
}

func TestNewsLargerThanAMessageAreHeardAsOne(t *testing.T) {
	t.Parallel()
	a, l := listening(t, "found")
	news := [][]byte{[]byte("small"), noise(3<<20, 1), bytes.Repeat([]byte("packed "), 2<<20), noise(1<<20, 2), noise(8<<20, 3)}
	var telling sync.WaitGroup
	for _, n := range news {
		telling.Go(func() { // parts of different news do not come between each other
			if err := a.Tell("found", n); err != nil {
				t.Error(err)
			}
		})
	}
	telling.Wait()
	eventually(t, "all are heard", func() bool {
		heard := l.all()
		return !slices.ContainsFunc(news, func(n []byte) bool {
			return !slices.ContainsFunc(heard, func(h []byte) bool { return bytes.Equal(h, n) })
		})
	})
	if err := a.Tell("found", noise(maxBody+1, 4)); err == nil {
		t.Error("news beyond all bounds are told")
	}
}

func TestNewsOfWhichAPartIsMissingAreNotHeard(t *testing.T) {
	t.Parallel()
	a, l := listening(t, "found")
	body := pack([]byte("something that is told in parts"))
	part := func(from, said string, piece []byte) {
		m := nats.NewMsg(a.names.news("found"))
		m.Header.Set(headerMember, from)
		m.Header.Set(headerPart, said)
		m.Data = piece
		if err := a.conn.PublishMsg(m); err != nil {
			t.Fatal(err)
		}
	}
	for _, said := range [][]string{{"1/3", "3/3"}, {"2/2"}, {"1/2", "1/2"}, {"1/2", "2/3"}, {"0/1"}, {"-1/-1"}, {"1"}, {"x/y"}} {
		for _, s := range said {
			part("c", s, body)
		}
	}
	for n := range 2 * maxUnread {
		part(fmt.Sprint("half", n), "1/2", body[:5])
	}
	part("c", "1/2", body[:5])
	for n := range 2 * maxUnread {
		part(fmt.Sprint("half", n), "2/3", nil) // which makes room
	}
	part("c", "1/2", body[:5])
	part("c", "2/2", body[5:])
	eventually(t, "what is whole is heard", func() bool { return len(l.all()) > 0 })
	heard := l.all()
	if len(heard) != 1 || string(heard[0]) != "something that is told in parts" {
		t.Errorf("heard %q", heard)
	}
}
