package settings

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"confboard/feed/rules"
)

// duration is a time span from min to max.
type duration struct {
	to       *time.Duration
	min, max time.Duration
}

func (v duration) kind() string    { return "duration" }
func (v duration) allowed() string { return rules.WriteSpan(v.min) + " to " + rules.WriteSpan(v.max) }

func (v duration) set(text string) error {
	d, err := rules.ReadSpan(text, v.min, v.max)
	if err == nil {
		*v.to = d
	}
	return err
}

// instant is a moment with its zone, or none.
type instant struct{ to *time.Time }

func (v instant) kind() string    { return "time" }
func (v instant) allowed() string { return "RFC 3339 with its zone, such as 2026-03-09T10:00:00+08:00" }

func (v instant) set(text string) error {
	if text == "" {
		*v.to = time.Time{}
		return nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return fmt.Errorf("%s is not a time with its zone", quoted(text))
	}
	*v.to = t.UTC()
	return nil
}

// size is a number of bytes from min to max.
type size struct {
	to       *int64
	min, max int64
}

const (
	kilobyte int64 = 1000
	megabyte       = 1000 * kilobyte
	gigabyte       = 1000 * megabyte
)

// units are the units of a size in capital letters.
var units = map[string]int64{"KB": kilobyte, "MB": megabyte, "GB": gigabyte, "KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30}

var sizeText = regexp.MustCompile(`^([0-9]+) ?([A-Za-z]+)$`)

func (v size) kind() string    { return "size" }
func (v size) allowed() string { return shortSize(v.min) + " to " + shortSize(v.max) }

func (v size) set(text string) error {
	parts := sizeText.FindStringSubmatch(text)
	switch {
	case isNumber(text):
		return fmt.Errorf("%s has no unit, write %sMB for megabytes", quoted(text), text)
	case parts == nil || units[strings.ToUpper(parts[2])] == 0:
		return fmt.Errorf("%s is not a size such as 64MB, 500kB or 1GiB", quoted(text))
	}
	unit := units[strings.ToUpper(parts[2])]
	n, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || n > v.max/unit || n*unit < v.min {
		return fmt.Errorf("%s is out of range", quoted(text))
	}
	*v.to = n * unit
	return nil
}

// shortSize writes a size in the largest unit of which it is a multiple.
func shortSize(bytes int64) string {
	switch {
	case bytes%gigabyte == 0:
		return strconv.FormatInt(bytes/gigabyte, 10) + "GB"
	case bytes%megabyte == 0:
		return strconv.FormatInt(bytes/megabyte, 10) + "MB"
	}
	return strconv.FormatInt(bytes/kilobyte, 10) + "kB"
}
