package handlers

import (
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"confboard/templates/text"
)

var preview = regexp.MustCompile(`<iframe src="([^"]*)"`)

func TestTheSetUpPagePutsTheAddressOfAWallTogether(t *testing.T) {
	h := testHandlers(crowdedBoard(40, 1))
	for _, k := range []struct{ name, given, wall, says string }{
		{"nothing is chosen", "", "/board/wall?distance=3&lang=en&screen=55", "room for 32 meetings: 4 pages of 8 tiles."},
		{"an empty form", "screen=&distance=&group=&only=&tiles=0&nightFrom=&nightTo=06", "/board/wall?distance=3&lang=en&screen=55", "about 40 meetings"},
		{"another screen", "screen=98&distance=6&dwell=10", "/board/wall?distance=6&dwell=10&lang=en&screen=98", "room for 36 meetings: 6 pages of 6 tiles."},
		{"more tiles than can be read", "tiles=24", "/board/wall?distance=3&lang=en&screen=55&tiles=24", "under 22 arc minutes"},
		{"a screen in another hall", "screen=20&distance=20", "/board/wall?distance=20&lang=en&screen=20", "not even a single tile"},
		{"a group", "group=group+1", "/board/wall?distance=3&group=group+1&lang=en&screen=55", "about 10 meetings"},
		{"filters without a field stay", "q=00&is=nochat&only=problems", "/board/wall?distance=3&is=nochat&lang=en&only=problems&q=00&screen=55", `type="hidden" name="is" value="nochat"`},
		{"the wall's own language and theme", "wallLang=zh&wallTheme=light&theme=dark", "/board/wall?distance=3&lang=zh&screen=55&theme=light", "Set up a wall"},
		{"the night", "nightFrom=22&nightTo=06", "/board/wall?distance=3&lang=en&night=22-06&screen=55", "Dimmed at night"},
		{"what makes no sense", "screen=NaN&distance=-1&dwell=x&tiles=99&nightFrom=%3Cb%3E&wallLang=xx", "/board/wall?distance=3&lang=en&screen=55", "Preview"},
	} {
		t.Run(k.name, func(t *testing.T) {
			page := ask(t, h, "/wall/setup?"+k.given)
			found := preview.FindStringSubmatch(page)
			if found == nil || html.UnescapeString(found[1]) != k.wall {
				t.Errorf("the preview is %q, want %s", found, k.wall)
			}
			if !strings.Contains(page, `value="http://example.com`+html.EscapeString(k.wall)) {
				t.Error("the address is not that of the preview")
			}
			if !strings.Contains(page, k.says) {
				t.Errorf("it does not say %q", k.says)
			}
		})
	}
}

// The sizes are those that the wall itself asks for.
func TestTheSetUpPageTellsTheSizeThatIsSeen(t *testing.T) {
	for _, arc := range []float64{bodyArc, titleArc, floorArc} {
		at := viewing{75, 4}
		if got := at.arcMinutes(at.fontSize(arc)); got < arc-0.01 || got > arc+0.01 {
			t.Errorf("text of %v arc minutes is seen as %v", arc, got)
		}
	}
	w := words{text: text.For(text.English)}
	for _, at := range []viewing{{55, 3}, {75, 4}, {98, 6}} {
		q := wallQuery{tiles: at.sizes(text.English).fitting(), turns: 4}
		look := wallLook{at: at, sizes: at.sizes(text.English)}
		if said := w.wallWarning(q, look); said != "" {
			t.Errorf("of as many tiles as fit %v inches at %v m it says %q", at.screen, at.distance, said)
		}
		q.tiles = maxTiles
		if said := w.wallWarning(q, look); said != w.text.Walls.Small {
			t.Errorf("of %d tiles on %v inches at %v m it says %q", maxTiles, at.screen, at.distance, said)
		}
	}
}

func TestAHostOfAnotherNameIsNoMarkup(t *testing.T) {
	h := testHandlers(newHistory(1).registry)
	e := viewed(h)
	r := httptest.NewRequest(http.MethodGet, "/board/wall/setup", nil)
	r.Host = `"><script>`
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	if strings.Contains(w.Body.String(), `"><script>`) {
		t.Error("the host became an element")
	}
}
