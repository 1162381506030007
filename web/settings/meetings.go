package settings

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"confboard/feed/conference"
	"confboard/feed/rules"
)

const meetingsPath = "cloud.meetings"

// What cloud.meetings[].public can be, beside false.
const (
	publicNo       = "no"
	publicRedacted = "redacted"
)

// meetingDraft is an entry of cloud.meetings as it stands in the file.
type meetingDraft struct {
	Meeting
	confID, public string
	password       secretSource
}

// meetingTable lists the settings of one entry of cloud.meetings.
func meetingTable(m *meetingDraft) []setting {
	return []setting{
		{path: "confID", value: text{&m.confID, "meeting ID", "1 to 64 letters, digits, - or _", readConfID}, doc: "The meeting's ID; each once."},
		{path: "hostPassword", value: secret{&m.HostPassword}, doc: "The host's password of the meeting: this, `hostPasswordFile` or `hostPasswordEnv`. With `cloud.app` it can be left out and is found."},
		{path: "hostPasswordFile", value: path{&m.password.file, "file", ""}, doc: "File with the password in its first line."},
		{path: "hostPasswordEnv", value: text{&m.password.variable, "variable", variable, readVariable}, doc: "Name of the environment variable that holds the password."},
		{path: "name", value: text{&m.Name, "text", rules.TextRange, rules.ReadText}, doc: "Your name for it, shown in place of the cloud's title."},
		{path: "group", value: text{&m.Group, "text", rules.TextRange, rules.ReadText}, doc: "The overview and a wall can be limited to it by `group=` in their address."},
		{path: "start", value: instant{&m.Start}, doc: "When it is planned to start; until it does, it is shown as scheduled."},
		{path: "end", value: instant{&m.End}, doc: "When it is planned to end; only with `start`, and after it."},
		{path: "public", value: word{&m.public, []string{publicNo, "false", publicRedacted}}, preset: publicNo,
			doc: "What people who are not signed in see on its page: with `redacted` its status, without names, participants and layout. It has no effect with `access: open`."},
	}
}

// meetings takes in the list cloud.meetings.
func (f file) meetings(n *yaml.Node) {
	lines := make(map[conference.ConfID]int, len(n.Content))
	for i, entry := range n.Content {
		path := fmt.Sprintf("%s[%d]", meetingsPath, i)
		if entry.Kind != yaml.MappingNode {
			f.refuse(path, f.at(entry), found(entry)+", where a meeting such as {confID: \"900487914\", hostPassword: …} is expected", nil)
			continue
		}
		var m meetingDraft
		f.group(entry, meetingTable(&m), "", path+".")
		m.ConfID, m.Public = conference.ConfID(m.confID), m.public == publicRedacted

		if f.sound(path + ".confID") {
			first, twice := lines[m.ConfID]
			switch {
			case m.ConfID == "":
				f.refuse(path+".confID", f.at(entry), "it is missing; every meeting needs its ID", nil)
			case twice:
				f.refuse(path+".confID", f.origin(path+".confID"), fmt.Sprintf("%s is listed twice, first in line %d", m.ConfID, first), nil)
			default:
				lines[m.ConfID] = entry.Line
			}
		}
		f.password(&m, path, f.at(entry))
		f.plan(&m, path)
		f.settings.Cloud.Meetings = append(f.settings.Cloud.Meetings, m.Meeting)
	}
}

// password reads the password of a meeting when it is not in the entry itself, and notes when there is none: whether one
// is needed is known when all sources have been read.
func (f file) password(m *meetingDraft, path, entry string) {
	direct, byFile, byEnv := path+".hostPassword", path+".hostPasswordFile", path+".hostPasswordEnv"
	switch {
	case !f.sound(direct, byFile, byEnv):
	case !m.HostPassword.IsZero() && m.password.file != "":
		f.refuse(byFile, f.origin(byFile), "hostPassword is given as well; only one of them may be", nil)
	case !m.HostPassword.IsZero() && m.password.variable != "":
		f.refuse(byEnv, f.origin(byEnv), "hostPassword is given as well; only one of them may be", nil)
	case m.password != secretSource{}:
		m.HostPassword = f.fetch(m.password, byFile, byEnv)
	case m.HostPassword.IsZero():
		f.noPassword = append(f.noPassword, place{direct, entry})
	}
}

// plan checks when a meeting is to start and to end.
func (f file) plan(m *meetingDraft, path string) {
	start, end := path+".start", path+".end"
	switch {
	case m.End.IsZero() || !f.sound(start, end):
	case m.Start.IsZero():
		f.refuse(end, f.origin(end), "start is missing; a planned end needs a planned start", nil)
	case !m.End.After(m.Start):
		f.refuse(end, f.origin(end), "it is not after start", nil)
	}
}
