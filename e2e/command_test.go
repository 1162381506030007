package e2e

import (
	"bytes"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// outcome is how a command that ends by itself ended.
type outcome struct {
	status         int
	stdout, stderr string
}

// confboard runs the program until it ends, in an empty folder and with none of our environment.
func confboard(t *testing.T, environ []string, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), suite.binary, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = t.TempDir(), append([]string{"PATH=/nowhere"}, environ...), &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

func TestWrongSettingsAreRefusedByNameRangeAndLine(t *testing.T) {
	t.Parallel()
	cases := []struct {
		what, file string
		environ    []string
		flags      []string
		says       []string // each has to be in one line of the message, together
	}{
		{"a value out of range", "listen: 127.0.0.1:8080\ncloud:\n  heartbeat: 1ms\n", nil, nil, []string{"confboard.yaml:3", "cloud.heartbeat", "200ms", "10m"}},
		{"an unknown setting", "listen: 127.0.0.1:8080\nlissten: x\n", nil, nil, []string{"confboard.yaml:2", "lissten", "listen"}},
		{"a setting of a meeting", "cloud:\n  meetings:\n    - confID: \"1\"\n    - confID: \"not an id\"\n", nil, nil, []string{"confboard.yaml:4", "cloud.meetings[1].confID"}},
		{"a flag", "", nil, []string{"--keep-ended", "soon"}, []string{"flag --keep-ended", "keepEnded"}},
		{"the environment", "", []string{"CONFBOARD_CLOUD_CALLS_PER_MINUTE=-1"}, nil, []string{"CONFBOARD_CLOUD_CALLS_PER_MINUTE", "cloud.callsPerMinute", "0"}},
		{"a cloud without encryption", "cloud:\n  endpoint: http://meeting.example\n", nil, nil, []string{"confboard.yaml:2", "cloud.endpoint", "https"}},
		{"a file that is no YAML", "listen: [\n", nil, nil, []string{"confboard.yaml"}},
	}
	for _, c := range cases {
		t.Run(c.what, func(t *testing.T) {
			args := append([]string{"check"}, c.flags...)
			if c.file != "" {
				file := filepath.Join(t.TempDir(), "confboard.yaml")
				if err := os.WriteFile(file, []byte(c.file), 0o600); err != nil {
					t.Fatal(err)
				}
				args = append(args, "--config", file)
			}
			o := confboard(t, c.environ, args...)
			if o.status != 1 {
				t.Errorf("exit status %d, want 1", o.status)
			}
			found := false
			for line := range strings.Lines(o.stderr) {
				all := true
				for _, word := range c.says {
					all = all && strings.Contains(line, word)
				}
				found = found || all
			}
			if !found {
				t.Errorf("no line says %q together:\n%s", c.says, o.stderr)
			}
		})
	}

	good := filepath.Join(t.TempDir(), "confboard.yaml")
	if err := os.WriteFile(good, []byte("cloud:\n  meetings:\n    - {confID: \"900487914\", hostPassword: \"135790\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if o := confboard(t, nil, "check", "--config", good); o.status != 0 || !strings.Contains(o.stdout, "valid") {
		t.Errorf("good settings: %+v", o)
	}
}

func TestOpenAccessIsRefusedOnAnAddressThatOthersReach(t *testing.T) {
	t.Parallel()
	for _, listen := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:8080"} {
		o := confboard(t, nil, "serve", "--listen", listen)
		if o.status != 1 || !strings.Contains(o.stderr, "can be reached from other machines") || !strings.Contains(o.stderr, "openToNetwork") {
			t.Errorf("%s: exit status %d, %q", listen, o.status, o.stderr)
		}
	}
	if o := confboard(t, nil, "check", "--listen", "0.0.0.0:8080", "--open-to-network"); o.status != 0 {
		t.Errorf("meant so: exit status %d, %q", o.status, o.stderr)
	}
}

func TestVersionAndUnknownCommands(t *testing.T) {
	t.Parallel()
	if o := confboard(t, nil, "version"); o.status != 0 || !regexp.MustCompile(`^confboard \S+\n$`).MatchString(o.stdout) {
		t.Errorf("version: %+v", o)
	}
	for _, args := range [][]string{{"nonsense"}, {"demo", "--speed", "0"}, {"demo", "--meetings", "-1"}, {"serve", "extra"}} {
		if o := confboard(t, nil, args...); o.status != 1 || !strings.HasPrefix(o.stderr, "confboard: ") {
			t.Errorf("%q: %+v", args, o)
		}
	}
}

func TestTheDemonstrationTakesTheNextPortWhenItsOwnIsBusy(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:8080")
	if err == nil {
		defer taken.Close()
	} // otherwise somebody else has it, which is as good
	b := runBoard(t, "demo", "--meetings", "2", "--speed", "20")
	if strings.HasSuffix(b.address(), ":8080") {
		t.Fatalf("the demonstration serves on %s, which is busy", b.url)
	}
	p := openLive(t, b.url+"/", view{})
	p.wait(`document.querySelectorAll("#cards > article").length === 3`)
	p.waitContains("#c-900487914 h2", "Board meeting")
	p.wait(`document.querySelector("#c-900487914-mark").classList.contains("mark-live")`)

	// An address that was chosen is taken or not, but never replaced.
	if o := confboard(t, nil, "demo", "--listen", "127.0.0.1:8080"); o.status != 1 || !strings.Contains(o.stderr, "address already in use") {
		t.Errorf("a chosen address that is busy: %+v", o)
	}
}
