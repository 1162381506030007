package handlers

import (
	"html"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"confboard/templates/text"
)

func TestThePageOfAnErrorSaysWhatHappenedAndLeadsBack(t *testing.T) {
	h := testHandlers(newHistory(1).registry)
	for _, lang := range text.Langs() {
		for _, status := range []int{400, 401, 403, 404, 405, 409, 410, 413, 418, 421, 429, 500, 502, 503} {
			w := httptest.NewRecorder()
			c := echo.New().NewContext(httptest.NewRequest(http.MethodGet, "/x?lang="+string(lang), nil), w)
			if err := h.Problem(c, status); err != nil {
				t.Fatal(err)
			}
			said := text.For(lang).Problem(status)
			page := html.UnescapeString(w.Body.String())
			for _, want := range []string{"<h1>" + said.Title + "</h1>", said.Help, ">" + strconv.Itoa(status) + "<", `href="` + h.Paths.Overview("") + `"`} {
				if !strings.Contains(page, want) {
					t.Errorf("%s: the page of %d does not have %s", lang, status, want)
				}
			}
			if w.Code != status {
				t.Errorf("%s: the page of %d goes out as %d", lang, status, w.Code)
			}
		}
	}
}
