package handlers

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"confboard/templates"
	"confboard/templates/text"
	"confboard/web/live"
)

func (h *Handlers) wall(c echo.Context) error {
	forgetChoices(c)
	named, err := h.namedWall(c)
	switch {
	case err != nil:
		return h.refuseWall(c, err)
	case named == nil:
		t := h.language(c)
		q, look := wallOf(c.QueryParams(), t.Lang)
		q.overviewQuery = h.asAllowed(c, q.overviewQuery)
		return h.sendWall(c, t, q, look, templates.WallPage{Page: templates.Page{Stream: q.stream(h.Paths, t.Lang)}})
	}
	lang, q, look := named.shows(c)
	p := templates.WallPage{Name: named.Name, Screen: named.itself, Page: templates.Page{Stream: q.stream(h.Paths, lang)}}
	if named.itself {
		h.Walls.Keep(c.Response(), c.Request())
		c.Response().Header().Set("Cache-Control", "no-store")
		p.Stream = h.Paths.namedWallStream(named.Wall, h.Build)
	}
	return h.sendWall(c, text.For(lang), q, look, p)
}

// sendWall answers with the page of a wall. given has what differs for a wall with a name.
func (h *Handlers) sendWall(c echo.Context, t *text.Catalogue, q wallQuery, look wallLook, given templates.WallPage) error {
	v := h.wallView(q, t.Lang)
	v.start(h.Board.States())
	region, _ := v.draw()
	p := templates.WallPage{
		Page: h.frame(c, t, region.Tab), Name: given.Name, Screen: given.Screen,
		Body: hundredths(look.sizes.body), TitleSize: hundredths(look.sizes.title), Floor: hundredths(look.sizes.floor),
		Tiles: strconv.Itoa(q.tiles), Dwell: strconv.Itoa(int(look.dwell / time.Second)), Night: look.night.String(),
	}
	p.Stream, p.StreamID = given.Stream, "stream-wall"
	p.Unattended = true
	p.Theme = "dark" // whatever the viewer chose for other pages: a wall lights the room
	if look.light {
		p.Theme = "light"
	}
	return sendFramed(c, http.StatusOK, templates.WallFrame(p), templates.WallRegion(region))
}

func hundredths(n float64) string { return strconv.FormatFloat(n, 'f', 2, 64) }

func (h *Handlers) wallStream(c echo.Context) error {
	named, err := h.namedWall(c)
	switch {
	case err != nil:
		return h.refuseWallStream(c, err)
	case named != nil && named.itself:
		return h.namedWallStream(c, named)
	}
	lang, given := h.streamLanguage(c), c.QueryParams()
	if named != nil {
		given = named.values()
		lang = langOf(given, lang)
	}
	q, _ := wallOf(given, lang)
	if named == nil {
		q.overviewQuery = h.asAllowed(c, q.overviewQuery) // a wall with a name shows what an admin had it show
	}
	return h.serveStream(c, h.wallView(q, lang), live.ServeOptions{})
}

// langOf is the language that a query asks for, or else another.
func langOf(given url.Values, other text.Lang) text.Lang {
	if l := text.Lang(given.Get(langParam)); l.Known() {
		return l
	}
	return other
}
