package handlers

import (
	"math"
	"net/url"
	"testing"
	"time"

	"confboard/templates/text"
)

func TestTextOnAWallIsLargeEnoughForTheFarSeat(t *testing.T) {
	pixels := func(vh float64) int { return int(math.Round(vh * 1080 / 100)) }
	for _, k := range []struct {
		name                   string
		given                  viewing
		lang                   text.Lang
		body, title, floor, at int
	}{
		{"55 inches at 3 m", viewing{55, 3}, text.English, 43, 59, 31, 8},
		{"75 inches at 4 m", viewing{75, 4}, text.English, 42, 58, 31, 8},
		{"98 inches at 6 m", viewing{98, 6}, text.English, 49, 66, 35, 6},
		{"Chinese characters have a higher floor", viewing{55, 3}, text.Chinese, 43, 59, 37, 8},
		{"a desk display takes as many tiles as there can be", viewing{55, 1}, text.English, 14, 20, 10, 24},
		{"a screen too small for the hall still shows one tile", viewing{20, 20}, text.English, 151, 206, 110, 1},
	} {
		t.Run(k.name, func(t *testing.T) {
			s := k.given.sizes(k.lang)
			if body, title, floor := pixels(s.body), pixels(s.title), pixels(s.floor); body != k.body || title != k.title || floor != k.floor {
				t.Errorf("body %d, title %d, floor %d px, want %d, %d, %d", body, title, floor, k.body, k.title, k.floor)
			}
			if n := s.fitting(); n != k.at {
				t.Errorf("%d tiles fit, want %d", n, k.at)
			}
		})
	}
}

func TestTilesFillTheScreen(t *testing.T) {
	for n, want := range map[int][2]int{
		0: {1, 1}, 1: {1, 1}, 2: {2, 1}, 3: {3, 1}, 4: {2, 2}, 5: {3, 2}, 6: {3, 2}, 8: {4, 2}, 9: {3, 3}, 10: {4, 3}, 12: {4, 3}, 15: {5, 3}, 20: {5, 4}, 24: {6, 4},
	} {
		if columns, rows := grid(n); columns != want[0] || rows != want[1] {
			t.Errorf("%d tiles: %d x %d, want %d x %d", n, columns, rows, want[0], want[1])
		}
	}
	for n := 1; n <= maxTiles; n++ {
		columns, rows := grid(n)
		if columns*rows < n || (columns-1)*rows >= n || columns > 8 || rows > 4 {
			t.Errorf("%d tiles in %d x %d: too few places, an empty column, or more than the style sheet knows", n, columns, rows)
		}
	}
}

func TestTheAddressOfAWall(t *testing.T) {
	for _, k := range []struct {
		name, given string
		tiles       int
		dwell       time.Duration
		light       bool
		only        string
	}{
		{"nothing is told: twelve tiles for a quarter of a minute", "", 12, 15 * time.Second, false, ""},
		{"where it hangs decides how many fit", "screen=98&distance=6", 6, 15 * time.Second, false, ""},
		{"the distance alone is told", "distance=2.5", 15, 15 * time.Second, false, ""},
		{"the number of tiles is told", "screen=98&distance=6&tiles=16&dwell=30", 16, 30 * time.Second, false, ""},
		{"as many as fit are asked for", "tiles=0", 8, 15 * time.Second, false, ""},
		{"out of range counts as not given", "screen=10&distance=99&tiles=25&dwell=5", 12, 15 * time.Second, false, ""},
		{"so does what is no number", "screen=NaN&distance=x&tiles=-1&dwell=1e9", 12, 15 * time.Second, false, ""},
		{"so does an unknown filter or theme", "only=everything&theme=pink", 12, 15 * time.Second, false, ""},
		{"a light wall of problems", "only=problems&theme=light", 12, 15 * time.Second, true, "problems"},
	} {
		t.Run(k.name, func(t *testing.T) {
			given, err := url.ParseQuery(k.given)
			if err != nil {
				t.Fatal(err)
			}
			q, look := wallOf(given, text.English)
			if q.tiles != k.tiles || q.only != k.only || look.dwell != k.dwell || look.light != k.light {
				t.Errorf("%d tiles, only %q, %v, light %v", q.tiles, q.only, look.dwell, look.light)
			}
		})
	}
}

func TestTheHoursOfTheNight(t *testing.T) {
	for given, want := range map[string]string{"22-06": "22-06", "00-07": "00-07", "09-17": "09-17", "": "", "22-22": "", "24-06": "", "22-6": "", "2a-06": "", "-1-06": "", "22:06": ""} {
		if got := nightOf(given).String(); got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
}
