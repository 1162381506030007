package conference

import (
	"errors"
	"time"
)

// ErrTooManyLinks: a link was not made, because the board holds as many as it can.
var ErrTooManyLinks = errors.New("there are too many links")

// Shows is what somebody is shown of a meeting beside its status, which everybody is.
type Shows struct {
	// Names: people are called by their names; without it, Participant 1 and so on.
	Names bool
	// People: how many take part, who has which role, and who speaks.
	People bool
	// Layout: the continuous presence.
	Layout bool
}

// Share is a link that shows one meeting to whoever has its address, until it ends.
type Share struct {
	// ID names the link among admins; it opens nothing.
	ID     string
	ConfID ConfID
	Shows  Shows
	// Note is the admin's own word for it, By who made it; each can be empty.
	Note, By string
	Created  time.Time
	// Expires is zero when nothing is set.
	Expires time.Time
	// WithMeeting: it ends with the occurrence of the meeting that is in progress, or else with the next one.
	WithMeeting bool
	// Began is when that occurrence began, as far as it is known: the time by which it can be told from the next one. Zero
	// while the meeting has not been seen in progress since the link was made.
	Began time.Time
	// Ended is when that occurrence had ended, Revoked when an admin took the link back; zero while it has not been.
	Ended, Revoked time.Time
	// Seen is when somebody last opened it; zero: never.
	Seen time.Time
}

// ShareState says whether a link opens.
type ShareState string

// The states of a link.
const (
	ShareOpen    ShareState = "open"
	ShareExpired ShareState = "expired"
	ShareOver    ShareState = "over" // its meeting has ended
	ShareRevoked ShareState = "revoked"
)

// State returns whether the link opens at an instant.
func (s Share) State(now time.Time) ShareState {
	switch {
	case !s.Revoked.IsZero():
		return ShareRevoked
	case !s.Ended.IsZero():
		return ShareOver
	case !s.Expires.IsZero() && !now.Before(s.Expires):
		return ShareExpired
	}
	return ShareOpen
}

// sameStart is by how much the times of one start may differ: two sites of the cloud need not agree on the second.
const sameStart = time.Minute

// Of returns the link as it is made while its meeting is as it is, nil for one that is not on the board: with the occurrence in
// progress, it ends.
func (s Share) Of(now *State, at time.Time) Share {
	if s.WithMeeting && s.Began.IsZero() && now != nil && now.underWay() {
		s.Began = at
		if !now.Basic.StartTime.IsZero() {
			s.Began = now.Basic.StartTime
		}
	}
	return s
}

// Follow returns the link after what happened to its meeting, or to a meeting that it is not about. What is known of the meeting
// before a restart is gone, so the end of an occurrence is known by any of: it ended, the next one began, it is said not to have
// started although the link has seen it begin, or it has another start than the one that the link has seen.
func (s Share) Follow(c Change) Share {
	now := c.After
	if !s.WithMeeting || !s.Ended.IsZero() || now == nil || c.ConfID != s.ConfID {
		return s
	}
	s = s.Of(c.Before, c.At) // this can be the first change since the link was made
	if !s.Began.IsZero() {
		start := now.Basic.StartTime
		switch {
		case now.Ended(), now.Link.State == Waiting,
			c.Before != nil && now.Occurrence > c.Before.Occurrence,
			now.Link.State == Live && now.underWay() && !start.IsZero() && start.Sub(s.Began) > sameStart:
			s.Ended = c.At
			return s
		}
	}
	return s.Of(now, c.At)
}

// underWay reports whether the meeting goes on, or did when it was last heard of.
func (s *State) underWay() bool {
	switch s.Link.State {
	case Live:
	case Stale, Lost:
		if s.wasEnded || s.StatusIntake.Last.Type == "" {
			return false
		}
	default:
		return false
	}
	return s.Status.Text(MeetingState) != StateSchedule && s.Status.Text(MeetingState) != StateDestroyed
}
