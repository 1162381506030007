package conference

import (
	"slices"
	"time"
)

// Due returns the state at an instant if no message came, what the passing of time changed, and when to ask
// again at the latest (zero: only after the next message). A nil state means that the meeting leaves the board. It is as
// pure as Apply.
func Due(state *State, now time.Time, p Policy) (*State, Change, time.Time) {
	if state.expired(now, p) {
		return nil, compare(state.ConfID, now, now, state, nil), time.Time{}
	}
	next := *state
	due := next.judgeAll(now, p)
	c := compare(state.ConfID, now, now, state, &next)
	if c.Empty() && slices.Equal(state.Concerns, next.Concerns) { // one that does not count yet is no change, and is remembered
		return state, c, due
	}
	return &next, c, due
}

// judgeAll brings everything that depends on the clock up to an instant and returns when it can next differ.
func (s *State) judgeAll(now time.Time, p Policy) (due time.Time) {
	link, due := s.judge(now, p)
	if link != s.Link.State {
		s.Link.State, s.Link.Since = link, now
	}
	if s.Ended() {
		due = earlier(due, by(now, s.EndedAt.Add(p.KeepEnded)))
	}

	end, planned := s.Status.Value(EndTime).Time()
	running := planned && s.Link.State == Live // of what is not live nobody knows whether it has ended since
	s.Overrun = running && !now.Before(end)
	s.EndingSoon, s.NearEnd = false, false
	if running && !s.Overrun {
		within := func(d time.Duration) bool {
			at := end.Add(-d)
			if now.Before(at) {
				due = earlier(due, by(now, at))
				return false
			}
			return true
		}
		s.EndingSoon, s.NearEnd = within(p.EndingSoon), within(p.NearEnd)
		due = earlier(due, by(now, end))
	}
	return earlier(due, s.judgeConcerns(now, p))
}

// expired reports whether the meeting has ended and leaves the board.
func (s *State) expired(now time.Time, p Policy) bool {
	return s.Ended() && !now.Before(s.EndedAt.Add(p.KeepEnded))
}

// by returns an instant by the clock of now, so that it can be compared with others. Some have been read from a clock that was set since,
// and know by their monotonic reading when they really are; others, such as a planned end, are of the clock on the wall alone.
// A zero one stays zero.
func by(now, at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return now.Add(at.Sub(now))
}

// earlier returns the earlier of two instants, zero meaning never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}
