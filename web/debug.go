package web

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
)

// Debug serves Go's profiles below /debug/pprof/, on a listener of its own that only this machine reaches. The board's own routes
// never have them: importing net/http/pprof fills http.DefaultServeMux, which nothing here serves.
type Debug struct {
	http   *http.Server
	logger *slog.Logger
}

// NewDebug returns a server that is run once.
func NewDebug(logger *slog.Logger) *Debug {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index) // the named profiles as well
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	patience := Patience{}.withDefaults()
	return &Debug{logger: logger, http: &http.Server{
		Handler: fromThisMachine(mux), ReadHeaderTimeout: patience.Header, IdleTimeout: patience.Idle, MaxHeaderBytes: maxHeaderBytes,
		// There is no WriteTimeout: a profile takes as long as was asked for.
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}}
}

// Run serves on the listener until ctx ends, with which a profile that is being taken ends as well, and closes it. It returns nil
// when ctx ended.
func (d *Debug) Run(ctx context.Context, listener net.Listener) error {
	d.http.BaseContext = func(net.Listener) context.Context { return ctx }
	return serve(ctx, d.http, listener, d.logger, func() {})
}

// fromThisMachine answers under the names of this machine, so that a name of a stranger's that leads here reads nothing in a browser, and
// no other site's pages, which could have a browser take profiles without end.
func fromThisMachine(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !namesThisMachine(r.Host) {
			http.Error(w, "ask by 127.0.0.1, [::1] or localhost", http.StatusMisdirectedRequest)
			return
		}
		switch r.Header.Get("Sec-Fetch-Site") {
		case "", "none", "same-origin": // no browser, an address that was typed in, and the pages here
			next.ServeHTTP(w, r)
		default:
			http.Error(w, "another site's page asks", http.StatusForbidden)
		}
	})
}

// namesThisMachine reports whether the value of a Host header is localhost or a loopback address, whatever the port.
func namesThisMachine(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if len(host) > 2 && host[0] == '[' {
		host = host[1 : len(host)-1]
	}
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.Unmap().IsLoopback()
}
