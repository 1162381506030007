package timeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"confboard/feed/conference"
)

// Keeper is what writes a journal to the disk. Its methods wait for the disk, and are called one at a time. After an error nothing has
// changed.
type Keeper interface {
	// Write keeps a batch. What of it is there already is left as it is, unless it is void.
	Write(ctx context.Context, b Batch) error
	// Prune removes a bounded part of what is older than it may be, or too much. more: there is more of it. bytes is the size of what
	// is kept.
	Prune(ctx context.Context, p Prune) (more bool, bytes int64, err error)
}

// JournalConfig is what a Journal needs.
type JournalConfig struct {
	Keeper Keeper
	// Damaged reports whether an error says that the file is damaged rather than that the disk is full or read-only.
	Damaged func(error) bool
	// Keep is for how long entries are kept, People what is about people, Bytes how much all may take.
	Keep, People time.Duration
	Bytes        int64
	// Waiting is how many entries may wait to be written; 0: 50,000.
	Waiting int
	// Changed is called when the health has changed, from the goroutine of Run. nil: nobody is told.
	Changed func()
	Logger  *slog.Logger
	// Now is the clock.
	Now func() time.Time
	// Instance is the number of this board among several that write to one place, 0 to 1023: it is in the IDs of occurrences.
	Instance int64
	// Going returns the occurrences that were stored of some meetings and with which they may go on: those that another board has in hand,
	// or had until an instant at the earliest. It waits for the disk, and is called as Keeper's methods are. nil: no other board has any,
	// and what this one had was given to Restore.
	Going func(ctx context.Context, meetings []conference.ConfID, since time.Time) ([]GoingOccurrence, error)
	// Told: what is noted of a meeting waits until Told says that the other boards have it.
	Told bool
}

// GoingOccurrence is an occurrence that goes on. LastSeq is the Seq of its newest entry, 0 if there is none.
type GoingOccurrence struct {
	StoredOccurrence
	LastSeq uint64
}

const (
	// mostWaiting is how many entries may wait to be written unless it is said otherwise, mostWaitingBytes what they may take.
	mostWaiting      = 50_000
	mostWaitingBytes = 64 << 20
	// batchEntries is how many entries are written at a time, batchEvery how often at most while there are fewer.
	batchEntries = 2000
	batchEvery   = time.Second
	// atOnce is for how long it is waited for more when something has happened: what comes together is written together.
	atOnce = 100 * time.Millisecond
	// aliveEvery is how often it is written that the board is running, which is also how a disk is found full while nothing happens.
	aliveEvery = time.Minute
	// pruneEvery is how often it is looked for what is too old.
	pruneEvery = time.Minute
	// pruneStep is the time between two parts of that, in which others write.
	pruneStep = 50 * time.Millisecond
	// lateAfter is how long something may wait before the writer is said to be behind.
	lateAfter = 10 * time.Second
	// retryFirst is after how long a failed write is tried again at first, retryLast at most.
	retryFirst = time.Second
	retryLast  = 15 * time.Second
	// lastWrite is how long the last batches may take when the board stops.
	lastWrite = time.Second
	// resumeWithin is how long the board may have been stopped for a meeting to be the same occurrence as before.
	resumeWithin = time.Hour
)

// Journal has the entries of all meetings written to the disk, in batches and in their order. Who notes them never waits: when the
// disk is slow or full they wait in memory, and when there are too many, the newest are left out, counted, and the gap is told. All
// methods are safe for concurrent use.
type Journal struct {
	config JournalConfig

	mu     sync.Mutex
	queue  []item
	rooms  [sorts]room // of the queue
	lost   map[conference.ConfID]int
	shares map[conference.ConfID]*share
	most   map[conference.ConfID]int // participants at a time, as noted
	untold untold
	health Health
	wake   chan struct{} // capacity 1

	// What follows belongs to Run, and before it to Restore.
	open   map[conference.ConfID]*follower
	lastID int64
}

// item is what one change adds to the journal.
type item struct {
	confID       conference.ConfID
	received     time.Time
	title, owner string
	start        time.Time // as the cloud told it; zero when it has not
	live, gone   bool
	people       int
	entries      []Entry
	lost         int // entries before these that are left out
	share        *share
	bytes        int64
	// inherited: another board has made the entries, and may have stored them; all: there are none after them. released: another board goes on with
	// the meeting.
	inherited, all, released bool
}

// NewJournal returns an empty journal.
func NewJournal(c JournalConfig) *Journal {
	c.Waiting = cmp.Or(c.Waiting, mostWaiting)
	return &Journal{config: c, lost: map[conference.ConfID]int{}, shares: map[conference.ConfID]*share{}, most: map[conference.ConfID]int{}, untold: untold{meetings: map[conference.ConfID]*toTell{}}, open: map[conference.ConfID]*follower{},
		wake: make(chan struct{}, 1), health: Health{State: Writing, Since: c.Now(), Cap: c.Bytes}}
}

// Note takes a change with its entries, as a History has them. It is for Registry.Observe: it does no I/O and does not block.
func (j *Journal) Note(c conference.Change, entries []Entry) {
	if c.Before == nil && c.After == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	it := item{confID: c.ConfID, received: c.Received, entries: entries, share: j.shares[c.ConfID]}
	if it.share == nil {
		it.share = new(share)
		j.shares[c.ConfID] = it.share
	}
	if s := c.After; s == nil {
		it.gone = true
		j.queue = append(j.queue, j.untold.forget(c.ConfID)...) // nobody goes on with it
		j.forget(c.ConfID)
	} else {
		more := false
		if c.Before == nil || c.Has(conference.PartParticipants) {
			if n := s.Present(); n > j.most[c.ConfID] {
				j.most[c.ConfID], more = n, true
			}
		}
		if len(entries) == 0 && !more && !c.Has(conference.PartName) {
			return
		}
		if c.Before != nil && s.Occurrence != c.Before.Occurrence {
			j.most[c.ConfID] = s.Present()
		}
		it.of(s, j.most[c.ConfID])
	}
	j.push(it)
}

// of notes what a state says of the occurrence.
func (it *item) of(s *conference.State, people int) {
	it.title, it.owner, it.start = s.Title(), cmp.Or(s.Basic.Owner, s.Booking.Owner), s.Basic.StartTime
	it.live, it.people = s.Link.State == conference.Live, people
}

func (j *Journal) forget(id conference.ConfID) {
	delete(j.most, id)
	delete(j.shares, id)
}

// Inherit says that this board goes on with a meeting of another one, from a state and the newest entries as that one made and numbered
// them, oldest first. Those that it had not come to store are stored now; if more are stored, which the servers have lost that told them, they are
// removed: History.Inherit takes them back as well. What is noted of the meeting from now on continues its stored occurrence. Like Note it does no I/O
// and does not block.
func (j *Journal) Inherit(s *conference.State, entries []Entry, now time.Time) {
	j.inherit(s, entries, true, now)
}

// Recall is Inherit for a meeting of which the boards tell nothing any more: the entries are those that this one remembers, and what is stored stays.
func (j *Journal) Recall(s *conference.State, entries []Entry, now time.Time) {
	j.inherit(s, entries, false, now)
}

func (j *Journal) inherit(s *conference.State, entries []Entry, all bool, now time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	it := item{confID: s.ConfID, received: now, entries: entries, inherited: true, all: all, share: j.shares[s.ConfID]}
	if it.share == nil {
		it.share = new(share)
		j.shares[s.ConfID] = it.share
	}
	j.most[s.ConfID] = s.Present()
	it.of(s, j.most[s.ConfID])
	for _, it := range j.untold.forget(s.ConfID) { // unless it was released there is nothing
		j.wait(&it, -1)
	}
	told := uint64(0)
	if n := len(entries); n > 0 {
		told = entries[n-1].Seq
	}
	j.untold.inherit(s.ConfID, told)
	j.push(it)
}

// Release says that another board goes on with a meeting, which stays on the board: nothing is noted of it any more after this. What the others
// have not been told is left out: to whoever goes on it did not happen yet. Like Note it does no I/O and does not block.
func (j *Journal) Release(id conference.ConfID, now time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, it := range j.untold.forget(id) {
		j.wait(&it, -1)
	}
	j.forget(id)
	j.push(item{confID: id, received: now, released: true, share: new(share)})
}

// push puts something at the end of the queue. Without room its entries are left out, and what is then noted of the meeting says so.
func (j *Journal) push(it item) {
	for i := range it.entries {
		it.bytes += it.entries[i].cost()
	}
	n := len(it.entries)
	if n > 0 && !(j.hasRoom(&it) && it.share.afford(&it)) {
		j.lost[it.confID] += n
		j.health.Lost += uint64(n)
		return
	}
	it.lost = j.lost[it.confID]
	delete(j.lost, it.confID)
	j.wait(&it, 1)
	if j.config.Told && j.untold.keeps(it) {
		return
	}
	j.queue = append(j.queue, it)
	j.stir()
}

// Told says that the other boards have what was noted of a meeting until an entry. Like Note it does no I/O and does not block.
func (j *Journal) Told(id conference.ConfID, seq uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if told := j.untold.tell(id, seq); len(told) > 0 {
		j.queue = append(j.queue, told...)
		j.stir()
	}
}

func (j *Journal) stir() {
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

// frames reports whether an entry says to which occurrence others belong.
func (e Entry) frames() bool {
	switch e.Kind {
	case Watched, Began, Ended, Resumed:
		return true
	}
	return false
}

// pull takes the oldest of the queue, up to the size of a batch.
func (j *Journal) pull() (items []item) {
	j.mu.Lock()
	defer j.mu.Unlock()
	n, entries := 0, 0
	for n < len(j.queue) && (n == 0 || entries+len(j.queue[n].entries) <= batchEntries) && n < batchEntries {
		entries += len(j.queue[n].entries)
		j.wait(&j.queue[n], -1)
		n++
	}
	items = slices.Clone(j.queue[:n])
	if j.queue = j.queue[n:]; len(j.queue) == 0 {
		j.queue = nil
	}
	return items
}

func (j *Journal) waiting() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.waitingNow()
}

func (j *Journal) waitingNow() int { return j.rooms[ordinary].entries + j.rooms[framing].entries }

// ready is how many entries only wait to be written.
func (j *Journal) ready() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.waitingNow() - j.untold.entries
}

func (j *Journal) idle() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.queue) == 0
}

// Restore goes on with what was stored: lastID is the highest ID of an occurrence, open are those that had not ended when the board
// was stopped. It is to be called before anything is noted.
func (j *Journal) Restore(lastID int64, open []StoredOccurrence) {
	j.lastID = lastID
	for _, o := range open {
		j.open[o.ConfID] = follow(o.Occurrence, o.Summary)
	}
}

// Run writes until ctx ends, and then what is left, for as long as a moment. A disk that cannot be written is tried again and again.
func (j *Journal) Run(ctx context.Context) error {
	var next draft
	delay, pruned, alive := retryFirst, time.Time{}, time.Time{}
	for ctx.Err() == nil {
		now := j.config.Now()
		err := j.draw(ctx, &next)
		if err == nil && (!next.batch.empty() || now.Sub(alive) >= aliveEvery) {
			next.batch.Seen = now
			if err = j.write(ctx, next.batch, next.entries); err == nil {
				next, delay, alive = next.rest(), retryFirst, now
			}
		}
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			j.failed(err, next.entries, delay)
			wait(ctx, delay, nil)
			delay = min(2*delay, retryLast)
			continue
		}
		more := false
		if now.Sub(pruned) >= pruneEvery {
			if more = j.prune(ctx, now); !more {
				pruned = now
			}
		}
		switch {
		case len(next.items) > 0, j.ready() >= batchEntries:
		case more:
			wait(ctx, pruneStep, nil)
		default:
			if j.idle() {
				wait(ctx, aliveEvery, j.wake)
			}
			wait(ctx, max(atOnce, alive.Add(batchEvery).Sub(j.config.Now())), nil)
		}
	}
	return j.finish(context.WithoutCancel(ctx), next)
}

// draft is what is to be written next: a batch, and items of the queue that become one once it is known with which occurrences they go on.
type draft struct {
	batch   Batch
	items   []item
	entries int // of both
}

// rest is what is left of a draft when its batch is written.
func (d draft) rest() draft {
	rest := draft{items: d.items}
	for i := range rest.items {
		rest.entries += len(rest.items[i].entries)
	}
	return rest
}

// draw makes a batch of what is to be written next, unless there is one still.
func (j *Journal) draw(ctx context.Context, d *draft) error {
	if !d.batch.empty() {
		return nil
	}
	if len(d.items) == 0 {
		*d = draft{items: j.pull()}.rest()
	}
	n := comesBack(d.items)
	if err := j.resume(ctx, d.items[:n]); err != nil {
		return err
	}
	d.batch = j.batch(d.items[:n])
	d.items = d.items[n:]
	return nil
}

// finish writes what is left when the board stops, and until when it was running.
func (j *Journal) finish(ctx context.Context, next draft) error {
	ctx, cancel := context.WithTimeout(ctx, lastWrite)
	defer cancel()
	for {
		err := j.draw(ctx, &next)
		last := len(next.items) == 0 && j.idle()
		if err == nil {
			if last {
				for _, f := range j.open {
					f.release(j.keepIn(&next.batch))
				}
			}
			next.batch.Seen = j.config.Now()
			err = j.write(ctx, next.batch, next.entries)
		}
		if err != nil {
			j.config.Logger.Error("the last of the timelines are not stored", "entries", next.entries+j.waiting(), "error", err)
			return nil
		}
		if last {
			return nil
		}
		next = next.rest()
	}
}

func (b *Batch) empty() bool { return len(b.Occurrences)+len(b.Drop)+len(b.Void)+len(b.Entries) == 0 }

// wait waits for a while, or until it is woken or told to end.
func wait(ctx context.Context, d time.Duration, wake <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
	}
}

func (j *Journal) write(ctx context.Context, b Batch, entries int) error {
	if err := j.config.Keeper.Write(ctx, b); err != nil {
		return fmt.Errorf("write the timelines: %w", err)
	}
	j.wrote(entries)
	return nil
}

// prune removes a part of what is too old, and reports whether there is more.
func (j *Journal) prune(ctx context.Context, now time.Time) (more bool) {
	p := Prune{Before: now.Add(-j.config.Keep), People: now.Add(-j.config.People), Gone: now.Add(-resumeWithin), Bytes: j.config.Bytes}
	more, bytes, err := j.config.Keeper.Prune(ctx, p)
	if err != nil {
		if ctx.Err() == nil && !errors.Is(err, context.Canceled) {
			j.config.Logger.Warn("what is too old of the timelines stays for now", "error", err)
		}
		return false
	}
	j.measured(bytes)
	return more
}
