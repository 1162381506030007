package huawei_test

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
)

const (
	controlTokenPath = "/v1/mmc/control/conferences/token"
	wsTokenPath      = "/v1/mmc/control/conferences/wsToken"
	regionPath       = "/v1/mmc/management/conferences/region/info"
	connectionPath   = "/cms/open/websocket/confctl/increment/conn"
)

// rewriting changes the JSON answers of one path.
func rewriting(path string, change func(body map[string]any) any) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != path {
				next.ServeHTTP(w, r)
				return
			}
			rec := httptest.NewRecorder()
			next.ServeHTTP(rec, r)
			var body map[string]any
			d := json.NewDecoder(rec.Body)
			d.UseNumber()
			if err := d.Decode(&body); err != nil {
				panic(err)
			}
			w.WriteHeader(rec.Code)
			_ = json.NewEncoder(w).Encode(change(body))
		})
	}
}

// fixed is one answer for all, with somewhere to go for a redirect.
func fixed(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// answering answers one path itself.
func answering(path string, h http.HandlerFunc) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == path {
				h(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func TestVariantsOfAnswersAreTaken(t *testing.T) {
	texts := func(o map[string]any) map[string]any {
		for name, v := range o {
			if n, ok := v.(json.Number); ok {
				o[name] = n.String()
			}
		}
		return o
	}
	data := func(body map[string]any) map[string]any { return body["data"].(map[string]any) }
	for _, c := range []struct {
		name, path string
		change     func(map[string]any) any
	}{
		{"WebSocket token in data", wsTokenPath, func(b map[string]any) any { return map[string]any{"returnCode": 0, "data": b} }},
		{"WebSocket token in data as text", wsTokenPath, func(b map[string]any) any {
			text, _ := json.Marshal(b)
			return map[string]any{"returnCode": "0", "data": string(text)}
		}},
		{"control token at the top", controlTokenPath, func(b map[string]any) any { return b["data"] }},
		{"numbers as text", controlTokenPath, func(b map[string]any) any { texts(data(b)); return b }},
		{"no tmpWsToken", controlTokenPath, func(b map[string]any) any { delete(data(b), "tmpWsToken"); return b }},
		{"a tmpWsToken that is spent", controlTokenPath, func(b map[string]any) any { data(b)["tmpWsToken"] = "spent"; return b }},
		{"no list of types", controlTokenPath, func(b map[string]any) any { delete(data(b), "supportNotifyType"); return b }},
		{"no expireTime", controlTokenPath, func(b map[string]any) any {
			delete(data(b), "expireTime")
			delete(data(b), "confTokenExpireTime")
			return b
		}},
		{"wsURL with http and a slash", controlTokenPath, func(b map[string]any) any {
			data(b)["wsURL"] = strings.Replace(data(b)["wsURL"].(string), "ws://", "http://", 1) + "/"
			return b
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cloud := running(simulator.Config{})
			cloud.Wrap(rewriting(c.path, c.change))
			b := start(t, cloud, patient, nil)
			b.untilLink(conference.Live)
			b.meeting.CutConnections() // the second connection takes a WebSocket token
			b.until("live on another connection", func() bool {
				return b.sink.count(conference.LinkUp) == 2 && b.state().Link.State == conference.Live
			})
		})
	}
}

func TestAnswersThatAreNoHelp(t *testing.T) {
	const html = "<html><body>password s3cret</body></html>"
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		link   conference.LinkState
		reason conference.LinkReason
		again  bool // tried again by itself
	}{
		{"503", fixed(503, html), conference.Connecting, conference.ReasonUnavailable, true},
		{"429", fixed(429, ""), conference.Connecting, conference.ReasonUnavailable, true},
		{"200 with HTML", fixed(200, html), conference.Connecting, conference.ReasonUnexpected, true},
		{"200 without a body", fixed(200, ""), conference.Connecting, conference.ReasonUnexpected, true},
		{"200 with half an answer", fixed(200, `{"data":{"token":"abc`), conference.Connecting, conference.ReasonUnexpected, true},
		{"200 without a token", fixed(200, `{"data":{}}`), conference.Connecting, conference.ReasonUnexpected, true},
		{"a redirect", fixed(302, ""), conference.Connecting, conference.ReasonUnexpected, true},
		{"an unknown code", fixed(400, `{"error_code":"MMC.199999999"}`), conference.Connecting, conference.ReasonUnexpected, true},
		{"a body over the limit", fixed(200, strings.Repeat("x", 2<<20)), conference.Connecting, conference.ReasonUnexpected, true},
		{"a closed connection", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, conference.Connecting, conference.ReasonClosed, true},
		{"401", fixed(401, html), conference.Refusing, conference.ReasonNotPermitted, true},
		{"403 that names its reason", fixed(403, `{"error_code":"MMC.111070002"}`), conference.Refusing, conference.ReasonNotPermitted, false},
		{"200 with a wrong password", fixed(200, `{"error_code":"MMC.111072065","error_msg":"x"}`), conference.Refusing, conference.ReasonPassword, false},
		{"a wrong password as returnCode", fixed(200, `{"returnCode":111072065,"returnDesc":"x"}`), conference.Refusing, conference.ReasonPassword, false},
		{"locked", fixed(423, `{"code":111071052}`), conference.Refusing, conference.ReasonLocked, false},
		{"a password that is missing", fixed(400, `{"error_code":"MMC.111070009"}`), conference.Refusing, conference.ReasonNoPassword, false},
		{"not started", fixed(404, `{"error_code":"MMC.111070005"}`), conference.Waiting, conference.ReasonNotStarted, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			cloud := running(simulator.Config{})
			var calls, elsewhere atomic.Int64
			cloud.Wrap(func(http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path != controlTokenPath {
						elsewhere.Add(1)
						return
					}
					calls.Add(1)
					c.answer(w, r)
				})
			})
			b := start(t, cloud, patient, nil)
			b.until("told", func() bool {
				s := b.state()
				return s != nil && s.Link.State == c.link && s.Link.Reason == c.reason
			})
			if c.again {
				b.until("tried again", func() bool { return calls.Load() > 2 })
				cloud.Wrap(nil)
				b.untilLink(conference.Live)
			}
			b.stop()
			if !c.again && calls.Load() != 1 {
				t.Errorf("%d calls, want one", calls.Load())
			}
			if elsewhere.Load() != 0 {
				t.Errorf("%d calls of something else", elsewhere.Load())
			}
			if strings.Contains(b.log.String(), "html") {
				t.Errorf("the log quotes the answer:\n%s", b.log)
			}
		})
	}
}

func TestEndIsToldAtTheFirstLook(t *testing.T) {
	cloud := running(simulator.Config{})
	cloud.Meeting(meetingID).EndSilently()
	b := start(t, cloud, patient, nil)
	b.untilLink(conference.Over)
}

func TestMissingPasswordIsNotTried(t *testing.T) {
	b := start(t, running(simulator.Config{}), patient, func(c *huawei.Config) { c.Meetings[0].HostPassword = conference.Secret{} })
	if s := b.untilLink(conference.Refusing); s.Link.Reason != conference.ReasonNoPassword {
		t.Errorf("reason %q", s.Link.Reason)
	}
	if n := b.meeting.Counts().ControlTokenCalls; n != 0 {
		t.Errorf("%d calls", n)
	}
}

func TestUnencryptedConnectionToAnotherHostIsRefused(t *testing.T) {
	cloud := running(simulator.Config{})
	cloud.Wrap(rewriting(controlTokenPath, func(b map[string]any) any {
		b["data"].(map[string]any)["wsURL"] = "ws://192.0.2.1:1"
		return b
	}))
	b := start(t, cloud, patient, nil)
	if s := b.untilLink(conference.Refusing); s.Link.Reason != conference.ReasonInsecureWSURL {
		t.Errorf("reason %q", s.Link.Reason)
	}
}

func TestControlTokenThatIsNotTakenIsReplacedOnce(t *testing.T) {
	for _, c := range []struct {
		name, body string
		status     int
	}{
		{"by status 401", "", 401},
		{"by status 403", "<html>", 403},
		{"by code", `{"error_code":"MMC.111070111"}`, 400},
		{"by code in a 200", `{"returnCode":111070111}`, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			cloud := running(simulator.Config{})
			b := start(t, cloud, patient, nil)
			b.untilLink(conference.Live)
			var refusals atomic.Int64
			cloud.Wrap(answering(wsTokenPath, func(w http.ResponseWriter, _ *http.Request) {
				refusals.Add(1)
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			before := b.meeting.Counts().ControlTokens
			b.meeting.CutConnections()
			b.until("told", func() bool { return b.state().Link.Reason == conference.ReasonTokenSpent })
			b.until("tried a while", func() bool { return refusals.Load() >= 6 })
			cloud.Wrap(nil)
			b.untilLink(conference.Live)
			// Each attempt asks for the control token when it begins (the first by way of renewal) and once more when it is not
			// taken; the next attempt goes on with that one.
			if tokens := b.meeting.Counts().ControlTokens - before; int64(tokens) > refusals.Load()+2 {
				t.Errorf("%d control tokens for %d refusals", tokens, refusals.Load())
			}
		})
	}
}

func TestControlTokenIsRenewedBeforeItExpires(t *testing.T) {
	b := start(t, running(simulator.Config{ControlTokenLife: 3 * time.Second}), patient, nil)
	b.untilLink(conference.Live)
	var withOld, withoutOld atomic.Int64
	b.cloud.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Conference-Authorization") != "" {
				withOld.Add(1)
			} else {
				withoutOld.Add(1)
			}
			if r.Header.Get("X-Password") != password {
				t.Error("renewed without the password")
			}
			next.ServeHTTP(w, r)
		})
	})
	b.until("renewed", func() bool { return withOld.Load()+withoutOld.Load() > 0 })
	b.until("granted", func() bool { return b.meeting.Counts().ControlTokens > 1 })
	if n := b.meeting.Counts().Connections; n != 1 {
		t.Errorf("%d connections", n)
	}
}

func TestSubscriptionRefusedForItsTokenIsRepeatedWithAFreshOne(t *testing.T) {
	b := start(t, running(simulator.Config{}), patient, func(c *huawei.Config) {
		c.Delays.AskMin, c.Delays.AskMax = 5*time.Millisecond, 5*time.Millisecond
	})
	b.untilLink(conference.Live)
	b.cloud.ExpireTokens()
	tokens, subscribes, focused := b.meeting.Counts().ControlTokens, b.meeting.Counts().Subscribes, 0
	b.until("subscribed again with a fresh token", func() bool {
		focused = b.loseSequence(focused)
		n := b.meeting.Counts()
		return n.Subscribes > subscribes && n.ControlTokens > tokens
	})
	if n := b.meeting.Counts().Connections; n != 1 {
		t.Errorf("%d connections, want the open one to be used", n)
	}
}

func TestUnreachableCloudIsTriedUntilItIsBack(t *testing.T) {
	cloud := running(simulator.Config{})
	var reachable atomic.Bool
	b := start(t, cloud, patient, func(c *huawei.Config) {
		inner := c.HTTPClient.Transport
		c.HTTPClient = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			if !reachable.Load() { // nothing listens on port 1
				r = r.Clone(r.Context())
				r.URL.Host = "127.0.0.1:1"
			}
			return inner.RoundTrip(r)
		})}
	})
	b.until("told", func() bool { s := b.state(); return s != nil && s.Link.Reason == conference.ReasonUnreachable })
	reachable.Store(true)
	b.untilLink(conference.Live)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestEncryptedCloudIsReachedForCallsAndConnection(t *testing.T) {
	cloud := running(simulator.Config{})
	server := httptest.NewUnstartedServer(cloud)
	server.EnableHTTP2 = true // the WebSocket must not be offered HTTP/2
	server.StartTLS()
	defer server.Close()
	cloud.Wrap(rewriting(controlTokenPath, func(b map[string]any) any {
		d := b["data"].(map[string]any)
		d["wsURL"] = strings.TrimPrefix(d["wsURL"].(string), "ws://") // no scheme means wss
		return b
	}))
	b := start(t, cloud, patient, func(c *huawei.Config) { c.Endpoint, c.HTTPClient = server.URL, server.Client() })
	b.untilLink(conference.Live)
}

func TestCertificateThatIsNotTrustedIsTold(t *testing.T) {
	cloud := running(simulator.Config{})
	server := httptest.NewUnstartedServer(cloud)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // each refused handshake is one line
	server.StartTLS()
	defer server.Close()
	b := start(t, cloud, patient, func(c *huawei.Config) { c.Endpoint = server.URL })
	b.until("told", func() bool { s := b.state(); return s != nil && s.Link.Reason == conference.ReasonTLS })
}
