package text

// NamedWallText is what is said about walls that have a name: on the page where admins see to them, and on their screens.
type NamedWallText struct {
	// On the screen. Refused and RefusedHelp are said when the board lets it in no more, Away and AwayHelp when the board does not know
	// its walls at the moment.
	Refused, RefusedHelp string
	Away, AwayHelp       string

	// The list.
	Title, Intro, SetUp  string
	None, NoneHelp       string
	Online, Offline      string
	NeverOpened          string
	Since, Seen          string // before a time
	Shows, Screen, Build string
	ScreenUnknown        string
	// Current and Older are the build of a page: the board's, or another with its name.
	Current string
	Older   func(build string) string
	Made    string
	Twice   func(screens int) string

	// What a wall shows.
	Everything  string
	Hangs       func(inches, metres string) string
	Tiles       func(n int) string
	Dwell       func(seconds int) string
	NightFromTo func(from, to int) string

	// What is done to a wall.
	Reload, Change, Look        string
	More                        string
	Name, Rename                string
	Readdress, ReaddressHelp    string
	Remove, RemoveHelp          string
	Reloaded, ReloadedLater     func(name string) string
	Renamed                     func(name string) string
	Changed, ChangedLater       func(name string) string
	Removed                     func(name string) string
	Gone                        string
	BadName, NameTaken, TooMany string
	NotStored, RemovedForNow    string
	MadeTitle                   func(name string) string
	MadeHelp, Address           string

	// On the page where a wall is set up.
	Naming, NamingHelp, NamingClosed string
	MakeNow, SignIn                  string
	ForAdmins                        string
	Changing                         func(name string) string
	ChangingHelp, ShowNow            string
}
