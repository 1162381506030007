package recording

import (
	"context"
	"maps"
	"slices"
	"time"

	"confboard/feed/conference"
)

// performance is one playing of a recording from its beginning to its end.
type performance struct {
	player *Player
	clock  *clock
	to     conference.Sink
	timed  Timed // nil when the sink has no clock

	// session is that of the lines that are played; nil before the first header.
	session *header
	watched map[conference.ConfID]bool
	// repeated is set while carried lines only repeat what was played.
	repeated bool
	// missing are the meetings that were watched before a gap and that no carried line behind it has named yet; nil unless
	// carried lines behind a gap are being played.
	missing map[conference.ConfID]bool
}

func (s *performance) run(ctx context.Context, parts []part) error {
	for _, p := range parts {
		if err := s.play(ctx, p.name); err != nil {
			return err
		}
	}
	return nil
}

// begin takes in a header. A part that follows the one before goes on with it; lines are missing before one that was left out
// between; any other is of another run of the board, which began with nothing, at whatever time.
func (s *performance) begin(ctx context.Context, h *header) error {
	before := s.session
	s.session = h
	switch {
	case h.follows(before):
		s.repeated = true
		return s.pass(ctx, h.Started)
	case before != nil && before.Session == h.Session && h.Started.After(before.Started):
		s.interrupted()
		return s.pass(ctx, h.Started)
	}
	s.leave()
	s.repeated, s.missing = false, nil
	s.clock.jump(h.Started)
	return ctx.Err()
}

// line plays a line when its time has come.
func (s *performance) line(ctx context.Context, l *recorded) error {
	if !l.Carried {
		s.repeated = false
		s.settle()
	} else if s.repeated {
		return nil
	}
	if err := s.pass(ctx, l.At); err != nil {
		return err
	}
	if l.Gap != nil {
		s.player.config.Logger.Warn("lines are missing in the recording", "at", l.At, "lost", l.Gap.Lost)
		s.interrupted()
		return nil
	}
	switch {
	case l.Watch != nil:
		if l.Carried && s.watched[l.ConfID] { // what is known of it from before the gap would mix with what follows
			s.unwatch(l.ConfID)
		}
		s.watched[l.ConfID] = true
		delete(s.missing, l.ConfID)
	case l.Unwatch:
		delete(s.watched, l.ConfID)
	case l.Frame != nil && s.player.tap != nil:
		s.player.tap(l.ConfID, l.At, l.Frame)
	}
	s.to.Apply(l.Message())
	return nil
}

// interrupted notes that lines are missing: the carried lines that follow name every meeting that is still there.
func (s *performance) interrupted() {
	s.repeated = false
	s.missing = maps.Clone(s.watched)
}

// settle takes the meetings off the board that left it while nothing was recorded.
func (s *performance) settle() {
	for _, id := range slices.Sorted(maps.Keys(s.missing)) {
		s.unwatch(id)
	}
	s.missing = nil
}

// pass lets the time pass until an instant: what is due before it happens when it is due, and not later, so that the speed makes
// no difference.
func (s *performance) pass(ctx context.Context, until time.Time) error {
	for s.timed != nil {
		next := s.timed.Pass(time.Time{}) // nothing is due at the beginning of time
		if next.IsZero() || next.After(until) {
			break
		}
		if err := s.clock.wait(ctx, next); err != nil {
			return err
		}
		s.timed.Pass(next)
	}
	return s.clock.wait(ctx, until)
}

// end tells that nothing more will come.
func (s *performance) end() {
	at := s.clock.now()
	for _, id := range slices.Sorted(maps.Keys(s.watched)) {
		s.to.Apply(conference.LinkMessage{About: conference.About{ConfID: id, At: at}, Event: conference.LinkDown, Reason: conference.ReasonPlayback})
	}
}

// leave takes all meetings off the board.
func (s *performance) leave() {
	for _, id := range slices.Sorted(maps.Keys(s.watched)) {
		s.unwatch(id)
	}
}

func (s *performance) unwatch(id conference.ConfID) {
	delete(s.watched, id)
	s.to.Apply(conference.UnwatchMessage{About: conference.About{ConfID: id, At: s.clock.now()}})
}
