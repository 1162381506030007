package app

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"confboard/web/settings"
	"confboard/web/store"
)

// restoreCommand puts back what backup wrote.
func (d desk) restoreCommand() *cobra.Command {
	var force bool
	restore := &cobra.Command{Use: "restore FILE", Short: "Put back what backup wrote; the board must not be running", Args: cobra.ExactArgs(1),
		Long: "The file is checked, and brought up to date where it is of an older version, before anything is changed. What is in dataDir already\n" +
			"stays, unless --force is given: then it is kept beside, under its name with .before-restore."}
	settings.Register(restore.Flags())
	restore.Flags().BoolVar(&force, "force", false, "take the place of what is there, which is kept")
	restore.RunE = func(cmd *cobra.Command, args []string) (err error) {
		s, err := d.load(cmd)
		if err != nil {
			return err
		}
		if s.Database.Enabled() {
			return store.ErrElsewhere
		}
		if err := os.MkdirAll(s.DataDir, 0o700); err != nil {
			return fmt.Errorf("dataDir: %w", err)
		}
		folder, err := os.MkdirTemp(s.DataDir, ".confboard-restore-") // mode 0700, on the disk where the files go
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
		if err := takeOut(args[0], folder); err != nil {
			return fmt.Errorf("read %s: %w", args[0], err)
		}
		kept, err := store.Restore(cmd.Context(), s.DataDir, folder, force)
		for _, name := range kept {
			if err := d.say("What was there is kept as %s.", name); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, store.ErrThere):
			return fmt.Errorf("%w; --force takes its place and keeps it", err)
		case err != nil:
			return err
		}
		return d.say("Restored from %s.", args[0])
	}
	return restore
}

// takeOut takes the files that a backup can have out of an archive; it ignores all others.
func takeOut(archive, folder string) (err error) {
	packed, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, packed.Close()) }()
	for _, f := range packed.File {
		if f.Name != store.DBFile && f.Name != store.MeetingsFile {
			continue
		}
		if err := takeOutFile(f, filepath.Join(folder, f.Name)); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}

func takeOutFile(f *zip.File, name string) (err error) {
	from, err := f.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Sync(), to.Close())
}
