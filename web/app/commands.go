// Package app has the commands and wires the parts of the board together: one group of long-lived parts, each with a
// Run(ctx) error, waited for to the last.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"confboard/web/settings"
)

// version is set when the program is linked; empty in a build without it.
var version string

// Version names the running version for people.
func Version() string {
	if version == "" {
		return "development"
	}
	return version
}

// Main runs the command line and returns the process's exit status. SIGTERM and SIGINT end it in order, with status 0; a second one has a
// board that is one of several wait for the others no longer.
func Main() int {
	ctx, hurry, stop := untilSignals(syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := command(hurry, os.Environ(), os.Stdin, os.Stdout, os.Stderr).ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "confboard:", err)
		return 1
	}
	return 0
}

// untilSignals returns a context that ends with the first of these signals, and a channel that is closed by the second. stop has them do
// again what they do by themselves.
func untilSignals(all ...os.Signal) (ctx context.Context, hurry <-chan struct{}, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals, second, stopped := make(chan os.Signal, 2), make(chan struct{}), make(chan struct{})
	signal.Notify(signals, all...)
	var waiting sync.WaitGroup
	waiting.Go(func() {
		for _, act := range []func(){cancel, func() { close(second) }} {
			select {
			case <-signals:
				act()
			case <-stopped:
				return
			}
		}
	})
	return ctx, second, func() {
		signal.Stop(signals)
		close(stopped)
		waiting.Wait()
		cancel()
	}
}

// command is the tree of commands. Nothing is read from the process but the arguments, so that tests can run it. hurry is closed when the end
// that ctx asks for is to come at once; it can be nil.
func command(hurry <-chan struct{}, environ []string, stdin io.Reader, stdout, stderr io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:           "confboard",
		Short:         "A live status board for Huawei Cloud Meeting",
		Long:          "Confboard shows the status of video meetings, live. Without a command it serves the board from the real cloud.\nTo see it at once, without an account: confboard demo",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetOut(stdout)
	root.SetErr(stderr)

	load := func(cmd *cobra.Command) (settings.Settings, error) {
		return settings.Load(settings.Sources{Flags: cmd.Flags(), Environ: environ})
	}
	serve := func(cmd *cobra.Command, _ []string) error {
		s, err := load(cmd)
		if err != nil {
			return err
		}
		return runServe(cmd.Context(), hurry, s, stdout, stderr)
	}
	root.RunE = serve
	settings.Register(root.Flags())

	serveCmd := &cobra.Command{Use: "serve", Short: "Serve the board from the real cloud (the default)", Args: cobra.NoArgs, RunE: serve}
	settings.Register(serveCmd.Flags())

	checkCmd := &cobra.Command{Use: "check", Short: "Say what is wrong with the settings, and exit; asks the database, NATS and the OpenID provider, if there are any", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := load(cmd)
			if err != nil {
				return err
			}
			for _, w := range s.Warnings {
				fmt.Fprintln(stderr, "warning:", w)
			}
			fmt.Fprintln(stdout, "The settings are valid.")
			var wrong []error
			for _, check := range []func(context.Context, settings.Settings) ([]string, error){checkDatabase, checkCluster, checkOIDC} {
				said, err := check(cmd.Context(), s)
				for _, line := range said {
					fmt.Fprintln(stdout, line)
				}
				wrong = append(wrong, err)
			}
			return errors.Join(wrong...)
		}}
	settings.Register(checkCmd.Flags())

	var demo demoOptions
	demoCmd := &cobra.Command{Use: "demo", Short: "Show a live board of simulated meetings; needs no settings", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			// The settings of a real board do not count here, but the same rules do for the two flags. Nothing of a
			// simulated meeting has to be kept from the network.
			s, err := settings.Load(settings.Sources{Flags: cmd.Flags(), Environ: []string{"CONFBOARD_OPENTONETWORK=yes"}})
			if err != nil {
				return err
			}
			demo.listen, demo.basePath, demo.chosen, demo.record, demo.debug = s.Listen, s.BasePath, cmd.Flags().Changed("listen"), s.Record, s.Debug.Listen
			return runDemo(cmd.Context(), demo, stdout, stderr)
		}}
	settings.Register(demoCmd.Flags(), append([]string{"listen", "basePath", "debug.listen"}, recordFlags...)...)
	demoCmd.Flags().IntVar(&demo.meetings, "meetings", 11, "simulated meetings beside the board meeting, 0 to 5000")
	demoCmd.Flags().Uint64Var(&demo.seed, "seed", 1, "what the simulated meetings are made up from")
	demoCmd.Flags().Float64Var(&demo.speed, "speed", 1, "how much faster than written they live, above 0 and up to 1000")

	var play playOptions
	playCmd := &cobra.Command{Use: "play FILE...", Short: "Show recordings as if their meetings were live; needs no settings", Args: cobra.MinimumNArgs(1),
		Long: "Play shows what was recorded with --record. The files of one recording are played one after the other, whatever order\n" +
			"they are given in; a folder stands for the recordings in it.",
		RunE: func(cmd *cobra.Command, files []string) error {
			// Recorded meetings are real ones: they are kept from the network as live ones are.
			s, err := settings.Load(settings.Sources{Flags: cmd.Flags()})
			if err != nil {
				return err
			}
			play.files, play.chosen = files, cmd.Flags().Changed("listen")
			return runPlay(cmd.Context(), play, s, stdout, stderr)
		}}
	settings.Register(playCmd.Flags(), append([]string{"listen", "openToNetwork", "basePath", "publicURL", "trustedProxies", "debug.listen"}, recordFlags...)...)
	playCmd.Flags().Float64Var(&play.speed, "speed", 1, "how much faster than they happened, 0.1 to 1000")
	playCmd.Flags().BoolVar(&play.loop, "loop", false, "start over at the end")

	var withLicenses bool
	versionCmd := &cobra.Command{Use: "version", Short: "Print the version, and the licences of what others wrote", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if withLicenses {
				_, err := io.WriteString(stdout, licenses)
				return err
			}
			_, err := fmt.Fprintln(stdout, "confboard", Version())
			return err
		}}

	versionCmd.Flags().BoolVar(&withLicenses, "licenses", false, "print the licences of everything that the program contains instead")

	// For containers, which have no other program to ask with.
	healthCmd := &cobra.Command{Use: "healthcheck", Short: "Ask the board on this machine whether it serves", Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := load(cmd)
			if err != nil {
				return err
			}
			return healthcheck(cmd.Context(), s)
		}}
	settings.Register(healthCmd.Flags())

	d := desk{load: load, stdin: stdin, stdout: stdout, stderr: stderr}
	root.AddCommand(serveCmd, demoCmd, playCmd, checkCmd, hookCommand(load, stdout), d.userCommand(), d.tokenCommand(), d.backupCommand(), d.restoreCommand(), d.migrateCommand(), versionCmd, healthCmd)
	return root
}

// ended reports whether an error only says that the program was asked to end.
func ended(ctx context.Context, err error) bool {
	return ctx.Err() != nil && errors.Is(err, context.Canceled)
}
