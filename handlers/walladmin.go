package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/templates"
	"confboard/templates/text"
	"confboard/web/live"
)

const (
	// maxWallName bounds the name of a wall, in characters: it stands on the wall itself.
	maxWallName = 60
	// maxWallQuery bounds what a form says that a wall is to show, in bytes.
	maxWallQuery = 4 << 10
)

// The fields of the forms about walls.
const (
	wallNameField = "name"
	wallShowField = "show" // the query of a wall's address
)

// wallKeeper reports whether a request is that of an admin who can see to walls.
func (h *Handlers) wallKeeper(c echo.Context) bool { return h.Walls != nil && visitor(c).Admin }

// allWalls is the list of walls. The parameters of its address tell what was done before; they have no effect beside.
func (h *Handlers) allWalls(c echo.Context) error {
	if !h.wallKeeper(c) {
		return h.refuseMaker(c)
	}
	return h.sendWalls(c, http.StatusOK, templates.WallsLead{})
}

func (h *Handlers) allWallsStream(c echo.Context) error {
	if !h.wallKeeper(c) {
		return h.refuseMaker(c)
	}
	return h.serveStream(c, h.wallsView(h.streamLanguage(c)), live.ServeOptions{})
}

// sendWalls answers with the list of walls, under what is to be told first.
func (h *Handlers) sendWalls(c echo.Context, status int, lead templates.WallsLead) error {
	t := h.language(c)
	unlisted(c)
	v := h.wallsView(t.Lang)
	lead.Text, lead.SetUp = t, h.Paths.WallSetup()
	if status == http.StatusOK && lead.Made == nil {
		lead.Notice.Text = h.wallDone(c, t)
	}
	p := h.frame(c, t, v.tab(t.Named.Title+" · "+t.Product, false))
	p.AtWalls = true
	p.Stream, p.StreamID = h.Paths.join("/walls/events", url.Values{}, t.Lang), "stream-walls"
	p.Lead = templates.WallsLeadView(lead)
	return send(c, status, p, templates.WallsRegion(v.draw()))
}

// What was done to a wall, as the parameter of the list's address whose value is the wall's ID.
const (
	wallReloaded = "reloaded"
	wallRenamed  = "renamed"
	wallChanged  = "changed"
	wallRemoved  = "removed" // its value is the name: the wall is not there any more
)

// wallComesBack is how long a wall may be gone that is just loading its page anew.
const wallComesBack = 30 * time.Second

// wallDone tells what was done before the list was asked for.
func (h *Handlers) wallDone(c echo.Context, t *text.Catalogue) string {
	given := c.QueryParams()
	if name := given.Get(wallRemoved); validWallName(name) {
		return t.Named.Removed(name)
	}
	for done, told := range map[string]struct{ now, later func(string) string }{
		wallReloaded: {t.Named.Reloaded, t.Named.ReloadedLater},
		wallChanged:  {t.Named.Changed, t.Named.ChangedLater},
		wallRenamed:  {t.Named.Renamed, t.Named.Renamed},
	} {
		w, ok := h.Walls.Get(given.Get(done))
		switch {
		case !ok:
		case w.Screens > 0 || time.Since(w.Seen) < wallComesBack:
			return told.now(w.Name)
		default:
			return told.later(w.Name)
		}
	}
	return ""
}

// validWallName reports whether a wall can have a name, which has no blanks around it.
func validWallName(name string) bool {
	return name != "" && utf8.ValidString(name) && utf8.RuneCountInString(name) <= maxWallName && !strings.ContainsFunc(name, unicode.IsControl)
}

// wallForm reads the form of an admin.
func (h *Handlers) wallForm(c echo.Context) (url.Values, error) {
	if !h.wallKeeper(c) {
		return nil, ErrAdminsOnly
	}
	return readForm(c)
}

// refuseForm answers who may not change walls, or an unreadable form.
func (h *Handlers) refuseForm(c echo.Context, err error) error {
	if errors.Is(err, ErrAdminsOnly) {
		return h.refuseMaker(c)
	}
	return err
}

// shownBy is the query of a wall as its address has it: of what a form says, what is known and nothing else. ok is false when it is no
// query.
func shownBy(form url.Values) (query string, ok bool) {
	given := form.Get(wallShowField)
	if len(given) > maxWallQuery {
		return "", false
	}
	v, err := url.ParseQuery(given)
	if err != nil {
		return "", false
	}
	lang := langOf(v, text.English)
	q, look := wallOf(v, lang)
	told := 0.0
	return wallValues(q, look, lang, number(v, tilesParam, 1, maxTiles, &told)).Encode(), true
}

// makeWall makes a wall and answers with its address, once: it stands nowhere else.
func (h *Handlers) makeWall(c echo.Context) error {
	form, err := h.wallForm(c)
	if err != nil {
		return h.refuseForm(c, err)
	}
	t := h.language(c)
	name := strings.TrimSpace(form.Get(wallNameField))
	query, ok := shownBy(form)
	switch {
	case !ok:
		return echo.NewHTTPError(http.StatusBadRequest)
	case !validWallName(name):
		return h.sendWallSetup(c, http.StatusUnprocessableEntity, wallNaming{query: query, name: name, fault: t.Named.BadName})
	}
	token, made, err := h.Walls.Make(c.Request().Context(), conference.Wall{Name: name, Query: query, By: visitor(c).Name})
	if err != nil {
		status, fault := h.wallFault(t, "make a wall", err)
		return h.sendWallSetup(c, status, wallNaming{query: query, name: name, fault: fault})
	}
	return h.sendWallAddress(c, made.Name, token)
}

// wallFault is what to answer when nothing was done.
func (h *Handlers) wallFault(t *text.Catalogue, step string, err error) (status int, fault string) {
	switch {
	case errors.Is(err, conference.ErrNoWall):
		return http.StatusNotFound, t.Named.Gone
	case errors.Is(err, conference.ErrWallName):
		return http.StatusConflict, t.Named.NameTaken
	case errors.Is(err, conference.ErrTooManyWalls):
		return http.StatusConflict, t.Named.TooMany
	}
	h.logError(step, "", err)
	return http.StatusInternalServerError, t.Named.NotStored
}

// sendWallAddress shows the address of a wall.
func (h *Handlers) sendWallAddress(c echo.Context, name string, token conference.Secret) error {
	return h.sendWalls(c, http.StatusOK, templates.WallsLead{Made: &templates.MadeWall{
		Title: h.language(c).Named.MadeTitle(name), Address: h.origin(c) + h.Paths.WallAddress(token.Reveal())}})
}

// changeWall does something to a wall and leads back to the list, which tells that it was done.
func (h *Handlers) changeWall(c echo.Context, step, done string, change func(id string) error) error {
	if _, err := h.wallForm(c); err != nil {
		return h.refuseForm(c, err)
	}
	id := c.Param("id")
	if err := change(id); err != nil {
		status, fault := h.wallFault(h.language(c), step, err)
		return h.sendWalls(c, status, templates.WallsLead{Fault: fault})
	}
	return c.Redirect(http.StatusSeeOther, h.Paths.Walls()+"?"+url.Values{done: {id}}.Encode())
}

func (h *Handlers) renameWall(c echo.Context) error {
	form, err := h.wallForm(c)
	if err != nil {
		return h.refuseForm(c, err)
	}
	name := strings.TrimSpace(form.Get(wallNameField))
	if !validWallName(name) {
		return h.sendWalls(c, http.StatusUnprocessableEntity, templates.WallsLead{Fault: h.language(c).Named.BadName})
	}
	return h.changeWall(c, "rename a wall", wallRenamed, func(id string) error {
		return h.Walls.Rename(c.Request().Context(), id, name)
	})
}

func (h *Handlers) showOnWall(c echo.Context) error {
	form, err := h.wallForm(c)
	if err != nil {
		return h.refuseForm(c, err)
	}
	query, ok := shownBy(form)
	if !ok {
		return echo.NewHTTPError(http.StatusBadRequest)
	}
	return h.changeWall(c, "change what a wall shows", wallChanged, func(id string) error {
		return h.Walls.Show(c.Request().Context(), id, query)
	})
}

func (h *Handlers) reloadWall(c echo.Context) error {
	return h.changeWall(c, "reload a wall", wallReloaded, h.Walls.Reload)
}

func (h *Handlers) readdressWall(c echo.Context) error {
	if _, err := h.wallForm(c); err != nil {
		return h.refuseForm(c, err)
	}
	token, err := h.Walls.Readdress(c.Request().Context(), c.Param("id"))
	w, ok := h.Walls.Get(c.Param("id"))
	if err == nil && !ok {
		err = conference.ErrNoWall
	}
	if err != nil {
		status, fault := h.wallFault(h.language(c), "give a wall another address", err)
		return h.sendWalls(c, status, templates.WallsLead{Fault: fault})
	}
	return h.sendWallAddress(c, w.Name, token)
}

func (h *Handlers) removeWall(c echo.Context) error {
	if _, err := h.wallForm(c); err != nil {
		return h.refuseForm(c, err)
	}
	t, id := h.language(c), c.Param("id")
	w, _ := h.Walls.Get(id)
	found, err := h.Walls.Remove(c.Request().Context(), id)
	switch {
	case !found:
		return h.sendWalls(c, http.StatusNotFound, templates.WallsLead{Fault: t.Named.Gone})
	case err != nil:
		h.logError("remove a wall", "", err)
		return h.sendWalls(c, http.StatusInternalServerError, templates.WallsLead{Fault: t.Named.RemovedForNow})
	}
	return c.Redirect(http.StatusSeeOther, h.Paths.Walls()+"?"+url.Values{wallRemoved: {w.Name}}.Encode())
}
