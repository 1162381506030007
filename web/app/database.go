package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"confboard/web/settings"
	"confboard/web/store"
)

// migrateCommand moves what the board keeps from its file to a server's database.
func (d desk) migrateCommand() *cobra.Command {
	migrate := &cobra.Command{Use: "migrate", Short: "Copy what the board keeps in dataDir to the database in the settings", Args: cobra.NoArgs,
		Long: "The database may not have anything of a board yet; either all is copied, or nothing. Stop the board first: what it writes meanwhile may be\n" +
			"left behind. The file stays as it is, and so do the meetings added on the board, which stay in dataDir."}
	settings.Register(migrate.Flags())
	migrate.RunE = func(cmd *cobra.Command, _ []string) error {
		s, err := d.load(cmd)
		if err != nil {
			return err
		}
		if !s.Database.Enabled() {
			return errors.New("database.url is not set: it names where to copy to")
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
		return d.say("Everything has been copied. From now on the board uses the database.")
	}
	return migrate
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
	return []string{"The database can be used, and is up to date."}, db.Close()
}
