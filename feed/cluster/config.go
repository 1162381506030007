package cluster

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"time"

	"confboard/feed/conference"
)

// Config says where NATS is and which instance this is. Servers is required.
type Config struct {
	// Servers are the addresses of the NATS servers, such as nats://nats1:4222 or tls://nats1:4222, without credentials.
	Servers []string
	// Prefix is what all names in NATS begin with; boards with different ones do not see each other. Default confboard.
	Prefix string
	// Name tells people which instance it is. Default: the host's name.
	Name string
	// Build is the version of the program, for people.
	Build string
	// Replicas is how many NATS servers keep each thing: 1, 3 or 5. Default 1.
	Replicas int
	// Handover bounds how long an instance that leaves waits until others have what it has. 0: it does not wait.
	Handover time.Duration
	// Room is what Check makes sure that there is room for on each server: streams in memory, by their names, and their most bytes.
	Room map[string]int64
	// Credentials are none, CredentialsFile (a user's JWT and seed, as nsc writes it), User with Password, or Token.
	CredentialsFile string
	User            string
	Password, Token conference.Secret
	// TLS are files in PEM. CAFile replaces the system's authorities; CertFile and KeyFile are what the instance shows of itself.
	TLS TLS
	// Logger gets a line when something has become of the connection or of a member. Default: none.
	Logger *slog.Logger

	pace pace // zero: that of the program
}

// TLS are the files for encrypted connections; each may be empty. A server whose address begins with tls:// needs none.
type TLS struct{ CAFile, CertFile, KeyFile string }

// ErrConfig: the configuration cannot be used.
var ErrConfig = errors.New("cluster configuration")

// names are what NATS takes in the names of streams and buckets.
var names = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func (c Config) withDefaults() (Config, error) {
	if c.Prefix == "" {
		c.Prefix = "confboard"
	}
	if c.Name == "" {
		c.Name, _ = os.Hostname() // without a name it is shown by its ID
	}
	if c.Replicas == 0 {
		c.Replicas = 1
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.pace == (pace{}) {
		c.pace = pace4s()
	}
	switch {
	case !names.MatchString(c.Prefix):
		return c, fmt.Errorf("%w: prefix %q: only letters, digits, - and _", ErrConfig, c.Prefix)
	case !slices.Contains([]int{1, 3, 5}, c.Replicas):
		return c, fmt.Errorf("%w: %d replicas: 1, 3 or 5", ErrConfig, c.Replicas)
	case c.Handover < 0:
		return c, fmt.Errorf("%w: handover %v is negative", ErrConfig, c.Handover)
	}
	return c, nil
}

// bucket is the name of the bucket of members and shards.
func (c Config) bucket() string { return c.Prefix + "-cluster" }
