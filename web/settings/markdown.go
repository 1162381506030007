package settings

import (
	"fmt"
	"strings"

	"confboard/feed/rules"
)

// Markdown renders the table of settings for the README.
func Markdown() string {
	var b strings.Builder
	header := func(first string) {
		fmt.Fprintf(&b, "| %s | Default | Values | Meaning |\n| --- | --- | --- | --- |\n", first)
	}
	header("Setting")
	for _, row := range table(&draft{}) {
		writeRow(&b, row)
	}
	for _, list := range []struct {
		path string
		rows []setting
	}{{meetingsPath, meetingTable(&meetingDraft{})}, {watchPath, watchTable(&WatchRule{})}, {profilesPath, profileTable(&rules.Profile{})}} {
		fmt.Fprintf(&b, "\nEach entry of `%s`:\n\n", list.path)
		header("Key")
		for _, row := range list.rows {
			writeRow(&b, row)
		}
	}
	return b.String()
}

func writeRow(b *strings.Builder, row setting) {
	preset := row.preset
	if preset != "" {
		preset = "`" + preset + "`"
	}
	values := row.value.allowed()
	if values == "" {
		values = row.value.kind()
	}
	doc := row.doc
	if row.flag != "" {
		doc += " Its flag is `--" + row.flag + "`."
	}
	cell := strings.NewReplacer("|", `\|`, "\n", " ")
	fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", row.path, preset, cell.Replace(values), cell.Replace(doc))
}
