package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

const (
	ownerOnly   = 0o600
	othersRead  = 0o077 // any right of anybody else
	othersWrite = 0o022

	maxSize = 64 << 20 // bytes; far above MaxMeetings entries
)

// file is a small file that is read whole, and replaced whole so that at any moment, power cuts included, there is either
// the old or the new one. It is the owner's alone.
type file struct {
	name string
	// create makes a file that must not exist yet; tests put a full disk in its place.
	create func(name string) (*os.File, error)
}

func create(name string) (*os.File, error) {
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, ownerOnly)
}

func (f file) unfinished() string { return f.name + ".tmp" }
func (f file) damaged() string    { return f.name + ".damaged" }

// read returns the content, nil when there is no file yet. The notices are for the log: what was put right, and what
// deserves a look.
func (f file) read() (content []byte, notices []string, err error) {
	folder := filepath.Dir(f.name)
	if info, err := os.Stat(folder); err == nil && info.Mode().Perm()&othersWrite != 0 && info.Mode()&fs.ModeSticky == 0 {
		notices = append(notices, fmt.Sprintf("others may replace files in %s; chmod go-w it", folder))
	}
	// It has passwords, and nobody was told that the change was kept.
	if exists(f.unfinished()) {
		fate := "has been removed"
		if err := os.Remove(f.unfinished()); err != nil {
			fate = fmt.Sprintf("cannot be removed: %v", err)
		}
		notices = append(notices, f.unfinished()+" was left by a write that did not finish, and "+fate)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, nil, err
	}
	for _, entry := range entries {
		if name := filepath.Join(folder, entry.Name()); strings.HasPrefix(name, f.damaged()) {
			notices = append(notices, name+" was damaged and what it says does not count; repair it and put it back, or remove it")
		}
	}

	info, err := os.Lstat(f.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, notices, nil
	case err != nil:
		return nil, nil, err
	case !info.Mode().IsRegular():
		// A link would be replaced by the first write, and its target left behind.
		return nil, nil, errors.New("it is not a regular file; move it away")
	case info.Mode().Perm()&othersRead != 0:
		if err := os.Chmod(f.name, ownerOnly); err != nil {
			return nil, nil, fmt.Errorf("others may read it, and this cannot be changed: %w", err)
		}
		notices = append(notices, fmt.Sprintf("others could read %s (%04o); now its owner only can. Think of changing the passwords in it", f.name, info.Mode().Perm()))
	}
	opened, err := os.Open(f.name)
	if err != nil {
		return nil, nil, err
	}
	defer opened.Close()
	content, err = io.ReadAll(io.LimitReader(opened, maxSize+1))
	switch {
	case err != nil:
		return nil, nil, err
	case len(content) > maxSize:
		return nil, nil, fmt.Errorf("%w: it is larger than %d MiB", ErrDamaged, maxSize>>20)
	}
	return content, notices, nil
}

// putAside moves a damaged file to a name that nobody has, and adds to its error where it is and what can be done.
func (f file) putAside(damage error) error {
	aside := f.damaged()
	for i := 2; exists(aside); i++ {
		aside = fmt.Sprintf("%s-%d", f.damaged(), i)
	}
	if err := os.Rename(f.name, aside); err != nil {
		return fmt.Errorf("open %s: %w; repair it or move it away (the board could not: %w)", f.name, damage, err)
	}
	return fmt.Errorf("open %s: %w; it is kept as %s: repair it and put it back, or start again without what it says", f.name, damage, aside)
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return !errors.Is(err, fs.ErrNotExist)
}

// replace returns when the disk has the new content. After an error the old content is there still, unless the folder was
// all that could not be made to last.
func (f file) replace(content []byte) error {
	// What a failed removal left would only make every later write fail; if this fails, the next line says why.
	_ = os.Remove(f.unfinished())
	unfinished, err := f.create(f.unfinished())
	if err != nil {
		return err
	}
	if err = finish(unfinished, content); err == nil {
		err = os.Rename(f.unfinished(), f.name)
	}
	if err != nil {
		return errors.Join(err, removed(f.unfinished()))
	}
	return syncFolder(filepath.Dir(f.name))
}

// finish writes the content, waits for the disk and closes the file.
func finish(f *os.File, content []byte) error {
	_, err := f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// removed makes sure that there is no such file.
func removed(name string) error {
	if err := os.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// syncFolder makes the names in a folder last. Some file systems do that by themselves and refuse to be asked.
func syncFolder(name string) error {
	folder, err := os.Open(name)
	if err != nil {
		return err
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}
