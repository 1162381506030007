package templates

import (
	"strings"

	"github.com/a-h/templ"
)

// current marks a link that leads to what is shown already.
func current(is bool) templ.Attributes {
	if is {
		return templ.Attributes{"aria-current": "true"}
	}
	return nil
}

// told marks words whose change is told to those who cannot see it.
func told(is bool) templ.Attributes {
	if is {
		return templ.Attributes{"data-announce": true}
	}
	return nil
}

// described joins a field with its hint and what is wrong with it, for those who cannot see that they belong together.
func described(f Field) templ.Attributes {
	attributes := templ.Attributes{}
	var by []string
	if f.Fault != "" {
		attributes["aria-invalid"] = "true"
		by = append(by, f.ID+"-fault")
	}
	if f.Hint != "" {
		by = append(by, f.ID+"-hint")
	}
	if len(by) > 0 {
		attributes["aria-describedby"] = strings.Join(by, " ")
	}
	return attributes
}

// partDescribed does the same for a group of fields.
func partDescribed(p RuleFormPart) templ.Attributes {
	var by []string
	if p.Fault != "" {
		by = append(by, p.ID+"-fault")
	}
	if p.Help != "" {
		by = append(by, p.ID+"-help")
	}
	if len(by) == 0 {
		return nil
	}
	return templ.Attributes{"aria-describedby": strings.Join(by, " ")}
}
