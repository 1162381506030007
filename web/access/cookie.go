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

// held are the cookies of a request that can be a session's, under whatever name: only the sign-in tells for sure how the browser
// reaches us, and a session is as good under each.
func (s *sessions) held(r *http.Request) []*http.Cookie {
	var held []*http.Cookie
	for _, prefix := range []string{hostPrefix, securePrefix, ""} {
		held = append(held, r.CookiesNamed(prefix+s.name)...)
	}
	return held
}

func (s *sessions) cookie(name, value string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: s.path, MaxAge: maxAge,
		HttpOnly: true, Secure: name != s.name, SameSite: s.sameSite}
}

// cookieName is the name for who signs in by this request.
func (s *sessions) cookieName(r *http.Request) string {
	switch {
	case !s.encrypted(r):
		return s.name
	case s.path == "/":
		return hostPrefix + s.name
	}
	return securePrefix + s.name
}

// encrypted reports whether the browser's connection is: with us, or with the proxy that makes the public URL. Such a proxy may pass
// on another Host than it was asked for; the Origin is what the browser itself says. It is believed to the sender's own cost alone.
func (s *sessions) encrypted(r *http.Request) bool {
	switch {
	case r.TLS != nil:
		return true
	case s.public == nil || s.public.Scheme != "https":
		return false
	case hostName(r.Host) == hostName(s.public.Host):
		return true
	}
	origin, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && origin.Scheme == "https" && hostName(origin.Host) == hostName(s.public.Host)
}
