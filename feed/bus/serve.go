package bus

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"confboard/feed/conference"
	"confboard/feed/line"
)

// job is what is to be published of a meeting now.
type job struct {
	epoch              uint64
	records            []news
	state              *conference.State
	seq                uint64 // of the last entry until the state
	checkpoint, digest bool
	omitted            bool
	liveSeq, digestSeq uint64
}

// serve publishes what is due of a meeting.
func (p *publisher) serve(ctx context.Context, o *outgoing) {
	epoch, owns := p.bus.config.Owns(o.id)
	j, unknown := p.take(o, epoch, owns)
	if unknown {
		select {
		case p.finds <- o:
		case <-ctx.Done():
		}
		return
	}
	if j.checkpoint {
		p.checkpoint(o, &j)
	}
	for i := range j.records {
		if !p.record(o, &j, &j.records[i]) {
			break // a checkpoint takes the place of the rest
		}
	}
	if j.digest {
		p.digest(o, &j)
	}
}

// take takes what is due of a meeting. unknown: what its subjects have is to be found out first.
func (p *publisher) take(o *outgoing, epoch uint64, owns bool) (j job, unknown bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.meetings[o.id] != o:
		return j, false
	case !owns:
		p.remove(o)
		return j, false
	case o.epoch != epoch:
		p.begin(o, epoch)
	}
	if o.finding || o.outbid > o.epoch {
		return j, false
	}
	if !o.known {
		o.finding = true
		return j, true
	}
	now := time.Now()
	early := now.Before(o.retry)
	j = job{epoch: o.epoch, state: o.latest, seq: o.seq, liveSeq: o.liveSeq, digestSeq: o.digestSeq}
	switch {
	case o.latest == nil:
		if early || o.inFlight > 0 || o.digestInFlight {
			p.lookLater(o)
			return job{}, false
		}
		if !o.checkpoint && !o.digest { // both told that it is gone
			p.remove(o)
			return job{}, false
		}
	case o.checkpoint && o.inFlight > 0: // see stored
	case o.checkpoint && early:
		p.lookLater(o)
	}
	if o.checkpoint && !early && o.inFlight == 0 && (o.latest == nil || !o.latest.Brief) { // a brief state becomes whole, or is not ours yet
		j.checkpoint, o.checkpoint = true, false
		j.omitted, o.omitted = o.omitted, false
	}
	if !o.checkpoint && !j.checkpoint {
		j.records = p.unqueue(o)
	}
	switch {
	case !o.digest || o.digestInFlight: // see stored
	case early || now.Sub(o.digested) < digestEvery:
		p.lookLater(o)
	default:
		j.digest, o.digest, o.digested = true, false, now
	}
	return j, false
}

// checkpoint publishes the whole state, or that there is none any more.
func (p *publisher) checkpoint(o *outgoing, j *job) {
	w := written{head: p.head(j)}
	if !j.omitted {
		w.Previous = o.number
	}
	o.number = w.Number
	var seq uint64
	if recent := p.bus.config.Recent; recent != nil && j.state != nil {
		seq = w.recent(recent(o.id, checkpointRows), j.seq)
	}
	body, err := j.encode(&w, false)
	if err != nil || p.tooLarge(body) {
		p.bus.log.Error("the state of a meeting is too large for the bus, so other instances cannot show its people", "meeting", o.id, "bytes", len(body), "error", err)
		p.failed(o, sentRecord, errTooLarge)
		return
	}
	p.fits(o)
	o.since, o.bytes, o.checkpointBytes = 0, 0, len(body)
	m := nats.NewMsg(p.bus.names.record(o.id))
	m.Data = body
	m.Header.Set(jetstream.MsgRollup, jetstream.MsgRollupSubject)
	p.bus.counters.checkpoints.Add(1)
	p.send(o, sentRecord, &part{seq: seq, whole: true}, m, j.options(j.liveSeq)...)
}

// record publishes a record, and reports whether it could be written.
func (p *publisher) record(o *outgoing, j *job, n *news) bool {
	w := written{head: p.head(j), Previous: o.number, Rows: rowsOf(n.entries)}
	if n.message != nil {
		l, ok := line.Of(n.message, nil)
		if !ok {
			p.failed(o, sentRecord, nil)
			return false
		}
		w.Line = &l
	}
	body, err := encode(&w)
	if err != nil || len(w.Rows) > maxRows || p.tooLarge(body) {
		p.failed(o, sentRecord, nil)
		return false
	}
	o.number = w.Number
	o.since++
	o.bytes += len(body)
	p.bus.counters.records.Add(1)
	ok := p.send(o, sentRecord, &part{seq: lastSeq(n.entries)}, &nats.Msg{Subject: p.bus.names.record(o.id), Data: body})
	if ok && (o.since >= maxRecords || o.bytes > max(maxSince, o.checkpointBytes)) {
		p.again(o.id)
	}
	return ok
}

func (p *publisher) digest(o *outgoing, j *job) {
	w := written{head: p.head(j)}
	if o.number > 0 {
		w.Number = o.number
	}
	body, err := j.encode(&w, true)
	if err != nil || p.tooLarge(body) {
		p.bus.log.Error("the digest of a meeting is not published", "meeting", o.id, "bytes", len(body), "error", err)
		p.failed(o, sentDigest, errTooLarge)
		return
	}
	p.bus.counters.digests.Add(1)
	p.send(o, sentDigest, nil, &nats.Msg{Subject: p.bus.names.digest(o.id), Data: body}, j.options(j.digestSeq)...)
}

// encode writes the state, or that there is none any more.
func (j *job) encode(w *written, brief bool) (body []byte, err error) {
	if w.Gone = j.state == nil; !w.Gone {
		if w.state, err = line.WriteState(j.state, brief); err != nil {
			return nil, err
		}
	}
	return encode(w)
}

// options are those of what takes the place of the message with the sequence, and of no other.
func (j *job) options(replaces uint64) []jetstream.PublishOpt {
	o := []jetstream.PublishOpt{jetstream.WithExpectLastSequencePerSubject(replaces)}
	if j.state == nil {
		o = append(o, jetstream.WithMsgTTL(goneFor))
	}
	return o
}

// head has a number that no record had before: so that of a meeting which left the board and came again they go on.
func (p *publisher) head(j *job) head {
	p.number++
	return head{Member: p.bus.config.Member, Epoch: j.epoch, Number: p.number}
}

// send publishes a message and reports whether it is on its way.
func (p *publisher) send(o *outgoing, kind sentKind, about *part, m *nats.Msg, options ...jetstream.PublishOpt) bool {
	p.mu.Lock()
	p.pending[m] = sent{o, kind, about}
	if kind == sentDigest {
		o.digestInFlight = true
	} else {
		o.inFlight++
		o.told.sent(about)
	}
	p.mu.Unlock()
	p.bus.counters.bytes.Add(uint64(len(m.Data)))
	// Tried again by the client it could come after later ones.
	if _, err := p.bus.js.PublishMsgAsync(m, append(options, jetstream.WithRetryAttempts(0))...); err != nil {
		p.bus.notStored(p.bus.js, m, err)
		return false
	}
	return true
}

// stored is called by the client: a message is in its stream.
func (b *Bus) stored(_ jetstream.JetStream, m *nats.Msg, ack *jetstream.PubAck) {
	p := &b.out
	p.mu.Lock()
	defer p.mu.Unlock()
	s, ok := p.answered(m)
	if !ok {
		return
	}
	o := s.o
	if s.kind == sentDigest {
		o.digestSeq = ack.Sequence
	} else {
		o.liveSeq = ack.Sequence
		seq := o.told.stored(s.part)
		// Of one that was given up meanwhile, and inherited again, the timeline may have gone on otherwise from there.
		if seq > 0 && b.config.Told != nil && p.meetings[o.id] == o {
			b.config.Told(o.id, seq)
		}
	}
	if o.digest || o.checkpoint || o.latest == nil {
		p.look(o)
	}
}

// notStored is called by the client: a message is not known to be in its stream.
func (b *Bus) notStored(_ jetstream.JetStream, m *nats.Msg, err error) {
	p := &b.out
	p.mu.Lock()
	s, ok := p.answered(m)
	p.mu.Unlock()
	if !ok {
		return
	}
	b.counters.failures.Add(1)
	b.log.Debug("what is told of a meeting was not taken", "subject", m.Subject, "error", err)
	p.failed(s.o, s.kind, err)
	if errors.Is(err, jetstream.ErrNoStreamResponse) {
		b.in.trouble(err)
	}
}

// answered forgets a message that was on its way. ok is false when that was done.
func (p *publisher) answered(m *nats.Msg) (s sent, ok bool) {
	s, ok = p.pending[m]
	if !ok {
		return s, false
	}
	delete(p.pending, m)
	if s.kind == sentDigest {
		s.o.digestInFlight = false
	} else {
		s.o.inFlight--
	}
	p.signal() // others may have waited for their turn
	return s, true
}

var errTooLarge = errors.New("it is larger than the servers take")

// failed has what could not be published published anew, as it is then.
func (p *publisher) failed(o *outgoing, kind sentKind, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if kind == sentDigest {
		o.digest = true
	} else {
		o.checkpoint, o.omitted = true, true
		o.told.missed()
		p.drop(o)
	}
	switch {
	case err == nil: // there was no fault: a checkpoint tells it
		p.look(o)
		return
	case errors.Is(err, errTooLarge):
		if kind == sentRecord {
			o.tooLarge = true
			p.cannotTell(o)
		}
		o.retry = time.Now().Add(tooLargeFor)
		return
	}
	// The answer alone can have been lost, and what the subject has is not known.
	o.known = false
	o.retry = time.Now().Add(digestEvery)
	p.lookLater(o)
}

// maxHeader is more than the headers of a message take.
const maxHeader = 1 << 10

func (p *publisher) tooLarge(body []byte) bool {
	return int64(len(body)) > p.bus.conn.MaxPayload()-maxHeader
}

// finders is how many subjects are looked at, at the same time, for what they have.
const finders = 8

// find finds out what the subjects of meetings have.
func (p *publisher) find(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case o := <-p.finds:
			p.found(ctx, o)
		}
	}
}

func (p *publisher) found(ctx context.Context, o *outgoing) {
	ctx, cancel := context.WithTimeout(ctx, publishing)
	defer cancel()
	liveSeq, liveEpoch, err := newest(ctx, p.bus.streams.live(), p.bus.names.record(o.id))
	var digestSeq, digestEpoch uint64
	if err == nil {
		digestSeq, digestEpoch, err = newest(ctx, p.bus.streams.digests(), p.bus.names.digest(o.id))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	o.finding = false
	if err != nil {
		p.bus.log.Debug("what the streams have of a meeting is not found out", "meeting", o.id, "error", err)
		p.lookLater(o)
		return
	}
	o.known, o.liveSeq, o.digestSeq = true, liveSeq, digestSeq
	if o.inFlight > 0 || o.digestInFlight { // what was under way can have come since, or not
		o.known = false
		p.lookLater(o)
		return
	}
	if o.outbid = max(liveEpoch, digestEpoch); o.outbid > o.epoch {
		p.bus.counters.outbid.Add(1)
		p.bus.log.Warn("another instance has taken over a meeting that this one still held", "meeting", o.id, "epoch", o.epoch, "newer", o.outbid)
		return
	}
	p.look(o)
}

// newest returns the sequence of the newest message of a subject and its epoch; 0 when there is none or it cannot be read.
func newest(ctx context.Context, stream jetstream.Stream, subject string) (seq, epoch uint64, err error) {
	m, err := stream.GetLastMsgForSubject(ctx, subject)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, err
	}
	w, _ := open(m.Data) // of what cannot be read there is no epoch
	return m.Sequence, w.Epoch, nil
}
