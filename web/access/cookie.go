package access

import (
	"net/http"
	"net/url"
)

// The names of the cookie. A prefix makes browsers refuse it from a neighbouring host or an unencrypted page, where they allow one.
const (
	plainCookie  = "confboard_admin"
	hostCookie   = "__Host-" + plainCookie
	secureCookie = "__Secure-" + plainCookie
)

// held are the cookies of a request that can be a session's, under whatever name: only the sign-in tells for sure how the browser
// reaches us, and a session is as good under each.
func (a *Admin) held(r *http.Request) []*http.Cookie {
	var held []*http.Cookie
	for _, name := range []string{hostCookie, secureCookie, plainCookie} {
		held = append(held, r.CookiesNamed(name)...)
	}
	return held
}

func (a *Admin) cookie(name, value string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: a.config.Path, MaxAge: maxAge,
		HttpOnly: true, Secure: name != plainCookie, SameSite: http.SameSiteStrictMode}
}

// cookieName is the name for who signs in by this request.
func (a *Admin) cookieName(r *http.Request) string {
	switch {
	case !a.encrypted(r):
		return plainCookie
	case a.config.Path == "/":
		return hostCookie
	}
	return secureCookie
}

// encrypted reports whether the browser's connection is: with us, or with the proxy that makes the public URL. Such a proxy may pass
// on another Host than it was asked for; the Origin is what the browser itself says. It is believed to the sender's own cost alone.
func (a *Admin) encrypted(r *http.Request) bool {
	switch {
	case r.TLS != nil:
		return true
	case a.public == nil || a.public.Scheme != "https":
		return false
	case hostName(r.Host) == hostName(a.public.Host):
		return true
	}
	origin, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && origin.Scheme == "https" && hostName(origin.Host) == hostName(a.public.Host)
}
