package settings

import (
	"slices"
	"strings"
)

const defaultSource = "default"

// draft is the settings while they are read, with what the finished ones do not tell.
type draft struct {
	Settings
	appKey, hookKey, clientSecret, databasePassword secretSource
	clusterPassword, clusterToken, clusterSecret    secretSource
	// unencrypted permits connections to NATS without TLS.
	unencrypted bool
}

// loader collects the settings, where each came from, and the faults.
type loader struct {
	*draft
	settings *Settings // of the draft
	table    []setting
	environ  []string
	// origins is the source of each setting that was set.
	origins map[string]string
	// broken marks settings of which some source was refused: rules between settings would only repeat the fault.
	broken map[string]bool
	// noPassword are the meetings that were listed without one.
	noPassword []place
	faults     Faults
}

// place is where the file has a setting, or lacks it.
type place struct{ path, source string }

func newLoader() *loader {
	d := &draft{}
	l := &loader{draft: d, settings: &d.Settings, table: table(d), origins: make(map[string]string), broken: make(map[string]bool)}
	for _, row := range l.table {
		if row.preset == "" {
			continue
		}
		if err := row.value.set(row.preset); err != nil {
			panic("settings: default of " + row.path + ": " + err.Error()) // a mistake in the table
		}
	}
	return l
}

// set stores a value that was found in a source.
func (l *loader) set(row setting, text, source string) { l.store(row, source, row.value.set(text)) }

// store notes what became of a setting.
func (l *loader) store(row setting, source string, err error) {
	l.origins[row.path] = source
	if err == nil {
		return
	}
	message := err.Error()
	if allowed := row.value.allowed(); allowed != "" {
		message += " (allowed: " + allowed + ")"
	}
	l.refuse(row.path, source, message, nil)
}

func (l *loader) refuse(path, source, message string, cause error) {
	l.broken[path] = true
	l.faults = append(l.faults, Fault{Setting: path, Source: source, Message: message, Err: cause})
}

func (l *loader) warn(path, message string) {
	l.settings.Warnings = append(l.settings.Warnings, Fault{Setting: path, Source: l.origin(path), Message: message})
}

func (l *loader) origin(path string) string {
	if source, set := l.origins[path]; set {
		return source
	}
	return defaultSource
}

// sound reports whether no source of any of the settings was refused.
func (l *loader) sound(paths ...string) bool {
	return !slices.ContainsFunc(paths, func(path string) bool { return l.broken[path] })
}

func find(rows []setting, path string) (setting, bool) {
	i := slices.IndexFunc(rows, func(row setting) bool { return row.path == path })
	if i < 0 {
		return setting{}, false
	}
	return rows[i], true
}

// unknown is the message for a name that is none of the settings. meant is the nearest known name, known are the names to
// choose from if there is none.
func unknown(name, meant string, known []string) string {
	const message = "no such setting"
	switch {
	case strings.Contains(name, ":"):
		return message + "; a blank has to follow the colon"
	case meant != "":
		return message + "; did you mean " + meant + "?"
	case len(known) > 0:
		return message + "; known here: " + strings.Join(known, ", ")
	}
	return message
}

// visibleName cuts off what cannot be part of a name: when the blank after a colon is forgotten, what follows is a value and
// may be a password.
func visibleName(name string) string {
	const most = 60
	end := strings.IndexFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '_')
	})
	if end < 0 && len(name) <= most {
		return name
	}
	if end < 0 || end > most {
		end = most
	}
	return name[:end] + "…"
}
