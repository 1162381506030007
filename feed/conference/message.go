package conference

import "time"

// Message is anything that can change the state of a meeting: a decoded push, or news of its link to the cloud.
// The clock is the only other cause of change.
type Message interface {
	// Meeting is the meeting that the message is about.
	Meeting() ConfID
	// Received is when we got it, by our own clock.
	Received() time.Time
}

// About is the part that all messages share.
type About struct {
	ConfID ConfID
	// At is when we got the message, by our own clock.
	At time.Time
}

// Meeting implements Message.
func (a About) Meeting() ConfID { return a.ConfID }

// Received implements Message.
func (a About) Received() time.Time { return a.At }

// Push is a message that was decoded from a frame with an envelope.
type Push interface {
	Message
	// Pushed is the frame's envelope.
	Pushed() Envelope
}

// StatusMessage is a decoded ConfDynamicInfoNotify, full or incremental.
type StatusMessage struct {
	About
	Envelope Envelope
	// Status has the fields that the message carries; all others are NotReported.
	Status Status
	// Withheld counts, by wire name, what was dropped at intake because it can hold a secret or a link.
	Withheld map[string]int
}

// Pushed implements Push.
func (m StatusMessage) Pushed() Envelope { return m.Envelope }

// BasicMessage is a decoded ConfBasicInfoNotify. The reference knows only full ones; an incremental one changes the
// fields that it gives a value.
type BasicMessage struct {
	About
	Envelope Envelope
	Basic    BasicInfo
	// Withheld is as in StatusMessage.
	Withheld map[string]int
}

// Pushed implements Push.
func (m BasicMessage) Pushed() Envelope { return m.Envelope }

// ParticipantsMessage is a decoded ParticipantsNotify, full or incremental.
type ParticipantsMessage struct {
	About
	Envelope Envelope
	// Entries are applied one after the other.
	Entries []ParticipantEntry
	// Withheld is as in StatusMessage.
	Withheld map[string]int
}

// Pushed implements Push.
func (m ParticipantsMessage) Pushed() Envelope { return m.Envelope }

// WaitingMessage is a decoded WaitingListNotify, full or incremental.
type WaitingMessage struct {
	About
	Envelope Envelope
	// Entries are applied one after the other.
	Entries []ParticipantEntry
	// Withheld is as in StatusMessage.
	Withheld map[string]int
}

// Pushed implements Push.
func (m WaitingMessage) Pushed() Envelope { return m.Envelope }

// ParticipantEntry is what a message says about one participant.
type ParticipantEntry struct {
	PID string
	// Removed: the participant has left, and Attributes does not count.
	Removed bool
	// Attributes is as in Participant and has only those that the message carries.
	Attributes Attributes
}

// SpeakersMessage is a decoded SpeakerChangeNotify. Whatever its mode, it names everybody who speaks.
type SpeakersMessage struct {
	About
	Envelope Envelope
	// Speakers are in the order in which they came; nobody speaks when there is none.
	Speakers []Speaker
	// Withheld is as in StatusMessage.
	Withheld map[string]int
}

// Pushed implements Push.
func (m SpeakersMessage) Pushed() Envelope { return m.Envelope }

// CustomLayoutMessage is a decoded CustomMultiPicNotify, full or incremental.
type CustomLayoutMessage struct {
	About
	Envelope Envelope
	Custom   CustomLayout
	// Withheld is as in StatusMessage.
	Withheld map[string]int
}

// Pushed implements Push.
func (m CustomLayoutMessage) Pushed() Envelope { return m.Envelope }

// PassedMessage is a message of a type that is counted and not used.
type PassedMessage struct {
	About
	Type MessageType
}

// RefusedMessage stands for a frame that was refused whole. Nothing of it is applied.
type RefusedMessage struct {
	About
	Refusal Refusal
}

// Refusal says why a frame was refused.
type Refusal struct {
	Kind RefusalKind
	// Field is the path of wire names of the field at fault, such as multiPic.picInfos.index; empty when it is the frame itself.
	Field string
	// Type and Mode are what the frame said of itself; Type is empty when it could not be read or is none that is used.
	Type MessageType
	Mode Mode
	// Excerpt is the beginning of the frame, cleaned of everything that can be a secret or a link; it can be empty.
	Excerpt string
	At      time.Time
}

// RefusalKind is the kind of fault for which a frame is refused.
type RefusalKind string

// The kinds of refusal.
const (
	RefusedNotJSON      RefusalKind = "notJSON"      // not one JSON object
	RefusedEnvelope     RefusalKind = "envelope"     // action, msgMode, version or createTime is missing or unusable
	RefusedValue        RefusalKind = "value"        // a listed field that cannot be converted
	RefusedTooLarge     RefusalKind = "tooLarge"     // the frame, or a text in it, is over its limit
	RefusedTooMany      RefusalKind = "tooMany"      // too many fields, screens, participants or attributes
	RefusedTooDeep      RefusalKind = "tooDeep"      // nested over the limit
	RefusedOtherMeeting RefusalKind = "otherMeeting" // about another meeting than the connection's
)

// WatchMessage puts a meeting on the board, or renames it. Repeating it is harmless. It is told where the meeting is watched: a brief state
// is whole from then on, and what it had left out is not known.
type WatchMessage struct {
	About
	// Name is what the settings or an admin call the meeting, empty when they don't.
	Name string
	// Group is the one it was put in, empty when there is none.
	Group  string
	Origin Origin
	// Booking is what is known of the meeting without its status; the zero one when nothing is.
	Booking Booking
}

// Origin says who put a meeting on the board.
type Origin string

// The origins.
const (
	FromSettings Origin = "settings"
	ByHand       Origin = "hand"  // an admin, on the page of the feed
	Found        Origin = "found" // in the enterprise's list of meetings
)

// Booking is what the enterprise's list of meetings or the settings say of a meeting that may not have started. Each field can be
// zero.
type Booking struct {
	Title, Owner string
	Start, End   time.Time
}

// UnwatchMessage takes a meeting off the board at once.
type UnwatchMessage struct{ About }

// LinkMessage is news of the link between the cloud and one meeting.
type LinkMessage struct {
	About
	Event LinkEvent
	// Reason says why, for LinkDown, LinkRefused and LinkWaiting.
	Reason LinkReason
	// Detail is what the cloud itself said of it, for the same events: one short line without secrets or addresses; most often empty.
	Detail string
	// RoundTrip is the time from a heartbeat to its echo, for LinkEcho; zero when it is not known.
	RoundTrip time.Duration
	// Next is when the next attempt is made, for LinkDown, LinkRefused, LinkWaiting, LinkEnded and LinkDelayed; zero: none by itself.
	Next time.Time
	// Expires is until when the control token is valid, for LinkToken; zero: none is held any more.
	Expires time.Time
	// Continues, for LinkUp: the connection takes the place of another one, of a board that hands the meeting over. Its full status is there
	// and follows at once, so that a link that is live stays so.
	Continues bool
}

// LinkEvent is what happened to a link.
type LinkEvent uint8

const (
	// LinkUp: a new connection is open and the subscription accepted.
	LinkUp LinkEvent = iota + 1
	// LinkEcho: the cloud echoed a heartbeat on the open connection.
	LinkEcho
	// LinkDown: there is no connection, and another attempt will follow.
	LinkDown
	// LinkWaiting: the meeting has not started; we look again.
	LinkWaiting
	// LinkRefused: the cloud refused us for a reason that somebody has to mend.
	LinkRefused
	// LinkEnded: the meeting has ended, as told by the cloud when we asked after the connection closed.
	LinkEnded
	// LinkToken: the cloud granted a control token or prolonged one, or we have let it go.
	LinkToken
	// LinkDelayed: the next attempt has to wait for its turn among all that are made. It is no word from the cloud: nothing else of the
	// link changes.
	LinkDelayed
)

// LinkReason is why a link is down, waiting or refused. The wording is the catalogue's.
type LinkReason string

// The reasons. An empty one means that there is nothing to tell.
const (
	ReasonNone          LinkReason = ""
	ReasonUnreachable   LinkReason = "unreachable"   // no connection to the cloud: refused, timed out, reset
	ReasonDNS           LinkReason = "dns"           // the cloud's host name cannot be resolved
	ReasonTLS           LinkReason = "tls"           // the cloud's certificate or handshake is not acceptable
	ReasonUnavailable   LinkReason = "unavailable"   // the cloud answers 5xx or 429
	ReasonClosed        LinkReason = "closed"        // the cloud closed the connection
	ReasonNoEcho        LinkReason = "noEcho"        // the heartbeat was not echoed in time
	ReasonFlood         LinkReason = "flood"         // the cloud sent far more than a meeting can be about
	ReasonTokenSpent    LinkReason = "tokenSpent"    // the cloud does not take our token
	ReasonNotStarted    LinkReason = "notStarted"    // the meeting is not in progress
	ReasonPassword      LinkReason = "password"      // no such meeting, or a wrong host password
	ReasonNoPassword    LinkReason = "noPassword"    // the settings give no host password
	ReasonLocked        LinkReason = "locked"        // locked after too many wrong passwords
	ReasonNotPermitted  LinkReason = "notPermitted"  // the cloud does not allow it
	ReasonWrongSite     LinkReason = "wrongSite"     // the meeting is on another site of the cloud
	ReasonSubscription  LinkReason = "subscription"  // the subscription was refused
	ReasonUnexpected    LinkReason = "unexpected"    // an answer that we do not understand
	ReasonInsecureWSURL LinkReason = "insecureWSURL" // the cloud names an unencrypted WebSocket on another host
	ReasonProxy         LinkReason = "proxy"         // the proxy in between refuses or cannot be reached
	ReasonPlayback      LinkReason = "playback"      // the recording that is played has ended

	// Those of a meeting that another instance of the board watches.
	ReasonNoBus         LinkReason = "noBus"         // this instance has no connection with the others
	ReasonNoInstance    LinkReason = "noInstance"    // the instance that watched the meeting is gone, or must not tell of it for now, and no other has taken over yet
	ReasonNewerInstance LinkReason = "newerInstance" // the instance that watches the meeting is of a newer version, which this one does not understand

	// Those of the enterprise's account, by which meetings are found.
	ReasonAppLogin      LinkReason = "appLogin"      // the app ID or its key is wrong
	ReasonClock         LinkReason = "clock"         // our clock and the cloud's are too far apart
	ReasonAccountLocked LinkReason = "accountLocked" // the account is disabled or locked
)

// LinkReasons lists all reasons but the empty one.
func LinkReasons() []LinkReason {
	return []LinkReason{
		ReasonUnreachable, ReasonDNS, ReasonTLS, ReasonProxy, ReasonUnavailable, ReasonClosed, ReasonNoEcho, ReasonFlood, ReasonTokenSpent, ReasonNotStarted,
		ReasonPassword, ReasonNoPassword, ReasonLocked, ReasonNotPermitted, ReasonWrongSite, ReasonSubscription, ReasonUnexpected,
		ReasonInsecureWSURL, ReasonPlayback, ReasonNoBus, ReasonNoInstance, ReasonNewerInstance, ReasonAppLogin, ReasonClock, ReasonAccountLocked,
	}
}
