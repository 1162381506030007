package access

import (
	"net/http"
	"net/url"
)

// The prefixes of a cookie's name: they make browsers refuse it from a neighbouring host or an unencrypted page, where they allow one.
const (
	hostPrefix   = "__Host-"
	securePrefix = "__Secure-"
)

// cookies are those of one kind: what they are called, and where browsers send them.
type cookies struct {
	name, path string
	public     *url.URL // nil when not known
	sameSite   http.SameSite
}

// held are the cookies of this kind that a request has, under whatever name: only the sign-in tells for sure how the browser
// reaches us, and a session is as good under each.
func (c cookies) held(r *http.Request) []*http.Cookie {
	var held []*http.Cookie
	for _, prefix := range []string{hostPrefix, securePrefix, ""} {
		held = append(held, r.CookiesNamed(prefix+c.name)...)
	}
	return held
}

// own are those of them that no neighbouring host can have set, as far as this can be told by the name: where the connection is known
// to be encrypted, a cookie that the board has set there has a prefix.
func (c cookies) own(r *http.Request) []*http.Cookie {
	if c.encrypted(r) {
		return r.CookiesNamed(c.cookieName(r))
	}
	return c.held(r)
}

func (c cookies) cookie(name, value string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: c.path, MaxAge: maxAge,
		HttpOnly: true, Secure: name != c.name, SameSite: c.sameSite}
}

// cookieName is the name for who signs in by this request.
func (c cookies) cookieName(r *http.Request) string {
	switch {
	case !c.encrypted(r):
		return c.name
	case c.path == "/":
		return hostPrefix + c.name
	}
	return securePrefix + c.name
}

// encrypted reports whether the browser's connection is: with us, or with the proxy that makes the public URL. Such a proxy may pass
// on another Host than it was asked for; the Origin is what the browser itself says. It is believed to the sender's own cost alone.
func (c cookies) encrypted(r *http.Request) bool {
	switch {
	case r.TLS != nil:
		return true
	case c.public == nil || c.public.Scheme != "https":
		return false
	case hostName(r.Host) == hostName(c.public.Host):
		return true
	}
	origin, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && origin.Scheme == "https" && hostName(origin.Host) == hostName(c.public.Host)
}
