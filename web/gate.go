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

// forEverybody are the routes that are served whoever asks, below the base path. Those of links, walls and of a meeting's page judge for
// themselves; the cloud's calls are signed.
var forEverybody = []string{static.Dir + "*", "/healthz", "/readyz", "/favicon.ico", handlers.HookPath, "/sign-in", "/sign-out", "/feed/sign-in",
	handlers.ProviderPath, handlers.CallbackPath, handlers.SetUpPath,
	"/s/:token", "/s/:token/events", "/s/:token/badge.svg", "/m/:confID", "/m/:confID/events",
	"/w/:token", "/wall", "/wall/events"}

// gated finds out who makes a request, and refuses what is not for them. What is refused does not depend on what there is.
func gated(visitors *access.Visitors, h *handlers.Handlers) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			route := strings.TrimPrefix(c.Path(), h.Paths.Base)
			who := visitors.Who
			if program := strings.HasPrefix(route, "/api/") || route == "/metrics"; program {
				who = visitors.Program
			}
			is := who(r)
			handlers.SetVisitor(c, handlers.Visitor{Name: is.Name, Viewer: is.Role.Known(), Admin: is.Role == access.RoleAdmin, Wall: is.Wall, Owner: is.Owner,
				Ended: func() bool { return who(r) != is }, Asks: asksAfter(visitors, is)})
			if h.Closed && route != static.Dir+"*" {
				c.Response().Header().Set("Cache-Control", "no-store") // the browser can be everybody's
			}
			switch {
			case !h.Closed, slices.Contains(forEverybody, route):
			case !is.Role.Known():
				return handlers.ErrSignedOut
			case (route == "/feed" || strings.HasPrefix(route, "/feed/")) && is.Role != access.RoleAdmin:
				return handlers.ErrAdminsOnly
			case r.Method != http.MethodGet && r.Method != http.MethodHead && is.Role != access.RoleAdmin:
				return handlers.ErrAdminsOnly
			}
			return next(c)
		}
	}
}

// proxyAsks is for how long a page that is open goes on for a user whom the proxy lets in no longer.
const proxyAsks = 5 * time.Minute

// asksAfter is as in handlers.Visitor: nobody tells when a proxy takes a right back.
func asksAfter(visitors *access.Visitors, is access.Who) time.Duration {
	if visitors.Proxy == nil || is.Role == access.RoleNone || is.Owner != "" {
		return 0
	}
	return proxyAsks
}
