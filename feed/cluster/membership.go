package cluster

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"confboard/feed/conference"
)

// Membership is what this instance has to do with the others. Its methods are safe for concurrent use and do not wait, but for Run.
type Membership struct {
	config Config
	id     string
	conn   *nats.Conn
	js     jetstream.JetStream
	core   *core // Run's alone
	writer *writer
	asking *asking
	nobody chan string   // members that were asked after and are not there
	said   chan string   // members that say that their renewals do not come back
	stored chan struct{} // a renewal is
	clock  func() time.Duration
	hurry  chan struct{}
	unable atomic.Bool
	turned chan struct{} // unable is another one
	lost   chan struct{} // nobody stores what is written: perhaps the bucket is lost

	picture atomic.Pointer[picture]
	trouble trouble
}

// picture is what is known, for everybody to look at.
type picture struct {
	members []Member
	owners  [Shards]ownership
	until   time.Duration // of the lease
	held    bool
}

type ownership struct {
	member string
	epoch  uint64
	mine   bool
}

// New is the membership of a new session. The connection, which Dial makes, stays the caller's to close, after Run. Nothing happens before Run.
func New(conn *nats.Conn, config Config, w Watcher) (*Membership, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	js, err := jetstream.New(conn)
	if err != nil {
		return nil, fmt.Errorf("use JetStream: %w", err)
	}
	m := &Membership{config: config, id: rand.Text()[:12], conn: conn, js: js, clock: sinceBoot, hurry: make(chan struct{}, 1), turned: make(chan struct{}, 1), lost: make(chan struct{}, 1),
		nobody: make(chan string, room), said: make(chan string, room), stored: make(chan struct{}, 1)}
	m.trouble.logger = config.Logger
	m.asking = &asking{prefix: config.Prefix, inbox: conn.NewInbox(), nobody: func(id string) { offer(m.nobody, id) }}
	m.writer = newWriter(conn, config.bucket(), m.id, m.asking, m.wrote, func() { poke(m.stored) })
	about := memberRecord{Name: config.Name, Build: config.Build, Started: time.Now().UTC().Truncate(time.Second)}
	m.core = newCore(m.id, about, config.pace, logged{w, config.Logger}, m.writer)
	m.picture.Store(&picture{})
	return m, nil
}

// ID is this instance's own, of this start.
func (m *Membership) ID() string { return m.id }

// Owner says who owns the shard of a meeting, by its ID, and since which epoch; empty when nobody that lives does, or when this instance
// itself has no lease and so cannot know. mine is that it is this instance, now: it is asked of the clock each time, so that it is right in an instance
// that was suspended just before.
func (m *Membership) Owner(id conference.ConfID) (member string, epoch uint64, mine bool) {
	p := m.picture.Load()
	if !p.held || m.clock() >= p.until {
		return "", 0, false
	}
	o := p.owners[ShardOf(id)]
	return o.member, o.epoch, o.mine
}

// Held reports whether this instance has a lease: NATS can be reached, and what is known of the others is at most 4 s old.
func (m *Membership) Held() bool {
	p := m.picture.Load()
	return p.held && m.clock() < p.until
}

// Members are the instances that live, by name, as far as is known: this one too, once it was seen in the bucket. The slice is shared.
func (m *Membership) Members() []Member { return m.picture.Load().members }

// Trouble is why the bucket cannot be read or written, nil when it can be as far as is known.
func (m *Membership) Trouble() error { return m.trouble.err() }

// Hurry ends leaving at once, or makes leaving be at once: what this instance still has is dropped, and the others take it over as soon as
// they are told.
func (m *Membership) Hurry() {
	poke(m.hurry)
}

// Able says whether this instance can watch meetings; until it is said, it can. One that cannot hands over what it has to those that can, and gets
// nothing as long as there is one.
func (m *Membership) Able(able bool) {
	m.unable.Store(!able)
	poke(m.turned)
}

func poke(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// offer tells of a member; if there is no room it will be told again.
func offer(to chan<- string, id string) {
	select {
	case to <- id:
	default:
	}
}

// wrote is called with why something was not stored; nil: it was.
func (m *Membership) wrote(err error) {
	m.trouble.writing(err)
	if errors.Is(err, jetstream.ErrNoStreamResponse) {
		poke(m.lost)
	}
}

// Run takes part until ctx ends. Then it leaves in order: it returns when others have what this instance had, or there is nobody else, or Config.Handover is
// over, or after Hurry. What the watcher still had is dropped before Run returns. The error is nats.ErrConnectionClosed if the connection
// was closed meanwhile; anything else passes by itself, in time. It is called once.
func (m *Membership) Run(ctx context.Context) error {
	status := m.conn.StatusChanged(nats.CONNECTED, nats.CLOSED)
	defer m.conn.RemoveStatusListener(status)
	deaf, err := m.asking.listen(m.conn, m.id)
	if err != nil {
		return fmt.Errorf("take part in the cluster: %w", err)
	}
	defer deaf()
	dumb, err := hearWords(m.conn, m.config.Prefix, m.id, func(id string) { offer(m.said, id) })
	if err != nil {
		return fmt.Errorf("take part in the cluster: %w", err)
	}
	defer dumb()

	follow, stop := context.WithCancel(context.WithoutCancel(ctx))
	f := &follower{conn: m.conn, js: m.js, bucket: m.config.bucket(), replicas: m.config.Replicas, to: make(chan news), restart: make(chan struct{}, 1), failed: m.trouble.reading}
	var parts sync.WaitGroup
	parts.Go(func() { f.run(follow) })
	parts.Go(m.writer.run)
	defer func() {
		close(m.writer.out)
		stop()
		parts.Wait()
	}()

	var (
		c      = m.core
		done   = ctx.Done()
		asked  bool // for a new reading, which has not begun
		closed error
		timer  = time.NewTimer(0)
	)
	defer timer.Stop()
	restart := func() {
		if !asked {
			asked = true
			poke(f.restart)
		}
	}
	for !c.finished {
		select {
		case <-done:
			done = nil
			c.leave(m.clock(), m.config.Handover)
		case <-m.hurry:
			done = nil
			c.leave(m.clock(), 0)
		case s := <-status:
			if s == nats.CLOSED {
				closed = fmt.Errorf("take part in the cluster: %w", nats.ErrConnectionClosed)
				c.finish(m.clock())
			} else {
				// What was sent meanwhile did not come, and the server may have forgotten the reading.
				restart()
			}
		case <-m.turned:
			c.able(!m.unable.Load(), m.clock())
		case <-m.lost:
			restart()
		case id := <-m.nobody:
			c.nobody(id, m.clock())
		case id := <-m.said:
			c.said(id, m.clock())
		case <-m.stored:
			c.stored(m.clock())
		case n := <-f.to:
			asked = asked && !n.begun
			m.hear(n)
			// A reading comes in one piece, and what follows from it is done once.
			for more := true; more; {
				select {
				case n := <-f.to:
					asked = asked && !n.begun
					m.hear(n)
				default:
					more = false
				}
			}
		case <-timer.C:
		}
		now := m.clock()
		if c.blind(now) {
			restart()
		}
		next := c.do(moment{now, time.Now()})
		m.show()
		timer.Reset(next - m.clock())
	}
	return closed
}

// hear takes in what a reading brought. The clock is read after it came, never before: see core.echoed.
func (m *Membership) hear(n news) {
	switch now := (moment{m.clock(), time.Now()}); {
	case n.begun:
		m.core.opened(now)
	default:
		m.core.came(n.entry, now)
	}
}

// show makes what is known visible to everybody.
func (m *Membership) show() {
	c := m.core
	p := &picture{members: c.list(), until: c.until, held: c.life != 0}
	for i := range c.shards {
		s := &c.shards[i]
		if p.held && c.living(s.Owner) {
			p.owners[i] = ownership{member: s.Owner, epoch: s.shardRecord.Epoch, mine: s.taken != 0}
		}
	}
	m.picture.Store(p)
}

// trouble is why the bucket cannot be read or written. It is logged when it begins, changes and ends.
type trouble struct {
	logger        *slog.Logger
	mu            sync.Mutex
	reads, writes error
}

func (t *trouble) err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return errors.Join(t.reads, t.writes)
}

// reading notes why reading ended; nil: it has begun.
func (t *trouble) reading(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.note(&t.reads, err)
}

// writing notes why something was not written; nil: it was.
func (t *trouble) writing(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.note(&t.writes, err)
}

func (t *trouble) note(was *error, err error) {
	switch {
	case err == nil && *was != nil:
		t.logger.Info("cluster: the bucket can be used again")
	case err != nil && (*was == nil || (*was).Error() != err.Error()):
		t.logger.Warn("cluster: the bucket cannot be used", "error", err)
	}
	*was = err
}

// logged logs what becomes of members.
type logged struct {
	Watcher
	logger *slog.Logger
}

func (l logged) Heard(e Event) {
	level := slog.LevelInfo
	if e.Kind == Died || e.Kind == Lost {
		level = slog.LevelWarn
	}
	l.logger.Log(context.Background(), level, "cluster: member "+string(e.Kind), "name", e.Member.Name, "member", e.Member.ID, "self", e.Member.Self, "shards", len(e.Shards))
	l.Watcher.Heard(e)
}
