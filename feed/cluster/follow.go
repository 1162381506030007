package cluster

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	// patience is how long each answer of the server may take when a reading is opened. Where they are slower than that, there would be no lease.
	patience = 4 * time.Second
	// askAgain is after how long without an answer a reading is asked for once more, beside those that were asked for: while servers elect a
	// leader, what they are asked is lost; where they are slow, it is late.
	askAgain = 500 * time.Millisecond
	// pause is the time between attempts to open one, and as much again by chance.
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

	ensured bool // the bucket was there, with its replicas as they are set; of the goroutine that opens
}

// reading is one that has been opened.
type reading struct {
	sub      *nats.Subscription
	messages chan *nats.Msg
	info     *jetstream.ConsumerInfo
	next     uint64 // the number of the next message
}

// opening is a reading, or why there is none.
type opening struct {
	reading *reading
	err     error
}

// run reads until ctx ends. One reading goes on until the next one is open: it may be as good as ever, and only its servers are without a leader.
func (f *follower) run(ctx context.Context) {
	var r *reading
	defer func() { f.close(r) }()
	for ctx.Err() == nil {
		opened := make(chan opening, 1)
		var opener sync.WaitGroup
		opener.Go(func() {
			next, err := f.open(ctx)
			opened <- opening{next, err}
		})
		o, err := f.follow(ctx, r, opened, nil)
		if err != nil { // that one is over
			f.close(r)
			r = nil
			o = <-opened
		}
		opener.Wait()
		if ctx.Err() != nil {
			f.close(o.reading)
			return
		}
		if o.err != nil {
			f.failed(o.err)
			if f.rest(ctx, r) != nil {
				f.close(r)
				r = nil
			}
			continue
		}
		f.close(r)
		r = o.reading
		select {
		case <-f.restart: // it was for the reading before
		default:
		}
		f.failed(nil)
		if !f.tell(ctx, news{begun: true}) {
			return
		}
		if _, err := f.follow(ctx, r, nil, f.restart); err != nil {
			f.failed(err)
			f.close(r)
			r = nil
		}
	}
}

// rest lets some time pass until the next attempt, and goes on with a reading if there is one. The error says that it is over.
func (f *follower) rest(ctx context.Context, r *reading) error {
	ctx, cancel := context.WithTimeout(ctx, pause+rand.N(pause))
	defer cancel()
	_, err := f.follow(ctx, r, nil, f.restart)
	return err
}

// follow goes on with a reading, which can be nil, until ctx ends, or one of the others comes. The error says why it cannot go on.
func (f *follower) follow(ctx context.Context, r *reading, opened <-chan opening, restart <-chan struct{}) (o opening, err error) {
	var messages chan *nats.Msg
	if r != nil {
		messages = r.messages
	}
	prefix := len(subject(f.bucket, ""))
	for {
		select {
		case <-ctx.Done():
			if opened != nil {
				o = <-opened // it ends with ctx, too
			}
			return o, nil
		case o := <-opened:
			return o, nil
		case <-restart:
			return o, nil
		case m, ok := <-messages:
			if !ok {
				return o, nats.ErrConnectionClosed
			}
			md, err := m.Metadata()
			if err != nil {
				continue // not of the stream
			}
			if md.Sequence.Consumer != r.next {
				return o, errGap
			}
			r.next++
			e := entry{key: m.Subject[prefix:], value: m.Data, revision: md.Sequence.Stream, stored: md.Timestamp, deleted: isRemoval(m)}
			f.tell(ctx, news{entry: e})
		}
	}
}

// close ends a reading; nil is none.
func (f *follower) close(r *reading) {
	if r == nil {
		return
	}
	_ = r.sub.Unsubscribe() // an error says that the connection is closed
	f.forget(r.info)
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

// open opens a reading. The bucket is made if there is none.
func (f *follower) open(ctx context.Context) (*reading, error) {
	for {
		if !f.ensured {
			limited, cancel := context.WithTimeout(ctx, patience)
			err := ensure(limited, f.js, f.bucket, f.replicas)
			cancel()
			if err != nil {
				return nil, err
			}
			f.ensured = true
		}
		r, err := f.ask(ctx)
		if !errors.Is(err, jetstream.ErrStreamNotFound) {
			return r, err
		}
		f.ensured = false
	}
}

// ask asks for a reading, again and again for as long as an answer may take. The first answer counts.
func (f *follower) ask(ctx context.Context) (*reading, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	var asking sync.WaitGroup
	answers := make(chan opening, patience/askAgain+1)
	defer func() {
		cancel()
		asking.Wait()
		close(answers)
		for o := range answers {
			f.close(o.reading) // it came too late
		}
	}()
	again := time.NewTicker(askAgain)
	defer again.Stop()
	for asked := 0; ; asked++ {
		if asked < cap(answers) {
			asking.Go(func() {
				r, err := f.consume(ctx)
				answers <- opening{r, err}
			})
		}
		select {
		case o := <-answers:
			return o.reading, o.err
		case <-again.C:
		}
	}
}

// consume has the server send the newest revision of each key, and what follows.
func (f *follower) consume(ctx context.Context) (*reading, error) {
	inbox := f.conn.NewInbox()
	r := &reading{messages: make(chan *nats.Msg, 4096), next: 1}
	var err error
	if r.sub, err = f.conn.ChanSubscribe(inbox, r.messages); err != nil {
		return nil, fmt.Errorf("subscribe: %w", err)
	}
	c, err := f.js.CreatePushConsumer(ctx, streamOf(f.bucket), jetstream.ConsumerConfig{
		DeliverSubject: inbox, DeliverPolicy: jetstream.DeliverLastPerSubjectPolicy, FilterSubject: subject(f.bucket, ">"),
		AckPolicy: jetstream.AckNonePolicy, InactiveThreshold: idle, MemoryStorage: true, Replicas: 1,
	})
	if err != nil {
		_ = r.sub.Unsubscribe() // an error says that the connection is closed
		return nil, fmt.Errorf("read bucket %s: %w", f.bucket, err)
	}
	r.info = c.CachedInfo()
	return r, nil
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
