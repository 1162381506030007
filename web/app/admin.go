package app

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"confboard/feed/conference"
)

// adminTokenFile is the file in dataDir with the current admin token.
const adminTokenFile = "admin-token"

// tokenDesk gives every admin token to the operator: the first on stdout, and the current one in a file that only its owner can
// read; without a folder for it, each on stdout. It goes nowhere else.
type tokenDesk struct {
	stdout io.Writer
	folder string // empty: no file
	// setUp is the address of the page where the first admin's account is made, for a board that waits for one; otherwise empty.
	setUp  string
	issued bool
}

// issue is an access.Config.Issue.
func (d *tokenDesk) issue(token conference.Secret) error {
	if token.IsZero() {
		return d.retire()
	}
	if !d.issued || d.folder == "" {
		d.issued = true
		if _, err := fmt.Fprintln(d.stdout, d.words(token)); err != nil {
			return err
		}
	}
	if d.folder == "" {
		return nil
	}
	return writeToken(filepath.Join(d.folder, adminTokenFile), token)
}

// words tell what a token is for. In the address of the set-up it is behind the #, which browsers send to nobody: it stands in the logs
// of no proxy.
func (d *tokenDesk) words(token conference.Secret) string {
	if d.setUp != "" {
		return "Nobody is an admin of this board yet. Choose a name and a password, once: " + d.setUp + "#" + token.Reveal()
	}
	return "Admin token, for one sign-in on the page /feed: " + token.Reveal()
}

// retire removes the file with the last token.
func (d *tokenDesk) retire() error {
	if d.folder == "" {
		return nil
	}
	if err := os.Remove(filepath.Join(d.folder, adminTokenFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// writeToken replaces the file: a reader finds the old token or the new one, and nobody else finds any.
func writeToken(path string, token conference.Secret) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), adminTokenFile+"-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // what went wrong before matters more
		}
	}()
	if _, err = f.WriteString(token.Reveal() + "\n"); err != nil {
		f.Close()
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
