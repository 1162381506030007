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

// session is one open connection. run owns everything in it; beside it one goroutine reads and one keeps the control
// token alive.
type session struct {
	watch  *watch
	socket *websocket.Conn
	frames chan received
	done   chan struct{} // closed when nobody takes frames any more
	seq    sequencer
	beats  []string // sequences of heartbeats that were not echoed, oldest first

	// proven is set once a full status was applied.
	proven bool
	// needs are the message types of which a full message is needed.
	needs    map[conference.MessageType]bool
	ask      *time.Timer // when to subscribe again, while anything is needed
	askDelay backoff
	// destroyed is set while the cloud says that the meeting has ended.
	destroyed bool
}

// received is a frame, or the error that ended the reading.
type received struct {
	frame []byte
	at    time.Time
	err   error
}

func newSession(w *watch, socket *websocket.Conn) *session {
	d := w.cloud.config.Delays
	return &session{
		watch: w, socket: socket, frames: make(chan received), done: make(chan struct{}),
		// A subscription brings a full status; if this one does not, ask again.
		needs:    map[conference.MessageType]bool{conference.StatusType: true},
		askDelay: backoff{min: d.AskMin, max: d.AskMax},
	}
}

// run serves the connection until it ends, and returns why. The socket is closed and both goroutines have gone when it returns.
func (s *session) run(ctx context.Context) *fault {
	ctx, cancel := context.WithCancel(ctx)
	var helpers sync.WaitGroup
	defer helpers.Wait()
	defer s.socket.Close()
	defer close(s.done)
	defer cancel()
	helpers.Go(s.read)

	early, f := s.subscribe(ctx)
	if f != nil {
		return f
	}
	s.watch.began(time.Now())
	helpers.Go(func() { s.watch.keepToken(ctx) })
	s.ask = time.NewTimer(s.askDelay.next())
	defer s.ask.Stop()
	for _, in := range early {
		s.take(in)
	}
	return s.serve(ctx)
}

// serve sends heartbeats, judges them by their echo, and takes what is pushed.
func (s *session) serve(ctx context.Context) *fault {
	heartbeat := s.watch.cloud.config.Heartbeat
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	giveUp := time.Duration(deadAfter * float64(heartbeat))
	dead := time.NewTimer(giveUp)
	defer dead.Stop()
	if f := s.beat(); f != nil {
		return f
	}
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
			case s.echoed(r, in.at):
				dead.Reset(giveUp)
			}
		case <-ticker.C:
			if s.destroyed { // the cloud had a heartbeat's time to close the connection itself
				return s.closed(io.EOF)
			}
			if f := s.beat(); f != nil {
				return f
			}
		case <-s.ask.C:
			if f := s.askAgain(); f != nil {
				return f
			}
		case <-dead.C:
			return &fault{step: "heartbeat", reason: conference.ReasonNoEcho, err: errNoEcho}
		}
	}
}

// read passes frames on until the socket is closed. The deadline bounds a read that nothing else ends.
func (s *session) read() {
	silence := silenceLimit * s.watch.cloud.config.Heartbeat
	for {
		_ = s.socket.SetReadDeadline(time.Now().Add(max(silence, callLimit))) // fails only for a closed socket, as does the read
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
	limit := time.NewTimer(callLimit)
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
		s.watch.held.drop()
	case f.reason == conference.ReasonUnexpected:
		f.verdict, f.reason = refused, conference.ReasonSubscription
	}
	return f
}

func (s *session) sendSubscribe() (sequence string, f *fault) {
	token := s.watch.held.valid()
	if token.token.IsZero() {
		return "", &fault{step: subscribeStep, reason: conference.ReasonTokenSpent}
	}
	sequence = s.seq.next(time.Now())
	req, err := subscribeRequest(sequence, s.watch.meeting.ConfID, token.token, token.types)
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
func (s *session) askAgain() *fault {
	if len(s.needs) == 0 {
		return nil
	}
	s.ask.Reset(s.askDelay.next())
	if s.watch.held.valid().token.IsZero() {
		return nil // its renewal is under way
	}
	s.watch.log.Debug("subscribing again for full messages", "types", slices.Sorted(maps.Keys(s.needs)))
	_, f := s.sendSubscribe()
	return f
}

// take passes a push on and draws from what became of it.
func (s *session) take(in received) {
	m := wire.Decode(in.frame, s.watch.meeting.ConfID, in.at)
	s.note(m, s.watch.to.Apply(m))
}

// note draws from what became of a message whether a full one is needed, and whether the meeting is over. While anything is
// needed the delay of asking grows: a type that never comes in full must not be asked for at each full status.
func (s *session) note(m conference.Message, outcome conference.Outcome) {
	e := envelopeOf(m)
	if outcome.Fate == conference.Applied {
		if e.Type != "" && e.Mode == conference.Full && s.needs[e.Type] {
			delete(s.needs, e.Type)
			if len(s.needs) == 0 {
				s.askDelay.reset()
			}
		}
		if status, ok := m.(conference.StatusMessage); ok {
			s.proven = s.proven || e.Mode == conference.Full
			if state := status.Status.Text(conference.MeetingState); state != "" {
				s.destroyed = state == conference.StateDestroyed
			}
		}
	}
	if outcome.AskFull {
		if len(s.needs) == 0 {
			s.ask.Reset(s.askDelay.next())
		}
		s.needs[e.Type] = true
	}
}

// beat sends a heartbeat.
func (s *session) beat() *fault {
	sequence := s.seq.next(time.Now())
	if len(s.beats) == unanswered {
		s.beats = s.beats[1:]
	}
	s.beats = append(s.beats, sequence)
	return s.send(request{Action: heartbeatAction, Sequence: sequence})
}

// echoed reports whether the reply echoes one of our heartbeats, and tells the sink.
func (s *session) echoed(r reply, at time.Time) bool {
	i := slices.IndexFunc(s.beats, r.answers)
	if i < 0 {
		return false
	}
	s.beats = s.beats[i+1:]
	s.watch.to.Apply(conference.LinkMessage{About: s.watch.about(at), Event: conference.LinkEcho})
	return true
}

func (s *session) send(req request) *fault {
	_ = s.socket.SetWriteDeadline(time.Now().Add(callLimit)) // fails only for a closed socket, as does the write
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
