// Package settings reads what the operator has set: flags before environment before a YAML file before defaults.
//
// One table (table.go) describes every setting; the file, the environment, the flags, the messages and the README's list
// follow from it. Nothing is ignored silently: an unknown name, a value out of its range, and a value that this version
// cannot honour are all refused, and all faults are reported at once.
package settings

import (
	"log/slog"
	"net/netip"
	"time"

	"github.com/spf13/pflag"

	"confboard/feed/conference"
	"confboard/feed/rules"
)

// Settings are complete and valid when they come from Load. They hold secrets, which do not print themselves.
type Settings struct {
	// Listen is host:port. An empty host means all interfaces, port 0 any free port.
	Listen string
	// Access says who may see the board.
	Access string
	// OpenToNetwork permits AccessOpen on an address that others can reach.
	OpenToNetwork bool
	// BasePath is empty, or starts with a slash and does not end with one.
	BasePath string
	// PublicURL is scheme and host under which people reach the board, without path or trailing slash: append BasePath.
	// It names the host under which the forms of /feed may be used. Empty when not set.
	PublicURL string
	// DataDir need not exist yet.
	DataDir string
	// Database is where accounts, links and timelines are kept in place of a file in DataDir.
	Database Database
	// Cluster is how this board works as one with others.
	Cluster Cluster
	// KeepEnded is how long an ended meeting stays on the board.
	KeepEnded time.Duration
	// TrustedProxies are those whose X-Forwarded headers are believed.
	TrustedProxies []netip.Prefix
	// Proxy counts with AccessProxy, OIDC with AccessAccounts.
	Proxy   Proxy
	OIDC    OIDC
	TLS     TLS
	Limits  Limits
	Log     Log
	Debug   Debug
	Cloud   Cloud
	Record  Record
	History History

	// Rules are what is watched in every meeting beside its link, with the profiles in the order of the file.
	Rules rules.Set

	// Warnings tell of what works but deserves attention.
	Warnings []Fault
}

// Proxy is how a trusted proxy says who makes a request.
type Proxy struct {
	// UserHeader names the user; GroupsHeader lists the groups, and can be empty.
	UserHeader, GroupsHeader string
	// AdminGroups are those of admins, ViewerGroups those of viewers; empty: everybody whom the proxy lets through is one.
	AdminGroups, ViewerGroups []string
}

// TLS names a certificate and its key in PEM. Both are empty, or both have been loaded once without fault.
type TLS struct {
	CertFile, KeyFile string
}

// Enabled reports whether the board serves TLS itself.
func (t TLS) Enabled() bool { return t.CertFile != "" }

// Limits are upper bounds; 0 is none.
type Limits struct {
	Streams, StreamsPerAddress int
}

// Log is what is logged.
type Log struct {
	Level slog.Level
	// Format is LogText or LogJSON.
	Format string
}

// The values of Log.Format.
const (
	LogText = "text"
	LogJSON = "json"
)

// Debug is for who looks into a running board.
type Debug struct {
	// Listen is a host:port that only this machine reaches; empty: nothing is served there.
	Listen string
}

// Cloud is the source of the meetings.
type Cloud struct {
	// Endpoint is scheme and host of the cloud's REST interface, without path or trailing slash. The scheme is https, or
	// http with a loopback host.
	Endpoint string
	// Heartbeat is the interval of heartbeats; every threshold of silence scales with it.
	Heartbeat time.Duration
	// CallsPerMinute bounds the REST calls; 0 is unpaced.
	CallsPerMinute int
	// App is the login of the enterprise, with which its meetings are found.
	App App
	// DiscoverEvery is the interval at which meetings are looked for. It counts when App is enabled, as do Booked and Watch.
	DiscoverEvery time.Duration
	// Booked says whether meetings that have not started are shown.
	Booked bool
	// Watch are the rules for meetings that are found, in the order of the file.
	Watch []WatchRule
	// Hook is the subscription to the events of the enterprise.
	Hook Hook
	// Meetings are those listed by hand, in the order of the file, each confID once.
	Meetings []Meeting
}

// App is an app ID with its key; both are set, or neither is.
type App struct {
	ID  string
	Key conference.Secret
	// UserID is in whose name the app logs in; empty is the enterprise's default administrator.
	UserID string
}

// Enabled reports whether the board finds the enterprise's meetings by itself.
func (a App) Enabled() bool { return a.ID != "" }

// Hook is what the cloud names itself by and signs with when it pushes events; both are set, or neither is.
type Hook struct {
	AppID string
	Key   conference.Secret
}

// Enabled reports whether pushed events are received.
func (h Hook) Enabled() bool { return h.AppID != "" }

// Meeting is one meeting to watch.
type Meeting struct {
	ConfID conference.ConfID
	// HostPassword may be empty only when Cloud.App is enabled: it is then taken from the enterprise's list.
	HostPassword conference.Secret
	// Name and Group are the operator's own words for it; empty when not set.
	Name, Group string
	// Start and End are when a meeting that was booked by hand is planned, in UTC; zero when not set. End is after Start
	// and never without it.
	Start, End time.Time
	// Public: people who are not signed in see its status, and nothing else of it.
	Public bool
}

// History bounds what is kept of what happened in the meetings.
type History struct {
	// Keep is for how long it is kept in memory of meetings on the board, Memory the most that all of them may take there, in bytes.
	Keep   time.Duration
	Memory int64
	// Stored is for how long it is kept in dataDir, 0 for not at all, and Names for how long what is about people; Disk is the most
	// that the board's file may take, in bytes.
	Stored, Names time.Duration
	Disk          int64
}

// Record is what is recorded of the feed, and how.
type Record struct {
	// File is empty when nothing is recorded.
	File string
	// MaxSize is how many bytes the file may reach before another one is begun.
	MaxSize int64
	// Keep is how many full files are kept beside the one that is written.
	Keep int
	// Names is RecordNames or RecordPseudonyms.
	Names string
}

// Enabled reports whether anything is recorded.
func (r Record) Enabled() bool { return r.File != "" }

// The values of Record.Names.
const (
	RecordNames      = "keep"
	RecordPseudonyms = "pseudonyms"
)

// The values of Settings.Access.
const (
	AccessOpen     = "open"
	AccessAccounts = "accounts"
	AccessProxy    = "proxy"
)

// Sources are where settings come from, strongest first. Each may be left out.
type Sources struct {
	// Flags have been prepared by Register and parsed.
	Flags *pflag.FlagSet
	// Environ has the form of os.Environ.
	Environ []string
	// ConfigFile is the YAML file. When empty, the flag --config names it, then CONFBOARD_CONFIG; when none does, no file is read.
	ConfigFile string
}

// Load reads the sources and the files that the settings name. The error is a Faults with every fault that was found.
func Load(from Sources) (Settings, error) {
	l := newLoader()
	l.environ = from.Environ
	// Later ones replace earlier ones.
	l.readFile(configFile(from))
	l.readEnviron(from.Environ)
	l.readFlags(from.Flags)
	l.checkTogether()
	if len(l.faults) > 0 {
		return Settings{}, l.faults
	}
	return *l.settings, nil
}

// Default returns the settings when nothing is set.
func Default() Settings { return *newLoader().settings }
