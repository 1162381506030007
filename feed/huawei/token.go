package huawei

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"time"

	"confboard/feed/conference"
)

// The calls: meeting_21_0027, meeting_21_1506, and the region of a meeting.
var (
	controlTokenAPI   = api{"control token", "/v1/mmc/control/conferences/token"}
	webSocketTokenAPI = api{"WebSocket token", "/v1/mmc/control/conferences/wsToken"}
	regionAPI         = api{"region", "/v1/mmc/management/conferences/region/info"}
)

// controlToken is the right to control a meeting for half an hour.
type controlToken struct {
	token conference.Secret
	// tmpWebSocket opens one connection within a minute; it can be empty.
	tmpWebSocket conference.Secret
	// wsURL is where the connection is made, as it came.
	wsURL string
	// types are the message types that the meeting supports; nil when the cloud did not say.
	types []string
	// renewAt and expires are by our clock. The token is not sent any more once it has expired.
	renewAt, expires time.Time
}

func (t controlToken) valid(now time.Time) bool { return !t.token.IsZero() && now.Before(t.expires) }

// controlToken asks for a control token with the host password. A held token that is given is prolonged, or replaced
// because the password is there too.
func (c *Cloud) controlToken(ctx context.Context, site *url.URL, who caller, password, held conference.Secret) (controlToken, *fault) {
	header := http.Header{"X-Password": {password.Reveal()}, "X-Login-Type": {"1"}}
	if !held.IsZero() {
		header.Set("X-Conference-Authorization", authorization(held))
	}
	a, f := c.get(ctx, site, controlTokenAPI, who, header)
	if f != nil {
		if !held.IsZero() {
			f.aboutToken()
		}
		return controlToken{}, f
	}
	token := a.text("token")
	if token == "" {
		return controlToken{}, a.fault(controlTokenAPI.step)
	}
	life := lifeOf(a)
	return controlToken{
		token:        conference.NewSecret(token),
		tmpWebSocket: conference.NewSecret(a.text("tmpWsToken")),
		wsURL:        a.text("wsURL"),
		types:        a.in("supportNotifyType").texts("supportNotifyType"),
		renewAt:      a.received.Add(life * 4 / 5),
		expires:      a.received.Add(life),
	}, nil
}

// lifeOf is how long the control token is valid from now on. expireTime is an instant of the cloud's clock, so it is
// compared with the Date of the answer, which is cut to the second; an answer without one leaves our own clock, which may be
// wrong. confTokenExpireTime is seconds, and the shorter counts.
func lifeOf(a answer) time.Duration {
	const documented = 30 * time.Minute
	var life time.Duration
	if ms, ok := a.int("expireTime"); ok {
		life = time.UnixMilli(ms).Sub(a.sent) - time.Second
		if a.sent.Equal(a.received) {
			life = min(life, documented)
		}
	}
	if s, ok := a.int("confTokenExpireTime"); ok && s > 0 && s < int64(24*time.Hour/time.Second) {
		if d := time.Duration(s) * time.Second; life <= 0 || d < life {
			life = d
		}
	}
	if life <= 0 || life > 24*time.Hour { // none was named, or the cloud's clocks disagree
		return documented
	}
	return life
}

// webSocketToken asks for a token that opens one connection within a minute.
func (c *Cloud) webSocketToken(ctx context.Context, site *url.URL, who caller, control conference.Secret) (conference.Secret, *fault) {
	header := http.Header{"X-Conference-Authorization": {authorization(control)}}
	a, f := c.get(ctx, site, webSocketTokenAPI, who, header)
	if f == nil {
		if token := a.text("webSocketToken"); token != "" {
			return conference.NewSecret(token), nil
		}
		f = a.fault(webSocketTokenAPI.step)
	}
	f.aboutToken()
	return conference.Secret{}, f
}

// region asks which site has the meeting. The reference wants an access token for it; without an account it is tried without. The
// fault is that of a meeting whose site is not known.
func (c *Cloud) region(ctx context.Context, who caller) (*url.URL, *fault) {
	var a answer
	var f *fault
	if c.account != nil {
		a, f = c.account.call(ctx, who, call{api: regionAPI, query: about(who.id)})
	} else {
		a, f = c.get(ctx, c.endpoint, regionAPI, who, http.Header{})
	}
	named := a.text("regionUrl")
	if f == nil && named == "" {
		f = a.fault(regionAPI.step)
	}
	if f != nil {
		return nil, f.judgeRegion(c.account != nil)
	}
	site, err := siteURL(named, c.endpoint)
	if err != nil {
		return nil, &fault{step: regionAPI.step, verdict: stop, reason: conference.ReasonWrongSite, requestID: a.requestID, err: err}
	}
	return site, nil
}

// judgeRegion sets verdict and reason of not knowing a meeting's site. Without an account a lack of rights is for good; whatever
// else there is may have passed in a while, since the cloud has not said what we could not use.
func (f *fault) judgeRegion(account bool) *fault {
	switch f.reason {
	case conference.ReasonClock, conference.ReasonAppLogin, conference.ReasonAccountLocked: // the login sees to itself
		f.verdict = refused
	case conference.ReasonNotPermitted:
		f.verdict, f.reason = refused, conference.ReasonWrongSite
		if !account {
			f.verdict = stop
		}
	default:
		if f.verdict != tryAgain || f.reason == conference.ReasonUnexpected {
			f.verdict, f.reason = refused, conference.ReasonWrongSite
		}
	}
	return f
}

// authorization is the value of X-Conference-Authorization and of confToken, as observed clients send it.
func authorization(token conference.Secret) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(token.Reveal()))
}
