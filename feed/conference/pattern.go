package conference

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Pattern selects texts: * stands for any run of characters, ? for any single one, and letters match in either case.
// The empty pattern selects everything.
type Pattern string

// Matches reports whether the whole text fits the pattern. It takes at most len(p) times len(text) steps and allocates nothing:
// profiles ask it with every change of every meeting.
func (p Pattern) Matches(text string) bool {
	if p == "" {
		return true
	}
	pattern, rest := string(p), text
	// The last * is where to go back to when what follows it does not fit: it then stands for one character more.
	star, from, starred := "", "", false
	for rest != "" {
		want, size := folded(pattern)
		have, step := folded(rest)
		switch {
		case want == '*':
			pattern = pattern[size:]
			star, from, starred = pattern, rest, true
		case size > 0 && (want == '?' || want == have):
			pattern, rest = pattern[size:], rest[step:]
		case starred:
			_, step = folded(from)
			from = from[step:]
			pattern, rest = star, from
		default:
			return false
		}
	}
	return strings.Trim(pattern, "*") == ""
}

// folded returns the first character of a text, in lower case, and how many bytes it takes.
func folded(text string) (r rune, size int) {
	if text != "" && text[0] < utf8.RuneSelf {
		c := text[0]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		return rune(c), 1
	}
	r, size = utf8.DecodeRuneInString(text)
	return unicode.ToLower(r), size
}
