package simulator

import (
	"cmp"
	"log/slog"
	"time"
)

// Config has the rules that can be changed. The zero Config has the documented ones.
type Config struct {
	// Heartbeat is the interval at which clients are expected to send one. Default 60 s.
	Heartbeat time.Duration
	// SilenceLimit is after how much time without a heartbeat a connection is closed. Default 3 heartbeats.
	SilenceLimit time.Duration
	// ControlTokenLife is how long a control token is valid. Default 30 min.
	ControlTokenLife time.Duration
	// WebSocketTokenLife is how long a WebSocket token can be used, once. Default 1 min.
	WebSocketTokenLife time.Duration
	// App is the application that can log in to the enterprise, to find its meetings and to set up the push of its events.
	// nil: nobody can.
	App *App
	// AccessTokenLife is how long a login is valid. Default 12 h; the reference says 12 to 24.
	AccessTokenLife time.Duration
	// PasswordTries is how many wrong passwords in a row lock a meeting. Default 5: the reference names no number.
	PasswordTries int
	// PasswordLock is how long a meeting stays locked. Default 5 min: the reference names no time.
	PasswordLock time.Duration
	// CallsPerMinute is how many calls of one kind the cloud answers within a minute; more are answered 429. Default: any number.
	// The vendor's limit is 100.
	CallsPerMinute int
	// EventRetry is how long after a failed push of an event it is repeated; the delay doubles. Default 10 s.
	EventRetry time.Duration
	// EventPatience is for how long an event is repeated. Default 24 h.
	EventPatience time.Duration
	// Delay is by how much the fault Delayed holds things back. Default 2 s.
	Delay time.Duration
	// Now is the cloud's clock: of its messages and of its tokens. Default time.Now.
	Now func() time.Time
	// Speed is by how much the meetings of Demo live faster than written. Default 1.
	Speed float64
	// Logger gets a line for each refusal, at debug level. Default: none.
	Logger *slog.Logger
}

func (c Config) withDefaults() Config {
	c.Heartbeat = cmp.Or(c.Heartbeat, 60*time.Second)
	c.SilenceLimit = cmp.Or(c.SilenceLimit, 3*c.Heartbeat)
	c.ControlTokenLife = cmp.Or(c.ControlTokenLife, 30*time.Minute)
	c.WebSocketTokenLife = cmp.Or(c.WebSocketTokenLife, time.Minute)
	c.AccessTokenLife = cmp.Or(c.AccessTokenLife, 12*time.Hour)
	c.PasswordTries = cmp.Or(c.PasswordTries, 5)
	c.PasswordLock = cmp.Or(c.PasswordLock, 5*time.Minute)
	c.EventRetry = cmp.Or(c.EventRetry, 10*time.Second)
	c.EventPatience = cmp.Or(c.EventPatience, 24*time.Hour)
	c.Delay = cmp.Or(c.Delay, 2*time.Second)
	c.Speed = cmp.Or(c.Speed, 1)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

// App is an application of the enterprise (meeting_21_0311).
type App struct {
	// ID and Key are what a client has to know. The key is secret.
	ID, Key string
	// UserID is the user for whom the application may log in besides the default administrator, who needs no name. Empty: nobody.
	UserID string
	// Member: that user is no administrator, so queryAll is without effect and settings are out of reach.
	Member bool
}

// MeetingConfig describes a meeting to add.
type MeetingConfig struct {
	// ConfID and HostPassword are what a client has to know.
	ConfID, HostPassword string
	// Name is for those who list the meetings; it is not sent.
	Name string
	// Title is sent with the basic information and in the lists.
	Title string
	// Owner is who booked the meeting: App.UserID, "admin" for the default administrator, or anybody else. Default "user01".
	Owner string
	// ScheduledStart and ScheduledEnd are what was booked. Default: from now on, for an hour.
	ScheduledStart, ScheduledEnd time.Time
	// Fields are status fields by wire name that differ from the usual ones when the meeting starts.
	Fields map[string]any
}
