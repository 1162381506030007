package settings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"confboard/feed/conference"
)

const password = "hush-135790"

func TestASecretIsNeverPrinted(t *testing.T) {
	hush := conference.NewSecret(password)
	s := Settings{Cluster: Cluster{User: "board", Password: hush, Token: hush, Secret: hush}, Cloud: Cloud{App: App{ID: "1", Key: hush}, Hook: Hook{AppID: "1", Key: hush}, Meetings: []Meeting{{ConfID: "1", HostPassword: hush}}}}
	hidden := struct{ kept Settings }{s} // fmt cannot call methods of what is in an unexported field
	var printed bytes.Buffer
	for _, value := range []any{s, &s, s.Cloud.Meetings, s.Cloud.Meetings[0].HostPassword, &s.Cloud.Meetings[0].HostPassword, hidden, &hidden} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
			fmt.Fprintf(&printed, verb, value)
		}
		for _, handler := range []slog.Handler{slog.NewTextHandler(&printed, nil), slog.NewJSONHandler(&printed, nil)} {
			slog.New(handler).Info("settings", "value", value)
		}
		for _, marshal := range []func(any) ([]byte, error){json.Marshal, yaml.Marshal} {
			text, err := marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			printed.Write(text)
		}
	}
	if strings.Contains(printed.String(), password) || strings.Contains(printed.String(), fmt.Sprintf("%x", password)) {
		t.Errorf("printed: %s", printed.String())
	}
	for _, want := range []string{"HostPassword:***", "App:{ID:1 Key:***", "Hook:{AppID:1 Key:***"} {
		if !strings.Contains(printed.String(), want) {
			t.Errorf("%s, which says that there is a secret, is not shown", want)
		}
	}
	if (conference.Secret{}).String() != "" || !(conference.Secret{}).IsZero() || conference.NewSecret(password).Reveal() != password {
		t.Error("a secret is not what it was made of")
	}
}

func TestAFaultNeverQuotesWhatCouldBeAPassword(t *testing.T) {
	for name, entry := range map[string]string{
		"the colon lacks its blank":        "{confID: 1, hostPassword:" + password + "}",
		"the password is taken for YAML":   "{confID: 1, hostPassword: *" + password + "}",
		"the password is an anchor":        "{confID: 1, hostPassword: &" + password + " x}",
		"the password is a tag":            "{confID: 1, hostPassword: !" + password + " x}",
		"the quote is missing":             "{confID: 1, hostPassword: '" + password + "}",
		"the password has a second colon":  "\n      confID: 1\n      hostPassword: x: " + password,
		"the password starts with a tick":  "{confID: 1, hostPassword: `" + password + "}",
		"the password is a list":           "{confID: 1, hostPassword: [" + password + "]}",
		"the password has a line break":    "{confID: 1, hostPassword: \"" + password + "\\n\"}",
		"the password stands alone":        password,
		"the password is given twice":      "{confID: 1, hostPassword: x, hostPassword: " + password + "}",
		"the password has an unknown name": "{confID: 1, passphrase: " + password + "}",
		"the password is not a variable":   "{confID: 1, hostPasswordEnv: " + password + "}",
		"the password is not a time":       "{confID: 1, hostPasswordEnv: HUAWEI_PASSWORD, start: x}",
	} {
		t.Run(name, func(t *testing.T) {
			environ := []string{"HUAWEI_PASSWORD=" + password + "\x00"}
			_, err := Load(Sources{Environ: environ, ConfigFile: write(t, "c.yaml", "cloud:\n  meetings:\n    - "+entry+"\n")})
			if err == nil {
				t.Fatal("no fault")
			}
			if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, password) {
				t.Errorf("the fault tells: %s", text)
			}
		})
	}
	for _, from := range []Sources{
		{Environ: []string{"CONFBOARD_CLOUD_ENDPOINT=https://admin:" + password + "@api.example"}},
		{Environ: []string{"CONFBOARD_PUBLIC_URL=https://admin:" + password + "@board.example"}},
		{Environ: []string{"CONFBOARD_HOST_PASSWORD=" + password}},
		{Environ: []string{"CONFBOARD_CLUSTER_NATS=nats://board:" + password + "@nats.example"}},
		{Environ: []string{"CONFBOARD_CLUSTER_NATS=nats://" + password + "@nats.example"}},
		{Environ: []string{"CONFBOARD_DATABASE_URL=postgres://db/board", "CONFBOARD_CLUSTER_NATS=nats://127.0.0.1", "CONFBOARD_CLUSTER_SECRET_ENV=K", "K=" + password}},
		{Environ: []string{"CONFBOARD_CLOUD_MEETINGS=" + password}},
		{Environ: []string{"CONFBOARD_CLOUD_WATCH=" + password}},
		{Environ: []string{"CONFBOARD_CLOUD_APP_KEY=" + password}},
		{Environ: []string{"CONFBOARD_CLOUD_APP_ID=1", "CONFBOARD_CLOUD_APP_KEY_ENV=" + password}},
		{Environ: []string{"CONFBOARD_CLOUD_HOOK_APP_ID=1", "CONFBOARD_CLOUD_HOOK_KEY_ENV=K", "K=" + password + "\x00"}},
	} {
		if _, err := Load(from); err == nil || strings.Contains(err.Error(), password) {
			t.Errorf("the fault tells, or there is none: %v", err)
		}
	}
}

func TestPasswordsAreTakenAsWritten(t *testing.T) {
	for written, want := range map[string]string{
		"013579": "013579", `"135790"`: "135790", "no": "no", "1e5": "1e5", "'it''s: *#'": "it's: *#", "0x10": "0x10",
	} {
		s := mustLoad(t, Sources{ConfigFile: write(t, "c.yaml", "cloud:\n  meetings:\n    - {confID: 0012, hostPassword: "+written+"}\n")})
		if m := s.Cloud.Meetings[0]; m.HostPassword.Reveal() != want || m.ConfID != "0012" {
			t.Errorf("%s: password %q, confID %q", written, m.HostPassword.Reveal(), m.ConfID)
		}
	}
}

func TestThePasswordFile(t *testing.T) {
	for _, c := range []struct {
		name, content, want, fault string
	}{
		{"the first line counts, without the blanks around it", "  " + password + " \r\nand a remark\n", password, ""},
		{"the line break may be missing", password, password, ""},
		{"an empty file has no password", "", "", "the first line of DIR/password is empty"},
		{"an empty first line is no password", "\n" + password + "\n", "", "the first line of DIR/password is empty"},
		{"a control character is refused", "a\x00b\n", "", "read DIR/password: the value (not shown) has a control character"},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := write(t, "c.yaml", "cloud:\n  meetings:\n    - confID: 1\n      hostPasswordFile: password\n")
			dir := filepath.Dir(name)
			if err := os.WriteFile(filepath.Join(dir, "password"), []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := Load(Sources{ConfigFile: name})
			if c.fault != "" {
				want := "cloud.meetings[0].hostPasswordFile: the secret cannot be taken from the file: " + strings.ReplaceAll(c.fault, "DIR", dir)
				if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), password) {
					t.Errorf("error %v, want %s", err, want)
				}
				return
			}
			if err != nil || s.Cloud.Meetings[0].HostPassword.Reveal() != c.want || len(s.Warnings) > 0 {
				t.Errorf("password %q, warnings %v, error %v", s.Cloud.Meetings[0].HostPassword.Reveal(), s.Warnings, err)
			}
		})
	}
}

func TestAPasswordFileThatEverybodyCanReadIsWarnedOf(t *testing.T) {
	file := write(t, "password", password)
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	s := mustLoad(t, Sources{ConfigFile: write(t, "c.yaml", "cloud:\n  meetings:\n    - {confID: 1, hostPasswordFile: "+file+"}\n")})
	if len(s.Warnings) != 1 || s.Warnings[0].Setting != "cloud.meetings[0].hostPasswordFile" || !strings.HasSuffix(s.Warnings[0].Source, "c.yaml:3") {
		t.Errorf("warnings %v", s.Warnings)
	}
}
