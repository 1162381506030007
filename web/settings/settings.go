// Package settings reads what the operator has set: flags before environment before a YAML file before defaults.
//
// One table (table.go) describes every setting; the file, the environment, the flags, the messages and the README's list
// follow from it. Nothing is ignored silently: an unknown name, a value out of its range, and a setting that this version
// cannot honour are all refused, and all faults are reported at once.
package settings

import (
	"log/slog"
	"net/netip"
	"time"

	"github.com/spf13/pflag"

	"confboard/feed/conference"
)

// Settings are complete and valid when they come from Load. They hold secrets, which do not print themselves.
type Settings struct {
	// Listen is host:port. An empty host means all interfaces, port 0 any free port.
	Listen string
	// Access says who may see the board. Only AccessOpen is available.
	Access string
	// OpenToNetwork permits AccessOpen on an address that others can reach.
	OpenToNetwork bool
	// BasePath is empty, or starts with a slash and does not end with one.
	BasePath string
	// PublicURL is scheme and host under which people reach the board, without path or trailing slash: append BasePath.
	// Empty when not set.
	PublicURL string
	// DataDir need not exist yet.
	DataDir string
	// KeepEnded is how long an ended meeting stays on the board.
	KeepEnded time.Duration
	// TrustedProxies are those whose X-Forwarded headers are believed.
	TrustedProxies []netip.Prefix
	TLS            TLS
	Limits         Limits
	Log            Log
	Cloud          Cloud

	// Warnings tell of what works but deserves attention.
	Warnings []Fault
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
	// DiscoverEvery is the interval at which meetings are looked for.
	DiscoverEvery time.Duration
	// Meetings are those watched, in the order of the file, each confID once.
	Meetings []Meeting
}

// Meeting is one meeting to watch.
type Meeting struct {
	ConfID conference.ConfID
	// HostPassword is set, whether it was given directly or by file.
	HostPassword conference.Secret
	// Name and Group are the operator's own words for it; empty when not set.
	Name, Group string
}

// The values of Settings.Access.
const (
	AccessOpen     = "open"
	accessAccounts = "accounts"
	accessProxy    = "proxy"
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
