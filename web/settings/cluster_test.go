package settings

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// shared is a secret that is long enough.
const shared = "qT3v8ZrXk1mB6yLw0sNf5hJdC9gPaEuU"

// alone is what several boards need at least, on one machine.
const alone = "database: {url: postgres://board@db/board}\ncluster:\n  nats: [nats://127.0.0.1:4222]\n  secretEnv: SECRET\n"

var clusterEnviron = []string{"SECRET=" + shared, "PASSWORD=" + password, "SHORT=" + shared[1:]}

func TestSeveralBoardsAreSetWholeOrNotAtAll(t *testing.T) {
	with := func(more string) string { return alone + "  " + more + "\n" }
	instead := func(before, after string) string { return strings.Replace(alone, before, after, 1) }
	remote := instead("nats://127.0.0.1:4222", "nats://nats.example, \"nats://[2001:db8::1]\"")
	for _, c := range []struct{ name, file, fault string }{
		{"the least", alone, ""},
		{"with a user", with("user: board\n  passwordEnv: PASSWORD"), ""},
		{"with a token", with("tokenEnv: PASSWORD"), ""},
		{"a board that is alone with a secret for its database", "database: {url: postgres://db/board}\ncluster: {secretEnv: SECRET, replicas: 3}\n", ""},
		{"no database", instead("database: {url: postgres://board@db/board}", "database: {}"), "c.yaml:3: database.url: it is empty; with cluster.nats it is needed: what a board keeps in dataDir (confboard.db, and meetings-by-hand.json"},
		{"no secret", instead("  secretEnv: SECRET\n", ""), "c.yaml:3: cluster.secretFile: the boards' secret is missing; give this or cluster.secretEnv"},
		{"a secret that is too short", instead("SECRET", "SHORT"), "c.yaml:4: cluster.secretEnv: the secret (not shown) has 31 characters, where at least 32 random ones are needed"},
		{"a secret that is not there", instead("SECRET", "OTHER"), "cluster.secretEnv: the secret cannot be taken from the environment: the variable OTHER is not set, or empty"},
		{"two secrets", with("secretFile: secret"), "cluster.secretEnv: secretFile is given as well; only one of them may be"},
		{"a secret without anything that it could seal", "cluster: {secretEnv: SECRET}\n", "c.yaml:1: cluster.nats: it is missing, and cluster.secretEnv is set without it"},
		{"a user without servers", "cluster: {user: board}\n", "c.yaml:1: cluster.nats: it is missing, and cluster.user is set without it"},
		{"a name without servers", "cluster: {name: board-1}\n", "c.yaml:1: cluster.nats: it is missing, and cluster.name is set without it"},
		{"a permission without servers", "cluster: {unencrypted: yes}\n", "c.yaml:1: cluster.nats: it is missing, and cluster.unencrypted is set without it"},
		{"what is the default without servers", "cluster: {name: \"\", prefix: confboard, unencrypted: no}\n", ""},

		{"a user without a password", with("user: board"), "c.yaml:5: cluster.user: its password is missing; give cluster.passwordFile or cluster.passwordEnv"},
		{"a password without a user", with("passwordEnv: PASSWORD"), "c.yaml:5: cluster.user: cluster.passwordEnv is set without it; both or none"},
		{"a user and a token", with("user: board\n  passwordEnv: PASSWORD\n  tokenEnv: PASSWORD"), "c.yaml:7: cluster.tokenEnv: cluster.user is given as well; only one of them may be"},
		{"credentials and a user", with("credentialsFile: board.creds\n  user: board\n  passwordEnv: PASSWORD"), "c.yaml:6: cluster.user: cluster.credentialsFile is given as well; only one of them may be"},
		{"credentials that are not there", with("credentialsFile: board.creds"), "cluster.credentialsFile: the credentials cannot be read: open "},
		{"a password that is not there", with("user: board\n  passwordFile: none"), "cluster.passwordFile: the secret cannot be taken from the file"},

		{"a server that is none", instead("nats://127.0.0.1:4222", "http://127.0.0.1:4222"), `cluster.nats: "http://127.0.0.1:4222" is not the URL of a NATS server (allowed: nats://host[:port] or tls://host[:port])`},
		{"a server without a scheme", instead("nats://127.0.0.1:4222", "127.0.0.1:4222"), "is not the URL of a NATS server"},
		{"a server with a subject", instead("nats://127.0.0.1:4222", "nats://127.0.0.1:4222/board"), "has more than a host and a port"},
		{"a server with a wrong port", instead("4222", "70000"), "has a port that is not from 1 to 65535"},
		{"a server that is empty", instead("nats://127.0.0.1:4222", "\"\""), "is not the URL of a NATS server"},
		{"a beginning with a dot", with("prefix: board.one"), `cluster.prefix: "board.one" is not such a beginning (allowed: 1 to 32 letters, digits, - or _)`},
		{"a beginning that is empty", with("prefix: \"\""), `cluster.prefix: "" is not such a beginning`},
		{"a name with a blank", with("name: board 1"), `cluster.name: "board 1" is not the name of a board (allowed: empty, or up to 64 letters, digits, ., - or _)`},
		{"an even number of replicas", with("replicas: 2"), `cluster.replicas: "2" is none of the numbers (allowed: 1, 3, 5)`},
		{"a handover without end", with("handover: 2m"), "cluster.handover: 2m is out of range (allowed: 0s to 1m)"},

		{"servers elsewhere", remote, ""},
		{"servers elsewhere without TLS", remote + "  unencrypted: yes\n", ""},
		{"TLS and none", instead("nats://127", "tls://127") + "  unencrypted: yes\n", "c.yaml:5: cluster.unencrypted: a server of cluster.nats has tls:// before it"},
		{"authorities and no TLS", with("tls: {caFile: ca.pem}\n  unencrypted: yes"), "c.yaml:6: cluster.unencrypted: cluster.tls.caFile is set as well"},
		{"authorities that are not there", with("tls: {caFile: ca.pem}"), "cluster.tls.caFile: the authorities cannot be read: open "},
		{"authorities that are none", with("tls: {caFile: c.yaml}"), "c.yaml has no certificate in PEM"},
		{"a certificate without its key", with("tls: {certFile: cert.pem}"), "cluster.tls.keyFile: cluster.tls.certFile is set without it; both or none"},
		{"a certificate that is not there", with("tls: {certFile: cert.pem, keyFile: key.pem}"), "cluster.tls.certFile: certificate and key cannot be loaded"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := faults(t, Sources{ConfigFile: write(t, "c.yaml", c.file), Environ: clusterEnviron})
			if c.fault == "" && len(got) > 0 || c.fault != "" && (len(got) != 1 || !strings.Contains(got[0], c.fault)) {
				t.Errorf("got %q, want %q", got, c.fault)
			}
		})
	}
}

// What boards tell each other, and their sign-in, crosses no network unencrypted unless that is permitted.
func TestConnectionsToOtherMachinesAreEncrypted(t *testing.T) {
	cert, key := certificate(t)
	for _, c := range []struct {
		name, servers, more string
		encrypted           bool
	}{
		{"on this machine", "nats://127.0.0.1, nats://localhost, \"nats://[::1]\"", "", false},
		{"on this machine, with TLS", "tls://127.0.0.1", "", true},
		{"on this machine, with authorities of its own", "nats://127.0.0.1", "tls: {caFile: " + cert + "}", true},
		{"on this machine, with a certificate of the board", "nats://127.0.0.1", "tls: {certFile: " + cert + ", keyFile: " + key + "}", true},
		{"elsewhere", "nats://nats.example", "", true},
		{"one of them elsewhere", "nats://127.0.0.1, nats://10.0.0.2", "", true},
		{"under a name that looks like this machine's", "nats://localhost.example", "", true},
		{"elsewhere, and permitted", "nats://nats.example", "unencrypted: yes", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := strings.Replace(alone, "nats://127.0.0.1:4222", c.servers, 1) + "  " + c.more + "\n"
			s := mustLoad(t, Sources{ConfigFile: write(t, "c.yaml", file), Environ: clusterEnviron})
			for _, server := range s.Cluster.NATS {
				if strings.HasPrefix(server, "tls://") != c.encrypted || strings.HasPrefix(server, "nats://") == c.encrypted {
					t.Errorf("servers %v", s.Cluster.NATS)
				}
			}
		})
	}
}

func TestServersAreAListInTheFileAndSeparatedByCommasElsewhere(t *testing.T) {
	want := []string{"tls://127.0.0.1:4222", "tls://nats.example:14222", "tls://[::1]:4222"} // one of them encrypted is all of them
	environ := append(slices.Clone(clusterEnviron), "CONFBOARD_DATABASE_URL=postgres://db/board", "CONFBOARD_CLUSTER_SECRET_ENV=SECRET")
	for source, from := range map[string]Sources{
		"file":        {Environ: environ, ConfigFile: write(t, "c.yaml", "cluster:\n  nats:\n    - nats://127.0.0.1\n    - tls://nats.example:14222\n    - nats://[::1]/\n")},
		"environment": {Environ: append(slices.Clone(environ), "CONFBOARD_CLUSTER_NATS=nats://127.0.0.1, tls://nats.example:14222,nats://[::1]")},
		"flags":       {Environ: environ, Flags: parsed(t, "--cluster-nats=nats://127.0.0.1,tls://nats.example:14222", "--cluster-nats=nats://[::1]")},
	} {
		if s := mustLoad(t, from); !slices.Equal(s.Cluster.NATS, want) || !s.Cluster.Enabled() {
			t.Errorf("%s: %v", source, s.Cluster.NATS)
		}
	}
}

func TestASignInIsTakenFromAFile(t *testing.T) {
	for _, c := range []struct {
		name, more string
		got        func(Cluster) string
	}{
		{"a password", "user: board\n  passwordFile: hush", func(c Cluster) string { return c.Password.Reveal() }},
		{"a token", "tokenFile: hush", func(c Cluster) string { return c.Token.Reveal() }},
		{"credentials", "credentialsFile: hush", func(c Cluster) string {
			content, _ := os.ReadFile(c.CredentialsFile)
			return strings.TrimSpace(string(content))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := write(t, "c.yaml", alone+"  "+c.more+"\n")
			if err := os.WriteFile(filepath.Join(filepath.Dir(name), "hush"), []byte(password+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(filepath.Join(filepath.Dir(name), "hush"), 0o604); err != nil {
				t.Fatal(err)
			}
			s := mustLoad(t, Sources{ConfigFile: name, Environ: clusterEnviron})
			if got := c.got(s.Cluster); got != password {
				t.Errorf("%q", got)
			}
			if len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0].Message, "can be read by everybody on this machine") {
				t.Errorf("warnings %v", s.Warnings)
			}
		})
	}
}
