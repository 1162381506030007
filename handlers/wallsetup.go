package handlers

import (
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"confboard/templates"
	"confboard/templates/text"
)

// The parameters of the set-up page that are its own: the wall's language and theme are not those of this page, and a form
// has the hours of the night apart.
const (
	wallLangParam  = "wallLang"
	wallThemeParam = "wallTheme"
	nightFromParam = "nightFrom"
	nightToParam   = "nightTo"
)

// wallSetup is the page where a wall's address is put together. It needs no script: the form leads to the page itself, which
// shows what was chosen.
func (h *Handlers) wallSetup(c echo.Context) error {
	return h.sendWallSetup(c, http.StatusOK, wallNaming{})
}

// wallNaming is what an admin sent to make a wall, and what is wrong with it.
type wallNaming struct{ query, name, fault string }

// ofWall are the parameters of the set-up page for the query of a wall.
func ofWall(query url.Values) url.Values {
	v := maps.Clone(query)
	for param, own := range map[string]string{langParam: wallLangParam, themeParam: wallThemeParam} {
		if query.Has(param) {
			v.Set(own, query.Get(param))
			v.Del(param)
		}
	}
	if n := nightOf(query.Get(nightParam)); !n.never() {
		v.Set(nightFromParam, twoDigits(n.from))
		v.Set(nightToParam, twoDigits(n.to))
	}
	v.Del(nightParam)
	return v
}

// sendWallSetup answers with the page for what its address says, or for what was sent to it.
func (h *Handlers) sendWallSetup(c echo.Context, status int, sent wallNaming) error {
	t, given := h.language(c), c.QueryParams()
	if v, err := url.ParseQuery(sent.query); err == nil && sent.fault != "" {
		given = ofWall(v)
	}
	lang := t.Lang
	if l := text.Lang(given.Get(wallLangParam)); l.Known() {
		lang = l
	}
	q, look := wallOf(given, lang)
	told := 0.0
	number(given, tilesParam, 1, maxTiles, &told)
	if told == 0 {
		q.tiles = look.sizes.fitting() // a wall that is set up is told where it hangs
	}
	look.light = given.Get(wallThemeParam) == "light"
	look.night = nightOf(given.Get(nightFromParam) + "-" + given.Get(nightToParam))
	shown := wallValues(q, look, lang, told > 0)
	wall := h.Paths.Wall(shown)

	all := h.Board.All()
	w := h.words(t.Lang)
	v := newWallView(w, h.Board, q)
	v.start(all)
	about := len(v.index.order)
	s := templates.WallSetup{
		Text: t, Path: h.Paths.WallSetup(), Wall: wall, Address: h.origin(c) + wall,
		Fits: t.Walls.Fits(q.most(), q.turns, q.tiles), Now: t.Walls.Now(about), Only: w.wallOnly(q.overviewQuery),
		Numbers: []templates.WallNumberField{
			{ID: "wall-screen", Name: screenParam, Label: t.Walls.Screen, Unit: t.Walls.Inches, Value: plain(look.at.screen), Min: plain(minScreen), Max: plain(maxScreen)},
			{ID: "wall-distance", Name: distanceParam, Label: t.Walls.Distance, Unit: t.Walls.Metres, Value: plain(look.at.distance), Min: plain(minDistance), Max: plain(maxDistance)},
		},
		Selects: w.wallSelects(q, look, lang, int(told)),
		Group:   q.group, MaxGroup: strconv.Itoa(maxGroup), Sizes: w.wallSizes(q, look),
	}
	groups := map[string]bool{}
	for _, m := range all {
		if m.Group != "" {
			groups[m.Group] = true
		}
	}
	s.Groups = slices.Sorted(maps.Keys(groups))
	s.Warning = w.wallWarning(q, look)
	kept := q.overviewQuery
	kept.only, kept.group = "", "" // they have fields
	values := kept.values()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			s.Kept = append(s.Kept, templates.Option{Value: value, Label: name})
		}
	}

	s.Naming = h.wallNaming(c, t, shown.Encode(), sent)
	if s.Naming.Wall != "" {
		s.Kept = append(s.Kept, templates.Option{Value: given.Get(wallParam), Label: wallParam})
	}

	p := h.frame(c, t, w.tab(t.Walls.Setup+" · "+t.Product, false))
	p.AtWalls = true
	return send(c, status, p, templates.WallSetupRegion(s))
}

// wallNaming makes the props of the form that gives the wall a name, or has one with a name show what was chosen.
func (h *Handlers) wallNaming(c echo.Context, t *text.Catalogue, query string, sent wallNaming) templates.WallNaming {
	n := templates.WallNaming{Text: t, Show: query, Closed: h.Closed, Max: strconv.Itoa(maxWallName), Name: sent.name, Fault: sent.fault}
	switch {
	case h.Walls == nil:
		return templates.WallNaming{}
	case !visitor(c).Admin:
		if h.Admins != nil && !h.Closed {
			n.SignIn = h.Paths.SignIn()
		}
		return n
	}
	n.List, n.Path = h.Paths.Walls(), h.Paths.Walls()
	if w, ok := h.Walls.Get(c.QueryParam(wallParam)); ok {
		n.Wall, n.Path = w.Name, h.Paths.wallAct(w.ID, "show")
	}
	return n
}

// wallValues are the parameters of a wall's address.
func wallValues(q wallQuery, look wallLook, lang text.Lang, tiles bool) url.Values {
	v := q.overviewQuery.values()
	v.Set(screenParam, plain(look.at.screen))
	v.Set(distanceParam, plain(look.at.distance))
	v.Set(langParam, string(lang))
	if tiles {
		v.Set(tilesParam, strconv.Itoa(q.tiles))
	}
	if look.dwell != defaultDwell {
		v.Set(dwellParam, seconds(look.dwell))
	}
	if look.light {
		v.Set(themeParam, "light")
	}
	if !look.night.never() {
		v.Set(nightParam, look.night.String())
	}
	return v
}

func plain(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

// wallSelects are what is chosen among a few.
func (w words) wallSelects(q wallQuery, look wallLook, lang text.Lang, told int) []templates.Select {
	t := w.text
	tiles := templates.Select{ID: "wall-tile-count", Name: tilesParam, Label: t.Walls.Tiles}
	option(&tiles, "0", strconv.Itoa(told), t.Walls.TilesThatFit)
	for n := 1; n <= maxTiles; n++ {
		option(&tiles, strconv.Itoa(n), strconv.Itoa(told), strconv.Itoa(n))
	}
	dwell := templates.Select{ID: "wall-dwell", Name: dwellParam, Label: t.Walls.Dwell}
	offered := []time.Duration{10 * time.Second, 12 * time.Second, 15 * time.Second, 20 * time.Second, 30 * time.Second, 60 * time.Second}
	if !slices.Contains(offered, look.dwell) {
		offered = append(offered, look.dwell)
		slices.Sort(offered)
	}
	for _, d := range offered {
		option(&dwell, seconds(d), seconds(look.dwell), t.Walls.Seconds(int(d/time.Second)))
	}
	only := templates.Select{ID: "wall-class", Name: onlyParam, Label: t.FilterStatus}
	option(&only, "", "-", t.FilterAny)
	for _, class := range classes() {
		option(&only, class, q.only, w.class(class))
	}
	language := templates.Select{ID: "wall-lang", Name: wallLangParam, Label: t.Language}
	for _, l := range text.Langs() {
		option(&language, string(l), string(lang), text.For(l).OwnName)
	}
	theme := templates.Select{ID: "wall-theme", Name: wallThemeParam, Label: t.Theme}
	chosen := "dark"
	if look.light {
		chosen = "light"
	}
	for _, name := range []string{"dark", "light"} {
		option(&theme, name, chosen, t.Themes[name])
	}
	from := templates.Select{ID: "wall-night-from", Name: nightFromParam, Label: t.Walls.NightFrom}
	to := templates.Select{ID: "wall-night-to", Name: nightToParam, Label: t.Walls.NightTo}
	option(&from, "", "-", t.Walls.Never)
	begin, end := "-", "06"
	if !look.night.never() {
		begin, end = twoDigits(look.night.from), twoDigits(look.night.to)
	}
	for hour := range 24 {
		option(&from, twoDigits(hour), begin, twoDigits(hour)+":00")
		option(&to, twoDigits(hour), end, twoDigits(hour)+":00")
	}
	return []templates.Select{tiles, dwell, only, language, theme, from, to}
}

// drawnSizes are the font sizes that a wall ends up with, in hundredths of its page's shorter side, by the rules of the style sheet:
// of what stands around the tiles, of the text and the titles on them, and the smallest of all.
func drawnSizes(q wallQuery, s textSizes) (head, tile, title, smallest float64) {
	const widest = 2.4 * aspect // the line of counts shares its line with the clock
	head = min(s.body, widest)
	tile = max(s.floor, min(tileFont(grid(q.tiles)), 2.6*s.body))
	return head, tile, 1.36 * tile, min(max(0.8*head, min(s.floor, widest)), max(0.8*tile, s.floor))
}

// wallSizes are the sizes of the text, in pixels and as the eye sees them.
func (w words) wallSizes(q wallQuery, look wallLook) []templates.WallSize {
	head, tile, title, smallest := drawnSizes(q, look.sizes)
	row := func(name string, size float64) templates.WallSize {
		return templates.WallSize{Name: name, Pixels: strconv.Itoa(int(math.Round(size * 1080 / 100))), Arc: strconv.Itoa(int(math.Round(look.at.arcMinutes(size))))}
	}
	return []templates.WallSize{row(w.text.Walls.Head, head), row(w.text.Walls.Tile, tile), row(w.text.Walls.Title, title), row(w.text.Walls.Smallest, smallest)}
}

// wallWarning says that the text is too small to be read without effort; empty when it is not.
func (w words) wallWarning(q wallQuery, look wallLook) string {
	_, tile, _, _ := drawnSizes(q, look.sizes)
	switch {
	case look.at.fontSize(bodyArc) > maxBody:
		return w.text.Walls.TooFar
	case tile < look.sizes.body:
		return w.text.Walls.Small
	}
	return ""
}
