package cluster

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	// dialLimit is how long one server may take to be connected to.
	dialLimit = 2 * time.Second
	// redial is the time between attempts to connect to the same server, and as much again by chance.
	redial = 250 * time.Millisecond
	// A server that does not answer pings is given up after 3 s: soon enough to find another one before the lease ends.
	pingEvery = time.Second
	pings     = 2
	// writeLimit is how long a server may take no data.
	writeLimit = 2 * time.Second
)

// Dial makes the connection to NATS of this instance, for all that it does there. When no server can be reached it is returned all the same:
// it goes on trying, for ever, then and whenever it is lost, also when it is refused, because credentials are replaced. It says so in
// the log; (*nats.Conn).StatusChanged tells others. While there is no connection, publishing fails at once: what is live is worth nothing later. It
// waits at most 2 s for each server. The error wraps ErrConfig, or tells which file cannot be used.
func Dial(config Config) (*nats.Conn, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	options, err := config.options()
	if err != nil {
		return nil, err
	}
	logger := config.Logger
	options = append(options,
		nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.ReconnectWait(redial), nats.ReconnectJitter(redial, redial), nats.IgnoreAuthErrorAbort(),
		nats.ReconnectBufSize(-1),
		nats.ConnectHandler(func(c *nats.Conn) { logger.Info("cluster: connected with NATS", "server", c.ConnectedUrlRedacted()) }),
		nats.ReconnectHandler(func(c *nats.Conn) {
			logger.Info("cluster: connected with NATS again", "server", c.ConnectedUrlRedacted())
		}),
		nats.DisconnectErrHandler(func(c *nats.Conn, err error) {
			if !c.IsClosed() {
				logger.Warn("cluster: the connection with NATS is lost", "error", err)
			}
		}),
		nats.ErrorHandler(func(_ *nats.Conn, s *nats.Subscription, err error) {
			attrs := []any{slog.Any("error", err)}
			if s != nil {
				attrs = append(attrs, slog.String("subject", s.Subject))
			}
			logger.Warn("cluster: NATS", attrs...)
		}),
	)
	conn, err := connect(config, options)
	if err != nil {
		return nil, err
	}
	if !conn.IsConnected() {
		logger.Warn("cluster: NATS cannot be reached yet; it is tried again", "error", conn.LastError())
	}
	return conn, nil
}

func connect(config Config, options []nats.Option) (*nats.Conn, error) {
	conn, err := nats.Connect(strings.Join(config.Servers, ","), options...)
	if err != nil {
		return nil, fmt.Errorf("connect with NATS: %w", err)
	}
	return conn, nil
}

// options are those of any connection.
func (c Config) options() ([]nats.Option, error) {
	if len(c.Servers) == 0 {
		return nil, fmt.Errorf("%w: no NATS server", ErrConfig)
	}
	for i, s := range c.Servers {
		u, err := url.Parse(s)
		switch {
		case err != nil || u.Host == "":
			return nil, fmt.Errorf("%w: NATS server %d is no address such as nats://host:4222", ErrConfig, i+1) // which may have a password in it
		case u.User != nil:
			return nil, fmt.Errorf("%w: the address of NATS server %s has credentials in it; they have settings of their own", ErrConfig, u.Host)
		case u.Scheme != "nats" && u.Scheme != "tls":
			return nil, fmt.Errorf("%w: NATS server %s: %s is neither nats nor tls", ErrConfig, u.Host, u.Scheme)
		}
	}
	options := []nats.Option{
		nats.Name("confboard " + c.Name), nats.Timeout(dialLimit), nats.PingInterval(pingEvery), nats.MaxPingsOutstanding(pings), nats.FlusherTimeout(writeLimit),
	}
	ways := 0
	if c.CredentialsFile != "" {
		ways++
		options = append(options, nats.UserCredentials(c.CredentialsFile))
	}
	if c.User != "" {
		ways++
		options = append(options, nats.UserInfo(c.User, c.Password.Reveal()))
	} else if !c.Password.IsZero() {
		return nil, fmt.Errorf("%w: a password without a user", ErrConfig)
	}
	if !c.Token.IsZero() {
		ways++
		options = append(options, nats.Token(c.Token.Reveal()))
	}
	if ways > 1 {
		return nil, fmt.Errorf("%w: more than one of credentials file, user and token", ErrConfig)
	}
	if (c.TLS.CertFile == "") != (c.TLS.KeyFile == "") {
		return nil, fmt.Errorf("%w: a certificate and its key go together", ErrConfig)
	}
	if c.TLS.CAFile != "" {
		options = append(options, nats.RootCAs(c.TLS.CAFile))
	}
	if c.TLS.CertFile != "" {
		options = append(options, nats.ClientCert(c.TLS.CertFile, c.TLS.KeyFile))
	}
	return options, nil
}

// isRefusal reports whether a server refused the credentials.
func isRefusal(err error) bool {
	for _, refusal := range []error{nats.ErrAuthorization, nats.ErrAuthExpired, nats.ErrAuthRevoked, nats.ErrAccountAuthExpired, nats.ErrNkeysNotSupported} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}
