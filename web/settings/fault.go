package settings

import (
	"fmt"
	"strings"
)

// Fault is one thing that is wrong with the settings. It never contains a secret.
type Fault struct {
	// Setting is the full name, such as cloud.heartbeat or cloud.meetings[0].confID; empty when no single one is meant.
	Setting string
	// Source is where the value stands: FILE:LINE, "environment NAME", "flag --NAME" or "default".
	Source string
	// Message says what is wrong and what would be right.
	Message string
	// Err is the cause, if there is one besides the value itself.
	Err error
}

// Error is one line: source, setting, message.
func (f Fault) Error() string {
	var b strings.Builder
	for _, part := range []string{f.Source, f.Setting} {
		if part != "" {
			b.WriteString(part + ": ")
		}
	}
	b.WriteString(f.Message)
	if f.Err != nil {
		fmt.Fprintf(&b, ": %v", f.Err)
	}
	return b.String()
}

func (f Fault) Unwrap() error { return f.Err }

// Faults lists all faults: those of the file by line, then the environment's, the flags', and those between settings.
type Faults []Fault

// Error has one line for each fault.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

func (fs Faults) Unwrap() []error {
	errs := make([]error, len(fs))
	for i, f := range fs {
		errs[i] = f
	}
	return errs
}
