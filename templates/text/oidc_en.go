package text

var englishProvider = ProviderText{
	Help:   "Sign in to see this board. You then see what you asked for.",
	Button: "Sign in with your organisation’s account",
	Other:  "With a name and a password of this board",
	Down: ProviderFault{"Your organisation’s sign-in cannot be reached.",
		"The board goes on trying. Load this page again in a minute; whoever has an account on the board itself can sign in below."},
	Stale: ProviderFault{"This sign-in is over.",
		"It took too long, was used before, began in another browser, or the board was restarted meanwhile. Sign in once more."},
	Denied: ProviderFault{"Your organisation’s sign-in was cancelled, or did not let you in.",
		"Sign in once more, or ask whoever runs your organisation’s sign-in."},
	Refused: ProviderFault{"You may not see this board.",
		"Your organisation knows you, but you are in none of the groups that may see the board. Ask whoever runs it, and sign in again once you were added."},
	Answer: ProviderFault{"The board did not accept the answer of your organisation’s sign-in.",
		"Sign in once more. If it stays so, tell whoever runs the board: its log has the reason."},
	Many: ProviderFault{"Too many sign-ins from your network have failed.", "Wait for half a minute, then sign in once more."},
}

var englishSetUp = SetUpText{
	Title: "Set up this board", Help: "Nobody is an admin of this board yet. Choose a name and a password: you are then its first admin.",
	Code: "Set-up code", CodeHint: "The board prints it when it starts, and keeps the current one in the file admin-token in its data folder. It is good for once.",
	CodeFilled: "Taken from the link that the board printed. It is good for once.",
	Name:       "Name", NameHint: "1 to 64 letters, digits, . _ @ or -, the first a letter or a digit.",
	Password: "Password", PasswordHint: "10 to 200 characters.", Again: "Password, once more",
	Make:      "Make the account and sign in",
	WrongCode: "This is not the current code. Each is good for once: take the newest.", BadName: "This cannot be a name.", BadPassword: "A password has 10 to 200 characters.",
	Differ: "The two passwords differ.", Taken: "There is an account of this name.", NotStored: "The account was not made because it could not be stored. Check the disk, or the database; the log has the reason. The code is still good.",
	Done: "This board is set up", DoneHelp: "It has an admin. Whoever runs the board can make further accounts.",
}
