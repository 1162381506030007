package settings

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a text that does not print itself, in whatever way it is printed, logged or marshalled.
type Secret struct {
	// A pointer, since fmt cannot call the methods of a Secret in an unexported field: it then prints an address.
	text *string
}

const concealed = "***"

// NewSecret conceals a text.
func NewSecret(text string) Secret { return Secret{text: &text} }

// Reveal returns the text. Its result goes to the cloud and nowhere else.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero reports whether there is no text.
func (s Secret) IsZero() bool { return s.Reveal() == "" }

// String is *** if there is a text, and empty otherwise.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return concealed
}

// Format prints the same as String for every verb.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// MarshalText is the same as String, for JSON, YAML and XML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue is the same as String.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
