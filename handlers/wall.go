package handlers

import (
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"confboard/templates"
	"confboard/web/live"
)

func (h *Handlers) wall(c echo.Context) error {
	forgetChoices(c)
	t := h.language(c)
	q, look := wallOf(c, t.Lang)
	region := h.wallView(q, t.Lang).draw(h.Board.All())
	p := templates.WallPage{
		Page: h.frame(c, t, region.Tab),
		Body: hundredths(look.sizes.body), TitleSize: hundredths(look.sizes.title), Floor: hundredths(look.sizes.floor),
		Tiles: strconv.Itoa(q.tiles), Dwell: strconv.Itoa(int(look.dwell / time.Second)), Night: look.night.String(),
	}
	p.Stream, p.StreamID = q.stream(h.Paths, t.Lang), "stream-wall"
	p.Unattended = true
	p.Theme = "dark" // whatever the viewer chose for other pages: a wall lights the room
	if look.light {
		p.Theme = "light"
	}
	return sendFramed(c, http.StatusOK, templates.WallFrame(p), templates.WallRegion(region))
}

func hundredths(n float64) string { return strconv.FormatFloat(n, 'f', 2, 64) }

func (h *Handlers) wallStream(c echo.Context) error {
	lang := h.streamLanguage(c)
	q, _ := wallOf(c, lang)
	return h.serveStream(c, h.wallView(q, lang), live.ServeOptions{})
}
