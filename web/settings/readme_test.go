package settings

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"confboard/feed/rules"
)

var update = flag.Bool("update", false, "write the README's table of settings")

func TestREADMEHasTheCurrentTableOfSettings(t *testing.T) {
	const name, begin, end = "../../README.md", "<!-- settings: make generate -->\n", "<!-- end of settings -->"
	readme, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begun := strings.Cut(string(readme), begin)
	current, after, ended := strings.Cut(rest, end)
	if !begun || !ended {
		t.Fatalf("the README has no place for the table, which is between the lines %q and %q", strings.TrimSpace(begin), end)
	}
	want := "\n" + Markdown() + "\n"
	if current == want {
		return
	}
	if !*update {
		t.Fatal("the README's table of settings is not current: run make generate and commit")
	}
	if err := os.WriteFile(name, []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestTheTableNamesEveryKey(t *testing.T) {
	table := Markdown()
	for _, row := range slices.Concat(meetingTable(&meetingDraft{}), watchTable(&WatchRule{}), profileTable(&rules.Profile{})) {
		if !strings.Contains(table, "| `"+row.path+"` |") {
			t.Errorf("%s is missing", row.path)
		}
	}
	for line := range strings.Lines(table) {
		if cells := strings.Count(line, "|") - strings.Count(line, `\|`); line != "\n" && strings.HasPrefix(line, "|") && cells != 5 {
			t.Errorf("%d bars in %q", cells, line)
		}
	}
}
