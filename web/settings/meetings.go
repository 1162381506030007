package settings

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"

	"confboard/feed/conference"
)

const meetingsPath = "cloud.meetings"

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
		m.ConfID = conference.ConfID(m.confID)

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
		f.settings.Cloud.Meetings = append(f.settings.Cloud.Meetings, m.Meeting)
	}
}

// password makes sure that a meeting has one, and reads it when it is in a file.
func (f file) password(m *meetingDraft, path, entry string) {
	direct, byFile := path+".hostPassword", path+".hostPasswordFile"
	switch {
	case !f.sound(direct, byFile):
	case !m.HostPassword.IsZero() && m.passwordFile != "":
		f.refuse(byFile, f.origin(byFile), "hostPassword is given as well; only one of them may be", nil)
	case m.passwordFile != "":
		password, err := f.readSecret(byFile, m.passwordFile)
		if err != nil {
			f.refuse(byFile, f.origin(byFile), "the password cannot be taken from the file", err)
			return
		}
		m.HostPassword = password
	case m.HostPassword.IsZero():
		f.refuse(direct, entry, "it is missing; give the host password, or hostPasswordFile", nil)
	}
}

// readSecret returns the first line of a file without the blanks around it.
func (l *loader) readSecret(path, name string) (conference.Secret, error) {
	opened, err := os.Open(name)
	if err != nil {
		return conference.Secret{}, err
	}
	defer opened.Close()

	const most = 4096 // bytes; a password file is not longer
	line, err := bufio.NewReader(io.LimitReader(opened, most)).ReadString('\n')
	if err != nil && err != io.EOF {
		return conference.Secret{}, err
	}
	if line = strings.TrimSpace(line); line == "" {
		return conference.Secret{}, fmt.Errorf("the first line of %s is empty", name)
	}
	var password conference.Secret
	if err := (secret{&password}).set(line); err != nil {
		return conference.Secret{}, fmt.Errorf("read %s: %w", name, err)
	}
	l.warnIfOpen(path, name)
	return password, nil
}

// warnIfOpen warns of a file with a secret that everybody on the machine can read.
func (l *loader) warnIfOpen(path, name string) {
	const readByOthers = 0o004
	if info, err := os.Stat(name); err == nil && info.Mode().Perm()&readByOthers != 0 {
		l.warn(path, fmt.Sprintf("%s can be read by everybody on this machine; chmod o-r it", name))
	}
}
