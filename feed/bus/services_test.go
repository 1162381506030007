package bus

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
)

func TestTheOwnerIsAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.instance("a"), w.instance("b")
	large := bytes.Repeat([]byte("a past moment "), 200_000)
	noise := make([]byte, 2<<20) // which cannot be packed
	_, _ = rand.NewChaCha8([32]byte{}).Read(noise)
	a.Answer("echo", func(_ context.Context, id conference.ConfID, question []byte) ([]byte, error) {
		return append([]byte(id+" "), question...), nil
	})
	a.Answer("large", func(context.Context, conference.ConfID, []byte) ([]byte, error) { return large, nil })
	a.Answer("noise", func(context.Context, conference.ConfID, []byte) ([]byte, error) { return noise, nil })
	a.Answer("fail", func(context.Context, conference.ConfID, []byte) ([]byte, error) { return nil, errors.New("secret") })
	a.Answer("wait", func(ctx context.Context, _ conference.ConfID, _ []byte) ([]byte, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	a.meeting(first)
	w.roster.give("nobody", "")
	w.roster.give("elsewhere", "b")
	w.roster.give("dead", "dead")
	b.settle(a, true, first)

	soon, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	for name, c := range map[string]struct {
		ctx      context.Context
		id       conference.ConfID
		verb     string
		question []byte
		answer   []byte
		err      error
	}{
		"an answer":                     {nil, first, "echo", []byte("question"), []byte(string(first) + " question"), nil},
		"nothing asked":                 {nil, first, "echo", nil, []byte(string(first) + " "), nil},
		"a large answer":                {nil, first, "large", nil, large, nil},
		"an answer beyond all bounds":   {nil, first, "noise", nil, nil, ErrTooLarge},
		"a failure":                     {nil, first, "fail", nil, nil, ErrRefused},
		"a verb that nobody knows":      {nil, first, "what", nil, nil, ErrRefused},
		"a meeting of nobody":           {nil, "nobody", "echo", nil, nil, ErrNoOwner},
		"a meeting of the one who asks": {nil, "elsewhere", "echo", nil, nil, ErrNoOwner},
		"an owner who is dead":          {nil, "dead", "echo", nil, nil, ErrNoOwner},
		"an answer that takes long":     {soon, first, "wait", nil, nil, context.DeadlineExceeded},
	} {
		ctx := c.ctx
		if ctx == nil {
			ctx = t.Context()
		}
		answer, err := b.Ask(ctx, c.id, c.verb, c.question)
		if !errors.Is(err, c.err) || !bytes.Equal(answer, c.answer) {
			t.Errorf("%s: %d bytes, error %v", name, len(answer), err)
		}
	}
}

func TestOneWhoIsNoLongerTheOwnerSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.instance("a")
	b := w.instance("b", func(_ *instance, c *Config) { c.Owner = func(conference.ConfID) string { return "a" } })
	a.Answer("echo", func(context.Context, conference.ConfID, []byte) ([]byte, error) { return nil, nil })
	a.meeting(first)
	b.settle(a, true, first)
	w.roster.give(first, "b")
	if _, err := b.Ask(t.Context(), first, "echo", nil); !errors.Is(err, ErrNoOwner) {
		t.Errorf("error %v", err)
	}
}

func TestAnybodyCanBeAskedWhatAnybodyMayAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b, c := w.instance("a"), w.instance("b"), w.instance("c")
	c.AnswerAny("seen", func(context.Context, conference.ConfID, []byte) ([]byte, error) { return []byte("yes"), nil })
	c.Answer("owned", func(context.Context, conference.ConfID, []byte) ([]byte, error) { return []byte("yes"), nil })
	a.meeting(first)
	b.settle(a, true, first)
	eventually(t, "the one who is asked hears", func() bool { return c.Stats().Open })
	if answer, err := b.AskMember(t.Context(), "c", first, "seen", nil); err != nil || string(answer) != "yes" {
		t.Errorf("%q, error %v", answer, err)
	}
	for member, verb := range map[string]string{"c": "owned", "gone": "seen"} {
		if _, err := b.AskMember(t.Context(), member, first, verb, nil); !errors.Is(err, ErrNoOwner) {
			t.Errorf("%s is asked for %s: error %v", member, verb, err)
		}
	}
}

func TestNewsIsHeardByAllOthersInItsOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var mu sync.Mutex
	heard := map[string][]string{}
	var all []*instance
	for _, name := range []string{"a", "b", "c"} {
		i := w.instance(name)
		i.Hear("links", func(news []byte) {
			mu.Lock()
			defer mu.Unlock()
			heard[name] = append(heard[name], string(news))
		})
		all = append(all, i)
	}
	for _, i := range all {
		eventually(t, "it hears", func() bool { return i.Stats().Open })
	}
	want := []string{"one", "", "three"}
	eventually(t, "all others have heard all", func() bool {
		mu.Lock()
		clear(heard)
		mu.Unlock()
		for _, news := range want {
			if err := all[0].Tell("links", []byte(news)); err != nil {
				t.Fatal(err)
			}
			if err := all[0].Tell("nobodyHears", nil); err != nil {
				t.Fatal(err)
			}
		}
		for range 1000 {
			mu.Lock()
			done := slices.Equal(heard["b"], want) && slices.Equal(heard["c"], want)
			mu.Unlock()
			if done {
				return true
			}
			time.Sleep(time.Millisecond)
		}
		return false
	})
	if len(heard["a"]) > 0 {
		t.Errorf("it has heard itself: %q", heard["a"])
	}
}
