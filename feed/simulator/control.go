package simulator

import (
	"crypto/rand"
	"encoding/base64"
	"maps"
	"net/http"
	"strings"
	"time"
)

// controlToken is the right to control one occurrence of a meeting for a while.
type controlToken struct {
	meeting    *Meeting
	occurrence int
	expires    time.Time
	granted    time.Time // by the clock that no fault moves
}

// webSocketToken opens one connection.
type webSocketToken struct {
	meeting *Meeting
	expires time.Time
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
	if token == "" || !c.validControl(token, m) { // a valid one is prolonged, and the password not looked at
		if !c.knowsPassword(w, r, m) {
			return
		}
		token = rand.Text()
	}
	expires := m.clock().Add(c.config.ControlTokenLife)
	webSocket := c.newWebSocketToken(m)
	occurrence := m.occurrenceNow()
	c.mu.Lock()
	c.control[token] = controlToken{meeting: m, occurrence: occurrence, expires: expires, granted: c.config.Now()}
	c.issue(token)
	c.mu.Unlock()
	m.count(func(n *Counts) { n.ControlTokens++ })
	data := map[string]any{
		"token": token, "tmpWsToken": webSocket, "wsURL": "ws://" + r.Host, "role": 1,
		"expireTime": expires.UnixMilli(), "userID": uuid(m.owner),
		"supportNotifyType": supported, "confTokenExpireTime": int(c.config.ControlTokenLife / time.Second),
	}
	if m.writesNumbersAsText() {
		numbersToText(data)
	}
	c.answer(w, http.StatusOK, map[string]any{"data": data, "addressToken": rand.Text(), "gloablPublicIP": "127.0.0.1"})
}

// knowsPassword refuses a call without the meeting's host password, and any call while the meeting is locked by too many
// wrong ones.
func (c *Cloud) knowsPassword(w http.ResponseWriter, r *http.Request, m *Meeting) bool {
	right := r.Header.Get("X-Login-Type") == "1" && r.Header.Get("X-Password") == m.hostPassword
	switch locked := m.try(right, m.clock()); {
	case locked:
		c.refuse(w, r, http.StatusLocked, codeLocked, "CONF_PASSWORD_LOCKED")
	case !right:
		c.refuse(w, r, http.StatusBadRequest, codePassword, "CONF_PASSWORD_ERROR")
	default:
		return true
	}
	return false
}

// try counts a try of the password and reports whether the meeting is locked against it.
func (m *Meeting) try(right bool, now time.Time) (locked bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now.Before(m.lockedUntil) {
		return true
	}
	if right {
		m.wrongPasswords = 0
		return false
	}
	if m.wrongPasswords++; m.wrongPasswords >= m.cloud.config.PasswordTries {
		m.wrongPasswords = 0
		m.lockedUntil = now.Add(m.cloud.config.PasswordLock)
	}
	return false
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

func (c *Cloud) newWebSocketToken(m *Meeting) string {
	token, expires := rand.Text(), m.clock().Add(c.config.WebSocketTokenLife)
	forgotten := c.config.Now().Add(-2 * clockStep) // whatever a fault does to the clock of a meeting
	c.mu.Lock()
	defer c.mu.Unlock()
	// Not each time: with thousands of meetings there are thousands of tokens.
	if len(c.webSocket)+len(c.control) >= c.pruneAt {
		maps.DeleteFunc(c.webSocket, func(_ string, held webSocketToken) bool { return held.expires.Before(forgotten) })
		maps.DeleteFunc(c.control, func(_ string, held controlToken) bool { return held.expires.Before(forgotten) })
		c.pruneAt = 2*(len(c.webSocket)+len(c.control)) + 1000
	}
	c.issue(token)
	c.webSocket[token] = webSocketToken{meeting: m, expires: expires}
	return token
}

// spendWebSocketToken reports whether the token opens a connection for the meeting, and ends its validity.
func (c *Cloud) spendWebSocketToken(token string, m *Meeting) bool {
	now := m.clock()
	c.mu.Lock()
	defer c.mu.Unlock()
	held, known := c.webSocket[token]
	delete(c.webSocket, token)
	return known && held.meeting == m && now.Before(held.expires)
}

// tokenGrace is how late a control token may arrive that was sent within its life.
const tokenGrace = 10 * time.Second

// validControl reports whether the control token is valid for the meeting's present occurrence.
func (c *Cloud) validControl(token string, m *Meeting) bool {
	occurrence, now := m.occurrenceNow(), m.clock()
	c.mu.Lock()
	held, known := c.control[token]
	expired := known && !now.Before(held.expires)
	if expired {
		delete(c.control, token)
	}
	c.mu.Unlock()
	if expired && c.config.Now().Sub(held.granted) > c.config.ControlTokenLife+tokenGrace { // whatever a fault does to the clock
		c.violate("a control token was sent after it had expired")
	}
	return known && !expired && held.meeting == m && held.occurrence == occurrence
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
