package wire

import (
	"bytes"
	"unicode/utf8"
)

// nameTooLong reports whether a name is longer than any that is kept, also when it becomes so where what is not UTF-8 is replaced: what was
// kept of a frame can be taken in again.
func nameTooLong(name []byte) bool {
	return len(name) > maxName || 3*len(name) > maxName && len(validText(name)) > maxName
}

// oddName stands for a name that is not repeated in counters and refusals.
const oddName = "?"

// maxWithheldNames is how many names of withheld fields are told apart in one frame.
const maxWithheldNames = 32

// namesSecret reports whether a name, or a text, contains one of the words by which the cloud names passwords, tokens and
// links to join, in any case: pwd, passw, token, secret, joinUri. It can hit a harmless field (bypassWaitingRoom); that
// is the better mistake.
func namesSecret(name []byte) bool {
	if !isASCII(name) {
		// Other scripts have letters that equal ours when case is ignored, such as the Kelvin sign. Upper case and then
		// lower case folds them.
		name = bytes.ToLower(bytes.ToUpper(name))
	}
	for i, c := range name {
		rest := name[i+1:]
		switch c | 0x20 { // to lower case
		case 'p':
			if hasPrefixFold(rest, "wd") || hasPrefixFold(rest, "assw") {
				return true
			}
		case 't':
			if hasPrefixFold(rest, "oken") {
				return true
			}
		case 's':
			if hasPrefixFold(rest, "ecret") {
				return true
			}
		case 'j':
			if hasPrefixFold(rest, "oinuri") {
				return true
			}
		}
	}
	return false
}

// hasPrefixFold reports whether the text begins with the ASCII letters, which are in lower case, in any case.
func hasPrefixFold(text []byte, letters string) bool {
	if len(text) < len(letters) {
		return false
	}
	for i := range len(letters) {
		if text[i]|0x20 != letters[i] {
			return false
		}
	}
	return true
}

func isASCII(text []byte) bool {
	for _, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// holdsURL reports whether a text is, or contains, a URL with its scheme.
func holdsURL(text []byte) bool { return bytes.Contains(text, []byte("://")) }

// looksLikeJSON reports whether a text begins as an object or an array of JSON does.
func looksLikeJSON(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n")
	return len(text) > 0 && (text[0] == '{' || text[0] == '[')
}

// canHoldSecret reports whether a text that is not JSON can still hold what has to be left out: something like JSON that
// cannot be read and so cannot be cleaned, or the name of a secret beside the sign that introduces its value.
func canHoldSecret(text []byte) bool {
	return looksLikeJSON(text) && bytes.IndexByte(text, '"') >= 0 ||
		bytes.ContainsAny(text, ":=") && namesSecret(text)
}

// plainName returns a name for counters and refusals: as it is when it looks like the names of the protocol, oddName
// otherwise. A longer or stranger one can hold anything, also what it is withheld for.
func plainName(name []byte) string {
	const longest = 64
	if len(name) == 0 || len(name) > longest {
		return oddName
	}
	for _, c := range name {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c == '-', c == '.':
		default:
			return oddName
		}
	}
	return string(name)
}
