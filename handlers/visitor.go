package handlers

import (
	"errors"
	"time"

	"github.com/labstack/echo/v4"
)

// Visitor is who makes a request and what that allows. The server finds it out before any handler is called.
type Visitor struct {
	// Name is the account's; empty where there is none.
	Name string
	// Viewer may see every meeting, Admin may also change what is watched and make links.
	Viewer, Admin bool
	// Wall is the ID of the named wall whose screen this is, empty where it is none. A screen need not be a viewer's.
	Wall string
	// Owner is as in live.ServeOptions; empty for a right that does not end by itself. Ended reports whether it has.
	Owner string
	Ended func() bool
	// Asks is after how long a page that is open has to ask again whether it may be; 0: Owner tells when it may not.
	Asks time.Duration
}

// Why a visitor is refused; the server answers with SignedOut and AdminsOnly.
var (
	ErrSignedOut  = errors.New("sign in first")
	ErrAdminsOnly = errors.New("this is for admins")
)

const visitorKey = "visitor"

// SetVisitor says who makes a request.
func SetVisitor(c echo.Context, v Visitor) { c.Set(visitorKey, v) }

// visitor is who makes a request; without anything said, nobody.
func visitor(c echo.Context) Visitor {
	v, _ := c.Get(visitorKey).(Visitor)
	return v
}
