package conference

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a text that is shown nowhere, such as a host password or a token: every way of printing, logging or
// encoding it yields *** (or nothing, when it is empty). The zero Secret is empty.
type Secret struct {
	// A pointer, because fmt prints the unexported fields of a struct without asking their methods: it then shows an address.
	text *string
}

const concealed = "***"

// NewSecret conceals a text.
func NewSecret(text string) Secret { return Secret{text: &text} }

// Reveal returns the text. Pass it to nothing but the call that needs it.
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
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText is the same as String, for JSON, YAML and XML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue is the same as String.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
