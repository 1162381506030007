package simulator

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	// apiClient is the clientType of a program (meeting_21_0311).
	apiClient = 72
	// loginsPerUser is how many logins of one user are valid at a time; one more ends the oldest.
	loginsPerUser = 64
	// farFuture is further ahead than any expireTime in seconds that is meant; one in milliseconds is past it.
	farFuture = 100 * 365 * 24 * time.Hour
	// adminAccount is whom the application logs in when it names no user.
	adminAccount = "admin"
)

// The values of adminType.
const (
	defaultAdministrator = 0
	administrator        = 1
	member               = 2
)

// logins are the valid access tokens, the oldest first, and what was counted.
type logins struct {
	valid   []login
	granted int
	nonces  map[string]bool
}

// login is an access token of a user.
type login struct {
	token     string
	user      string
	adminType int
	expires   time.Time
}

// loginRequest is the body of the login (meeting_21_0311). What is not there stays nil.
type loginRequest struct {
	AppID      string  `json:"appId"`
	ClientType *int    `json:"clientType"`
	ExpireTime *int64  `json:"expireTime"` // s; 0 is never
	Nonce      string  `json:"nonce"`
	UserID     string  `json:"userId"`
	CorpID     *string `json:"corpId"`
}

// serveLogin logs the application in (meeting_21_0311): a signature over who asks for whom, until when, with a nonce.
func (c *Cloud) serveLogin(w http.ResponseWriter, r *http.Request) {
	var req loginRequest
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, requestLimit))
	if err == nil {
		err = json.Unmarshal(body, &req)
	}
	if err != nil {
		c.violate("login: the body is not the JSON that the reference lists")
		c.refuse(w, r, http.StatusBadRequest, codeParameter, "PARAMETER_ERROR")
		return
	}
	if wrong := c.malformed(r, req); len(wrong) > 0 {
		for _, what := range wrong {
			c.violate("login: %s", what)
		}
		c.refuse(w, r, http.StatusBadRequest, codeParameter, "PARAMETER_ERROR")
		return
	}
	app, signature, access := c.app(), "", ""
	for _, part := range strings.Split(strings.TrimPrefix(r.Header.Get("Authorization"), "HMAC-SHA256 "), ",") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "signature":
			signature = value
		case "access":
			access = value
		}
	}
	now := c.now()
	switch {
	case app == nil || req.AppID != app.ID || req.UserID != "" && req.UserID != app.UserID:
		c.refuse(w, r, http.StatusUnauthorized, codeAccount, "ACCOUNT_OR_PASSWORD_ERROR")
		return
	case access != base64.StdEncoding.EncodeToString([]byte(req.AppID)), signature != app.sign(req):
		c.refuse(w, r, http.StatusUnauthorized, codeSignature, "APPID_AUTH_FAILED")
		return
	case *req.ExpireTime != 0 && *req.ExpireTime < now.Unix():
		c.refuse(w, r, http.StatusUnauthorized, codeExpired, "APPID_AUTH_EXPIRED")
		return
	}
	l := c.login(*app, req.UserID, now)
	life := int64(c.config.AccessTokenLife / time.Second)
	refresh := rand.Text()
	c.mu.Lock()
	c.issue(refresh)
	c.mu.Unlock()
	c.answer(w, http.StatusOK, map[string]any{
		"accessToken": l.token, "validPeriod": life, "expireTime": l.expires.Unix(), "createTime": now.UnixMilli(), "tokenType": 0,
		"refreshToken": refresh, "refreshValidPeriod": 2 * life, "refreshExpireTime": l.expires.Unix() + life, "clientType": apiClient,
		"user": map[string]any{
			"userId": uuid(l.user), "ucloginAccount": l.user, "name": l.user, "companyId": "807077334", "adminType": l.adminType, "status": 0,
		},
	})
}

// malformed lists what the reference does not allow in a login.
func (c *Cloud) malformed(r *http.Request, req loginRequest) (wrong []string) {
	check := func(ok bool, what string) {
		if !ok {
			wrong = append(wrong, what)
		}
	}
	h := r.Header.Get("Authorization")
	check(strings.HasPrefix(h, "HMAC-SHA256 signature=") && strings.Contains(h, ",access="), "Authorization is not HMAC-SHA256 signature=…,access=…")
	check(r.Header.Get("X-Token-Type") == "LongTicket", "X-Token-Type is not LongTicket")
	check(strings.HasPrefix(r.Header.Get("Content-Type"), "application/json"), "Content-Type is not application/json")
	check(req.ClientType != nil && *req.ClientType == apiClient, fmt.Sprintf("clientType is not %d", apiClient))
	check(req.CorpID == nil, "corpId is for service providers only")
	check(len(req.Nonce) >= 32 && len(req.Nonce) <= 64, "nonce has not 32 to 64 characters")
	check(req.ExpireTime != nil, "expireTime is missing")
	check(req.ExpireTime == nil || time.Duration(*req.ExpireTime-c.now().Unix()) < farFuture/time.Second, "expireTime is not in seconds")
	c.mu.Lock()
	defer c.mu.Unlock()
	check(!c.logins.nonces[req.Nonce], "nonce was used before")
	if c.logins.nonces == nil {
		c.logins.nonces = map[string]bool{}
	}
	c.logins.nonces[req.Nonce] = true
	return wrong
}

// sign is the signature that a login has to have.
func (a App) sign(req loginRequest) string {
	return hexHMAC(a.Key, fmt.Sprintf("%s:%s:%d:%s", req.AppID, req.UserID, *req.ExpireTime, req.Nonce))
}

// hexHMAC is the lower-case hex HMAC-SHA256 of a text.
func hexHMAC(key, text string) string {
	mac := hmac.New(sha256.New, []byte(key))
	_, _ = mac.Write([]byte(text)) // never fails
	return hex.EncodeToString(mac.Sum(nil))
}

func (c *Cloud) login(app App, user string, now time.Time) login {
	l := login{token: rand.Text(), user: cmp.Or(user, adminAccount), expires: now.Add(c.config.AccessTokenLife)}
	switch {
	case user == "":
		l.adminType = defaultAdministrator
	case app.Member:
		l.adminType = member
	default:
		l.adminType = administrator
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	valid := slices.DeleteFunc(c.logins.valid, func(l login) bool { return !now.Before(l.expires) })
	same := 0
	for _, held := range valid {
		if held.user == l.user {
			same++
		}
	}
	if same >= loginsPerUser {
		oldest := slices.IndexFunc(valid, func(held login) bool { return held.user == l.user })
		valid = slices.Delete(valid, oldest, oldest+1)
	}
	c.logins.valid = append(valid, l)
	c.logins.granted++
	c.issue(l.token)
	return l
}

// loggedIn returns the login whose access token a call carries, and refuses a call without a valid one.
func (c *Cloud) loggedIn(w http.ResponseWriter, r *http.Request) (login, bool) {
	token := r.Header.Get("X-Access-Token")
	c.mu.Lock()
	i := slices.IndexFunc(c.logins.valid, func(l login) bool { return l.token == token })
	var l login
	if i >= 0 {
		l = c.logins.valid[i]
	}
	c.mu.Unlock()
	if i < 0 || !c.now().Before(l.expires) {
		c.refuse(w, r, http.StatusUnauthorized, "", "ACCESS_TOKEN_INVALID")
		return login{}, false
	}
	return l, true
}

// SetApp replaces the application that can log in; nil: nobody can. Logins stay valid.
func (c *Cloud) SetApp(app *App) {
	if app != nil {
		held := *app
		app = &held
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.application = app
}

// app is the application that can log in, nil if there is none.
func (c *Cloud) app() *App {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.application
}

// ExpireAccessTokens ends the validity of every login.
func (c *Cloud) ExpireAccessTokens() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.logins.valid = nil
}

// Logins returns how many logins were granted. Calls has those that were refused too.
func (c *Cloud) Logins() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.logins.granted
}

// issuedLimit is how many tokens Secrets remembers, for programs that run for long.
const issuedLimit = 100_000

// issue remembers a token that is given away. The caller holds c.mu.
func (c *Cloud) issue(token string) {
	if len(c.issued) >= issuedLimit {
		c.issued = slices.Delete(c.issued, 0, issuedLimit/2)
	}
	c.issued = append(c.issued, token)
}

// Secrets lists everything secret that the cloud gave away or was given: the tokens (the latest hundred thousand), the
// keys, and the secrets of each meeting. None of it may be found anywhere behind a client.
func (c *Cloud) Secrets() []string {
	var all []string
	for _, m := range c.Meetings() {
		all = append(all, m.Secrets()...)
	}
	if h := c.events.receiver(); h != nil {
		all = append(all, h.key)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.application != nil {
		all = append(all, c.application.Key)
	}
	return append(all, c.issued...)
}
