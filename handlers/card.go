package handlers

import (
	"cmp"
	"time"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/templates"
)

// cardID is the DOM id of a meeting's card. A confID consists of characters that are safe there.
func cardID(id conference.ConfID) string { return "c-" + string(id) }

// cardPart is the DOM id of a part of a card.
func cardPart(id conference.ConfID, part string) string { return "c-" + string(id) + "-" + part }

func (w words) card(s *conference.State) templates.Card {
	c := templates.Card{
		ID: cardID(s.ConfID), Path: w.paths.Meeting(s.ConfID), Severity: rules.Judge(s).String(),
		Title: s.Title(), Named: s.Title() != string(s.ConfID), ConfID: string(s.ConfID),
		Owner: ownerOf(s), OwnerLabel: w.text.Owner,
		Mark: w.timedMark(cardPart(s.ConfID, "mark"), s), End: w.cardEnd(s), People: w.cardPeople(s), Start: w.cardStart(s), Fresh: w.fresh(s),
	}
	c.Badges = make([]templates.Badge, len(cardFields))
	for i, f := range cardFields {
		c.Badges[i] = w.cardBadge(s, f)
	}
	return c
}

// cardStart is since when a meeting has been running. When one is to start is told by its mark.
func (w words) cardStart(s *conference.State) templates.CardStart {
	start := templates.CardStart{ID: cardPart(s.ConfID, "start")}
	if isLive(s) && !s.Basic.StartTime.IsZero() {
		start.Label, start.Time = w.text.Running, w.instant(s.Basic.StartTime, "since")
	}
	return start
}

// ownerOf is who booked a meeting, empty when it is not known.
func ownerOf(s *conference.State) string { return cmp.Or(s.Basic.Owner, s.Booking.Owner) }

// scheduledStart is when a meeting was to start: as the cloud told, else as it was booked; zero when neither is known.
func scheduledStart(s *conference.State) time.Time {
	if at := s.Basic.ScheduledStart; !at.IsZero() {
		return at
	}
	return s.Booking.Start
}

// plannedEnd is when a meeting is to end, in the same way.
func plannedEnd(s *conference.State) time.Time {
	if v := s.Status.Value(conference.EndTime); v.Presence != conference.NotReported {
		at, _ := v.Time()
		return at
	}
	return s.Booking.End
}

// cardPeople is the number of participants on a card.
func (w words) cardPeople(s *conference.State) templates.CardPeople {
	n := templates.CardPeople{ID: cardPart(s.ConfID, "people")}
	if there, known := inMeeting(s); known {
		n.Text = w.text.Participants(there)
	}
	return n
}

func (w words) cardBadge(s *conference.State, f conference.Field) templates.Badge {
	return w.badge(cardPart(s.ConfID, f.WireName()), s, f)
}

func (w words) cardEnd(s *conference.State) templates.CardEnd {
	e := templates.CardEnd{ID: cardPart(s.ConfID, "end"), Label: w.text.PlannedEnd, Tone: "quiet"}
	end := plannedEnd(s)
	if end.IsZero() {
		return e
	}
	e.Time = w.instant(end, "clock")
	switch {
	case s.Overrun:
		e.Note, e.NoteTime, e.Tone = w.text.Overrun, w.instant(end, "since"), "over"
	case s.EndingSoon:
		e.Note, e.NoteTime, e.Tone = w.text.EndingSoon, w.instant(end, "in"), "soon"
	}
	return e
}

// cardChanged is when the status changed last.
func (w words) cardChanged(s *conference.State) templates.Moment {
	return templates.Moment{ID: cardPart(s.ConfID, "changed"), Instant: w.instant(s.LastChange, "ago")}
}

func (w words) fresh(s *conference.State) templates.Fresh {
	f := templates.Fresh{ID: cardPart(s.ConfID, "fresh"), Link: w.text.Link[s.Link.State], Label: w.text.LastChange, LastChange: w.cardChanged(s)}
	switch s.Link.State {
	case conference.Live:
		f.Link, f.Reason, f.Noted = "", w.worst(s), w.cardNoted(s) // the mark says that it is live
	case conference.Over:
	default:
		f.Reason, f.Next = w.reason(s), w.nextTry(s)
	}
	return f
}
