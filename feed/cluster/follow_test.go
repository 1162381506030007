package cluster

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"confboard/feed/cluster/clustertest"
)

// leaderless is JetStream whose servers can be without a leader: then what they are asked is lost.
type leaderless struct {
	jetstream.JetStream
	away  atomic.Bool
	asked atomic.Int32
}

func (l *leaderless) CreatePushConsumer(ctx context.Context, stream string, c jetstream.ConsumerConfig) (jetstream.PushConsumer, error) {
	l.asked.Add(1)
	if l.away.Load() {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return l.JetStream.CreatePushConsumer(ctx, stream, c)
}

// While servers elect a leader no reading can be opened. The one before goes on, and the next one is there as soon as they have one.
func TestAReadingGoesOnUntilTheNextOneIsOpen(t *testing.T) {
	t.Parallel()
	server := clustertest.Start(t)
	config := Config{Servers: []string{server.URL()}, Name: "reader"}
	conn, err := Dial(config)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	servers := &leaderless{JetStream: js}
	f := &follower{conn: conn, js: servers, bucket: "test", replicas: 1, to: make(chan news), restart: make(chan struct{}, 1), failed: func(error) {}}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { f.run(ctx) })
	defer running.Wait()
	defer stop()
	comes := func(what string, is func(news) bool) {
		t.Helper()
		for limit := time.After(30 * time.Second); ; {
			select {
			case n := <-f.to:
				if is(n) {
					return
				}
			case <-limit:
				t.Fatalf("not within 30 s: %s", what)
			}
		}
	}
	begun := func(n news) bool { return n.begun }
	comes("the first reading", begun)
	servers.away.Store(true)
	poke(f.restart)
	for servers.asked.Load() < 3 {
		time.Sleep(5 * time.Millisecond)
	}
	if _, err := js.Publish(t.Context(), subject("test", "member.x"), []byte("{}")); err != nil {
		t.Fatal(err)
	}
	comes("what was stored meanwhile", func(n news) bool {
		if n.begun {
			t.Error("another reading has begun")
		}
		return n.entry.key == "member.x"
	})
	servers.away.Store(false)
	asked := servers.asked.Load()
	comes("the next reading", begun)
	if again := servers.asked.Load() - asked; again > 2 {
		t.Errorf("it was asked for %d times more", again)
	}
	comes("what was stored, once more", func(n news) bool { return n.entry.key == "member.x" })
}
