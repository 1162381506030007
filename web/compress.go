package web

import (
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"
	"github.com/labstack/echo/v4"

	"confboard/static"
)

const (
	// compressLevel is where a page costs a fraction of its drawing: 5 was measured to take as long as that, for a page smaller by a fifth.
	compressLevel = 2
	compressFrom  = 1 << 10 // bytes
)

// compressed answers who takes gzip with it, where that is worth it. An answer that stays an error is left alone, for the one place
// where errors are answered.
func compressed() echo.MiddlewareFunc {
	wrap, err := gzhttp.NewWrapper(gzhttp.CompressionLevel(compressLevel), gzhttp.MinSize(compressFrom), gzhttp.EnableZstd(false))
	if err != nil {
		panic("web: compression: " + err.Error()) // of these constants
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) (err error) {
			if uncompressed(c) {
				return next(c)
			}
			answer := c.Response()
			plain := answer.Writer
			defer func() { answer.Writer = plain }()
			wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				answer.Writer = w
				err = next(c)
			})).ServeHTTP(plain, c.Request())
			return err
		}
	}
}

// uncompressed are streams, which compression would hold up, and assets, which are compressed already.
func uncompressed(c echo.Context) bool {
	path := c.Path()
	return strings.HasSuffix(path, "/events") || strings.Contains(path, static.Dir)
}
