package access

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// Hosts are the names under which the board may be asked to change something. A stranger's name can be made to lead to this
// machine, and a page under it would then be of the same origin as the board; an address in digits cannot.
type Hosts struct{ names map[string]bool }

// NewHosts permits the host that is listened on, if it has a name, and that of the public URL, if it is known.
func NewHosts(listen, publicURL string) Hosts {
	h := Hosts{names: map[string]bool{"localhost": true}}
	if host, _, err := net.SplitHostPort(listen); err == nil && host != "" {
		h.names[hostName(host)] = true
	}
	if u, err := url.Parse(publicURL); err == nil && u.Host != "" {
		h.names[hostName(u.Host)] = true
	}
	return h
}

// Allows reports whether the value of a Host header is an IP address or one of the names, whatever the port.
func (h Hosts) Allows(host string) bool {
	name := hostName(host)
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return h.names[name]
}

// hostName is a host without its port, brackets and a dot at the end, in lower case.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.ToLower(strings.TrimSuffix(host, "."))
}
