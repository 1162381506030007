package app

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/handlers"
	"confboard/templates/text"
	"confboard/web/settings"
)

// hookCommand sets up where the cloud pushes the enterprise's events to. load reads the settings of a command.
func hookCommand(load func(*cobra.Command) (settings.Settings, error), stdout io.Writer) *cobra.Command {
	hook := &cobra.Command{Use: "hook", Short: "Set up the push of the enterprise's events", Args: cobra.NoArgs,
		Long: "Events tell the board at once of meetings that start, end or are booked. The cloud pushes them to /hooks/huawei below\n" +
			"publicURL, which it has to reach from outside by https. Register, then switch it on while the board is running: the cloud\n" +
			"checks that it answers. All of it needs cloud.app, as an administrator; registering also needs cloud.hook and publicURL.",
		// Without it cobra would print the help and succeed, whatever was asked for.
		RunE: func(*cobra.Command, []string) error {
			return errors.New("hook: say what to do: register, show, on, off or remove")
		}}
	settings.Register(hook.PersistentFlags())
	do := func(use, short string, run func(context.Context, *huawei.Account, settings.Settings) (string, error)) {
		hook.AddCommand(&cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := load(cmd)
			if err != nil {
				return err
			}
			if !s.Cloud.App.Enabled() {
				return errors.New("cloud.app is not set: the push of events is set up with the enterprise's app ID")
			}
			account, err := huawei.NewAccount(cloudConfig(s.Cloud))
			if err != nil {
				return err
			}
			answer, err := run(cmd.Context(), account, s)
			if err != nil {
				return explained(cmd.Name(), err)
			}
			_, err = fmt.Fprintln(stdout, answer)
			return err
		}})
	}
	do("register", "Have events pushed to this board, once it is switched on", registerHook)
	do("show", "Show what the cloud has", func(ctx context.Context, a *huawei.Account, _ settings.Settings) (string, error) {
		return described(a.ShowHook(ctx))
	})
	do("on", "Switch the push on; the board has to be running", func(ctx context.Context, a *huawei.Account, _ settings.Settings) (string, error) {
		return described(a.SwitchHook(ctx, true))
	})
	do("off", "Switch the push off", func(ctx context.Context, a *huawei.Account, _ settings.Settings) (string, error) {
		return described(a.SwitchHook(ctx, false))
	})
	do("remove", "Remove the settings of the push", func(ctx context.Context, a *huawei.Account, _ settings.Settings) (string, error) {
		return "The settings are removed.", a.RemoveHook(ctx)
	})
	return hook
}

func registerHook(ctx context.Context, a *huawei.Account, s settings.Settings) (string, error) {
	switch {
	case !s.Cloud.Hook.Enabled():
		return "", errors.New("cloud.hook is not set: it says what the cloud names itself by and signs with")
	case s.PublicURL == "":
		return "", errors.New("publicURL is not set: the cloud has to know where it reaches the board")
	}
	return described(a.RegisterHook(ctx, s.PublicURL+s.BasePath+handlers.HookPath, s.Cloud.Hook.AppID, s.Cloud.Hook.Key))
}

// described is what the cloud has, for people. The key is not among it.
func described(h huawei.HookSettings, err error) (string, error) {
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("url:    %s\nappID:  %s\nstatus: %s", h.URL, h.AppID, h.Status), nil
}

// explained puts what an account's error in a command means, and what to do, in front of its details.
func explained(command string, err error) error {
	var refused *huawei.AccountError
	if !errors.As(err, &refused) {
		return err
	}
	sentence := text.For(text.English).Reason[refused.Reason]
	switch {
	case refused.Reason == conference.ReasonNotPermitted: // the catalogue's is about a meeting
		sentence = "The cloud does not permit this: the account of cloud.app has to be an administrator's."
	case refused.Reason == conference.ReasonUnexpected && command == "on": // there is no code for a check that failed
		sentence = "The cloud did not switch it on: it has to reach the running board at that url, with the same cloud.hook."
	}
	return fmt.Errorf("%s (%w)", sentence, err)
}
