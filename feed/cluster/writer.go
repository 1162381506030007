package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	// room is how many messages wait while the connection takes none. What there is no room for is not sent: it is old before it can be.
	room = 512
	// flushLimit is how long a writer waits at its end until the server has what was written.
	flushLimit = time.Second
)

// The layout of a bucket (NATS, ADR-8): a stream, a subject for each key, and a header for what is removed.
const operation = "KV-Operation"

// What an answer is about.
const ofRenewal, ofChange = ".renewal", ".change"

func streamOf(bucket string) string     { return "KV_" + bucket }
func subject(bucket, key string) string { return "$KV." + bucket + "." + key }

func isRemoval(m *nats.Msg) bool {
	return m.Header.Get(operation) != "" || m.Header.Get(jetstream.MarkerReasonHeader) != ""
}

// writer writes into the bucket in its own goroutine: a connection that takes no more must not keep its member from seeing that time passes.
// It does not wait for the server's answers, so that a slow one costs no renewals; what was stored comes back in the reading. The answers
// only say why something was not.
type writer struct {
	conn   *nats.Conn
	bucket string
	inbox  string // where the answers go: those to renewals to inbox.renewal, the others to inbox.change
	out    chan *nats.Msg
	asking *asking
	me     string
	// failed is called with why something was not stored, but not if it is because somebody else's revision was first; nil: it was stored. renewed is called
	// when a renewal was.
	failed  func(error)
	renewed func()
}

func newWriter(conn *nats.Conn, bucket, me string, a *asking, failed func(error), renewed func()) *writer {
	return &writer{conn: conn, bucket: bucket, inbox: conn.NewInbox(), out: make(chan *nats.Msg, room), asking: a, me: me, failed: failed, renewed: renewed}
}

func (w *writer) put(key string, value []byte) { w.send(key, value, nil, ofRenewal) }

func (w *writer) update(key string, value []byte, revision uint64) {
	w.send(key, value, nats.Header{jetstream.ExpectedLastSubjSeqHeader: {strconv.FormatUint(revision, 10)}}, ofChange)
}

func (w *writer) remove(key string, revision uint64) {
	h := nats.Header{operation: {"PURGE"}, jetstream.MsgRollup: {jetstream.MsgRollupSubject}}
	if revision != 0 {
		h.Set(jetstream.ExpectedLastSubjSeqHeader, strconv.FormatUint(revision, 10))
	}
	w.send(key, nil, h, ofChange)
}

func (w *writer) erase(key string) {
	filter, _ := json.Marshal(struct {
		Filter string `json:"filter"`
	}{subject(w.bucket, key)})
	w.queue(&nats.Msg{Subject: "$JS.API.STREAM.PURGE." + streamOf(w.bucket), Reply: w.inbox + ofChange, Data: filter})
}

func (w *writer) ask(id string) { w.queue(w.asking.question(id)) }

func (w *writer) say() { w.queue(&nats.Msg{Subject: word(w.asking.prefix), Data: []byte(w.me)}) }

func (w *writer) send(key string, value []byte, h nats.Header, kind string) {
	w.queue(&nats.Msg{Subject: subject(w.bucket, key), Reply: w.inbox + kind, Data: value, Header: h})
}

func (w *writer) queue(m *nats.Msg) {
	select {
	case w.out <- m:
	default:
	}
}

// run writes until out is closed, which its sender does.
func (w *writer) run() {
	sub, err := w.conn.Subscribe(w.inbox+".*", w.answered)
	if err != nil {
		w.failed(fmt.Errorf("subscribe: %w", err))
	}
	for m := range w.out {
		err := w.conn.PublishMsg(m)
		if errors.Is(err, nats.ErrReconnectBufExceeded) {
			err = nats.ErrDisconnected // the buffer for what is sent meanwhile has no room, as Dial wants it
		}
		if err != nil {
			w.failed(fmt.Errorf("write: %w", err))
		}
	}
	if w.conn.IsConnected() {
		_ = w.conn.FlushTimeout(flushLimit) // if it cannot be told that this one has left, it is found dead
	}
	if sub != nil {
		_ = sub.Unsubscribe() // an error says that the connection is closed
	}
}

// answered is called with the server's answers.
func (w *writer) answered(m *nats.Msg) {
	if m.Header.Get("Status") == "503" {
		w.failed(fmt.Errorf("write: %w", jetstream.ErrNoStreamResponse))
		return
	}
	var answer struct {
		Error *jetstream.APIError `json:"error"`
	}
	if err := json.Unmarshal(m.Data, &answer); err != nil {
		w.failed(fmt.Errorf("write: answer: %w", err))
		return
	}
	switch e := answer.Error; {
	case e == nil:
		w.failed(nil)
		if strings.HasSuffix(m.Subject, ofRenewal) {
			w.renewed()
		}
	case !isConflict(e):
		w.failed(fmt.Errorf("write: %w", e))
	}
}

// isConflict reports whether a change was refused because somebody else's was first.
func isConflict(err error) bool {
	var e *jetstream.APIError
	return errors.As(err, &e) && (e.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || e.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}
