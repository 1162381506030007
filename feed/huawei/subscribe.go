package huawei

import (
	"context"
	"time"

	"confboard/feed/conference"
)

const (
	subscribeStep = "subscription"
	// earlyLimit is how many bytes of pushes are kept until the subscription has been answered.
	earlyLimit = hardLimit
)

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

// judgeAnswer returns why a subscription was not accepted, nil if it was.
func (s *session) judgeAnswer(r reply) *fault {
	if r.code == "" && r.understood {
		return nil
	}
	f := (&fault{step: subscribeStep, code: r.code, detail: r.desc}).judge()
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
	sequence = s.seq.next(s.watch.now())
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
	s.needs.asked(now)
	if s.watch.validToken().token.IsZero() {
		return nil // its renewal is under way
	}
	s.watch.log.Debug("subscribing again for full messages", "types", s.needs.types)
	_, f := s.sendSubscribe()
	return f
}
