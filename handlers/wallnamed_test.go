package handlers

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// Without its file the board does not know its walls; a screen says so, and tries again.
func TestAScreenWhoseBoardDoesNotKnowItsWalls(t *testing.T) {
	h := testHandlers(newHistory(1).registry)
	e := viewed(h)
	for path, want := range map[string]int{"/w/AAAA": http.StatusServiceUnavailable, "/wall?wall=AAAA": http.StatusServiceUnavailable, "/wall": http.StatusOK, "/walls": http.StatusNotFound} {
		w := httptest.NewRecorder()
		e.ServeHTTP(w, httptest.NewRequest(http.MethodGet, h.Paths.Base+path, nil))
		if w.Code != want || want == http.StatusServiceUnavailable && !strings.Contains(w.Body.String(), "The board cannot look up its walls") {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}

// What a form says that a wall is to show is what its address says, and nothing else.
func TestWhatAFormSaysThatAWallShows(t *testing.T) {
	for given, want := range map[string]string{
		"":                       "distance=3&lang=en&screen=55",
		"lang=zh&theme=pink&x=1": "distance=3&lang=zh&screen=55",
		"group=North&is=nohost&is=empty&only=problems&sort=end&page=3&tiles=0": "distance=3&group=North&is=nohost&is=empty&lang=en&only=problems&screen=55",
		"screen=75&distance=4&tiles=8&dwell=20&theme=light&night=22-06&wall=X": "distance=4&dwell=20&lang=en&night=22-06&screen=75&theme=light&tiles=8",
	} {
		got, ok := shownBy(url.Values{wallShowField: {given}})
		if !ok || got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
		if again, _ := shownBy(url.Values{wallShowField: {got}}); again != got {
			t.Errorf("%q becomes %q", got, again)
		}
		values, err := url.ParseQuery(got)
		if err != nil {
			t.Fatal(err)
		}
		if on := ofWall(values); on.Has(langParam) || on.Has(themeParam) || on.Has(nightParam) {
			t.Errorf("%q takes %v to the set-up page", got, on)
		}
	}
}
