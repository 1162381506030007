package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	configFlag     = "config"
	configVariable = environPrefix + "CONFIG"
)

// configFile returns the file's name and who named it.
func configFile(from Sources) (name, source string) {
	if from.ConfigFile != "" {
		return from.ConfigFile, ""
	}
	if from.Flags != nil {
		if flag := from.Flags.Lookup(configFlag); flag != nil && flag.Changed {
			return flag.Value.String(), "flag --" + configFlag
		}
	}
	if name := valueOf(from.Environ, configVariable); name != "" {
		return name, environSource + configVariable
	}
	return "", ""
}

// readFile takes in the YAML file. No name, no file.
func (l *loader) readFile(name, source string) {
	if name == "" {
		return
	}
	content, err := os.ReadFile(name)
	if err != nil {
		l.refuse(configFlag, source, "the configuration file cannot be read", err)
		return
	}
	f := file{loader: l, name: name}
	root, ok := f.parse(content)
	if !ok {
		return
	}
	if root.Kind != yaml.MappingNode {
		l.refuse("", f.at(root), "the file has to be a group of settings, such as listen: 127.0.0.1:8080", nil)
		return
	}
	f.group(root, l.table, "", "")
}

// file is the YAML file while it is read.
type file struct {
	*loader
	name string
}

func (f file) at(n *yaml.Node) string { return fmt.Sprintf("%s:%d", f.name, n.Line) }

var (
	yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)
	yamlText = regexp.MustCompile(` ?['"\x60][^'"\x60]*['"\x60]`)
)

// parse returns the document's only node; ok is false when there is none, with or without a fault.
func (f file) parse(content []byte) (root *yaml.Node, ok bool) {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var document, more yaml.Node
	err := decoder.Decode(&document)
	if errors.Is(err, io.EOF) {
		return nil, false
	}
	if err == nil {
		if err = decoder.Decode(&more); err == nil {
			f.refuse("", f.at(&more), "the file has a second document; only one is read", nil)
			return nil, false
		}
	}
	if !errors.Is(err, io.EOF) {
		source, message := f.name, err.Error()
		if line := yamlLine.FindStringSubmatch(message); line != nil {
			source += ":" + line[1]
		}
		message = strings.TrimPrefix(yamlLine.ReplaceAllString(message, ""), "yaml: ")
		// What the parser quotes can be a password: one that starts with * is taken for an alias.
		message = yamlText.ReplaceAllString(message, "")
		f.refuse("", source, "this is not YAML: "+message+"; a value with special characters needs quotes", nil)
		return nil, false
	}
	root = document.Content[0]
	return root, !isNull(root)
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

const decoration = "an anchor or a tag; they are not supported, and a value that starts with & or ! needs quotes"

// decorated reports whether a node has an anchor or a tag. As a rule it is a password without quotes, of which YAML
// would leave the second half.
func decorated(n *yaml.Node) bool { return n.Anchor != "" || n.Style&yaml.TaggedStyle != 0 }

// group takes in a mapping. The names in it are looked up among rows below prefix, which is empty or ends with a dot; shown goes before
// a name in messages.
func (f file) group(n *yaml.Node, rows []setting, prefix, shown string) {
	lines := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, val := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			f.refuse(strings.TrimSuffix(shown, "."), f.at(key), "the name of a setting has to be a plain text", nil)
			continue
		}
		full := prefix + key.Value
		row, isSetting := find(rows, full)
		members := membersOf(rows, full)
		if group, rest, dotted := strings.Cut(key.Value, "."); dotted && (isSetting || len(members) > 0) {
			f.refuse(shown+key.Value, f.at(key), fmt.Sprintf("a name cannot have dots here; write %s: below %s:", rest, group), nil)
			continue
		}
		if !isSetting && len(members) == 0 {
			message := unknown(key.Value, nearest(full, namesOf(rows, true)), membersOf(rows, strings.TrimSuffix(prefix, ".")))
			f.refuse(shown+visibleName(key.Value), f.at(key), message, nil)
			continue
		}
		if first, twice := lines[key.Value]; twice {
			f.refuse(shown+key.Value, f.at(key), fmt.Sprintf("set twice, first in line %d", first), nil)
			continue
		}
		lines[key.Value] = key.Line
		switch {
		case decorated(val):
			f.refuse(shown+key.Value, f.at(val), decoration, nil)
		case isNull(val): // written without a value: as if it were not there
		case !isSetting && val.Kind != yaml.MappingNode:
			f.refuse(shown+key.Value, f.at(val), fmt.Sprintf("%s, where a group of settings is expected: %s", found(val), strings.Join(members, ", ")), nil)
		case !isSetting:
			f.group(val, rows, full+".", shown+key.Value+".")
		default:
			row.path = shown + key.Value
			f.value(val, row)
		}
	}
}

// membersOf lists the names directly below a group, in the table's order; the group without a name is the whole table.
func membersOf(rows []setting, group string) (names []string) {
	if group != "" {
		group += "."
	}
	for _, row := range rows {
		if rest, below := strings.CutPrefix(row.path, group); below {
			if name, _, _ := strings.Cut(rest, "."); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// value takes in one setting.
func (f file) value(n *yaml.Node, row setting) {
	switch v := row.value.(type) {
	case entries:
		if n.Kind == yaml.SequenceNode {
			f.origins[row.path] = f.at(n)
			v.read(f, n)
			return
		}
	case list:
		if n.Kind == yaml.SequenceNode {
			f.list(n, row, v)
			return
		}
	case path:
		if n.Kind == yaml.ScalarNode {
			name := n.Value
			if name != "" && !filepath.IsAbs(name) {
				name = filepath.Join(filepath.Dir(f.name), name)
			}
			f.set(row, name, f.at(n))
			return
		}
	default:
		if n.Kind == yaml.ScalarNode {
			// The text as written: 0123 keeps its zero and no stays no, whatever YAML takes them for.
			f.set(row, n.Value, f.at(n))
			return
		}
	}
	f.refuse(row.path, f.at(n), fmt.Sprintf("%s, where a %s is expected", found(n), row.value.kind()), nil)
}

func (f file) list(n *yaml.Node, row setting, v list) {
	items := make([]string, len(n.Content))
	for i, item := range n.Content {
		if decorated(item) {
			f.refuse(row.path, f.at(item), decoration, nil)
			return
		}
		if item.Kind != yaml.ScalarNode {
			f.refuse(row.path, f.at(item), fmt.Sprintf("%s, where %s is expected", found(item), v.item()), nil)
			return
		}
		items[i] = item.Value
	}
	f.store(row, f.at(n), v.setList(items))
}

// found names what stands in the file without its value, which can be anything when it stands in the wrong place.
func found(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a group"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias (a value that starts with * needs quotes)"
	}
	return "a single value"
}
