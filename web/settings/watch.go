package settings

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"confboard/feed/rules"
)

const watchPath = "cloud.watch"

// WatchRule is a rule for meetings that are found. It matches when all of its patterns do; an empty one always does.
type WatchRule struct {
	// Subject, Owner and ConfID are patterns for the whole text, in which * stands for any characters and ? for one;
	// upper and lower case count as the same.
	Subject, Owner, ConfID string
	// Watch says whether a meeting is watched; the first matching rule that is not WatchUnsaid decides.
	Watch WatchChoice
	// Group is the group of a meeting; the first matching rule that has one gives it.
	Group string
}

// WatchChoice is what a rule says of watching.
type WatchChoice uint8

// The choices. A meeting of which no rule says anything is watched.
const (
	WatchUnsaid WatchChoice = iota
	WatchYes
	WatchNo
)

// choice is a yes or no that may be left out.
type choice struct{ to *WatchChoice }

func (v choice) kind() string    { return yesNo{}.kind() }
func (v choice) allowed() string { return yesNo{}.allowed() }

func (v choice) set(text string) error {
	var yes bool
	if err := (yesNo{&yes}).set(text); err != nil {
		return err
	}
	*v.to = WatchNo
	if yes {
		*v.to = WatchYes
	}
	return nil
}

// watchTable lists the settings of one entry of cloud.watch.
func watchTable(r *WatchRule) []setting {
	return []setting{
		{path: "subject", value: text{&r.Subject, "pattern", rules.WildcardRange, rules.ReadText}, doc: "Pattern of the title. All patterns of a rule have to match; in each, * stands for any characters and ? for one, in either case."},
		{path: "owner", value: text{&r.Owner, "pattern", rules.WildcardRange, rules.ReadText}, doc: "Pattern of the name of who booked the meeting."},
		{path: "confID", value: text{&r.ConfID, "pattern", rules.WildcardRange, rules.ReadText}, doc: "Pattern of the meeting's ID."},
		{path: "watch", value: choice{&r.Watch}, doc: "Whether such meetings are watched."},
		{path: "group", value: text{&r.Group, "text", rules.TextRange, rules.ReadText}, doc: "Group of such meetings. A rule has this or `watch`, or both."},
	}
}

// watchRules takes in the list cloud.watch.
func (f file) watchRules(n *yaml.Node) {
	for i, entry := range n.Content {
		path := fmt.Sprintf("%s[%d]", watchPath, i)
		if entry.Kind != yaml.MappingNode {
			f.refuse(path, f.at(entry), found(entry)+", where a rule such as {subject: \"test*\", watch: no} is expected", nil)
			continue
		}
		var rule WatchRule
		f.group(entry, watchTable(&rule), "", path+".")
		if rule.Watch == WatchUnsaid && rule.Group == "" && f.sound(path+".watch", path+".group") {
			f.refuse(path, f.at(entry), "it has no effect; give watch, or group, or both", nil)
		}
		f.settings.Cloud.Watch = append(f.settings.Cloud.Watch, rule)
	}
}
