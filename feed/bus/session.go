package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"confboard/feed/conference"
)

const (
	// digestHeartbeat is how often the servers tell that there is no digest to send; two that are missing are a fault.
	digestHeartbeat = 2 * time.Second
	// digestExpiry is for how long digests are asked for at a time, digestBatch how many.
	digestExpiry, digestBatch = 20 * time.Second, 500
	// forgotten is when the servers forget a reader that has gone.
	forgotten = 30 * time.Second
)

// session is a connection's time with both streams: from when they are ready until one of them, or the connection, is not.
type session struct {
	number     int
	reconnects uint64 // of the connection, when it began
	consume    jetstream.ConsumeContext
	done       chan struct{}
	// ready: what the stream had when the session began has been read, at complete.
	ready    bool
	complete time.Time
	swept    bool
	// delivered is the number of the last digest among those delivered.
	delivered uint64
}

// digest is one that was received.
type digest struct {
	id      conference.ConfID
	body    []byte
	session int
	// delivered counts those of the session, 0 when the digest was kept meanwhile. left is how many were waiting behind it.
	delivered, left uint64
}

// openSessions opens a session whenever one is asked for, until ctx ends.
func (r *reader) openSessions(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case number := <-r.toOpen:
			s, err := r.open(ctx, number)
			r.opened <- opened{s, err} // there is room: see init
		}
	}
}

// opened is a session, or why there is none.
type opened struct {
	session *session
	err     error
}

func (o opened) close() {
	if o.session != nil {
		o.session.close()
	}
}

// open opens a session, and has the digests delivered: the last of each meeting, then each one as it comes.
func (r *reader) open(ctx context.Context, number int) (*session, error) {
	s := &session{number: number, reconnects: r.bus.conn.Stats().Reconnects, done: make(chan struct{})}
	if err := r.bus.streams.open(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, opening)
	defer cancel()
	consumer, err := r.bus.streams.digests().CreateConsumer(ctx, jetstream.ConsumerConfig{
		FilterSubject: r.bus.names.digest("*"), DeliverPolicy: jetstream.DeliverLastPerSubjectPolicy, AckPolicy: jetstream.AckNonePolicy,
		MemoryStorage: true, Replicas: 1, InactiveThreshold: forgotten})
	if err != nil {
		return nil, fmt.Errorf("read the digests: %w", err)
	}
	if consumer.CachedInfo().NumPending == 0 {
		s.ready, s.complete = true, time.Now()
	}
	s.consume, err = consumer.Consume(func(m jetstream.Msg) { r.deliver(s, m) },
		jetstream.PullMaxMessages(digestBatch), jetstream.PullExpiry(digestExpiry), jetstream.PullHeartbeat(digestHeartbeat),
		jetstream.ConsumeErrHandler(func(_ jetstream.ConsumeContext, err error) {
			select {
			case <-s.done:
			default:
				r.trouble(fmt.Errorf("read the digests: %w", err))
			}
		}))
	if err != nil {
		return nil, fmt.Errorf("read the digests: %w", err)
	}
	return s, nil
}

// deliver hands a digest over, and waits until it is taken: so no more are asked for than can be applied.
func (r *reader) deliver(s *session, m jetstream.Msg) {
	meta, err := m.Metadata()
	if err != nil {
		r.trouble(err)
		return
	}
	id, ok := r.bus.names.meeting(m.Subject())
	if !ok {
		id = "" // it counts all the same
	}
	select {
	case r.digests <- digest{id, m.Data(), s.number, meta.Sequence.Consumer, meta.NumPending}:
	case <-s.done:
	}
}

// close ends what open began.
func (s *session) close() {
	close(s.done)
	s.consume.Stop()
	<-s.consume.Closed()
}

// errMissed: of what the servers have delivered not everything came.
var errMissed = errors.New("something was missed")

// count takes note of a digest of the session, and reports whether it is of this one.
func (r *reader) count(d digest) bool {
	s := r.session
	if s == nil || d.session != s.number {
		return false
	}
	if d.delivered == 0 {
		return true
	}
	if d.delivered != s.delivered+1 {
		r.trouble(errMissed)
	}
	s.delivered = d.delivered
	return true
}

// completed takes note that everything that there was has been read, if so.
func (r *reader) completed(d digest) {
	if s := r.session; d.delivered > 0 && d.left == 0 && !s.ready {
		s.ready, s.complete = true, time.Now()
		r.bus.counters.known.Store(true)
		r.lookAtInterests()
	}
}

// takeDigest applies a digest.
func (r *reader) takeDigest(d digest) {
	if !r.count(d) {
		return
	}
	defer r.completed(d)
	if d.id == "" {
		return
	}
	if r.bus.ours(d.id) {
		r.skipped[d.id] = d.body
		return
	}
	rec, err := decode(d.body, d.id)
	m := r.meetings[d.id]
	if err == nil && rec.state == nil && !rec.gone {
		err = errRecord
	}
	if err != nil {
		r.unreadable(m, d, err)
		return
	}
	if m == nil {
		m = &meeting{id: d.id}
		r.meetings[d.id] = m
	}
	if rec.Epoch < m.Epoch || rec.Epoch == m.Epoch && rec.Number < m.Number {
		r.bus.counters.old.Add(1)
		return
	}
	m.head, m.session, m.bad = rec.head, d.session, false
	if rec.gone {
		r.left(m)
		return
	}
	m.gone = false
	alive := r.bus.config.Alive
	dead := !r.session.ready && alive != nil && !alive(rec.Member)
	r.brief(m, rec.state)
	if dead {
		r.tellDown(m, conference.ReasonNoInstance)
	}
	if m.follow == nil && r.interested(m.id) {
		r.begin(m)
	}
}

// brief gives a meeting its brief state. One that is whole, or about to be, has no need of it.
func (r *reader) brief(m *meeting, s *conference.State) {
	wasDown := m.reason != conference.ReasonNone
	m.reason = conference.ReasonNone
	if f := m.follow; f != nil {
		switch {
		case f.whole && wasDown: // its link on the board is still down
			r.mend(m)
			return
		case f.whole:
			f.measure(m)
			return
		case time.Since(f.mending) < mendFor:
			return
		}
	}
	r.tell(m.id, conference.SnapshotMessage{About: r.about(m.id), State: s})
}

// left takes a meeting from the board.
func (r *reader) left(m *meeting) {
	if m.gone {
		return
	}
	m.gone, m.goneAt = true, time.Now()
	r.letGo(m)
	r.tell(m.id, conference.UnwatchMessage{About: r.about(m.id)})
	r.fail(m.id, ErrUnknown)
}

// unreadable is for a digest that cannot be read. It costs its meeting.
func (r *reader) unreadable(m *meeting, d digest, err error) {
	r.bus.counters.unreadable.Add(1)
	if m == nil || !m.bad {
		r.bus.log.Warn("what another instance tells of a meeting cannot be read", "meeting", d.id, "error", err)
	}
	if m == nil {
		return
	}
	m.bad, m.session = true, d.session
	reason := conference.ReasonNoInstance
	if errors.Is(err, errFormat) {
		reason = conference.ReasonNewerInstance
	}
	r.tellDown(m, reason)
	r.fail(m.id, ErrUnreadable)
}
