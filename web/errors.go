package web

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"confboard/handlers"
	"confboard/web/access"
	"confboard/web/live"
)

// retryAfter is when a refused client may come back, in seconds.
const retryAfter = 5

// errorAnswers is the one place where errors become answers.
type errorAnswers struct {
	handlers *handlers.Handlers
	logger   *slog.Logger
}

// kinds turns sentinels into statuses.
var kinds = []struct {
	is     error
	status int
}{
	{live.ErrTooManyTopics, http.StatusServiceUnavailable},
	{live.ErrTooManyStreams, http.StatusServiceUnavailable},
	{live.ErrStopped, http.StatusServiceUnavailable},
	{access.ErrBusy, http.StatusServiceUnavailable},
	{access.ErrUnknownHost, http.StatusMisdirectedRequest},
	{access.ErrCrossOrigin, http.StatusForbidden},
	{handlers.ErrSignedOut, http.StatusUnauthorized},
	{handlers.ErrAdminsOnly, http.StatusForbidden},
}

// answer implements echo.HTTPErrorHandler. Details go to the log, once; the person gets a safe sentence.
func (a *errorAnswers) answer(err error, c echo.Context) {
	if c.Response().Committed || c.Request().Context().Err() != nil {
		return // the client has gone, or has the beginning of an answer
	}
	status, detail := statusOf(err)
	if status >= 500 && status != http.StatusServiceUnavailable {
		a.logger.Error("request", "method", c.Request().Method, "route", c.Path(), "error", err) // the path can have a link's token
	}
	if status == http.StatusServiceUnavailable {
		c.Response().Header().Set("Retry-After", strconv.Itoa(retryAfter))
	}
	switch {
	case a.forMachines(c):
		if status == http.StatusUnauthorized {
			c.Response().Header().Set("WWW-Authenticate", `Bearer realm="confboard"`)
		}
		err = problem(c, status, detail)
	case errors.Is(err, handlers.ErrSignedOut):
		err = a.handlers.SignedOut(c)
	case errors.Is(err, handlers.ErrAdminsOnly):
		err = a.handlers.AdminsOnly(c)
	default:
		err = a.handlers.Problem(c, status)
	}
	if err != nil {
		a.logger.Debug("error answer", "error", err)
	}
}

func statusOf(err error) (status int, detail string) {
	for _, k := range kinds {
		if errors.Is(err, k.is) {
			return k.status, k.is.Error()
		}
	}
	var he *echo.HTTPError
	if !errors.As(err, &he) {
		return http.StatusInternalServerError, ""
	}
	if text, ok := he.Message.(string); ok && text != http.StatusText(he.Code) {
		detail = text
	}
	return he.Code, detail
}

// forMachines reports whether the answer is read by a program: the API, the hooks, the streams, and whoever asks for JSON.
func (a *errorAnswers) forMachines(c echo.Context) bool {
	path := strings.TrimPrefix(c.Request().URL.Path, a.handlers.Paths.Base)
	accept := c.Request().Header.Get("Accept")
	return strings.HasPrefix(path, "/api/") || path == "/metrics" || strings.HasPrefix(path, "/hooks/") || strings.HasSuffix(path, "/events") ||
		(strings.Contains(accept, "json") && !strings.Contains(accept, "html"))
}

// problem answers with problem+json (RFC 9457).
func problem(c echo.Context, status int, detail string) error {
	body, err := json.Marshal(struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail,omitempty"`
	}{"about:blank", http.StatusText(status), status, detail})
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.Blob(status, "application/problem+json", body)
}
