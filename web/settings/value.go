package settings

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"confboard/feed/conference"
	"confboard/feed/rules"
)

// value reads the text of a setting, from whichever source, and stores the result where it points.
type value interface {
	// set leaves what was stored before when it returns an error. The error says what was found.
	set(text string) error
	// kind is the noun for messages and --help.
	kind() string
	// allowed is the range, empty when the kind says it all.
	allowed() string
}

// quoted is a found value as messages show it.
func quoted(text string) string { return rules.Quoted(text) }

// text is any text that its reader accepts.
type text struct {
	to     *string
	noun   string
	limits string
	read   func(text string) (string, error)
}

func (v text) kind() string    { return v.noun }
func (v text) allowed() string { return v.limits }

func (v text) set(text string) error {
	read, err := v.read(text)
	if err != nil {
		return err
	}
	*v.to = read
	return nil
}

// path is the name of a file or folder. One that is relative counts from the folder of the configuration file if it stands
// there (see file.value), and otherwise from the working directory.
type path struct {
	to     *string
	noun   string
	limits string
}

func (v path) kind() string    { return v.noun }
func (v path) allowed() string { return v.limits }

func (v path) set(text string) error {
	if strings.ContainsRune(text, 0) {
		return fmt.Errorf("%s has a zero byte", quoted(text))
	}
	*v.to = text
	return nil
}

// word is one of a list.
type word struct {
	to    *string
	words []string
}

func (v word) kind() string { return "word" }

func (v word) allowed() string { return strings.Join(v.words, ", ") }

func (v word) set(text string) error {
	if !slices.Contains(v.words, text) {
		return fmt.Errorf("%s is none of the words", quoted(text))
	}
	*v.to = text
	return nil
}

// yesNo is a switch.
type yesNo struct{ to *bool }

func (v yesNo) kind() string    { return "yes or no" }
func (v yesNo) allowed() string { return "yes, no, true, false" }

func (v yesNo) set(text string) error {
	switch strings.ToLower(text) {
	case "yes", "true":
		*v.to = true
	case "no", "false":
		*v.to = false
	default:
		return fmt.Errorf("%s is neither yes nor no", quoted(text))
	}
	return nil
}

// number is a whole number from min to max.
type number struct {
	to       *int
	min, max int
}

func (v number) kind() string    { return "number" }
func (v number) allowed() string { return fmt.Sprintf("%d to %d", v.min, v.max) }

func (v number) set(text string) error {
	n, err := strconv.Atoi(text)
	switch {
	case err != nil && isNumber(text):
		return fmt.Errorf("%s is out of range", quoted(text)) // more than an int holds
	case err != nil:
		return fmt.Errorf("%s is not a whole number", quoted(text))
	case n < v.min || n > v.max:
		return fmt.Errorf("%d is out of range", n)
	}
	*v.to = n
	return nil
}

// isNumber reports whether the text consists of digits, with or without a sign.
func isNumber(text string) bool {
	digits := strings.TrimLeft(text, "+-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

// level is a level of log messages.
type level struct{ to *slog.Level }

var levels = map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}

func (v level) kind() string    { return "word" }
func (v level) allowed() string { return "debug, info, warn, error" }

func (v level) set(text string) error {
	l, known := levels[text]
	if !known {
		return fmt.Errorf("%s is none of the words", quoted(text))
	}
	*v.to = l
	return nil
}

// list is a value that is a list in the file. In the environment and in a flag commas separate its items.
type list interface {
	value
	setList(items []string) error
	// item is what one of its items is.
	item() string
}

// prefixes is a list of networks; a single address stands for itself.
type prefixes struct{ to *[]netip.Prefix }

func (v prefixes) kind() string { return "list" }
func (v prefixes) item() string { return "an address or a network" }
func (v prefixes) allowed() string {
	return "addresses and CIDR networks, such as 127.0.0.1 or 10.0.0.0/8"
}

func (v prefixes) set(text string) error { return setItems(v, text) }

// setItems reads a list that commas separate.
func setItems(v list, text string) error {
	if text == "" {
		return v.setList(nil)
	}
	return v.setList(strings.Split(text, ","))
}

func (v prefixes) setList(items []string) error {
	var list []netip.Prefix
	for _, item := range items {
		item = strings.TrimSpace(item)
		prefix, err := netip.ParsePrefix(item)
		if err != nil {
			address, err := netip.ParseAddr(item)
			if err != nil || address.Zone() != "" {
				return fmt.Errorf("%s is neither an address nor a network", quoted(item))
			}
			address = address.Unmap()
			prefix = netip.PrefixFrom(address, address.BitLen())
		}
		list = append(list, prefix.Masked())
	}
	*v.to = list
	return nil
}

// labels is a list of names.
type labels struct{ to *[]string }

func (v labels) kind() string          { return "list" }
func (v labels) item() string          { return "a name" }
func (v labels) allowed() string       { return "names of " + rules.TextRange + ", without commas" }
func (v labels) set(text string) error { return setItems(v, text) }

func (v labels) setList(items []string) error { return readItems(v.to, items, rules.ReadText) }

// readItems reads the items of a list, of which none is empty or has a comma.
func readItems(to *[]string, items []string, read func(text string) (string, error)) error {
	var list []string
	for _, item := range items {
		one, err := read(strings.TrimSpace(item))
		if err != nil {
			return err
		}
		if one == "" || strings.Contains(one, ",") {
			return fmt.Errorf("%s is empty or has a comma", quoted(item))
		}
		list = append(list, one)
	}
	*to = list
	return nil
}

// secret is a text that no message shows.
type secret struct{ to *conference.Secret }

func (v secret) kind() string    { return "text" }
func (v secret) allowed() string { return "one line without control characters" }

func (v secret) set(text string) error {
	if hasControl(text) {
		return errors.New("the value (not shown) has a control character or a line break")
	}
	*v.to = conference.NewSecret(text)
	return nil
}

// entries is a list of groups, which has more than one text can hold: it stands in the file only.
type entries struct {
	noun string
	// elsewhere says so to those who try another source.
	elsewhere string
	read      func(file, *yaml.Node)
}

func (v entries) kind() string     { return v.noun }
func (v entries) allowed() string  { return "" }
func (v entries) set(string) error { return errors.New(v.elsewhere) }
