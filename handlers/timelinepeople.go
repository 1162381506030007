package handlers

import (
	"cmp"
	"slices"
	"strings"

	"confboard/feed/timeline"
	"confboard/templates"
)

const (
	// mostNames is how many people are named in one line, mostListed how many in the list behind it.
	mostNames  = 3
	mostListed = 60
)

// happened is one thing that one participant did.
type happened struct {
	person timeline.Person
	said   func(name string) string
}

// peopleRow tells who joined and left and what they did: by name when they are few, otherwise how many, with a list behind it.
func (w words) peopleRow(r timeline.Row) (pieces []templates.Piece, details []templates.TimelineDetail) {
	n := 0
	for _, e := range r {
		n += len(e.Joined) + len(e.Left) + len(e.Acts)
	}
	first := r.Newest().First
	if slices.ContainsFunc(r, func(e *timeline.Entry) bool { return e.Faded }) { // their number is all that is left
		return []templates.Piece{{Text: w.counts(r, first)}}, nil
	}
	if !first && n <= mostNames {
		for _, e := range slices.Backward(r) {
			pieces = append(pieces, w.together(e)...)
		}
		return pieces, nil
	}
	listed := 0
	for _, e := range r {
		at := w.instant(e.At, "second")
		if first {
			at = templates.Instant{}
		}
		for _, h := range w.happenings(e, first) {
			if listed++; listed > mostListed {
				break
			}
			details = append(details, templates.TimelineDetail{Time: at, Pieces: []templates.Piece{{Class: "name", Text: h.said(w.nameOf(h.person))}}})
		}
	}
	if n > mostListed {
		details = append(details, templates.TimelineDetail{Pieces: []templates.Piece{{Text: w.text.Timeline.More(n - mostListed)}}})
	}
	return []templates.Piece{{Text: w.counts(r, first)}}, details
}

// counts says how many did what.
func (w words) counts(r timeline.Row, first bool) string {
	t := &w.text.Timeline
	joined, left, did := 0, 0, map[timeline.Deed]int{}
	for _, e := range r {
		joined += len(e.Joined)
		left += len(e.Left)
		for _, a := range e.Acts {
			did[a.Did]++
		}
	}
	if first {
		return t.There(joined)
	}
	var said []string
	if joined+left > 0 {
		said = append(said, t.Counts(joined, left))
	}
	for _, d := range timeline.Deeds() {
		if did[d] > 0 {
			said = append(said, t.DidCount[d](did[d]))
		}
	}
	return strings.Join(said, w.text.ListComma)
}

// happenings lists what an entry tells, one person at a time.
func (w words) happenings(e *timeline.Entry, first bool) (all []happened) {
	t := &w.text.Timeline
	for _, p := range e.Joined {
		said := t.Joined
		if first {
			said = func(name string) string { return name }
		}
		all = append(all, happened{p, said})
	}
	for _, p := range e.Left {
		all = append(all, happened{p, t.Left})
	}
	for _, a := range e.Acts {
		if said := t.Did[a.Did]; said != nil {
			all = append(all, happened{a.Person, said})
		}
	}
	return all
}

// together names those who did something, those who did the same together.
func (w words) together(e *timeline.Entry) (pieces []templates.Piece) {
	t := &w.text.Timeline
	tell := func(people []timeline.Person, said func(string) string) {
		names := make([]string, len(people))
		for i, p := range people {
			names[i] = w.nameOf(p)
		}
		if len(names) > 0 && said != nil {
			pieces = append(pieces, templates.Piece{Class: "name", Text: said(strings.Join(names, w.text.ListComma))})
		}
	}
	tell(e.Joined, t.Joined)
	tell(e.Left, t.Left)
	for _, d := range timeline.Deeds() {
		var people []timeline.Person
		for _, a := range e.Acts {
			if a.Did == d {
				people = append(people, a.Person)
			}
		}
		tell(people, t.Did[d])
	}
	return pieces
}

// nameOf is what to call somebody, as personName does; somebody whose name is not kept any more is a participant.
func (w words) nameOf(p timeline.Person) string {
	return cmp.Or(p.Name, p.Tel, p.PID, w.text.Timeline.Participant)
}
