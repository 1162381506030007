package huawei

import (
	"fmt"
	"io"
	"log/slog"
)

// hidden is what a Secret prints as.
const hidden = "***"

// Secret is a text that is shown nowhere: every way of printing, logging or encoding it yields ***. The zero Secret is the
// empty text. It holds a pointer because fmt prints the unexported fields of a struct without asking their methods.
type Secret struct{ text *string }

// NewSecret hides a text.
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal returns the text. Pass it to nothing but the call that needs it.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Empty reports whether there is no text.
func (s Secret) Empty() bool { return s.Reveal() == "" }

// String returns ***.
func (Secret) String() string { return hidden }

// GoString returns ***.
func (Secret) GoString() string { return hidden }

// Format prints ***, whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// MarshalText returns ***; JSON and YAML use it too.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// UnmarshalText takes the text as it is, so that settings can hold a Secret.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}

// LogValue returns ***.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }
