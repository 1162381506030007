package cluster

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	// checkLimit is how long one thing may take that is tried.
	checkLimit = 5 * time.Second
	// someRoom is what a stream is tried with when nothing is said of how much there has to be, in bytes.
	someRoom = 1e6
	// The least version is the oldest version of the server with everything that is used: 2.11 has messages with a time to live of their own.
	leastMajor, leastMinor = 2, 11
)

// Finding is one thing that an instance needs of NATS.
type Finding struct {
	// What can be done, or cannot.
	What string
	// Err is why not; nil: it can.
	Err error
	// Advice is what to do about Err.
	Advice string
}

// Check tries everything an instance needs of NATS, and says of each whether it can be done. What cannot be tried because of what came
// before is not listed. Streams and buckets that it makes have names of their own, Prefix-check- and a random part, and are removed again.
func Check(ctx context.Context, config Config) []Finding {
	config, err := config.withDefaults()
	if err != nil {
		return []Finding{{What: "the settings", Err: err, Advice: "correct them"}}
	}
	options, err := config.options()
	if err != nil {
		return []Finding{{What: "the settings", Err: err, Advice: "correct them"}}
	}
	c := &checker{config: config, name: config.Prefix + "-check-" + rand.Text()[:8]}
	conn, err := connect(config, append(options, nats.NoReconnect(), nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { c.refused(err) })))
	if err != nil {
		return []Finding{{What: "connect with one of the servers", Err: err, Advice: adviceOnConnecting(err)}}
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return []Finding{{What: "use JetStream", Err: err, Advice: "correct the settings"}}
	}
	c.conn, c.js = conn, js
	c.found("connect with "+conn.ConnectedUrlRedacted(), nil, "")
	if v := conn.ConnectedServerVersion(); isOld(v) {
		c.found("use a server of version "+v, fmt.Errorf("%d.%d is the oldest that can be used", leastMajor, leastMinor), "upgrade NATS")
	}
	c.ask(ctx)
	if !c.jetStream(ctx) {
		return c.findings
	}
	c.leases(ctx)
	c.live(ctx)
	return c.findings
}

// isOld reports whether a version of the server is too old; one that nobody understands is not.
func isOld(version string) bool {
	var major, minor int
	_, err := fmt.Sscanf(version, "%d.%d", &major, &minor)
	return err == nil && (major < leastMajor || major == leastMajor && minor < leastMinor)
}

type checker struct {
	config   Config
	conn     *nats.Conn
	js       jetstream.JetStream
	name     string
	findings []Finding

	// The server says what is not allowed on the side, to nobody in particular: to whoever is trying something now.
	mu     sync.Mutex
	denial error
	stop   context.CancelFunc
}

// try is the context of something that is tried.
func (c *checker) try(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.denial, c.stop = nil, cancel
	return ctx, cancel
}

// refused is called with what the server says on the side.
func (c *checker) refused(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stop != nil && errors.Is(err, nats.ErrPermissionViolation) {
		c.denial = err
		c.stop()
	}
}

// found notes a finding, and reports whether it is good.
func (c *checker) found(what string, err error, advice string) bool {
	f := Finding{What: what, Err: err}
	if err != nil {
		f.Advice = advice
	}
	c.findings = append(c.findings, f)
	return err == nil
}

// ask tries whether instances can ask each other, and tell each other the news.
func (c *checker) ask(ctx context.Context) {
	ctx, cancel := c.try(ctx)
	defer cancel()
	at := c.config.Prefix + ".check." + c.name
	err := func() error {
		sub, err := c.conn.Subscribe(at, func(m *nats.Msg) { _ = m.Respond(m.Data) }) // what is not answered is missed below
		if err != nil {
			return err
		}
		defer func() { _ = sub.Unsubscribe() }()
		answer, err := c.conn.RequestWithContext(ctx, at, []byte("?"))
		if err == nil && string(answer.Data) != "?" {
			err = errors.New("somebody else answers there")
		}
		return err
	}()
	c.found("ask and answer on "+c.config.Prefix+".>", c.denied(err), "allow the user to publish and subscribe to "+c.config.Prefix+".>, and to _INBOX.>")
}

func (c *checker) jetStream(ctx context.Context) bool {
	ctx, cancel := c.try(ctx)
	defer cancel()
	_, err := c.js.AccountInfo(ctx)
	advice := "allow the user to publish to $JS.API.>"
	if errors.Is(err, jetstream.ErrJetStreamNotEnabled) || errors.Is(err, nats.ErrNoResponders) {
		advice = "have \"jetstream {}\" in the configuration of the servers, with a store_dir"
	} else if errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount) {
		advice = "enable JetStream for the account of the user"
	}
	return c.found("use JetStream", c.denied(err), advice)
}

// leases tries what members and shards need: a bucket on the disk, compare-and-swap, and reading what others write.
func (c *checker) leases(ctx context.Context) {
	ctx, cancel := c.try(ctx)
	defer cancel()
	if !c.found("make a bucket on the disk"+c.several(), c.denied(ensure(ctx, c.js, c.name, c.config.Replicas)), c.adviceOnMaking("the disk")) {
		return
	}
	defer c.remove(streamOf(c.name))
	kv, err := c.js.KeyValue(ctx, c.name)
	if err == nil {
		var first uint64
		if first, err = kv.Create(ctx, "shard.0", []byte("{}")); err == nil {
			if _, err = kv.Update(ctx, "shard.0", []byte("{}"), first); err == nil {
				if _, err = kv.Update(ctx, "shard.0", []byte("{}"), first); errors.Is(err, jetstream.ErrKeyRevisionMismatch) {
					err = nil
				} else if err == nil {
					err = errors.New("a change over an old revision was accepted")
				}
			}
		}
	}
	if !c.found("change a key only if it is as it was", c.denied(err), "allow the user to publish to $KV.*.>") {
		return
	}
	c.found("read the bucket", c.denied(c.read(ctx)), "allow the user to publish to $JS.API.>, and to subscribe to _INBOX.>")
}

// read reads the bucket until the key comes.
func (c *checker) read(ctx context.Context) error {
	f := &follower{conn: c.conn, js: c.js, bucket: c.name, replicas: c.config.Replicas, ensured: true}
	r, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer f.close(r)
	for {
		select {
		case m := <-r.messages:
			if m != nil && m.Subject == subject(c.name, "shard.0") {
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// live tries what the live states need: a stream in memory whose messages replace those before.
func (c *checker) live(ctx context.Context) {
	ctx, cancel := c.try(ctx)
	defer cancel()
	at := c.config.Prefix + ".check." + c.name
	size := c.wanting(ctx)
	_, err := c.js.CreateStream(ctx, jetstream.StreamConfig{
		Name: c.name, Subjects: []string{at}, Storage: jetstream.MemoryStorage, Replicas: c.config.Replicas, AllowRollup: true, AllowMsgTTL: true, AllowDirect: true, MaxBytes: size,
	})
	what := "make a stream in memory" + c.several()
	if size > someRoom {
		what += fmt.Sprintf(", of %d MB", size/1e6)
	}
	if !c.found(what, c.denied(err), c.adviceOnMaking("memory")+"; max_memory_store of the servers, and the limits of the account, say how much there is") {
		return
	}
	defer c.remove(c.name)
	for range 2 {
		if err == nil {
			_, err = c.js.PublishMsg(ctx, &nats.Msg{Subject: at, Data: []byte("state"), Header: nats.Header{jetstream.MsgRollup: {jetstream.MsgRollupSubject}}})
		}
	}
	if err == nil {
		var s jetstream.Stream
		if s, err = c.js.Stream(ctx, c.name); err == nil {
			if n := s.CachedInfo().State.Msgs; n != 1 {
				err = fmt.Errorf("%d messages are kept where one replaces the other", n)
			} else {
				_, err = s.GetLastMsgForSubject(ctx, at)
			}
		}
	}
	c.found("publish states and read them", c.denied(err), "allow the user to publish to "+c.config.Prefix+".> and $JS.API.>")
}

// wanting is how much room in memory there has to be, in bytes, beside what the streams have that are there already; at least a little.
func (c *checker) wanting(ctx context.Context) (bytes int64) {
	for name, size := range c.config.Room {
		if s, err := c.js.Stream(ctx, name); err == nil { // otherwise it is to be made, or what is the matter shows when the next one is
			size -= s.CachedInfo().Config.MaxBytes
		}
		bytes += size
	}
	return max(bytes, someRoom)
}

// remove removes what was made.
func (c *checker) remove(stream string) {
	ctx, cancel := c.try(context.Background()) // also when the check was given up
	defer cancel()
	if err := c.js.DeleteStream(ctx, stream); err != nil {
		c.found("remove the stream "+stream+" that was made to try it", c.denied(err), "remove it; allow the user to publish to $JS.API.>")
	}
}

// denied replaces an error by what the server said of rights, if it did: who asked only saw that no answer came.
func (c *checker) denied(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil && c.denial != nil {
		return c.denial
	}
	return err
}

func (c *checker) several() string {
	if c.config.Replicas == 1 {
		return ""
	}
	return fmt.Sprintf(" with %d replicas", c.config.Replicas)
}

func (c *checker) adviceOnMaking(where string) string {
	if c.config.Replicas > 1 {
		return fmt.Sprintf("%d replicas need as many servers that are a cluster and have room in %s; otherwise allow the user to publish to $JS.API.>", c.config.Replicas, where)
	}
	return "let the account have room in " + where + ", and allow the user to publish to $JS.API.>"
}

func adviceOnConnecting(err error) string {
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	switch {
	case isRefusal(err):
		return "correct the credentials"
	case errors.As(err, &authority):
		return "name the authority of the servers' certificates"
	case errors.As(err, &name):
		return "use the name that is in the server's certificate"
	case errors.Is(err, nats.ErrSecureConnRequired) || errors.Is(err, nats.ErrSecureConnWanted) || strings.Contains(err.Error(), "tls:"):
		return "use TLS where the servers do, and not where they do not"
	}
	return "check the addresses, and that the servers run"
}
