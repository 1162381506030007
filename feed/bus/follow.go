package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"confboard/feed/conference"
)

// Why a meeting cannot be made whole.
var (
	// ErrAway: there is no connection with the bus.
	ErrAway = errors.New("the other instances cannot be reached")
	// ErrUnknown: no other instance has told of the meeting.
	ErrUnknown = errors.New("no instance knows the meeting")
	// ErrUnreadable: another instance tells of it in a way that this one does not understand.
	ErrUnreadable = errors.New("what another instance tells of the meeting cannot be read")
)

const (
	// interestFor is how long a meeting stays whole after the last look at it.
	interestFor = 2 * time.Minute
	// mendFor is how long a whole state stays, although records are missing, before it becomes brief.
	mendFor = 3 * time.Second
	// behindFor is how long records may come later than the digest that tells of them.
	behindFor = 2 * time.Second
	// askEvery is how often an owner is asked for a checkpoint of a meeting.
	askEvery = time.Second
	// maxEarly is how many records may come while what was before them is read.
	maxEarly = 1 << 10
)

// interest is that somebody looks at a meeting. It is under the reader's lock.
type interest struct {
	holds   int
	looked  time.Time
	whole   bool
	waiting map[chan error]bool
}

// follow is a meeting of another instance that is whole, or about to be.
type follow struct {
	sub *nats.Subscription
	// whole: the state on the board is that after the record with the epoch and the number.
	whole         bool
	epoch, number uint64
	// reading: the subject is being read, and early has what came meanwhile. again: it has to be read once more.
	reading, again bool
	early          []*nats.Msg
	// mending is since when a state is kept that was whole, behind since when a digest is ahead, asked when a checkpoint was asked for.
	mending, behind, asked time.Time
}

// Want makes a meeting whole and waits for that until ctx ends; it stays so for two minutes. It returns at once when it is whole, or
// this instance has it, and why not when it cannot become so.
func (b *Bus) Want(ctx context.Context, id conference.ConfID) error {
	if b.has(id) {
		return nil
	}
	r := &b.in
	done := make(chan error, 1)
	r.mu.Lock()
	i := r.interest(id)
	if i.whole {
		r.mu.Unlock()
		return nil
	}
	i.waiting[done] = true
	r.signal()
	r.mu.Unlock()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		r.mu.Lock()
		delete(i.waiting, done)
		r.mu.Unlock()
		return fmt.Errorf("make the meeting whole: %w", ctx.Err())
	}
}

// Hold keeps a meeting whole, or makes it so as soon as that is possible, until release is called; and for two minutes after.
func (b *Bus) Hold(id conference.ConfID) (release func()) {
	r := &b.in
	r.mu.Lock()
	defer r.mu.Unlock()
	i := r.interest(id)
	i.holds++
	r.signal()
	released := false
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if !released {
			released = true
			i.holds--
			i.looked = time.Now()
		}
	}
}

// Whole reports whether the state of a meeting on the board is whole: that of one that this instance has always is, as far as the bus knows.
func (b *Bus) Whole(id conference.ConfID) bool {
	if b.has(id) {
		return true
	}
	r := &b.in
	r.mu.Lock()
	defer r.mu.Unlock()
	i := r.interests[id]
	return i != nil && i.whole
}

// interest returns that in a meeting, of which somebody is looking at now. The lock is held.
func (r *reader) interest(id conference.ConfID) *interest {
	i := r.interests[id]
	if i == nil {
		i = &interest{waiting: map[chan error]bool{}}
		r.interests[id] = i
	}
	i.looked = time.Now()
	return i
}

func (r *reader) interested(id conference.ConfID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.interests[id] != nil
}

// setWhole takes note of whether a meeting is whole, and tells those who wait for it.
func (r *reader) setWhole(id conference.ConfID, whole bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := r.interests[id]
	if i == nil {
		return
	}
	i.whole = whole
	if whole {
		i.answer(nil)
	}
}

// answer tells those who wait.
func (i *interest) answer(err error) {
	for done := range i.waiting {
		done <- err
		delete(i.waiting, done)
	}
}

// fail tells those who wait for a meeting why it cannot be made whole.
func (r *reader) fail(id conference.ConfID, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := r.interests[id]
	if i == nil {
		return
	}
	i.whole = false
	i.answer(err)
	if errors.Is(err, ErrUnknown) && i.holds == 0 { // anybody can ask for anything
		delete(r.interests, id)
	}
}

func (r *reader) failWaiting(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, i := range r.interests {
		i.answer(err)
	}
}

// lookAtInterests begins to follow what somebody looks at.
func (r *reader) lookAtInterests() {
	if r.session == nil {
		return // see check
	}
	r.mu.Lock()
	var wanted []conference.ConfID
	for id := range r.interests {
		if m := r.meetings[id]; m == nil || m.gone || m.bad || m.follow == nil {
			wanted = append(wanted, id)
		}
	}
	r.mu.Unlock()
	for _, id := range wanted {
		m := r.meetings[id]
		switch {
		case r.bus.has(id):
			r.setWhole(id, false)
			r.fail(id, nil)
		case m != nil && m.bad:
			r.fail(id, ErrUnreadable)
		case r.bus.claims.has(id): // soon it is our own
		case m != nil && !m.gone:
			r.begin(m)
		case r.session.ready:
			r.fail(id, ErrUnknown)
		}
	}
}

// loseInterest lets go of meetings that nobody has looked at for long.
func (r *reader) loseInterest(now time.Time) {
	r.mu.Lock()
	var lost []conference.ConfID
	for id, i := range r.interests {
		if i.holds == 0 && len(i.waiting) == 0 && now.Sub(i.looked) > r.bus.config.interest {
			delete(r.interests, id)
			lost = append(lost, id)
		}
	}
	r.mu.Unlock()
	for _, id := range lost {
		if m := r.meetings[id]; m != nil && m.follow != nil {
			r.letGo(m)
			if s := r.bus.config.Board.Get(id); s != nil {
				r.tell(id, conference.SnapshotMessage{About: r.about(id), State: s.Briefly()})
			}
		}
	}
}

// begin begins to follow a meeting: first what comes from now on is kept, then what was before is read, so that nothing is between.
func (r *reader) begin(m *meeting) {
	if m.follow != nil {
		return
	}
	sub, err := r.bus.conn.ChanSubscribe(r.bus.names.record(m.id), r.live)
	if err != nil {
		r.fail(m.id, ErrAway)
		return
	}
	m.follow = &follow{sub: sub}
	r.readAgain(m)
}

// letGo ends following.
func (r *reader) letGo(m *meeting) {
	if m.follow == nil {
		return
	}
	_ = m.follow.sub.Unsubscribe() // fails only when the connection is closed
	m.follow = nil
	r.setWhole(m.id, false)
}

// mend makes a meeting whole again of which something is missing. Until then it keeps the state that it has.
func (r *reader) mend(m *meeting) {
	f := m.follow
	if f.whole {
		f.whole, f.mending = false, time.Now()
		r.setWhole(m.id, false)
	}
	r.readAgain(m)
}

func (r *reader) readAgain(m *meeting) {
	f := m.follow
	if f.reading {
		f.again = true
		return
	}
	f.reading, f.again, f.behind = true, false, time.Time{}
	r.toRead = append(r.toRead, m.id)
}

// watchFollow sees to it that a meeting becomes whole.
func (r *reader) watchFollow(m *meeting, now time.Time) {
	f := m.follow
	switch {
	case r.session == nil || f.reading:
	case f.whole && !f.behind.IsZero() && now.Sub(f.behind) > behindFor:
		r.bus.counters.behind.Add(1)
		r.mend(m)
	case !f.whole && now.Sub(f.asked) > askEvery:
		r.readAgain(m)
	}
}

// takeLive takes a record that has just been published.
func (r *reader) takeLive(msg *nats.Msg) {
	id, ok := r.bus.names.meeting(msg.Subject)
	m := r.meetings[id]
	if !ok || m == nil || m.follow == nil {
		return
	}
	f := m.follow
	if r.bus.ours(id) {
		r.letGo(m)
		return
	}
	if f.reading {
		if f.early = append(f.early, msg); len(f.early) > maxEarly {
			f.early, f.again = nil, true
		}
		return
	}
	w, err := open(msg.Data)
	if err == nil && len(w.state) > 0 && f.whole && w.Previous == f.number && w.Epoch == f.epoch {
		f.number, f.behind = w.Number, time.Time{} // nothing new is in it
		f.measure(m)
		return
	}
	var rec *record
	if err == nil {
		rec, err = w.record(id)
	}
	was := f.whole
	switch {
	case err != nil:
		r.badRecord(m, err)
	case !r.take(m, rec, true):
		r.bus.counters.gaps.Add(1)
		r.mend(m)
	case f.whole && !was:
		r.setWhole(id, true)
	}
}

// take applies a record to a meeting that is followed, if it is the next. fresh: it has just been published. It returns false when there
// must have been others in between.
func (r *reader) take(m *meeting, rec *record, fresh bool) bool {
	f := m.follow
	switch {
	case rec.Epoch < m.Epoch || rec.Epoch < f.epoch:
		r.bus.counters.old.Add(1)
		return true
	case rec.gone: // the digest tells
		return true
	case rec.state != nil:
		if f.whole && !rec.after(f.epoch, f.number) {
			return true
		}
		r.tellWith(m.id, conference.SnapshotMessage{About: r.about(m.id), State: rec.state}, rec.Epoch, rec.entries)
		f.whole, f.epoch, f.number = true, rec.Epoch, rec.Number
		reason := m.reason
		m.reason = conference.ReasonNone
		if !fresh && reason != conference.ReasonNone { // whoever wrote that can be dead
			r.tellDown(m, reason)
		}
	case !f.whole || !rec.after(f.epoch, f.number):
		return true
	case rec.Epoch != f.epoch || rec.previous != f.number:
		return false
	default:
		if !r.tellWith(m.id, rec.message, rec.Epoch, rec.entries) { // by the clock here it had left the board, and its owner goes on
			return false
		}
		f.number = rec.Number
	}
	f.behind = time.Time{} // it goes on, however slowly
	f.measure(m)
	return true
}

// measure takes note of whether a digest has told of more than the state on the board has.
func (f *follow) measure(m *meeting) {
	switch {
	case !m.after(f.epoch, f.number):
		f.behind = time.Time{}
	case f.behind.IsZero():
		f.behind = time.Now()
	}
}

// badRecord is for a record that cannot be read: what follows it has no base.
func (r *reader) badRecord(m *meeting, err error) {
	r.bus.counters.unreadable.Add(1)
	if m.follow.whole {
		r.bus.log.Warn("a record of another instance cannot be read", "meeting", m.id, "error", err)
	}
	r.mend(m)
}
