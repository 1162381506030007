package templates

import "confboard/templates/text"

// ProviderSignIn leads to the page where the organisation signs people in.
type ProviderSignIn struct {
	Text *text.Catalogue
	// Path is empty while that page cannot be reached.
	Path, Button string
	// Fault is why somebody is not signed in; zero when nothing went wrong.
	Fault text.ProviderFault
}
