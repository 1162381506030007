package simulator

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"time"
)

// The codes of refusals, with the prefix that the meeting service puts in front.
const (
	codeNotFound    = "MMC.111070005" // the meeting has not started
	codeEnded       = "MMC.111072006"
	codePassword    = "MMC.111072065" // no such meeting, or a wrong password
	codeToken       = "MMC.111070111" // control token missing or expired
	codeOtherSite   = "MMC.111100012"
	codeNoAuthority = "MMC.111070002"
)

// controlToken is the right to control one occurrence of a meeting for a while.
type controlToken struct {
	meeting    *Meeting
	occurrence int
	expires    time.Time
}

// webSocketToken opens one connection.
type webSocketToken struct {
	meeting *Meeting
	expires time.Time
}

func (c *Cloud) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/mmc/control/conferences/token", c.serveControlToken)
	mux.HandleFunc("GET /v1/mmc/control/conferences/wsToken", c.serveWebSocketToken)
	mux.HandleFunc("GET /v1/mmc/management/conferences/region/info", c.serveRegion)
	mux.HandleFunc("GET /cms/open/websocket/confctl/increment/conn", c.serveConnection)
	return mux
}

// serveControlToken makes or prolongs a control token (meeting_21_0027).
func (c *Cloud) serveControlToken(w http.ResponseWriter, r *http.Request) {
	m := c.Meeting(r.URL.Query().Get("conferenceID"))
	if m == nil {
		c.refuse(w, r, http.StatusBadRequest, codePassword, "CONF_PASSWORD_ERROR")
		return
	}
	m.count(func(n *Counts) { n.ControlTokenCalls++ })
	if !c.onSite(w, r, m) || !c.inProgress(w, r, m) {
		return
	}
	token := authorization(r.Header.Get("X-Conference-Authorization"))
	prolonged := token != "" && c.validControl(token, m)
	if !prolonged {
		if r.Header.Get("X-Login-Type") != "1" || r.Header.Get("X-Password") != m.hostPassword {
			c.refuse(w, r, http.StatusBadRequest, codePassword, "CONF_PASSWORD_ERROR")
			return
		}
		token = rand.Text()
	}
	now := c.config.Now()
	expires := now.Add(c.config.ControlTokenLife)
	webSocket := c.newWebSocketToken(m)
	c.mu.Lock()
	c.control[token] = controlToken{meeting: m, occurrence: m.occurrenceNow(), expires: expires}
	c.mu.Unlock()
	m.count(func(n *Counts) { n.ControlTokens++ })
	c.answer(w, http.StatusOK, map[string]any{
		"data": map[string]any{
			"token": token, "tmpWsToken": webSocket, "wsURL": "ws://" + r.Host, "role": 1,
			"expireTime": expires.UnixMilli(), "userID": "ff808081699b56cb0169be103500012b",
			"supportNotifyType": supported, "confTokenExpireTime": int(c.config.ControlTokenLife / time.Second),
		},
		"addressToken": rand.Text(), "gloablPublicIP": "127.0.0.1",
	})
}

// serveWebSocketToken makes a token for one connection (meeting_21_1506).
func (c *Cloud) serveWebSocketToken(w http.ResponseWriter, r *http.Request) {
	m := c.Meeting(r.URL.Query().Get("conferenceID"))
	if m == nil {
		c.refuse(w, r, http.StatusBadRequest, codeNotFound, "CONF_DATA_NOT_FOUND")
		return
	}
	if !c.onSite(w, r, m) || !c.inProgress(w, r, m) {
		return
	}
	if !c.validControl(authorization(r.Header.Get("X-Conference-Authorization")), m) {
		c.refuse(w, r, http.StatusUnauthorized, codeToken, "CONF_TOKEN_INVALID")
		return
	}
	token := c.newWebSocketToken(m)
	m.count(func(n *Counts) { n.WebSocketTokens++ })
	c.answer(w, http.StatusOK, map[string]any{"webSocketToken": token})
}

// serveRegion names the host of the site that has the meeting. The real call wants an access token; ours answers
// without one where a site was named, because nothing else can be found out here.
func (c *Cloud) serveRegion(w http.ResponseWriter, r *http.Request) {
	m := c.Meeting(r.URL.Query().Get("conferenceID"))
	if m == nil || m.site() == "" {
		c.refuse(w, r, http.StatusUnauthorized, codeNoAuthority, "USER_NO_AUTHORITY")
		return
	}
	host, _, err := net.SplitHostPort(m.site())
	if err != nil {
		host = m.site()
	}
	c.answer(w, http.StatusOK, map[string]any{"regionIP": host, "regionUrl": m.site()})
}

// onSite refuses a call that came to another host than the meeting's site.
func (c *Cloud) onSite(w http.ResponseWriter, r *http.Request, m *Meeting) bool {
	if site := m.site(); site != "" && site != r.Host {
		c.refuse(w, r, http.StatusBadRequest, codeOtherSite, "CONF_NOT_IN_THIS_SITE")
		return false
	}
	return true
}

// inProgress refuses a call about a meeting that is not in progress.
func (c *Cloud) inProgress(w http.ResponseWriter, r *http.Request, m *Meeting) bool {
	switch m.phaseNow() {
	case scheduled:
		c.refuse(w, r, http.StatusBadRequest, codeNotFound, "CONF_DATA_NOT_FOUND")
	case ended:
		c.refuse(w, r, http.StatusBadRequest, codeEnded, "CONF_END")
	default:
		return true
	}
	return false
}

func (c *Cloud) refuse(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	c.config.Logger.Debug("simulated cloud refused a call", "path", r.URL.Path, "status", status, "code", code)
	c.answer(w, status, map[string]any{"error_code": code, "error_msg": message})
}

func (c *Cloud) answer(w http.ResponseWriter, status int, body any) {
	h := w.Header()
	h.Set("Content-Type", "application/json;charset=UTF-8")
	h.Set("X-Request-Id", rand.Text())
	h.Set("Date", c.config.Now().UTC().Format(http.TimeFormat))
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that went away needs no answer
}

func (c *Cloud) newWebSocketToken(m *Meeting) string {
	token, now := rand.Text(), c.config.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	for t, held := range c.webSocket {
		if !now.Before(held.expires) {
			delete(c.webSocket, t)
		}
	}
	c.webSocket[token] = webSocketToken{meeting: m, expires: now.Add(c.config.WebSocketTokenLife)}
	return token
}

// spendWebSocketToken reports whether the token opens a connection for the meeting, and ends its validity.
func (c *Cloud) spendWebSocketToken(token string, m *Meeting) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	held, known := c.webSocket[token]
	delete(c.webSocket, token)
	return known && held.meeting == m && c.config.Now().Before(held.expires)
}

// validControl reports whether the control token is valid for the meeting's present occurrence.
func (c *Cloud) validControl(token string, m *Meeting) bool {
	occurrence := m.occurrenceNow()
	c.mu.Lock()
	defer c.mu.Unlock()
	held, known := c.control[token]
	if known && !c.config.Now().Before(held.expires) {
		delete(c.control, token)
		return false
	}
	return known && held.meeting == m && held.occurrence == occurrence
}

// ExpireTokens ends the validity of every control token and of every WebSocket token.
func (c *Cloud) ExpireTokens() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.control)
	clear(c.webSocket)
}

// authorization returns the token in the value of X-Conference-Authorization or confToken: "Basic " and base64, or the bare token.
func authorization(value string) string {
	encoded, basic := strings.CutPrefix(value, "Basic ")
	if !basic {
		return value
	}
	token, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return ""
	}
	return string(token)
}
