package conference

import "strings"

// Pattern selects texts: * stands for any run of characters, ? for any single one, and letters match in either case.
// The empty pattern selects everything.
type Pattern string

// Matches reports whether the whole text fits the pattern. It takes at most len(p) times len(text) steps.
func (p Pattern) Matches(text string) bool {
	if p == "" {
		return true
	}
	pattern, rest := []rune(strings.ToLower(string(p))), []rune(strings.ToLower(text))
	// The last * is where to go back to when what follows it does not fit: it then stands for one character more.
	star, from := -1, 0
	i, j := 0, 0
	for j < len(rest) {
		switch {
		case i < len(pattern) && pattern[i] == '*':
			star, from = i, j
			i++
		case i < len(pattern) && (pattern[i] == '?' || pattern[i] == rest[j]):
			i++
			j++
		case star >= 0:
			from++
			i, j = star+1, from
		default:
			return false
		}
	}
	for i < len(pattern) && pattern[i] == '*' {
		i++
	}
	return i == len(pattern)
}
