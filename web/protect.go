package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"confboard/handlers"
	"confboard/static"
	"confboard/web/access"
)

// hurried bounds how long a body may take to arrive, whatever the method: that of a GET, which no handler reads, is waited for by
// net/http before it answers. Who has no body, such as a stream's browser, has no limit.
func hurried(patience time.Duration) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if c.Request().ContentLength == 0 { // -1: it will be seen
				return next(c)
			}
			if err := http.NewResponseController(c.Response().Writer).SetReadDeadline(time.Now().Add(patience)); err != nil {
				return err
			}
			return next(c)
		}
	}
}

// provenElsewhere are routes below the base path under whatever name they are asked for: they have nothing of any meeting, or want a
// token in the address, or a signature.
var provenElsewhere = []string{static.Dir + "*", "/favicon.ico", "/healthz", "/readyz", handlers.HookPath, "/s/:token", "/s/:token/events", "/s/:token/badge.svg"}

// protected refuses requests that would change something and were not made on a page of the board; where the board is open to
// everybody who reaches it, also those that read under a name that is not the board's. Where it is not, a page of a stranger's under
// such a name reads nothing, because nobody is signed in under it.
func protected(guard *access.Guard, h *handlers.Handlers) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			route := strings.TrimPrefix(c.Path(), h.Paths.Base)
			if route != handlers.HookPath {
				if err := guard.Check(c.Request()); err != nil {
					return err
				}
			}
			if !h.Closed && !slices.Contains(provenElsewhere, route) {
				if err := guard.CheckReading(c.Request()); err != nil {
					return err
				}
			}
			return next(c)
		}
	}
}

var (
	_ handlers.Admins = (*access.Admin)(nil)
	_ handlers.Entry  = (*access.Accounts)(nil)
	_ handlers.Links  = (*access.Links)(nil)
	_ handlers.Walls  = (*access.Walls)(nil)
)
