// Package setup has no code of its own: its test tries the scripts beside it with programs that only play what is asked.
package setup

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What the programs answer in the cases that there are. The real databases are not asked by a test.
const (
	installs    = `printf '#!/bin/sh\n%s\n' "$SCANNER" >"$GOBIN/govulncheck"; chmod +x "$GOBIN/govulncheck"`
	cannot      = `echo "proxy: no such host" >&2; exit 1`
	nothing     = `echo "No vulnerabilities found."`
	vulnerable  = `echo "Vulnerability #1: GO-2026-0001"; exit 3`
	unreachable = `echo "fetching vulnerabilities: no such host" >&2; exit 1`
	clean       = `echo '{"auditReportVersion": 2, "vulnerabilities": {}}'`
	advisory    = `echo '{"auditReportVersion": 2, "vulnerabilities": {"left-pad": {}}}'; exit 1`
	noAudit     = `echo '{"message": "405"}'; echo "audit endpoint returned an error" >&2; exit 1`
)

func TestVulnerabilitiesAreFoundAndWhatCouldNotBeLookedUpIsSaid(t *testing.T) {
	for _, k := range []struct {
		name, install, scanner, npm, offline string
		passes                               bool
		says                                 string
	}{
		{"nothing is known", installs, nothing, clean, "", true, "no known vulnerability in the Go modules"},
		{"a module is vulnerable", installs, vulnerable, clean, "", false, "GO-2026-0001"},
		{"a module is vulnerable, and that is asked for offline", installs, vulnerable, clean, "1", false, "GO-2026-0001"},
		{"a package of the browser's is vulnerable", installs, nothing, advisory, "", false, "left-pad"},
		{"a package is vulnerable and the modules cannot be looked up", installs, unreachable, advisory, "1", false, "left-pad"},
		{"the database of the modules cannot be reached", installs, unreachable, clean, "", false, "could not be checked: the Go modules"},
		{"the scanner cannot be had", cannot, nothing, clean, "", false, "could not be checked: the Go modules, for want of govulncheck"},
		{"npm's advisories cannot be reached", installs, nothing, noAudit, "", false, "could not be checked: the browser's packages"},
		{"nothing can be reached, which is meant", cannot, nothing, noAudit, "1", true, "could not be checked: the browser's packages"},
	} {
		t.Run(k.name, func(t *testing.T) {
			bin := t.TempDir()
			for name, script := range map[string]string{"go": k.install, "npm": k.npm} {
				if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.CommandContext(t.Context(), "./vulnerabilities.sh")
			cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "SCANNER="+k.scanner, "OFFLINE="+k.offline)
			out, err := cmd.CombinedOutput()
			if (err == nil) != k.passes || !strings.Contains(string(out), k.says) {
				t.Errorf("%v, want it to pass: %t, and to say %q; it says\n%s", err, k.passes, k.says, out)
			}
		})
	}
}
