package handlers

import (
	"cmp"
	"slices"

	"confboard/feed/conference"
	"confboard/feed/timeline"
	"confboard/templates"
)

// noted adds who has taken note of a concern, and what an admin can do about it.
func (w words) noted(s *conference.State, c conference.Cause, p templates.Concern) templates.Concern {
	held := s.Silenced(c)
	if held != nil {
		p.Severity, p.Icon, p.Held = "noted", silenceIcon(held.Seen), w.held(held)
	}
	if !w.noting || w.past {
		return p
	}
	p.Acts = &templates.ConcernActs{Cause: causeProps(c)}
	if p.Since.ISO != "" {
		p.Acts.Silence = w.paths.Silence(s.ConfID, &c)
	}
	if held == nil {
		p.Acts.Acknowledge = w.paths.Silence(s.ConfID, nil)
	} else {
		p.Acts.Again = w.paths.Unsilence(s.ConfID, nil)
	}
	return p
}

func silenceIcon(seen bool) string {
	if seen {
		return "acknowledged"
	}
	return "silenced"
}

// held says who has acknowledged or silenced something, and since or until when.
func (w words) held(q *conference.Silence) *templates.Held {
	t := &w.text.Silence
	switch {
	case q.Seen:
		return &templates.Held{Said: t.AcknowledgedBy(q.By), Joint: t.Since, Time: w.instant(q.At, "clock"), Note: q.Note}
	case q.Until.IsZero():
		return &templates.Held{Said: t.SilencedBy(q.By), Joint: t.MeetingEnds, Note: q.Note}
	}
	return &templates.Held{Said: t.SilencedBy(q.By), Joint: t.Until, Time: w.instant(q.Until, "clock"), Note: q.Note}
}

// causeWords says what is watched for, whether or not it is the case.
func (w words) causeWords(c conference.Cause) string {
	if c.Rule == conference.Drift {
		return w.text.Silence.Drift(c.Profile, w.text.Fields[c.Field].Name)
	}
	return cmp.Or(w.text.ConcernShort[c.Rule], string(c.Rule))
}

// cardNoted tells on a card of what needed a person and somebody has taken note of, empty if there is nothing.
func (w words) cardNoted(s *conference.State) templates.FreshNoted {
	var n templates.FreshNoted
	more := 0
	for _, c := range active(s) {
		held := s.Silenced(c.Cause)
		switch {
		case held == nil:
		case n.Text != "":
			more++
		default:
			h := w.held(held)
			n.Icon, n.Text = silenceIcon(held.Seen), w.text.Silence.Card(h.Said, w.causeWords(c.Cause))
		}
	}
	if more > 0 {
		n.More = w.text.Silence.More(more)
	}
	return n
}

// isNoted reports whether somebody has taken note of something that would need a person. It is known to hold only while the link is live.
func isNoted(s *conference.State) bool {
	return s.Link.State == conference.Live && slices.ContainsFunc(s.Concerns, func(c conference.Concern) bool { return c.Active && s.Silenced(c.Cause) != nil })
}

// silencePieces tells who acknowledged or silenced what and until when, or that it counts again.
func (w words) silencePieces(e *timeline.Entry) []templates.Piece {
	t, what := &w.text.Silence, w.entryConcern(e)
	if e.Kind == timeline.Unsilenced {
		return []templates.Piece{{Class: "name", Text: t.DidEnd(e.By, what)}}
	}
	did := t.DidSilence
	if e.Kind == timeline.Acknowledged {
		did = t.DidAcknowledge
	}
	pieces := []templates.Piece{{Class: "name", Text: did(e.By, what)}}
	switch {
	case e.Kind == timeline.Acknowledged:
	case e.Until.IsZero():
		pieces = append(pieces, templates.Piece{Text: t.MeetingEnds})
	default:
		pieces = append(pieces, templates.Piece{Text: t.Until}, templates.Piece{Time: w.instant(e.Until, "clock")})
	}
	if e.Note != "" {
		pieces = append(pieces, templates.Piece{Class: "name", Text: t.Note(cut(e.Note))})
	}
	return pieces
}
