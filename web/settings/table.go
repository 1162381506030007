package settings

import (
	"time"
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
	// idle marks what is checked but has no effect in this version: setting it is warned of.
	idle bool
}

const (
	maxStreams = 1_000_000
	maxCalls   = 100_000

	// minHeartbeat is far below what suits the cloud: it is for trying the rules of silence against a simulated one.
	minHeartbeat = 200 * time.Millisecond
	maxHeartbeat = 10 * time.Minute
	// cloudPatience is after how long without a heartbeat the cloud closes a connection (meeting_21_1520).
	cloudPatience = 180 * time.Second
)

// table lists all settings in the order of the documentation; their values are stored in s.
func table(s *Settings) []setting {
	const (
		noDiscovery = "finding the enterprise's meetings by itself is not available in this version; list them in cloud.meetings"
		noHook      = "receiving enterprise events is not available in this version; list the meetings in cloud.meetings"
		notForAll   = "is not available in this version; use open, which needs a loopback address or openToNetwork: true"
	)
	return []setting{
		{path: "listen", value: text{&s.Listen, "host:port", "host:port; an empty host is all interfaces, port 0 any free one", readListen}, preset: "127.0.0.1:8080",
			doc: "Address to serve on."},
		{path: "access", value: word{&s.Access, []string{AccessOpen, accessAccounts, accessProxy}, map[string]string{accessAccounts: notForAll, accessProxy: notForAll}}, preset: AccessOpen,
			doc: "Who may see the board. `open` is everybody who reaches it."},
		{path: "openToNetwork", value: yesNo{&s.OpenToNetwork}, preset: "no",
			doc: "Permits `access: open` on an address that other machines can reach."},
		{path: "basePath", value: text{&s.BasePath, "path", "empty, or such as /board: a slash first and none at the end", readBasePath}, preset: "",
			doc: "Path below which a proxy shows the board; it must arrive unstripped."},
		{path: "publicURL", value: text{&s.PublicURL, "URL", "empty, or http(s)://host[:port], which basePath may follow", readPublicURL}, preset: "", idle: true,
			doc: "Address under which people reach the board, for links that leave it."},
		{path: "dataDir", value: path{&s.DataDir, "folder", ""}, preset: "./data",
			doc: "Folder of the board's own files; made when missing."},
		{path: "keepEnded", value: duration{&s.KeepEnded, 0, 168 * time.Hour}, preset: "30m",
			doc: "How long an ended meeting stays on the board."},
		{path: "trustedProxies", value: prefixes{&s.TrustedProxies}, preset: "",
			doc: "Proxies whose `X-Forwarded-*` headers are believed."},
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
		{path: "cloud.endpoint", value: text{&s.Cloud.Endpoint, "URL", "https://host[:port], or http:// with a loopback host", readEndpoint}, preset: "https://api.meeting.huaweicloud.com",
			doc: "The cloud's REST interface."},
		{path: "cloud.heartbeat", value: duration{&s.Cloud.Heartbeat, minHeartbeat, maxHeartbeat}, preset: "60s",
			doc: "Interval of heartbeats on a meeting's connection. A meeting is stale after 1.25 and lost after 2.25 of them without an echo; the cloud hangs up after 180s."},
		{path: "cloud.callsPerMinute", value: number{&s.Cloud.CallsPerMinute, 0, maxCalls}, preset: "100",
			doc: "Most REST calls a minute; 0 is unpaced."},
		{path: "cloud.discoverEvery", value: duration{&s.Cloud.DiscoverEvery, 5 * time.Second, time.Hour}, preset: "30s", idle: true,
			doc: "Interval at which meetings are looked for."},
		{path: "cloud.meetings", value: meetingList{}, preset: "", noFlag: true,
			doc: "The meetings to watch; only in the file."},
		{path: "cloud.app.id", value: notYet{noDiscovery}, preset: "", noFlag: true, doc: "Not available in this version."},
		{path: "cloud.app.keyFile", value: notYet{noDiscovery}, preset: "", noFlag: true, doc: "Not available in this version."},
		{path: "cloud.app.userID", value: notYet{noDiscovery}, preset: "", noFlag: true, doc: "Not available in this version."},
		{path: "cloud.hook.appID", value: notYet{noHook}, preset: "", noFlag: true, doc: "Not available in this version."},
		{path: "cloud.hook.keyFile", value: notYet{noHook}, preset: "", noFlag: true, doc: "Not available in this version."},
	}
}

// meetingDraft is an entry of cloud.meetings as it stands in the file.
type meetingDraft struct {
	Meeting
	confID, passwordFile, public string
}

// meetingTable lists the settings of one entry of cloud.meetings.
func meetingTable(m *meetingDraft) []setting {
	return []setting{
		{path: "confID", value: text{&m.confID, "meeting ID", "1 to 64 letters, digits, - or _", readConfID}, doc: "The meeting's ID; each once."},
		{path: "hostPassword", value: secret{&m.HostPassword}, doc: "The host's password of the meeting. Either this or `hostPasswordFile`."},
		{path: "hostPasswordFile", value: path{&m.passwordFile, "file", ""}, doc: "File with the password in its first line."},
		{path: "name", value: text{&m.Name, "text", "up to 200 characters in one line", readLabel}, doc: "Your name for it, shown in place of the cloud's title."},
		{path: "group", value: text{&m.Group, "text", "up to 200 characters in one line", readLabel}, doc: "Shown on the meeting's page; no other effect in this version."},
		{path: "public", value: word{&m.public, []string{"no", "false", "redacted"}, map[string]string{"redacted": "is not available in this version; use no"}}, preset: "no",
			doc: "Whether people who are not signed in see the meeting."},
	}
}
