package handlers

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"confboard/templates"
)

// Problem answers with a page that says what happened and what to do.
func (h *Handlers) Problem(c echo.Context, status int) error {
	t := h.language(c)
	p := templates.Problem{Text: t, Code: strconv.Itoa(status), Root: h.Paths.Overview("")}
	switch {
	case status == http.StatusServiceUnavailable:
		p.Title, p.Help = t.BusyTitle, t.BusyHelp
	case status == http.StatusMethodNotAllowed:
		p.Title, p.Help = t.MethodTitle, t.MethodHelp
	case status == http.StatusForbidden:
		p.Title, p.Help = t.Feed.CrossSite, t.Feed.CrossSiteHelp
	case status == http.StatusMisdirectedRequest:
		p.Title, p.Help = t.Feed.Host, t.Feed.HostHelp
	case status == http.StatusRequestEntityTooLarge:
		p.Title, p.Help = t.Feed.TooLarge, t.Feed.TooLargeHelp
	case status == http.StatusConflict:
		p.Title, p.Help = t.Feed.CannotRemove, t.Feed.CannotRemoveHelp
	case status == http.StatusBadRequest:
		p.Title, p.Help = t.Feed.BadRequest, t.Feed.BadRequestHelp
	case status >= 500:
		p.Title, p.Help = t.FaultTitle, t.FaultHelp
	default:
		p.Title, p.Help = t.NotFoundTitle, t.NotFoundHelp
	}
	return send(c, status, h.frame(c, t, h.words(t.Lang).tab(p.Title+" · "+t.Product, false)), templates.ProblemRegion(p))
}
