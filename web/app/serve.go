package app

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/web/live"
	"confboard/web/settings"
)

// runServe serves the board from the real cloud.
func runServe(ctx context.Context, s settings.Settings, stdout, stderr io.Writer) error {
	logger := newLogger(stderr, s.Log.Level)
	for _, w := range s.Warnings {
		logger.Warn(w.Error())
	}
	if err := os.MkdirAll(s.DataDir, 0o700); err != nil {
		return fmt.Errorf("dataDir: %w", err)
	}
	certificates, err := tlsConfig(s.TLS)
	if err != nil {
		return err
	}
	policy := conference.DefaultPolicy
	policy.Rules = &s.Rules
	policy.Heartbeat, policy.KeepEnded = s.Cloud.Heartbeat, s.KeepEnded

	cloud := huawei.Config{Endpoint: s.Cloud.Endpoint, Heartbeat: s.Cloud.Heartbeat, CallsPerMinute: s.Cloud.CallsPerMinute, Logger: logger}
	for _, m := range s.Cloud.Meetings {
		cloud.Meetings = append(cloud.Meetings, huawei.Meeting{ConfID: m.ConfID, HostPassword: m.HostPassword, Name: m.Name, Group: m.Group})
	}
	if len(cloud.Meetings) == 0 {
		logger.Warn("no meetings to watch: add them under cloud.meetings in the settings")
	}
	source, err := huawei.New(cloud)
	if err != nil {
		return err
	}
	listener, err := listen(ctx, s.Listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "Confboard %s serves on %s\n", Version(), address(listener, s.TLS.Enabled(), s.BasePath))
	return board{
		listener: listener, tls: certificates, basePath: s.BasePath, trustedProxies: s.TrustedProxies, policy: policy, source: source, logger: logger,
		streams: live.Options{MaxStreams: s.Limits.Streams, MaxStreamsPerAddress: s.Limits.StreamsPerAddress},
	}.run(ctx)
}

func tlsConfig(t settings.TLS) (*tls.Config, error) {
	if !t.Enabled() {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("tls: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}, nil
}

// address is where a browser on this machine finds the board.
func address(l net.Listener, secure bool, basePath string) string {
	scheme := "http"
	if secure {
		scheme = "https"
	}
	return scheme + "://" + reachable(l.Addr().String()) + basePath + "/"
}

// reachable replaces an address that stands for all interfaces by one that can be asked.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// healthcheck asks the board that these settings describe whether it serves.
func healthcheck(ctx context.Context, s settings.Settings) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	client := &http.Client{}
	scheme := "http://"
	if s.TLS.Enabled() {
		scheme = "https://"
		// The certificate names the public host, and this asks the machine itself.
		client.Transport = &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // loopback
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+reachable(s.Listen)+s.BasePath+"/healthz", nil)
	if err != nil {
		return err
	}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("ask for health: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("ask for health: answered %s", res.Status)
	}
	return nil
}
