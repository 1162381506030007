package settings

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"confboard/feed/conference"
	"confboard/feed/rules"
)

// The readers of text settings: each returns the text in its normal form, or an error that says what was found.

var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$`)

func readListen(text string) (string, error) {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		if isNumber(text) {
			return "", fmt.Errorf("%s is not host:port, write 127.0.0.1:%s", quoted(text), text)
		}
		return "", fmt.Errorf("%s is not host:port", quoted(text))
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", fmt.Errorf("port %s is not a number from 0 to 65535", quoted(port))
	} else if port = strconv.FormatUint(n, 10); host == "" {
		return ":" + port, nil
	}
	if _, err := netip.ParseAddr(host); err != nil && !hostName.MatchString(host) {
		return "", fmt.Errorf("%s is neither an address nor a host name", quoted(host))
	}
	return net.JoinHostPort(host, port), nil
}

// readDebugListen refuses what other machines reach: a profile tells how the board is used, and takes its time.
func readDebugListen(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	address, err := readListen(text)
	if err != nil {
		return "", err
	}
	if host, _, err := net.SplitHostPort(address); err != nil || !loopback(host) {
		return "", fmt.Errorf("%s can be reached from other machines, and profiles are for this one alone; listen on 127.0.0.1, [::1] or localhost", quoted(text))
	}
	return address, nil
}

// loopback reports whether only this machine reaches the host. Names are not looked up: what they mean can change.
func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}

var basePath = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)+$`)

func readBasePath(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	wanted := "/" + strings.Trim(text, "/")
	switch {
	case wanted == "/":
		return "", fmt.Errorf("%s is the root, leave it empty", quoted(text))
	case !basePath.MatchString(wanted):
		return "", fmt.Errorf("%s has other characters than letters, digits, . _ ~ - between its slashes", quoted(text))
	case strings.Contains(wanted+"/", "/../") || strings.Contains(wanted+"/", "/./"):
		return "", fmt.Errorf("%s has . or .. as a part", quoted(text))
	case wanted != text:
		return "", fmt.Errorf("%s is not in the form that is needed, write %s", quoted(text), wanted)
	}
	return text, nil
}

func readPublicURL(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	u, err := readURL(text)
	if err != nil {
		return "", err
	}
	return strings.TrimRight(u.String(), "/"), nil
}

func readEndpoint(text string) (string, error) {
	u, err := readURL(text)
	switch {
	case err != nil:
		return "", err
	case strings.Trim(u.Path, "/") != "":
		return "", fmt.Errorf("%s has a path", quoted(text))
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "", fmt.Errorf("%s would send host passwords unprotected over the network", quoted(text))
	}
	return u.Scheme + "://" + u.Host, nil
}

// readURL accepts an absolute http or https URL of scheme, host and path.
func readURL(text string) (*url.URL, error) {
	if strings.Contains(text, "@") {
		return nil, errors.New("the URL (not shown) contains @; it must not carry a user name or a password")
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return nil, fmt.Errorf("%s is not an absolute http or https URL", quoted(text))
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#"):
		return nil, fmt.Errorf("%s has a query or a fragment", quoted(text))
	}
	if port := u.Port(); port != "" {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return nil, fmt.Errorf("%s has a port above 65535", quoted(text))
		}
	}
	return u, nil
}

func readConfID(text string) (string, error) {
	if !conference.ConfID(text).Valid() {
		return "", fmt.Errorf("%s is not a meeting ID", quoted(text))
	}
	return text, nil
}

// What the readers below accept, for messages.
const (
	identifier = "up to 200 characters without blanks"
	variable   = "capital letters, digits and _, such as HUAWEI_KEY; not CONFBOARD_…"
)

func readIdentifier(text string) (string, error) {
	if strings.ContainsFunc(text, unicode.IsSpace) {
		return "", fmt.Errorf("%s has a blank", quoted(text))
	}
	return rules.ReadText(text)
}

var variableName = regexp.MustCompile(`^[A-Z_][A-Z0-9_]{0,199}$`)

// readVariable does not quote what it refuses: as a rule it is the secret in place of the variable's name.
func readVariable(text string) (string, error) {
	switch {
	case text == "":
		return "", nil
	case !variableName.MatchString(text):
		return "", errors.New("the value (not shown) is not the name of a variable")
	case strings.HasPrefix(text, environPrefix):
		return "", fmt.Errorf("%s cannot be used: variables that start with %s are settings", text, environPrefix)
	}
	return text, nil
}

const headerName = "letters, digits and -, such as X-Forwarded-User"

// readHeader reads the name of a header; empty is none.
func readHeader(text string) (string, error) {
	for _, r := range text {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-') {
			return "", fmt.Errorf("%s is not the name of a header", quoted(text))
		}
	}
	return http.CanonicalHeaderKey(text), nil
}

func hasControl(text string) bool {
	return strings.ContainsFunc(text, unicode.IsControl) || !utf8.ValidString(text)
}
