package bus

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"confboard/feed/conference"
)

// crowd is an owner with meetings, and their sources.
type crowd struct {
	owner   *instance
	ids     []conference.ConfID
	sources []*source
}

func (i *instance) crowd(n int) *crowd {
	c := &crowd{owner: i, ids: meetings(n)}
	for _, id := range c.ids {
		c.sources = append(c.sources, i.meeting(id))
	}
	return c
}

// goOn applies so many messages of each meeting.
func (c *crowd) goOn(n int) {
	for range n {
		for _, s := range c.sources {
			c.owner.feed(s.next()...)
		}
	}
}

func (i *instance) down(reason conference.LinkReason, ids ...conference.ConfID) func() bool {
	return func() bool {
		for _, id := range ids {
			if s := i.registry.Get(id); s == nil || s.Link.Reason != reason || s.Link.State == conference.Live {
				return false
			}
		}
		return true
	}
}

func TestAServerThatWasAwayTakesNothingWithIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b, c := w.instance("a"), w.instance("b"), w.instance("c")
	all := a.crowd(5)
	for _, i := range []*instance{b, c} {
		i.settle(a, true, all.ids...)
	}
	b.want(all.ids...)
	all.goOn(50)
	for n := range 2 {
		w.server.Stop()
		all.goOn(50)
		eventually(t, "others are told", b.down(conference.ReasonNoBus, all.ids...))
		eventually(t, "others are told", c.down(conference.ReasonNoBus, all.ids...))
		if err := c.Want(t.Context(), all.ids[0]); n == 0 && !errors.Is(err, ErrAway) {
			t.Errorf("error %v", err)
		}
		if a.registry.Get(all.ids[0]).Link.State != conference.Live {
			t.Error("the owner's own have no link")
		}
		w.server.Start()
		all.goOn(50)
		b.settle(a, false, all.ids...)
		c.settle(a, false, all.ids[0]) // somebody wanted it
		c.settle(a, true, all.ids[1:]...)
	}
	all.goOn(50)
	b.settle(a, false, all.ids...)
	c.settle(a, true, all.ids[1:]...)
}

func TestStreamsThatVanishAreMadeAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.instance("a"), w.instance("b")
	all := a.crowd(5)
	b.settle(a, true, all.ids...)
	b.want(all.ids[:3]...)
	for _, name := range a.Streams() {
		if err := a.js.DeleteStream(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		all.goOn(20)
		b.settle(a, false, all.ids[:3]...)
		b.settle(a, true, all.ids[3:]...)
	}
	late := w.instance("late")
	late.settle(a, true, all.ids...)
	late.want(all.ids...)
	late.settle(a, false, all.ids...)
}

func TestRecordsThatTheStreamHasLostAreMadeGood(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.instance("a"), w.instance("b")
	all := a.crowd(3)
	all.goOn(20)
	b.settle(a, true, all.ids...)
	if err := a.Bus.streams.live().Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.want(all.ids...) // the owner is asked for a checkpoint
	all.goOn(20)
	b.settle(a, false, all.ids...)
}

func TestWhatComesTwiceHasNoEffect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.instance("a"), w.instance("b")
	s := a.meeting(first)
	b.settle(a, true, first)
	b.want(first)
	var told []*nats.Msg
	var mu sync.Mutex
	sub, err := a.conn.Subscribe(a.names.record("*"), func(m *nats.Msg) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, m)
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		a.feed(s.next()...)
	}
	b.settle(a, false, first)
	eventually(t, "all have been told", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(told) >= 100
	})
	if err := sub.Unsubscribe(); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range random.Perm(len(told)) {
		if err := b.conn.Publish(told[n].Subject, told[n].Data); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.conn.Flush(); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		a.feed(s.next()...)
	}
	b.settle(a, false, first)
	late := w.instance("late")
	late.settle(a, true, first)
	late.want(first)
	late.settle(a, false, first)
}

// slow is a board that can be held up.
type slow struct {
	Board
	mu sync.Mutex
}

func (s *slow) Relay(m conference.Message) conference.Outcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Board.Relay(m)
}

func TestASlowReaderEndsWithTheSameState(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.instance("a")
	board := &slow{}
	b := w.instance("b", func(i *instance, c *Config) {
		board.Board = c.Board
		c.Board, c.buffer = board, 16
	})
	all := a.crowd(4)
	b.settle(a, true, all.ids...)
	b.want(all.ids...)
	for range 3 {
		board.mu.Lock()
		all.goOn(300)
		eventually(t, "all is published", func() bool { return a.Stats().Queued == 0 })
		if err := a.conn.Flush(); err != nil {
			t.Fatal(err)
		}
		board.mu.Unlock()
		all.goOn(3)
		b.settle(a, false, all.ids...)
	}
	if s := b.Stats(); s.Gaps+s.Behind == 0 {
		t.Errorf("nothing was lost: %+v", s)
	}
}

func TestAReaderThatStartsAgainHasEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.instance("a")
	all := a.crowd(4)
	for range 4 {
		b := w.instance("b")
		b.settle(a, true, all.ids...)
		b.want(all.ids[0])
		all.goOn(60)
		b.settle(a, false, all.ids[0])
		b.settle(a, true, all.ids[1:]...)
		b.stop()
		all.goOn(10)
	}
}

func TestWhatCannotBeReadCostsItsMeetingOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.instance("a"), w.instance("b")
	all := a.crowd(3)
	b.settle(a, true, all.ids...)
	b.want(all.ids...)
	bad := all.ids[0]
	other := []byte(`{"v":1,"by":"x","epoch":9,"n":9}` + "\n" + `{"format":1,"confID":"` + string(all.ids[1]) + `","occurrence":1,"link":{"state":"live"}}`)
	for _, body := range [][]byte{nil, []byte("x"), []byte("s\xff\xff\xff\xff\xff\xff\xff\xff"), []byte("{}"), []byte(`{"v":2}`), []byte(`{"v":1,"by":"x","epoch":1,"n":5}` + "\n{}"), other,
		[]byte(`{"v":1,"by":"x","epoch":1,"n":5,"line":{}}`), []byte(`{"v":1,"by":"x","epoch":1,"n":99999,"rows":[{}]}`)} {
		for _, subject := range []string{b.names.record(bad), b.names.digest(bad)} {
			if err := b.conn.Publish(subject, body); err != nil {
				t.Fatal(err)
			}
		}
	}
	all.goOn(5)
	b.settle(a, false, all.ids[1:]...)
	a.again(bad) // its owner has not been heard, so it has not noticed
	b.settle(a, false, all.ids...)
	late := w.instance("late")
	late.settle(a, true, all.ids...)
	late.want(all.ids...)
	late.settle(a, false, all.ids...)
}

func (i *instance) again(id conference.ConfID) { i.out.again(id) }

func TestANewerVersionIsSaidToBeOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.instance("a"), w.instance("b")
	a.meeting(first)
	b.settle(a, true, first)
	if err := a.conn.Publish(a.names.digest(first), []byte(`{"v":2,"by":"a","epoch":2,"n":5}`)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is said", b.down(conference.ReasonNewerInstance, first))
	if err := b.Want(t.Context(), first); !errors.Is(err, ErrUnreadable) {
		t.Errorf("error %v", err)
	}
}

func TestABusEndsAtAnyTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, disturb := range map[string]func(*instance, *crowd){
		"at once":                       func(*instance, *crowd) {},
		"while much is told":            func(_ *instance, c *crowd) { c.goOn(100) },
		"when its connection is closed": func(i *instance, _ *crowd) { i.conn.Close() },
		"when the server is away":       func(*instance, *crowd) { w.server.Stop() },
	} {
		w.server.Stop()
		w.server.Start()
		a := w.instance("a")
		disturb(a, a.crowd(3))
		a.stop()
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		if err := a.Want(ctx, "404"); err == nil {
			t.Errorf("%s: what nobody knows is whole", name)
		}
		cancel()
	}
}
