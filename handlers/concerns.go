package handlers

import (
	"cmp"
	"net/url"
	"slices"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/feed/timeline"
	"confboard/templates"
	"confboard/templates/text"
)

// active are the concerns that count: the gravest first, then the oldest; those that somebody has taken note of last.
func active(s *conference.State) []conference.Concern {
	all := slices.DeleteFunc(slices.Clone(s.Concerns), func(c conference.Concern) bool { return !c.Active })
	slices.SortStableFunc(all, func(a, b conference.Concern) int {
		silenced := func(c conference.Concern) int {
			if s.Silenced(c.Cause) != nil {
				return 1
			}
			return 0
		}
		return cmp.Or(cmp.Compare(silenced(a), silenced(b)), cmp.Compare(b.Weight, a.Weight), a.Since.Compare(b.Since))
	})
	return all
}

// concern says what needs a person.
func (w words) concern(s *conference.State, c conference.Concern) string {
	f := text.ConcernFacts{Rule: c.Cause.Rule, Profile: c.Cause.Profile}
	switch c.Cause.Rule {
	case conference.BlankScreen:
		f.Screens = rules.BlankScreens(s)
	case conference.UnseenSpeaker:
		if who := rules.Unseen(s); who != nil {
			f.Who = personName(who)
		}
	case conference.Drift:
		f.Want, _ = w.value(c.Cause.Field, c.Want)
	}
	return w.text.Concern(f)
}

// causeOf is the concern that a form or an address names.
func causeOf(v url.Values) conference.Cause {
	c := conference.Cause{Rule: conference.Rule(v.Get(ruleParam)), Profile: v.Get(profileParam)}
	c.Field, _ = conference.FieldByWireName(v.Get(fieldParam))
	return c
}

// causeProps names a concern in a form.
func causeProps(c conference.Cause) templates.ConcernCause {
	p := templates.ConcernCause{Rule: string(c.Rule), Profile: c.Profile}
	if c.Rule == conference.Drift {
		p.Field = c.Field.WireName()
	}
	return p
}

// concernID is the DOM id of a concern within its meeting's page.
func concernID(c conference.Cause) string {
	p := causeProps(c)
	return hashed("q", p.Rule+"\n"+p.Field+"\n"+p.Profile)
}

// concerns makes the props of all that needs a person, and of what is silenced although it is not the case.
func (w words) concerns(s *conference.State) templates.Concerns {
	all := templates.Concerns{Text: w.text, ID: "concerns", Name: w.text.NeedsAttention}
	for _, c := range active(s) {
		p := templates.Concern{ID: concernID(c.Cause), Severity: rules.Attention.String(), Text: w.concern(s, c), Since: w.instant(c.Since, "clock")}
		if c.Weight == conference.Urgent {
			p.Severity = rules.Critical.String()
		}
		p.Icon = p.Severity
		all.Rows = append(all.Rows, w.noted(s, c.Cause, p))
	}
	for _, q := range s.Silences {
		if slices.ContainsFunc(s.Concerns, func(c conference.Concern) bool { return c.Active && c.Cause == q.Cause }) {
			continue
		}
		p := templates.Concern{ID: concernID(q.Cause), Text: w.causeWords(q.Cause), Not: w.text.Silence.NotSo}
		if s.Link.State != conference.Live {
			p.Not = w.text.Silence.NotKnown
		}
		all.Rows = append(all.Rows, w.noted(s, q.Cause, p))
	}
	return all
}

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
	if held == nil {
		p.Acts.Acknowledge, p.Acts.Silence = w.paths.Silence(s.ConfID, nil), w.paths.Silence(s.ConfID, &c)
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

// worst is the first of what needs a person and that nobody has taken note of, empty if there is none. That a meeting is over
// its planned end is told where its end is.
func (w words) worst(s *conference.State) string {
	for _, c := range active(s) {
		if s.Silenced(c.Cause) != nil {
			break
		}
		if c.Cause.Rule != conference.Overrunning {
			return w.concern(s, c)
		}
	}
	return ""
}

// tileConcerns are the marks of what needs a person, as it is said from afar; those that somebody has taken note of last.
func (w words) tileConcerns(s *conference.State) (marks []templates.WallMark) {
	for _, c := range active(s) {
		id := string(c.Cause.Rule)
		said, icon := w.text.ConcernShort[c.Cause.Rule], rules.Attention.String()
		switch {
		case c.Cause.Rule == conference.Drift:
			b := w.badge("", s, c.Cause.Field)
			id, icon, said = c.Cause.Field.WireName(), b.Icon, cmp.Or(w.short(c.Cause.Field, s.Status.Value(c.Cause.Field)), b.Text)
		case c.Cause.Rule == conference.Overrunning:
			id, icon = "end", "end"
		}
		mark := templates.WallMark{ID: tilePart(s.ConfID, id), Icon: icon, Tone: "why", Text: said}
		if held := s.Silenced(c.Cause); held != nil {
			mark.Icon, mark.Tone, mark.Text = silenceIcon(held.Seen), "on", w.text.Silence.WallSilenced(said)
			if held.Seen {
				mark.Text = w.text.Silence.WallAcknowledged(said)
			}
		}
		marks = append(marks, mark)
	}
	return marks
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
