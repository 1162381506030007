package templates

import "confboard/templates/text"

// SetUp is the page where the first admin's account is made.
type SetUp struct {
	Text                        *text.Catalogue
	Path                        string
	Code, Name, Password, Again Field
	// Fault is why nothing was done, when that is the fault of no field.
	Fault string
}
