package app

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"confboard/feed/conference"
	"confboard/web/access"
	"confboard/web/settings"
	"confboard/web/store"
)

// desk is what the commands for accounts and tokens share. They work on the board's file, beside a running board or without one.
type desk struct {
	load   func(*cobra.Command) (settings.Settings, error)
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

// with opens what the board keeps for a command.
func (d desk) with(run func(ctx context.Context, cmd *cobra.Command, db *store.DB, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		s, err := d.load(cmd)
		if err != nil {
			return err
		}
		db, err := openStore(cmd.Context(), s)
		if err != nil {
			return err
		}
		return errors.Join(run(cmd.Context(), cmd, db, args), db.Close())
	}
}

// userCommand makes, lists and changes accounts.
func (d desk) userCommand() *cobra.Command {
	user := &cobra.Command{Use: "user", Short: "Make and change the accounts of access: accounts", Args: cobra.NoArgs,
		Long: "Accounts are kept in dataDir. A running board takes over every change within two seconds; who is removed, or gets another\n" +
			"password or role, is signed out everywhere. Passwords are asked for, or read from the first line of the standard input."}
	settings.Register(user.PersistentFlags())

	var role string
	var generate bool
	add := &cobra.Command{Use: "add NAME", Short: "Make an account", Args: cobra.ExactArgs(1)}
	add.Flags().StringVar(&role, "role", string(access.RoleViewer), "viewer (sees every meeting) or admin (also changes what is watched, and makes links)")
	add.RunE = d.with(func(ctx context.Context, _ *cobra.Command, db *store.DB, args []string) error {
		name, err := nameIn(args[0])
		if err == nil {
			err = knownRole(role)
		}
		if err != nil {
			return err
		}
		hash, err := d.password(generate)
		if err != nil {
			return err
		}
		now := time.Now()
		switch err := db.AddAccount(ctx, store.Account{Name: name, Role: role, Hash: hash, Created: now, Changed: now}); {
		case errors.Is(err, store.ErrExists):
			return fmt.Errorf("there is an account %s already; see confboard user password and confboard user role", name)
		case err != nil:
			return err
		}
		return d.say("The account %s is made, as %s.", name, role)
	})

	password := &cobra.Command{Use: "password NAME", Short: "Set an account's password", Args: cobra.ExactArgs(1)}
	password.RunE = d.with(func(ctx context.Context, _ *cobra.Command, db *store.DB, args []string) error {
		name, err := nameIn(args[0])
		if err != nil {
			return err
		}
		hash, err := d.password(generate)
		if err != nil {
			return err
		}
		return d.done(db.SetPassword(ctx, name, hash, time.Now()), name, "The password of %s is set.")
	})
	for _, cmd := range []*cobra.Command{add, password} {
		cmd.Flags().BoolVar(&generate, "generate", false, "make a password up and print it")
	}

	change := &cobra.Command{Use: "role NAME viewer|admin", Short: "Set an account's role", Args: cobra.ExactArgs(2),
		RunE: d.with(func(ctx context.Context, _ *cobra.Command, db *store.DB, args []string) error {
			name, err := nameIn(args[0])
			if err == nil {
				err = knownRole(args[1])
			}
			if err != nil {
				return err
			}
			return d.done(db.SetRole(ctx, name, args[1], time.Now()), name, "The role of %s is set.")
		})}
	remove := &cobra.Command{Use: "remove NAME", Short: "Remove an account", Args: cobra.ExactArgs(1),
		RunE: d.with(func(ctx context.Context, _ *cobra.Command, db *store.DB, args []string) error {
			name, err := nameIn(args[0])
			if err != nil {
				return err
			}
			return d.done(db.RemoveAccount(ctx, name), name, "The account %s is removed.")
		})}
	list := &cobra.Command{Use: "list", Short: "List the accounts", Args: cobra.NoArgs,
		RunE: d.with(func(ctx context.Context, _ *cobra.Command, db *store.DB, _ []string) error {
			all, err := db.Accounts(ctx)
			if err != nil {
				return err
			}
			rows := make([][]string, len(all))
			for i, a := range all {
				rows[i] = []string{a.Name, a.Role, a.Created.Format(time.DateOnly)}
			}
			return d.table([]string{"NAME", "ROLE", "MADE"}, rows)
		})}
	user.AddCommand(add, list, remove, password, change)
	return user
}

// tokenCommand makes and removes the tokens of programs.
func (d desk) tokenCommand() *cobra.Command {
	token := &cobra.Command{Use: "token", Short: "Make tokens with which programs read the API and the metrics", Args: cobra.NoArgs,
		Long: "A program sends its token as Authorization: Bearer TOKEN. It may read /api/ and /metrics, and nothing else."}
	settings.Register(token.PersistentFlags())
	add := &cobra.Command{Use: "add NAME", Short: "Make a token and print it, once", Args: cobra.ExactArgs(1),
		RunE: d.with(func(ctx context.Context, _ *cobra.Command, db *store.DB, args []string) error {
			name, err := nameIn(args[0])
			if err != nil {
				return err
			}
			secret, made := access.NewToken(name, time.Now())
			switch err := db.AddToken(ctx, store.Token(made)); {
			case errors.Is(err, store.ErrExists):
				return fmt.Errorf("there is a token %s already; remove it first", name)
			case err != nil:
				return err
			}
			return d.say("%s", secret.Reveal())
		})}
	remove := &cobra.Command{Use: "remove NAME", Short: "Remove a token", Args: cobra.ExactArgs(1),
		RunE: d.with(func(ctx context.Context, _ *cobra.Command, db *store.DB, args []string) error {
			name, err := nameIn(args[0])
			if err != nil {
				return err
			}
			return d.done(db.RemoveToken(ctx, name), name, "The token %s is removed.")
		})}
	list := &cobra.Command{Use: "list", Short: "List the tokens", Args: cobra.NoArgs,
		RunE: d.with(func(ctx context.Context, _ *cobra.Command, db *store.DB, _ []string) error {
			all, err := db.Tokens(ctx)
			if err != nil {
				return err
			}
			rows := make([][]string, len(all))
			for i, t := range all {
				rows[i] = []string{t.Name, t.Created.Format(time.DateOnly)}
			}
			return d.table([]string{"NAME", "MADE"}, rows)
		})}
	token.AddCommand(add, list, remove)
	return token
}

func nameIn(typed string) (string, error) {
	name := access.CleanName(typed)
	if !access.ValidName(name) {
		return "", fmt.Errorf("%q is not a name: 1 to 64 letters, digits, . _ @ or -, the first a letter or a digit", typed)
	}
	return name, nil
}

func knownRole(role string) error {
	if !access.Role(role).Known() {
		return fmt.Errorf("%q is not a role: %s or %s", role, access.RoleViewer, access.RoleAdmin)
	}
	return nil
}

func (d desk) say(format string, args ...any) error {
	_, err := fmt.Fprintf(d.stdout, format+"\n", args...)
	return err
}

// done tells that something of this name was changed, or that there is none.
func (d desk) done(err error, name, format string) error {
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("there is no %s", name)
	}
	if err != nil {
		return err
	}
	return d.say(format, name)
}

func (d desk) table(head []string, rows [][]string) error {
	w := tabwriter.NewWriter(d.stdout, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{head}, rows...) {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	return w.Flush()
}

// password returns the hash of a password: made up, typed twice, or the first line of what is piped in.
func (d desk) password(generate bool) (hash string, err error) {
	var p conference.Secret
	if generate {
		p = conference.NewSecret(rand.Text()[:20])
	} else if p, err = d.readPassword(); err != nil {
		return "", err
	}
	if hash, err = access.HashPassword(p); err != nil {
		return "", err
	}
	if generate {
		err = d.say("Password: %s", p.Reveal())
	}
	return hash, err
}

func (d desk) readPassword() (p conference.Secret, err error) {
	terminal, is := d.stdin.(*os.File)
	if !is || !term.IsTerminal(int(terminal.Fd())) {
		line, err := bufio.NewReader(io.LimitReader(d.stdin, 4096)).ReadString('\n')
		if err != nil && err != io.EOF {
			return p, fmt.Errorf("read the password: %w", err)
		}
		return conference.NewSecret(strings.TrimRight(line, "\r\n")), nil
	}
	ask := func(prompt string) (string, error) {
		fmt.Fprint(d.stderr, prompt)
		typed, err := term.ReadPassword(int(terminal.Fd()))
		fmt.Fprintln(d.stderr)
		return string(typed), err
	}
	first, err := ask("Password: ")
	if err != nil {
		return p, fmt.Errorf("read the password: %w", err)
	}
	again, err := ask("Once more: ")
	if err != nil {
		return p, fmt.Errorf("read the password: %w", err)
	}
	if first != again {
		return p, errors.New("the two passwords differ")
	}
	return conference.NewSecret(first), nil
}
