package bus

import "confboard/feed/timeline"

// told follows how far the streams have the timeline of an own meeting. Whoever goes on with it has what is there until something is missing:
// so what comes behind that does not count until a checkpoint makes it good.
type told struct {
	parts []*part // sent, and not all in the stream, in order
	// broken: something is missing.
	broken bool
}

// part is what a record or a checkpoint tells of a timeline: the entries until seq; 0: none.
type part struct {
	seq           uint64
	whole, stored bool // it is a checkpoint; it is in the stream
}

// sent takes note of what is published next. A checkpoint is when nothing else is on its way.
func (t *told) sent(p *part) {
	if p.whole {
		*t = told{}
	}
	if !t.broken {
		t.parts = append(t.parts, p)
	}
}

// stored takes note that a part is in the stream, and returns until which entry all is there now that was not before; 0: there is no more.
func (t *told) stored(p *part) (seq uint64) {
	p.stored = true
	for len(t.parts) > 0 && t.parts[0].stored {
		seq = max(seq, t.parts[0].seq)
		t.parts = t.parts[1:]
	}
	return seq
}

// missed takes note that a part is not known to be in the stream.
func (t *told) missed() { *t = told{broken: true} }

// cannotTell says of a meeting that the streams cannot take that they have all: whoever goes on with it finds nothing there, and goes on
// from elsewhere. The lock is held.
func (p *publisher) cannotTell(o *outgoing) {
	if told := p.bus.config.Told; told != nil && o.seq > 0 {
		told(o.id, o.seq)
	}
}

// fits takes note that the streams can take a meeting.
func (p *publisher) fits(o *outgoing) {
	p.mu.Lock()
	defer p.mu.Unlock()
	o.tooLarge = false
}

// recent puts the newest entries of a timeline into a checkpoint, without those that came after its state: what made them comes in records. It
// returns the Seq of the last.
func (w *written) recent(entries []timeline.Entry, state uint64) (seq uint64) {
	for n := len(entries); n > 0 && entries[n-1].Seq > state; n-- {
		entries = entries[:n-1]
	}
	w.Rows = rowsOf(entries)
	return lastSeq(entries)
}

// lastSeq is the Seq of the last of some entries, 0 if there is none.
func lastSeq(entries []timeline.Entry) uint64 {
	if len(entries) == 0 {
		return 0
	}
	return entries[len(entries)-1].Seq
}
