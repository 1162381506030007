package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"confboard/feed/recording"
	"confboard/feed/rules"
	"confboard/feed/timeline"
	"confboard/web/live"
	"confboard/web/settings"
)

// playOptions are the arguments of the command play.
type playOptions struct {
	files []string
	speed float64
	loop  bool
	// chosen: an address to listen on was given, and must be taken as it is.
	chosen bool
}

// runPlay serves the board from recordings.
func runPlay(ctx context.Context, o playOptions, s settings.Settings, stdout, stderr io.Writer) error {
	if o.loop && s.Record.Enabled() {
		return errors.New("--record: with --loop it would never end; leave out one of them")
	}
	if !(o.speed >= recording.MinSpeed && o.speed <= recording.MaxSpeed) {
		return fmt.Errorf("--speed: %g is out of range, %g to %d", o.speed, recording.MinSpeed, recording.MaxSpeed)
	}
	logger, tellRepeats := newLogger(stderr, settings.Log{Level: slog.LevelWarn})
	config := recording.PlayerConfig{Files: o.files, Speed: o.speed, Loop: o.loop, Logger: logger}
	player, err := recording.NewPlayer(config)
	if err != nil {
		return fmt.Errorf("play: %w", err)
	}
	if s.Record.Enabled() && player.Plays(s.Record.File) {
		return fmt.Errorf("--record: %s is what is played; name another file", s.Record.File)
	}
	recorder, err := newRecorder(s.Record, player.Policy(), player.Now, logger)
	if err != nil {
		return err
	}
	if recorder != nil {
		player.Tap(recorder.Frame)
	}
	policy := player.Policy()
	policy.Rules = rules.Default()
	rooms, err := newHouse(policy, timeline.DefaultLimits, live.Options{Told: func() (time.Time, float64) { return player.Now(), player.Rate() }}, logger)
	if err != nil {
		return err
	}
	listener, err := listenFree(ctx, s.Listen, o.chosen)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "Confboard plays a recording from %s on %s\nStop it with Ctrl-C.\n",
		player.Now().Format("2006-01-02 15:04:05 MST"), address(listener, false, s.BasePath))
	return board{
		house: rooms, listener: listener, listen: s.Listen, publicURL: s.PublicURL, basePath: s.BasePath, trustedProxies: s.TrustedProxies,
		source: player, player: player, rules: newRulebook(ctx, rooms.registry, nil, player.Now, logger), recorder: recorder, logger: logger,
		others: []runner{tellRepeats, debugging(s.Debug.Listen, logger)},
	}.run(ctx)
}
