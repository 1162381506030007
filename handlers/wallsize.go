package handlers

import (
	"math"

	"confboard/templates/text"
)

// viewing is where a wall hangs.
type viewing struct {
	// screen is the screen's diagonal in inches, distance that of the farthest reader in metres.
	screen, distance float64
}

// What a wall may be told, and what it assumes.
const (
	minScreen, maxScreen, defaultScreen       = 20.0, 150.0, 55.0
	minDistance, maxDistance, defaultDistance = 1.0, 20.0, 3.0
)

// Heights of capital letters and Chinese characters as the eye sees them, in arc minutes. A floor is the least that
// can be read at all; Chinese characters need more, for their strokes.
const (
	bodyArc         = 22
	titleArc        = 30
	floorArc        = 16
	floorArcChinese = 19
)

// capHeight is the height of a capital letter as a part of the font size.
const capHeight = 0.7

// aspect is the longer side of a wall's page by the shorter.
const aspect = 16.0 / 9

// fontSize is the font size, in hundredths of the page's shorter side, at which letters have an angular height. It
// holds for every number of pixels, as the page fills the screen.
func (v viewing) fontSize(arcMinutes float64) float64 {
	const inch = 0.0254 // metres
	height := v.screen * inch / math.Hypot(1, aspect)
	letter := v.distance * math.Tan(arcMinutes/60*math.Pi/180)
	return 100 * letter / capHeight / height
}

// arcMinutes is the reverse of fontSize.
func (v viewing) arcMinutes(size float64) float64 {
	return bodyArc * size / v.fontSize(bodyArc) // as good as exact for angles so small
}

// textSizes are font sizes in hundredths of the page's shorter side.
type textSizes struct {
	body, title, floor float64
}

// maxBody bounds the text on a wall too far away for its size: one tile with a few words still fits.
const maxBody = 14

func (v viewing) sizes(lang text.Lang) textSizes {
	floor := float64(floorArc)
	if lang == text.Chinese {
		floor = floorArcChinese
	}
	shrink := min(1, maxBody/v.fontSize(bodyArc))
	return textSizes{body: shrink * v.fontSize(bodyArc), title: shrink * v.fontSize(titleArc), floor: shrink * v.fontSize(floor)}
}

// The room for tiles in hundredths of the page's shorter side, and what a tile needs at least in multiples of its font size. The
// style sheet sizes the text of a tile by the same two numbers.
const (
	tilesWide, tilesHigh = 100 * aspect, 84.0
	tileWide, tileHigh   = 10.5, 8.0
)

// A wall shows at most maxTiles tiles at once, and defaultTiles when it has been told neither their number nor where it hangs.
const maxTiles, defaultTiles = 24, 12

// grid is the number of columns and rows, on a page wider than high, in which n tiles have the largest text.
func grid(n int) (columns, rows int) {
	best := 0.0
	for r := 1; r <= max(n, 1); r++ {
		c := (max(n, 1) + r - 1) / r
		if size := tileFont(c, r); size > best {
			best, columns, rows = size, c, r
		}
	}
	return columns, rows
}

// tileFont is the largest font size for which the tiles of a grid have room.
func tileFont(columns, rows int) float64 {
	return min(tilesWide/float64(columns)/tileWide, tilesHigh/float64(rows)/tileHigh)
}

// fitting is how many tiles fit with text of full size; 1 at least.
func (s textSizes) fitting() int {
	for n := maxTiles; n > 1; n-- {
		if tileFont(grid(n)) >= s.body {
			return n
		}
	}
	return 1
}
