package bus

import (
	"strings"

	"confboard/feed/conference"
)

// names are those of streams and subjects. Prefixes, members and confIDs have no character that means something in a subject.
type names struct{ prefix string }

func (n names) live() string    { return n.prefix + "-live" }
func (n names) digests() string { return n.prefix + "-digest" }

func (n names) record(id conference.ConfID) string { return n.prefix + ".m." + string(id) }
func (n names) digest(id conference.ConfID) string { return n.prefix + ".d." + string(id) }

func (n names) news(what string) string { return n.prefix + ".changed." + what }

func (n names) question(member, verb string, id conference.ConfID) string {
	return n.prefix + ".ask." + member + "." + verb + "." + string(id)
}

// meeting returns the meeting that a subject of records or digests is about.
func (n names) meeting(subject string) (id conference.ConfID, ok bool) {
	rest, ok := strings.CutPrefix(subject, n.prefix+".")
	if !ok || len(rest) < 3 || rest[1] != '.' {
		return "", false
	}
	id = conference.ConfID(rest[2:])
	return id, id.Valid()
}
