package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrInUse: a board is running with the file.
var ErrInUse = errors.New("the file is in use: stop the board first")

// ErrThere: there is a file already.
var ErrThere = errors.New("there is a file already")

// ErrElsewhere: what the board keeps is in a database of a server, and none of its own files has it.
var ErrElsewhere = errors.New("the data are in a PostgreSQL database: save and restore it with pg_dump and pg_restore")

// keptAs is what is added to the name of a file whose place another takes.
const keptAs = ".before-restore"

// Backup writes a copy, as of one moment, to a file that does not exist yet, readable by its owner only. The board may go on
// writing meanwhile. It is for the board's own file: a server's database is copied by the server's means, which is ErrElsewhere.
func (d *DB) Backup(ctx context.Context, name string) error {
	if _, own := d.engine.(sqliteFile); !own {
		return ErrElsewhere
	}
	f, err := create(name) // so that it has its rights before its content, which SQLite writes into an empty file
	if err != nil {
		return fmt.Errorf("make the copy: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("make the copy: %w", err)
	}
	if err := d.copyTo(ctx, name); err != nil {
		return errors.Join(fmt.Errorf("copy %s: %w", d.name, err), removed(name))
	}
	return nil
}

// CopyDB writes a copy of the board's file in a folder, as Backup does. A board may be running, also one of another version: the file
// is left as it is.
func CopyDB(ctx context.Context, dataDir, name string) (err error) {
	file := filepath.Join(dataDir, DBFile)
	d := &DB{engine: sqliteFile(file), name: file}
	if d.sql, d.readers, err = d.connect(ctx); err != nil {
		return fmt.Errorf("open %s: %w", file, err)
	}
	return errors.Join(d.Backup(ctx, name), d.Close())
}

// Restore puts files of another folder in the place of those in dataDir: the board's file, and that of the meetings added by hand if
// it is there. They are checked and brought up to date before anything is changed. Where there is one already, which is ErrThere
// without force, it is kept; kept are the names under which. No board may be running, which is ErrInUse.
func Restore(ctx context.Context, dataDir, from string, force bool) (kept []string, err error) {
	if err := prepare(ctx, from); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the data: %w", err)
	}
	var names []string
	for _, name := range []string{DBFile, MeetingsFile} {
		if !exists(filepath.Join(from, name)) {
			continue
		}
		names = append(names, name)
		if there := filepath.Join(dataDir, name); exists(there) && !force {
			return nil, fmt.Errorf("%w: %s", ErrThere, there)
		}
	}
	if err := settle(ctx, filepath.Join(dataDir, DBFile)); errors.Is(err, ErrInUse) { // whatever else is the matter with it, it goes
		return nil, err
	}
	for _, name := range names {
		aside, err := replaceFile(filepath.Join(from, name), filepath.Join(dataDir, name))
		if aside != "" {
			kept = append(kept, aside)
		}
		if err != nil {
			return kept, fmt.Errorf("put %s in its place: %w", name, err)
		}
	}
	return kept, syncFolder(dataDir)
}

// prepare checks the files of a folder, and brings the board's up to date. Nothing is left of it but the one file.
func prepare(ctx context.Context, folder string) error {
	if !exists(filepath.Join(folder, DBFile)) {
		return fmt.Errorf("%w: there is no %s in it", ErrDamaged, DBFile)
	}
	d, err := OpenDB(ctx, folder)
	if err != nil {
		return err
	}
	if err := errors.Join(d.checkAll(ctx), d.Close()); err != nil {
		return fmt.Errorf("check %s: %w", DBFile, err)
	}
	if err := settle(ctx, filepath.Join(folder, DBFile)); err != nil {
		return fmt.Errorf("check %s: %w", DBFile, err)
	}
	if exists(filepath.Join(folder, MeetingsFile)) {
		if _, err := OpenMeetings(folder); err != nil {
			return fmt.Errorf("check %s: %w", MeetingsFile, err)
		}
	}
	return nil
}

// replaceFile moves a file to the place of another, which is kept under a name that nobody has, with what SQLite may have left beside
// it. When that does not succeed, all is as it was.
func replaceFile(from, to string) (aside string, err error) {
	if !exists(to) {
		return "", os.Rename(from, to)
	}
	aside = to + keptAs
	for i := 2; exists(aside); i++ {
		aside = fmt.Sprintf("%s%s-%d", to, keptAs, i)
	}
	var moved []string
	move := func(companion string) error {
		if !exists(to + companion) {
			return nil
		}
		moved = append(moved, companion)
		return os.Rename(to+companion, aside+companion)
	}
	for _, companion := range companions {
		err = errors.Join(err, move(companion))
	}
	if err == nil {
		err = os.Rename(from, to)
	}
	if err != nil {
		for _, companion := range moved {
			if exists(aside + companion) {
				err = errors.Join(err, os.Rename(aside+companion, to+companion))
			}
		}
		return "", err
	}
	return aside, nil
}
