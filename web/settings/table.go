package settings

import (
	"time"

	"confboard/feed/rules"
)

// setting is one row of the table.
type setting struct {
	// path is the full name in the file, for instance cloud.heartbeat.
	path string
	// value reads the text and stores the result.
	value value
	// preset is the default as one would write it.
	preset string
	// doc says what it is for, as one line of the README and of --help.
	doc string
	// noFlag marks what cannot be given on the command line.
	noFlag bool
	// flag is the name of its flag where that does not follow from the path.
	flag string
}

const (
	maxStreams = 1_000_000
	maxCalls   = 100_000

	// minHeartbeat is far below what suits the cloud: it is for trying the rules of silence against a simulated one.
	minHeartbeat = 200 * time.Millisecond
	maxHeartbeat = 10 * time.Minute
	// cloudPatience is after how long without a heartbeat the cloud closes a connection (meeting_21_1520).
	cloudPatience = 180 * time.Second

	// minRecord is far below what suits a recording: it is for trying rotation.
	minRecord = 10 * kilobyte
	maxRecord = 100 * gigabyte
	maxKeep   = 1000

	minHistory = megabyte
	maxHistory = 1000 * gigabyte
	minDisk    = 10 * megabyte
)

// table lists all settings in the order of the documentation; their values are stored in d.
func table(d *draft) []setting {
	s := &d.Settings
	rows := []setting{
		{path: "listen", value: text{&s.Listen, "host:port", "host:port; an empty host is all interfaces, port 0 any free one", readListen}, preset: "127.0.0.1:8080",
			doc: "Address to serve on."},
		{path: "access", value: word{&s.Access, []string{AccessOpen, AccessAccounts, AccessProxy}}, preset: AccessOpen,
			doc: "Who may see the board. `open` is everybody who reaches it, `accounts` who signs in with an account of the board, `proxy` whom one of `trustedProxies` has signed in."},
		{path: "openToNetwork", value: yesNo{&s.OpenToNetwork}, preset: "no",
			doc: "Permits `access: open` on an address that other machines can reach."},
		{path: "basePath", value: text{&s.BasePath, "path", "empty, or such as /board: a slash first and none at the end", readBasePath}, preset: "",
			doc: "Path below which a proxy shows the board; it must arrive unstripped."},
		{path: "publicURL", value: text{&s.PublicURL, "URL", "empty, or http(s)://host[:port], which basePath may follow", readPublicURL}, preset: "",
			doc: "Address under which people reach the board. Its host is one under which the board may be used; see below."},
		{path: "dataDir", value: path{&s.DataDir, "folder", ""}, preset: "./data",
			doc: "Folder of the board's own files; made when missing."},
	}
	rows = append(rows, databaseTable(d)...)
	rows = append(rows, clusterTable(d)...)
	rows = append(rows, []setting{
		{path: "keepEnded", value: duration{&s.KeepEnded, 0, 168 * time.Hour}, preset: "30m",
			doc: "How long an ended meeting stays on the board."},
		{path: "trustedProxies", value: prefixes{&s.TrustedProxies}, preset: "",
			doc: "Proxies whose `X-Forwarded-*` headers are believed."},
		{path: "proxy.userHeader", value: text{&s.Proxy.UserHeader, "header", headerName, readHeader}, preset: "Remote-User",
			doc: "Header in which the proxy names the user; only with `access: proxy`. The proxy has to remove it from what browsers send."},
		{path: "proxy.groupsHeader", value: text{&s.Proxy.GroupsHeader, "header", headerName, readHeader}, preset: "Remote-Groups",
			doc: "Header in which the proxy lists the user's groups, with commas between them."},
		{path: "proxy.adminGroups", value: labels{&s.Proxy.AdminGroups}, preset: "",
			doc: "Groups whose members are admins."},
		{path: "proxy.viewerGroups", value: labels{&s.Proxy.ViewerGroups}, preset: "",
			doc: "Groups whose members may see the board; empty is everybody whom the proxy lets through."},
	}...)
	rows = append(rows, oidcTable(d)...)
	rows = append(rows, []setting{
		{path: "tls.certFile", value: path{&s.TLS.CertFile, "file", "PEM; together with tls.keyFile"}, preset: "",
			doc: "Certificate chain; with it the board serves HTTPS and HTTP/2."},
		{path: "tls.keyFile", value: path{&s.TLS.KeyFile, "file", "PEM; together with tls.certFile"}, preset: "",
			doc: "Private key of the certificate."},
		{path: "limits.streams", value: number{&s.Limits.Streams, 0, maxStreams}, preset: "0",
			doc: "Most live pages at a time; 0 is no limit."},
		{path: "limits.streamsPerAddress", value: number{&s.Limits.StreamsPerAddress, 0, maxStreams}, preset: "0",
			doc: "Most live pages at a time of one client address; 0 is no limit."},
		{path: "log.level", value: level{&s.Log.Level}, preset: "info",
			doc: "The least severe messages that are logged."},
		{path: "log.format", value: word{&s.Log.Format, []string{LogText, LogJSON}}, preset: LogText,
			doc: "How they are written: `key=value`, or one JSON object a line."},
		{path: "debug.listen", value: text{&s.Debug.Listen, "host:port", "empty, or host:port that only this machine reaches, such as 127.0.0.1:6060", readDebugListen}, preset: "",
			doc: "Address to serve Go's profiles on (`/debug/pprof/`), beside the board and never on its own address; empty is none."},
		{path: "cloud.endpoint", value: text{&s.Cloud.Endpoint, "URL", "https://host[:port], or http:// with a loopback host", readEndpoint}, preset: "https://api.meeting.huaweicloud.com",
			doc: "The cloud's REST interface."},
		{path: "cloud.heartbeat", value: duration{&s.Cloud.Heartbeat, minHeartbeat, maxHeartbeat}, preset: "60s",
			doc: "Interval of heartbeats on a meeting's connection. A meeting is stale after 1.25 and lost after 2.25 of them without an echo; the cloud hangs up after 180s."},
		{path: "cloud.callsPerMinute", value: number{&s.Cloud.CallsPerMinute, 0, maxCalls}, preset: "100",
			doc: "Most REST calls a minute; 0 is unpaced."},
		{path: "cloud.discoverEvery", value: duration{&s.Cloud.DiscoverEvery, 5 * time.Second, time.Hour}, preset: "30s",
			doc: "Interval at which meetings are looked for; only with `cloud.app`."},
		{path: "cloud.booked", value: yesNo{&s.Cloud.Booked}, preset: "yes",
			doc: "Whether booked meetings that have not started are shown; only with `cloud.app`."},
		{path: "cloud.app.id", value: text{&s.Cloud.App.ID, "app ID", identifier, readIdentifier}, preset: "",
			doc: "App ID of the enterprise, with which its meetings are found; together with its key."},
		{path: "cloud.app.keyFile", value: path{&d.appKey.file, "file", ""}, preset: "",
			doc: "File with the app key in its first line. Either this or `cloud.app.keyEnv`."},
		{path: "cloud.app.keyEnv", value: text{&d.appKey.variable, "variable", variable, readVariable}, preset: "",
			doc: "Name of the environment variable that holds the app key."},
		{path: "cloud.app.userID", value: text{&s.Cloud.App.UserID, "user ID", identifier, readIdentifier}, preset: "",
			doc: "Administrator in whose name the app logs in; empty is the enterprise's default administrator."},
		{path: "cloud.watch", value: entries{"list of rules", "rules can be listed in the configuration file only", file.watchRules}, preset: "", noFlag: true,
			doc: "Rules for the meetings that are found; only in the file. The first that matches and has `watch` decides whether a meeting is watched (without one it is), the first that matches and has `group` gives its group."},
		{path: "cloud.hook.appID", value: text{&s.Cloud.Hook.AppID, "app ID", identifier, readIdentifier}, preset: "",
			doc: "App ID with which the cloud pushes events to `/hooks/huawei`; together with its key."},
		{path: "cloud.hook.keyFile", value: path{&d.hookKey.file, "file", ""}, preset: "",
			doc: "File with the key of the events' signatures in its first line. Either this or `cloud.hook.keyEnv`."},
		{path: "cloud.hook.keyEnv", value: text{&d.hookKey.variable, "variable", variable, readVariable}, preset: "",
			doc: "Name of the environment variable that holds the key of the events' signatures."},
		{path: "cloud.meetings", value: entries{"list of meetings", "meetings can be listed in the configuration file only; a password can stay out of it by hostPasswordFile or hostPasswordEnv", file.meetings}, preset: "", noFlag: true,
			doc: "Meetings to watch by their ID; only in the file."},
		{path: "history.keep", value: duration{&s.History.Keep, time.Minute, 720 * time.Hour}, preset: "24h",
			doc: "For how long a meeting's timeline and its past states are kept while it is on the board."},
		{path: "history.memory", value: size{&s.History.Memory, minHistory, maxHistory}, preset: "256MB",
			doc: "Most memory for the timelines and past states of all meetings. When it is full past states become fewer, then the oldest of the timeline goes."},
		{path: "history.stored", value: duration{&s.History.Stored, 0, 8760 * time.Hour}, preset: "720h",
			doc: "For how long timelines and the list of ended meetings are kept in `dataDir`; 0s: they are not."},
		{path: "history.names", value: duration{&s.History.Names, time.Minute, 8760 * time.Hour}, preset: "168h",
			doc: "For how long people are named there: participants, who booked a meeting, who took note of something. Fields that nobody documented go with them. `history.keep` may not be longer."},
		{path: "history.disk", value: size{&s.History.Disk, minDisk, maxHistory}, preset: "2GB",
			doc: "Most that the board's file may take; the oldest timelines go."},
		{path: "record.file", value: path{&s.Record.File, "file", "empty is no recording"}, preset: "", flag: "record",
			doc: "File into which the frames of all meetings are recorded, without secrets."},
		{path: "record.maxSize", value: size{&s.Record.MaxSize, minRecord, maxRecord}, preset: "64MB",
			doc: "Size at which another file is begun."},
		{path: "record.keep", value: number{&s.Record.Keep, 1, maxKeep}, preset: "8",
			doc: "Full files of a recording that are kept; the oldest are removed."},
		{path: "record.names", value: word{&s.Record.Names, []string{RecordNames, RecordPseudonyms}}, preset: RecordNames,
			doc: "Whether people's names are recorded as they are or as pseudonyms, always the same for the same person."},
	}...)
	s.Rules = *rules.Default()
	rows = append(rows, ruleTable(&s.Rules)...)
	return append(rows, setting{path: profilesPath, value: entries{"list of profiles", "profiles can be listed in the configuration file only", file.profiles}, preset: "", noFlag: true,
		doc: "What meetings are expected to be; others can be made on `/rules`, and count before these. For each thing that can be expected the first profile counts that fits the meeting and has an opinion on it."})
}
