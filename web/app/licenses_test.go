package app

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what is made from the dependencies: licenses/licenses.txt")

// dependency is something that others wrote.
type dependency struct{ name, version, folder string }

// modules lists Go modules by what go list says of them.
func modules(t *testing.T, environ []string, args ...string) (all []dependency) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list"}, args...)...)
	cmd.Env = append(os.Environ(), environ...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); len(f) == 3 {
			all = append(all, dependency{f[0], f[1], f[2]})
		}
	}
	slices.SortFunc(all, func(a, b dependency) int { return cmp.Compare(a.name, b.name) })
	return slices.Compact(all)
}

// browserPackages are those of package.json: what is built in, and what only the tests need.
func browserPackages(t *testing.T) (builtIn, forTests []dependency) {
	t.Helper()
	const root = "../../static"
	text, err := os.ReadFile(root + "/package.json")
	if err != nil {
		t.Fatal(err)
	}
	var listed struct{ Dependencies, DevDependencies map[string]string }
	if err := json.Unmarshal(text, &listed); err != nil {
		t.Fatal(err)
	}
	for name, version := range listed.Dependencies {
		builtIn = append(builtIn, dependency{name, version, filepath.Join(root, "node_modules", name)})
	}
	for name, version := range listed.DevDependencies {
		forTests = append(forTests, dependency{name, version, filepath.Join(root, "node_modules", name)})
	}
	return builtIn, forTests
}

// texts are a dependency's licence and what else has to go with it.
func (d dependency) texts(t *testing.T) (license, notice string) {
	t.Helper()
	read := func(pattern string) (all string) {
		files, err := filepath.Glob(filepath.Join(d.folder, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all += strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")) + "\n"
		}
		return all
	}
	return read("LICEN[SC]E*"), read("NOTICE*")
}

// kinds tell licences by words that others have not.
var kinds = []struct {
	name  string
	words *regexp.Regexp
}{
	{"Apache-2.0", regexp.MustCompile(`Apache License\s+Version 2\.0`)},
	{"MPL-2.0", regexp.MustCompile(`(?i)Mozilla Public License,? version 2\.0`)},
	{"BSD-3-Clause", regexp.MustCompile(`Redistribution and use in source and binary forms[^~]*(Neither|nor) the names? of`)},
	{"BSD-2-Clause", regexp.MustCompile(`Redistribution and use in source and binary forms`)},
	{"MIT", regexp.MustCompile(`Permission is hereby granted, free of charge`)},
	{"0BSD", regexp.MustCompile(`Permission to use, copy, modify, and/or distribute this software for\s+any\s+purpose with or without fee is hereby granted\.`)},
}

// kind is the name of the licence with a text, or of the first one in it, empty if it is none of those that are known to be fine for a
// program that is given away.
func kind(license string) (name string) {
	first := len(license)
	for _, k := range kinds {
		if at := k.words.FindStringIndex(license); at != nil && at[0] < first {
			first, name = at[0], k.name
		}
	}
	return name
}

func TestLicencesOfAllThatIsBuiltInGoWithTheProgram(t *testing.T) {
	const name = "licenses/licenses.txt"
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	all := []dependency{{"Go's standard library", "", strings.TrimSpace(string(root))}}
	// For whatever system the tests run on, as it is released.
	all = append(all, modules(t, []string{"GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0"}, "-deps", "-f", `{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}`, "confboard")...)
	builtIn, _ := browserPackages(t)
	all = append(all, builtIn...)

	var order []string
	of := map[string][]string{} // by text
	for _, d := range all {
		license, notice := d.texts(t)
		if kind(license) == "" {
			t.Errorf("the licence of %s is not known: %.200q", d.name, license)
		}
		if notice != "" {
			license += "\n" + notice
		}
		if of[license] == nil {
			order = append(order, license)
		}
		of[license] = append(of[license], d.name)
	}
	var want bytes.Buffer
	want.WriteString("Confboard contains the work of others, whose source code is at the addresses that are their names. These are their licences.\n")
	for _, license := range order {
		fmt.Fprintf(&want, "\n%s\n%s\n\n%s", strings.Repeat("=", 80), strings.Join(of[license], "\n"), license)
	}
	if *update {
		if err := os.WriteFile(name, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if licenses != want.String() {
		t.Errorf("%s is not current: run make generate and commit", name)
	}
}

// row is one of the list of dependencies: name, purpose, licence.
var row = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (.+) \\| (\\S+) \\|$")

func TestEveryDependencyIsListedWithItsPurposeAndItsLicence(t *testing.T) {
	const name = "licenses/dependencies.md"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for _, r := range row.FindAllStringSubmatch(string(text), -1) {
		if listed[r[1]] != "" {
			t.Errorf("%s is listed twice", r[1])
		}
		listed[r[1]] = r[3]
	}
	builtIn, forTests := browserPackages(t)
	direct := modules(t, nil, "-m", "-f", `{{if not (or .Main .Indirect)}}{{.Path}} {{.Version}} {{.Dir}}{{end}}`, "all")
	for _, d := range slices.Concat(direct, builtIn, forTests) {
		license, _ := d.texts(t)
		if is := kind(license); is == "" || listed[d.name] != is {
			t.Errorf("%s lists %s under %q, and its licence is %q", name, d.name, listed[d.name], is)
		}
		delete(listed, d.name)
	}
	for other := range listed {
		t.Errorf("%s lists %s, which is no dependency", name, other)
	}
}
