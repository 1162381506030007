package access

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxy takes from a proxy's headers who makes a request. They are believed on a trusted proxy's connection only: everybody else
// can write them, too.
type Proxy struct {
	// Trusted are the addresses of the proxies.
	Trusted []netip.Prefix
	// UserHeader names the user. GroupsHeader lists the groups, with commas between them or in several headers; it can be empty.
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
	if len(users) != 1 { // a proxy that adds its header to the client's has to be mended
		return Who{}, false
	}
	who.Name = strings.TrimSpace(users[0])
	if who.Name == "" {
		return Who{}, false
	}
	who.Role, ok = roleOf(p.groups(r), p.AdminGroups, p.ViewerGroups)
	if !ok {
		return Who{}, false
	}
	return who, true
}

func (p Proxy) groups(r *http.Request) (groups []string) {
	if p.GroupsHeader == "" {
		return nil
	}
	for _, value := range r.Header.Values(p.GroupsHeader) {
		for group := range strings.SplitSeq(value, ",") {
			if group = strings.TrimSpace(group); group != "" {
				groups = append(groups, group)
			}
		}
	}
	return groups
}
