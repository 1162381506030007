package app

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"confboard/feed/cluster/clustertest"
	"confboard/feed/conference"
	"confboard/feed/line"
	"confboard/feed/timeline"
	"confboard/handlers"
	"confboard/web/store/storetest"
)

// alike fails if two do not know the same of an instant.
func alike(t *testing.T, what string, got, want timeline.Rewound) {
	t.Helper()
	written := func(r timeline.Rewound) string {
		if !r.Known() {
			return ""
		}
		state, err := line.WriteState(r.Moment.State, false)
		if err != nil {
			t.Fatal(err)
		}
		return string(state)
	}
	if got, want := written(got), written(want); got != want {
		t.Errorf("%s: it was\n%s\nwant\n%s", what, got, want)
	}
	if !got.Moment.Received.Equal(want.Moment.Received) || got.Moment.Seq != want.Moment.Seq || got.Missing != want.Missing ||
		!got.First.Equal(want.First) || !got.Last.Equal(want.Last) || !got.Previous.Equal(want.Previous) || !got.Next.Equal(want.Next) {
		t.Errorf("%s: %+v, want %+v", what, got, want)
	}
}

func TestHowAMeetingWasIsKnownAtEveryBoard(t *testing.T) {
	storetest.NotAboutStorage(t)
	t.Parallel()
	server := clustertest.Start(t)
	a, b := joinAs(t, server, "a"), joinAs(t, server, "b")
	id := share(t, a, b)
	d := a.tells(id)
	for n := range int64(6) {
		d.lock(conference.Incremental, (n+1)%2)
	}
	becomes(t, "the other board has the meeting", func() bool { return b.house.registry.Get(id) != nil })
	moments := a.house.history.Moments(id)
	if len(moments) < 6 || len(b.house.history.Moments(id)) > 0 {
		t.Fatalf("%d states where it is watched, %d where it is not", len(moments), len(b.house.history.Moments(id)))
	}
	instants := []time.Time{{}, moments[0].Received.Add(-time.Hour), moments[len(moments)-1].Received.Add(time.Hour)}
	for _, m := range moments {
		instants = append(instants, m.Received)
	}
	for _, at := range instants {
		want, err := a.Rewind(t.Context(), id, at)
		if err != nil {
			t.Fatal(err)
		}
		alike(t, "where it is watched", want, a.house.history.Rewind(id, at))
		got, err := b.Rewind(t.Context(), id, at)
		if err != nil {
			t.Fatal(err)
		}
		alike(t, "at the other board", got, want)
	}
	if r, err := b.Rewind(t.Context(), "1", time.Time{}); r.Known() || err != nil {
		t.Errorf("a meeting that nobody knows: %+v, %v", r, err)
	}

	// Once it is shown whole at the other board, that keeps states of its own, which do not need the one who watches it.
	release := b.bus.Hold(id)
	defer release()
	becomes(t, "the meeting is whole at the other board", func() bool { return b.bus.Whole(id) })
	d.lock(conference.Incremental, 1)
	becomes(t, "the other board keeps states", func() bool { return len(b.house.history.Moments(id)) > 0 })
	last := b.house.history.Moments(id)
	kept := last[len(last)-1].Received
	a.bus.AnswerAny(askRewind, func(context.Context, conference.ConfID, []byte) ([]byte, error) { return nil, errors.New("no") })
	if r, err := b.Rewind(t.Context(), id, kept); !r.Known() || !errors.Is(err, handlers.ErrPastAway) {
		t.Errorf("what it kept itself: %+v, %v", r, err)
	}
	if r, err := b.Rewind(t.Context(), id, moments[0].Received.Add(-time.Hour)); r.Known() || r.First.IsZero() || !errors.Is(err, handlers.ErrPastAway) {
		t.Errorf("what only the one could know who watches it: %+v, %v", r, err)
	}
}

func TestWhoIsNotHeardOfAPastMomentIsTold(t *testing.T) {
	storetest.NotAboutStorage(t)
	t.Parallel()
	server := clustertest.Start(t)
	a, b := joinAs(t, server, "a"), joinAs(t, server, "b")
	id := share(t, a, b)
	a.tells(id)
	becomes(t, "the other board has the meeting", func() bool { return b.house.registry.Get(id) != nil })
	noise := make([]byte, 2<<20) // which cannot be packed
	_, _ = rand.NewChaCha8([32]byte{}).Read(noise)
	release := make(chan struct{})
	defer close(release)
	for name, k := range map[string]struct {
		answer []byte
		err    error
		wait   bool
		want   error
	}{
		"it is silent":                 {wait: true, want: handlers.ErrPastAway},
		"it has no answer":             {err: errors.New("no"), want: handlers.ErrPastAway},
		"its answer is not understood": {answer: []byte("?"), want: handlers.ErrPastAway},
		"its state is of another":      {answer: []byte("{}\n{}"), want: handlers.ErrPastAway},
		"its state is too large":       {answer: noise, want: handlers.ErrPastLarge},
	} {
		t.Run(name, func(t *testing.T) {
			a.bus.AnswerAny(askRewind, func(context.Context, conference.ConfID, []byte) ([]byte, error) {
				if k.wait {
					<-release
				}
				return bytes.Clone(k.answer), k.err
			})
			ctx := t.Context()
			if k.wait {
				short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
				defer cancel()
				ctx = short
			}
			if r, err := b.Rewind(ctx, id, time.Time{}); !errors.Is(err, k.want) || r.Known() {
				t.Errorf("%+v, error %v", r, err)
			}
		})
	}
	server.Stop()
	becomes(t, "nobody can be asked", func() bool { return !b.conn.IsConnected() })
	if _, err := b.Rewind(t.Context(), id, time.Time{}); !errors.Is(err, handlers.ErrPastAway) {
		t.Errorf("without NATS: error %v", err)
	}
}
