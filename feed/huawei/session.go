package huawei

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"confboard/feed/conference"
	"confboard/feed/wire"
)

const (
	// farewellLimit is how long saying goodbye may take when the program stops.
	farewellLimit = 100 * time.Millisecond
	// earlyLimit is how many bytes of pushes are kept until the subscription has been answered.
	earlyLimit = hardLimit
	// unanswered is how many heartbeats are remembered until they are echoed. At 2.25 without an echo the connection ends.
	unanswered = 4
	// deadAfter is the time without an echo, in heartbeats, after which a connection is given up: when the link counts as lost.
	deadAfter = 2.25
	// silenceLimit is the time without any frame, in heartbeats, after which a read ends. The echo is judged before that.
	silenceLimit = 3
)

// session is one open connection. run owns everything in it; beside it one goroutine reads, and one renews the control token
// when it is time.
type session struct {
	watch   *watch
	socket  *websocket.Conn
	frames  chan received
	renewed chan renewed
	done    chan struct{} // closed when nobody takes frames any more
	seq     sequencer
	beats   []beat // those that were not echoed, oldest first

	// What is to be done next, and when; one timer for all of it. Zero: not at all.
	beatAt, deadAt, askAt, renewAt time.Time
	timer                          *time.Timer
	alarm                          time.Time // when the timer fires

	// proven is set once a full status was applied.
	proven bool
	// needs are the message types of which a full message is needed; askDelay is that of asking for them, and metAt when
	// nothing was needed any more.
	needs    map[conference.MessageType]bool
	askDelay backoff
	metAt    time.Time
	// renewing is set while a renewal is under way; renewDelay is that after one that failed.
	renewing   bool
	renewDelay backoff
	// destroyed is set while the cloud says that the meeting has ended.
	destroyed bool
}

// received is a frame, or the error that ended the reading.
type received struct {
	frame []byte
	at    time.Time
	err   error
}

// beat is a heartbeat that was sent.
type beat struct {
	sequence string
	at       time.Time
}

func newSession(w *watch, socket *websocket.Conn) *session {
	d := w.cloud.config.Delays
	return &session{
		watch: w, socket: socket, frames: make(chan received), renewed: make(chan renewed, 1), done: make(chan struct{}),
		// A subscription brings a full status; if this one does not, ask again.
		needs:      map[conference.MessageType]bool{conference.StatusType: true},
		askDelay:   backoff{min: d.AskMin, max: d.AskMax},
		renewDelay: backoff{min: d.BackoffMin, max: d.BackoffMax},
	}
}

// run serves the connection until it ends, and returns why. The socket is closed and both goroutines have gone when it returns.
func (s *session) run(ctx context.Context) *fault {
	ctx, cancel := context.WithCancel(ctx)
	var helpers sync.WaitGroup
	defer s.keepRenewed()
	defer helpers.Wait()
	defer s.socket.Close()
	defer close(s.done)
	defer cancel()
	helpers.Go(s.read)

	early, f := s.subscribe(ctx)
	if f != nil {
		return f
	}
	now := time.Now()
	s.watch.began(now)
	heartbeat := s.watch.cloud.config.Heartbeat
	s.deadAt = now.Add(time.Duration(deadAfter * float64(heartbeat)))
	s.askAt, s.renewAt = now.Add(s.askDelay.next()), s.watch.held.renewAt
	if f := s.beat(now); f != nil {
		return f
	}
	s.alarm, s.timer = s.beatAt, time.NewTimer(heartbeat)
	defer s.timer.Stop()
	s.setAlarm()
	for _, in := range early {
		s.take(in)
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
				s.take(in)
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
			if f := s.onTime(ctx, helpers, time.Now()); f != nil {
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
	if due(s.askAt, now) {
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
	for _, at := range [...]time.Time{s.beatAt, s.askAt, s.renewAt} {
		if !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	if s.alarm.IsZero() || next.Before(s.alarm) {
		s.alarm = next
		s.timer.Reset(time.Until(next))
	}
}

// read passes frames on until the socket is closed. The deadline bounds a read that nothing else ends.
func (s *session) read() {
	config := &s.watch.cloud.config
	silence := max(silenceLimit*config.Heartbeat, config.Delays.Limit)
	for {
		_ = s.socket.SetReadDeadline(time.Now().Add(silence)) // fails only for a closed socket, as does the read
		var in received
		in.frame, in.err = readFrame(s.socket)
		in.at = time.Now()
		select {
		case s.frames <- in:
		case <-s.done:
			return
		}
		if in.err != nil {
			return
		}
	}
}

// readFrame returns the next frame, text or binary. Of one over wire.MaxFrame it returns just enough for the decoder to
// refuse it, and passes over the rest: compression can make very much of very little.
func readFrame(socket *websocket.Conn) ([]byte, error) {
	_, r, err := socket.NextReader()
	if err != nil {
		return nil, err
	}
	frame, err := readLimited(r, wire.MaxFrame)
	if !errors.Is(err, errTooLarge) {
		return frame, err
	}
	switch _, err := io.CopyN(io.Discard, r, hardLimit); {
	case err == nil:
		return nil, errTooLarge
	case !errors.Is(err, io.EOF):
		return nil, err
	}
	return frame, nil
}

// subscribe subscribes and waits for the answer. Pushes that come before it are returned.
func (s *session) subscribe(ctx context.Context) (early []received, f *fault) {
	sequence, f := s.sendSubscribe()
	if f != nil {
		return nil, f
	}
	limit := time.NewTimer(s.watch.cloud.config.Delays.Limit)
	defer limit.Stop()
	size := 0
	for {
		select {
		case <-ctx.Done():
			s.farewell()
			return nil, broken(subscribeStep, ctx.Err())
		case <-limit.C:
			return nil, broken(subscribeStep, errNoAnswer)
		case in := <-s.frames:
			if in.err != nil {
				return nil, broken(subscribeStep, in.err)
			}
			r, ok := parseReply(in.frame)
			switch {
			case ok && r.action == subscribeAction && r.answers(sequence):
				return early, s.judgeAnswer(r)
			case ok:
			case size+len(in.frame) <= earlyLimit:
				size += len(in.frame)
				early = append(early, in)
			}
		}
	}
}

const subscribeStep = "subscription"

// judgeAnswer returns why a subscription was not accepted, nil if it was.
func (s *session) judgeAnswer(r reply) *fault {
	if r.code == "" && r.understood {
		return nil
	}
	f := (&fault{step: subscribeStep, code: r.code}).judge()
	if r.desc != "" {
		f.err = plainError(withoutTokens(r.desc))
	}
	switch {
	case f.verdict == tokenRefused:
		s.watch.dropToken()
		s.renewNow()
	case f.reason == conference.ReasonUnexpected:
		f.verdict, f.reason = refused, conference.ReasonSubscription
	}
	return f
}

func (s *session) sendSubscribe() (sequence string, f *fault) {
	token := s.watch.validToken()
	if token.token.IsZero() {
		return "", &fault{step: subscribeStep, reason: conference.ReasonTokenSpent}
	}
	sequence = s.seq.next(time.Now())
	req, err := subscribeRequest(sequence, s.watch.id, token.token, token.types)
	if err != nil {
		return "", broken(subscribeStep, err)
	}
	return sequence, s.send(req)
}

// answered notes the answer to a repeated subscription. A refusal changes nothing: the first one still holds.
func (s *session) answered(r reply) {
	if f := s.judgeAnswer(r); f != nil {
		s.watch.log.Warn("meeting not subscribed again", "err", f)
	}
}

// askAgain subscribes again because a full message is still needed. A subscription brings one of each type.
func (s *session) askAgain(now time.Time) *fault {
	s.askAt = time.Time{}
	if len(s.needs) == 0 {
		return nil
	}
	s.askAt = now.Add(s.askDelay.next())
	if s.watch.validToken().token.IsZero() {
		return nil // its renewal is under way
	}
	s.watch.log.Debug("subscribing again for full messages", "types", slices.Sorted(maps.Keys(s.needs)))
	_, f := s.sendSubscribe()
	return f
}

// take passes a push on and draws from what became of it.
func (s *session) take(in received) {
	if tap := s.watch.cloud.config.Tap; tap != nil {
		tap(s.watch.id, in.at, in.frame)
	}
	m := wire.Decode(in.frame, s.watch.id, in.at)
	s.note(m, s.watch.pass(m), in.at)
}

// note draws from what became of a message whether a full one is needed, and whether the meeting is over.
func (s *session) note(m conference.Message, outcome conference.Outcome, at time.Time) {
	kind, mode := kindOf(m)
	if outcome.Fate == conference.Applied && kind != "" {
		if mode == conference.Full && s.needs[kind] {
			delete(s.needs, kind)
			if len(s.needs) == 0 {
				s.askAt, s.metAt = time.Time{}, at
			}
		}
		if status, ok := m.(conference.StatusMessage); ok {
			s.proven = s.proven || mode == conference.Full
			if state := status.Status.Text(conference.MeetingState); state != "" {
				s.destroyed = state == conference.StateDestroyed
			}
		}
	}
	if outcome.AskFull {
		s.need(kind, at)
	}
}

// need notes that a full message of a type is needed. The delay of asking grows while anything is needed, whatever else comes in
// full meanwhile, and goes on growing if the next need follows soon: neither a type that never comes in full nor one of which every
// increment is refused is asked for for ever at the shortest delay.
func (s *session) need(kind conference.MessageType, at time.Time) {
	if len(s.needs) == 0 {
		if at.Sub(s.metAt) > s.askDelay.bound {
			s.askDelay.reset()
		}
		s.askAt = at.Add(s.askDelay.next())
	}
	s.needs[kind] = true
}

// beat sends a heartbeat.
func (s *session) beat(now time.Time) *fault {
	s.beatAt = now.Add(s.watch.cloud.config.Heartbeat)
	b := beat{s.seq.next(now), now}
	if len(s.beats) == unanswered {
		s.beats = slices.Delete(s.beats, 0, 1)
	}
	s.beats = append(s.beats, b)
	return s.send(request{Action: heartbeatAction, Sequence: b.sequence})
}

// echoed tells the sink if the reply echoes one of our heartbeats. One without a sequence echoes the oldest.
func (s *session) echoed(r reply, at time.Time) {
	i := slices.IndexFunc(s.beats, func(b beat) bool { return r.answers(b.sequence) })
	if i < 0 {
		return
	}
	s.deadAt = at.Add(time.Duration(deadAfter * float64(s.watch.cloud.config.Heartbeat)))
	took := at.Sub(s.beats[i].at)
	s.beats = slices.Delete(s.beats, 0, i+1)
	s.watch.pass(conference.LinkMessage{About: conference.About{ConfID: s.watch.id, At: at}, Event: conference.LinkEcho, RoundTrip: took})
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
