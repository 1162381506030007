package settings

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"confboard/feed/conference"
	"confboard/feed/rules"
)

const profilesPath = "profiles"

// said is an entry of the tables of package rules, which hold for the page of rules as well.
type said[T any] struct {
	entry rules.Entry[T]
	to    *T
}

func (v said[T]) kind() string          { return v.entry.Kind.String() }
func (v said[T]) allowed() string       { return v.entry.Allowed() }
func (v said[T]) set(text string) error { return v.entry.Read(v.to, text) }

// ruleTable lists the settings of the built-in rules; what the set holds is their defaults.
func ruleTable(set *rules.Set) (rows []setting) {
	for _, rule := range rules.Builtin() {
		limit := set.Limit(rule)
		for _, e := range rules.LimitEntries() {
			doc := "How long that has to last."
			if e.Name == rules.EntrySeverity {
				doc = "How much it matters when " + ruleDocs[rule] + "."
			}
			rows = append(rows, setting{path: "rules." + string(rule) + "." + e.Name, value: said[rules.Limit]{e, limit}, preset: e.Write(limit), doc: doc})
		}
	}
	return rows
}

var ruleDocs = map[conference.Rule]string{
	conference.Overrunning:       "a meeting goes on after its planned end",
	conference.NoHost:            "there are participants and none of them is the host",
	conference.BlankScreen:       "all participants of a screen of the layout are absent",
	conference.UnseenSpeaker:     "somebody speaks whom no screen of a fixed or broadcast layout shows",
	conference.UnlockedRecording: "a meeting is recorded while it is not locked",
}

// profileTable lists the settings of one entry of profiles.
func profileTable(p *rules.Profile) (rows []setting) {
	for _, e := range rules.ProfileEntries() {
		rows = append(rows, setting{path: e.Name, value: said[rules.Profile]{e, p}, preset: e.Preset, doc: profileDocs[e.Name]})
	}
	return rows
}

var profileDocs = map[string]string{
	"name":                   "What to call the profile; each its own.",
	"title":                  "Pattern of the title of the meetings it is for, in which * stands for any characters and ? for one, in either case.",
	"confID":                 "Pattern of their ID.",
	"group":                  "Pattern of their group. All patterns have to match; without any the profile is for every meeting.",
	"severity":               "How much it matters when a meeting is not as expected.",
	"grace":                  "How long it may be otherwise.",
	"expect.locked":          "Whether the meeting is locked.",
	"expect.recording":       "Whether it is recorded.",
	"expect.chat":            "Whether chat is enabled.",
	"expect.captions":        "Whether there are live captions, in whatever language.",
	"expect.mutedOnEntry":    "Whether participants are muted when they join.",
	"expect.mayUnmute":       "Whether they may unmute themselves when all are muted.",
	"expect.sharingLocked":   "Whether screen sharing is locked.",
	"expect.voiceActivation": "Whether voice activation is on.",
	"expect.mode":            "The mode.",
	"expect.screens":         "The number of screens in continuous presence.",
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
		var p rules.Profile
		rows := profileTable(&p)
		for _, row := range rows {
			if row.preset != "" {
				if err := row.value.set(row.preset); err != nil {
					panic("settings: default of " + row.path + ": " + err.Error()) // a mistake in the table
				}
			}
		}
		f.group(entry, rows, "", path+".")
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
		f.settings.Rules.Profiles = append(f.settings.Rules.Profiles, p)
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
