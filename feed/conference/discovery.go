package conference

import "time"

// Discovery is how the meetings of an enterprise are found: by its list, asked for again and again, and by its events, which
// are pushed to us. The zero Discovery finds none.
type Discovery struct {
	Listing Listing
	Events  Events
}

// Listing is how the enterprise's list of meetings fares.
type Listing struct {
	// State is empty when no list is asked for.
	State ListingState
	// Since is when State began; Reason why it is not ListingCurrent.
	Since  time.Time
	Reason LinkReason
	// Complete is when the last complete list came; zero before the first.
	Complete time.Time
	// Next is when the next one is asked for; zero when none is, by itself.
	Next time.Time
	// SignedIn is when the account was signed in last; zero before the first time.
	SignedIn time.Time
	// Found, Booked and PassedOver count the meetings of the last complete list: all that are in progress, those that have not
	// started, and those that the watch rules leave out.
	Found, Booked, PassedOver int
	// Unwatchable counts the meetings in progress for which the list gives no host password.
	Unwatchable int
}

// ListingState is how the list fares. Its words are part of the API.
type ListingState string

// The states of the list.
const (
	ListingOff     ListingState = ""
	ListingAsking  ListingState = "asking"  // no complete list yet
	ListingCurrent ListingState = "current" // the last list came in time
	ListingFailing ListingState = "failing" // the last attempt failed; another follows
	ListingRefused ListingState = "refused" // refused for a reason that somebody has to mend
)

// Events is how the enterprise's events fare.
type Events struct {
	// Enabled is whether any are taken.
	Enabled bool
	// Last is when the last one was accepted, and LastKind which it was, such as meeting.started; zero before the first.
	Last     time.Time
	LastKind string
	// Accepted counts those that had an effect, Repeated those that had come before, Refused those that were not accepted;
	// LastRefused is when the last of these came and LastFault why.
	Accepted, Repeated, Refused uint64
	LastRefused                 time.Time
	LastFault                   EventFault
}

// EventFault is why an event was refused. The wording is the catalogue's.
type EventFault string

// The faults of events.
const (
	EventMalformed EventFault = "malformed" // not an event
	EventApp       EventFault = "app"       // of another app ID
	EventSignature EventFault = "signature" // not signed with our key
	EventTime      EventFault = "time"      // too old, or from the future
)

// EventError is why an event was not accepted.
type EventError struct{ Fault EventFault }

// Error implements error.
func (e *EventError) Error() string { return "event refused: " + string(e.Fault) }

// DiscoveryMessage is news of the finding of meetings. It is about no meeting: its confID is empty.
type DiscoveryMessage struct {
	// At is when it happened, by our own clock.
	At time.Time
	// Listing and Events replace what was known; nil leaves it.
	Listing *Listing
	Events  *Events
}

// Meeting implements Message.
func (DiscoveryMessage) Meeting() ConfID { return "" }

// Received implements Message.
func (m DiscoveryMessage) Received() time.Time { return m.At }

// applied returns the discovery after a message.
func (d Discovery) applied(m DiscoveryMessage) Discovery {
	if m.Listing != nil {
		d.Listing = *m.Listing
	}
	if m.Events != nil {
		d.Events = *m.Events
	}
	return d
}
