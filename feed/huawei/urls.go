package huawei

import (
	"fmt"
	"net"
	"net/url"
	"strings"

	"confboard/feed/conference"
)

// errInsecure is an unencrypted address that is not on this machine.
const errInsecure = plainError("unencrypted address of another host")

// connectionPath is where a site takes WebSocket connections (meeting_21_1510).
const connectionPath = "/cms/open/websocket/confctl/increment/conn"

// baseURL checks the base URL of a site. Errors do not quote it, because people put passwords into URLs.
func baseURL(text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return nil, plainError("endpoint is not a URL such as https://api.meeting.huaweicloud.com")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, plainError("endpoint has more than scheme, host and path")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, fmt.Errorf("endpoint: %w", errInsecure)
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, plainError("endpoint is neither https nor http")
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = ""
	return u, nil
}

// siteURL is the base URL of the site that a region answer names: a bare host, or a URL. A bare host keeps the
// scheme we already use.
func siteURL(host string, from *url.URL) (*url.URL, error) {
	host = strings.TrimSpace(host)
	if host != "" && !strings.Contains(host, "://") {
		host = from.Scheme + "://" + host
	}
	return baseURL(host)
}

// webSocketURL is the base of the connection's address. The wsURL of an answer comes with its scheme and without (the
// reference and public clients differ): none means wss, https and http mean wss and ws. ws is taken for a loopback host
// only; otherwise the error is errInsecure.
func webSocketURL(wsURL string) (*url.URL, error) {
	text := strings.TrimSpace(wsURL)
	if text != "" && !strings.Contains(text, "://") {
		text = "wss://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, plainError("wsURL is not an address")
	}
	switch u.Scheme {
	case "wss", "https":
		u.Scheme = "wss"
	case "ws", "http":
		u.Scheme = "ws"
	default:
		return nil, plainError("wsURL has a scheme that is not of a WebSocket")
	}
	if u.Scheme == "ws" && !loopback(u.Hostname()) {
		return nil, fmt.Errorf("wsURL: %w", errInsecure)
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = ""
	return u, nil
}

// connectionURL is the address that opens the connection. It holds the token: it must not get into an error or a log.
func connectionURL(base *url.URL, id conference.ConfID, webSocketToken conference.Secret) string {
	u := base.JoinPath(connectionPath)
	u.RawQuery = url.Values{"confID": {string(id)}, "tmpToken": {webSocketToken.Reveal()}}.Encode()
	return u.String()
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
