package text

import "fmt"

var englishNamedWall = NamedWallText{
	Refused: "This screen is not let in", RefusedHelp: "Its wall was removed or has another address. An admin finds all of them under Walls.",
	Away: "The board cannot look up its walls", AwayHelp: "Its file does not open; its log says why. This screen tries again every minute.",

	Title: "Walls", Intro: "Screens with a name. Each opens the board with an address of its own, which needs no sign-in and shows nothing but its wall.", SetUp: "Set up a wall",
	None: "No wall has a name yet", NoneHelp: "Set one up, say what it is to show, and give it a name. You get an address for the browser of its screen.",
	Online: "Online", Offline: "Away", NeverOpened: "Not opened yet",
	Since: "since", Seen: "last seen",
	Shows: "Shows", Screen: "Screen", Build: "Page", ScreenUnknown: "not told",
	Current: "current version", Older: func(build string) string { return "another version (" + build + ")" },
	Made: "Made",
	Twice: func(screens int) string {
		return fmt.Sprintf("%d pages have this address at the same time.", screens)
	},

	Everything: "All meetings",
	Hangs:      func(inches, metres string) string { return inches + " inches seen from " + metres + " m" },
	Tiles:      func(n int) string { return count(n, "tile") },
	Dwell:      func(seconds int) string { return fmt.Sprintf("%d s a page", seconds) },
	NightFromTo: func(from, to int) string {
		return fmt.Sprintf("dimmed from %02d:00 to %02d:00", from, to)
	},

	Reload: "Reload this screen", Change: "Change what it shows", Look: "Look at it here",
	More: "Name, address, removal",
	Name: "Name", Rename: "Rename",
	Readdress: "Make another address", ReaddressHelp: "When the present one was lost or became known to others. The screen is let in no more until it has opened the new one.",
	Remove: "Remove this wall", RemoveHelp: "Its screen goes blank at once and says so.",
	Reloaded:      func(name string) string { return name + " is loading its page anew." },
	ReloadedLater: func(name string) string { return name + " is away. It loads its page anew when it is back." },
	Renamed:       func(name string) string { return "The wall is called " + name + " now." },
	Changed:       func(name string) string { return name + " shows what was chosen." },
	ChangedLater:  func(name string) string { return name + " is away. It shows what was chosen when it is back." },
	Removed:       func(name string) string { return name + " was removed. Its screen is let in no more." },
	Gone:          "That wall is not there any more.",
	BadName:       "A name is one line of 1 to 60 characters.", NameTaken: "Another wall has this name.", TooMany: "There are as many walls as there may be. Remove one first.",
	NotStored:     "This could not be stored, and nothing has changed. The board’s log says why.",
	RemovedForNow: "The wall was removed, but this could not be stored: it may be back after a restart. The board’s log says why.",
	MadeTitle:     func(name string) string { return "The address of " + name },
	MadeHelp:      "Copy it now: it is not kept, and cannot be shown again. Whoever has it sees this wall, so it belongs into the settings of that screen’s browser and nowhere else.",
	Address:       "Address",

	Naming: "Give it a name", NamingHelp: "A wall with a name is on the list of walls: you see whether its screen is there, reload it, and change what it shows without going there.",
	NamingClosed: "Without a name, the address below needs a sign-in on the screen.",
	MakeNow:      "Make this wall", SignIn: "Sign in as an admin", ForAdmins: "Admins give names to walls.",
	Changing:     func(name string) string { return "What " + name + " shows" },
	ChangingHelp: "The screen follows within seconds.", ShowNow: "Show this",
}
