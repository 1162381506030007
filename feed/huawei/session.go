package huawei

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"confboard/feed/conference"
)

// farewellLimit is how long saying goodbye may take when the program stops.
const farewellLimit = 100 * time.Millisecond

// session is one open connection. run owns everything in it; beside it one goroutine reads, and one renews the control token
// when it is time.
type session struct {
	watch   *watch
	socket  *websocket.Conn
	spent   *allowance // belongs to read
	frames  chan received
	renewed chan renewed
	done    chan struct{} // closed when nobody takes frames any more
	seq     sequencer
	beats   []beat // those that were not echoed, oldest first

	// What is to be done next, and when; one timer for all of it. Zero: not at all.
	beatAt, deadAt, renewAt time.Time
	needs                   needs
	// drops counts messages of a type that were dropped in a row as older than what is known.
	drops map[conference.MessageType]int

	timer *time.Timer
	alarm time.Time // when the timer fires

	// proven is set once a full status was applied.
	proven bool
	// renewing is set while a renewal is under way; renewDelay is that after one that failed.
	renewing   bool
	renewDelay backoff
	// destroyed is set while the cloud says that the meeting has ended.
	destroyed bool
}

func newSession(w *watch, socket *websocket.Conn, spent *allowance) *session {
	d := w.cloud.config.Delays
	return &session{
		watch: w, socket: socket, spent: spent, frames: make(chan received), renewed: make(chan renewed, 1), done: make(chan struct{}),
		needs:      newNeeds(d),
		renewDelay: backoff{min: d.BackoffMin, max: d.BackoffMax},
	}
}

// run serves the connection until it ends, and returns why. The socket is closed and both goroutines have gone when it returns.
func (s *session) run(ctx context.Context) (end *fault) {
	ctx, cancel := context.WithCancel(ctx)
	var helpers sync.WaitGroup
	defer func() { end = s.lastWord(end) }()
	defer helpers.Wait()
	defer s.socket.Close()
	defer close(s.done)
	defer cancel()
	helpers.Go(s.read)

	early, f := s.subscribe(ctx)
	if f != nil {
		return f
	}
	now := s.watch.now()
	s.watch.began(now)
	s.alive(now)
	s.renewAt = s.watch.held.renewAt
	s.needs.add(conference.StatusType, now) // the subscription brings it; if this one does not, ask again
	if f := s.beat(now); f != nil {
		return f
	}
	s.timer = time.NewTimer(s.watch.cloud.config.Heartbeat)
	defer s.timer.Stop()
	s.setAlarm()
	for _, in := range early {
		if f := s.take(in); f != nil {
			return f
		}
	}
	return s.serve(ctx, &helpers)
}

// serve sends heartbeats, judges them by their echo, takes what is pushed, and keeps the control token.
func (s *session) serve(ctx context.Context, helpers *sync.WaitGroup) *fault {
	for {
		select {
		case <-ctx.Done():
			s.farewell()
			return broken(connectStep, ctx.Err())
		case in := <-s.frames:
			if in.err != nil {
				return s.closed(in.err)
			}
			r, ok := parseReply(in.frame)
			switch {
			case !ok:
				if f := s.take(in); f != nil {
					return f
				}
			case r.action == subscribeAction:
				s.answered(r)
			default:
				s.echoed(r, in.at)
			}
		case r := <-s.renewed:
			if f := s.tookRenewed(r); f != nil {
				return f
			}
		case <-s.watch.wake:
			s.obey(s.watch.take())
		case <-s.timer.C:
			s.alarm = time.Time{}
			if f := s.onTime(ctx, helpers, s.watch.now()); f != nil {
				return f
			}
		}
		s.setAlarm()
	}
}

// onTime does what is due.
func (s *session) onTime(ctx context.Context, helpers *sync.WaitGroup, now time.Time) *fault {
	if due(s.deadAt, now) {
		return &fault{step: "heartbeat", reason: conference.ReasonNoEcho, err: errNoEcho}
	}
	if due(s.beatAt, now) {
		if s.destroyed { // the cloud had a heartbeat's time to close the connection itself
			return s.closed(io.EOF)
		}
		if f := s.beat(now); f != nil {
			return f
		}
	}
	if due(s.needs.at, now) {
		if f := s.askAgain(now); f != nil {
			return f
		}
	}
	if due(s.renewAt, now) {
		s.renewAt, s.renewing = time.Time{}, true
		held := s.watch.validToken().token
		password, site := s.watch.asWanted().HostPassword, s.watch.site
		helpers.Go(func() { s.renew(ctx, site, password, held) })
	}
	return nil
}

func due(at, now time.Time) bool { return !at.IsZero() && !now.Before(at) }

// setAlarm sets the timer for what is to be done next. One that fires early does no harm, so it is only ever brought forward.
func (s *session) setAlarm() {
	next := s.deadAt
	for _, at := range [...]time.Time{s.beatAt, s.needs.at, s.renewAt} {
		if !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	if s.alarm.IsZero() || next.Before(s.alarm) {
		s.alarm = next
		s.timer.Reset(next.Sub(s.watch.now()))
	}
}

func (s *session) send(req request) *fault {
	_ = s.socket.SetWriteDeadline(time.Now().Add(s.watch.cloud.config.Delays.Limit)) // fails only for a closed socket, as does the write
	if err := s.socket.WriteJSON(req); err != nil {
		return s.closed(err)
	}
	return nil
}

// closed is the fault of a connection that has ended. After Destroyed that is how a meeting ends.
func (s *session) closed(err error) *fault {
	f := broken(connectStep, err)
	if s.destroyed {
		f.verdict, f.reason = over, conference.ReasonNone
	}
	return f
}

// farewell tells the cloud that we leave.
func (s *session) farewell() {
	message := websocket.FormatCloseMessage(websocket.CloseGoingAway, "")
	_ = s.socket.WriteControl(websocket.CloseMessage, message, time.Now().Add(farewellLimit)) // it is closed in any case
}
