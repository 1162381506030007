// Package web assembles the server: routes, middleware, headers, error answers.
package web

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"confboard/handlers"
	"confboard/static"
	"confboard/web/access"
	"confboard/web/live"
)

const (
	// drainTimeout is how long answers under way may take at the end, streams having been ended before.
	drainTimeout   = time.Second
	maxHeaderBytes = 64 << 10
)

// Patience is how long clients are waited for, so that those who are slow on purpose hold nothing for long. A zero duration stands for
// its default.
type Patience struct {
	// Header is for the head of a request, and for the handshake of an encrypted connection. Default 10 s.
	Header time.Duration
	// Body is for the body of a request that has one, from when its head has come. Default 10 s. The server as a whole has no such limit,
	// because it would cut streams.
	Body time.Duration
	// Answer is for the writing of an answer. Streams set deadlines of their own, write by write. Default 30 s.
	Answer time.Duration
	// Idle is between two requests on a connection. Default 2 min.
	Idle time.Duration
}

func (p Patience) withDefaults() Patience {
	p.Header = cmp.Or(p.Header, 10*time.Second)
	p.Body = cmp.Or(p.Body, 10*time.Second)
	p.Answer = cmp.Or(p.Answer, 30*time.Second)
	p.Idle = cmp.Or(p.Idle, 2*time.Minute)
	return p
}

// Config is what a Server needs. Handlers, Assets, Logger and Guard are required.
type Config struct {
	Handlers *handlers.Handlers
	Assets   *static.Assets
	Logger   *slog.Logger
	// TrustedProxies are those whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// TLS is nil for plain HTTP.
	TLS      *tls.Config
	Patience Patience
	// Metrics are shown at /metrics, those of the requests among them, which New adds. nil: none are.
	Metrics *prometheus.Registry
	// Guard refuses what is not asked on a page of the board.
	Guard *access.Guard
	// Visitors says who asks. nil: everybody may see the board, and nobody change anything.
	Visitors *access.Visitors
	// Ready reports whether the board has what it needs to serve viewers; nil: from the beginning.
	Ready func() bool
}

// Server answers requests. Make one with New, then Run it once.
type Server struct {
	http    *http.Server
	routes  []*echo.Route
	logger  *slog.Logger
	serving atomic.Bool
}

// New assembles a server. It sets the handlers' Ready.
func New(c Config) *Server {
	s, patience := &Server{logger: c.Logger}, c.Patience.withDefaults()
	c.Handlers.Ready = func() bool { return s.serving.Load() && (c.Ready == nil || c.Ready()) }
	if c.Visitors == nil {
		c.Visitors = &access.Visitors{Open: true}
	}

	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = clientAddress(c.TrustedProxies)
	e.HTTPErrorHandler = (&errorAnswers{handlers: c.Handlers, logger: c.Logger}).answer
	if c.Metrics != nil {
		e.Use(newRequestMetrics(c.Metrics).measured(c.Handlers.Paths.Base))
	}
	e.Use(recovered, secured, hurried(patience.Body), gated(c.Visitors, c.Handlers), protected(c.Guard, c.Handlers))
	e.Use(compressed())

	base := c.Handlers.Paths.Base
	if base != "" {
		e.GET(base, func(c echo.Context) error { return c.Redirect(http.StatusPermanentRedirect, base+"/") })
	}
	g := e.Group(base)
	assets := echo.WrapHandler(http.StripPrefix(base, c.Assets))
	g.GET(static.Dir+"*", assets)
	g.HEAD(static.Dir+"*", assets)
	if c.Metrics != nil {
		g.GET("/metrics", echo.WrapHandler(promhttp.HandlerFor(c.Metrics, promhttp.HandlerOpts{DisableCompression: true})))
	}
	c.Handlers.Register(g)
	s.routes = e.Routes()

	s.http = &http.Server{
		Handler:           live.Afterwards(e),
		ReadHeaderTimeout: patience.Header,
		WriteTimeout:      patience.Answer,
		IdleTimeout:       patience.Idle,
		MaxHeaderBytes:    maxHeaderBytes,
		TLSConfig:         c.TLS,
		ConnContext:       live.ConnContext,
		ErrorLog:          slog.NewLogLogger(c.Logger.Handler(), slog.LevelDebug), // what clients do wrong is their business
	}
	return s
}

// ServeHTTP answers one request, on whatever connection it came.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.http.Handler.ServeHTTP(w, r) }

// Route is what the server answers: a method, and a path with its parameters such as /m/:confID.
type Route struct{ Method, Path string }

// Routes are all that the server answers, in no order.
func (s *Server) Routes() []Route {
	all := make([]Route, len(s.routes))
	for i, r := range s.routes {
		all[i] = Route{r.Method, r.Path}
	}
	return all
}

// Run serves on the listener until ctx ends, and closes it. Streams have to be ended by their hub at the same
// time; whatever else is under way then may take drainTimeout. It returns nil when ctx ended.
func (s *Server) Run(ctx context.Context, listener net.Listener) error {
	s.serving.Store(true)
	defer s.serving.Store(false)
	return serve(ctx, s.http, placed(listener), s.logger, func() { s.serving.Store(false) })
}

// serve is the life of a server. stopping is called once ctx has ended, before answers under way are waited for.
func serve(ctx context.Context, server *http.Server, listener net.Listener, logger *slog.Logger, stopping func()) error {
	failed := make(chan error, 1)
	go func() {
		if server.TLSConfig != nil {
			failed <- server.ServeTLS(listener, "", "")
			return
		}
		failed <- server.Serve(listener)
	}()
	select {
	case err := <-failed:
		return fmt.Errorf("serve on %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	stopping()
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		logger.Warn("answers under way were cut", "error", err)
		_ = server.Close() // nothing is left to be told of its error
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve on %s: %w", listener.Addr(), err)
	}
	return nil
}

// clientAddress finds the address of a client: the connection's, unless that is a trusted proxy's.
func clientAddress(trusted []netip.Prefix) echo.IPExtractor {
	if len(trusted) == 0 {
		return echo.ExtractIPDirect()
	}
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range trusted {
		options = append(options, echo.TrustIPRange(&net.IPNet{IP: p.Masked().Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}))
	}
	return echo.ExtractIPFromXFFHeader(options...)
}

// policy is the Content-Security-Policy of a route. Nothing is loaded from another host, no script or style stands in a page, and nobody
// frames us, but for the wall, which the page that sets it up has a preview of.
func policy(route string) string {
	const common = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
		"font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
	switch {
	case strings.HasSuffix(route, "/wall"):
		return common + "'self'"
	case strings.HasSuffix(route, "/wall/setup"):
		return common + "'none'; frame-src 'self'"
	}
	return common + "'none'"
}

// secured sets the headers of every answer. See the README for the reason of each.
func secured(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", policy(c.Path()))
		h.Set("X-Content-Type-Options", "nosniff")
		// With no-referrer, browsers would hide the Origin of the board's own forms, by which they are told from a stranger's where
		// the connection is not encrypted, and by which a sign-in behind a proxy is known to be.
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("X-Robots-Tag", "noindex")
		return next(c)
	}
}

// recovered turns a panic into an error: one bad request costs nobody else anything.
func recovered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				err = fmt.Errorf("panic: %v", p)
			}
		}()
		return next(c)
	}
}
