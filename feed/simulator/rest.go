package simulator

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The codes of refusals, with the prefix that the service puts in front: MMC the meetings, USG the logins.
const (
	codeNotFound    = "MMC.111070005" // the meeting has not started
	codeEnded       = "MMC.111072006"
	codePassword    = "MMC.111072065" // no such meeting, or a wrong password
	codeLocked      = "MMC.111071052" // too many wrong passwords
	codeToken       = "MMC.111070111" // control token missing or expired
	codeOtherSite   = "MMC.111100012"
	codeNoAuthority = "MMC.111070002"
	codeParameter   = "MMC.111070001"
	codeAccount     = "USG.206010000" // no such application
	codeSignature   = "USG.206010025"
	codeExpired     = "USG.206010057" // the signature is past its time
)

// authority is what has to be shown with a call.
type authority uint8

const (
	byPassword     authority = iota // the host password, or a control token to prolong it
	byControlToken                  // X-Conference-Authorization
	byAccessToken                   // X-Access-Token
	bySignature                     // the login itself
	byTmpToken                      // the WebSocket token in the query
)

// call is one call of the REST surface, or the opening of a connection.
type call struct {
	method, path string
	authority    authority
	required     []string // names in the query
	optional     []string
	serve        func(*Cloud, http.ResponseWriter, *http.Request)
}

// The paths of the calls.
const (
	controlTokenPath   = "/v1/mmc/control/conferences/token"
	webSocketTokenPath = "/v1/mmc/control/conferences/wsToken"
	regionPath         = "/v1/mmc/management/conferences/region/info"
	onlinePath         = "/v1/mmc/management/conferences/online"
	onlineDetailPath   = "/v1/mmc/management/conferences/online/confDetail"
	bookedPath         = "/v1/mmc/management/conferences"
	detailPath         = "/v1/mmc/management/conferences/confDetail"
	loginPath          = "/v2/usg/acs/auth/appauth"
	connectionPath     = "/cms/open/websocket/confctl/increment/conn"
)

// calls lists the surface: meeting_21_0027, _1506, the region of a meeting, meeting_21_0025, _0026, _0017, _0018, _0311, and
// _1510; the settings of the push have no page of their own. The query is spelt as the reference spells it.
func calls() []call {
	get, id := http.MethodGet, []string{"conferenceID"}
	page := []string{"offset", "limit", "searchKey"}
	return []call{
		{get, controlTokenPath, byPassword, id, nil, (*Cloud).serveControlToken},
		{get, webSocketTokenPath, byControlToken, id, nil, (*Cloud).serveWebSocketToken},
		{get, regionPath, byAccessToken, id, nil, (*Cloud).serveRegion},
		{get, onlinePath, byAccessToken, nil, append([]string{"queryAll"}, page...), (*Cloud).serveOnline},
		{get, onlineDetailPath, byAccessToken, id, page, (*Cloud).serveOnlineDetail},
		{get, bookedPath, byAccessToken, nil, append([]string{"queryAll", "userUUID", "queryConfMode", "sortType"}, page...), (*Cloud).serveBooked},
		{get, detailPath, byAccessToken, id, page, (*Cloud).serveDetail},
		{http.MethodPost, loginPath, bySignature, nil, nil, (*Cloud).serveLogin},
		{http.MethodPost, hookPath, byAccessToken, nil, nil, (*Cloud).serveSetHook},
		{get, hookPath, byAccessToken, nil, []string{"corpId", "spId"}, (*Cloud).serveHook},
		{http.MethodDelete, hookPath, byAccessToken, []string{"id"}, nil, (*Cloud).serveDeleteHook},
		{http.MethodPut, hookStatusPath, byAccessToken, []string{"id", "status"}, nil, (*Cloud).serveHookStatus},
		{get, connectionPath, byTmpToken, []string{"confID", "tmpToken"}, nil, (*Cloud).serveConnection},
	}
}

func (c *Cloud) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for _, call := range calls() {
		mux.HandleFunc(call.method+" "+call.path, func(w http.ResponseWriter, r *http.Request) {
			c.inspect(call, r)
			if c.takes(call) {
				c.serveCall(call, w, r)
				return
			}
			w.Header().Set("Retry-After", "1")
			c.refuse(w, r, http.StatusTooManyRequests, "", "TOO_MANY_REQUESTS")
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		c.violate("%s %s: there is no such call", r.Method, r.URL.Path)
		c.refuse(w, r, http.StatusNotFound, "", "NOT_FOUND")
	})
	return mux
}

// inspect notes each rule about its form that a call breaks. None of them makes the call fail here, as nobody knows which make
// it fail there.
func (c *Cloud) inspect(call call, r *http.Request) {
	what := call.method + " " + call.path
	query := r.URL.Query()
	for name, values := range query {
		if !slices.Contains(call.required, name) && !slices.Contains(call.optional, name) {
			c.violate("%s: no %s in its query", what, name)
		} else if len(values) > 1 {
			c.violate("%s: %s is there more than once", what, name)
		}
	}
	for _, name := range call.required {
		if query.Get(name) == "" {
			c.violate("%s: %s is missing in the query", what, name)
		}
	}
	// The name of a header, and who may send it.
	for name, by := range map[string][]authority{
		"X-Access-Token":             {byAccessToken},
		"X-Password":                 {byPassword},
		"X-Conference-Authorization": {byPassword, byControlToken},
		"Authorization":              {bySignature},
	} {
		if r.Header.Get(name) != "" && !slices.Contains(by, call.authority) {
			c.violate("%s: must not carry %s", what, name)
		}
	}
	if call.authority != byTmpToken && !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		c.violate("%s: Content-Type is not application/json", what)
	}
}

// takes counts a call, and reports whether it is within the limit.
func (c *Cloud) takes(call call) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.called[call.path]++
	limit := c.config.CallsPerMinute
	if limit == 0 {
		return true
	}
	now := c.config.Now()
	recent := slices.DeleteFunc(c.recent[call.path], func(t time.Time) bool { return now.Sub(t) >= time.Minute })
	within := len(recent) < limit
	if within {
		recent = append(recent, now)
	}
	c.recent[call.path] = recent
	return within
}

// Calls returns how many calls of a path were made, those that were refused included.
func (c *Cloud) Calls(path string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.called[path]
}

// violationLimit is how many violations are kept.
const violationLimit = 100

// Violations lists the rules about the form of calls and requests that clients broke, whether they were refused for it or not: a
// name that the query must not have, a header that is missing or gives away too much. Each is there once, in the order in which
// they were broken first, a hundred at most. None quotes a secret. A test of a client wants it to be empty.
func (c *Cloud) Violations() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.violations)
}

func (c *Cloud) violate(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := fmt.Sprintf(format, args...)
	if len(c.violations) < violationLimit && !slices.Contains(c.violations, text) {
		c.violations = append(c.violations, text)
	}
}

// refuse answers with an error. Without a code the status has to do.
func (c *Cloud) refuse(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	c.config.Logger.Debug("simulated cloud refused a call", "path", r.URL.Path, "status", status, "code", code)
	body := map[string]any{"error_msg": message}
	if code != "" {
		body["error_code"] = code
	}
	c.answer(w, status, body)
}

func (c *Cloud) answer(w http.ResponseWriter, status int, body any) {
	h := w.Header()
	h.Set("Content-Type", "application/json;charset=UTF-8")
	h.Set("X-Request-Id", rand.Text())
	h.Set("Date", c.now().UTC().Format(http.TimeFormat))
	w.WriteHeader(status)
	if body != nil {
		_ = json.NewEncoder(w).Encode(body) // a client that went away needs no answer
	}
}
