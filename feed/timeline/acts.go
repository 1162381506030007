package timeline

import (
	"strings"

	"confboard/feed/conference"
)

// acted reports whether a change of a participant is one of an attribute on which deeds depend.
func acted(f *conference.FieldChange) bool {
	for _, text := range [...]string{f.Old.Text, f.New.Text} {
		for line := range strings.SplitSeq(text, "\n") {
			switch key, _, _ := strings.Cut(line, "="); key {
			case conference.AttrRole, conference.AttrCoHost, conference.AttrIsCoHost, conference.AttrMute, conference.AttrHand:
				return true
			}
		}
	}
	return false
}

// acts adds what somebody did.
func (b *builder) acts(pid string) {
	before, after := find(b.c.Before.Participants, &b.prior, pid), find(b.c.After.Participants, &b.next, pid)
	if before == nil || after == nil {
		return
	}
	for _, did := range deeds(before, after) {
		if len(b.doings.Acts) == 0 {
			b.doings = b.entry(Doings, b.c.Before.ParticipantsIntake, b.c.After.ParticipantsIntake)
		}
		if len(b.doings.Acts) < MaxPeople {
			b.doings.Acts = append(b.doings.Acts, Act{Person: person(after, pid), Did: did})
		}
	}
}

// deeds compares a participant with what the same one was. What was not known before has not changed.
func deeds(before, after *conference.Participant) (did []Deed) {
	if old, now := before.Role(), after.Role(); old != now && old != "" {
		switch now {
		case conference.Host:
			did = append(did, BecameHost)
		case conference.Attendee:
			did = append(did, BecameAttendee)
		case conference.Ordinary:
			did = append(did, BecameOrdinary)
		}
	}
	turned := func(was, is bool, on, off Deed) {
		switch {
		case is && !was:
			did = append(did, on)
		case was && !is:
			did = append(did, off)
		}
	}
	turned(before.CoHost(), after.CoHost(), BecameCoHost, NoCoHost)
	turned(before.HandRaised(), after.HandRaised(), RaisedHand, LoweredHand)
	was, knew := before.Muted()
	is, knows := after.Muted()
	if knew && knows {
		turned(was, is, Muted, Unmuted)
	}
	return did
}
