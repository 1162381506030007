package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"confboard/web/settings"
)

const (
	// lookEvery is how soon a renewed certificate is served.
	lookEvery = 10 * time.Second
	// expiresSoon is when it should have been renewed, and warnEvery how often that is said.
	expiresSoon, warnEvery = 14 * 24 * time.Hour, 24 * time.Hour
)

// certificates serves the certificate that is in two files, whatever has become of them since the start: certificates are renewed every
// few weeks, and a wall stays connected for months. Connections that are open go on.
type certificates struct {
	files  settings.TLS
	logger *slog.Logger

	current atomic.Pointer[tls.Certificate]
	// served and refused are digests of the files: as they are served, and as they were last found unusable.
	served, refused [sha256.Size]byte
	warned          time.Time
}

// newCertificates reads the files; nil when the settings have none.
func newCertificates(files settings.TLS, logger *slog.Logger) (*certificates, error) {
	if !files.Enabled() {
		return nil, nil
	}
	c := &certificates{files: files, logger: logger}
	pair, digest, err := c.read()
	if err != nil {
		return nil, fmt.Errorf("tls: %w", err)
	}
	c.served = digest
	c.current.Store(pair)
	return c, nil
}

// config is how connections are encrypted, nil when they are not.
func (c *certificates) config() *tls.Config {
	if c == nil {
		return nil
	}
	return &tls.Config{
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current.Load(), nil },
		MinVersion:     tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
	}
}

// read reads the files, whose digest it returns also when they cannot be used.
func (c *certificates) read() (pair *tls.Certificate, digest [sha256.Size]byte, err error) {
	chain, err1 := os.ReadFile(c.files.CertFile)
	key, err2 := os.ReadFile(c.files.KeyFile)
	digest = sha256.Sum256(bytes.Join([][]byte{chain, key}, []byte{0}))
	if err := errors.Join(err1, err2); err != nil {
		return nil, digest, err
	}
	both, err := tls.X509KeyPair(chain, key)
	return &both, digest, err
}

// Run looks at the files now and then. It returns nil when ctx ends.
func (c *certificates) Run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		c.warn()
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			c.look()
		}
	}
}

// look takes a renewed certificate over. As long as the files do not fit together, the one before is served; that is said when it was
// so twice, because whoever renews them may be about to write the second.
func (c *certificates) look() {
	pair, digest, err := c.read()
	again := digest == c.refused
	c.refused = [sha256.Size]byte{}
	switch {
	case digest == c.served:
	case err != nil:
		if again {
			c.logger.Error("the certificate was replaced by one that cannot be used; the one before is served", "error", err)
			c.served = digest // said once
			return
		}
		c.refused = digest
	default:
		c.served = digest
		c.current.Store(pair)
		c.warned = time.Time{}
		c.logger.Info("the certificate was renewed", "expires", pair.Leaf.NotAfter)
	}
}

// warn tells of a certificate that expires soon.
func (c *certificates) warn() {
	now, end := time.Now(), c.current.Load().Leaf.NotAfter
	if end.Sub(now) > expiresSoon || now.Sub(c.warned) < warnEvery {
		return
	}
	c.warned = now
	c.logger.Warn("the certificate has to be renewed", "expires", end)
}
