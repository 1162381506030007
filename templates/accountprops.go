package templates

import "confboard/templates/text"

// AccountSignIn is the page where people sign in. It says nothing of what they wanted to see.
type AccountSignIn struct {
	Text *text.Catalogue
	Help string
	// Path is where the form goes, empty when there is no form; To is where to go then.
	Path, To       string
	Name, Password Field
	// Provider is the other way to sign in, and then the first; nil: there is none.
	Provider *ProviderSignIn
	// SetUp is the path of the page where the first admin's account is made, empty when there is an admin.
	SetUp string
	// Token is the path of the page where an admin token is used, empty when there is none.
	Token string
}

// AccountMenu says who is signed in.
type AccountMenu struct {
	Text *text.Catalogue
	Name string
	// Path is the account's own page; SignOut is where to sign out. Both are empty where that is not done here.
	Path, SignOut string
}
