package simulator

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
)

// The paths of the settings of the push.
const (
	hookPath       = "/v1/mmc/management/webhook/link-config"
	hookStatusPath = "/v1/mmc/management/webhook/change-status"
)

// SendEvents makes the cloud push the enterprise's events (create, started, end, join, left) to the URL from now on, signed
// for the application with the key, without verifying the receiver first. Events that are not answered 200 are repeated. An empty
// URL ends it.
func (c *Cloud) SendEvents(url, appID, key string) {
	if url == "" {
		c.events.set(nil)
		return
	}
	c.events.set(&hook{id: rand.Text(), appID: appID, key: key, url: url, status: hookOn})
}

// Events returns what became of the events that the cloud made by itself; those of SendEvent are not among them.
func (c *Cloud) Events() EventCounts { return c.events.count() }

// verified reports whether a receiver answers meeting.verify with its nonce.
func (c *Cloud) verified(ctx context.Context, h hook) bool {
	nonce := rand.Text()
	answer, err := c.events.post(ctx, h.url, c.eventBody(h, Event{Name: eventVerify, Nonce: nonce}, ""))
	var echo struct{ Event, Nonce string }
	return err == nil && answer.Status == http.StatusOK && json.Unmarshal(answer.Body, &echo) == nil && echo.Event == eventVerify && echo.Nonce == nonce
}

// serveSetHook takes the settings of the push; it is off until it is switched on.
func (c *Cloud) serveSetHook(w http.ResponseWriter, r *http.Request) {
	if !c.administers(w, r) {
		return
	}
	var req struct {
		SubscriberID  string `json:"subscriberId"`
		SubscriberKey string `json:"subscriberKey"`
		URL           string `json:"url"`
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, requestLimit))
	if err != nil || json.Unmarshal(body, &req) != nil || req.SubscriberID == "" || req.SubscriberKey == "" || !receiverOK(req.URL) {
		c.refuse(w, r, http.StatusBadRequest, codeParameter, "PARAMETER_ERROR")
		return
	}
	c.events.set(&hook{id: rand.Text(), appID: req.SubscriberID, key: req.SubscriberKey, url: req.URL, status: hookOff})
	c.answer(w, http.StatusOK, nil)
}

// receiverOK reports whether events can be pushed to the URL: https, or http on this machine, so that tests need no certificate.
func receiverOK(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && ip != nil && ip.IsLoopback()
}

func (c *Cloud) serveHook(w http.ResponseWriter, r *http.Request) {
	if !c.administers(w, r) {
		return
	}
	answer := map[string]any{"returnCode": 0, "returnDesc": "SUCCESS"}
	if h := c.events.receiver(); h != nil {
		answer["id"], answer["subscriberId"], answer["url"], answer["status"] = h.id, h.appID, h.url, h.status
	}
	c.answer(w, http.StatusOK, answer)
}

// serveHookStatus switches the push on, off or locks it. On is granted to a receiver that answers meeting.verify.
func (c *Cloud) serveHookStatus(w http.ResponseWriter, r *http.Request) {
	h, ok := c.namedHook(w, r)
	if !ok {
		return
	}
	status, err := strconv.Atoi(r.URL.Query().Get("status"))
	switch {
	case err != nil || status < hookOn || status > hookLocked:
		c.refuse(w, r, http.StatusBadRequest, codeParameter, "PARAMETER_ERROR")
		return
	case status == hookOn && !c.verified(r.Context(), h):
		c.refuse(w, r, http.StatusBadRequest, "", "WEBHOOK_VERIFY_FAILED")
		return
	}
	h.status = status
	c.events.set(&h)
	c.answer(w, http.StatusOK, nil)
}

func (c *Cloud) serveDeleteHook(w http.ResponseWriter, r *http.Request) {
	if _, ok := c.namedHook(w, r); ok {
		c.events.set(nil)
		c.answer(w, http.StatusOK, nil)
	}
}

// namedHook returns the hook that a call of an administrator names.
func (c *Cloud) namedHook(w http.ResponseWriter, r *http.Request) (hook, bool) {
	if !c.administers(w, r) {
		return hook{}, false
	}
	h := c.events.receiver()
	if h == nil || h.id != r.URL.Query().Get("id") {
		c.refuse(w, r, http.StatusBadRequest, codeParameter, "PARAMETER_ERROR")
		return hook{}, false
	}
	return *h, true
}

// administers refuses a call that is not an administrator's.
func (c *Cloud) administers(w http.ResponseWriter, r *http.Request) bool {
	l, ok := c.loggedIn(w, r)
	if ok && l.adminType == member {
		c.refuse(w, r, http.StatusForbidden, codeNoAuthority, "USER_NO_AUTHORITY")
		return false
	}
	return ok
}
