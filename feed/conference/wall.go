package conference

import (
	"errors"
	"time"
)

// Wall is a screen with a name, which nobody touches: what it is to show, and what it last told of itself.
type Wall struct {
	// ID names the wall among admins; it opens nothing.
	ID   string
	Name string
	// Query is what the wall shows: the query of a wall's address, whose language and theme are the screen's.
	Query string
	// By made it; empty where nobody has a name.
	By      string
	Created time.Time
	// Revision grows whenever the page on the screen is to be loaded anew: another query, or an admin who asks for it. From 1.
	Revision int64

	// Screens is how many pages of the wall are open at this moment: more than one when two screens have its address.
	Screens int
	// Since is when it came up last; shorter interruptions than WallGap do not count. Seen is when it was last there: now, while
	// Screens is not 0. Both are the board's time, and zero for a wall that never was.
	Since, Seen time.Time
	WallReport
}

// WallReport is what the page on a screen tells of itself. Either can be empty.
type WallReport struct {
	// Build made the page: an older one than the board's is about to be replaced.
	Build string
	// Screen is the size in physical pixels, such as 1920x1080.
	Screen string
}

// WallGap is how long a wall may be away, through a restart of the board or on a bad line, and still be up since before.
const WallGap = 2 * time.Minute

// Why a wall was not changed.
var (
	// ErrNoWall: there is no wall with this ID, or none any more.
	ErrNoWall = errors.New("no such wall")
	// ErrWallName: another wall has this name, in whatever case.
	ErrWallName = errors.New("another wall has this name")
	// ErrTooManyWalls: one has to be removed first.
	ErrTooManyWalls = errors.New("there are too many walls")
)
