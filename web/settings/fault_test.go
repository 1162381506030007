package settings

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEveryFaultOfTheFileNamesSettingRangeAndLine(t *testing.T) {
	meeting, rules := "cloud:\n  meetings:\n", "cloud:\n  watch:\n"
	for _, c := range []struct {
		name, file string
		want       []string
	}{
		{"an unknown name with a near one", "listne: 127.0.0.1:80\n",
			[]string{"c.yaml:1: listne: no such setting; did you mean listen?"}},
		{"an unknown name in other case", "keepended: 30m\n",
			[]string{"c.yaml:1: keepended: no such setting; did you mean keepEnded?"}},
		{"a right name in the wrong group", "heartbeat: 60s\n",
			[]string{"c.yaml:1: heartbeat: no such setting; did you mean cloud.heartbeat?"}},
		{"an unknown group", "cluod: {}\n",
			[]string{"c.yaml:1: cluod: no such setting; did you mean cloud?"}},
		{"an unknown name that is near to nothing", "tls: {passphrase: x}\n",
			[]string{"c.yaml:1: tls.passphrase: no such setting; known here: certFile, keyFile"}},
		{"a name with dots", "cloud.heartbeat: 60s\n",
			[]string{"c.yaml:1: cloud.heartbeat: a name cannot have dots here; write heartbeat: below cloud:"}},
		{"a name set twice", "listen: 127.0.0.1:1\n\nlisten: 127.0.0.1:2\n",
			[]string{"c.yaml:3: listen: set twice, first in line 1"}},
		{"a group set twice", "log: {level: info}\nlog: {level: warn}\n",
			[]string{"c.yaml:2: log: set twice, first in line 1"}},
		{"a value for a group", "\ncloud: fast\n",
			[]string{"c.yaml:2: cloud: a single value, where a group of settings is expected: endpoint, heartbeat, callsPerMinute, discoverEvery, booked, app, watch, hook, meetings"}},
		{"a group for a value", "listen: {port: 80}\n",
			[]string{"c.yaml:1: listen: a group, where a host:port is expected"}},
		{"a list for a value", "keepEnded: [30m]\n",
			[]string{"c.yaml:1: keepEnded: a list, where a duration is expected"}},
		{"a value for a list", "trustedProxies: 10.0.0.1\n",
			[]string{"c.yaml:1: trustedProxies: a single value, where a list is expected"}},
		{"a list of groups for a list of networks", "trustedProxies:\n  - {a: b}\n",
			[]string{"c.yaml:2: trustedProxies: a group, where an address or a network is expected"}},
		{"a list for the whole file", "- listen\n",
			[]string{"c.yaml:1: the file has to be a group of settings, such as listen: 127.0.0.1:8080"}},
		{"a name that is a group", "? {a: b}\n: c\n",
			[]string{"c.yaml:1: the name of a setting has to be a plain text"}},
		{"a second document", "listen: 127.0.0.1:1\n---\nlisten: 127.0.0.1:2\n",
			[]string{"c.yaml:2: the file has a second document; only one is read"}},
		{"no YAML at all", "log:\n  level: info\n  level: x: y\n",
			[]string{"c.yaml:3: this is not YAML: mapping values are not allowed in this context; a value with special characters needs quotes"}},

		{"a duration without a unit", "keepEnded: 30\n",
			[]string{`c.yaml:1: keepEnded: "30" has no unit, write 30s for seconds or 30m for minutes (allowed: 0s to 168h)`}},
		{"a duration out of range", "cloud:\n  heartbeat: 50ms\n",
			[]string{"c.yaml:2: cloud.heartbeat: 50ms is out of range (allowed: 200ms to 10m)"}},
		{"a negative duration", "keepEnded: -1h\n",
			[]string{"c.yaml:1: keepEnded: -1h is out of range (allowed: 0s to 168h)"}},
		{"a text for a duration", "cloud: {discoverEvery: often}\n",
			[]string{`c.yaml:1: cloud.discoverEvery: "often" is not a duration such as 30m, 60s or 1h30m (allowed: 5s to 1h)`}},
		{"a text for a number", "limits:\n  streams: many\n",
			[]string{`c.yaml:2: limits.streams: "many" is not a whole number (allowed: 0 to 1000000)`}},
		{"a number out of range", "limits:\n  streamsPerAddress: -1\ncloud: {callsPerMinute: 100001}\n",
			[]string{"c.yaml:2: limits.streamsPerAddress: -1 is out of range (allowed: 0 to 1000000)",
				"c.yaml:3: cloud.callsPerMinute: 100001 is out of range (allowed: 0 to 100000)"}},
		{"a number that no int holds", "limits: {streams: 99999999999999999999}\n",
			[]string{`c.yaml:1: limits.streams: "99999999999999999999" is out of range (allowed: 0 to 1000000)`}},
		{"neither yes nor no", "openToNetwork: perhaps\n",
			[]string{`c.yaml:1: openToNetwork: "perhaps" is neither yes nor no (allowed: yes, no, true, false)`}},
		{"a level that does not exist", "log: {level: trace}\n",
			[]string{`c.yaml:1: log.level: "trace" is none of the words (allowed: debug, info, warn, error)`}},
		{"a format that does not exist", "log: {format: xml}\n",
			[]string{`c.yaml:1: log.format: "xml" is none of the words (allowed: text, json)`}},
		{"profiles for the whole network", "debug: {listen: \":6060\"}\n",
			[]string{`c.yaml:1: debug.listen: ":6060" can be reached from other machines, and profiles are for this one alone; listen on 127.0.0.1, [::1] or localhost (allowed: empty, or host:port that only this machine reaches, such as 127.0.0.1:6060)`}},
		{"profiles under a name that is looked up", "debug: {listen: \"localhost.example:6060\"}\n",
			[]string{`c.yaml:1: debug.listen: "localhost.example:6060" can be reached from other machines, and profiles are for this one alone; listen on 127.0.0.1, [::1] or localhost (allowed: empty, or host:port that only this machine reaches, such as 127.0.0.1:6060)`}},
		{"an access that does not exist", "access: everybody\n",
			[]string{`c.yaml:1: access: "everybody" is none of the words (allowed: open, accounts, proxy)`}},
		{"a network that is none", "trustedProxies: [10.0.0.0/8, proxy.example]\n",
			[]string{`c.yaml:1: trustedProxies: "proxy.example" is neither an address nor a network (allowed: addresses and CIDR networks, such as 127.0.0.1 or 10.0.0.0/8)`}},
		{"no folder for the data", "dataDir: \"\"\n",
			[]string{"c.yaml:1: dataDir: it is empty"}},

		{"a proxy that nobody trusts", "access: proxy\n",
			[]string{"c.yaml:1: trustedProxies: it is empty; with access: proxy nobody else's headers are believed, so nobody could see the board"}},
		{"a proxy that names nobody", "access: proxy\ntrustedProxies: [10.0.0.1]\nproxy: {userHeader: \"\"}\n",
			[]string{"c.yaml:1: proxy.userHeader: it is empty; with access: proxy it is needed"}},
		{"a header that is none", "proxy: {groupsHeader: \"Remote Groups\"}\n",
			[]string{`c.yaml:1: proxy.groupsHeader: "Remote Groups" is not the name of a header (allowed: letters, digits and -, such as X-Forwarded-User)`}},
		{"a group without a name", "proxy: {adminGroups: [a, \" \"]}\n",
			[]string{`c.yaml:1: proxy.adminGroups: " " is empty or has a comma (allowed: names of up to 200 characters in one line, without commas)`}},
		{"a meeting that is public in another way", meeting + "    - {confID: 1, hostPassword: 2, public: yes}\n",
			[]string{`c.yaml:3: cloud.meetings[0].public: "yes" is none of the words (allowed: no, false, redacted)`}},

		{"names that go before what names them", "history:\n  keep: 72h\n  names: 24h\n",
			[]string{"c.yaml:3: history.names: it is shorter than history.keep, which is 72h: what is in memory names people"}},

		{"a meeting that is no group", meeting + "    - 900487914\n",
			[]string{`c.yaml:3: cloud.meetings[0]: a single value, where a meeting such as {confID: "900487914", hostPassword: …} is expected`}},
		{"meetings that are no list", "cloud: {meetings: {confID: 1}}\n",
			[]string{"c.yaml:1: cloud.meetings: a group, where a list of meetings is expected"}},
		{"a meeting without an ID and a password", meeting + "    - {name: Board}\n",
			[]string{"c.yaml:3: cloud.meetings[0].confID: it is missing; every meeting needs its ID",
				"c.yaml:3: cloud.meetings[0].hostPassword: it is missing; give it, or hostPasswordFile, or hostPasswordEnv (only with cloud.app it is found in the enterprise's list)"}},
		{"a meeting ID with blanks", meeting + "    - confID: 900 487 914\n      hostPassword: x\n",
			[]string{`c.yaml:3: cloud.meetings[0].confID: "900 487 914" is not a meeting ID (allowed: 1 to 64 letters, digits, - or _)`}},
		{"a meeting listed twice", meeting + "    - {confID: 1, hostPassword: x}\n    - {confID: 2, hostPassword: x}\n    - {confID: \"1\", hostPassword: x}\n",
			[]string{"c.yaml:5: cloud.meetings[2].confID: 1 is listed twice, first in line 3"}},
		{"both kinds of password", meeting + "    - confID: 1\n      hostPassword: x\n      hostPasswordFile: y\n",
			[]string{"c.yaml:5: cloud.meetings[0].hostPasswordFile: hostPassword is given as well; only one of them may be"}},
		{"a password in three places", meeting + "    - {confID: 1, hostPassword: x, hostPasswordFile: y, hostPasswordEnv: Z}\n",
			[]string{"c.yaml:3: cloud.meetings[0].hostPasswordFile: hostPassword is given as well; only one of them may be"}},
		{"a password in the entry and in a variable", meeting + "    - {confID: 1, hostPassword: x, hostPasswordEnv: Z}\n",
			[]string{"c.yaml:3: cloud.meetings[0].hostPasswordEnv: hostPassword is given as well; only one of them may be"}},
		{"a password in a file and in a variable", meeting + "    - {confID: 1, hostPasswordFile: y, hostPasswordEnv: Z}\n",
			[]string{"c.yaml:3: cloud.meetings[0].hostPasswordEnv: hostPasswordFile is given as well; only one of them may be"}},
		{"a password in a variable that is not set", meeting + "    - {confID: 1, hostPasswordEnv: HUAWEI_1}\n",
			[]string{"c.yaml:3: cloud.meetings[0].hostPasswordEnv: the secret cannot be taken from the environment: the variable HUAWEI_1 is not set, or empty"}},
		{"a start without its zone", meeting + "    - {confID: 1, hostPassword: x, start: 2026-03-09T10:00:00}\n",
			[]string{`c.yaml:3: cloud.meetings[0].start: "2026-03-09T10:00:00" is not a time with its zone (allowed: RFC 3339 with its zone, such as 2026-03-09T10:00:00+08:00)`}},
		{"an end that is no time", meeting + "    - confID: 1\n      hostPassword: x\n      end: noon\n",
			[]string{`c.yaml:5: cloud.meetings[0].end: "noon" is not a time with its zone (allowed: RFC 3339 with its zone, such as 2026-03-09T10:00:00+08:00)`}},
		{"an end without a start", meeting + "    - {confID: 1, hostPassword: x, end: 2026-03-09T10:00:00Z}\n",
			[]string{"c.yaml:3: cloud.meetings[0].end: start is missing; a planned end needs a planned start"}},
		{"an end before the start, seen in one zone", meeting + "    - {confID: 1, hostPassword: x, start: 2026-03-09T10:00:00Z, end: 2026-03-09T17:30:00+08:00}\n",
			[]string{"c.yaml:3: cloud.meetings[0].end: it is not after start"}},
		{"an unknown name of a meeting", meeting + "    - {confId: 1, hostPassword: x}\n",
			[]string{"c.yaml:3: cloud.meetings[0].confId: no such setting; did you mean confID?",
				"c.yaml:3: cloud.meetings[0].confID: it is missing; every meeting needs its ID"}},
		{"a name of two lines", meeting + "    - {confID: 1, hostPassword: x, name: \"a\\nb\"}\n",
			[]string{`c.yaml:3: cloud.meetings[0].name: "a\nb" has a control character or a line break (allowed: up to 200 characters in one line)`}},
		{"a group name without end", meeting + "    - {confID: 1, hostPassword: x, group: " + strings.Repeat("長", 201) + "}\n",
			[]string{`c.yaml:3: cloud.meetings[0].group: "` + strings.Repeat("長", 60) + `…" has more than 200 characters (allowed: up to 200 characters in one line)`}},

		{"rules that are no list", "cloud: {watch: {subject: x}}\n",
			[]string{"c.yaml:1: cloud.watch: a group, where a list of rules is expected"}},
		{"a rule that is no group", rules + "    - test*\n",
			[]string{`c.yaml:3: cloud.watch[0]: a single value, where a rule such as {subject: "test*", watch: no} is expected`}},
		{"a rule that says nothing", rules + "    - {subject: a, watch: no}\n    - {subject: b}\n",
			[]string{"c.yaml:4: cloud.watch[1]: it has no effect; give watch, or group, or both"}},
		{"a rule that says neither yes nor no", rules + "    - {watch: perhaps}\n",
			[]string{`c.yaml:3: cloud.watch[0].watch: "perhaps" is neither yes nor no (allowed: yes, no, true, false)`}},
		{"a pattern without end", rules + "    - {owner: " + strings.Repeat("x", 201) + ", watch: no}\n",
			[]string{`c.yaml:3: cloud.watch[0].owner: "` + strings.Repeat("x", 60) + `…" has more than 200 characters (allowed: up to 200 characters in one line, of which * and ? stand for others)`}},
		{"a pattern that YAML takes for an alias", rules + "    - {subject: *test, watch: no}\n",
			[]string{"c.yaml: this is not YAML: unknown anchor referenced; a value with special characters needs quotes"}},
		{"an unknown name of a rule", rules + "    - {title: x, watch: no}\n",
			[]string{"c.yaml:3: cloud.watch[0].title: no such setting; known here: subject, owner, confID, watch, group"}},

		{"an app ID with a blank", "cloud:\n  app:\n    id: 4 2\n    keyFile: key\n",
			[]string{`c.yaml:3: cloud.app.id: "4 2" has a blank (allowed: up to 200 characters without blanks)`}},
		{"an app whose group is misplaced", "app: {id: 42}\n",
			[]string{"c.yaml:1: app: no such setting; did you mean cloud.app?"}},
		{"a size of an unknown unit", "record:\n  maxSize: 64M\n",
			[]string{`c.yaml:2: record.maxSize: "64M" is not a size such as 64MB, 500kB or 1GiB (allowed: 10kB to 100GB)`}},
		{"a size out of range", "record: {maxSize: 1kB}\n",
			[]string{`c.yaml:1: record.maxSize: "1kB" is out of range (allowed: 10kB to 100GB)`}},
		{"a size that overflows", "record: {maxSize: 9223372036854775807GB}\n",
			[]string{`c.yaml:1: record.maxSize: "9223372036854775807GB" is out of range (allowed: 10kB to 100GB)`}},
		{"a recording of which nothing is kept", "record: {keep: 0, names: yes}\n",
			[]string{"c.yaml:1: record.keep: 0 is out of range (allowed: 1 to 1000)", `c.yaml:1: record.names: "yes" is none of the words (allowed: keep, pseudonyms)`}},

		{"a severity that is none", "rules: {noHost: {severity: loud}}\n",
			[]string{`c.yaml:1: rules.noHost.severity: "loud" is none of off, check, alert (allowed: off, check, alert)`}},
		{"a profile without a name", "profiles:\n  - {expect: {locked: yes}}\n", []string{"c.yaml:2: profiles[0].name: it is missing; every profile needs one"}},
		{"two profiles of one name", "profiles:\n  - {name: a, expect: {locked: yes}}\n  - {name: a, expect: {chat: no}}\n",
			[]string{`c.yaml:3: profiles[1].name: "a" is used twice, first in line 2`}},
		{"a profile that expects nothing", "profiles:\n  - {name: a}\n", []string{"c.yaml:2: profiles[0].expect: nothing is expected; give for instance expect: {locked: yes}"}},
		{"an expectation that cannot be", "profiles:\n  - {name: a, expect: {screens: 0}}\n",
			[]string{`c.yaml:2: profiles[0].expect.screens: "0" is not a number of screens from 1 to 256 (allowed: 1 to 256)`}},
		{"an expectation of what is unknown", "profiles:\n  - {name: a, expect: {lock: yes}}\n",
			[]string{"c.yaml:2: profiles[0].expect.lock: no such setting; did you mean expect.locked?"}},
		{"a profile that is a word", "profiles: [board]\n",
			[]string{`c.yaml:1: profiles[0]: a single value, where a profile such as {name: Board, title: "Board*", expect: {locked: yes}} is expected`}},

		{"faults of several kinds are all told", "listen: 80\nqueue: 1\nkeepEnded: 200h\naccess: all\n",
			[]string{`c.yaml:1: listen: "80" is not host:port, write 127.0.0.1:80 (allowed: host:port; an empty host is all interfaces, port 0 any free one)`,
				"c.yaml:2: queue: no such setting; known here: listen, access, openToNetwork, basePath, publicURL, dataDir, database, cluster, keepEnded, trustedProxies, proxy, oidc, tls, limits, log, debug, cloud, history, record, rules, profiles",
				"c.yaml:3: keepEnded: 200h is out of range (allowed: 0s to 168h)",
				`c.yaml:4: access: "all" is none of the words (allowed: open, accounts, proxy)`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := faults(t, Sources{ConfigFile: write(t, "c.yaml", c.file)})
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(c.want, "\n  "))
			}
		})
	}
}

func TestFaultsOfEnvironmentAndFlagsNameTheirSource(t *testing.T) {
	for _, c := range []struct {
		name    string
		environ []string
		args    []string
		want    []string
	}{
		{"a value out of range", []string{"CONFBOARD_CLOUD_HEARTBEAT=1h"}, []string{"--keepEnded=30"},
			[]string{"environment CONFBOARD_CLOUD_HEARTBEAT: cloud.heartbeat: 1h is out of range (allowed: 200ms to 10m)",
				`flag --keep-ended: keepEnded: "30" has no unit, write 30s for seconds or 30m for minutes (allowed: 0s to 168h)`}},
		{"an unknown variable with a near one", []string{"CONFBOARD_KEEP_ENDET=1h"}, nil,
			[]string{"environment CONFBOARD_KEEP_ENDET: no such setting; did you mean CONFBOARD_KEEP_ENDED?"}},
		{"an unknown variable near to nothing", []string{"CONFBOARD_HOST_PASSWORD=135790"}, nil,
			[]string{"environment CONFBOARD_HOST_PASSWORD: no such setting"}},
		{"one setting by two variables", []string{"CONFBOARD_KEEP_ENDED=1h", "CONFBOARD_KEEPENDED=2h"}, nil,
			[]string{"environment CONFBOARD_KEEP_ENDED: keepEnded: also set by CONFBOARD_KEEPENDED"}},
		{"meetings cannot come from the environment", []string{"CONFBOARD_CLOUD_MEETINGS=[{hostPassword: 135790}]"}, nil,
			[]string{"environment CONFBOARD_CLOUD_MEETINGS: cloud.meetings: meetings can be listed in the configuration file only; a password can stay out of it by hostPasswordFile or hostPasswordEnv"}},
		{"rules cannot come from the environment", []string{"CONFBOARD_CLOUD_WATCH=x"}, nil,
			[]string{"environment CONFBOARD_CLOUD_WATCH: cloud.watch: rules can be listed in the configuration file only"}},
		{"an app ID without its key", []string{"CONFBOARD_CLOUD_APP_ID=42"}, nil,
			[]string{"environment CONFBOARD_CLOUD_APP_ID: cloud.app.id: its key is missing; give cloud.app.keyFile or cloud.app.keyEnv"}},
		{"a key without its app ID", nil, []string{"--cloud-hook-key-env=HUAWEI_KEY"},
			[]string{"flag --cloud-hook-key-env: cloud.hook.appID: cloud.hook.keyEnv is set without it; both or none"}},
		{"a password in the database's URL", nil, []string{"--database-url=postgres://board:hush@db/board"},
			[]string{"flag --database-url: database.url: it has a password; give that by database.passwordFile or database.passwordEnv (allowed: empty, or postgres://user@host[:port]/database, which ?sslmode= and more may follow)"}},
		{"a database that is none", []string{"CONFBOARD_DATABASE_URL=mysql://board:hush@db/board"}, nil,
			[]string{"environment CONFBOARD_DATABASE_URL: database.url: it names no database of a PostgreSQL server (allowed: empty, or postgres://user@host[:port]/database, which ?sslmode= and more may follow)"}},
		{"a password without its database", []string{"CONFBOARD_DATABASE_PASSWORD_ENV=HUAWEI_KEY"}, nil,
			[]string{"environment CONFBOARD_DATABASE_PASSWORD_ENV: database.url: database.passwordEnv is set without it"}},
		{"a user ID without an app ID", []string{"CONFBOARD_CLOUD_APP_USER_ID=admin"}, nil,
			[]string{"environment CONFBOARD_CLOUD_APP_USER_ID: cloud.app.id: cloud.app.userID is set without it"}},
		{"a key in two places", []string{"CONFBOARD_CLOUD_APP_ID=42", "CONFBOARD_CLOUD_APP_KEY_ENV=HUAWEI_KEY"}, []string{"--cloud-app-key-file=key"},
			[]string{"environment CONFBOARD_CLOUD_APP_KEY_ENV: cloud.app.keyEnv: keyFile is given as well; only one of them may be"}},
		{"a key in a file that does not exist", []string{"CONFBOARD_CLOUD_HOOK_APP_ID=42", "CONFBOARD_CLOUD_HOOK_KEY_FILE=/none/key"}, nil,
			[]string{"environment CONFBOARD_CLOUD_HOOK_KEY_FILE: cloud.hook.keyFile: the secret cannot be taken from the file: open /none/key: no such file or directory"}},
		{"a key in a variable that is not set", []string{"CONFBOARD_CLOUD_APP_ID=42", "CONFBOARD_CLOUD_APP_KEY_ENV=HUAWEI_KEY"}, nil,
			[]string{"environment CONFBOARD_CLOUD_APP_KEY_ENV: cloud.app.keyEnv: the secret cannot be taken from the environment: the variable HUAWEI_KEY is not set, or empty"}},
		{"a key in a variable of blanks", []string{"HUAWEI_KEY= ", "CONFBOARD_CLOUD_APP_ID=42", "CONFBOARD_CLOUD_APP_KEY_ENV=HUAWEI_KEY"}, nil,
			[]string{"environment CONFBOARD_CLOUD_APP_KEY_ENV: cloud.app.keyEnv: the secret cannot be taken from the environment: the variable HUAWEI_KEY is not set, or empty"}},
		{"a key in a variable that is a setting", []string{"CONFBOARD_CLOUD_APP_ID=42", "CONFBOARD_CLOUD_APP_KEY_ENV=CONFBOARD_KEY"}, nil,
			[]string{"environment CONFBOARD_CLOUD_APP_KEY_ENV: cloud.app.keyEnv: CONFBOARD_KEY cannot be used: variables that start with CONFBOARD_ are settings (allowed: capital letters, digits and _, such as HUAWEI_KEY; not CONFBOARD_…)"}},
		{"a size without a unit", nil, []string{"--record=feed.jsonl", "--record-max-size=64"},
			[]string{`flag --record-max-size: record.maxSize: "64" has no unit, write 64MB for megabytes (allowed: 10kB to 100GB)`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := faults(t, Sources{Environ: c.environ, Flags: parsed(t, c.args...)}); !slices.Equal(got, c.want) {
				t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(c.want, "\n  "))
			}
		})
	}
}

func TestAFaultInAWeakerSourceIsToldAlthoughAStrongerOneReplacesIt(t *testing.T) {
	got := faults(t, Sources{ConfigFile: write(t, "c.yaml", "keepEnded: 30\n"), Flags: parsed(t, "--keep-ended=1h")})
	if len(got) != 1 || !strings.HasPrefix(got[0], "c.yaml:1: keepEnded: ") {
		t.Errorf("faults %q", got)
	}
}

func TestAddresses(t *testing.T) {
	const unreadable = "unreadable" // refused for its form, not for what it reaches
	for listen, want := range map[string]string{
		"127.0.0.1:8080": "127.0.0.1:8080", "127.8.9.1:0": "127.8.9.1:0", "[::1]:8080": "[::1]:8080", "localhost:80": "localhost:80",
		"LOCALHOST:080": "LOCALHOST:80",
		":8080":         "", "0.0.0.0:8080": "", "[::]:8080": "", "192.168.1.5:80": "", "board.example:80": "", "localhost.example:80": "", "[fe80::1%eth0]:80": "",
		"8080": unreadable, "127.0.0.1": unreadable, "127.0.0.1:http": unreadable, "127.0.0.1:65536": unreadable, "127.0.0.1:-1": unreadable,
		"a b:80": unreadable, "::1:80": unreadable, "http://localhost:80": unreadable, "": unreadable, "-a:80": unreadable,
	} {
		t.Run("listen "+listen, func(t *testing.T) {
			from := Sources{ConfigFile: write(t, "c.yaml", "listen: \""+listen+"\"\n")}
			s, err := Load(from)
			switch {
			case want != "" && want != unreadable:
				if err != nil || s.Listen != want {
					t.Errorf("listen %q, error %v", s.Listen, err)
				}
			case err == nil || !strings.Contains(err.Error(), "c.yaml:1: listen: "):
				t.Errorf("error %v", err)
			case strings.Contains(err.Error(), "openToNetwork: true") != (want == ""):
				t.Errorf("refused for the wrong reason: %v", err)
			}
			from.Flags = parsed(t, "--open-to-network")
			if _, err := Load(from); (err != nil) != (want == unreadable) {
				t.Errorf("with openToNetwork: %v", err)
			}
		})
	}
}

func TestPathsAndURLs(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"a base path without its slash", "basePath: board", `"board" is not in the form that is needed, write /board`},
		{"a base path with a slash at the end", "basePath: /board/", `"/board/" is not in the form that is needed, write /board`},
		{"a base path that is the root", "basePath: /", `"/" is the root, leave it empty`},
		{"a base path that climbs", "basePath: /a/../b", `"/a/../b" has . or .. as a part`},
		{"a base path with markup", "basePath: /<b>", "has other characters than letters"},
		{"a base path with an escape", "basePath: /a%2fb", "has other characters than letters"},
		{"a base path with an empty part", "basePath: /a//b", "has other characters than letters"},
		{"a public URL without a scheme", "publicURL: board.example", "is not an absolute http or https URL"},
		{"a public URL of another scheme", "publicURL: ftp://board.example", "is not an absolute http or https URL"},
		{"a public URL without a host", "publicURL: \"https://:443\"", "is not an absolute http or https URL"},
		{"a public URL with a query", "publicURL: https://board.example/?a=b", "has a query or a fragment"},
		{"a public URL with a fragment", "publicURL: https://board.example/#top", "has a query or a fragment"},
		{"a public URL with a wrong port", "publicURL: https://board.example:70000", "has a port above 65535"},
		{"a public URL whose path is not the base path", "publicURL: https://board.example/x\nbasePath: /board", `its path "/x" is not basePath, which is "/board"`},
		{"an endpoint without protection", "cloud: {endpoint: \"http://api.example\"}", "would send host passwords unprotected"},
		{"an endpoint that looks like loopback", "cloud: {endpoint: \"http://127.0.0.1.example\"}", "would send host passwords unprotected"},
		{"an endpoint with a path", "cloud: {endpoint: https://api.example/v1}", "has a path"},
		{"an endpoint that is empty", "cloud: {endpoint: \"\"}", "is not an absolute http or https URL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := faults(t, Sources{ConfigFile: write(t, "c.yaml", c.file)})
			if len(got) != 1 || !strings.Contains(got[0], c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	s := mustLoad(t, Sources{ConfigFile: write(t, "c.yaml", "publicURL: HTTPS://board.example:8443/board/\nbasePath: /board\ncloud: {endpoint: \"http://[::1]:80\"}")})
	if s.PublicURL != "https://board.example:8443" || s.Cloud.Endpoint != "http://[::1]:80" {
		t.Errorf("publicURL %q, endpoint %q", s.PublicURL, s.Cloud.Endpoint)
	}
}

func TestCertificateAndKeyBelongTogether(t *testing.T) {
	cert, key := certificate(t)
	_, otherKey := certificate(t)
	for _, c := range []struct{ name, cert, key, want string }{
		{"a certificate without its key", cert, "", "tls.keyFile: tls.certFile is set without it; both or none"},
		{"a key without its certificate", "", key, "tls.certFile: tls.keyFile is set without it; both or none"},
		{"the key of another certificate", cert, otherKey, "tls.certFile: certificate and key cannot be loaded: tls: private key does not match public key"},
		{"a certificate that does not exist", cert + ".none", key, "no such file or directory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := faults(t, Sources{Environ: []string{"CONFBOARD_TLS_CERT_FILE=" + c.cert, "CONFBOARD_TLS_KEY_FILE=" + c.key}})
			if len(got) != 1 || !strings.Contains(got[0], c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}

	name := filepath.Join(filepath.Dir(cert), "c.yaml")
	if err := os.WriteFile(name, []byte("tls: {certFile: cert.pem, keyFile: ../"+filepath.Base(filepath.Dir(key))+"/key.pem}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s := mustLoad(t, Sources{ConfigFile: name}); s.TLS.CertFile != cert || s.TLS.KeyFile != key {
		t.Errorf("relative to the file: %+v", s.TLS)
	}
}

func TestAHeartbeatThatTheCloudWouldNotWaitForIsWarnedOf(t *testing.T) {
	s := mustLoad(t, Sources{ConfigFile: write(t, "c.yaml", "cloud:\n  heartbeat: 5m\n")})
	if len(s.Warnings) != 1 || !strings.HasSuffix(s.Warnings[0].Error(), "c.yaml:2: cloud.heartbeat: the cloud closes a connection after 3m without a heartbeat") {
		t.Errorf("warnings %v", s.Warnings)
	}
}

func TestRulesWithoutAnAppAreWarnedOf(t *testing.T) {
	const rules = "cloud:\n  watch: [{subject: test, watch: no}]\n"
	s := mustLoad(t, Sources{ConfigFile: write(t, "c.yaml", rules)})
	if len(s.Warnings) != 1 || !strings.HasSuffix(s.Warnings[0].Error(), "c.yaml:2: cloud.watch: it has no effect without cloud.app: no meetings are found") {
		t.Errorf("warnings %v", s.Warnings)
	}
	environ := []string{"CONFBOARD_CLOUD_APP_ID=42", "CONFBOARD_CLOUD_APP_KEY_ENV=HUAWEI_KEY", "HUAWEI_KEY=x"}
	if s := mustLoad(t, Sources{Environ: environ, ConfigFile: write(t, "c.yaml", rules)}); len(s.Warnings) > 0 {
		t.Errorf("warnings with an app: %v", s.Warnings)
	}
}

func TestAnExpiredCertificateIsWarnedOf(t *testing.T) {
	cert, key := certificateUntil(t, time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC))
	s := mustLoad(t, Sources{Environ: []string{"CONFBOARD_TLS_CERT_FILE=" + cert, "CONFBOARD_TLS_KEY_FILE=" + key}})
	if len(s.Warnings) != 1 || s.Warnings[0].Setting != "tls.certFile" || !strings.Contains(s.Warnings[0].Message, "it expired on 2024-02-29") {
		t.Errorf("warnings %v", s.Warnings)
	}
}
