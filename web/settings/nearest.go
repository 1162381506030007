package settings

import (
	"slices"
	"strings"
)

// namesOf lists the full names of the settings that can be set, with those of their groups if asked for.
func namesOf(rows []setting, groups bool) (names []string) {
	for _, row := range rows {
		for i, r := range row.path {
			if group := row.path[:i]; r == '.' && groups && !slices.Contains(names, group) {
				names = append(names, group)
			}
		}
		names = append(names, row.path)
	}
	return names
}

// nearest returns the name that was probably meant, or nothing. A right name in a wrong group counts as near.
func nearest(given string, names []string) string {
	best, least := "", -1
	consider := func(given, known, name string, extra int) {
		d := distance(sameName(given), sameName(known))
		if d <= max(1, len(known)/4) && (least < 0 || d+extra < least) {
			best, least = name, d+extra
		}
	}
	for _, name := range names {
		consider(given, name, name, 0)
		consider(lastPart(given), lastPart(name), name, 1)
	}
	return best
}

func lastPart(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// distance is how many letters have to be inserted, removed, replaced or swapped with their neighbour.
func distance(a, b string) int {
	before, last, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		for j := 1; j <= len(b); j++ {
			replaced := last[j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			next[j] = min(last[j]+1, next[j-1]+1, replaced)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, last, next = last, next, before
	}
	return last[len(b)]
}
