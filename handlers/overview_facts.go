package handlers

import (
	"slices"

	"confboard/feed/conference"
	"confboard/templates/text"
)

// facts are things that can be the case with a meeting: a set of places in factList.
type facts uint16

func (f facts) has(i int) bool { return f&(1<<i) != 0 }

// factsOf is the set of the fact with a name.
func factsOf(name string) facts {
	return 1 << slices.IndexFunc(factList, func(f fact) bool { return f.name == name })
}

// hold reports whether all of them are the case.
func (f facts) hold(s *conference.State) bool {
	if f == 0 {
		return true
	}
	for i := range factList {
		if f.has(i) && !factList[i].holds(s) {
			return false
		}
	}
	return true
}

// fact is one of them. It holds only where it is known: a meeting of which nothing was told is neither locked nor unlocked.
type fact struct {
	name  string // in addresses
	holds func(*conference.State) bool
	words func(*text.Catalogue) string
}

// factNoted is that something was acknowledged or silenced.
const factNoted = "noted"

// factWaiting is for those who may see the waiting room.
const factWaiting = "waiting"

var factList = []fact{
	switched("unlocked", conference.Lock, false),
	switched("nosharing", conference.LockSharing, true),
	switched("nochat", conference.ForbiddenChat, true),
	switched("captions", conference.RealTimeSubtitle, true),
	{"ending", func(s *conference.State) bool { return s.NearEnd }, func(t *text.Catalogue) string { return t.FilterNearEnd }},
	{"over", func(s *conference.State) bool { return s.Overrun }, func(t *text.Catalogue) string { return t.FilterOverrun }},
	{"nohost", hasNoHost, func(t *text.Catalogue) string { return t.FilterNoHost }},
	{"empty", isEmpty, func(t *text.Catalogue) string { return t.FilterEmpty }},
	{factWaiting, func(s *conference.State) bool { return underWay(s) && s.Waiting() > 0 }, func(t *text.Catalogue) string { return t.FilterWaiting }},
	{factNoted, isNoted, func(t *text.Catalogue) string { return t.Silence.Filter }},
}

// switched is the fact that a field is on or off.
func switched(name string, f conference.Field, on bool) fact {
	value := "0"
	if on {
		value = "1"
	}
	return fact{name: name,
		holds: func(s *conference.State) bool { return isSetTo(s, f, on) },
		words: func(t *text.Catalogue) string { return t.Fields[f].Values[value] }}
}

// underWay reports whether a meeting is in progress as far as the board knows. What is known of one that has ended or has not
// started is past, and no answer to a question about now.
func underWay(s *conference.State) bool {
	switch s.Link.State {
	case conference.Live, conference.Stale, conference.Lost, conference.Refusing:
		return s.Status.Text(conference.MeetingState) != conference.StateSchedule
	}
	return false
}

// isSetTo reports whether a field is known to be on or off, in a meeting under way.
func isSetTo(s *conference.State, f conference.Field, want bool) bool {
	v := s.Status.Value(f)
	return v.Presence == conference.Known && (v.Int != 0) == want && underWay(s)
}

// hasNoHost reports whether all participants are known and none of them is the host.
func hasNoHost(s *conference.State) bool {
	return s.ParticipantsIntake.HasFull && underWay(s) && !s.Hosted()
}

// isEmpty reports whether it is known that nobody is in the meeting.
func isEmpty(s *conference.State) bool {
	n, known := inMeeting(s)
	return known && n == 0 && underWay(s)
}
