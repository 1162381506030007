package handlers

import (
	"cmp"
	"net/url"
	"slices"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/templates"
	"confboard/templates/text"
)

// anyConcern reports whether any concern counts. Those that may come to count are not shown.
func anyConcern(s *conference.State) bool {
	return slices.ContainsFunc(s.Concerns, func(c conference.Concern) bool { return c.Active })
}

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

// idle are the silences of what is not the case.
func idle(s *conference.State) []conference.Silence {
	return slices.DeleteFunc(slices.Clone(s.Silences), func(q conference.Silence) bool {
		return slices.ContainsFunc(s.Concerns, func(c conference.Concern) bool { return c.Active && c.Cause == q.Cause })
	})
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
	for _, q := range idle(s) {
		p := templates.Concern{ID: concernID(q.Cause), Text: w.causeWords(q.Cause), Not: w.text.Silence.NotSo}
		if s.Link.State != conference.Live {
			p.Not = w.text.Silence.NotKnown
		}
		all.Rows = append(all.Rows, w.noted(s, q.Cause, p))
	}
	return all
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
