package access

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Proxy takes from a proxy's headers who makes a request. They are believed on a trusted proxy's connection only: everybody else
// can write them, too.
type Proxy struct {
	// Trusted are the addresses of the proxies.
	Trusted []netip.Prefix
	// UserHeader names the user. GroupsHeader lists the groups, with commas between them; it can be empty. A request with one of them
	// twice is nobody's: a proxy that adds its header to the client's has to be mended.
	UserHeader, GroupsHeader string
	// AdminGroups are the groups whose members are admins. ViewerGroups are those whose members may see the board; empty: all
	// users may.
	AdminGroups, ViewerGroups []string
}

// Who is who makes a request; ok is false when nobody whom the board lets in.
func (p Proxy) Who(r *http.Request) (who Who, ok bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !slices.ContainsFunc(p.Trusted, func(t netip.Prefix) bool { return t.Contains(peer.Addr().Unmap()) || t.Contains(peer.Addr()) }) {
		return Who{}, false
	}
	users := r.Header.Values(p.UserHeader)
	if len(users) != 1 || p.GroupsHeader != "" && len(r.Header.Values(p.GroupsHeader)) > 1 {
		return Who{}, false
	}
	who.Name = strings.TrimSpace(users[0])
	if !sayable(who.Name) {
		return Who{}, false
	}
	who.Role, ok = roleOf(p.groups(r), p.AdminGroups, p.ViewerGroups)
	if !ok {
		return Who{}, false
	}
	return who, true
}

// sayable reports whether a name can be shown and kept.
func sayable(name string) bool {
	return name != "" && utf8.ValidString(name) && utf8.RuneCountInString(name) <= maxProxyName && !strings.ContainsFunc(name, unicode.IsControl)
}

// maxProxyName is the longest name of a proxy's user, in characters.
const maxProxyName = 200

func (p Proxy) groups(r *http.Request) (groups []string) {
	if p.GroupsHeader == "" {
		return nil
	}
	for group := range strings.SplitSeq(r.Header.Get(p.GroupsHeader), ",") {
		if group = strings.TrimSpace(group); group != "" {
			groups = append(groups, group)
		}
	}
	return groups
}
