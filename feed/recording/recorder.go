package recording

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"time"

	"confboard/feed/conference"
	"confboard/feed/line"
	"confboard/feed/wire"
)

const (
	// flushEvery is how much of the recording a crash can cost.
	flushEvery = time.Second
	// retryEvery is how often it is tried to go on after the file could not be written.
	retryEvery = 5 * time.Second
)

// Config says where and how to record. File is required.
type Config struct {
	// File is appended to when it is a recording, and made when there is none.
	File string
	// MaxSize is how many bytes a file may reach before another one is begun. It may become a little larger, and larger when
	// the state of all meetings takes more than half of it. Default 64 MB.
	MaxSize int64
	// Keep is how many full files are kept beside File, which are FILE.1, FILE.2 and so on, the highest being the newest.
	// Default 8.
	Keep int
	// Pseudonyms replaces the names of people and meetings: see wire.Names.
	Pseudonyms bool
	// Policy is what the board judges by.
	Policy conference.Policy
	// Logger is told when recording pauses, resumes or loses something. Default: discards.
	Logger *slog.Logger
	// Now is the clock of what is recorded. Default time.Now.
	Now func() time.Time
}

// Recorder records what goes through its sink, and frames. Recording never holds up who calls it: what cannot be written in time is
// lost, and counted in the recording.
type Recorder struct {
	config Config
	log    *slog.Logger
	names  *wire.Names
	queue  *queue
	board  Board
	health health

	// The rest is Run's.
	out    output
	header header
	limit  int64  // of the present file
	lost   uint64 // since the last line that was written
	// paused: there is no file until resume has opened it at retryAt or later. troubled is set from the first pause until
	// something could be written again, so that a pause is told once.
	paused, troubled bool
	retryAt          time.Time
}

// New opens the file, so that what is wrong with it is known at once. Run writes and closes it.
func New(c Config) (*Recorder, error) {
	c.MaxSize = cmp.Or(c.MaxSize, 64_000_000)
	c.Keep = cmp.Or(c.Keep, 8)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	r := &Recorder{config: c, log: c.Logger, queue: newQueue(maxWaiting, maxWaitingBytes), out: output{path: c.File, keep: c.Keep, open: openFile}}
	r.header = header{Format: format, Version: version, Session: rand.Text(), Names: namesKept, Policy: policyOf(c.Policy)}
	if c.Pseudonyms {
		r.names, r.header.Names = wire.NewNames(), pseudonyms
	}
	if err := r.out.reopen(); err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	return r, nil
}

// Board is a sink that tells the states of all meetings; *conference.Registry is one.
type Board interface {
	conference.Sink
	All() []*conference.State
}

// Sink returns what a source is given in place of the board: it notes what it passes on. Call it once, before Run. It is Timed if
// the board is.
func (r *Recorder) Sink(to Board) conference.Sink {
	r.board = to
	s := sink{r, to}
	if timed, ok := to.(Timed); ok {
		return timedSink{s, timed}
	}
	return s
}

// sink notes messages on their way to the board.
type sink struct {
	recorder *Recorder
	to       conference.Sink
}

// Apply implements conference.Sink.
func (s sink) Apply(m conference.Message) conference.Outcome {
	switch m.(type) {
	case conference.WatchMessage, conference.UnwatchMessage, conference.LinkMessage, conference.RefusedMessage:
		s.recorder.queue.put(entry{id: m.Meeting(), at: m.Received(), message: m})
	}
	return s.to.Apply(m)
}

// timedSink is a sink of a board that can be driven by the clock of a recording.
type timedSink struct {
	sink
	Timed
}

// Frame notes a pushed frame, before it is decoded. The frame is copied. It is safe for concurrent use and does not wait.
func (r *Recorder) Frame(id conference.ConfID, at time.Time, frame []byte) {
	if len(frame) == 0 || len(frame) > wire.MaxFrame {
		return // it is refused, which comes as a message
	}
	r.queue.put(entry{id: id, at: at, frame: bytes.Clone(frame)})
}

// Run writes until ctx ends, and then what still waits. It returns nil: a recording that cannot be written is told to the log and
// costs the board nothing.
func (r *Recorder) Run(ctx context.Context) error {
	r.begin()
	ticker := time.NewTicker(flushEvery)
	defer ticker.Stop()
	var room []entry
	for {
		select {
		case <-ctx.Done():
			r.queue.close()
			r.record(r.queue.take(room))
			r.end()
			return nil
		case <-r.queue.filled:
			entries, lost := r.queue.take(room)
			r.record(entries, lost)
			room = entries
		case now := <-ticker.C:
			r.resume(now)
			r.flush()
		}
	}
}

// record writes what waited. Entries that were lost behind them are noted before what comes next.
func (r *Recorder) record(entries []entry, lost uint64) {
	for _, e := range entries {
		r.lose(e.lost)
		r.mend(e.at)
		if e.frame != nil {
			r.frame(e)
		} else if l, ok := lineOf(e.message, r.names); ok {
			r.write(l)
		}
		r.rotate(e.at)
	}
	r.lose(lost)
}

// frame writes a frame, unless it is one that is refused, which comes as a message. Of one that is passed over and cannot be
// cleaned only the action is written.
func (r *Recorder) frame(e entry) {
	m := wire.Decode(e.frame, e.id, e.at)
	if _, refused := m.(conference.RefusedMessage); refused {
		return
	}
	clean, err := wire.Clean(e.frame, r.names)
	if passed, ok := m.(conference.PassedMessage); ok && err != nil {
		clean, err = encode(map[string]conference.MessageType{"action": passed.Type})
	}
	if err != nil || len(clean) > wire.MaxFrame {
		r.lose(1)
		return
	}
	r.write(recorded{Line: line.Line{At: e.at.UTC(), ConfID: e.id, Frame: clean}})
}

// begin writes the first header of the session.
func (r *Recorder) begin() {
	if r.out.size < r.config.MaxSize || r.another() {
		r.head(r.config.Now())
	}
}

// another begins another file. It reports whether there is one; it can be the same one, which is then full only when as much
// again is in it.
func (r *Recorder) another() bool {
	kept, err := r.out.rotate()
	switch {
	case err != nil:
		r.pause(fmt.Errorf("begin another file: %w", err))
		return false
	case kept != nil:
		r.log.Warn("the recording goes on in a file that is full", "file", r.config.File, "err", kept)
	}
	return true
}

// head begins a part of the session with its header.
func (r *Recorder) head(at time.Time) {
	r.limit = r.config.MaxSize
	if r.out.size >= r.limit {
		r.limit += r.out.size
	}
	r.header.Part++
	r.header.Started = at.UTC()
	r.write(r.header)
}

// rotate begins another file when this one is full.
func (r *Recorder) rotate(at time.Time) {
	if r.paused || r.out.size < r.limit {
		return
	}
	if r.another() {
		r.head(at)
		r.carry()
	}
}

// mend notes what was lost, and carries the state of all meetings behind it.
func (r *Recorder) mend(at time.Time) {
	if r.lost == 0 || r.paused {
		return
	}
	lost := r.lost
	r.lost = 0
	if !r.troubled {
		r.log.Warn("the recording lacks messages that came too fast", "lost", lost)
	}
	r.write(recorded{Line: line.Line{At: at.UTC()}, Gap: &gap{Lost: lost}})
	r.carry()
	if r.paused {
		r.lost += lost
	}
}

// carry writes the state of all meetings. They may already have had messages that are still to be written; those change nothing
// any more, or come to the same.
func (r *Recorder) carry() {
	if r.board == nil {
		return
	}
	before := r.out.size
	for _, s := range r.board.All() {
		if s.Brief { // another board watches it, and has it in its own recording
			continue
		}
		lines, err := carried(s, r.names)
		if err != nil {
			r.log.Warn("a meeting is not carried over in the recording", "confID", string(s.ConfID), "err", err)
			continue
		}
		for _, l := range lines {
			r.write(l)
		}
	}
	r.limit = max(r.limit, before+2*(r.out.size-before))
}

// write writes a header or a line, or counts it as lost.
func (r *Recorder) write(v any) {
	if r.paused {
		r.lose(1)
		return
	}
	text, err := encode(v)
	if err != nil {
		r.log.Warn("a message cannot be recorded", "err", err)
		r.lose(1)
		return
	}
	if err := r.out.write(text); err != nil {
		r.lose(1)
		r.pause(err)
		return
	}
	r.health.written.Add(1)
}

func (r *Recorder) flush() {
	if r.paused {
		return
	}
	if err := r.out.flush(); err != nil {
		r.pause(err)
	}
}

// pause stops writing for a while. What waited to be written is lost.
func (r *Recorder) pause(err error) {
	r.lose(r.out.abandon())
	r.paused, r.retryAt = true, time.Now().Add(retryEvery)
	r.health.paused.Store(true)
	if !r.troubled {
		r.log.Warn("recording pauses, and the board goes on", "file", r.config.File, "err", err)
	}
	r.troubled = true
}

// resume tries to go on after a pause. It has succeeded when the system took what there is to tell first.
func (r *Recorder) resume(now time.Time) {
	if !r.paused || now.Before(r.retryAt) {
		return
	}
	r.retryAt = now.Add(retryEvery)
	if err := r.out.reopen(); err != nil {
		return
	}
	r.paused = false
	r.health.paused.Store(false)
	at := r.config.Now()
	if r.out.size == 0 {
		r.head(at)
	}
	r.mend(at)
	r.flush()
	if !r.paused {
		r.troubled = false
		r.log.Info("recording goes on", "file", r.config.File)
	}
}

// end writes what is left.
func (r *Recorder) end() {
	if r.paused {
		return
	}
	if r.lost > 0 {
		r.write(recorded{Line: line.Line{At: r.config.Now().UTC()}, Gap: &gap{Lost: r.lost}})
	}
	if r.paused {
		return
	}
	if err := r.out.close(); err != nil {
		r.log.Warn("the end of the recording may be missing", "file", r.config.File, "err", err)
	}
}
