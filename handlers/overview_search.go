package handlers

import (
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"confboard/feed/conference"
)

// search looks for words in a meeting's title, ID and owner. Its zero value finds everything. It does not change; safe for
// concurrent use.
type search struct {
	words []string // folded; each has to be found
	id    string   // the whole as an ID that was written in groups, such as 900 487 914; empty if it is none
}

func newSearch(wanted string) search {
	s := search{words: strings.Fields(folded(wanted))}
	slices.Sort(s.words)
	s.words = slices.Compact(s.words)
	if id := strings.NewReplacer(" ", "", "-", "").Replace(folded(wanted)); id != "" && strings.Trim(id, "0123456789") == "" {
		s.id = id
	}
	return s
}

func (f search) matches(s *conference.State) bool {
	if len(f.words) == 0 {
		return true
	}
	if f.id != "" && (strings.Contains(string(s.ConfID), f.id) || strings.Contains(s.Basic.DisplayID, f.id)) {
		return true
	}
	about := folded(strings.Join([]string{s.Name, s.Basic.Title, s.Booking.Title, s.Basic.Owner, s.Booking.Owner, string(s.ConfID), s.Basic.DisplayID}, "\n"))
	for _, word := range f.words {
		if !strings.Contains(about, word) {
			return false
		}
	}
	return true
}

// folded makes texts comparable that differ only in case or in width, as typed on a Chinese keyboard, or in how an
// accent is put on its letter.
func folded(s string) string {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return cases.Fold().String(norm.NFKC.String(s))
		}
	}
	return strings.ToLower(s)
}
