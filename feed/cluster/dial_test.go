package cluster

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"confboard/feed/cluster/clustertest"
	"confboard/feed/conference"
)

const secret = "hunter2-and-more"

func TestConfigurationsThatCannotBeUsed(t *testing.T) {
	one := []string{"nats://127.0.0.1:4222"}
	for name, config := range map[string]Config{
		"no server":                        {},
		"an address without a scheme":      {Servers: []string{"127.0.0.1:4222"}},
		"an address of something else":     {Servers: []string{"http://127.0.0.1:4222"}},
		"a password in the address":        {Servers: []string{"nats://user:" + secret + "@127.0.0.1:4222"}},
		"a password in a broken address":   {Servers: []string{"nats://user:" + secret + "@127.0.0.1:port"}},
		"a prefix with a dot":              {Servers: one, Prefix: "a.b"},
		"an even number of replicas":       {Servers: one, Replicas: 2},
		"a handover that is negative":      {Servers: one, Handover: -1},
		"a password without a user":        {Servers: one, Password: conference.NewSecret(secret)},
		"two ways to sign in":              {Servers: one, User: "u", Token: conference.NewSecret(secret)},
		"a certificate without its key":    {Servers: one, TLS: TLS{CertFile: "cert.pem"}},
		"a file with no authorities in it": {Servers: one, TLS: TLS{CAFile: "dial_test.go"}},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := Dial(config)
			if err == nil {
				conn.Close()
				t.Fatal("it is used")
			}
			if name != "a file with no authorities in it" && !errors.Is(err, ErrConfig) {
				t.Errorf("error %v", err)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the secret is in the error %v", err)
			}
			if f := Check(t.Context(), config); len(f) != 1 || f[0].Err == nil || f[0].Advice == "" || strings.Contains(f[0].Err.Error(), secret) {
				t.Errorf("findings %+v", f)
			}
		})
	}
}

func TestRefusedCredentialsAreTriedForEver(t *testing.T) {
	t.Parallel()
	s := clustertest.Start(t, func(o *server.Options) { o.Username, o.Password = "board", "right" })
	var log lockedBuffer
	conn, err := Dial(Config{Servers: []string{s.Address()}, User: "board", Password: conference.NewSecret(secret), Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); conn.Stats().Reconnects == 0 && conn.LastError() == nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nobody says that it is refused")
		}
	}
	if conn.IsClosed() {
		t.Error("it is given up")
	}
	conn.Close()
	if said := log.String(); strings.Contains(said, secret) {
		t.Errorf("the secret is in the log:\n%s", said)
	}
}

// lockedBuffer can be written and read at the same time.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

func TestCheckSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	plain := clustertest.Start(t)
	locked := clustertest.Start(t, func(o *server.Options) { o.Username, o.Password = "board", secret })
	bare := clustertest.Start(t, func(o *server.Options) { o.JetStream = false })
	noMemory := clustertest.Start(t, func(o *server.Options) { o.JetStreamMaxMemory = 1 << 10 })
	limited := clustertest.Start(t, func(o *server.Options) {
		o.Users = []*server.User{{Username: "board", Password: secret, Permissions: &server.Permissions{
			Publish: &server.SubjectPermission{Allow: []string{"confboard.>", "$JS.API.>", "_INBOX.>"}},
		}}}
	})
	password := conference.NewSecret(secret)
	for name, test := range map[string]struct {
		config Config
		// wrong is the beginning of what cannot be done; empty: all can.
		wrong string
	}{
		"everything is there":                  {Config{Servers: []string{plain.Address()}}, ""},
		"everything is there, with a password": {Config{Servers: []string{locked.Address()}, User: "board", Password: password}, ""},
		"the wrong password":                   {Config{Servers: []string{locked.Address()}, User: "board", Password: conference.NewSecret("guess")}, "connect"},
		"nobody is there":                      {Config{Servers: []string{"nats://127.0.0.1:1"}}, "connect"},
		"no JetStream":                         {Config{Servers: []string{bare.Address()}}, "use JetStream"},
		"more replicas than servers":           {Config{Servers: []string{plain.Address()}, Replicas: 3}, "make a bucket on the disk with 3 replicas"},
		"no room in memory":                    {Config{Servers: []string{noMemory.Address()}}, "make a stream in memory"},
		"no right to write into buckets":       {Config{Servers: []string{limited.Address()}, User: "board", Password: password}, "change a key"},
	} {
		t.Run(name, func(t *testing.T) {
			wrong := ""
			for _, f := range Check(t.Context(), test.config) {
				t.Logf("%s: %v; %s", f.What, f.Err, f.Advice)
				if (f.Err == nil) != (f.Advice == "") {
					t.Errorf("error %v and advice %q", f.Err, f.Advice)
				}
				if f.Err != nil && wrong == "" {
					wrong = f.What
				}
				if f.Err != nil && strings.Contains(f.Err.Error(), secret) {
					t.Errorf("the secret is in %v", f.Err)
				}
			}
			if test.wrong == "" && wrong != "" || !strings.HasPrefix(wrong, test.wrong) {
				t.Errorf("first it cannot %q, want %q", wrong, test.wrong)
			}
		})
	}

	// Nothing is left behind.
	conn, err := Dial(Config{Servers: []string{plain.Address()}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	for name := range js.StreamNames(context.Background()).Name() {
		t.Errorf("stream %s is left behind", name)
	}
}

func TestABucketGetsItsReplicasAndIsMadeOnce(t *testing.T) {
	t.Parallel()
	s := clustertest.Start(t)
	conn, err := Dial(Config{Servers: []string{s.Address()}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: "b", History: 1}); err != nil {
		t.Fatal(err)
	}
	made := make(chan error, 8)
	for range cap(made) {
		go func() { made <- ensure(context.Background(), js, "b", 1) }()
	}
	for range cap(made) {
		if err := <-made; err != nil {
			t.Error(err)
		}
	}
	kv, err := js.KeyValue(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	if status, err := kv.Status(t.Context()); err != nil || status.History() != history {
		t.Errorf("history %d, error %v", status.History(), err)
	}
}
