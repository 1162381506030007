package handlers

import (
	"errors"
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
)

// HookPath is where the cloud posts the enterprise's events, below the base path.
const HookPath = "/hooks/huawei"

// Hook takes the enterprise's events; *huawei.Hook is one. It is safe for concurrent use.
type Hook interface {
	// Receive judges the body of a request and acts on it. answer is the JSON to answer with, empty for none. An error carries a
	// conference.EventFault, see conference.EventError.
	Receive(body []byte) (answer []byte, err error)
}

// receive takes an event. The cloud asks under whatever name it was told and sends no origin, so what proves the sender is the
// signature alone. It repeats for a day what was not answered with 200.
func (h *Handlers) receive(c echo.Context) error {
	body, err := io.ReadAll(http.MaxBytesReader(c.Response().Writer, c.Request().Body, MaxBody))
	if err != nil {
		if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
			return echo.NewHTTPError(http.StatusRequestEntityTooLarge, "an event has at most 64 KiB")
		}
		return echo.NewHTTPError(http.StatusBadRequest, "the body cannot be read")
	}
	answer, err := h.Hook.Receive(body)
	if err != nil {
		return hookError(err)
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	if len(answer) == 0 {
		return c.NoContent(http.StatusOK)
	}
	return c.JSONBlob(http.StatusOK, answer)
}

// eventAnswers are what a refused event is answered with.
var eventAnswers = map[conference.EventFault]struct {
	status int
	detail string
}{
	conference.EventMalformed: {http.StatusBadRequest, "the body is not an event"},
	conference.EventApp:       {http.StatusForbidden, "the event is of another app ID"},
	conference.EventSignature: {http.StatusUnauthorized, "the signature is not ours"},
	conference.EventTime:      {http.StatusForbidden, "the time of the event is too long ago, or in the future"},
}

func hookError(err error) error {
	var refused *conference.EventError
	if !errors.As(err, &refused) {
		return err
	}
	a, ok := eventAnswers[refused.Fault]
	if !ok {
		return echo.NewHTTPError(http.StatusBadRequest, "the event was refused")
	}
	return echo.NewHTTPError(a.status, a.detail)
}
