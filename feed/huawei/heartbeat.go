package huawei

import (
	"slices"
	"time"

	"confboard/feed/conference"
)

const (
	// unanswered is how many heartbeats are remembered until they are echoed. At 2.25 without an echo the connection ends.
	unanswered = 4
	// deadAfter is the time without an echo, in heartbeats, after which a connection is given up: when the link counts as lost.
	deadAfter = 2.25
)

// beat is a heartbeat that was sent.
type beat struct {
	sequence string
	at       time.Time
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
	s.alive(at)
	took := at.Sub(s.beats[i].at)
	s.beats = slices.Delete(s.beats, 0, i+1)
	s.watch.pass(conference.LinkMessage{About: conference.About{ConfID: s.watch.id, At: at}, Event: conference.LinkEcho, RoundTrip: took})
}

// alive notes a sign of life of the connection.
func (s *session) alive(at time.Time) {
	s.deadAt = at.Add(time.Duration(deadAfter * float64(s.watch.cloud.config.Heartbeat)))
}
