package app

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"confboard/web/settings"
	"confboard/web/store"
)

// backupCommand writes what the board keeps into one file.
func (d desk) backupCommand() *cobra.Command {
	var passwords bool
	backup := &cobra.Command{Use: "backup FILE", Short: "Copy what the board keeps into a zip file, also while it is running", Args: cobra.ExactArgs(1),
		Long: "The file has links, accounts, tokens, of whose secrets only hashes, and timelines. With --with-passwords it also has the meetings that were\n" +
			"added on the board, with their host passwords in clear. The command restore puts it back."}
	settings.Register(backup.Flags())
	backup.Flags().BoolVar(&passwords, "with-passwords", false, "with the meetings added on the board, and their host passwords")
	backup.RunE = func(cmd *cobra.Command, args []string) error {
		s, err := d.load(cmd)
		if err != nil {
			return err
		}
		if s.Database.Enabled() {
			return store.ErrElsewhere
		}
		names := []string{store.DBFile}
		if passwords {
			names = append(names, store.MeetingsFile)
		}
		if err := writeBackup(cmd.Context(), s.DataDir, args[0], names); err != nil {
			return err
		}
		return d.say("Written to %s.", args[0])
	}
	return backup
}

// writeBackup writes the named files of a folder to an archive that must not exist yet, readable by its owner only. One that is
// missing is left out; the board's file is copied as of one moment.
func writeBackup(ctx context.Context, folder, archive string, names []string) (err error) {
	if _, err := os.Stat(filepath.Join(folder, store.DBFile)); err != nil {
		return fmt.Errorf("there is nothing to back up: %w", err)
	}
	out, err := os.OpenFile(archive, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(archive))
		}
	}()
	copies, err := os.MkdirTemp(filepath.Dir(archive), ".confboard-backup-") // mode 0700, on the same disk as the archive
	if err != nil {
		return errors.Join(err, out.Close())
	}
	defer func() { err = errors.Join(err, os.RemoveAll(copies)) }()

	packed := zip.NewWriter(out)
	for _, name := range names {
		from := filepath.Join(folder, name)
		if name == store.DBFile {
			from = filepath.Join(copies, name)
			if err := store.CopyDB(ctx, folder, from); err != nil {
				return errors.Join(err, out.Close())
			}
		}
		if err := pack(packed, name, from); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(err, out.Close())
		}
	}
	return errors.Join(packed.Close(), out.Sync(), out.Close())
}

func pack(into *zip.Writer, name, from string) error {
	file, err := os.Open(from)
	if err != nil {
		return err
	}
	defer file.Close()
	header := &zip.FileHeader{Name: name, Method: zip.Deflate}
	header.SetMode(0o600)
	to, err := into.CreateHeader(header)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, file)
	return err
}
