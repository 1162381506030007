// Package access says who makes a request and what that allows: whoever has the one-time token that the board prints when it
// starts, an account of the board's own, somebody whom a proxy has signed in, a program with a token, or the holder of a link to one
// meeting.
//
// That a request comes from this machine proves nothing: behind a proxy all of them do, and a page of a stranger in a browser
// on this machine can send one, too. See Guard.
package access

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"strings"
)

// Role is what somebody may do.
type Role string

// The roles. Whoever has none sees nothing but what is public.
const (
	RoleNone   Role = ""
	RoleViewer Role = "viewer" // sees every meeting
	RoleAdmin  Role = "admin"  // changes what is watched and makes links
	RoleWall   Role = "wall"   // a screen that was given a name: sees what it is to show, and nothing else
)

// Known reports whether it is a role that an account can have.
func (r Role) Known() bool { return r == RoleViewer || r == RoleAdmin }

// Who makes a request.
type Who struct {
	// Name is the account's; empty where there is none.
	Name string
	Role Role
	// Wall is the ID of the named wall whose cookie the request has, beside whatever else; empty where there is none.
	Wall string
	// Owner names the right by which the request is made, for live.ServeOptions; empty for one that does not end by itself.
	Owner string
}

// digest is the SHA-256 of a token of at least 128 random bits, which needs no salt.
type digest [sha256.Size]byte

// digestOf takes a token as it was typed: blanks, hyphens and the case of letters do not count.
func digestOf(typed string) digest {
	return sha256.Sum256([]byte(strings.Map(func(r rune) rune {
		switch {
		case r == ' ', r == '\t', r == '\r', r == '\n', r == '-':
			return -1
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		}
		return r
	}, typed)))
}

// parsePublicURL returns nil for an empty one.
func parsePublicURL(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("public URL: %w", err)
	}
	return u, nil
}
