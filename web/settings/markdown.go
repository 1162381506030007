package settings

import (
	"fmt"
	"strings"
)

// Markdown renders the table of settings for the README.
func Markdown() string {
	var b strings.Builder
	header := func(first string) {
		fmt.Fprintf(&b, "| %s | Default | Values | Meaning |\n| --- | --- | --- | --- |\n", first)
	}
	header("Setting")
	for _, row := range table(&Settings{}) {
		if _, unavailable := row.value.(notYet); !unavailable {
			writeRow(&b, row)
		}
	}
	b.WriteString("\nEach entry of `cloud.meetings`:\n\n")
	header("Key")
	for _, row := range meetingTable(&meetingDraft{}) {
		writeRow(&b, row)
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
	if row.idle {
		doc += " Has " + noEffect + "."
	}
	cell := strings.NewReplacer("|", `\|`, "\n", " ")
	fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", row.path, preset, cell.Replace(values), cell.Replace(doc))
}
