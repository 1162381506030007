package settings

import (
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"confboard/feed/conference"
	"confboard/feed/rules"
)

const (
	profilesPath = "profiles"
	maxAfter     = 24 * time.Hour
	defaultGrace = "2m"
)

// weight is how much something matters.
type weight struct{ to *conference.Weight }

func (v weight) kind() string    { return "word" }
func (v weight) allowed() string { return strings.Join(rules.WeightNames(), ", ") }

func (v weight) set(text string) error {
	w, err := rules.ReadWeight(text)
	if err == nil {
		*v.to = w
	}
	return err
}

// ruleTable lists the settings of the built-in rules; what the set holds is their defaults.
func ruleTable(set *rules.Set) (rows []setting) {
	for _, rule := range []struct {
		name  string
		limit *rules.Limit
		doc   string
	}{
		{"overrun", &set.Overrun, "a meeting goes on after its planned end"},
		{"noHost", &set.NoHost, "there are participants and none of them is the host"},
		{"blankScreen", &set.BlankScreen, "all participants of a screen of the layout are absent"},
		{"unseenSpeaker", &set.UnseenSpeaker, "somebody speaks whom no screen of a fixed or broadcast layout shows"},
		{"unlockedRecording", &set.UnlockedRecording, "a meeting is recorded while it is not locked"},
	} {
		preset := *rule.limit
		rows = append(rows,
			setting{path: "rules." + rule.name + ".severity", value: weight{&rule.limit.Weight}, preset: rules.WeightName(preset.Weight),
				doc: "How much it matters when " + rule.doc + "."},
			setting{path: "rules." + rule.name + ".after", value: duration{&rule.limit.After, 0, maxAfter}, preset: shortDuration(preset.After),
				doc: "How long that has to last."})
	}
	return rows
}

// expectation is what a profile expects of one aspect.
type expectation struct {
	aspect rules.Aspect
	to     *[]rules.Expectation
}

func (v expectation) kind() string    { return "value" }
func (v expectation) allowed() string { return strings.Join(v.aspect.Values(), ", ") }

func (v expectation) set(text string) error {
	want, err := v.aspect.Read(text)
	if err == nil {
		*v.to = append(*v.to, rules.Expectation{Field: v.aspect.Field, Want: want})
	}
	return err
}

// profileDraft is a profile as it stands in the file.
type profileDraft struct {
	rules.Profile
	confID, title, group string
}

// profileTable lists the settings of one entry of profiles.
func profileTable(p *profileDraft) []setting {
	rows := []setting{
		{path: "name", value: text{&p.Name, "text", label, readLabel}, doc: "What to call the profile; each its own."},
		{path: "title", value: text{&p.title, "pattern", pattern, readLabel}, doc: "Pattern of the title of the meetings it is for, in which * stands for any characters and ? for one, in either case."},
		{path: "confID", value: text{&p.confID, "pattern", pattern, readLabel}, doc: "Pattern of their ID."},
		{path: "group", value: text{&p.group, "pattern", pattern, readLabel}, doc: "Pattern of their group. All patterns have to match; without any the profile is for every meeting."},
		{path: "severity", value: weight{&p.Weight}, preset: rules.WeightName(conference.Noteworthy), doc: "How much it matters when a meeting is not as expected."},
		{path: "grace", value: duration{&p.Grace, 0, maxAfter}, preset: defaultGrace, doc: "How long it may be otherwise."},
	}
	for _, a := range rules.Aspects() {
		rows = append(rows, setting{path: "expect." + a.Name, value: expectation{a, &p.Expect}, doc: aspectDocs[a.Name]})
	}
	return rows
}

var aspectDocs = map[string]string{
	"locked":          "Whether the meeting is locked.",
	"recording":       "Whether it is recorded.",
	"chat":            "Whether chat is enabled.",
	"captions":        "Whether there are live captions, in whatever language.",
	"mutedOnEntry":    "Whether participants are muted when they join.",
	"mayUnmute":       "Whether they may unmute themselves when all are muted.",
	"sharingLocked":   "Whether screen sharing is locked.",
	"voiceActivation": "Whether voice activation is on.",
	"mode":            "The mode.",
	"screens":         "The number of screens in continuous presence.",
}

// profiles takes in the list of profiles.
func (f file) profiles(n *yaml.Node) {
	lines := make(map[string]int, len(n.Content))
	for i, entry := range n.Content {
		path := fmt.Sprintf("%s[%d]", profilesPath, i)
		if entry.Kind != yaml.MappingNode {
			f.refuse(path, f.at(entry), found(entry)+", where a profile such as {name: Board, title: \"Board*\", expect: {locked: yes}} is expected", nil)
			continue
		}
		var p profileDraft
		rows := profileTable(&p)
		for _, row := range rows {
			if row.preset != "" {
				if err := row.value.set(row.preset); err != nil {
					panic("settings: default of " + row.path + ": " + err.Error()) // a mistake in the table
				}
			}
		}
		f.group(entry, rows, "", path+".")
		p.ConfID, p.Title, p.Group = conference.Pattern(p.confID), conference.Pattern(p.title), conference.Pattern(p.group)
		first, twice := lines[p.Name]
		switch {
		case !f.sound(path + ".name"):
		case p.Name == "":
			f.refuse(path+".name", f.at(entry), "it is missing; every profile needs one", nil)
		case twice:
			f.refuse(path+".name", f.at(entry), fmt.Sprintf("%s is used twice, first in line %d", quoted(p.Name), first), nil)
		default:
			lines[p.Name] = entry.Line
		}
		if len(p.Expect) == 0 && !f.brokenBelow(path+".expect.") {
			f.refuse(path+".expect", f.at(entry), "nothing is expected; give for instance expect: {locked: yes}", nil)
		}
		f.settings.Rules.Profiles = append(f.settings.Rules.Profiles, p.Profile)
	}
}

// brokenBelow reports whether some setting below the prefix was refused.
func (l *loader) brokenBelow(prefix string) bool {
	for path := range l.broken {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}
