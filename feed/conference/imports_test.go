package conference_test

import (
	"go/build"
	"strings"
	"testing"
)

// The domain is the vocabulary that everything else shares: it must not come to know a wire format, a socket or a page.
func TestTheDomainImportsNothingButTheStandardLibrary(t *testing.T) {
	p, err := build.ImportDir(".", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range p.Imports {
		first, _, _ := strings.Cut(path, "/")
		if strings.Contains(first, ".") || first == "confboard" {
			t.Errorf("imports %s", path)
		}
		switch first {
		case "net", "encoding", "os", "html", "database":
			t.Errorf("imports %s: the domain does no input and output", path)
		}
	}
}
