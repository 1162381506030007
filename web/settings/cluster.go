package settings

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"confboard/feed/conference"
)

// Cluster is how several boards work as one. When it is enabled, Database is too, and Secret is set. Without it only Secret can be.
type Cluster struct {
	// NATS are the URLs of servers: scheme, host and port. Empty: the board is alone. The scheme is tls for all when connections are
	// encrypted, and nats otherwise: only for servers on this machine, or if that was permitted.
	NATS []string
	// Name is what this board is called among the others; empty: as its machine.
	Name string
	// Prefix begins the names of everything that the boards have in NATS.
	Prefix string
	// Replicas is on how many NATS servers each of that is: 1, 3 or 5.
	Replicas int
	// Handover is how long a board that ends in order waits until the others have taken over what it watches.
	Handover time.Duration
	// Memory is what the boards may take of each of those servers for what is received of the meetings, in bytes.
	Memory int64
	// How to sign in to NATS: a file with a JWT and its seed, a user, a token, or nothing of these.
	CredentialsFile string
	User            string
	Password, Token conference.Secret
	TLS             ClusterTLS
	// Secret is what the keys are derived from by which boards conceal something: minSecret characters or more. It can be set when the
	// board is alone, too, if Database is enabled.
	Secret conference.Secret
}

// Enabled reports whether this board is one of several.
func (c Cluster) Enabled() bool { return len(c.NATS) > 0 }

// ClusterTLS names files in PEM for the connections to NATS, which have been loaded once without fault.
type ClusterTLS struct {
	// CAFile has the authorities that are trusted; empty: those of the system.
	CAFile string
	// CertFile and KeyFile are by what the servers know the board; both are empty, or neither is.
	CertFile, KeyFile string
}

const (
	clusterPath = "cluster.nats"
	// minSecret is how long a secret is at least, in characters: 32 random ones, also when they are hexadecimal digits, cannot be guessed.
	minSecret   = 32
	maxHandover = time.Minute
	prefixRange = "1 to 32 letters, digits, - or _"
	nameRange   = "empty, or up to 64 letters, digits, ., - or _"

	// minClusterMemory holds some two hundred large meetings, of 75 kB each.
	minClusterMemory, maxClusterMemory = 16 * megabyte, 100 * gigabyte
)

// clusterTable lists the settings of several boards that work as one.
func clusterTable(d *draft) []setting {
	c := &d.Cluster
	return []setting{
		{path: clusterPath, value: servers{&c.NATS}, preset: "",
			doc: "NATS servers with JetStream, over which several boards work as one; one is enough to learn of the others. It needs `database.url` and `cluster.secretFile`."},
		{path: "cluster.name", value: text{&c.Name, "name", nameRange, readName}, preset: "",
			doc: "What this board is called: each has a name of its own, the same after a restart. Empty is the name of its machine."},
		{path: "cluster.prefix", value: text{&c.Prefix, "text", prefixRange, readPrefix}, preset: "confboard",
			doc: "Beginning of the names of what the boards have in NATS; another one for other boards on the same servers."},
		{path: "cluster.replicas", value: oneOf{&c.Replicas, []int{1, 3, 5}}, preset: "1",
			doc: "On how many NATS servers that is; with 3 one of them can fail."},
		{path: "cluster.handover", value: duration{&c.Handover, 0, maxHandover}, preset: "10s",
			doc: "How long a board that is stopped waits until the others watch its meetings."},
		{path: "cluster.memory", value: size{&c.Memory, minClusterMemory, maxClusterMemory}, preset: "256MB",
			doc: "Most memory of a NATS server for what was received of all meetings; another 134MB go with it. When it is full, what was received of a meeting has to be asked for when somebody looks at it at another board. The same for all boards."},
		{path: "cluster.secretFile", value: path{&d.clusterSecret.file, "file", ""}, preset: "",
			doc: "File with a random secret in its first line, at least 32 characters, the same for all boards; `openssl rand -base64 32` makes one. Host passwords are kept in the database with it. Either this or `cluster.secretEnv`."},
		{path: "cluster.secretEnv", value: text{&d.clusterSecret.variable, "variable", variable, readVariable}, preset: "",
			doc: "Name of the environment variable that holds it."},
		{path: "cluster.credentialsFile", value: path{&c.CredentialsFile, "file", ""}, preset: "",
			doc: "Credentials of a NATS user, as `nsc` makes them; or `cluster.user` with its password, or a token."},
		{path: "cluster.user", value: text{&c.User, "user", identifier, readIdentifier}, preset: "",
			doc: "NATS user; together with its password."},
		{path: "cluster.passwordFile", value: path{&d.clusterPassword.file, "file", ""}, preset: "",
			doc: "File with the user's password in its first line. Either this or `cluster.passwordEnv`."},
		{path: "cluster.passwordEnv", value: text{&d.clusterPassword.variable, "variable", variable, readVariable}, preset: "",
			doc: "Name of the environment variable that holds the password."},
		{path: "cluster.tokenFile", value: path{&d.clusterToken.file, "file", ""}, preset: "",
			doc: "File with a NATS token in its first line. Either this or `cluster.tokenEnv`."},
		{path: "cluster.tokenEnv", value: text{&d.clusterToken.variable, "variable", variable, readVariable}, preset: "",
			doc: "Name of the environment variable that holds the token."},
		{path: "cluster.tls.caFile", value: path{&c.TLS.CAFile, "file", "PEM"}, preset: "",
			doc: "Authorities whose certificates the servers may have; empty is those of the system."},
		{path: "cluster.tls.certFile", value: path{&c.TLS.CertFile, "file", "PEM; together with cluster.tls.keyFile"}, preset: "",
			doc: "Certificate by which the servers know the board, where they ask for one."},
		{path: "cluster.tls.keyFile", value: path{&c.TLS.KeyFile, "file", "PEM; together with cluster.tls.certFile"}, preset: "",
			doc: "Private key of that certificate."},
		{path: "cluster.unencrypted", value: yesNo{&d.unencrypted}, preset: "no",
			doc: "Permits connections without TLS to NATS servers on other machines; only in a network that nobody else is in."},
	}
}

// servers is a list of NATS servers.
type servers struct{ to *[]string }

func (v servers) kind() string          { return "list" }
func (v servers) item() string          { return "a URL" }
func (v servers) allowed() string       { return "nats://host[:port] or tls://host[:port]" }
func (v servers) set(text string) error { return setItems(v, text) }

func (v servers) setList(items []string) error { return readItems(v.to, items, readNATS) }

const natsPort = "4222"

// readNATS returns the URL of a NATS server with its port. It refuses credentials: a setting can be given on the command line, where
// everybody on the machine sees it.
func readNATS(text string) (string, error) {
	if strings.Contains(text, "@") {
		return "", errors.New("the URL (not shown) contains @; a user is given by cluster.user, a token by cluster.tokenFile")
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "nats" && u.Scheme != "tls" || u.Hostname() == "":
		return "", fmt.Errorf("%s is not the URL of a NATS server", quoted(text))
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#"):
		return "", fmt.Errorf("%s has more than a host and a port", quoted(text))
	}
	port := u.Port()
	if port == "" {
		port = natsPort
	} else if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", fmt.Errorf("%s has a port that is not from 1 to 65535", quoted(text))
	}
	return u.Scheme + "://" + net.JoinHostPort(u.Hostname(), port), nil
}

func readName(text string) (string, error) {
	return text, onlyWord(text, 0, 64, "-_.", "the name of a board")
}

func readPrefix(text string) (string, error) {
	return text, onlyWord(text, 1, 32, "-_", "such a beginning")
}

// onlyWord refuses what does not consist of letters, digits and the others.
func onlyWord(text string, least, most int, others, noun string) error {
	strange := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(others, r))
	}
	if len(text) < least || len(text) > most || strings.ContainsFunc(text, strange) {
		return fmt.Errorf("%s is not %s", quoted(text), noun)
	}
	return nil
}

// oneOf is one of several numbers.
type oneOf struct {
	to      *int
	numbers []int
}

func (v oneOf) kind() string { return "number" }

func (v oneOf) allowed() string {
	words := make([]string, len(v.numbers))
	for i, n := range v.numbers {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, ", ")
}

func (v oneOf) set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || !slices.Contains(v.numbers, n) {
		return fmt.Errorf("%s is none of the numbers", quoted(text))
	}
	*v.to = n
	return nil
}
