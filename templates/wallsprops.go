package templates

import (
	"github.com/a-h/templ"

	"confboard/templates/text"
)

// WallNaming is the form on the set-up page that gives a wall a name; without Text there is none.
type WallNaming struct {
	Text *text.Catalogue
	// Show is the query that the wall is to show. Path is where to post it, empty for who may not; SignIn leads then to where an admin
	// signs in, where that is done with a token.
	Show, Path, SignIn string
	// List leads to the list of walls.
	List string
	// Wall is the name of the wall that is to show something else; empty for a new one.
	Wall string
	// Closed: without a name, the wall's address needs a sign-in.
	Closed bool
	// Name and Fault are what was typed, and what is wrong with it.
	Name, Fault, Max string
}

// WallsLead is what stands above the list of walls.
type WallsLead struct {
	Text   *text.Catalogue
	SetUp  string
	Notice Notice
	Fault  string
	Made   *MadeWall
}

// MadeWall is a wall whose address is shown, once.
type MadeWall struct{ Title, Address string }

// WallList is the list of walls.
type WallList struct {
	Text  *text.Catalogue
	SetUp string
	Rows  []WallRow
}

// WallRow is a wall on the list. The paths at the end are where to look at it, change what it shows, and where to post the rest.
type WallRow struct {
	ID, Name string
	Online   bool
	// State is whether it is there, When and Time since or until when; both are empty for one that never was.
	State, When string
	Time        Instant
	// Twice is said when several pages have its address.
	Twice string
	Shows []string
	// Screen and Build are what its page reports; empty for one that never was there.
	Screen, Build string
	Made          Instant
	By            string
	MaxName       string

	Look, Change, Reload, Rename, Readdress, Remove string
}

// presence is the shape that goes with whether a wall is there.
func presence(r WallRow) string {
	if r.Online {
		return "live"
	}
	return "ended"
}

// wrong points from a field to what is wrong with it.
func wrong(n WallNaming) templ.Attributes {
	if n.Fault == "" {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": "wall-name-fault", "autofocus": true}
}
