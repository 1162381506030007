package text

// ProviderText is what is said to those who sign in at their organisation, by OpenID Connect.
type ProviderText struct {
	// Help stands above both ways to sign in, Button leads to the provider, and Other to the board's own accounts.
	Help, Button, Other string
	// Why somebody is not signed in, and what to do.
	Down, Stale, Denied, Refused, Answer, Many ProviderFault
}

// ProviderFault says what happened, and what to do.
type ProviderFault struct{ Title, Help string }

// SetUpText is what is said when a board gets its first account.
type SetUpText struct {
	Title, Help                string
	Code, CodeHint, CodeFilled string
	Name, NameHint             string
	Password, PasswordHint     string
	Again                      string
	Make                       string
	// Why no account was made.
	WrongCode, BadName, BadPassword, Differ, Taken, NotStored string
	// Done is said when there is an admin already.
	Done, DoneHelp string
}
