package bus

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"confboard/feed/conference"
	"confboard/feed/timeline"
)

const (
	// patience is how long there may be no bus until the meetings of others are told to have no link. A server that is restarted while others
	// go on is left within this.
	patience = time.Second
	// lookEvery is how often the reader looks at its connection and at those who wait.
	lookEvery = 250 * time.Millisecond
	// reopen is how long after a fault the streams are opened again.
	reopen = 500 * time.Millisecond
	// liveBuffer is how many records may wait to be applied. What is beyond is lost, noticed by its number, and read from the stream.
	liveBuffer = 1 << 13
	// unseenFor is how long after a new beginning the digest of a meeting that was known may be missing.
	unseenFor = 3 * time.Second
)

// reader has the meetings of others on the board. One goroutine, that of run, applies all that comes.
type reader struct {
	bus     *Bus
	live    chan *nats.Msg
	digests chan digest
	jobs    chan []conference.ConfID
	results chan []reading
	toOpen  chan int
	opened  chan opened
	wake    chan struct{} // capacity 1: something under the lock is new

	mu        sync.Mutex
	interests map[conference.ConfID]*interest
	died      []string // members, not yet told to their meetings
	owned     bool     // what is our own has changed
	fault     error    // the session cannot go on

	// Of the goroutine of run.
	meetings map[conference.ConfID]*meeting
	skipped  map[conference.ConfID][]byte // the newest digests of meetings that are our own
	session  *session
	sessions int
	opening  bool
	since    time.Time // when the session ended
	next     time.Time // when the next is tried
	said     string    // why the last attempt failed
	toRead   []conference.ConfID
	reading  int // jobs under way
}

// meeting is one of another instance.
type meeting struct {
	id conference.ConfID
	// head is that of the last digest.
	head
	// reason is why it was told to have no link; empty when it was not.
	reason conference.LinkReason
	// session is the number of the one in which its last digest came.
	session int
	gone    bool // it has left the board, at:
	goneAt  time.Time
	bad     bool // its digest cannot be read
	follow  *follow
}

func (r *reader) init(b *Bus) {
	r.bus = b
	r.live, r.digests = make(chan *nats.Msg, b.config.buffer), make(chan digest)
	r.jobs, r.results = make(chan []conference.ConfID), make(chan []reading, readers)
	r.toOpen, r.opened = make(chan int, 1), make(chan opened, 1)
	r.wake = make(chan struct{}, 1)
	r.interests = map[conference.ConfID]*interest{}
	r.meetings, r.skipped = map[conference.ConfID]*meeting{}, map[conference.ConfID][]byte{}
}

func (r *reader) signal() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// trouble ends the session; another is opened.
func (r *reader) trouble(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fault == nil {
		r.fault = err
	}
	r.signal()
}

// reassigned has the digests looked at that were left out because their meetings were our own.
func (r *reader) reassigned() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.owned = true
	r.signal()
}

// MemberGone tells that a member is dead, or that it owns nothing for now: the meetings of which its digests told have no link until another has taken them over, or it shows
// that it lives.
func (b *Bus) MemberGone(member string) {
	r := &b.in
	r.mu.Lock()
	defer r.mu.Unlock()
	r.died = append(r.died, member)
	r.signal()
}

func (r *reader) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for range readers {
		group.Go(func() error { return r.read(ctx) })
	}
	group.Go(func() error { return r.openSessions(ctx) })
	group.Go(func() error { return r.apply(ctx) })
	err := group.Wait()
	select {
	case o := <-r.opened: // too late
		o.close()
	default:
	}
	return err
}

var errClosed = errors.New("bus: the connection was closed")

func (r *reader) apply(ctx context.Context) error {
	status := r.bus.conn.StatusChanged(nats.CONNECTED, nats.RECONNECTING, nats.DISCONNECTED)
	defer r.bus.conn.RemoveStatusListener(status)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	r.since = time.Now()
	defer r.end()
	r.check()
	for ctx.Err() == nil {
		if r.bus.conn.IsClosed() {
			return errClosed
		}
		r.startReading(ctx)
		var digests chan digest
		if r.session != nil { // one that is being opened has its first digests wait until it is entered
			digests = r.digests
		}
		select {
		case <-ctx.Done():
		case _, open := <-status:
			if !open {
				status = nil // see above
			}
			r.check()
		case <-tick.C:
			r.check()
			r.passTime()
		case <-r.wake:
			r.check()
			r.look()
		case o := <-r.opened:
			r.enter(o)
		case d := <-digests:
			r.takeDigest(d)
		case m := <-r.live:
			r.takeLive(m)
		case all := <-r.results:
			r.reading--
			for i := range all {
				r.takeReading(&all[i])
			}
		}
	}
	return nil
}

// check ends the session when it cannot go on, and has one opened when there is none.
func (r *reader) check() {
	conn := r.bus.conn
	r.mu.Lock()
	fault := r.fault
	r.fault = nil
	r.mu.Unlock()
	switch s := r.session; {
	case s != nil && (!conn.IsConnected() || conn.Stats().Reconnects != s.reconnects):
		r.leave(errors.New("the connection was lost"))
	case s != nil && fault != nil:
		r.leave(fault)
	case s == nil && !r.opening && conn.IsConnected() && !time.Now().Before(r.next):
		r.opening = true
		r.sessions++
		r.toOpen <- r.sessions // there is room: see init
	}
	if r.session == nil && time.Since(r.since) >= patience {
		r.failWaiting(ErrAway)
		for _, m := range r.meetings {
			r.tellDown(m, conference.ReasonNoBus)
		}
	}
}

// enter begins a session that was opened: from now on everything is told anew.
func (r *reader) enter(o opened) {
	r.opening = false
	if o.err != nil {
		if said := o.err.Error(); said != r.said {
			r.bus.log.Warn("the bus cannot be used", "error", o.err)
			r.said = said
		}
		r.next = time.Now().Add(reopen)
		return
	}
	r.session, r.said = o.session, ""
	r.bus.counters.known.CompareAndSwap(false, o.session.ready)
	r.bus.log.Info("the bus is open", "streams", r.bus.Streams())
	for _, m := range r.meetings {
		if m.follow != nil {
			r.mend(m)
		}
	}
	r.bus.out.resume()
	r.lookAtInterests()
}

func (r *reader) leave(err error) {
	r.bus.log.Warn("the bus is away", "error", err)
	r.end()
	r.since, r.next = time.Now(), time.Now().Add(reopen/5)
}

func (r *reader) end() {
	if r.session != nil {
		r.bus.out.pause()
		r.session.close()
		r.session = nil
	}
}

// look takes in what others have put under the lock.
func (r *reader) look() {
	r.mu.Lock()
	died, owned := r.died, r.owned
	r.died, r.owned = nil, false
	r.mu.Unlock()
	for _, member := range died {
		for _, m := range r.meetings {
			if m.Member == member {
				r.tellDown(m, conference.ReasonNoInstance)
			}
		}
	}
	if owned {
		r.lookAtSkipped()
	}
	r.lookAtInterests()
}

// lookAtSkipped takes the digests of meetings that are no longer our own, and lets go of those that are now.
func (r *reader) lookAtSkipped() {
	for id, m := range r.meetings {
		if r.bus.ours(id) {
			r.letGo(m)
			delete(r.meetings, id)
		}
	}
	for _, s := range r.bus.config.Board.States() { // also one of which no digest tells is to be told when there is no bus
		if !r.bus.ours(s.ConfID) && r.meetings[s.ConfID] == nil {
			r.meetings[s.ConfID] = &meeting{id: s.ConfID, session: r.sessions}
		}
	}
	for id, body := range r.skipped {
		ours := r.bus.ours(id)
		if ours && r.bus.config.Board.Get(id) != nil {
			continue
		}
		delete(r.skipped, id)
		if !ours {
			r.takeDigest(digest{id: id, body: body, session: r.sessions})
		}
	}
}

// tell applies a message to a meeting of another instance. applied: it is on the board.
func (r *reader) tell(id conference.ConfID, m conference.Message) (applied bool) {
	return r.tellWith(id, m, 0, nil)
}

// tellWith is tell for a message, if there is one, that came with entries, which it gives away before.
func (r *reader) tellWith(id conference.ConfID, m conference.Message, epoch uint64, entries []timeline.Entry) (applied bool) {
	r.bus.applying.Lock()
	defer r.bus.applying.Unlock()
	if r.bus.ours(id) {
		return false
	}
	applied = true
	if adopt := r.bus.config.Adopt; adopt != nil && len(entries) > 0 {
		adopt(id, epoch, entries)
	}
	if m != nil {
		r.bus.counters.applied.Add(1)
		applied = r.bus.config.Board.Relay(m).Fate != conference.NotWatched
	}
	if adopted := r.bus.config.Adopted; adopted != nil && len(entries) > 0 {
		adopted(id)
	}
	return applied
}

func (r *reader) about(id conference.ConfID) conference.About {
	return conference.About{ConfID: id, At: r.bus.config.Now()}
}

// tellDown tells a meeting once that it has no link, and why.
func (r *reader) tellDown(m *meeting, reason conference.LinkReason) {
	if m.reason == reason || m.gone {
		return
	}
	m.reason = reason
	r.tell(m.id, conference.LinkMessage{About: r.about(m.id), Event: conference.LinkDown, Reason: reason})
}

// passTime does what is due by the clock.
func (r *reader) passTime() {
	now := time.Now()
	if s := r.session; s != nil && s.ready && !s.swept && now.Sub(s.complete) > unseenFor {
		s.swept = true
		for _, m := range r.meetings {
			if m.session != s.number { // whoever watched it has not told since
				r.tellDown(m, conference.ReasonNoInstance)
			}
		}
	}
	if r.bus.claims.end(r.bus.config.Owns) {
		r.lookAtSkipped()
		r.lookAtInterests()
	}
	r.loseInterest(now)
	for id, m := range r.meetings {
		if m.gone && now.Sub(m.goneAt) > goneFor {
			delete(r.meetings, id)
			continue
		}
		if m.follow != nil {
			r.watchFollow(m, now)
		}
	}
}
