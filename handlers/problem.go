package handlers

import (
	"strconv"

	"github.com/labstack/echo/v4"

	"confboard/templates"
)

// Problem answers with a page that says what happened and what to do.
func (h *Handlers) Problem(c echo.Context, status int) error {
	t := h.language(c)
	said := t.Problem(status)
	p := templates.Problem{Text: t, Code: strconv.Itoa(status), Root: h.Paths.Overview(""), Title: said.Title, Help: said.Help}
	return send(c, status, h.frame(c, t, h.words(t.Lang).tab(p.Title+" · "+t.Product, false)), templates.ProblemRegion(p))
}
