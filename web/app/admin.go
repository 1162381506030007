package app

import (
	"fmt"
	"io"
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
	issued bool
}

// issue is an access.Config.Issue.
func (d *tokenDesk) issue(token conference.Secret) error {
	if !d.issued || d.folder == "" {
		d.issued = true
		if _, err := fmt.Fprintf(d.stdout, "Admin token, for one sign-in on the page /feed: %s\n", token.Reveal()); err != nil {
			return err
		}
	}
	if d.folder == "" {
		return nil
	}
	return writeToken(filepath.Join(d.folder, adminTokenFile), token)
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
