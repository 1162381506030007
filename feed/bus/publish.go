package bus

import (
	"context"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"confboard/feed/conference"
	"confboard/feed/timeline"
)

const (
	// maxRecords is after how many records a checkpoint is due, and slackRecords how many more a subject can hold meanwhile.
	maxRecords, slackRecords = 200, 56
	// maxSince is after how many bytes of records a checkpoint is due, unless the last one was larger.
	maxSince = 128 << 10
	// checkpointRows is how many entries of the timeline go with a checkpoint.
	checkpointRows = 100
	// maxQueue is how many records of a meeting wait at the most, maxQueued those of all. Beyond, a checkpoint takes their place.
	maxQueue, maxQueued = 256, 1 << 16
	// maxInFlight is how many messages may be unanswered.
	maxInFlight = 1024
	// publishing is how long the answer to one may take.
	publishing = 4 * time.Second
	// digestEvery is the shortest time between two digests of a meeting, and between two attempts to publish it.
	digestEvery = 250 * time.Millisecond
	// tooLargeFor is for how long a checkpoint that is larger than the servers take is not tried again.
	tooLargeFor = 30 * time.Second
)

// publisher tells others of the meetings that are this instance's own.
type publisher struct {
	bus    *Bus
	wake   chan struct{}  // capacity 1
	finds  chan *outgoing // see find
	number uint64         // of the last record of any meeting; of the publishing goroutine

	mu       sync.Mutex
	meetings map[conference.ConfID]*outgoing
	ready    []*outgoing // those to be looked at, and
	later    []delayed   // those to be looked at when it is time: earliest first
	pending  map[*nats.Msg]sent
	queued   int  // records of all meetings
	gone     int  // counts the meetings that have left the board
	busy     bool // with one that was ready
	opened   bool
	survey   bool // whether all own meetings are to be looked for
}

// outgoing is one meeting of our own. What is not said to belong to the publishing goroutine is under the publisher's lock.
type outgoing struct {
	id    conference.ConfID
	epoch uint64
	// latest is the state after everything in queue; nil when the meeting has left the board.
	latest *conference.State
	// seq is that of the last entry of the timeline until then, 0 if there is none.
	seq   uint64
	queue []news
	// checkpoint and digest are due. While a checkpoint is, nothing is queued; omitted: since the last record there was something that only
	// the checkpoint tells.
	checkpoint, digest, omitted bool
	waiting, delayed            bool // in ready, in later
	retry                       time.Time
	digested                    time.Time

	// known: liveSeq and digestSeq are the sequences of the newest messages of its subjects, which nobody but us moves.
	known, finding     bool
	liveSeq, digestSeq uint64
	inFlight           int // records and checkpoints
	digestInFlight     bool
	told               told
	tooLarge           bool // its checkpoint is larger than the servers take
	// outbid is an epoch that another owner has published by.
	outbid uint64

	// Of the publishing goroutine: the number of the last record, how many of how many bytes there were since the last checkpoint, and how
	// large that was.
	number          uint64
	since, bytes    int
	checkpointBytes int
}

// news is a message that was applied, or nil, and the entries that it or the clock made.
type news struct {
	message conference.Message
	entries []timeline.Entry
}

type delayed struct {
	o  *outgoing
	at time.Time
}

type sentKind uint8

const (
	sentRecord sentKind = iota
	sentDigest
)

// sent is a message that is not answered yet.
type sent struct {
	o    *outgoing
	kind sentKind
	// part is what it tells of the timeline; nil for a digest.
	part *part
}

func (p *publisher) init(b *Bus) {
	p.bus = b
	p.wake, p.finds = make(chan struct{}, 1), make(chan *outgoing)
	p.meetings, p.pending = map[conference.ConfID]*outgoing{}, map[*nats.Msg]sent{}
}

// Notify takes note of a change, and of the entries that it made in the timeline, and returns at once. It is for conference.Registry.Observe: of
// a meeting the changes come one after the other, and everything that Apply is given for an own meeting must come by here. Neither is modified,
// and both are kept for a while.
func (b *Bus) Notify(c conference.Change, entries []timeline.Entry) {
	if c.Before == nil && c.After == nil {
		return
	}
	epoch, owns := b.config.Owns(c.ConfID)
	b.out.note(c, entries, epoch, owns)
}

func (p *publisher) note(c conference.Change, entries []timeline.Entry, epoch uint64, owns bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	o := p.meetings[c.ConfID]
	switch {
	case !owns:
		p.remove(o)
		return
	case o == nil:
		o = p.add(c.ConfID, epoch)
		o.seq = p.last(c.ConfID)
	case o.epoch != epoch:
		p.begin(o, epoch)
		o.seq = p.last(c.ConfID)
	}
	o.latest, o.digest = c.After, true
	if n := len(entries); n > 0 {
		o.seq = entries[n-1].Seq
		if o.tooLarge {
			p.cannotTell(o)
		}
	}
	_, whole := c.Cause.(conference.SnapshotMessage)
	if c.After == nil {
		p.gone++
		o.seq = 0 // they begin anew when it comes back
	}
	switch {
	case c.After == nil, c.Before == nil, whole, len(o.queue) >= maxQueue, p.queued >= maxQueued:
		o.checkpoint, o.omitted = true, true
		p.drop(o)
	case o.checkpoint:
		o.omitted = true
	case c.Cause != nil || len(entries) > 0:
		o.queue = append(o.queue, news{c.Cause, entries})
		p.queued++
	}
	p.look(o)
}

// add begins to publish a meeting.
func (p *publisher) add(id conference.ConfID, epoch uint64) *outgoing {
	o := &outgoing{id: id}
	p.meetings[id] = o
	p.begin(o, epoch)
	return o
}

// begin begins an epoch, with a checkpoint: what is answered of before counts no more.
func (p *publisher) begin(o *outgoing, epoch uint64) {
	p.drop(o)
	o.told.missed()
	o.epoch, o.known, o.checkpoint, o.digest, o.omitted = epoch, false, true, true, true
}

func (p *publisher) remove(o *outgoing) {
	if o != nil {
		p.drop(o)
		delete(p.meetings, o.id)
	}
}

// drop leaves out what is queued.
func (p *publisher) drop(o *outgoing) {
	o.omitted = o.omitted || len(o.queue) > 0
	p.unqueue(o)
}

// unqueue returns what is queued.
func (p *publisher) unqueue(o *outgoing) []news {
	queue := o.queue
	p.queued -= len(queue)
	o.queue = nil
	return queue
}

// look has the meeting looked at.
func (p *publisher) look(o *outgoing) {
	if o.waiting {
		return
	}
	o.waiting = true
	p.ready = append(p.ready, o)
	p.signal()
}

// lookLater has the meeting looked at some time from now, which is the same for all.
func (p *publisher) lookLater(o *outgoing) {
	if o.delayed {
		return
	}
	o.delayed = true
	if len(p.later) == 0 {
		p.signal()
	}
	p.later = append(p.later, delayed{o, time.Now().Add(digestEvery)})
}

func (p *publisher) signal() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// resume publishes all own meetings anew: whatever the streams have, they are to have this.
func (p *publisher) resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.opened, p.survey = true, true
	for _, o := range p.meetings {
		o.retry = time.Time{}
		p.begin(o, o.epoch)
		p.look(o)
	}
	p.signal()
}

// pause ends publishing until resume.
func (p *publisher) pause() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.opened = false
	for _, o := range p.meetings {
		o.checkpoint, o.omitted = true, true
		p.drop(o)
	}
}

// reassigned has the own meetings looked for.
func (p *publisher) reassigned() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.survey = true
	p.signal()
}

// again has a checkpoint of a meeting published: it is time for one, or somebody has none.
func (p *publisher) again(id conference.ConfID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if o := p.meetings[id]; o != nil {
		o.checkpoint, o.digest = true, true
		p.drop(o)
		p.look(o)
	}
}

func (p *publisher) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for range finders {
		group.Go(func() error { return p.find(ctx) })
	}
	group.Go(func() error { return p.publish(ctx) })
	err := group.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.pending) // answers that come later are of no use
	return err
}

func (p *publisher) publish(ctx context.Context) error {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for ctx.Err() == nil {
		if p.surveyDue() {
			p.lookForOwn()
		}
		o, wait := p.next()
		if o != nil {
			p.serve(ctx, o)
			continue
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
		case <-p.wake:
		case <-timer.C:
		}
	}
	return nil
}

// next returns a meeting to look at, or how long there is none.
func (p *publisher) next() (o *outgoing, wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	n := 0
	for ; n < len(p.later) && !p.later[n].at.After(now); n++ {
		p.later[n].o.delayed = false
		p.look(p.later[n].o)
	}
	p.later = p.later[n:]
	p.busy = false
	if p.opened && len(p.pending) < maxInFlight && len(p.ready) > 0 {
		o, p.ready = p.ready[0], p.ready[1:]
		o.waiting, p.busy = false, true
		return o, 0
	}
	if len(p.later) > 0 {
		return nil, p.later[0].at.Sub(now)
	}
	return nil, time.Hour
}

func (p *publisher) surveyDue() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	due := p.survey && p.opened
	p.survey = p.survey && !due
	return due
}

// lookForOwn begins to publish the own meetings of which no change has told yet, and ends it for those that are ours no longer.
func (p *publisher) lookForOwn() {
	p.mu.Lock()
	gone := p.gone
	ids := make([]conference.ConfID, 0, len(p.meetings))
	for id := range p.meetings {
		ids = append(ids, id)
	}
	p.mu.Unlock()
	for _, id := range ids {
		if _, owns := p.bus.config.Owns(id); !owns {
			p.mu.Lock()
			p.remove(p.meetings[id])
			p.mu.Unlock()
		}
	}
	for _, s := range p.bus.config.Board.States() {
		epoch, owns := p.bus.config.Owns(s.ConfID)
		if owns && !p.has(s.ConfID, epoch, gone) {
			p.reassigned()
			return
		}
	}
}

// has sees to it that a meeting on the board is published, and reports whether nothing has come in between: by a meeting that left the board meanwhile that
// would come back, and of one of which something was told meanwhile it would not be known until which entry its state is. A change that told of it
// has a state that is newer.
func (p *publisher) has(id conference.ConfID, epoch uint64, gone int) bool {
	seq := p.last(id)
	s := p.bus.config.Board.Get(id)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone != gone || s == nil {
		return false
	}
	o := p.meetings[id]
	if o != nil && o.epoch == epoch {
		return true
	}
	if p.last(id) != seq {
		return false
	}
	if o == nil {
		o = p.add(id, epoch)
		o.latest = s
	} else {
		p.begin(o, epoch)
	}
	o.seq = seq
	p.look(o)
	return true
}

// last is the Seq of the last entry of a timeline, 0 if there is none.
func (p *publisher) last(id conference.ConfID) uint64 {
	if p.bus.config.Recent == nil {
		return 0
	}
	return lastSeq(p.bus.config.Recent(id, 1))
}
