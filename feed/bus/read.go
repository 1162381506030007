package bus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"confboard/feed/conference"
	"confboard/feed/timeline"
)

const (
	// readers is how many reads are under way at the most, readAtOnce how many meetings each is of.
	readers, readAtOnce = 4, 64
	// readingFor bounds how long one takes.
	readingFor = 5 * time.Second
	// fetched is how many records are asked for at a time.
	fetched = 500
	// knownIn is how long servers may take to learn that another one of them has made a consumer, of which they are asked every askAgain.
	knownIn, askAgain = time.Second, 20 * time.Millisecond
)

// reading is what the stream has of a meeting.
type reading struct {
	id      conference.ConfID
	records []*record
	// bad: some could not be read.
	bad error
	err error
}

// startReading hands what is to be read to readers that are free.
func (r *reader) startReading(ctx context.Context) {
	if r.session == nil {
		return
	}
	for len(r.toRead) > 0 && r.reading < readers {
		n := min(readAtOnce, len(r.toRead))
		select {
		case r.jobs <- r.toRead[:n:n]:
			r.toRead = r.toRead[n:]
			r.reading++
		case <-ctx.Done():
			return
		}
	}
}

// read reads meetings until ctx ends.
func (r *reader) read(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case ids := <-r.jobs:
			all, err := r.bus.readAll(ctx, ids)
			for i := range all {
				all[i].err = err
			}
			r.results <- all // there is room: see init
		}
	}
}

// readAll reads the records of meetings, of each in order. Its list has all of them.
func (b *Bus) readAll(ctx context.Context, ids []conference.ConfID) (all []reading, err error) {
	ctx, cancel := context.WithTimeout(ctx, readingFor)
	defer cancel()
	all = make([]reading, len(ids))
	place := make(map[conference.ConfID]int, len(ids))
	for i, id := range ids {
		all[i].id, place[id] = id, i
	}
	for err = errMissed; errors.Is(err, errMissed) && ctx.Err() == nil; {
		for i := range all {
			all[i].records, all[i].bad = nil, nil
		}
		err = b.readStream(ctx, ids, func(id conference.ConfID, body []byte) {
			i, ok := place[id]
			if !ok {
				return
			}
			if rec, err := decode(body, id); err == nil {
				all[i].records = append(all[i].records, rec)
			} else {
				all[i].bad = err
			}
		})
	}
	if err != nil {
		return all, fmt.Errorf("read records: %w", err)
	}
	return all, nil
}

// readStream calls f with what the stream has of meetings now, in order.
func (b *Bus) readStream(ctx context.Context, ids []conference.ConfID, f func(conference.ConfID, []byte)) error {
	stream := b.streams.live()
	if stream == nil {
		return ErrAway
	}
	subjects := make([]string, len(ids))
	for i, id := range ids {
		subjects[i] = b.names.record(id)
	}
	consumer, err := stream.CreateConsumer(ctx, jetstream.ConsumerConfig{FilterSubjects: subjects, DeliverPolicy: jetstream.DeliverAllPolicy,
		AckPolicy: jetstream.AckNonePolicy, MemoryStorage: true, Replicas: 1, InactiveThreshold: forgotten})
	if err != nil {
		return err
	}
	read, made := uint64(0), time.Now()
	for left := consumer.CachedInfo().NumPending; left > 0; {
		// It gives up when nothing has come for a second, and then what comes later is lost: which the numbers show.
		batch, err := consumer.FetchNoWait(int(min(left, fetched)))
		if err != nil {
			return err
		}
		before := read
		for m := range batch.Messages() {
			meta, err := m.Metadata()
			if err != nil {
				return err
			}
			if read++; meta.Sequence.Consumer != read {
				return errMissed
			}
			left = meta.NumPending
			if id, ok := b.names.meeting(m.Subject()); ok {
				f(id, m.Data())
			}
		}
		err = batch.Error()
		if errors.Is(err, nats.ErrNoResponders) && time.Since(made) < knownIn {
			select {
			case <-ctx.Done():
			case <-time.After(askAgain):
			}
		} else if err != nil {
			return err
		}
		if read == before { // the rest was replaced meanwhile, or the answer was lost
			info, err := consumer.Info(ctx)
			if err != nil {
				return err
			}
			if info.Delivered.Consumer != read {
				return errMissed
			}
			left = info.NumPending
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	_ = stream.DeleteConsumer(ctx, consumer.CachedInfo().Name) // the servers forget it by themselves, later
	return nil
}

// takeReading applies what the stream had of a meeting, and then what came meanwhile.
func (r *reader) takeReading(read *reading) {
	m := r.meetings[read.id]
	if m == nil || m.follow == nil || !m.follow.reading {
		return
	}
	if r.bus.ours(read.id) {
		r.letGo(m)
		return
	}
	f := m.follow
	early := f.early
	f.reading, f.early = false, nil
	if read.err != nil {
		r.bus.log.Warn("a meeting of another instance cannot be read", "meeting", m.id, "error", read.err)
		f.asked = time.Now() // and so read again in a while
		return
	}
	r.bus.counters.reads.Add(1)
	// Only the last state is judged by the clock: to those before it would seem to be late.
	h, number, complete := replay(read, r.bus.config.Board.Policy())
	if h.State != nil {
		all := &record{head: head{Member: h.Member, Epoch: h.Epoch, Number: number}, state: h.State, entries: h.Entries}
		complete = r.take(m, all, false) && complete
	}
	for _, msg := range early {
		if rec, err := decode(msg.Data, m.id); err == nil {
			complete = complete && r.take(m, rec, true)
		}
	}
	switch {
	case f.again:
		r.readAgain(m)
	case f.whole && complete:
		r.setWhole(m.id, true)
	default: // the stream does not have what there should be
		f.whole = false
		if errors.Is(read.bad, errFormat) {
			r.fail(m.id, ErrUnreadable)
		}
		r.askCheckpoint(m)
	}
}

// askCheckpoint asks the owner for a checkpoint: what the stream has does not begin with one.
func (r *reader) askCheckpoint(m *meeting) {
	f := m.follow
	if f == nil || time.Since(f.asked) < askEvery {
		return
	}
	f.asked = time.Now()
	r.bus.askAgain(m.id, m.Member)
}

// Inherited is what the bus has of a meeting.
type Inherited struct {
	// State is the whole state after the last record.
	State *conference.State
	// Entries are those of the timeline that the records and their checkpoint brought, in order, each once.
	Entries []timeline.Entry
	// Member is who wrote the last record, Epoch the one by which.
	Member string
	Epoch  uint64
}

// inheritTries is how often it is looked for what an owner was asked for, and inheritWait how long is waited in between.
const (
	inheritTries = 5
	inheritWait  = 100 * time.Millisecond
)

// Inherit reads what the bus has of meetings, for the one who is to watch them next. An owner that lives is asked for what is not there. Those
// of which there is nothing are not in what it returns. It waits for the servers, some seconds at the most for each few dozen meetings.
//
// From now on nothing that others tell is applied to the meetings, so that what is made of what was inherited stays, until they are this instance's
// own (see Reassigned); if they do not become so, for some seconds.
func (b *Bus) Inherit(ctx context.Context, ids []conference.ConfID) (map[conference.ConfID]Inherited, error) {
	b.claim(ids)
	found := make(map[conference.ConfID]Inherited, len(ids))
	missing, err := b.inherit(ctx, ids, found)
	for range inheritTries {
		if err != nil {
			break
		}
		missing = slices.DeleteFunc(missing, func(id conference.ConfID) bool { return !b.askForCheckpoint(id) })
		if len(missing) == 0 {
			break
		}
		select {
		case <-ctx.Done():
			return found, fmt.Errorf("inherit: %w", ctx.Err())
		case <-time.After(inheritWait):
		}
		missing, err = b.inherit(ctx, missing, found)
	}
	return found, err
}

// inherit adds what there is, and returns those of which there is nothing.
func (b *Bus) inherit(ctx context.Context, ids []conference.ConfID, found map[conference.ConfID]Inherited) (missing []conference.ConfID, err error) {
	for some := range slices.Chunk(ids, readAtOnce) {
		all, err := b.readAll(ctx, some)
		if err != nil {
			return nil, err
		}
		for i := range all {
			if h, _, _ := replay(&all[i], b.config.Board.Policy()); h.State != nil {
				found[all[i].id] = h
			} else {
				missing = append(missing, all[i].id)
			}
		}
	}
	return missing, nil
}

// askForCheckpoint asks the owner for a checkpoint, and reports whether there is one to ask.
func (b *Bus) askForCheckpoint(id conference.ConfID) bool {
	if b.config.Owner == nil {
		return false
	}
	owner := b.config.Owner(id)
	if owner == "" || owner == b.config.Member {
		return false
	}
	b.askAgain(id, owner)
	return true
}

// replay applies records as far as they go on from a checkpoint of the newest epoch, to the one with the number. complete: none is missing among them.
func replay(read *reading, policy conference.Policy) (h Inherited, number uint64, complete bool) {
	complete = true
	for _, rec := range read.records {
		switch {
		case rec.Epoch < h.Epoch:
			continue
		case rec.gone:
			h, complete = Inherited{Epoch: rec.Epoch}, true
			continue
		case rec.state != nil:
			if rec.Epoch > h.Epoch {
				h.Entries = nil // also those that the one before could tell, and not whoever goes on
			}
			h.State, h.Epoch, h.Member, complete = rec.state, rec.Epoch, rec.Member, true
		case h.State == nil || !rec.after(h.Epoch, number):
			continue
		case rec.Epoch != h.Epoch || rec.previous != number:
			complete = false
			continue
		case rec.message != nil:
			h.State, _, _ = conference.Apply(h.State, rec.message, policy)
			if h.State == nil {
				return Inherited{}, 0, true
			}
		}
		number = rec.Number
		last := uint64(0)
		if n := len(h.Entries); n > 0 {
			last = h.Entries[n-1].Seq
		}
		for _, e := range rec.entries {
			if e.Seq > last {
				h.Entries = append(h.Entries, e)
				last = e.Seq
			}
		}
	}
	return h, number, complete
}
