package settings

import (
	"regexp"
	"slices"
	"strings"
)

const (
	environPrefix = "CONFBOARD_"
	environSource = "environment "
)

// environName is the variable of a setting: CONFBOARD_CLOUD_ENDPOINT for cloud.endpoint, CONFBOARD_KEEP_ENDED for keepEnded.
func environName(path string) string {
	return environPrefix + strings.ToUpper(strings.ReplaceAll(flagName(path), "-", "_"))
}

// sameName reduces a name to what counts when names from the environment are compared.
func sameName(name string) string {
	return strings.ToUpper(strings.NewReplacer("_", "", ".", "", "-", "").Replace(name))
}

// valueOf is empty when the variable is not set.
func valueOf(environ []string, name string) string {
	for _, variable := range environ {
		if text, found := strings.CutPrefix(variable, name+"="); found {
			return text
		}
	}
	return ""
}

// kubernetesLink matches the variables that Kubernetes sets in every container when a service is called confboard.
var kubernetesLink = regexp.MustCompile(`^CONFBOARD_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)=|^CONFBOARD_PORT=(tcp|udp|sctp)://`)

// readEnviron takes in the variables that start with CONFBOARD_, in alphabetical order. An empty one counts as not set.
func (l *loader) readEnviron(environ []string) {
	first := make(map[string]string) // setting to variable
	for _, variable := range slices.Sorted(slices.Values(environ)) {
		name, text, _ := strings.Cut(variable, "=")
		short, ours := strings.CutPrefix(name, environPrefix)
		if !ours || name == configVariable || kubernetesLink.MatchString(variable) {
			continue
		}
		i := slices.IndexFunc(l.table, func(row setting) bool { return sameName(row.path) == sameName(short) })
		if i < 0 {
			meant := nearest(short, namesOf(l.table, false))
			if meant != "" {
				meant = environName(meant)
			}
			l.refuse("", environSource+visibleName(name), unknown(short, meant, nil), nil)
			continue
		}
		if text == "" {
			continue
		}
		row := l.table[i]
		if other, twice := first[row.path]; twice {
			l.refuse(row.path, environSource+name, "also set by "+other, nil)
			continue
		}
		first[row.path] = name
		l.set(row, text, environSource+name)
	}
}
