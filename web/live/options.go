package live

import (
	"log/slog"
	"time"

	"confboard/feed/conference"
)

// Options of a Hub. Zero values stand for the defaults.
type Options struct {
	// Build identifies the program; a page that was made by another build reloads.
	Build string
	// JoinBursts is the shortest time between two messages of a topic: the first change goes out at once, those that
	// follow within it as one. Default 100 ms.
	JoinBursts time.Duration
	// ClockEvery is the time between two clock events. Default 10 s, which keeps proxies from cutting the stream.
	ClockEvery time.Duration
	// WriteTimeout is how long a viewer may take for a piece of at most 16 KiB before it is cut. Default 5 s.
	WriteTimeout time.Duration
	// Linger is how long a topic is kept for its ids after its last viewer has left. Default 30 s.
	Linger time.Duration
	// ReturnWithin bounds the hint, between a fifth of it and all of it, when to come back after the program has ended. Default 5 s.
	ReturnWithin time.Duration
	// StopGrace is how long streams may take to end by themselves when Run ends, before they are cut. Default 500 ms.
	StopGrace time.Duration

	// MaxTopics and MaxTopicsPerAddress limit the topics that are in use. An address is charged for the topics that it was the first
	// to open, but not for those of one meeting: these nobody can make up, and a whole house can have one address. Defaults 20,000
	// and 200; negative: no limit.
	MaxTopics, MaxTopicsPerAddress int
	// MaxStreams and MaxStreamsPerAddress limit the viewers; 0: no limit.
	MaxStreams, MaxStreamsPerAddress int

	// Logger is told of rendering errors and cuts. Default: discards.
	Logger *slog.Logger
	// Now is the process's clock, from which the ids are made. Default time.Now.
	Now func() time.Time
	// Told is the time that pages are told, and by how much it is faster than the real one: those of a recording while one is
	// played. Default: Now, and 1.
	Told func() (now time.Time, rate float64)
}

func (o Options) withDefaults() Options {
	duration := func(d *time.Duration, value time.Duration) {
		if *d <= 0 {
			*d = value
		}
	}
	duration(&o.JoinBursts, 100*time.Millisecond)
	duration(&o.ClockEvery, 10*time.Second)
	duration(&o.WriteTimeout, 5*time.Second)
	duration(&o.Linger, 30*time.Second)
	duration(&o.ReturnWithin, 5*time.Second)
	duration(&o.StopGrace, 500*time.Millisecond)
	if o.MaxTopics == 0 {
		o.MaxTopics = 20_000
	}
	if o.MaxTopicsPerAddress == 0 {
		o.MaxTopicsPerAddress = 200
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Told == nil {
		o.Told = func() (time.Time, float64) { return o.Now(), 1 }
	}
	return o
}

// clockTick is by how much earlier than after ClockEvery a clock event may come, so that those of many topics come together: waking up for
// each by itself is most of what a board does while nothing happens.
const clockTick = 500 * time.Millisecond

// nextClock is when a topic's next clock event is due.
func (o *Options) nextClock(now time.Time) time.Time {
	return now.Add(o.ClockEvery - time.Duration(now.UnixNano())%min(clockTick, o.ClockEvery))
}

// ServeOptions are one viewer's.
type ServeOptions struct {
	// Address is the client's, as text, for the limits per address; empty: those do not apply.
	Address string
	// EndWhen ends the stream at a change that brings a meeting onto the board or takes it off, so that the page comes
	// back and gets another topic. nil: never. The same rules as for View.Touched apply.
	EndWhen func(conference.Change) bool
	// Moved is asked once, when EndWhen and Owner are in force: it reports whether what they wait for has happened already,
	// between the choice of the View and now. It may call the registry. nil: it has not.
	Moved func() bool
	// Outdated is asked once, when Owner is in force: it reports whether the page is to be loaded anew, because Hub.Renew was called
	// before it came. nil: it is not.
	Outdated func() bool
	// For is how long the stream goes on, or up to a fifth less, before the page is asked to come back: for a right of which nobody
	// tells when it ends. 0: until it ends otherwise.
	For time.Duration
	// Left is called once, when the stream has ended or before Serve returns an error; nil: nobody waits for it. It need not be before
	// Serve returns, see Afterwards.
	Left func()
	// Owner is by what right the viewer sees the page, such as a session or a link; see Hub.End. Empty: nothing that ends.
	// It may be a secret's digest; it is not logged.
	Owner string
}
