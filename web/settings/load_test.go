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
	"go.yaml.in/yaml/v3"

	"confboard/feed/conference"
	"confboard/feed/rules"
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
database: {url: "", passwordFile: "", passwordEnv: ""}
cluster: {nats: [], name: "", prefix: confboard, replicas: 1, handover: 10s, secretFile: "", tls: {caFile: "", certFile: "", keyFile: ""}, unencrypted: no}
keepEnded: 30m
trustedProxies: []
proxy: {userHeader: Remote-User, groupsHeader: Remote-Groups, adminGroups: [], viewerGroups: []}
oidc: {issuer: "", clientID: "", clientSecretFile: "", clientSecretEnv: "", scopes: [profile], nameClaim: preferred_username, groupsClaim: groups, adminGroups: [], viewerGroups: [], sessionAge: 12h, button: ""}
tls: {certFile: "", keyFile: ""}
limits: {streams: 0, streamsPerAddress: 0}   # 0 = none
log: {level: info, format: text}
debug: {listen: ""}
cloud:
  endpoint: https://api.meeting.huaweicloud.com
  heartbeat: 60s
  callsPerMinute: 100
  discoverEvery: 30s
  booked: yes
  watch: []
  meetings:
    - {confID: "900487914", hostPassword: "135790", name: "", group: "", public: no}
  app: {id: "", keyFile: "", keyEnv: "", userID: ""}
  hook: {appID: "", keyFile: "", keyEnv: ""}
record: {file: "", maxSize: 64MB, keep: 8, names: keep}
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
		s.Cloud.DiscoverEvery != 30*time.Second || !s.Cloud.Booked || s.Cloud.App.Enabled() || s.Cloud.Hook.Enabled() ||
		s.Record != (Record{MaxSize: 64_000_000, Keep: 8, Names: RecordNames}) || s.Record.Enabled() || s.TLS.Enabled() || s.Limits != (Limits{}) || s.Cluster.Enabled() {
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
		"listen":                           {"localhost:0", func(s Settings) any { return s.Listen }, "localhost:0"},
		"access":                           {"accounts", func(s Settings) any { return s.Access }, "accounts"},
		"openToNetwork":                    {"yes", func(s Settings) any { return s.OpenToNetwork }, true},
		"basePath":                         {"/a/b", func(s Settings) any { return s.BasePath }, "/a/b"},
		"publicURL":                        {"https://board.example/", func(s Settings) any { return s.PublicURL }, "https://board.example"},
		"database.url":                     {"postgres://board@db:5432/board", func(s Settings) any { return s.Database.URL }, "postgres://board@db:5432/board"},
		"database.passwordEnv":             {"HUAWEI_KEY", func(s Settings) any { return s.Database.Password.Reveal() }, password},
		"cluster.nats":                     {"tls://nats.example", func(s Settings) any { return fmt.Sprint(s.Cluster.NATS) }, "[tls://nats.example:4222]"},
		"cluster.name":                     {"board-1.example", func(s Settings) any { return s.Cluster.Name }, "board-1.example"},
		"cluster.prefix":                   {"board_2", func(s Settings) any { return s.Cluster.Prefix }, "board_2"},
		"cluster.replicas":                 {"3", func(s Settings) any { return s.Cluster.Replicas }, 3},
		"cluster.handover":                 {"0s", func(s Settings) any { return s.Cluster.Handover }, time.Duration(0)},
		"cluster.secretFile":               {write(t, "secret", shared), func(s Settings) any { return s.Cluster.Secret.Reveal() }, shared},
		"cluster.user":                     {"board", func(s Settings) any { return s.Cluster.User }, "board"},
		"cluster.passwordEnv":              {"HUAWEI_KEY", func(s Settings) any { return s.Cluster.Password.Reveal() }, password},
		"cluster.tls.caFile":               {cert, func(s Settings) any { return s.Cluster.TLS.CAFile }, cert},
		"cluster.tls.certFile":             {cert, func(s Settings) any { return s.Cluster.TLS.CertFile }, cert},
		"cluster.tls.keyFile":              {key, func(s Settings) any { return s.Cluster.TLS.KeyFile }, key},
		"dataDir":                          {"/srv/confboard", func(s Settings) any { return s.DataDir }, "/srv/confboard"},
		"keepEnded":                        {"0s", func(s Settings) any { return s.KeepEnded }, time.Duration(0)},
		"trustedProxies":                   {"10.0.0.0/8", func(s Settings) any { return fmt.Sprint(s.TrustedProxies) }, "[10.0.0.0/8]"},
		"proxy.userHeader":                 {"x-forwarded-user", func(s Settings) any { return s.Proxy.UserHeader }, "X-Forwarded-User"},
		"proxy.groupsHeader":               {"Groups", func(s Settings) any { return s.Proxy.GroupsHeader }, "Groups"},
		"proxy.adminGroups":                {"admins", func(s Settings) any { return fmt.Sprint(s.Proxy.AdminGroups) }, "[admins]"},
		"proxy.viewerGroups":               {"staff", func(s Settings) any { return fmt.Sprint(s.Proxy.ViewerGroups) }, "[staff]"},
		"oidc.issuer":                      {"https://login.example/", func(s Settings) any { return s.OIDC.Issuer }, "https://login.example/"},
		"oidc.clientID":                    {"board", func(s Settings) any { return s.OIDC.ClientID }, "board"},
		"oidc.clientSecretEnv":             {"HUAWEI_KEY", func(s Settings) any { return s.OIDC.ClientSecret.Reveal() }, password},
		"oidc.scopes":                      {"groups", func(s Settings) any { return fmt.Sprint(s.OIDC.Scopes) }, "[groups]"},
		"oidc.nameClaim":                   {"email", func(s Settings) any { return s.OIDC.NameClaim }, "email"},
		"oidc.groupsClaim":                 {"realm_access.roles", func(s Settings) any { return s.OIDC.GroupsClaim }, "realm_access.roles"},
		"oidc.adminGroups":                 {"admins", func(s Settings) any { return fmt.Sprint(s.OIDC.AdminGroups) }, "[admins]"},
		"oidc.viewerGroups":                {"staff", func(s Settings) any { return fmt.Sprint(s.OIDC.ViewerGroups) }, "[staff]"},
		"oidc.sessionAge":                  {"8h", func(s Settings) any { return s.OIDC.SessionAge }, 8 * time.Hour},
		"oidc.button":                      {"Example Ltd", func(s Settings) any { return s.OIDC.Button }, "Example Ltd"},
		"tls.certFile":                     {cert, func(s Settings) any { return s.TLS.CertFile }, cert},
		"tls.keyFile":                      {key, func(s Settings) any { return s.TLS.KeyFile }, key},
		"limits.streams":                   {"12", func(s Settings) any { return s.Limits.Streams }, 12},
		"limits.streamsPerAddress":         {"3", func(s Settings) any { return s.Limits.StreamsPerAddress }, 3},
		"log.level":                        {"warn", func(s Settings) any { return s.Log.Level.String() }, "WARN"},
		"log.format":                       {"json", func(s Settings) any { return s.Log.Format }, LogJSON},
		"debug.listen":                     {"[::1]:06060", func(s Settings) any { return s.Debug.Listen }, "[::1]:6060"},
		"cloud.endpoint":                   {"http://127.0.0.1:9/", func(s Settings) any { return s.Cloud.Endpoint }, "http://127.0.0.1:9"},
		"cloud.heartbeat":                  {"200ms", func(s Settings) any { return s.Cloud.Heartbeat }, 200 * time.Millisecond},
		"cloud.callsPerMinute":             {"0", func(s Settings) any { return s.Cloud.CallsPerMinute }, 0},
		"cloud.discoverEvery":              {"1h", func(s Settings) any { return s.Cloud.DiscoverEvery }, time.Hour},
		"cloud.booked":                     {"no", func(s Settings) any { return s.Cloud.Booked }, false},
		"cloud.app.id":                     {"42", func(s Settings) any { return s.Cloud.App.ID }, "42"},
		"cloud.app.keyFile":                {write(t, "key", password), func(s Settings) any { return s.Cloud.App.Key.Reveal() }, password},
		"cloud.app.userID":                 {"admin@example", func(s Settings) any { return s.Cloud.App.UserID }, "admin@example"},
		"cloud.hook.appID":                 {"43", func(s Settings) any { return s.Cloud.Hook.AppID }, "43"},
		"cloud.hook.keyEnv":                {"HUAWEI_KEY", func(s Settings) any { return s.Cloud.Hook.Key.Reveal() }, password},
		"history.keep":                     {"72h", func(s Settings) any { return s.History.Keep }, 72 * time.Hour},
		"history.stored":                   {"0s", func(s Settings) any { return s.History.Stored }, time.Duration(0)},
		"history.names":                    {"720h", func(s Settings) any { return s.History.Names }, 720 * time.Hour},
		"history.disk":                     {"10GB", func(s Settings) any { return s.History.Disk }, int64(10_000_000_000)},
		"history.memory":                   {"1GiB", func(s Settings) any { return s.History.Memory }, int64(1 << 30)},
		"cluster.memory":                   {"1GB", func(s Settings) any { return s.Cluster.Memory }, int64(1_000_000_000)},
		"record.file":                      {"/srv/feed.jsonl", func(s Settings) any { return s.Record.File }, "/srv/feed.jsonl"},
		"record.maxSize":                   {"2MiB", func(s Settings) any { return s.Record.MaxSize }, int64(2 << 20)},
		"record.keep":                      {"1000", func(s Settings) any { return s.Record.Keep }, 1000},
		"rules.overrun.severity":           {"off", func(s Settings) any { return s.Rules.Overrun.Weight }, conference.Unimportant},
		"rules.overrun.after":              {"10m", func(s Settings) any { return s.Rules.Overrun.After }, 10 * time.Minute},
		"rules.noHost.severity":            {"alert", func(s Settings) any { return s.Rules.NoHost.Weight }, conference.Urgent},
		"rules.noHost.after":               {"0s", func(s Settings) any { return s.Rules.NoHost.After }, time.Duration(0)},
		"rules.blankScreen.severity":       {"alert", func(s Settings) any { return s.Rules.BlankScreen.Weight }, conference.Urgent},
		"rules.blankScreen.after":          {"1s", func(s Settings) any { return s.Rules.BlankScreen.After }, time.Second},
		"rules.unseenSpeaker.severity":     {"off", func(s Settings) any { return s.Rules.UnseenSpeaker.Weight }, conference.Unimportant},
		"rules.unseenSpeaker.after":        {"24h", func(s Settings) any { return s.Rules.UnseenSpeaker.After }, 24 * time.Hour},
		"rules.unlockedRecording.severity": {"Alert", func(s Settings) any { return s.Rules.UnlockedRecording.Weight }, conference.Urgent},
		"rules.unlockedRecording.after":    {"3m", func(s Settings) any { return s.Rules.UnlockedRecording.After }, 3 * time.Minute},
		"record.names":                     {"pseudonyms", func(s Settings) any { return s.Record.Names }, RecordPseudonyms},
	}
	// The other of two that exclude each other is in TestKeysAreTakenFromAFileOrAVariable and the tests of the cluster.
	elsewhere := []string{"cloud.app.keyEnv", "cloud.hook.keyFile", "oidc.clientSecretFile", "database.passwordFile",
		"cluster.secretEnv", "cluster.credentialsFile", "cluster.passwordFile", "cluster.tokenFile", "cluster.tokenEnv", "cluster.unencrypted"}
	// All at a time, because a certificate is refused without its key.
	var args []string
	environ := []string{"HUAWEI_KEY=" + password}
	file := make(map[string]any)
	for _, setting := range table(&draft{}) {
		if _, inFileOnly := setting.value.(entries); inFileOnly || slices.Contains(elsewhere, setting.path) {
			continue
		}
		row, listed := rows[setting.path]
		if !listed {
			t.Fatalf("%s is not tried here", setting.path)
		}
		environ = append(environ, environName(setting.path)+"="+row.text)
		args = append(args, "--"+flagName(setting.path)+"="+row.text)

		names := strings.Split(setting.path, ".")
		group := file
		for _, name := range names[:len(names)-1] {
			if group[name] == nil {
				group[name] = make(map[string]any)
			}
			group = group[name].(map[string]any)
		}
		name := names[len(names)-1]
		if _, isList := setting.value.(list); !isList {
			group[name] = row.text
		} else {
			group[name] = []string{row.text}
		}
	}
	content, err := yaml.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	for source, from := range map[string]Sources{
		"file":        {Environ: environ[:1], ConfigFile: write(t, "c.yaml", string(content))},
		"environment": {Environ: environ},
		"flags":       {Environ: environ[:1], Flags: parsed(t, args...)},
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

func TestKeysAreTakenFromAFileOrAVariable(t *testing.T) {
	name := write(t, "c.yaml", "cloud:\n  app: {id: 42, keyEnv: HUAWEI_APP}\n  hook: {appID: 43, keyFile: hook.key}\n")
	if err := os.WriteFile(filepath.Join(filepath.Dir(name), "hook.key"), []byte("hook\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := mustLoad(t, Sources{ConfigFile: name, Environ: []string{"HUAWEI_APP= app \n"}})
	if s.Cloud.App.Key.Reveal() != "app" || s.Cloud.Hook.Key.Reveal() != "hook" {
		t.Errorf("app %q, hook %q", s.Cloud.App.Key.Reveal(), s.Cloud.Hook.Key.Reveal())
	}
}

func TestAMeetingHasItsPasswordFromAVariableOrWithAnAppFromTheList(t *testing.T) {
	name := write(t, "c.yaml", "cloud:\n  meetings:\n    - {confID: 1, hostPasswordEnv: HUAWEI_1}\n    - {confID: 2}\n")
	s := mustLoad(t, Sources{ConfigFile: name, Environ: []string{
		"HUAWEI_1=" + password, "HUAWEI_APP=x", "CONFBOARD_CLOUD_APP_ID=42", "CONFBOARD_CLOUD_APP_KEY_ENV=HUAWEI_APP",
	}})
	if m := s.Cloud.Meetings; m[0].HostPassword.Reveal() != password || !m[1].HostPassword.IsZero() {
		t.Errorf("passwords %q and %q", m[0].HostPassword.Reveal(), m[1].HostPassword.Reveal())
	}
}

func TestAMeetingMayHaveAPlan(t *testing.T) {
	s := mustLoad(t, Sources{ConfigFile: write(t, "c.yaml", `cloud:
  meetings:
    - {confID: 1, hostPassword: x, start: 2026-03-09T10:00:00+08:00, end: "2026-03-09T03:00:00.5Z"}
    - {confID: 2, hostPassword: x, start: 2026-03-09T10:00:00Z, end: ""}
`)})
	day := time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)
	want := []Meeting{
		{ConfID: "1", Start: day.Add(2 * time.Hour), End: day.Add(3*time.Hour + 500*time.Millisecond)},
		{ConfID: "2", Start: day.Add(10 * time.Hour)},
	}
	for i := range s.Cloud.Meetings {
		s.Cloud.Meetings[i].HostPassword = conference.Secret{}
	}
	if !reflect.DeepEqual(s.Cloud.Meetings, want) {
		t.Errorf("got  %+v\nwant %+v", s.Cloud.Meetings, want)
	}
}

func TestRulesOfFoundMeetingsKeepTheirOrder(t *testing.T) {
	s := mustLoad(t, Sources{ConfigFile: write(t, "c.yaml", `cloud:
  app: {id: 42, keyEnv: HUAWEI_APP}
  watch:
    - {subject: "*test*", owner: "QA ?", watch: no}
    - {confID: 9004*, watch: "yes", group: Board}
    - {owner: "", group: 其他}
`), Environ: []string{"HUAWEI_APP=x"}})
	want := []WatchRule{
		{Subject: "*test*", Owner: "QA ?", Watch: WatchNo},
		{ConfID: "9004*", Watch: WatchYes, Group: "Board"},
		{Group: "其他"},
	}
	if !slices.Equal(s.Cloud.Watch, want) {
		t.Errorf("got  %+v\nwant %+v", s.Cloud.Watch, want)
	}
}

func TestSizesHaveDecimalAndBinaryUnits(t *testing.T) {
	for text, want := range map[string]int64{
		"10kB": 10_000, "10KiB": 10_240, "64MB": 64_000_000, "64 mb": 64_000_000, "1MiB": 1 << 20, "1GB": 1_000_000_000, "1GiB": 1 << 30, "100GB": 100_000_000_000,
	} {
		if s := mustLoad(t, Sources{Environ: []string{"CONFBOARD_RECORD_MAX_SIZE=" + text}}); s.Record.MaxSize != want {
			t.Errorf("%s: %d, want %d", text, s.Record.MaxSize, want)
		}
	}
}

func TestTheFlagOfARecordingIsShort(t *testing.T) {
	for _, flag := range []string{"--record", "--record-file", "--record.file", "--recordFile"} {
		if s := mustLoad(t, Sources{Flags: parsed(t, flag, "feed.jsonl")}); s.Record.File != "feed.jsonl" || !s.Record.Enabled() {
			t.Errorf("%s: %+v", flag, s.Record)
		}
	}
	if s := mustLoad(t, Sources{Environ: []string{"CONFBOARD_RECORD_FILE=feed.jsonl"}}); s.Record.File != "feed.jsonl" {
		t.Errorf("by the environment: %+v", s.Record)
	}
}

func TestWhoMaySeeTheBoard(t *testing.T) {
	for _, c := range []struct {
		given string
		warns string // part of the only warning; empty: none
	}{
		{"access: accounts", ""},
		{"access: accounts\nlisten: 0.0.0.0:8080", "access: passwords travel unencrypted"},
		{"access: accounts\nlisten: 0.0.0.0:8080\ntrustedProxies: [10.0.0.1]", ""},
		{"access: proxy\nlisten: 0.0.0.0:8080\ntrustedProxies: [10.0.0.1]\nproxy: {adminGroups: [admins, \"board owners\"]}", ""},
		{"access: proxy\ntrustedProxies: [10.0.0.1]", "proxy.adminGroups: it is empty"},
	} {
		s := mustLoad(t, Sources{ConfigFile: write(t, "c.yaml", c.given)})
		var warnings []string
		for _, w := range s.Warnings {
			warnings = append(warnings, w.Error())
		}
		if c.warns == "" && len(warnings) > 0 || c.warns != "" && (len(warnings) != 1 || !strings.Contains(warnings[0], c.warns)) {
			t.Errorf("%q warns %q, want %q", c.given, warnings, c.warns)
		}
	}
	s := mustLoad(t, Sources{ConfigFile: write(t, "c.yaml", "cloud: {meetings: [{confID: 1, hostPassword: x, public: redacted}, {confID: 2, hostPassword: x}]}")})
	if !s.Cloud.Meetings[0].Public || s.Cloud.Meetings[1].Public {
		t.Errorf("public: %+v", s.Cloud.Meetings)
	}
}

func TestProfiles(t *testing.T) {
	s := mustLoad(t, Sources{ConfigFile: write(t, "c.yaml", `
profiles:
  - name: Board
    title: "Board*"
    group: HQ
    severity: alert
    grace: 30s
    expect: {locked: yes, chat: off, screens: 9, mode: fixed}
  - {name: all, expect: {recording: on}}
`)})
	known := func(n int64, text string) conference.Value {
		return conference.Value{Presence: conference.Known, Int: n, Text: text}
	}
	want := []rules.Profile{
		{Name: "Board", Title: "Board*", Group: "HQ", Weight: conference.Urgent, Grace: 30 * time.Second, Expect: []rules.Expectation{
			{Field: conference.Lock, Want: known(1, "")}, {Field: conference.ForbiddenChat, Want: known(1, "")},
			{Field: conference.PicNum, Want: known(9, "")}, {Field: conference.StatusMode, Want: known(0, "FIXED")}}},
		{Name: "all", Weight: conference.Noteworthy, Grace: 2 * time.Minute, Expect: []rules.Expectation{{Field: conference.RecState, Want: known(1, "")}}},
	}
	if !reflect.DeepEqual(s.Rules.Profiles, want) {
		t.Errorf("%+v\nwant %+v", s.Rules.Profiles, want)
	}
	if d := Default().Rules; !reflect.DeepEqual(d, *rules.Default()) {
		t.Errorf("by default %+v", d)
	}
}
