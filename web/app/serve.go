package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/timeline"
	"confboard/handlers"
	"confboard/web/live"
	"confboard/web/settings"
	"confboard/web/store"
)

// runServe serves the board from the real cloud. hurry is as in command.
func runServe(ctx context.Context, hurry <-chan struct{}, s settings.Settings, stdout, stderr io.Writer) error {
	logger, tellRepeats := newLogger(stderr, s.Log)
	for _, w := range s.Warnings {
		logger.Warn(w.Error())
	}
	if err := os.MkdirAll(s.DataDir, 0o700); err != nil {
		return fmt.Errorf("dataDir: %w", err)
	}
	encryption, err := newCertificates(s.TLS, logger)
	if err != nil {
		return err
	}
	policy := conference.DefaultPolicy
	policy.Rules = &s.Rules
	policy.Heartbeat, policy.KeepEnded = s.Cloud.Heartbeat, s.KeepEnded

	history := timeline.DefaultLimits
	history.Keep, history.Memory = s.History.Keep, s.History.Memory
	rooms, err := newHouse(policy, history, live.Options{MaxStreams: s.Limits.Streams, MaxStreamsPerAddress: s.Limits.StreamsPerAddress}, logger)
	if err != nil {
		return err
	}
	recorder, err := newRecorder(s.Record, policy, time.Now, logger)
	if err != nil {
		return err
	}
	config := cloudConfig(s.Cloud)
	config.Viewers, config.Logger = rooms.hub.Viewers, logger
	if recorder != nil {
		config.Tap = recorder.Frame
	}
	var one *instance
	if s.Cluster.Enabled() {
		if one, err = newInstance(s, rooms, logger); err != nil {
			return err
		}
		defer one.conn.Close()
		one.join(&config)
	}
	source, err := huawei.New(config)
	if err != nil {
		return err
	}
	var effects huawei.Effects = source
	var watched cloud = source
	if one != nil {
		one.begin(source)
		effects, watched = one, sharedCloud{source, one}
	}
	hook, err := newHook(s.Cloud.Hook, effects, rooms.registry)
	if err != nil {
		return err
	}
	listener, err := listen(ctx, s.Listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "Confboard %s serves on %s\n", Version(), address(listener, s.TLS.Enabled(), s.BasePath))
	entrance, err := newEntrance(ctx, s, rooms.hub, &tokenDesk{stdout: stdout, folder: s.DataDir, setUp: home(s, listener) + handlers.SetUpPath}, logger)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	keeper, err := openKeeper(ctx, s, watched, config.Meetings, entrance.db, logger)
	if err != nil {
		return errors.Join(err, entrance.close(), listener.Close())
	}
	if len(config.Meetings)+len(keeper.watched) == 0 && config.App == nil {
		logger.Warn("no meetings to watch: add them under cloud.meetings in the settings or on the page /feed, or set cloud.app so that they are found")
	}
	archive := newArchive(ctx, entrance.db, s.History, rooms.history, rooms.hub, logger)
	b := board{
		rules:   newRulebook(ctx, rooms.registry, entrance.db, time.Now, logger),
		archive: archive, storage: entrance.storage(archive, s.History),
		house: rooms, listener: listener, listen: s.Listen, publicURL: s.PublicURL, access: s.Access, entrance: entrance, keeper: keeper, hook: hook, tls: encryption,
		basePath: s.BasePath, trustedProxies: s.TrustedProxies, source: source, calls: source.Calls, callsPerMinute: s.Cloud.CallsPerMinute, recorder: recorder, logger: logger,
		others: []runner{tellRepeats, debugging(s.Debug.Listen, logger)},
	}
	if one != nil {
		one.keep(archive, entrance)
		b.instance, b.owns, b.hurry = one, one.watches, hurry
	}
	return b.run(ctx)
}

// cloudConfig is what the settings say of the cloud.
func cloudConfig(c settings.Cloud) huawei.Config {
	config := huawei.Config{
		Endpoint: c.Endpoint, Heartbeat: c.Heartbeat, CallsPerMinute: c.CallsPerMinute, DiscoverEvery: c.DiscoverEvery, Booked: c.Booked,
	}
	if c.App.Enabled() {
		config.App = &huawei.App{ID: c.App.ID, Key: c.App.Key, UserID: c.App.UserID}
	}
	for _, r := range c.Watch {
		rule := huawei.Rule{Subject: conference.Pattern(r.Subject), Owner: conference.Pattern(r.Owner), ConfID: conference.Pattern(r.ConfID), Group: r.Group}
		switch r.Watch {
		case settings.WatchYes:
			rule.Watch = huawei.Yes
		case settings.WatchNo:
			rule.Watch = huawei.No
		}
		config.Select = append(config.Select, rule)
	}
	for _, m := range c.Meetings {
		config.Meetings = append(config.Meetings, huawei.Meeting{
			ConfID: m.ConfID, HostPassword: m.HostPassword, Name: m.Name, Group: m.Group, Origin: conference.FromSettings,
			Booking: conference.Booking{Start: m.Start, End: m.End},
		})
	}
	return config
}

// newHook takes the enterprise's events, nil when the settings have none.
func newHook(h settings.Hook, effects huawei.Effects, to conference.Sink) (handlers.Hook, error) {
	if !h.Enabled() {
		return nil, nil
	}
	return huawei.NewHook(huawei.HookConfig{AppID: h.AppID, Key: h.Key, Effects: effects, To: to})
}

// openKeeper opens the meetings added by hand: those in a server's database, if there is a secret to seal their passwords with, otherwise
// those in dataDir.
func openKeeper(ctx context.Context, s settings.Settings, source cloud, listed []huawei.Meeting, db *store.DB, logger *slog.Logger) (*keeper, error) {
	own, err := openMeetings(s.DataDir, logger)
	if err != nil {
		return nil, err
	}
	if !s.Database.Enabled() || s.Cluster.Secret.IsZero() {
		return newKeeper(ctx, source, ownFile{own}, listed)
	}
	shared, err := db.SharedMeetings(s.Cluster.Secret)
	if err != nil {
		return nil, err
	}
	k, err := newKeeper(ctx, source, shared, listed)
	if err != nil {
		return nil, err
	}
	left := slices.DeleteFunc(own.List(), func(m store.Meeting) bool { _, there := k.watched[m.ConfID]; return there })
	if len(left) > 0 {
		logger.Warn("meetings in "+store.MeetingsFile+" are not in the database and are not watched; confboard migrate --meetings copies them", "meetings", len(left))
	}
	return k, nil
}

// openMeetings opens the meetings added by hand in dataDir. A damaged file has been kept aside and costs only what is in it.
func openMeetings(folder string, logger *slog.Logger) (*store.Meetings, error) {
	stored, err := store.OpenMeetings(folder)
	if errors.Is(err, store.ErrDamaged) {
		logger.Error("meetings added by hand are not watched", "error", err)
		stored, err = store.OpenMeetings(folder)
	}
	if err != nil {
		return nil, err
	}
	for _, notice := range stored.Notices() {
		logger.Warn(notice)
	}
	return stored, nil
}

// address is where a browser on this machine finds the board.
func address(l net.Listener, secure bool, basePath string) string {
	scheme := "http"
	if secure {
		scheme = "https"
	}
	return scheme + "://" + reachable(l.Addr().String()) + basePath + "/"
}

// home is where people find the board: its public URL, or where a browser on this machine does.
func home(s settings.Settings, l net.Listener) string {
	if s.PublicURL != "" {
		return s.PublicURL + s.BasePath
	}
	return strings.TrimSuffix(address(l, s.TLS.Enabled(), s.BasePath), "/")
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
