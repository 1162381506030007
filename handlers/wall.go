package handlers

import (
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"confboard/templates"
	"confboard/templates/text"
	"confboard/web/live"
)

// wallQuery is what the address of a wall asks for, as far as its stream depends on it.
type wallQuery struct {
	overviewQuery
	// tiles is the number of tiles at once, 1 to maxTiles.
	tiles int
}

// Dwell is how long a page of tiles stays.
const minDwell, maxDwell, defaultDwell = 10 * time.Second, 60 * time.Second, 15 * time.Second

// wallLook is what the address asks for besides: it is the browser's business, and no part of the stream.
type wallLook struct {
	sizes textSizes
	dwell time.Duration
	light bool
}

// wallOf reads the known parameters: screen in inches, distance in metres, tiles (0 asks for as many as fit), dwell in
// seconds, only and theme. A value that is unknown or out of range counts as not given. A wall that is told where it hangs
// shows as many tiles as can be read from there.
func wallOf(c echo.Context, lang text.Lang) (wallQuery, wallLook) {
	at := viewing{screen: defaultScreen, distance: defaultDistance}
	placed := number(c, "screen", minScreen, maxScreen, &at.screen)
	placed = number(c, "distance", minDistance, maxDistance, &at.distance) || placed
	look := wallLook{sizes: at.sizes(lang), dwell: defaultDwell, light: c.QueryParam(themeParam) == "light"}
	seconds := 0.0
	if number(c, "dwell", minDwell.Seconds(), maxDwell.Seconds(), &seconds) {
		look.dwell = time.Duration(seconds) * time.Second
	}

	q := wallQuery{overviewQuery: overviewQuery{only: onlyOf(c)}, tiles: defaultTiles}
	tiles := 0.0
	told := number(c, "tiles", 0, maxTiles, &tiles)
	switch {
	case tiles >= 1:
		q.tiles = int(tiles)
	case told || placed:
		q.tiles = look.sizes.fitting()
	}
	return q, look
}

// number reads a parameter into n when it is a number within the bounds, and reports whether it is.
func number(c echo.Context, param string, least, most float64, n *float64) bool {
	v, err := strconv.ParseFloat(c.QueryParam(param), 64)
	if err != nil || !(v >= least && v <= most) { // so that NaN is none
		return false
	}
	*n = v
	return true
}

func (h *Handlers) wall(c echo.Context) error {
	t := h.language(c)
	q, look := wallOf(c, t.Lang)
	region := h.wallView(q, t.Lang).draw(h.Board.All())
	p := templates.WallPage{
		Page: h.frame(c, t, region.Tab),
		Body: hundredths(look.sizes.body), TitleSize: hundredths(look.sizes.title), Floor: hundredths(look.sizes.floor),
		Tiles: strconv.Itoa(q.tiles), Dwell: strconv.Itoa(int(look.dwell / time.Second)),
	}
	p.Stream, p.StreamID = h.Paths.WallStream(q.only, q.tiles, t.Lang), "stream-wall"
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
