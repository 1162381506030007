package huawei

import (
	"errors"
	"io"
	"time"

	"github.com/gorilla/websocket"

	"confboard/feed/conference"
	"confboard/feed/wire"
)

// silenceLimit is the time without any frame, in heartbeats, after which a read ends. The echo is judged before that.
const silenceLimit = 3

// received is a frame, or the error that ended the reading.
type received struct {
	frame []byte
	at    time.Time
	err   error
}

// read passes frames on until the socket is closed. The deadline bounds a read that nothing else ends.
func (s *session) read() {
	config := &s.watch.cloud.config
	silence := max(silenceLimit*config.Heartbeat, config.Delays.Limit)
	for {
		_ = s.socket.SetReadDeadline(time.Now().Add(silence)) // fails only for a closed socket, as does the read
		var in received
		in.frame, in.err = readFrame(s.socket)
		in.at = config.Now()
		if in.err == nil {
			in.err = s.spent.spend(in.at, frameCost+costOf(len(in.frame)))
		}
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

// take passes a push on and draws from what became of it.
func (s *session) take(in received) *fault {
	m := wire.Decode(in.frame, s.watch.id, in.at)
	outcome := s.watch.passFrame(m, in)
	s.note(m, outcome, in.at)
	return s.judgeDrops(m, outcome)
}

// mostDrops is how many messages of a type in a row are dropped as older than what is known until it is taken for wrong.
const mostDrops = 20

// judgeDrops ends a connection on which one message from the far future has made everything after it look old. What is true comes with
// the next connection, whose first full message is accepted in any case.
func (s *session) judgeDrops(m conference.Message, outcome conference.Outcome) *fault {
	kind, _ := kindOf(m)
	switch outcome.Fate {
	case conference.Applied:
		delete(s.drops, kind)
	case conference.DroppedBeforeFull, conference.DroppedOlderFull:
		if s.drops == nil {
			s.drops = map[conference.MessageType]int{}
		}
		if s.drops[kind]++; s.drops[kind] >= mostDrops {
			return &fault{step: connectStep, reason: conference.ReasonUnexpected, err: errAllOld}
		}
	}
	return nil
}

// note draws from what became of a message whether a full one is needed, and whether the meeting is over.
func (s *session) note(m conference.Message, outcome conference.Outcome, at time.Time) {
	kind, mode := kindOf(m)
	if outcome.Fate == conference.Applied && mode == conference.Full {
		s.needs.met(kind, at)
	}
	if outcome.AskFull {
		s.needs.add(kind, at)
	}
	if status, ok := m.(conference.StatusMessage); ok && outcome.Fate == conference.Applied {
		if mode == conference.Full {
			s.proven = true
			s.watch.settled.Store(true)
		}
		if state := status.Status.Text(conference.MeetingState); state != "" {
			s.destroyed = state == conference.StateDestroyed
		}
	}
}
