package settings

import (
	"os"
	"path/filepath"
	"testing"
)

// Whatever the file contains, it is either refused with a reason or gives settings that hold.
func FuzzFile(f *testing.F) {
	for _, content := range []string{
		example, "", "~", "- a", "? {a: b}\n: c", "a: &x [*x]", "a: !t b", "<<: {listen: a}", "--- a\n--- b", "cloud: {meetings: [{}, ~, [a]]}", "listen: |\n  x\n", "%YAML 1.1\n---\nlisten: a\n", "\xff",
	} {
		f.Add([]byte(content))
	}
	name := filepath.Join(f.TempDir(), "c.yaml")
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Load(Sources{ConfigFile: name})
		if err != nil {
			if err.Error() == "" {
				t.Error("refused without a reason")
			}
			return
		}
		if s.Listen == "" || s.Cloud.Endpoint == "" || s.Cloud.Heartbeat < minHeartbeat || s.DataDir == "" {
			t.Errorf("accepted: %+v", s)
		}
		for _, m := range s.Cloud.Meetings {
			if !m.ConfID.Valid() || m.HostPassword.IsZero() && !s.Cloud.App.Enabled() {
				t.Errorf("accepted meeting: %+v", m)
			}
		}
	})
}
