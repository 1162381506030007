package timeline

import (
	"time"

	"confboard/feed/conference"
)

// Recording is when the current occurrence was recorded, as far as that was seen.
type Recording struct {
	// Stretches follow each other without a break, the first and the last being recorded or unseen. Empty: no recording was seen.
	Stretches []Stretch
	// Earlier: there was a recording before the first that was seen.
	Earlier bool
}

// Stretch is a time during which recording did not change.
type Stretch struct {
	State StretchState
	// From and To are its ends; To is zero for one that goes on. Before: it began at From or before.
	From, To time.Time
	Before   bool
}

// StretchState is what is known of a stretch.
type StretchState uint8

// The states of a stretch.
const (
	Unseen   StretchState = iota // the board was not live, or recState was not reported
	Recorded                     // recState 1
	Gap                          // recState 0
)

// RecordingOf returns the stretches of recording from entries, which are in order, oldest first. What happened while the board was
// not live is unseen: neither a gap nor a recording.
func RecordingOf(entries []Entry) Recording {
	var r recorder
	for i := range entries {
		r.take(&entries[i])
	}
	return r.result()
}

// recorder follows the entries.
type recorder struct {
	done    []Stretch
	now     Stretch
	ended   bool
	live    bool
	state   StretchState // by recState, whatever the link
	earlier bool
}

func (r *recorder) take(e *Entry) {
	switch {
	case e.Kind == Watched:
		*r = recorder{now: Stretch{From: e.At}}
	case e.Kind == Resumed:
		r.live, r.state = false, Unseen
		if !r.ended {
			r.turn(Unseen, e.Since, false)
		}
	case e.Kind == Began:
		*r = recorder{live: r.live, state: r.state}
		r.now = Stretch{State: r.seen(), From: e.At}
	case e.Kind == Ended:
		r.turn(Unseen, e.At, false)
		r.ended = true
	case e.Kind == Link:
		r.live = e.New.Text == string(conference.Live)
		if r.ended {
			return
		}
		at := e.At
		if !r.live && e.Old.Text == string(conference.Live) && !e.Since.IsZero() && e.Since.Before(at) {
			at = e.Since
		}
		r.turn(r.seen(), at, false)
	case r.ended:
	case e.Kind == Status && e.Field == conference.RecState:
		r.state = Unseen
		if e.New.Presence == conference.Known {
			r.state = Gap
			if e.New.Int == 1 {
				r.state = Recorded
			}
		}
		r.turn(r.seen(), e.At, e.Found || e.First)
	case e.Kind == Status && e.Field == conference.RecOccurred:
		if on := e.New.Presence == conference.Known && e.New.Int == 1; on && (e.Found || e.First) && !r.recorded() {
			r.earlier = true
		}
	}
}

// seen is what the board sees of the recording.
func (r *recorder) seen() StretchState {
	if !r.live {
		return Unseen
	}
	return r.state
}

// turn ends the present stretch, unless the next one is the same. The messages' own times can go back a little; stretches do not.
func (r *recorder) turn(to StretchState, at time.Time, before bool) {
	if at.Before(r.now.From) {
		at = r.now.From
	}
	if to == r.now.State {
		return
	}
	if at.After(r.now.From) {
		r.now.To = at
		r.done = append(r.done, r.now)
	}
	r.now = Stretch{State: to, From: at, Before: before}
	if last := len(r.done) - 1; last >= 0 && r.done[last].State == to { // what was between took no time
		r.now = r.done[last]
		r.now.To = time.Time{}
		r.done = r.done[:last]
	}
}

// recorded reports whether a recording was seen.
func (r *recorder) recorded() bool {
	for _, s := range r.done {
		if s.State == Recorded {
			return true
		}
	}
	return r.now.State == Recorded
}

// result leaves away what was before the first recording, and after the last one what is not worth telling: that there is none.
func (r *recorder) result() Recording {
	all := r.done
	if !r.ended {
		all = append(all[:len(all):len(all)], r.now)
	}
	for len(all) > 0 && all[0].State != Recorded {
		all = all[1:]
	}
	for len(all) > 0 && (all[len(all)-1].State == Gap || r.ended && all[len(all)-1].State == Unseen) {
		all = all[:len(all)-1]
	}
	if len(all) == 0 {
		all = nil
	}
	return Recording{Stretches: all, Earlier: r.earlier}
}
