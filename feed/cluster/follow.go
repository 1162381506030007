package cluster

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	// firstPatience and lastPatience are how long each answer of the server may take when the bucket is opened: from one to the other it
	// doubles with each that does not come. While servers elect a leader, what they are asked is lost; where they are slow, it is late. Where
	// they are slower than that, there would be no lease.
	firstPatience, lastPatience = time.Second, 4 * time.Second
	// pause is the time between attempts to open it, and as much again by chance.
	pause = 250 * time.Millisecond
	// idle is after how long without a reader the server forgets a reading.
	idle = 30 * time.Second
	// history is how many revisions of a key are kept: a reader that is a little late is shown them all, and need not wonder whose
	// the missing ones were.
	history = 8
)

// news is what a follower has to tell: that a reading begins, or an entry.
type news struct {
	begun bool
	entry entry
}

// errGap: a message of a reading did not arrive.
var errGap = errors.New("a message of the bucket did not arrive")

// follower reads the bucket, again and again from its beginning.
//
// It is not the client's own watcher of a bucket: that takes 10 s to notice that the server has lost it, goes on from the last revision, which
// a bucket that was made anew may not reach for days, and keeps whoever stops it waiting for the server's answer.
type follower struct {
	conn     *nats.Conn
	js       jetstream.JetStream
	bucket   string
	replicas int
	to       chan news
	// restart asks for a new reading.
	restart chan struct{}
	// failed is called when reading has ended for a reason other than restart, nil when one has begun.
	failed func(error)

	patience time.Duration
	ensured  bool // the bucket was there, with its replicas as they are set
}

// run reads until ctx ends.
func (f *follower) run(ctx context.Context) {
	for ctx.Err() == nil {
		err := f.read(ctx)
		if err == nil || ctx.Err() != nil {
			continue
		}
		f.failed(err)
		select {
		case <-ctx.Done():
		case <-f.restart:
		case <-time.After(pause + rand.N(pause)):
		}
	}
}

// read reads the bucket, and goes on with what comes, until it is to begin anew (nil) or cannot go on.
func (f *follower) read(ctx context.Context) error {
	inbox := f.conn.NewInbox()
	messages := make(chan *nats.Msg, 4096)
	sub, err := f.conn.ChanSubscribe(inbox, messages)
	if err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	defer func() { _ = sub.Unsubscribe() }() // an error says that the connection is closed
	f.patience = min(max(2*f.patience, firstPatience), lastPatience)
	info, err := f.consume(ctx, inbox)
	if !errors.Is(err, context.DeadlineExceeded) {
		f.patience = 0
	}
	if err != nil {
		return err
	}
	defer f.forget(info)
	select {
	case <-f.restart: // it was for the reading before
	default:
	}
	f.failed(nil)
	if !f.tell(ctx, news{begun: true}) {
		return nil
	}
	next := uint64(1)
	prefix := len(subject(f.bucket, ""))
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-f.restart:
			return nil
		case m, ok := <-messages:
			if !ok {
				return nats.ErrConnectionClosed
			}
			md, err := m.Metadata()
			if err != nil {
				continue // not of the stream
			}
			if md.Sequence.Consumer != next {
				return errGap
			}
			next++
			e := entry{key: m.Subject[prefix:], value: m.Data, revision: md.Sequence.Stream, stored: md.Timestamp, deleted: isRemoval(m)}
			if !f.tell(ctx, news{entry: e}) {
				return nil
			}
		}
	}
}

// tell hands on, and reports false when reading is to end.
func (f *follower) tell(ctx context.Context, n news) bool {
	select {
	case f.to <- n:
		return true
	case <-ctx.Done():
		return false
	}
}

// consume has the server send the newest revision of each key, and what follows. The bucket is made if there is none.
func (f *follower) consume(ctx context.Context, inbox string) (*jetstream.ConsumerInfo, error) {
	for {
		if !f.ensured {
			if err := f.within(ctx, func(ctx context.Context) error { return ensure(ctx, f.js, f.bucket, f.replicas) }); err != nil {
				return nil, err
			}
		}
		var c jetstream.PushConsumer
		err := f.within(ctx, func(ctx context.Context) (err error) {
			c, err = f.js.CreatePushConsumer(ctx, streamOf(f.bucket), jetstream.ConsumerConfig{
				DeliverSubject: inbox, DeliverPolicy: jetstream.DeliverLastPerSubjectPolicy, FilterSubject: subject(f.bucket, ">"),
				AckPolicy: jetstream.AckNonePolicy, InactiveThreshold: idle, MemoryStorage: true, Replicas: 1,
			})
			return err
		})
		again := f.ensured && errors.Is(err, jetstream.ErrStreamNotFound)
		if f.ensured = err == nil; f.ensured {
			return c.CachedInfo(), nil
		}
		if !again {
			return nil, fmt.Errorf("read bucket %s: %w", f.bucket, err)
		}
	}
}

// within asks the server something, with the present patience.
func (f *follower) within(ctx context.Context, ask func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, f.patience)
	defer cancel()
	return ask(ctx)
}

// forget tells the server that a reading has ended. It does not wait for the answer.
func (f *follower) forget(info *jetstream.ConsumerInfo) {
	_ = f.conn.Publish("$JS.API.CONSUMER.DELETE."+info.Stream+"."+info.Name, nil)
}

// ensure makes the bucket, or gives it the right number of replicas. Of several that do so at once each succeeds. It is written to
// the disk: servers that are all restarted have it again.
func ensure(ctx context.Context, js jetstream.JetStream, bucket string, replicas int) error {
	config := jetstream.KeyValueConfig{Bucket: bucket, Description: "who watches which meetings", History: history, Storage: jetstream.FileStorage, Replicas: replicas}
	kv, err := js.KeyValue(ctx, bucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		_, err = js.CreateKeyValue(ctx, config)
		if errors.Is(err, jetstream.ErrBucketExists) {
			err = nil
		}
		if err != nil {
			return fmt.Errorf("make bucket %s: %w", bucket, err)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for bucket %s: %w", bucket, err)
	}
	status, err := kv.Status(ctx)
	if err != nil {
		return fmt.Errorf("look at bucket %s: %w", bucket, err)
	}
	if had := status.Config(); had.Replicas != replicas || had.History != history {
		if _, err := js.UpdateKeyValue(ctx, config); err != nil {
			return fmt.Errorf("alter bucket %s, which has %d replicas, to %d: %w", bucket, had.Replicas, replicas, err)
		}
	}
	return nil
}
