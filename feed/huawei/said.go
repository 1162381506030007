package huawei

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// saidLimit is the longest text of the cloud's that is shown, in characters.
	saidLimit = 160
	// longestWord is the longest word that cannot be a token. All tokens are longer.
	longestWord = 16
)

// word is what a token or an address consists of; other scripts than ours go on without blanks.
var word = regexp.MustCompile(`[!-~]+`)

// said is what can be shown and logged of a description that the cloud made up, to help an admin: one short line, without what
// can be an address, an assignment or a token.
func said(text string) string {
	text = word.ReplaceAllStringFunc(graphic(text), func(word string) string {
		if strings.Contains(word, "://") || strings.Contains(word, "www.") || strings.Contains(word, "=") ||
			len(word) > longestWord && !isConstant(word) {
			return "…"
		}
		return word
	})
	return cut(text, saidLimit)
}

// isConstant reports whether a long word is the name of an error, such as CONF_DATA_NOT_FOUND.
func isConstant(word string) bool {
	return strings.Contains(word, "_") && !strings.ContainsFunc(word, func(r rune) bool { return unicode.IsLower(r) || unicode.IsDigit(r) })
}

// graphic is a text in one line with single blanks, without characters that cannot be seen, such as those that turn the direction
// of writing.
func graphic(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError, !unicode.IsGraphic(r):
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// cut is the beginning of a text of at most so many characters.
func cut(text string, most int) string {
	n := 0
	for at := range text {
		if n++; n > most {
			return text[:at]
		}
	}
	return text
}
