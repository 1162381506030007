package web

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"confboard/handlers"
	"confboard/web/access"
)

// bodyTimeout is how long the body of a request may take to arrive.
const bodyTimeout = 10 * time.Second

// protected refuses requests that would change something and were not made on a page of the board. It goes for every route but
// the one at which the cloud calls, hook.
func protected(guard *access.Guard, hook string) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			if r.Method != http.MethodGet && r.Method != http.MethodHead {
				// The server as a whole has no such limit, because it would cut streams.
				if err := http.NewResponseController(c.Response().Writer).SetReadDeadline(time.Now().Add(bodyTimeout)); err != nil {
					return err
				}
			}
			if c.Path() != hook {
				if err := guard.Check(r); err != nil {
					return err
				}
			}
			return next(c)
		}
	}
}

var _ handlers.Admins = (*access.Admin)(nil)
