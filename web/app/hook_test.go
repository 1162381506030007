package app

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
)

const (
	hookTestKey = "hook-key-s3cret-1"
	appTestKey  = "app-key-s3cret-2"
)

// hookEffects takes what events have done, which is of no interest here.
type hookEffects struct{}

func (hookEffects) MeetingStarted(conference.ConfID) {}
func (hookEffects) MeetingEnded(conference.ConfID)   {}
func (hookEffects) BookingsChanged()                 {}

// hookCloud is a simulated cloud, the URL of a board that takes its events while listening, and a command line set to both.
func hookCloud(t *testing.T, app *simulator.App, listening bool, without ...string) (run func(args ...string) (string, error)) {
	t.Helper()
	cloud := simulator.New(simulator.Config{App: app})
	endpoint, err := cloud.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	hook, err := huawei.NewHook(huawei.HookConfig{AppID: "board-1", Key: conference.NewSecret(hookTestKey), Effects: hookEffects{}, To: conference.NewRegistry(conference.DefaultPolicy)})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		answer, err := hook.Receive(body)
		if err != nil || !listening || r.URL.Path != "/board/hooks/huawei" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = w.Write(answer)
	}))
	t.Cleanup(server.Close)
	folder := t.TempDir()
	for name, key := range map[string]string{"app.key": appTestKey, "hook.key": hookTestKey} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(key), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lines := []string{
		"basePath: /board", "publicURL: " + server.URL, "cloud:", "  endpoint: " + endpoint,
		fmt.Sprintf("  app: {id: app-1, keyFile: %q}", filepath.Join(folder, "app.key")),
		fmt.Sprintf("  hook: {appID: board-1, keyFile: %q}", filepath.Join(folder, "hook.key")),
	}
	var config strings.Builder
	for _, line := range lines {
		left := false
		for _, w := range without {
			left = left || strings.HasPrefix(strings.TrimSpace(line), w)
		}
		if !left {
			config.WriteString(line + "\n")
		}
	}
	file := filepath.Join(folder, "confboard.yaml")
	if err := os.WriteFile(file, []byte(config.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(args ...string) (string, error) {
		t.Helper()
		var out bytes.Buffer
		cmd := command(nil, nil, nil, &out, &out)
		cmd.SetArgs(append([]string{"hook"}, append(args, "--config", file)...))
		err := cmd.ExecuteContext(t.Context())
		for _, secret := range []string{hookTestKey, appTestKey} {
			if strings.Contains(out.String()+fmt.Sprint(err), secret) {
				t.Errorf("%v says the secret %s", args, secret)
			}
		}
		return strings.ReplaceAll(out.String(), server.URL, "URL"), err
	}
}

func TestHookIsSetUpFromTheCommandLine(t *testing.T) {
	run := hookCloud(t, &simulator.App{ID: "app-1", Key: appTestKey}, true)
	state := func(status string) string {
		return "url:    URL/board/hooks/huawei\nappID:  board-1\nstatus: " + status + "\n"
	}
	for _, c := range []struct{ command, want string }{
		{"register", state("off")}, {"show", state("off")}, {"on", state("on")}, {"show", state("on")}, {"off", state("off")},
		{"remove", "The settings are removed.\n"},
	} {
		if out, err := run(c.command); err != nil || out != c.want {
			t.Fatalf("%s: %v\n%s", c.command, err, out)
		}
	}
	if _, err := run("show"); err == nil || err.Error() != string(huawei.ErrNoHook) {
		t.Errorf("afterwards: %v", err)
	}
}

func TestAHookCommandThatThereIsNotFails(t *testing.T) {
	for _, c := range []struct {
		name, want string
		args       []string
	}{
		{"none", "say what to do: register, show, on, off or remove", nil},
		{"a misspelt one", `unknown command "regsiter"`, []string{"regsiter"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			cmd := command(nil, nil, nil, &out, &out)
			cmd.SetArgs(append([]string{"hook"}, c.args...))
			if err := cmd.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v\n%s", err, out.String())
			}
		})
	}
}

func TestHookCommandsSayWhatIsWrong(t *testing.T) {
	app := &simulator.App{ID: "app-1", Key: appTestKey}
	for _, c := range []struct {
		name     string
		app      *simulator.App
		without  []string
		commands []string
		want     string
	}{
		{"no app", app, []string{"app:"}, []string{"show"}, "cloud.app is not set"},
		{"no hook", app, []string{"hook:"}, []string{"register"}, "cloud.hook is not set"},
		{"no public URL", app, []string{"publicURL:"}, []string{"register"}, "publicURL is not set"},
		{"a wrong key", &simulator.App{ID: "app-1", Key: "other"}, nil, []string{"show"}, "does not accept the app ID or its key"},
		{"a board that does not answer", app, nil, []string{"register", "on"}, "it has to reach the running board"},
	} {
		t.Run(c.name, func(t *testing.T) {
			run := hookCloud(t, c.app, false, c.without...)
			var err error
			for _, command := range c.commands {
				_, err = run(command)
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v", err)
			}
		})
	}
}
