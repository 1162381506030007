package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"confboard/web/settings"
	"confboard/web/store"
)

// migrateCommand moves what the board keeps in files to a server's database.
func (d desk) migrateCommand() *cobra.Command {
	migrate := &cobra.Command{Use: "migrate", Short: "Copy what the board keeps in dataDir to the database in the settings", Args: cobra.NoArgs,
		Long: "The database may not have anything of a board yet; either all is copied, or nothing. Stop the board first: what it writes meanwhile may be\n" +
			"left behind. The files stay as they are. The meetings that were added on the board are copied when cluster.secretFile is set, with which\n" +
			"their host passwords are sealed; otherwise they stay in dataDir."}
	settings.Register(migrate.Flags())
	meetings := migrate.Flags().Bool("meetings", false, "copy the meetings that were added on the board, and nothing else")
	migrate.RunE = func(cmd *cobra.Command, _ []string) error {
		s, err := d.load(cmd)
		switch {
		case err != nil:
			return err
		case !s.Database.Enabled():
			return errors.New("database.url is not set: it names where to copy to")
		case *meetings && s.Cluster.Secret.IsZero():
			return errors.New("cluster.secretFile is not set: host passwords are kept in the database only sealed with it")
		case *meetings:
			return d.migrateMeetings(cmd.Context(), s)
		}
		rows, err := store.Transfer(cmd.Context(), s.DataDir, store.Server(s.Database))
		if err != nil {
			return err
		}
		for _, table := range slices.Sorted(maps.Keys(rows)) {
			if err := d.say("%8d  %s", rows[table], table); err != nil {
				return err
			}
		}
		if s.Cluster.Secret.IsZero() {
			return d.say("Everything has been copied but the meetings added on the board. From now on the board uses the database.")
		}
		if err := d.migrateMeetings(cmd.Context(), s); err != nil {
			return fmt.Errorf("everything else has been copied; try again with --meetings: %w", err)
		}
		return d.say("Everything has been copied. From now on the board uses the database.")
	}
	return migrate
}

// migrateMeetings copies the meetings that were added on the board.
func (d desk) migrateMeetings(ctx context.Context, s settings.Settings) (err error) {
	own, err := store.OpenMeetings(s.DataDir)
	if err != nil {
		return err
	}
	db, err := store.OpenServer(ctx, store.Server(s.Database))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	shared, err := db.SharedMeetings(s.Cluster.Secret)
	if err != nil {
		return err
	}
	n, err := shared.Import(ctx, own.List())
	if err != nil {
		return err
	}
	if err := d.say("%8d  meetings added on the board", n); err != nil || n == 0 {
		return err
	}
	return d.say("Their host passwords are still in clear in %s: remove it when the board runs as it should.", filepath.Join(s.DataDir, store.MeetingsFile))
}

// checkDatabase asks the database of the settings whether the board can keep there what it keeps. Its tables are made by that.
func checkDatabase(ctx context.Context, s settings.Settings) (said []string, err error) {
	if !s.Database.Enabled() {
		return nil, nil
	}
	db, err := store.OpenServer(ctx, store.Server(s.Database))
	if err != nil {
		return nil, fmt.Errorf("database.url: %w", err)
	}
	said = []string{"The database can be used, and is up to date."}
	if !s.Cluster.Secret.IsZero() {
		var kept []store.Meeting
		shared, err := db.SharedMeetings(s.Cluster.Secret)
		if err == nil {
			kept, err = shared.Read(ctx)
		}
		if err != nil {
			return said, errors.Join(fmt.Errorf("cluster.secretFile: %w", err), db.Close())
		}
		said = append(said, fmt.Sprintf("It has %d meetings added by hand, whose host passwords can be opened.", len(kept)))
	}
	return said, db.Close()
}
