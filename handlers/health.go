package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// icon is for browsers that look for the icon of an answer that names none, such as the API's.
func (h *Handlers) icon(c echo.Context) error {
	return c.Redirect(http.StatusFound, h.Paths.Asset(h.Assets.Path("favicon.svg")))
}

// health answers 200 while the process serves, whatever the cloud does.
func (h *Handlers) health(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.String(http.StatusOK, "ok\n")
}

// ready answers 503 while the process is starting or stopping, so that a balancer sends nobody here.
func (h *Handlers) ready(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	if !h.Ready() {
		return c.String(http.StatusServiceUnavailable, "not ready\n")
	}
	return c.String(http.StatusOK, "ready\n")
}
