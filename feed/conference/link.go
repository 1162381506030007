package conference

import "time"

// LinkState is how well we are connected with the cloud about one meeting. Its words are part of the API.
type LinkState string

// The link states.
const (
	Connecting LinkState = "connecting" // never had its status; trying
	Waiting    LinkState = "waiting"    // not started
	Live       LinkState = "live"       // echoed in time, and the full status came on this connection
	Stale      LinkState = "stale"      // what is shown is old: no connection, no full status on it yet, or no echo for 1.25 heartbeats
	Lost       LinkState = "lost"       // no echo for 2.25 heartbeats
	Refusing   LinkState = "refused"    // refused by the cloud; somebody has to do something
	Over       LinkState = "ended"      // the meeting has ended
)

// LinkStates lists all states.
func LinkStates() []LinkState {
	return []LinkState{Connecting, Waiting, Live, Stale, Lost, Refusing, Over}
}

// Link is the link of one meeting. It is judged by the heartbeat's echo, never by the last push: a quiet
// meeting may push nothing for an hour.
type Link struct {
	State LinkState
	// Since is when State began.
	Since time.Time
	// Reason is why the link is not live; it can be empty.
	Reason LinkReason
	// Detail is what the cloud itself said of Reason, in its own words; most often empty.
	Detail string
	// LastEcho is when the last heartbeat was echoed, on any connection; zero before the first. RoundTrip is how long that
	// took; zero when it is not known.
	LastEcho  time.Time
	RoundTrip time.Duration
	// Connects counts the connections made since the meeting came onto the board. ConnectedAt is when the present one was;
	// zero while there is none.
	Connects    uint64
	ConnectedAt time.Time
	// TokenAt is when the control token was granted or prolonged last, TokenExpires until when it is valid; both zero while none is held.
	TokenAt, TokenExpires time.Time
	// Next is when the next attempt to connect is made; zero when none is, by itself.
	Next time.Time

	up       bool
	waiting  bool
	refused  bool
	statusIn bool // the full status came on this connection
	// heard is the last sign of life from the cloud about this meeting: an echo, an accepted subscription, an answer that
	// it has not started. Before the first it is when the meeting was put on the board.
	heard time.Time
}

// Heard is the last sign of life from the cloud about the meeting: an echo, an accepted subscription, or an answer that it has
// not started. Before the first it is when the meeting was put on the board.
func (l *Link) Heard() time.Time { return l.heard }

// Thresholds of silence, in heartbeats: with the documented 60 s they are the 75 s and 135 s of the honesty rules.
const (
	staleAfter = 1.25
	lostAfter  = 2.25
)

// judge returns the link's state at an instant, and the instant at which it has to be judged again
// if nothing happens (zero: never).
func (s *State) judge(now time.Time, p Policy) (LinkState, time.Time) {
	l := &s.Link
	staleAt := by(now, l.heard.Add(scale(p.Heartbeat, staleAfter)))
	lostAt := by(now, l.heard.Add(scale(p.Heartbeat, lostAfter)))
	switch {
	case s.Ended():
		return Over, time.Time{}
	case l.refused:
		return Refusing, time.Time{}
	case l.waiting:
		return Waiting, time.Time{}
	case !now.Before(lostAt):
		return Lost, time.Time{}
	case l.up && l.statusIn && now.Before(staleAt):
		return Live, staleAt
	case !s.StatusIntake.HasFull && !s.StatusIntake.Partial:
		return Connecting, lostAt
	default:
		return Stale, lostAt
	}
}

func scale(d time.Duration, by float64) time.Duration { return time.Duration(float64(d) * by) }
