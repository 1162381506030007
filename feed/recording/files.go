package recording

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// part is a file to play.
type part struct {
	name   string
	header *header
}

// partsOf returns the files in the order in which they were recorded, whatever order they are given in. A folder stands for
// the recordings in it.
func partsOf(names []string) ([]part, error) {
	var parts []part
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			h, err := readHeader(name)
			if err != nil {
				return nil, err
			}
			parts = append(parts, part{name, h})
			continue
		}
		inside, err := partsIn(name)
		if err != nil {
			return nil, err
		}
		parts = append(parts, inside...)
	}
	slices.SortStableFunc(parts, func(a, b part) int {
		return cmp.Or(a.header.Started.Compare(b.header.Started), cmp.Compare(a.header.Part, b.header.Part))
	})
	for i := 1; i < len(parts); i++ {
		if a, b := parts[i-1], parts[i]; a.header.Session == b.header.Session && a.header.Part == b.header.Part {
			return nil, fmt.Errorf("%s and %s are the same part of one recording", a.name, b.name)
		}
	}
	return parts, nil
}

func partsIn(folder string) (parts []part, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		name := filepath.Join(folder, e.Name())
		h, err := readHeader(name)
		switch {
		case errors.Is(err, errNoHeader):
		case err != nil:
			return nil, err
		default:
			parts = append(parts, part{name, h})
		}
	}
	if len(parts) == 0 {
		return nil, fmt.Errorf("there is no recording in %s", folder)
	}
	return parts, nil
}
