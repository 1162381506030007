package settings

import (
	"slices"
	"strings"
	"sync"

	"github.com/spf13/pflag"
)

const flagSource = "flag --"

// Register adds --config and one flag for every setting that fits on a command line, or for the named ones only. The flags
// take any text; Load judges it, together with the other sources. Secrets have no flag: command lines are visible to
// everybody on the machine. It panics for a name that is not in the table.
func Register(flags *pflag.FlagSet, only ...string) {
	flags.SetNormalizeFunc(NormalizeFlag)
	rows := table(&draft{})
	for _, path := range only {
		if _, known := find(rows, path); !known {
			panic("settings: no setting " + path)
		}
	}
	if len(only) == 0 {
		flags.String(configFlag, "", "YAML file with settings")
	}
	for _, row := range rows {
		if row.noFlag || len(only) > 0 && !slices.Contains(only, row.path) {
			continue
		}
		usage := strings.ReplaceAll(row.doc, "`", "")
		if allowed := row.value.allowed(); allowed != "" {
			usage += " (" + allowed + ")"
		}
		_, isList := row.value.(list)
		flag := flags.VarPF(&flagText{text: row.preset, noun: row.value.kind(), list: isList}, row.flagName(), "", usage)
		if _, isSwitch := row.value.(yesNo); isSwitch {
			flag.NoOptDefVal = "yes"
		}
	}
}

// NormalizeFlag lets --keepEnded, --cloud.endpoint and --keep_ended stand for --keep-ended and --cloud-endpoint, and the
// full name of a setting for the short flag that it may have. Register sets it; a command tree that merges flag sets may
// need it as its global function.
func NormalizeFlag(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	name = flagName(name)
	if short, has := shortFlags()[name]; has {
		name = short
	}
	return pflag.NormalizedName(name)
}

// shortFlags are the flags that have another name than their setting, by that name.
var shortFlags = sync.OnceValue(func() map[string]string {
	short := make(map[string]string)
	for _, row := range table(&draft{}) {
		if row.flag != "" {
			short[flagName(row.path)] = row.flag
		}
	}
	return short
})

// flagName is the name of the setting's flag.
func (s setting) flagName() string {
	if s.flag != "" {
		return s.flag
	}
	return flagName(s.path)
}

// flagName writes a full name in lower case with hyphens: tls-cert-file for tls.certFile, public-url for publicURL.
func flagName(path string) string {
	var b strings.Builder
	lowerBefore := false
	for _, r := range path {
		upper := r >= 'A' && r <= 'Z'
		if upper && lowerBefore {
			b.WriteByte('-')
		}
		lowerBefore = r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
		switch {
		case upper:
			r += 'a' - 'A'
		case r == '.' || r == '_':
			r = '-'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// readFlags takes in the flags that were given.
func (l *loader) readFlags(flags *pflag.FlagSet) {
	if flags == nil {
		return
	}
	for _, row := range l.table {
		if flag := flags.Lookup(row.flagName()); flag != nil && flag.Changed {
			l.set(row, flag.Value.String(), flagSource+flag.Name)
		}
	}
}

// flagText keeps what was given, for Load to judge.
type flagText struct {
	text, noun  string
	list, given bool
}

func (t *flagText) String() string { return t.text }
func (t *flagText) Type() string   { return t.noun }

// Set replaces the text; a list grows instead.
func (t *flagText) Set(text string) error {
	if t.list && t.given {
		text = t.text + "," + text
	}
	t.text, t.given = text, true
	return nil
}
