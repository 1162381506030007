package handlers

import (
	"net/url"
	"strconv"
	"time"

	"confboard/templates/text"
)

// wallQuery is what the address of a wall asks for, as far as its stream depends on it.
type wallQuery struct {
	// overviewQuery is without an order and a page, since a wall has its own.
	overviewQuery
	// tiles is the number of tiles at once, 1 to maxTiles.
	tiles int
	// turns is how many pages a cycle has, 1 to 6. It follows from the dwell.
	turns int
}

// cycle is the time within which everything that has a tile has been seen.
const cycle = time.Minute

// Dwell is how long a page of tiles stays.
const minDwell, maxDwell, defaultDwell = 10 * time.Second, cycle, 15 * time.Second

// wallLook is what the address asks for besides: it is the browser's business, and no part of the stream.
type wallLook struct {
	at    viewing
	sizes textSizes
	dwell time.Duration
	light bool
	night night
}

// The parameters of a wall's address, beside those of the overview, the language and the theme.
const (
	screenParam   = "screen"   // inches
	distanceParam = "distance" // metres
	tilesParam    = "tiles"    // 0 asks for as many as fit
	dwellParam    = "dwell"    // seconds
	nightParam    = "night"    // such as 22-06
)

// wallOf reads the known parameters. A value that is unknown or out of range counts as not given. A wall that is told where
// it hangs shows as many tiles as can be read from there.
func wallOf(given url.Values, lang text.Lang) (wallQuery, wallLook) {
	look := wallLook{at: viewing{screen: defaultScreen, distance: defaultDistance}, dwell: defaultDwell,
		light: given.Get(themeParam) == "light", night: nightOf(given.Get(nightParam))}
	placed := number(given, screenParam, minScreen, maxScreen, &look.at.screen)
	placed = number(given, distanceParam, minDistance, maxDistance, &look.at.distance) || placed
	look.sizes = look.at.sizes(lang)
	seconds := 0.0
	if number(given, dwellParam, minDwell.Seconds(), maxDwell.Seconds(), &seconds) {
		look.dwell = time.Duration(seconds) * time.Second
	}

	q := wallQuery{overviewQuery: overviewQueryIn(given), tiles: defaultTiles, turns: int(cycle / look.dwell)}
	q.sort, q.page = "", 0
	tiles := 0.0
	told := number(given, tilesParam, 0, maxTiles, &tiles)
	switch {
	case tiles >= 1:
		q.tiles = int(tiles)
	case told || placed:
		q.tiles = look.sizes.fitting()
	}
	return q, look
}

// number reads a parameter into n when it is a number within the bounds, and reports whether it is.
func number(given url.Values, param string, least, most float64, n *float64) bool {
	v, err := strconv.ParseFloat(given.Get(param), 64)
	if err != nil || !(v >= least && v <= most) { // so that NaN is none
		return false
	}
	*n = v
	return true
}

// values are the parameters of the stream's address. Of the dwell they have the number of turns only, as the longest one
// that gives it, so that walls that show the same share a topic.
func (q wallQuery) values() url.Values {
	v := q.overviewQuery.values()
	v.Set(tilesParam, strconv.Itoa(q.tiles))
	v.Set(dwellParam, strconv.Itoa(int(cycle/time.Second)/q.turns))
	return v
}

// stream is the address of the stream.
func (q wallQuery) stream(p Paths, lang text.Lang) string {
	return p.join("/wall/events", q.values(), lang)
}

// scope is what the counts of the wall are about: all that the query asks for, in whichever class. Whether anything is wrong
// must not depend on which class is looked at.
func (q wallQuery) scope() overviewQuery {
	within := q.overviewQuery
	within.only = ""
	return within
}

// plainPages is how many pages simply follow each other. With more of them the problems stay where they are, and the others
// take turns beside them.
const plainPages = 4

// edge is a limit that a number is above or not. Once above, it has to fall by a quarter to be below again: a wall whose meetings come
// and go about the limit would change its layout with each of them.
type edge bool

func (e *edge) above(n, limit int) bool {
	if *e {
		limit -= limit / 4
	}
	*e = n > limit
	return bool(*e)
}

// plan is how so many meetings, some of them with problems, share a cycle: how many of the first tiles stay fixed, and how many
// meetings all pages have places for. Problems that fill a screen have all of it, and as long a cycle as they need. beyond is the edge
// of the plain pages.
func (q wallQuery) plan(total, problems int, beyond *edge) (fixed, places int) {
	switch {
	case !beyond.above(total, q.plain()):
		return 0, total
	case problems >= q.tiles:
		return 0, problems
	}
	return problems, problems + (q.tiles-problems)*q.turns
}

// plain is how many tiles fit pages that simply follow each other.
func (q wallQuery) plain() int { return q.tiles * min(plainPages, q.turns) }

// most is how many meetings without problems fit a cycle.
func (q wallQuery) most() int { return q.tiles * q.turns }

// night are the hours of the day, in the screen's own zone, during which a wall is dimmed. They are equal when it never is.
type night struct{ from, to int }

// nightOf reads hours such as 22-06. What is none counts as not given.
func nightOf(given string) night {
	if len(given) != len("22-06") || given[2] != '-' {
		return night{}
	}
	from, err := strconv.ParseUint(given[:2], 10, 8)
	to, errTo := strconv.ParseUint(given[3:], 10, 8)
	if err != nil || errTo != nil || from > 23 || to > 23 {
		return night{}
	}
	return night{from: int(from), to: int(to)}
}

func (n night) never() bool { return n.from == n.to }

// String is how addresses have it; empty for never.
func (n night) String() string {
	if n.never() {
		return ""
	}
	return twoDigits(n.from) + "-" + twoDigits(n.to)
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
