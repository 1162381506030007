package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"confboard/feed/conference"
)

// Why a question has no answer.
var (
	// ErrNoOwner: no instance that lives watches the meeting at present.
	ErrNoOwner = errors.New("no instance watches the meeting")
	// ErrBusy: the owner has too many questions to answer.
	ErrBusy = errors.New("the instance that watches the meeting is busy")
	// ErrRefused: the owner could not answer.
	ErrRefused = errors.New("the instance that watches the meeting has no answer")
	// ErrTooLarge: the answer is larger than the servers take.
	ErrTooLarge = errors.New("the answer is too large for the bus")
)

const (
	// asking is how long a question may take when its context has no end.
	asking = 5 * time.Second
	// answering is how long an answer may take.
	answering = 10 * time.Second
	// answerers is how many questions are answered at the same time; as many more wait as questions holds.
	answerers, questions = 8, 64
	// verbCheckpoint is the bus's own: publish the whole state anew.
	verbCheckpoint = "checkpoint"
	// headerError says in an answer that it is none.
	headerError = "Confboard-Error"
)

// What headerError says.
const (
	notOwner = "notOwner"
	busy     = "busy"
	refused  = "refused"
	tooLarge = "tooLarge"
)

// Answerer answers a question about a meeting. Its error is logged here, and not told. It may be called by several at the same time.
type Answerer func(ctx context.Context, id conference.ConfID, question []byte) (answer []byte, err error)

// services are questions and news.
type services struct {
	bus       *Bus
	questions chan *nats.Msg
	heard     chan *nats.Msg

	mu      sync.Mutex
	answers map[string]answer
	hearers map[string]func([]byte)

	telling sync.Mutex         // held while news are told, so that their parts follow each other
	parts   map[string]*unread // by who tells; of the goroutine of hear
}

// answer is what a verb is answered by. any: also of meetings that are not this instance's own.
type answer struct {
	by  Answerer
	any bool
}

func (s *services) init(b *Bus) {
	s.bus = b
	s.questions, s.heard = make(chan *nats.Msg, questions), make(chan *nats.Msg, maxNews)
	s.answers, s.hearers = map[string]answer{}, map[string]func([]byte){}
	s.parts = map[string]*unread{}
	s.answers[verbCheckpoint] = answer{by: func(_ context.Context, id conference.ConfID, _ []byte) ([]byte, error) {
		b.out.again(id)
		return nil, nil
	}}
}

// Answer has questions with the verb, a word of letters, about meetings that are this instance's own answered by f.
func (b *Bus) Answer(verb string, f Answerer) { b.services.set(verb, answer{by: f}) }

// AnswerAny is Answer for questions about any meeting, whoever its owner is.
func (b *Bus) AnswerAny(verb string, f Answerer) { b.services.set(verb, answer{by: f, any: true}) }

func (s *services) set(verb string, a answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[verb] = a
}

// Ask asks the owner of a meeting, which is not this instance. The error is ErrNoOwner, ErrBusy, ErrRefused, ErrTooLarge or ErrAway, or that of a
// context that has ended; a context without an end has one of a few seconds.
func (b *Bus) Ask(ctx context.Context, id conference.ConfID, verb string, question []byte) (answer []byte, err error) {
	var member string
	if b.config.Owner != nil {
		member = b.config.Owner(id)
	}
	if member == "" || member == b.config.Member {
		return nil, ErrNoOwner
	}
	return b.AskMember(ctx, member, id, verb, question)
}

// AskMember is Ask for another instance, by its session, whether or not the meeting is its own. ErrNoOwner says as well that there is no
// such instance any more.
func (b *Bus) AskMember(ctx context.Context, member string, id conference.ConfID, verb string, question []byte) (answer []byte, err error) {
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, asking)
		defer cancel()
	}
	reply, err := b.conn.RequestWithContext(ctx, b.names.question(member, verb, id), pack(question))
	switch {
	case errors.Is(err, nats.ErrNoResponders):
		return nil, ErrNoOwner
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("ask the owner: %w", err)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrAway, err)
	}
	switch reply.Header.Get(headerError) {
	case "":
		return unpackPlain(reply.Data)
	case notOwner:
		return nil, ErrNoOwner
	case busy:
		return nil, ErrBusy
	case tooLarge:
		return nil, ErrTooLarge
	}
	return nil, ErrRefused
}

// askAgain asks for a checkpoint; it comes as all records do, or not.
func (b *Bus) askAgain(id conference.ConfID, member string) {
	if err := b.conn.Publish(b.names.question(member, verbCheckpoint, id), nil); err != nil {
		b.log.Debug("a checkpoint is not asked for", "meeting", id, "error", err)
	}
}

func (s *services) run(ctx context.Context) error {
	conn, n := s.bus.conn, s.bus.names
	asked, err := conn.ChanSubscribe(n.question(s.bus.config.Member, "*", "*"), s.questions)
	if err != nil {
		return fmt.Errorf("hear questions: %w", err)
	}
	defer func() { _ = asked.Unsubscribe() }()
	told, err := conn.ChanSubscribe(n.news("*"), s.heard)
	if err != nil {
		return fmt.Errorf("hear news: %w", err)
	}
	defer func() { _ = told.Unsubscribe() }()
	group, ctx := errgroup.WithContext(ctx)
	for range answerers {
		group.Go(func() error { return s.answer(ctx) })
	}
	group.Go(func() error { return s.hear(ctx) })
	return group.Wait()
}

func (s *services) answer(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case m := <-s.questions:
			s.reply(m, s.answerTo(ctx, m))
		}
	}
}

// answerTo answers a question.
func (s *services) answerTo(ctx context.Context, m *nats.Msg) *nats.Msg {
	reply := nats.NewMsg(m.Reply)
	verb, id, _ := strings.Cut(strings.TrimPrefix(m.Subject, s.bus.names.prefix+".ask."+s.bus.config.Member+"."), ".")
	s.mu.Lock()
	a := s.answers[verb]
	s.mu.Unlock()
	question, err := unpackPlain(m.Data)
	_, owns := s.bus.config.Owns(conference.ConfID(id))
	switch {
	case !conference.ConfID(id).Valid() || !owns && !a.any:
		reply.Header.Set(headerError, notOwner)
		return reply
	case a.by == nil || err != nil:
		reply.Header.Set(headerError, refused)
		return reply
	case len(s.questions) == cap(s.questions): // whoever asked may have given up
		reply.Header.Set(headerError, busy)
		return reply
	}
	ctx, cancel := context.WithTimeout(ctx, answering)
	defer cancel()
	body, err := a.by(ctx, conference.ConfID(id), question)
	why := refused
	if err == nil {
		reply.Data = pack(body)
		if int64(len(reply.Data)) > s.bus.conn.MaxPayload()-maxHeader {
			err, why = errTooLarge, tooLarge
		}
	}
	if err != nil {
		s.bus.log.Warn("a question of another instance is not answered", "verb", verb, "meeting", id, "error", err)
		reply.Data = nil
		reply.Header.Set(headerError, why)
	}
	return reply
}

func (s *services) reply(question, answer *nats.Msg) {
	if question.Reply == "" {
		return
	}
	if err := s.bus.conn.PublishMsg(answer); err != nil {
		s.bus.log.Debug("an answer is not sent", "error", err)
	}
}

// pack writes what is asked, answered or told; nothing for nothing.
func pack(body []byte) []byte {
	if len(body) == 0 {
		return nil
	}
	return s2.Encode(nil, body)
}

// unpackPlain reads it.
func unpackPlain(body []byte) ([]byte, error) {
	if len(body) == 0 {
		return nil, nil
	}
	if n, err := s2.DecodedLen(body); err != nil || n > maxBody {
		return nil, errRecord
	}
	plain, err := s2.Decode(nil, body)
	if err != nil {
		return nil, errRecord
	}
	return plain, nil
}
