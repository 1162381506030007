package huawei

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"confboard/feed/conference"
)

var (
	// ErrConfID: the text cannot be the ID of a meeting.
	ErrConfID = errors.New("not a meeting ID")
	// ErrUnknown: the meeting is not watched, or not for the origin that was named.
	ErrUnknown = errors.New("meeting is not watched")
)

// Meeting is a meeting to watch, as one origin names it.
type Meeting struct {
	ConfID       conference.ConfID
	HostPassword conference.Secret
	// Name and Group are shown on the board; both can be empty.
	Name, Group string
	// Origin says who wants it watched; empty is FromSettings.
	Origin conference.Origin
	// Booking is what is known without the meeting's status; the zero one when nothing is. A planned start that is far away
	// makes the looks for the meeting rarer.
	Booking conference.Booking
}

// origins in the order in which they have their say about name and group.
var origins = [...]conference.Origin{conference.FromSettings, conference.ByHand, conference.Found}

func (m Meeting) check() error {
	if !m.ConfID.Valid() {
		return fmt.Errorf("confID %q: %w", m.ConfID, ErrConfID)
	}
	if !slices.Contains(origins[:], m.Origin) {
		return fmt.Errorf("meeting %s: origin %q is not known", m.ConfID, m.Origin)
	}
	return nil
}

// wishes are what the origins that want a meeting watched say of it, at most one of each, in the order of origins.
type wishes []Meeting

// with returns the wishes with one added or replaced, and whether its origin is new.
func (w wishes) with(m Meeting) (next wishes, fresh bool) {
	place := func(m Meeting) int { return slices.Index(origins[:], m.Origin) }
	i, found := slices.BinarySearchFunc(w, m, func(a, b Meeting) int { return cmp.Compare(place(a), place(b)) })
	if found {
		w[i] = m
		return w, false
	}
	return slices.Insert(w, i, m), true
}

// without returns the wishes without one, and whether it was there.
func (w wishes) without(o conference.Origin) (next wishes, had bool) {
	i := slices.IndexFunc(w, func(m Meeting) bool { return m.Origin == o })
	if i < 0 {
		return w, false
	}
	return slices.Delete(w, i, i+1), true
}

// merged is the meeting as it is watched. The first origin that has a name or a group gives it. The password and the booking of
// the enterprise's list win: they are the current ones.
func (w wishes) merged() Meeting {
	m := Meeting{ConfID: w[0].ConfID, Origin: w[0].Origin}
	for _, wish := range w {
		m.Name, m.Group = cmp.Or(m.Name, wish.Name), cmp.Or(m.Group, wish.Group)
		listed := wish.Origin == conference.Found
		if !wish.HostPassword.IsZero() && (listed || m.HostPassword.IsZero()) {
			m.HostPassword = wish.HostPassword
		}
		if wish.Booking != (conference.Booking{}) && (listed || m.Booking == (conference.Booking{})) {
			m.Booking = wish.Booking
		}
	}
	return m
}

// looksLike reports whether both are shown in the same way.
func (m Meeting) looksLike(other Meeting) bool {
	return m.Name == other.Name && m.Group == other.Group && m.Origin == other.Origin && m.Booking == other.Booking
}
