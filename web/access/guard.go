package access

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// Why a request that would change something is refused.
var (
	// ErrUnknownHost: it was made under a name that is not known to be the board's. The operator can name it: publicURL.
	ErrUnknownHost = errors.New("the board does not know this host name: set publicURL in the settings")
	// ErrCrossOrigin: a browser made it for a page that is not the board's.
	ErrCrossOrigin = errors.New("the request comes from another site's page")
)

// Guard tells requests that were made on a page of the board from those that strangers have a browser make: with a page of
// their own, or with a name of theirs that leads to this machine, under which a page would be of the same origin as the
// board. An address in digits cannot be made to lead elsewhere. Safe for concurrent use.
type Guard struct {
	names   map[string]bool
	origins *http.CrossOriginProtection
}

// NewGuard permits addresses in digits, localhost, the host that is listened on, if it has a name, and that of the public
// URL, if it is not empty. An error means that this is not the URL of a host.
func NewGuard(listen, publicURL string) (*Guard, error) {
	g := &Guard{names: map[string]bool{"localhost": true}, origins: http.NewCrossOriginProtection()}
	if host, _, err := net.SplitHostPort(listen); err == nil && host != "" {
		g.names[hostName(host)] = true
	}
	if publicURL == "" {
		return g, nil
	}
	u, err := url.Parse(publicURL)
	if err == nil {
		// A proxy may pass on another Host than the browser asked for.
		err = g.origins.AddTrustedOrigin(u.Scheme + "://" + u.Host)
	}
	if err != nil {
		return nil, fmt.Errorf("public URL: %w", err)
	}
	g.names[hostName(u.Host)] = true
	return g, nil
}

// Check returns ErrUnknownHost, ErrCrossOrigin or nil. Requests whose method changes nothing are not looked at; see CheckReading.
func (g *Guard) Check(r *http.Request) error {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return nil
	}
	switch {
	case !g.allows(r.Host):
		return ErrUnknownHost
	case g.origins.Check(r) != nil:
		return ErrCrossOrigin
	}
	return nil
}

// CheckReading returns ErrUnknownHost for a request that reads what everybody may see who reaches the board: under a name of a
// stranger's that leads here, a page of theirs could read it in the browser of somebody who does. A name without a dot is nobody's
// outside, so it is as good as known when the request comes from another machine, where networks have such names.
func (g *Guard) CheckReading(r *http.Request) error {
	name := hostName(r.Host)
	switch {
	case g.allows(r.Host), strings.HasSuffix(name, ".localhost"):
		return nil
	case !strings.Contains(name, ".") && !fromHere(r):
		return nil
	}
	return ErrUnknownHost
}

// fromHere reports whether a request comes from this machine, or nobody knows from where.
func fromHere(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err != nil || peer.Addr().Unmap().IsLoopback()
}

// allows reports whether the value of a Host header is an address in digits or one of the names, whatever the port.
func (g *Guard) allows(host string) bool {
	name := hostName(host)
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return g.names[name]
}

// hostName is a host without its port, brackets and a dot at the end, in lower case.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.ToLower(strings.TrimSuffix(host, "."))
}
