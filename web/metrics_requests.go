package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"confboard/handlers"
	"confboard/static"
)

// requestMetrics counts what is asked of the board by kind, and how long answers take but for streams.
type requestMetrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

// requestKinds are those of which something can be asked.
var requestKinds = []string{"page", "stream", "api", "asset", "hook", "probe", otherLabel}

func newRequestMetrics(to prometheus.Registerer) *requestMetrics {
	m := &requestMetrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "confboard_http_requests_total", Help: "Requests that were answered, by kind and by the class of the status."},
			[]string{"kind", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "confboard_http_request_duration_seconds", Help: "How long requests took, but for streams.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, 1, 5}}, []string{"kind"}),
	}
	for _, kind := range requestKinds { // so that there is something to compare the first one with
		for _, class := range []int{200, 300, 400, 500} {
			m.requests.WithLabelValues(kind, classOf(class))
		}
	}
	to.MustRegister(m.requests, m.duration)
	return m
}

// measured counts a request. It comes before all others, and takes from an error what the answer to it will be.
func (m *requestMetrics) measured(base string) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			began, kind := time.Now(), kindOf(strings.TrimPrefix(c.Path(), base))
			err := next(c)
			status := c.Response().Status
			if err != nil && !c.Response().Committed {
				status, _ = statusOf(err)
			}
			m.requests.WithLabelValues(kind, classOf(status)).Inc()
			if kind != "stream" {
				m.duration.WithLabelValues(kind).Observe(time.Since(began).Seconds())
			}
			return err
		}
	}
}

// kindOf is the kind of a route below the base path.
func kindOf(route string) string {
	switch {
	case strings.HasSuffix(route, "/events"):
		return "stream"
	case strings.HasPrefix(route, "/api/"):
		return "api"
	case strings.HasPrefix(route, static.Dir), route == "/favicon.ico":
		return "asset"
	case route == handlers.HookPath:
		return "hook"
	case route == "/healthz", route == "/readyz", route == "/metrics":
		return "probe"
	case route == "", strings.HasSuffix(route, "*"): // there is none
		return otherLabel
	}
	return "page"
}

// classOf writes a status as its class, such as 2xx.
func classOf(status int) string {
	if status < http.StatusContinue || status > 599 {
		return otherLabel
	}
	return strconv.Itoa(status/100) + "xx"
}
