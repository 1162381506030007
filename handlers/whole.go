package handlers

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"confboard/feed/conference"
	"confboard/web/live"
)

// Whole makes the states of meetings whole that another board watches: see conference.State.Brief.
type Whole interface {
	// Want waits until a state is whole and its timeline has the beginning that was stored, or ctx ends. The error says why the state is not.
	Want(ctx context.Context, id conference.ConfID) error
	// Hold keeps it whole from the moment when that is possible until release is called. It does not wait.
	Hold(id conference.ConfID) (release func())
}

const (
	// wholeWithin is how long a page waits for what another board knows. It is drawn without that then, and gets it by its stream.
	wholeWithin = 2 * time.Second
	// wantedAtOnce is how many meetings are waited for at the same time.
	wantedAtOnce = 32
)

// state returns a meeting's state, nil if it is not on the board: whole, if that can be had within wholeWithin, with what belongs to it.
func (h *Handlers) state(ctx context.Context, id conference.ConfID) *conference.State {
	s := h.Board.Get(id)
	if s == nil || h.Whole == nil {
		return s
	}
	ctx, cancel := context.WithTimeout(ctx, wholeWithin)
	defer cancel()
	h.want(ctx, id)
	return h.Board.Get(id)
}

// states returns all states in order of confID, as state does each.
func (h *Handlers) states(ctx context.Context) []*conference.State {
	all := h.Board.All()
	if h.Whole == nil {
		return all
	}
	ctx, cancel := context.WithTimeout(ctx, wholeWithin)
	defer cancel()
	brief := make(chan conference.ConfID)
	var waiting sync.WaitGroup
	for range wantedAtOnce {
		waiting.Go(func() {
			for id := range brief {
				h.want(ctx, id)
			}
		})
	}
	for _, s := range all {
		if s.Brief {
			brief <- s.ConfID
		}
	}
	close(brief)
	waiting.Wait()
	return h.Board.All()
}

func (h *Handlers) want(ctx context.Context, id conference.ConfID) {
	if err := h.Whole.Want(ctx, id); err != nil && h.Logger != nil {
		h.Logger.Log(ctx, slog.LevelDebug, "a meeting is shown without its lists", "confID", string(id), "error", err)
	}
}

// hold keeps the meeting of a view whole until its stream has ended.
func (h *Handlers) hold(v live.View, o *live.ServeOptions) {
	of, is := v.(live.OfMeeting)
	if !is || h.Whole == nil {
		return
	}
	id, one := of.About()
	if !one {
		return
	}
	release, left := h.Whole.Hold(id), o.Left
	o.Left = func() {
		release()
		if left != nil {
			left()
		}
	}
}
