package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"confboard/feed/bus"
	"confboard/feed/conference"
	"confboard/feed/line"
	"confboard/feed/timeline"
	"confboard/handlers"
)

// askRewind asks how a meeting was at an instant. States to rewind to are in the memory of whoever watched the meeting, or showed it whole,
// and so all instances are asked: who watches it now knows nothing of before it took over.
const askRewind = "rewind"

// rewindWithin is how long the page of a past moment waits for the others.
const rewindWithin = 2 * time.Second

// writtenInstant is a question: what is asked for, in ms since 1970 UTC; 0: the newest.
type writtenInstant struct {
	At int64 `json:"at"`
}

// writtenRewound is timeline.Rewound as an instance sends it, in one line, with the state, if there is one, in a second.
type writtenRewound struct {
	Seq      uint64    `json:"seq,omitempty"`
	At       time.Time `json:"at,omitzero"`
	Received time.Time `json:"received,omitzero"`
	Missing  int       `json:"missing,omitempty"`
	First    time.Time `json:"first,omitzero"`
	Last     time.Time `json:"last,omitzero"`
	Previous time.Time `json:"previous,omitzero"`
	Next     time.Time `json:"next,omitzero"`
}

// answerRewind answers with what this instance keeps.
func (i *instance) answerRewind(_ context.Context, id conference.ConfID, question []byte) ([]byte, error) {
	var asked writtenInstant
	if err := json.Unmarshal(question, &asked); err != nil {
		return nil, fmt.Errorf("read the instant: %w", err)
	}
	var at time.Time
	if asked.At != 0 {
		at = time.UnixMilli(asked.At).UTC()
	}
	return writeRewound(i.house.history.Rewind(id, at))
}

func writeRewound(r timeline.Rewound) ([]byte, error) {
	text, err := json.Marshal(writtenRewound{Seq: r.Moment.Seq, At: r.Moment.At, Received: r.Moment.Received, Missing: r.Missing,
		First: r.First, Last: r.Last, Previous: r.Previous, Next: r.Next})
	if err != nil {
		return nil, fmt.Errorf("write a moment: %w", err)
	}
	if !r.Known() {
		return text, nil
	}
	state, err := line.WriteState(r.Moment.State, false)
	if err != nil {
		return nil, err
	}
	return bytes.Join([][]byte{text, state}, []byte("\n")), nil
}

// readRewound reads what another instance keeps of a meeting. The error quotes nothing of it.
func readRewound(text []byte, id conference.ConfID) (r timeline.Rewound, err error) {
	text, state, known := bytes.Cut(text, []byte("\n"))
	var w writtenRewound
	if json.Unmarshal(text, &w) != nil {
		return r, errors.New("what another instance keeps of a meeting cannot be read")
	}
	r = timeline.Rewound{Missing: w.Missing, First: w.First, Last: w.Last, Previous: w.Previous, Next: w.Next}
	if !known {
		return r, nil
	}
	r.Moment = timeline.Moment{Seq: w.Seq, At: w.At, Received: w.Received}
	if r.Moment.State, err = line.ReadState(state); err != nil {
		return timeline.Rewound{}, err
	}
	if r.Moment.State.ConfID != id {
		return timeline.Rewound{}, conference.ErrSnapshot
	}
	return r, nil
}

// Rewind implements handlers.Rewinder.
func (i *instance) Rewind(ctx context.Context, id conference.ConfID, at time.Time) (timeline.Rewound, error) {
	ctx, cancel := context.WithTimeout(ctx, rewindWithin)
	defer cancel()
	var asked writtenInstant
	if !at.IsZero() {
		asked.At = max(at.UnixMilli(), 1)
	}
	question, err := json.Marshal(asked)
	if err != nil {
		return timeline.Rewound{}, fmt.Errorf("write the instant: %w", err)
	}
	var (
		mu     sync.Mutex
		all    []timeline.Rewound
		failed error
		asking sync.WaitGroup
	)
	for _, m := range i.members.Members() {
		if m.Self {
			continue
		}
		asking.Go(func() {
			var r timeline.Rewound
			answer, err := i.bus.AskMember(ctx, m.ID, id, askRewind, question)
			if err == nil {
				r, err = readRewound(answer, id)
			}
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				all = append(all, r)
			case errors.Is(err, bus.ErrNoOwner): // it is gone, and what it knew with it
			case errors.Is(err, bus.ErrTooLarge):
				failed = errors.Join(failed, handlers.ErrPastLarge)
			default:
				failed = errors.Join(failed, handlers.ErrPastAway)
				i.logger.Debug("an instance does not say how a meeting was", "meeting", id, "name", m.Name, "error", err)
			}
		})
	}
	asking.Wait()
	known := i.house.history.Rewind(id, at)
	for _, r := range all {
		known = known.Join(r)
	}
	return known, failed
}
