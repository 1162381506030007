package handlers

import (
	"cmp"
	"slices"

	"confboard/feed/conference"
	"confboard/feed/rules"
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

// concerns makes the props of all that needs a person.
func (w words) concerns(s *conference.State) (all []templates.Concern) {
	for _, c := range active(s) {
		p := templates.Concern{Severity: rules.Attention.String(), Text: w.concern(s, c), Since: w.instant(c.Since, "clock")}
		if c.Weight == conference.Urgent {
			p.Severity = rules.Critical.String()
		}
		if held := s.Silenced(c.Cause); held != nil {
			said := w.text.SilencedBy
			if held.Seen {
				said = w.text.AcknowledgedBy
			}
			p.Severity, p.Silenced, p.Until = rules.Ended.String(), said(held.By, held.Note), w.instant(held.Until, "clock")
		}
		all = append(all, p)
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

// tileConcerns are the marks of what needs a person, as it is said from afar.
func (w words) tileConcerns(s *conference.State) (marks []templates.WallMark) {
	for _, c := range active(s) {
		if s.Silenced(c.Cause) != nil {
			break
		}
		id := string(c.Cause.Rule)
		said, icon := w.text.ConcernShort[c.Cause.Rule], rules.Attention.String()
		switch {
		case c.Cause.Rule == conference.Drift:
			b := w.badge("", s, c.Cause.Field)
			id, icon, said = c.Cause.Field.WireName(), b.Icon, cmp.Or(w.short(c.Cause.Field, s.Status.Value(c.Cause.Field)), b.Text)
		case c.Cause.Rule == conference.Overrunning:
			id, icon = "end", "end"
		}
		marks = append(marks, templates.WallMark{ID: tilePart(s.ConfID, id), Icon: icon, Tone: "why", Text: said})
	}
	return marks
}
