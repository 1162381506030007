package access

import (
	"errors"
	"net/http/httptest"
	"testing"
)

func TestHosts(t *testing.T) {
	for _, k := range []struct {
		host    string
		allowed bool
	}{
		{"127.0.0.1:8080", true},
		{"127.0.0.1", true},
		{"[::1]:8080", true},
		{"[::1]", true},
		{"192.0.2.7:80", true},
		{"localhost:8080", true},
		{"LOCALHOST", true},
		{"localhost.", true},
		{"noc-board:8080", true},
		{"board.example", true},
		{"Board.Example.:443", true},
		{"", false},
		{":8080", false},
		{"elsewhere.example", false},
		{"board.example.elsewhere.example", false},
		{"127.0.0.1.elsewhere.example", false},
		{"localhost.elsewhere.example", false},
		{"2130706433", false},
	} {
		r := httptest.NewRequest("POST", "/feed", nil)
		r.Host = k.host
		err := guard(t, "noc-board:8080", "https://board.example").Check(r)
		if k.allowed != (err == nil) || !k.allowed && !errors.Is(err, ErrUnknownHost) {
			t.Errorf("%q: %v", k.host, err)
		}
		r.Method = "GET"
		if err := guard(t, ":8080", "").Check(r); err != nil {
			t.Errorf("reading under %q: %v", k.host, err)
		}
	}
	for _, host := range []string{"elsewhere.example", "board.example", ""} {
		r := httptest.NewRequest("POST", "/feed", nil)
		r.Host = host
		if err := guard(t, ":8080", "").Check(r); !errors.Is(err, ErrUnknownHost) {
			t.Errorf("without a public URL, %q: %v", host, err)
		}
	}
}

// A page of a stranger reads nothing in the browser of somebody who can reach the board, by whatever name it makes lead there.
func TestHostsForReading(t *testing.T) {
	for _, k := range []struct {
		host, from string
		allowed    bool
	}{
		{"127.0.0.1:8080", "127.0.0.1:1", true},
		{"[::1]:8080", "[::1]:1", true},
		{"192.0.2.7", "192.0.2.1:1", true},
		{"localhost:8080", "127.0.0.1:1", true},
		{"board.localhost:8080", "127.0.0.1:1", true},
		{"Board.Example.:443", "127.0.0.1:1", true},
		{"noc-board.example", "192.0.2.1:1", true},
		{"elsewhere.example", "127.0.0.1:1", false},
		{"elsewhere.example", "192.0.2.1:1", false},
		{"localhost.elsewhere.example", "127.0.0.1:1", false},
		{"127.0.0.1.elsewhere.example", "127.0.0.1:1", false},
		{"confboard:8080", "192.0.2.1:1", true}, // as networks of containers and offices have it
		{"confboard:8080", "127.0.0.1:1", false},
		{"confboard:8080", "[::ffff:127.0.0.1]:1", false},
		{"confboard:8080", "@", false},
		{"", "192.0.2.1:1", true},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host, r.RemoteAddr = k.host, k.from
		if err := guard(t, "noc-board.example:8080", "https://board.example").CheckReading(r); k.allowed != (err == nil) || !k.allowed && !errors.Is(err, ErrUnknownHost) {
			t.Errorf("%q from %s: %v", k.host, k.from, err)
		}
	}
}

func TestOrigins(t *testing.T) {
	for _, k := range []struct {
		name, host, site, origin string
		allowed                  bool
	}{
		{"a page of the board", "board.example", "same-origin", "https://board.example", true},
		{"an address that was typed", "board.example", "none", "", true},
		{"a program, which sends neither", "board.example", "", "", true},
		{"another site's page", "board.example", "cross-site", "https://elsewhere.example", false},
		{"a neighbour's page", "board.example", "same-site", "https://other.board.example", false},
		{"an old browser on a page of the board", "127.0.0.1:8080", "", "http://127.0.0.1:8080", true},
		{"an old browser on another site's page", "127.0.0.1:8080", "", "https://elsewhere.example", false},
		{"behind a proxy that passes on its own name for us", "127.0.0.1:8080", "", "https://board.example", true},
		{"a page without an origin", "127.0.0.1:8080", "", "null", false},
	} {
		t.Run(k.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/feed", nil)
			r.Host = k.host
			for name, value := range map[string]string{"Sec-Fetch-Site": k.site, "Origin": k.origin} {
				if value != "" {
					r.Header.Set(name, value)
				}
			}
			err := guard(t, "127.0.0.1:8080", "https://board.example").Check(r)
			if k.allowed != (err == nil) || !k.allowed && !errors.Is(err, ErrCrossOrigin) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAPublicURLHasToNameAHost(t *testing.T) {
	for _, wrong := range []string{"board.example", "https://", "://board", "/board"} {
		if _, err := NewGuard(":8080", wrong); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
}

func guard(t *testing.T, listen, publicURL string) *Guard {
	t.Helper()
	g, err := NewGuard(listen, publicURL)
	if err != nil {
		t.Fatal(err)
	}
	return g
}
