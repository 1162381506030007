package huawei

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"confboard/feed/conference"
)

// bodyLimit is the largest answer that is read, in bytes. Those of the calls below take a few hundred.
const bodyLimit = 1 << 20

// retryAfterLimit is the longest delay that the cloud can ask for.
const retryAfterLimit = 5 * time.Minute

// api is one call of the cloud, each with a pace of its own.
type api struct{ step, path string }

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
func (c *Cloud) controlToken(ctx context.Context, site *url.URL, m Meeting, held conference.Secret) (controlToken, *fault) {
	header := http.Header{"X-Password": {m.HostPassword.Reveal()}, "X-Login-Type": {"1"}}
	if !held.IsZero() {
		header.Set("X-Conference-Authorization", authorization(held))
	}
	a, f := c.get(ctx, site, controlTokenAPI, m.ConfID, header)
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
// compared with the Date of the answer, which is cut to the second; confTokenExpireTime is seconds, and the shorter counts.
func lifeOf(a answer) time.Duration {
	const documented = 30 * time.Minute
	var life time.Duration
	if ms, ok := a.int("expireTime"); ok {
		life = time.UnixMilli(ms).Sub(a.sent) - time.Second
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
func (c *Cloud) webSocketToken(ctx context.Context, site *url.URL, id conference.ConfID, control conference.Secret) (conference.Secret, *fault) {
	header := http.Header{"X-Conference-Authorization": {authorization(control)}}
	a, f := c.get(ctx, site, webSocketTokenAPI, id, header)
	if f == nil {
		if token := a.text("webSocketToken"); token != "" {
			return conference.NewSecret(token), nil
		}
		f = a.fault(webSocketTokenAPI.step)
	}
	f.aboutToken()
	return conference.Secret{}, f
}

// region asks which site has the meeting.
func (c *Cloud) region(ctx context.Context, id conference.ConfID) (*url.URL, *fault) {
	a, f := c.get(ctx, c.endpoint, regionAPI, id, http.Header{})
	if f != nil {
		return nil, f
	}
	site, err := siteURL(a.text("regionUrl"), c.endpoint)
	if err != nil {
		f = a.fault(regionAPI.step)
		f.err = err
		return nil, f
	}
	return site, nil
}

// get makes one call when its turn has come. An answer is returned for a status of success only, and need not have the
// fields that are wanted.
func (c *Cloud) get(ctx context.Context, site *url.URL, a api, id conference.ConfID, header http.Header) (answer, *fault) {
	if err := c.pace[a].Wait(ctx); err != nil {
		return answer{}, broken(a.step, err)
	}
	u := site.JoinPath(a.path)
	u.RawQuery = url.Values{"conferenceID": {string(id)}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return answer{}, broken(a.step, err)
	}
	header.Set("Content-Type", "application/json") // asked for although there is no body
	header.Set("Accept", "application/json")
	header.Set("User-Agent", userAgent)
	req.Header = header
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, broken(a.step, err)
	}
	defer resp.Body.Close()
	body, err := readLimited(resp.Body, bodyLimit)
	if err != nil {
		return answer{}, broken(a.step, err)
	}
	now := time.Now()
	got := newAnswer(body)
	got.status, got.requestID = resp.StatusCode, printable(resp.Header.Get("X-Request-Id"))
	got.received, got.sent = now, now
	if sent, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		got.sent = sent
	}
	if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s > 0 {
		got.retryAfter = min(time.Duration(min(s, 3600))*time.Second, retryAfterLimit)
	}
	if resp.StatusCode/100 != 2 {
		return answer{}, got.fault(a.step)
	}
	return got, nil
}

// readLimited reads all of r; the error is errTooLarge if that is more than limit bytes.
func readLimited(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = errTooLarge
	}
	return body, err
}

// authorization is the value of X-Conference-Authorization and of confToken, as observed clients send it.
func authorization(token conference.Secret) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(token.Reveal()))
}

// printable keeps what IDs and codes consist of, so that the cloud cannot write just anything into our log.
func printable(id string) string {
	const longest = 64
	id = id[:min(len(id), longest)]
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_' || r == '.' || r == ' ') {
			return r
		}
		return -1
	}, id)
}

// withoutTokens keeps the short words of a text that the cloud made up: a token that it may quote is a long one.
func withoutTokens(text string) string {
	const longestWord = 16
	words := strings.Fields(text)
	words = slices.DeleteFunc(words, func(word string) bool { return len(word) > longestWord })
	return strings.Join(words, " ")
}
