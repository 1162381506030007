package handlers

import (
	"confboard/feed/timeline"
	"confboard/templates"
)

// mostStretches is how many stretches are told; a link that comes and goes makes many.
const mostStretches = 15

// stretches says when the meeting was recorded, and what was not seen of it.
func (w words) stretches(r timeline.Recording) templates.Stretches {
	t := &w.text.Timeline
	out := templates.Stretches{ID: "timeline-recording", Title: t.Recorded}
	if r.Earlier {
		out.Note = t.Earlier
	}
	stretches := r.Stretches
	if len(stretches) > mostStretches {
		stretches = stretches[len(stretches)-mostStretches:]
		out.Items = append(out.Items, templates.Stretch{Class: "gap", Pieces: []templates.Piece{{Text: "…"}}})
	}
	for _, s := range stretches {
		out.Items = append(out.Items, w.stretch(s))
	}
	return out
}

func (w words) stretch(s timeline.Stretch) templates.Stretch {
	t := &w.text.Timeline
	from := templates.Piece{Class: "new", Time: w.instant(s.From, "clock")}
	length := func() string { return t.Duration(s.To.Sub(s.From)) }
	switch {
	case s.State == timeline.Gap:
		return templates.Stretch{Class: "gap", Pieces: []templates.Piece{{Text: t.Gap(length())}}}
	case s.State == timeline.Unseen && s.To.IsZero():
		return templates.Stretch{Class: "unseen", Pieces: []templates.Piece{{Text: t.UnseenSince}, from}}
	case s.State == timeline.Unseen:
		return templates.Stretch{Class: "unseen", Pieces: []templates.Piece{{Text: t.Unseen(length())}}}
	}
	var pieces []templates.Piece
	if s.To.IsZero() {
		pieces = append(pieces, templates.Piece{Text: t.From})
	}
	if s.Before {
		pieces = append(pieces, templates.Piece{Text: t.Before})
	}
	pieces = append(pieces, from)
	if !s.To.IsZero() {
		pieces = append(pieces, templates.Piece{Text: t.Until}, templates.Piece{Class: "new", Time: w.instant(s.To, "clock")})
	}
	return templates.Stretch{Pieces: pieces}
}

// movedEnds says how the planned end was moved.
func (w words) movedEnds(moved []timeline.Move) templates.Stretches {
	out := templates.Stretches{ID: "timeline-ends"}
	if len(moved) == 0 {
		return out
	}
	out.Title = w.text.Timeline.Ends(len(moved))
	if len(moved) > mostStretches {
		moved = moved[len(moved)-mostStretches:]
	}
	for _, m := range moved {
		out.Items = append(out.Items, templates.Stretch{Pieces: w.became("", "",
			templates.Piece{Time: w.instant(m.From, "clock")}, templates.Piece{Time: w.instant(m.To, "clock")}, true)})
	}
	return out
}
