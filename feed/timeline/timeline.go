// Package timeline tells what happened in a meeting: what changed, when by the message's own time, from what to what.
//
// Entries turns a change into entries; Fold, RecordingOf and At read lists of them. All of these are pure. History keeps entries
// and states in memory, bounded. Journal has entries written to the disk, and what is told of an occurrence as a whole. The package
// has kinds and values, never sentences.
package timeline

import (
	"time"

	"confboard/feed/conference"
)

// Entry is one thing that happened. It is shared and must not be modified.
type Entry struct {
	// Seq counts the entries of a meeting from 1. Group is the Seq of the first entry that the same change made.
	Seq, Group uint64
	Kind       Kind
	// At is the message's own time where it has one, Received when we got it by our own clock.
	At, Received time.Time
	// Found: the first full message of a connection told of it. So it was at At; since when is not known.
	Found bool
	// First: nothing was known of it before.
	First bool

	// Field is the listed field, for Status, and for a concern that is a drift.
	Field conference.Field
	// Name is the wire name, for Unlisted and Basic.
	Name string
	// Old and New are the values, for Status, Unlisted, Basic and Link, as in conference.FieldChange. New alone is set for Geometry: the
	// number of screens; for Began and Ended: the number of the occurrence; and for the concern of a drift: what was expected.
	Old, New conference.Value

	// Reason is why the link is not live any more, for Link.
	Reason conference.LinkReason
	// Since is until when what we knew was certain, for Link; and until when the board was running, for Resumed.
	Since time.Time

	// Rule and Profile are as in conference.Cause, for Raised, Cleared, Acknowledged, Silenced and Unsilenced.
	Rule    conference.Rule
	Profile string
	// By is who did it, for Acknowledged, Silenced and Unsilenced; empty when the time of a silence was up. Note and Until are as in
	// conference.Silence.
	By, Note string
	Until    time.Time

	// Joined and Left are for People, Acts for Doings.
	Joined, Left []Person
	Acts         []Act

	// Faded: what it said of people was kept for as long as it may be, and has been removed. Of people their number is left.
	Faded bool
}

// Act is what a participant did, or what was done to one.
type Act struct {
	Person
	Did Deed
}

// Deed is a word for it, which is stored.
type Deed string

// The deeds.
const (
	BecameHost     Deed = "host"
	BecameOrdinary Deed = "ordinary" // a participant like others: no longer host or attendee
	BecameAttendee Deed = "attendee"
	BecameCoHost   Deed = "coHost"
	NoCoHost       Deed = "noCoHost"
	Muted          Deed = "muted"
	Unmuted        Deed = "unmuted"
	RaisedHand     Deed = "handUp"
	LoweredHand    Deed = "handDown"
)

// Deeds lists all of them, in the order in which they are told.
func Deeds() []Deed {
	return []Deed{BecameHost, BecameCoHost, NoCoHost, BecameAttendee, BecameOrdinary, RaisedHand, LoweredHand, Muted, Unmuted}
}

// Person is a participant as the timeline knows one. Every text can be empty but PID.
type Person struct {
	PID  string `json:"pid,omitempty"`
	Name string `json:"name,omitempty"`
	Tel  string `json:"tel,omitempty"`
}

// Kind is what an entry is about.
type Kind uint8

// The kinds.
const (
	Watched      Kind = iota // the meeting came onto the board
	Began                    // a new occurrence began
	Ended                    // the occurrence ended
	Link                     // the link's state
	Status                   // a listed field of the status
	Unlisted                 // an unlisted field of the status
	Basic                    // a field of the basic information
	Geometry                 // the exact places of the screens
	People                   // participants joined or left
	Raised                   // something needs a person
	Cleared                  // it does not any more
	Acknowledged             // somebody sees to it
	Silenced                 // somebody has silenced it
	Unsilenced               // its silence has ended before the concern: by hand, or because its time was up
	Doings                   // role, microphone or hand of participants changed
	Resumed                  // the board had not been running since Since, and saw nothing of what happened
	Unstored                 // New.Int entries are missing here, because they could not be stored; never in memory
)

// Topic is what people look for in a timeline.
type Topic string

// The topics. An entry has at most one; AnyTopic stands for all entries.
const (
	AnyTopic       Topic = ""
	RecordingTopic Topic = "recording"
	LayoutTopic    Topic = "layout"
	PeopleTopic    Topic = "people"
	LinkTopic      Topic = "link"
	ConcernTopic   Topic = "attention"
)

// Topics lists the topics in the order in which they are offered.
func Topics() []Topic {
	return []Topic{AnyTopic, RecordingTopic, LayoutTopic, PeopleTopic, LinkTopic, ConcernTopic}
}

// Known reports whether there is such a topic.
func (t Topic) Known() bool {
	for _, known := range Topics() {
		if t == known {
			return true
		}
	}
	return false
}

// About reports whether an entry belongs to a topic. The ends of an occurrence, and of what the board saw and kept of it, belong to
// every one.
func (e *Entry) About(t Topic) bool {
	switch e.Kind {
	case Watched, Began, Ended, Resumed, Unstored:
		return true
	}
	return t == AnyTopic || t == e.topic()
}

func (e *Entry) topic() Topic {
	switch e.Kind {
	case Link:
		return LinkTopic
	case People, Doings:
		return PeopleTopic
	case Geometry:
		return LayoutTopic
	case Raised, Cleared, Acknowledged, Silenced, Unsilenced:
		return ConcernTopic
	case Status:
		switch e.Field {
		case conference.RecState, conference.RecOccurred:
			return RecordingTopic
		case conference.MultiPic, conference.PicNum, conference.StatusMode:
			return LayoutTopic
		}
	}
	return AnyTopic
}
