package rules

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MaxText is the longest text that is taken in, in characters; TextRange says so to people.
const (
	MaxText   = 200
	TextRange = "up to 200 characters in one line"
)

// Quoted is a found value as messages show it.
func Quoted(text string) string {
	const most = 60
	if utf8.RuneCountInString(text) > most {
		text = string([]rune(text)[:most]) + "…"
	}
	return strconv.Quote(text)
}

// ReadText returns a text of one line that is not too long, and otherwise an error that says what is wrong with it.
func ReadText(text string) (string, error) {
	switch {
	case strings.ContainsFunc(text, unicode.IsControl) || !utf8.ValidString(text):
		return "", fmt.Errorf("%s has a control character or a line break", Quoted(text))
	case utf8.RuneCountInString(text) > MaxText:
		return "", fmt.Errorf("%s has more than %d characters", Quoted(text), MaxText)
	}
	return text, nil
}

// ReadSpan reads a duration from min to max, such as 90s or 1h30m. The error says what was found.
func ReadSpan(text string, min, max time.Duration) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	switch {
	case bareNumber(text):
		return 0, fmt.Errorf("%s has no unit, write %ss for seconds or %sm for minutes", Quoted(text), text, text)
	case err != nil:
		return 0, fmt.Errorf("%s is not a duration such as 30m, 60s or 1h30m", Quoted(text))
	case d < min || d > max:
		return 0, fmt.Errorf("%s is out of range", WriteSpan(d))
	}
	return d, nil
}

func bareNumber(text string) bool {
	digits := strings.TrimLeft(text, "+-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

// WriteSpan writes a duration as short as ReadSpan takes it: 1h for 1h0m0s.
func WriteSpan(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
