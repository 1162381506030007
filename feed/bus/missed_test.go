package bus

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"confboard/feed/cluster/clustertest"
	"confboard/feed/conference"
)

// thief takes one record from a reading of somebody else, as if it was lost on the way: the servers have delivered it.
type thief struct {
	stream  jetstream.Stream
	all     map[string]bool // the readings that were seen
	robbed  bool
	readers int // readings that began since one was robbed, that one included
}

// steal watches what is read until ctx ends.
func (t *thief) steal(ctx context.Context) {
	for ctx.Err() == nil {
		names := t.stream.ConsumerNames(ctx)
		for name := range names.Name() {
			if t.all[name] {
				continue
			}
			t.all[name] = true
			if t.robbed {
				t.readers++
				continue
			}
			if c, err := t.stream.Consumer(ctx, name); err == nil {
				if batch, err := c.FetchNoWait(1); err == nil {
					for range batch.Messages() {
						t.robbed = true
						t.readers++
					}
				}
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func TestAReadingBeginsAgainWhenSomethingWasMissed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.instance("a")
	ids := []conference.ConfID{"900000001", "900000002", "900000003"}
	var sources []*source
	for _, id := range ids {
		sources = append(sources, a.meeting(id))
	}
	far := clustertest.NewProxy(t, w.server) // so far away that there is time to steal
	w.url = far.URL()
	b := w.instance("b")
	b.settle(a, true, ids...)
	for _, s := range sources {
		for range 10 {
			a.feed(s.next()...)
		}
	}
	b.settle(a, true, ids...)
	eventually(t, "all is published", func() bool { return a.Stats().Queued == 0 })
	want, err := b.readAll(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}

	conn, err := nats.Connect(w.server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := js.Stream(t.Context(), "test-live")
	if err != nil {
		t.Fatal(err)
	}
	far.Delay(30 * time.Millisecond)
	th := &thief{stream: stream, all: map[string]bool{}}
	for range 20 {
		ctx, stop := context.WithCancel(t.Context())
		var stealing sync.WaitGroup
		stealing.Go(func() { th.steal(ctx) })
		got, err := b.readAll(t.Context(), ids)
		stop()
		stealing.Wait()
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if len(want[i].records) < 2 || len(got[i].records) != len(want[i].records) || got[i].bad != nil {
				t.Errorf("of %s %d records were read, want %d", ids[i], len(got[i].records), len(want[i].records))
			}
			for n, r := range got[i].records {
				if r.head != want[i].records[n].head {
					t.Errorf("of %s record %d is %+v, want %+v", ids[i], n, r.head, want[i].records[n].head)
				}
			}
		}
		if th.robbed {
			break
		}
	}
	if !th.robbed || th.readers < 2 {
		t.Errorf("something was stolen: %t; then it was read %d times", th.robbed, th.readers)
	}
}
