package templates

import "github.com/a-h/templ"

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
