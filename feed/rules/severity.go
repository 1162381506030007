// Package rules judges states: pure functions from a state to what a person should make of it. It keeps nothing,
// reads no clock, and has no words.
package rules

import "confboard/feed/conference"

// Severity is the status class of a meeting, in the order in which meetings need attention: the smaller the
// worse. Each class has its own shape, word and colour.
type Severity uint8

// The classes. Stale data is never counted as healthy: it is Attention, and NoData once the link is lost.
const (
	Critical  Severity = iota // something has to be done now
	NoData                    // what is shown is too old to mean anything
	Attention                 // somebody should look
	Pending                   // connecting for the first time
	Healthy                   // live and nothing to report
	Scheduled                 // not started
	Ended
	severities
)

// Severities lists all classes, the worst first.
func Severities() []Severity {
	all := make([]Severity, severities)
	for i := range all {
		all[i] = Severity(i)
	}
	return all
}

var severityNames = [severities]string{"critical", "nodata", "attention", "pending", "live", "scheduled", "ended"}

// String is a stable name, for URLs, classes and metrics.
func (s Severity) String() string { return severityNames[s] }

// Problem reports whether a person is needed.
func (s Severity) Problem() bool { return s <= Attention }

// Stale reports whether what is shown of a meeting may be old, whatever else is the matter with it: the link is stale or lost, or
// was refused after the meeting had been known.
func Stale(s *conference.State) bool {
	known := s.StatusIntake.HasFull || s.StatusIntake.Partial
	return s.Link.State == conference.Stale || s.Link.State == conference.Lost || (s.Link.State == conference.Refusing && known)
}

// Judge returns the status class of a meeting: that of its link, or while it is live, of what needs a person.
func Judge(s *conference.State) Severity {
	switch s.Link.State {
	case conference.Over:
		return Ended
	case conference.Lost:
		return NoData
	case conference.Stale, conference.Refusing:
		return Attention
	case conference.Waiting:
		return Scheduled
	case conference.Connecting:
		return Pending
	}
	switch s.Weight() {
	case conference.Urgent:
		return Critical
	case conference.Noteworthy:
		return Attention
	}
	switch {
	case s.Status.Text(conference.MeetingState) == conference.StateSchedule:
		return Scheduled
	}
	return Healthy
}
