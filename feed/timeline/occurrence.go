package timeline

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"confboard/feed/conference"
)

// Occurrence is what is told of one occurrence of a meeting as a whole.
type Occurrence struct {
	// ID is its own, above 0: a meeting's ID can occur many times.
	ID     int64
	ConfID conference.ConfID
	// Title is what the meeting was called last, the confID if nothing else; Owner who booked it, empty when not known or not kept
	// any more.
	Title, Owner string
	// Watched is when the board began to watch it, Until when the board saw it last.
	Watched, Until time.Time
	// Began is when it began; zero while it was not seen in progress. Before: it was in progress already when it was first seen.
	Began  time.Time
	Before bool
	// Ended is when it ended; zero if that was not seen. Left is when it left the board, or the board was stopped; zero: it is there.
	Ended, Left time.Time
	// People is the most participants that were in it at a time.
	People int
	// Recording is when it was recorded, Moves how its planned end was moved, Concerns what needed a person.
	Recording Recording
	Moves     []Move
	Concerns  []Tally
}

// End is when it ended, as far as is known: when the board saw it last, if the end was not seen.
func (o *Occurrence) End() (at time.Time, seen bool) {
	if !o.Ended.IsZero() {
		return o.Ended, true
	}
	return o.Until, false
}

// Length is how long it lasted, as far as that was seen; exact says that both its ends were.
func (o *Occurrence) Length() (length time.Duration, exact bool) {
	end, seen := o.End()
	if o.Began.IsZero() {
		return 0, false
	}
	return max(0, end.Sub(o.Began)), seen && !o.Before
}

// Move is one of the planned end.
type Move struct{ At, From, To time.Time }

// Tally is how often something needed a person.
type Tally struct {
	Rule conference.Rule
	// Field, Profile and Want are for a drift.
	Field   conference.Field
	Profile string
	Want    conference.Value
	Times   int
}

// What an Occurrence keeps at most, of the first two the newest.
const (
	mostStretches = 100
	mostMoves     = 50
	mostTallies   = 50
)

// follower brings an occurrence up to date with its entries.
type follower struct {
	Occurrence
	recorder recorder
	// resumed: it went on after the board had been stopped, so that it can be another one of the same meeting.
	resumed bool
	// waited: it was seen before it began.
	waited bool
	// stored is the Seq of the newest entry that another board has stored of it.
	stored uint64
	// unproven: it was found in the place where all boards store, and nobody told that what is noted here continues it.
	unproven bool
	// held are entries that came after its end and the first sign of another occurrence: to which they belong is not known yet.
	held []Entry
}

// mostHeld is how many entries are held back.
const mostHeld = 200

// hold reports whether an entry is held back.
func (f *follower) hold(e *Entry) bool {
	again := e.Kind == Link && e.Old.Text == string(conference.Over)
	if f.Ended.IsZero() || len(f.held) == 0 && !again || len(f.held) >= mostHeld || e.frames() {
		return false
	}
	f.held = append(f.held, *e)
	return true
}

// release keeps what was held back, when no other occurrence follows.
func (f *follower) release(keep func(*follower, *Entry)) {
	for i := range f.held {
		keep(f, &f.held[i])
	}
	f.held = nil
}

func (f *follower) take(e *Entry) {
	f.recorder.take(e)
	if n := len(f.recorder.done); n > mostStretches { // a link that comes and goes makes many
		f.recorder.done, f.recorder.earlier = slices.Delete(f.recorder.done, 0, n-mostStretches), true
	}
	if f.Until.Before(e.Received) {
		f.Until = e.Received
	}
	switch {
	case e.Kind == Ended:
		f.Ended = e.At
	case e.Kind == Link && e.New.Text == string(conference.Waiting):
		f.waited = true
	case e.Kind == Raised:
		f.tally(e)
	}
	if m, ok := e.move(); ok {
		f.Moves = append(f.Moves, m)
		if n := len(f.Moves) - mostMoves; n > 0 {
			f.Moves = slices.Delete(f.Moves, 0, n)
		}
	}
}

func (f *follower) tally(e *Entry) {
	for i := range f.Concerns {
		if t := &f.Concerns[i]; t.Rule == e.Rule && t.Field == e.Field && t.Profile == e.Profile {
			t.Times++
			return
		}
	}
	if len(f.Concerns) < mostTallies {
		f.Concerns = append(f.Concerns, Tally{Rule: e.Rule, Field: e.Field, Profile: e.Profile, Want: e.New, Times: 1})
	}
}

// told is the occurrence as it is now, in lists of its own.
func (f *follower) told() Occurrence {
	o, r := f.Occurrence, f.recorder
	r.done = slices.Clone(r.done)
	if !o.Left.IsZero() && o.Ended.IsZero() { // what became of it then nobody saw
		r.turn(Unseen, o.Left, false)
	}
	o.Recording = r.result()
	o.Moves, o.Concerns = slices.Clone(o.Moves), slices.Clone(o.Concerns)
	return o
}

// column is the part of an Occurrence that is not in its summary.
func (o Occurrence) column() Occurrence {
	o.Recording, o.Moves, o.Concerns = Recording{}, nil, nil
	return o
}

// summary is the part of an Occurrence that nothing is looked for in, as it is stored.
type summary struct {
	Waited    bool            `json:"waited,omitempty"`
	Recording storedRecorder  `json:"recording"`
	Moves     []storedMove    `json:"moves,omitempty"`
	Concerns  []storedConcern `json:"concerns,omitempty"`
}

type (
	storedRecorder struct {
		Done    []storedStretch `json:"done,omitempty"`
		Now     storedStretch   `json:"now"`
		Ended   bool            `json:"ended,omitempty"`
		Live    bool            `json:"live,omitempty"`
		State   StretchState    `json:"state,omitempty"`
		Earlier bool            `json:"earlier,omitempty"`
	}
	storedStretch struct {
		State  StretchState `json:"state,omitempty"`
		From   int64        `json:"from,omitempty"`
		To     int64        `json:"to,omitempty"`
		Before bool         `json:"before,omitempty"`
	}
	storedMove struct {
		At   int64 `json:"at"`
		From int64 `json:"from"`
		To   int64 `json:"to"`
	}
	storedConcern struct {
		Rule    string       `json:"rule"`
		Field   string       `json:"field,omitempty"`
		Profile string       `json:"profile,omitempty"`
		Want    *storedValue `json:"want,omitempty"`
		Times   int          `json:"times"`
	}
)

// summary is the JSON of what is stored of the occurrence beside its columns.
func (f *follower) summary() (string, error) {
	s := summary{Waited: f.waited, Recording: f.recorder.store()}
	for _, m := range f.Moves {
		s.Moves = append(s.Moves, storedMove{msOf(m.At), msOf(m.From), msOf(m.To)})
	}
	for _, t := range f.Concerns {
		c := storedConcern{Rule: string(t.Rule), Profile: t.Profile, Want: storeValue(t.Want), Times: t.Times}
		if t.Rule == conference.Drift {
			c.Field = t.Field.WireName()
		}
		s.Concerns = append(s.Concerns, c)
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("store an occurrence: %w", err)
	}
	return string(raw), nil
}

// follow goes on with an occurrence that was stored with a summary. One that cannot be read is an empty one.
func follow(o Occurrence, text string) *follower {
	f := &follower{Occurrence: o.column()}
	var s summary
	if json.Unmarshal([]byte(text), &s) != nil {
		return f
	}
	f.waited = s.Waited
	f.recorder = s.Recording.recorder()
	for _, m := range s.Moves {
		f.Moves = append(f.Moves, Move{timeOf(m.At), timeOf(m.From), timeOf(m.To)})
	}
	for _, c := range s.Concerns {
		t := Tally{Rule: conference.Rule(c.Rule), Profile: c.Profile, Want: c.Want.value(), Times: c.Times}
		if c.Field != "" {
			t.Field, _ = conference.FieldByWireName(c.Field)
		}
		f.Concerns = append(f.Concerns, t)
	}
	return f
}

// Read returns an occurrence with what was stored of it in a summary.
func (o Occurrence) Read(summary string) Occurrence {
	f := follow(o, summary)
	return f.told()
}

func (r *recorder) store() storedRecorder {
	s := storedRecorder{Now: r.now.store(), Ended: r.ended, Live: r.live, State: r.state, Earlier: r.earlier}
	for _, d := range r.done {
		s.Done = append(s.Done, d.store())
	}
	return s
}

func (s *storedRecorder) recorder() recorder {
	r := recorder{now: s.Now.stretch(), ended: s.Ended, live: s.Live, state: s.State, earlier: s.Earlier}
	for _, d := range s.Done {
		r.done = append(r.done, d.stretch())
	}
	return r
}

func (s Stretch) store() storedStretch {
	return storedStretch{State: s.State, From: msOf(s.From), To: msOf(s.To), Before: s.Before}
}

func (s storedStretch) stretch() Stretch {
	return Stretch{State: s.State, From: timeOf(s.From), To: timeOf(s.To), Before: s.Before}
}
