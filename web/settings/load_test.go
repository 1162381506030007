package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

// write makes a file in a folder of the test's own and returns its name.
func write(t *testing.T, name, content string) string {
	t.Helper()
	full := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(full, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return full
}

// parsed returns the flags of a command line.
func parsed(t *testing.T, args ...string) *pflag.FlagSet {
	t.Helper()
	flags := pflag.NewFlagSet("confboard", pflag.ContinueOnError)
	Register(flags)
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	return flags
}

func mustLoad(t *testing.T, from Sources) Settings {
	t.Helper()
	s, err := Load(from)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// faults returns the messages, the folder of the file left out.
func faults(t *testing.T, from Sources) []string {
	t.Helper()
	_, err := Load(from)
	if err == nil {
		return nil
	}
	var list Faults
	if !errors.As(err, &list) {
		t.Fatalf("error of type %T", err)
	}
	text := list.Error()
	if from.ConfigFile != "" {
		text = strings.ReplaceAll(text, filepath.Dir(from.ConfigFile)+string(filepath.Separator), "")
	}
	return strings.Split(text, "\n")
}

// example is the configuration as the documentation shows it.
const example = `listen: 127.0.0.1:8080
access: open                 # open | accounts | proxy
basePath: ""
publicURL: ""
dataDir: ./data
keepEnded: 30m
trustedProxies: []
tls: {certFile: "", keyFile: ""}
limits: {streams: 0, streamsPerAddress: 0}   # 0 = none
log: {level: info}
cloud:
  endpoint: https://api.meeting.huaweicloud.com
  heartbeat: 60s
  callsPerMinute: 100
  discoverEvery: 30s
  meetings:
    - {confID: "900487914", hostPassword: "135790", name: "", group: "", public: no}
  app: {id: "", keyFile: "", userID: ""}
  hook: {appID: "", keyFile: ""}
`

func TestTheDocumentedExampleHasTheDefaultsAndOneMeeting(t *testing.T) {
	name := write(t, "confboard.yaml", example)
	got := mustLoad(t, Sources{ConfigFile: name})
	if len(got.Cloud.Meetings) != 1 || got.Cloud.Meetings[0].ConfID != "900487914" || got.Cloud.Meetings[0].HostPassword.Reveal() != "135790" {
		t.Errorf("meetings %v", got.Cloud.Meetings)
	}
	want := Default()
	got.Cloud.Meetings = nil
	want.DataDir = filepath.Join(filepath.Dir(name), "data")
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestDefaultsAreWhatIsDocumented(t *testing.T) {
	s := mustLoad(t, Sources{})
	if s.Listen != "127.0.0.1:8080" || s.Access != AccessOpen || s.OpenToNetwork || s.DataDir != "./data" || s.KeepEnded != 30*time.Minute ||
		s.Cloud.Endpoint != "https://api.meeting.huaweicloud.com" || s.Cloud.Heartbeat != time.Minute || s.Cloud.CallsPerMinute != 100 ||
		s.Cloud.DiscoverEvery != 30*time.Second || s.TLS.Enabled() || s.Limits != (Limits{}) {
		t.Errorf("got %+v", s)
	}
}

func TestFlagsComeBeforeEnvironmentBeforeFile(t *testing.T) {
	name := write(t, "c.yaml", "keepEnded: 1h\nbasePath: /file\nlog: {level: debug}\n")
	s := mustLoad(t, Sources{
		Flags:      parsed(t, "--keep-ended", "3h"),
		Environ:    []string{"CONFBOARD_KEEPENDED=2h", "CONFBOARD_BASE_PATH=/environment", "HOME=/nowhere"},
		ConfigFile: name,
	})
	if s.KeepEnded != 3*time.Hour || s.BasePath != "/environment" || s.Log.Level.String() != "DEBUG" {
		t.Errorf("keepEnded %s, basePath %s, log.level %s", s.KeepEnded, s.BasePath, s.Log.Level)
	}
}

func TestTheFileIsNamedByFlagOrEnvironment(t *testing.T) {
	one, two := write(t, "one.yaml", "basePath: /one\n"), write(t, "two.yaml", "basePath: /two\n")
	if s := mustLoad(t, Sources{Environ: []string{"CONFBOARD_CONFIG=" + one}}); s.BasePath != "/one" {
		t.Errorf("named by the environment: basePath %q", s.BasePath)
	}
	if s := mustLoad(t, Sources{Environ: []string{"CONFBOARD_CONFIG=" + one}, Flags: parsed(t, "--config", two)}); s.BasePath != "/two" {
		t.Errorf("named by both: basePath %q", s.BasePath)
	}

	_, err := Load(Sources{Flags: parsed(t, "--config", filepath.Join(t.TempDir(), "none.yaml"))})
	if !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), "flag --config: config: ") {
		t.Errorf("a file that does not exist: %v", err)
	}
}

func TestAnEmptyFileIsNoFault(t *testing.T) {
	for _, content := range []string{"", "# nothing set\n", "---\n", "listen:\ncloud:\n"} {
		if s := mustLoad(t, Sources{ConfigFile: write(t, "c.yaml", content)}); s.Listen != Default().Listen {
			t.Errorf("%q: listen %q", content, s.Listen)
		}
	}
}

func TestEverySettingCanBeSetFromEverySource(t *testing.T) {
	cert, key := certificate(t)
	type row struct {
		text string
		got  func(Settings) any
		want any
	}
	rows := map[string]row{
		"listen":                   {"localhost:0", func(s Settings) any { return s.Listen }, "localhost:0"},
		"access":                   {"open", func(s Settings) any { return s.Access }, "open"},
		"openToNetwork":            {"yes", func(s Settings) any { return s.OpenToNetwork }, true},
		"basePath":                 {"/a/b", func(s Settings) any { return s.BasePath }, "/a/b"},
		"publicURL":                {"https://board.example/", func(s Settings) any { return s.PublicURL }, "https://board.example"},
		"dataDir":                  {"/srv/confboard", func(s Settings) any { return s.DataDir }, "/srv/confboard"},
		"keepEnded":                {"0s", func(s Settings) any { return s.KeepEnded }, time.Duration(0)},
		"trustedProxies":           {"10.0.0.0/8", func(s Settings) any { return fmt.Sprint(s.TrustedProxies) }, "[10.0.0.0/8]"},
		"tls.certFile":             {cert, func(s Settings) any { return s.TLS.CertFile }, cert},
		"tls.keyFile":              {key, func(s Settings) any { return s.TLS.KeyFile }, key},
		"limits.streams":           {"12", func(s Settings) any { return s.Limits.Streams }, 12},
		"limits.streamsPerAddress": {"3", func(s Settings) any { return s.Limits.StreamsPerAddress }, 3},
		"log.level":                {"warn", func(s Settings) any { return s.Log.Level.String() }, "WARN"},
		"cloud.endpoint":           {"http://127.0.0.1:9/", func(s Settings) any { return s.Cloud.Endpoint }, "http://127.0.0.1:9"},
		"cloud.heartbeat":          {"200ms", func(s Settings) any { return s.Cloud.Heartbeat }, 200 * time.Millisecond},
		"cloud.callsPerMinute":     {"0", func(s Settings) any { return s.Cloud.CallsPerMinute }, 0},
		"cloud.discoverEvery":      {"1h", func(s Settings) any { return s.Cloud.DiscoverEvery }, time.Hour},
	}
	// All at a time, because a certificate is refused without its key.
	var file strings.Builder
	var environ, args []string
	group := ""
	for _, setting := range table(&Settings{}) {
		switch setting.value.(type) {
		case notYet, meetingList:
			continue
		}
		row, listed := rows[setting.path]
		if !listed {
			t.Fatalf("%s is not tried here", setting.path)
		}
		environ = append(environ, environName(setting.path)+"="+row.text)
		args = append(args, "--"+flagName(setting.path)+"="+row.text)

		name, indent := setting.path, ""
		if above, below, inGroup := strings.Cut(setting.path, "."); inGroup {
			if above != group {
				fmt.Fprintf(&file, "%s:\n", above)
				group = above
			}
			name, indent = below, "  "
		}
		text := row.text
		if _, list := setting.value.(prefixes); list {
			text = "[" + text + "]"
		}
		fmt.Fprintf(&file, "%s%s: %s\n", indent, name, text)
	}
	for source, from := range map[string]Sources{
		"file":        {ConfigFile: write(t, "c.yaml", file.String())},
		"environment": {Environ: environ},
		"flags":       {Flags: parsed(t, args...)},
	} {
		s := mustLoad(t, from)
		for path, row := range rows {
			if got := row.got(s); got != row.want {
				t.Errorf("%s by %s: got %v, want %v", path, source, got, row.want)
			}
		}
	}
}

func TestNetworksAreAListInTheFileAndSeparatedByCommasElsewhere(t *testing.T) {
	want := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("192.0.2.7/32")}
	for source, from := range map[string]Sources{
		"file":        {ConfigFile: write(t, "c.yaml", "trustedProxies:\n  - 10.0.0.0/8\n  - \"::1\"\n  - 192.0.2.7\n")},
		"environment": {Environ: []string{"CONFBOARD_TRUSTED_PROXIES=10.0.0.0/8, ::1,192.0.2.7"}},
		"flags":       {Flags: parsed(t, "--trusted-proxies=10.1.2.3/8,::1", "--trusted-proxies=::ffff:192.0.2.7")},
	} {
		if s := mustLoad(t, from); !slices.Equal(s.TrustedProxies, want) {
			t.Errorf("%s: %v", source, s.TrustedProxies)
		}
	}
}

func TestNamesOfVariablesAndFlagsMayBeWrittenInOtherWays(t *testing.T) {
	for _, variable := range []string{"CONFBOARD_KEEPENDED", "CONFBOARD_KEEP_ENDED"} {
		if s := mustLoad(t, Sources{Environ: []string{variable + "=1h"}}); s.KeepEnded != time.Hour {
			t.Errorf("%s: %s", variable, s.KeepEnded)
		}
	}
	for _, flag := range []string{"--keep-ended", "--keepEnded", "--keep_ended"} {
		if s := mustLoad(t, Sources{Flags: parsed(t, flag, "1h")}); s.KeepEnded != time.Hour {
			t.Errorf("%s: %s", flag, s.KeepEnded)
		}
	}
	if s := mustLoad(t, Sources{Flags: parsed(t, "--cloud.callsPerMinute=7", "--open-to-network")}); s.Cloud.CallsPerMinute != 7 || !s.OpenToNetwork {
		t.Errorf("got %+v", s)
	}
}

func TestFlagNamesFollowFromTheFullName(t *testing.T) {
	for path, want := range map[string]string{
		"listen": "listen", "keepEnded": "keep-ended", "publicURL": "public-url", "publicUrl": "public-url", "tls.certFile": "tls-cert-file",
		"limits.streamsPerAddress": "limits-streams-per-address", "cloud.app.userID": "cloud-app-user-id", "cloud-endpoint": "cloud-endpoint",
	} {
		if got := flagName(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestOnlyTheNamedFlagsAreRegistered(t *testing.T) {
	flags := pflag.NewFlagSet("demo", pflag.ContinueOnError)
	Register(flags, "listen", "basePath")
	var names []string
	flags.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if !slices.Equal(names, []string{"base-path", "listen"}) {
		t.Errorf("flags %v", names)
	}
	if s := mustLoad(t, Sources{Flags: flags}); s.Listen != Default().Listen {
		t.Errorf("listen %q although no flag was given", s.Listen)
	}
}

func TestVariablesThatKubernetesSetsForAServiceAreLeftAlone(t *testing.T) {
	mustLoad(t, Sources{Environ: []string{
		"CONFBOARD_SERVICE_HOST=10.0.0.1", "CONFBOARD_SERVICE_PORT=80", "CONFBOARD_SERVICE_PORT_HTTP=80", "CONFBOARD_PORT=tcp://10.0.0.1:80",
		"CONFBOARD_PORT_80_TCP=tcp://10.0.0.1:80", "CONFBOARD_PORT_80_TCP_PROTO=tcp", "CONFBOARD_PORT_80_TCP_PORT=80", "CONFBOARD_PORT_80_TCP_ADDR=10.0.0.1",
	}})
	if len(faults(t, Sources{Environ: []string{"CONFBOARD_PORT=8080"}})) != 1 {
		t.Error("CONFBOARD_PORT=8080 is a mistake and was not refused")
	}
}

func TestAnEmptyVariableCountsAsNotSet(t *testing.T) {
	if s := mustLoad(t, Sources{Environ: []string{"CONFBOARD_LISTEN=", "CONFBOARD_CONFIG="}}); s.Listen != Default().Listen {
		t.Errorf("listen %q", s.Listen)
	}
}
